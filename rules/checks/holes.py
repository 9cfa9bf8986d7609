"""A hole in time: what one file ruled until a day, and another only from a later day on.

Exact: the days of a set are few, so time is split on them, and between two of them the same files
are in force. A file that ends with nothing after it, or begins with nothing before, is no hole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Final, Generic, TypeVar

from engine.facts.conditions import ALWAYS, All, Any, Condition, Not
from engine.organization import Entity
from engine.policy import Additional, Matrix, PolicySet
from engine.scopes import Effective
from rules.checks.answers import shape
from rules.checks.space.cells import Space, TooManyBoxes
from rules.checks.space.ground import domains, entity_facts, in_scope
from rules.checks.space.possible import Amount, Possible
from rules.checks.wording import NOT_PROVED_HELP, facts_text, matrix_name
from rules.diagnostics import Diagnostics

CODE: Final = "hole-in-time"
Dated = TypeVar("Dated", Matrix, Additional)


@dataclass(frozen=True, slots=True)
class _Hole(Generic[Dated]):
    """From `first` to before `end` nothing rules what `earlier` did and `later` will."""

    earlier: Dated
    later: Dated
    first: date
    end: date
    witness: str

    @property
    def days(self) -> str:
        """Its first and its last day."""
        last = self.end - timedelta(days=1)
        return f"on {self.first}" if last == self.first else f"from {self.first} to {last}"

    @property
    def help(self) -> str:
        """How either file closes it."""
        return (
            f"write the same day in both: `to: {self.end}` in {self.earlier.place.file}, "
            f"or `from: {self.first}` in {self.later.place.file}"
        )

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same hole, whatever document shows it."""
        return self.earlier.place.file, self.later.place.file, self.first, self.end


def check_holes(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Days without a matrix between two matrices, and without a control between two of its kind."""
    _matrices(policy, diagnostics)
    _controls(policy, diagnostics)


def _matrices(policy: PolicySet, diagnostics: Diagnostics) -> None:
    ended = [matrix for matrix in policy.matrices if matrix.effective.to is not None]
    reported: set[object] = set()
    for entity in policy.organization.entities.values() if ended else ():
        known = [matrix for matrix in policy.matrices if in_scope(entity, matrix.scope)]
        for document in sorted({name for one in ended for name in one.documents}):
            ruling = [matrix for matrix in known if document in matrix.documents]
            shows = _shower(policy, entity, document, diagnostics)
            for hole in _holes(ruling, shows):
                if hole.key in reported:
                    continue
                reported.add(hole.key)
                message = (
                    f"no matrix decides `{document}` {hole.days}, "
                    f"between {matrix_name(hole.earlier)} and {matrix_name(hole.later)}"
                )
                witness = f"{hole.witness}, {hole.days}"
                diagnostics.warning(CODE, hole.later.place, message, hole.help, witness)


def _shower(
    policy: PolicySet, entity: Entity, document: str, diagnostics: Diagnostics
) -> Callable[[Matrix, Matrix, Sequence[Matrix]], str | None]:
    """Shows a document that two matrices are for and none of the others; `None` for none."""

    def shows(earlier: Matrix, later: Matrix, others: Sequence[Matrix]) -> str | None:
        if any(matrix.when == ALWAYS for matrix in others):
            return None
        try:
            found = _document(policy, entity, document, (earlier, later), others)
        except TooManyBoxes:
            message = f"the days between {matrix_name(earlier)} and {matrix_name(later)} were not "
            message += "examined: their conditions have too many alternatives"
            diagnostics.note("not-proved", later.place, message, NOT_PROVED_HELP)
            return None
        return None if found is None else ", ".join(found)

    return shows


def _document(
    policy: PolicySet,
    entity: Entity,
    document: str,
    both: tuple[Matrix, Matrix],
    others: Sequence[Matrix],
) -> list[str] | None:
    """A document that both matrices are for and none of the others; `None` for none."""
    condition: Condition = All(tuple(matrix.when for matrix in both))
    if others:
        condition = All((condition, Not(Any(tuple(matrix.when for matrix in others)))))
    space = Space([condition], "", domains(frozenset({document}), [entity], policy.facts))
    possible = Possible(space, Amount(), [entity_facts(entity)])
    for box in space.boxes(condition, certain=True):
        numbers = possible(box.masks, (box.low, box.high))
        if numbers is not None:
            found = facts_text(space, box.masks, numbers)
            stated = " ".join(found)
            if "document.type:" not in stated:
                found.insert(0, f"document.type: {document}")
            if "entity:" not in stated:
                found.append(f"entity: {entity.id}")
            return found
    return None


def _controls(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Rows of one scope, for the same documents and the same `when`, in different files."""
    alike: dict[object, list[Additional]] = {}
    for row in policy.additional:
        kind = (row.scope, row.documents, row.amount, row.currency, shape(row.when))
        alike.setdefault(kind, []).append(row)
    reported: set[object] = set()
    for rows in alike.values():
        for hole in _holes(rows, _elsewhere):
            if hole.key in reported:
                continue
            reported.add(hole.key)
            about = " and ".join(f"`{name}`" for name in sorted(hole.later.documents))
            message = (
                f"nothing is added for {about or 'any document'} {hole.days}, "
                f"between the row at {hole.earlier.place} and this one"
            )
            diagnostics.warning(CODE, hole.later.place, message, hole.help, hole.days)


def _elsewhere(earlier: Additional, later: Additional, others: Sequence[Additional]) -> str | None:
    """Whether two rows of different files have none of their kind between them."""
    return None if others or earlier.place.file == later.place.file else ""


def _holes(
    rules: Sequence[Dated], shows: Callable[[Dated, Dated, Sequence[Dated]], str | None]
) -> Iterator[_Hole[Dated]]:
    """Every hole between two of the rules, the nearest two; `shows` is told what is in force."""
    last: _Hole[Dated] | None = None
    for first, end in pairwise(_cuts(rule.effective for rule in rules)):
        found = _hole(rules, first, end, shows)
        if last is not None and found is not None and last.end == found.first:
            last = replace(found, earlier=last.earlier, first=last.first)
            continue
        if last is not None:
            yield last
        last = found
    if last is not None:
        yield last


def _hole(
    rules: Sequence[Dated],
    first: date,
    end: date,
    shows: Callable[[Dated, Dated, Sequence[Dated]], str | None],
) -> _Hole[Dated] | None:
    """The hole in a stretch in which the same of the rules are in force all the time."""
    ended = [rule for rule in rules if (rule.effective.to or date.max) <= first]
    begun = [rule for rule in rules if (rule.effective.start or date.min) >= end]
    if not ended or not begun:
        return None
    ended.sort(key=lambda rule: (rule.effective.to or date.max, rule.place), reverse=True)
    begun.sort(key=lambda rule: (rule.effective.start or date.min, rule.place))
    others = [rule for rule in rules if rule.effective.covers(first)]
    for earlier, later in product(ended, begun):
        witness = shows(earlier, later, others)
        if witness is not None:
            return _Hole(earlier, later, first, end, witness)
    return None


def _cuts(dated: Iterable[Effective]) -> list[date]:
    return sorted({day for each in dated for day in (each.start, each.to) if day is not None})
