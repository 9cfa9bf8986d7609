"""What is exported: a period of the trail without a gap, or all records of chosen cases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from adapters.store.cases import id_of
from adapters.store.tables import acts, cases, trail
from engine.sampling import Method
from engine.verifying.performing import RESTED_ON

BATCH: Final = 500


class NothingSelected(Exception):
    """Nothing can be exported by what was asked for. The message says why."""


@dataclass(frozen=True, slots=True)
class Sample:
    """So many cases of the population, drawn by a seed that anybody can draw with again."""

    size: int
    seed: str
    method: Method = Method.RANDOM


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for; empty words ask for nothing. Days are in UTC, both included.

    Days alone are a period of the trail: every record of it. With anything else they say when the
    cases came in, and all records of these cases are exported, whenever they were written. `person`
    requested, acted, or is asked; `control` is named by a decision. `reach` are the entities that
    the reader may see; `None`: every one.
    """

    since: date | None = None
    until: date | None = None
    entity: str = ""
    case: str = ""
    document: str = ""
    person: str = ""
    control: str = ""
    sample: Sample | None = None
    reach: frozenset[str] | None = None

    @property
    def is_period(self) -> bool:
        """Whether it is a range of the trail, in which nothing may be missing."""
        chosen = self.entity or self.case or self.document or self.person or self.control
        return not chosen and self.sample is None and self.reach is None

    def plain(self) -> dict[str, object]:
        """As the export states it: only what was asked for."""
        stated: dict[str, object] = {"by": "period" if self.is_period else "cases"}
        for name in ("since", "until"):
            day: date | None = getattr(self, name)
            if day is not None:
                stated[name] = day.isoformat()
        for name in ("entity", "case", "document", "person", "control"):
            if getattr(self, name):
                stated[name] = getattr(self, name)
        if self.sample is not None:
            stated["sample"] = self.sample.size
        if self.reach is not None:
            stated["entities"] = sorted(self.reach)
        return stated


def period(connection: Connection, selection: Selection, size: int) -> tuple[int, int]:
    """The first and the last position of a period, of the records up to `size`.

    From the first record within the days to the last one. Of an empty period the first is one
    after the last: between these two there is none.
    """
    begins, ends = _bounds(selection)
    within = [trail.c.position <= size]
    before = func.max(trail.c.position)
    if begins is None:
        first = 1
    else:
        later = select(func.min(trail.c.position)).where(*within, trail.c.at >= begins)
        first = connection.execute(later).scalar() or size + 1
    if ends is None:
        last = size
    else:
        earlier = select(before).where(*within, trail.c.at < ends)
        last = connection.execute(earlier).scalar() or 0
    return (first, last) if first <= last else (last + 1, last)


def rested_on(connection: Connection, first: int, last: int) -> list[int]:
    """Positions before a period of records by which decisions within it are performed again.

    An act of the period may be on a document that was submitted long before.
    """
    within = select(trail.c.case_id).where(trail.c.position.between(first, last))
    query = (
        select(trail.c.position)
        .where(
            trail.c.position < first - 1,
            trail.c.kind.in_(sorted(RESTED_ON)),
            trail.c.case_id.in_(within),
        )
        .order_by(trail.c.position)
    )
    return [*connection.execute(query).scalars()]


def population(selection: Selection) -> list[ColumnElement[bool]]:
    """What the cases of the population have in common, as conditions on `cases`.

    Raises `NothingSelected` for a number that is none.
    """
    begins, ends = _bounds(selection)
    found: list[ColumnElement[bool]] = []
    if begins is not None:
        found.append(cases.c.received_at >= begins)
    if ends is not None:
        found.append(cases.c.received_at < ends)
    if selection.entity:
        found.append(cases.c.entity == selection.entity)
    if selection.reach is not None:
        found.append(cases.c.entity.in_(sorted(selection.reach)))
    if selection.case:
        number = id_of(selection.case)
        if number is None:
            raise NothingSelected(f"expected a case like `C-000123`, found `{selection.case}`")
        found.append(cases.c.id == number)
    if selection.document:
        type_, separator, id = selection.document.partition("/")
        if not separator:
            raise NothingSelected(
                f"expected a document like `invoice/I-9`, found `{selection.document}`"
            )
        found += [cases.c.type == type_, cases.c.document_id == id]
    if selection.person:
        found.append(_of_person(selection.person))
    if selection.control:
        found.append(_decision_says("control", selection.control))
    return found


def positions_of(connection: Connection, chosen: frozenset[int], size: int) -> Iterator[int]:
    """The positions of all records of these cases, ascending, of the records up to `size`."""
    after = 0
    query = select(trail.c.position, trail.c.case_id).order_by(trail.c.position)
    while True:
        within = query.where(trail.c.position > after, trail.c.position <= size)
        rows: Sequence[tuple[int, int | None]] = [
            (row.position, row.case_id) for row in connection.execute(within.limit(20 * BATCH))
        ]
        if not rows:
            return
        yield from (position for position, case_id in rows if case_id in chosen)
        after = rows[-1][0]


def _of_person(person: str) -> ColumnElement[bool]:
    acted = exists().where(
        acts.c.case_id == cases.c.id, or_(acts.c.person == person, acts.c.on_behalf_of == person)
    )
    return or_(cases.c.requester == person, acted, _decision_says("person", person))


def _decision_says(name: str, value: str) -> ColumnElement[bool]:
    """Whether the decision states it: as the canonical text has a name with its value."""
    said = json.dumps({name: value}, ensure_ascii=False, separators=(",", ":"))[1:-1]
    return cases.c.decision.contains(said, autoescape=True)


def _bounds(selection: Selection) -> tuple[datetime | None, datetime | None]:
    """The moment at which it begins, and that before which it ends."""
    begins = None if selection.since is None else datetime.combine(selection.since, time(), UTC)
    if selection.until is None:
        return begins, None
    return begins, datetime.combine(selection.until, time(), UTC) + timedelta(days=1)
