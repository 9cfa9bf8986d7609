"""One matrix made ready for the checks: its space, its rows as boxes, where documents can be."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from engine.facts.conditions import ALWAYS, All, Compare, Condition, OneOf
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import Fact
from engine.money import HIGHEST, LOWEST
from engine.organization import Entity
from engine.policy import Additional, Matrix, PolicySet, Row
from engine.scopes import Scope
from rules.checks.space.cells import WHOLE, Box, Space
from rules.checks.space.gathering import AMOUNT, Domains
from rules.checks.space.possible import Amount, Possible
from rules.checks.space.regions import Budget, Search

SIGNED: Final = "signed_with_waiver"
WORK: Final = 1_500_000  # boxes looked at for one matrix and one question
_ENTITY_FACTS: Final = ("entity", "entity.country", "entity.region", "entity.currency")


@dataclass(frozen=True, slots=True)
class RowBox:
    """One alternative of one row. `row` is its position in the matrix."""

    row: int
    box: Box


@dataclass(frozen=True, slots=True)
class Ground:
    """What the checks of one matrix stand on.

    `start` are the boxes of documents that the matrix decides; `lowest` is the first key of the
    amount. `certain` and `possible` are the alternatives of all rows, by position. `exceptions` is
    where an exception row may decide, so that no plain row does; `elsewhere` where a matrix of
    narrower scope may.
    """

    matrix: Matrix
    space: Space
    possible_in: Possible
    lowest: int
    start: tuple[Box, ...]
    certain: tuple[RowBox, ...]
    possible: tuple[RowBox, ...]

    exceptions: tuple[Box, ...]
    elsewhere: tuple[Box, ...] = ()

    def others_decide(self, position: int) -> tuple[Box, ...]:
        """Where a row is not what decides: other matrices, and exceptions for a plain row."""
        is_exception = self.matrix.rows[position].exception
        return self.elsewhere if is_exception else (*self.exceptions, *self.elsewhere)

    def of_row(self, position: int) -> Iterator[Box]:
        """The alternatives for which a row is certainly true."""
        start = bisect_left(self.certain, position, key=lambda entry: entry.row)
        for entry in islice(self.certain, start, None):
            if entry.row != position:
                return
            yield entry.box

    @property
    def has_amount(self) -> bool:
        """Whether the matrix compares an amount at all."""
        return bool(self.matrix.amount)

    def search(self, budget: Budget) -> Search:
        """A new search in this space."""
        return Search(self.space, budget, self.possible_in)


def ground(
    policy: PolicySet,
    matrix: Matrix,
    others: Sequence[Condition] = (),
    documents: frozenset[str] = frozenset(),
    entities: Sequence[Entity] | None = None,
    narrower: Sequence[Matrix] = (),
    known: Condition = ALWAYS,
) -> Ground:
    """Prepare a matrix; `others` are further conditions that will be asked in its space.

    `documents` and `entities` narrow what the matrix is looked at for. `narrower` are matrices
    that decide instead where they cover a document, `known` is so for every document. Raises
    `TooManyBoxes`.
    """
    inside = scope_entities(policy, matrix.scope) if entities is None else tuple(entities)
    instead = [instead_of(matrix, each, inside) for each in narrower]
    space = Space(
        (matrix.when, *(row.when for row in matrix.rows), *others, *instead, known),
        matrix.currency,
        domains(documents or matrix.documents, inside, policy.facts),
        has_between(policy, matrix.amount, inside),
    )
    amount = Amount(matrix.amount, is_absolute(policy, matrix.amount))
    facts = [entity_facts(entity) for entity in inside]
    lowest = lowest_key(policy, matrix.amount) if matrix.amount else 0
    whole = Box(lowest, HIGHEST, {})
    start = [box.meet(whole) for box in space.boxes(All((matrix.when, known)), certain=True)]
    possible = tuple(row_boxes(space, matrix.rows, certain=False))
    return Ground(
        matrix,
        space,
        Possible(space, amount, facts),
        lowest,
        tuple(box for box in start if box is not None),
        tuple(row_boxes(space, matrix.rows, certain=True)),
        possible,
        tuple(entry.box for entry in possible if matrix.rows[entry.row].exception),
        tuple(box for each in instead for box in space.boxes(each, certain=False)),
    )


def lowest_key(policy: PolicySet, amount: str) -> int:
    """The first key of an amount: those that are compared with their sign go below zero."""
    return LOWEST if policy.credits == SIGNED or is_total(policy, amount) else 0


def is_absolute(policy: PolicySet, amount: str) -> bool:
    """Whether an amount is compared without its sign; totals always keep theirs."""
    return policy.credits == "absolute" and not is_total(policy, amount)


def is_total(policy: PolicySet, amount: str) -> bool:
    """Whether the amount is a sum over several documents."""
    fact = policy.facts.get(amount)
    return fact is not None and fact.total is not None


def row_boxes(space: Space, rows: Sequence[Row], *, certain: bool) -> Iterator[RowBox]:
    """Every alternative of every row, with the row's bounds."""
    for position, row in enumerate(rows):
        bounds = Box(row.low, row.high, {})
        if row.low > row.high:
            continue
        for box in space.boxes(row.when, certain=certain):
            met = bounds if box is WHOLE else box.meet(bounds)
            if met is not None:
                yield RowBox(position, met)


def scope_entities(policy: PolicySet, scope: Scope) -> tuple[Entity, ...]:
    """The declared entities within a scope."""
    return tuple(e for e in policy.organization.entities.values() if in_scope(e, scope))


def in_scope(entity: Entity, scope: Scope) -> bool:
    """Whether a scope covers an entity."""
    match scope.width:
        case 0:
            return entity.id in scope.entities
        case 1:
            return entity.country in scope.countries
        case 2:
            return entity.region in scope.regions
        case _:
            return True


def entity_facts(entity: Entity) -> Mapping[str, FactValue]:
    """What is known of a document's entity, as facts."""
    values = (entity.id, entity.country, entity.region, entity.currency)
    return dict(zip(_ENTITY_FACTS, values, strict=True))


def domains(
    documents: frozenset[str], entities: Sequence[Entity], facts: Mapping[str, Fact]
) -> Domains:
    """All that some facts can be: closed choices, the document's type, the entity's facts."""
    found: dict[str, tuple[FactValue, ...]] = {
        name: tuple(fact.values) for name, fact in facts.items() if fact.values
    }
    if documents:
        found["document.type"] = tuple(sorted(documents))
    if entities:
        known = [entity_facts(entity) for entity in entities]
        for name in _ENTITY_FACTS:
            found[name] = tuple(sorted({str(values[name]) for values in known}))
    return found


def has_between(policy: PolicySet, amount: str, entities: Sequence[Entity]) -> bool:
    """Whether this amount can lie between two minor units."""
    if policy.fx is not None:
        return True
    shares = (entity.tax_recovery for entity in entities)
    return amount == "commitment.net" and any(
        share is not None and share.denominator != 1 for share in shares
    )


def applies_to(
    matrix: Matrix, documents: frozenset[str], scope: Scope, entities: Sequence[Entity]
) -> Condition:
    """That a document of the matrix is one of these types (empty: all) and in this scope."""
    parts: list[Condition] = []
    types = tuple(sorted(matrix.documents))
    if documents and not matrix.documents <= documents:
        parts.append(OneOf("document.type", frozenset(documents & matrix.documents), types))
    inside = [entity.id for entity in entities if in_scope(entity, scope)]
    if len(inside) < len(entities):
        parts.append(OneOf("entity", frozenset(inside), tuple(e.id for e in entities)))
    return All(tuple(parts))


def instead_of(matrix: Matrix, narrower: Matrix, entities: Sequence[Entity]) -> Condition:
    """When a matrix of narrower scope decides what otherwise the matrix would."""
    return All((narrower.when, applies_to(matrix, narrower.documents, narrower.scope, entities)))


def control_condition(row: Additional, matrix: Matrix, entities: Sequence[Entity]) -> Condition:
    """When a control applies to documents of the matrix; bounds on its amount are tests of it."""
    bounds = [_bound(bound, row, matrix) for bound in row.bounds]
    where = applies_to(matrix, row.documents, row.scope, entities)
    return All((row.when, *bounds, where))


def _bound(bound: Compare, row: Additional, matrix: Matrix) -> Compare:
    """The bound on the matrix's amount, where both compare the same, else on the control's."""
    if (row.amount, row.currency) == (matrix.amount, matrix.currency) or bound.fact != AMOUNT:
        return bound
    return replace(bound, fact=row.amount, currency=bound.currency or row.currency)
