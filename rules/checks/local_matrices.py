"""A local matrix that asks less than the wider one it replaces, for the same document and amount.

Ranks are compared by a guarantee with an `order`. Exact, with a document as witness: the narrower
matrix decides it, without it the wider one would, and no control makes up for the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.facts.conditions import ALWAYS, All, Condition
from engine.organization import Entity
from engine.places import Place
from engine.policy import (
    Additional,
    Answer,
    Approve,
    Guarantee,
    Hold,
    Matrix,
    NotNeeded,
    PolicySet,
    Refuse,
    Row,
)
from rules.checks.answers import words_of
from rules.checks.matrices import stretches
from rules.checks.orders import Rank, highest, waives, word_rank
from rules.checks.space.cells import Box, TooManyBoxes
from rules.checks.space.ground import (
    WORK,
    Ground,
    RowBox,
    control_condition,
    ground,
    in_scope,
    row_boxes,
)
from rules.checks.space.pairs import Item, meeting
from rules.checks.space.regions import Budget, Region, Search
from rules.checks.wording import NOT_PROVED_HELP, matrix_name, witness
from rules.diagnostics import Diagnostics


@dataclass(frozen=True, slots=True)
class Replacing:
    """A matrix and the wider one that it replaces, for the entities and types of both.

    `between` are the matrices of a scope narrower than the wider one, on that day.
    """

    local: Matrix
    wider: Matrix
    entities: tuple[Entity, ...]
    documents: frozenset[str]
    between: tuple[Matrix, ...]
    controls: tuple[Additional, ...]


def check_local_matrices(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Every matrix beside each wider one: by each order that is guaranteed, and by refusals."""
    orders: list[Guarantee | None] = [each for each in policy.guarantees if each.order]
    for guarantee in (*orders, None):
        reported: set[Place] = set()
        for found in _replacing(policy, guarantee):
            try:
                _check(policy, guarantee, found, reported, diagnostics)
            except TooManyBoxes as error:
                message = f"{matrix_name(found.local)} was not compared with "
                message += f"{matrix_name(found.wider)}, which it replaces: a condition has {error}"
                diagnostics.note("not-proved", found.local.place, message, NOT_PROVED_HELP)


def _replacing(policy: PolicySet, guarantee: Guarantee | None) -> Iterator[Replacing]:
    """Each pair, on one day of each stretch in which the same rules are in force."""
    dated = [matrix.effective for matrix in policy.matrices]
    dated += [row.effective for row in policy.additional]
    spoken = frozenset() if guarantee is None else guarantee.documents
    for local in policy.matrices:
        for wider in policy.matrices:
            if wider.scope.width <= local.scope.width:
                continue
            documents = local.documents & wider.documents & (spoken or local.documents)
            if not documents or (local.amount, local.currency) != (wider.amount, wider.currency):
                continue
            scopes = [local.scope, wider.scope, *([guarantee.scope] if guarantee else [])]
            everywhere = policy.organization.entities.values()
            entities = tuple(e for e in everywhere if all(in_scope(e, scope) for scope in scopes))
            for day in stretches(local.effective, wider.effective, dated) if entities else ():
                if guarantee is None or guarantee.effective.covers(day):
                    rest = _in_force(policy, local, wider, documents, day)
                    yield Replacing(local, wider, entities, documents, *rest)


def _in_force(
    policy: PolicySet, local: Matrix, wider: Matrix, documents: frozenset[str], day: date
) -> tuple[tuple[Matrix, ...], tuple[Additional, ...]]:
    between = tuple(
        each
        for each in policy.matrices
        if each is not local
        and each.scope.width < wider.scope.width
        and not each.documents.isdisjoint(documents)
        and each.effective.covers(day)
    )
    controls = tuple(
        row
        for row in policy.additional
        if row.effective.covers(day) and (not row.documents or row.documents & documents)
    )
    return between, controls


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both matrices in one space. `rows` are boxes of the wider one's rows, by position."""

    found: Replacing
    guarantee: Guarantee | None
    on: Ground
    rows: tuple[RowBox, ...]
    exceptions: tuple[Box, ...]
    where: tuple[Box, ...]
    controls: tuple[tuple[Additional, Condition], ...]

    def rank(self, answer: Answer | None) -> Rank:
        """How much an answer asks; without an order, a refusal is more than any approval."""
        if self.guarantee is None:
            return Rank(0 if isinstance(answer, Refuse) else -1)
        words = words_of(answer)
        return highest([word_rank(word, self.guarantee.order) for word in words])


def _compared(policy: PolicySet, guarantee: Guarantee | None, found: Replacing) -> Comparison:
    controls = tuple(
        (row, control_condition(row, found.local, found.entities)) for row in found.controls
    )
    spoken = ALWAYS if guarantee is None else guarantee.when
    header = All((found.wider.when, spoken))
    others = [header, *(row.when for row in found.wider.rows), *(when for _, when in controls)]
    on = ground(policy, found.local, others, found.documents, found.entities, found.between)
    rows = tuple(row_boxes(on.space, found.wider.rows, certain=True))
    possible = row_boxes(on.space, found.wider.rows, certain=False)
    exceptions = tuple(e.box for e in possible if found.wider.rows[e.row].exception)
    where = tuple(on.space.boxes(header, certain=True))
    return Comparison(found, guarantee, on, rows, exceptions, where, controls)


def _check(
    policy: PolicySet,
    guarantee: Guarantee | None,
    found: Replacing,
    reported: set[Place],
    diagnostics: Diagnostics,
) -> None:
    both = _compared(policy, guarantee, found)
    search, budget = both.on.search(Budget(WORK)), Budget(WORK)
    items = [Item(e.row, 0, e.box) for e in both.on.certain]
    items += [Item(len(found.local.rows) + e.row, 1, e.box) for e in both.rows]
    for pair in meeting(items, budget):
        first, second = sorted(pair, key=lambda item: item.answer)
        row = found.local.rows[first.row]
        wider = found.wider.rows[second.row - len(found.local.rows)]
        if row.place in reported or not _may_be_less(both, row, wider):
            continue
        region = _uncovered(both, search, row, wider, first.box.meet(second.box))
        if region is not None:
            reported.add(row.place)
            _report(both, row, wider, region, diagnostics)
    if budget.left < 0 or search.unexamined:
        message = f"{matrix_name(found.local)} was not compared everywhere with "
        message += f"{matrix_name(found.wider)}, which it replaces"
        diagnostics.note("not-proved", found.local.place, message, NOT_PROVED_HELP)


def _may_be_less(both: Comparison, row: Row, wider: Row) -> bool:
    """Whether the local row asks less than the wider one, and does not say that it may."""
    if not isinstance(row.answer, Approve | NotNeeded):
        return False
    if both.guarantee is not None and waives(row, both.guarantee):
        return False
    rank = both.rank(row.answer)
    return not rank.open_ended and rank.known < both.rank(wider.answer).known


def _uncovered(
    both: Comparison, search: Search, row: Row, wider: Row, met: Box | None
) -> Region | None:
    """A document that each would decide, and to which no control adds what is missing."""
    covers = list(both.on.elsewhere)
    covers += () if row.exception else both.on.exceptions
    covers += () if wider.exception else both.exceptions
    least = both.rank(wider.answer).known
    for control, condition in both.controls:
        rank = both.rank(control.answer)
        if isinstance(control.answer, Hold | Refuse) or rank.open_ended or rank.known >= least:
            covers += both.on.space.boxes(condition, certain=False)
    for start in both.on.start:
        for where in both.where:
            inner = met.meet(start) if met is not None else None
            box = inner.meet(where) if inner is not None else None
            region = next(search.uncovered(box, covers), None) if box is not None else None
            if region is not None:
                return region
    return None


def _report(
    both: Comparison, row: Row, wider: Row, region: Region, diagnostics: Diagnostics
) -> None:
    other = f"row `{wider.name}` ({wider.place})" if wider.name else f"the row at {wider.place}"
    name = matrix_name(both.found.wider)
    if both.guarantee is None:
        message = f"this row lets through what {other} of {name} refuses: a matrix of narrower "
        message += "scope replaces a wider one"
        help = "refuse it here too, or refuse it in a file of `kind: controls`: every layer of "
        help += "those applies"
    else:
        message = f"this row asks less than {other} of {name}, which it replaces: "
        message += f"`{both.guarantee.name}` says so"
        help = f"ask no less here, or say `waives: {{{both.guarantee.name}: why}}`"
    shown = witness(both.on.space, region, both.on.has_amount)
    diagnostics.warning("looser-locally", row.place, message, help, shown)
