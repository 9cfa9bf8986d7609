"""Whether a period is whole: no record is missing, every case of it is counted, and what is still
open is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select

from adapters.store.cases import number_of
from adapters.store.opening import Store
from adapters.store.tables import cases, trail
from api.usecases.trail.exporting.population import worth
from engine.cases.status import Status
from engine.money import fraction_text
from engine.verifying.totals import exact_amount

BATCH: Final = 500
# Approved is the end for what nobody posts; what is approved and should post, `period-close` lists.
OPEN: Final = frozenset(
    {Status.PENDING, Status.HELD, Status.RETURNED, Status.POSTING, Status.EXCEPTION}
)


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case of the period that has not come to its end."""

    case: str
    type: str
    document: str
    entity: str
    status: str


@dataclass(slots=True)
class Period:
    """Records of the days, with the positions that are missing among them; cases that came in, by
    type and status; what they are worth without tax, by currency; and those that are open."""

    first_position: int = 0
    last_position: int = 0
    records: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    missing: tuple[int, ...] = ()
    cases: int = 0
    by_status: Counter[tuple[str, str]] = field(default_factory=Counter)
    totals: dict[str, Fraction] = field(default_factory=dict)
    open: list[OpenCase] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether no record is missing."""
        return not self.missing

    def control_totals(self) -> dict[str, str]:
        """The totals as exact text, by currency."""
        return {name: fraction_text(total) for name, total in sorted(self.totals.items())}


def completeness(store: Store, first: date, last: date) -> Period:
    """The days from `first` to `last` (UTC, both included), as they stand at this moment."""
    begins = datetime.combine(first, time(), UTC)
    ends = datetime.combine(last, time(), UTC) + timedelta(days=1)
    found = Period()
    with store.snapshot() as connection:
        _records(connection, found, [trail.c.at >= begins, trail.c.at < ends])
        for row in _cases(connection, begins, ends):
            found.cases += 1
            found.by_status[row.type, row.status] += 1  # type: ignore[attr-defined]
            currency, amount = worth(row.document)  # type: ignore[attr-defined]
            if amount:
                before = found.totals.get(currency, Fraction(0))
                found.totals[currency] = before + exact_amount(amount)
            if row.status in OPEN:  # type: ignore[attr-defined]
                found.open.append(_open(row))
    return found


def _records(connection: Connection, found: Period, within: list[ColumnElement[bool]]) -> None:
    counts = select(trail.c.kind, func.count()).where(*within).group_by(trail.c.kind)
    found.by_kind.update({row[0]: row[1] for row in connection.execute(counts)})
    found.records = found.by_kind.total()
    ends = select(func.min(trail.c.position), func.max(trail.c.position)).where(*within)
    [[first, last]] = connection.execute(ends)
    found.first_position, found.last_position = first or 0, last or 0
    if not first:
        return
    query = select(trail.c.position).where(trail.c.position.between(first, last))
    expected = first
    missing: list[int] = []
    for [position] in connection.execute(query.order_by(trail.c.position)):
        missing += range(expected, position)
        expected = position + 1
    found.missing = tuple(missing)


def _cases(connection: Connection, begins: datetime, ends: datetime) -> Iterator[object]:
    after = 0
    query = select(cases).where(cases.c.received_at >= begins, cases.c.received_at < ends)
    while rows := connection.execute(
        query.where(cases.c.id > after).order_by(cases.c.id).limit(BATCH)
    ).all():
        yield from rows
        after = rows[-1].id


def _open(row: object) -> OpenCase:
    return OpenCase(
        number_of(row.id),  # type: ignore[attr-defined]
        row.type,  # type: ignore[attr-defined]
        row.document_id,  # type: ignore[attr-defined]
        row.entity,  # type: ignore[attr-defined]
        row.status,  # type: ignore[attr-defined]
    )
