"""One matrix made ready for the checks: its space, its rows as boxes, where documents can be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.conditions import Compare, Condition
from engine.facts import Fact, FactValue
from engine.organization import Entity
from engine.policy import HIGHEST, LOWEST, Additional, Matrix, PolicySet, Row, Scope
from rules.checks.cells import AMOUNT, Box, Domains, Space
from rules.checks.possible import Amount, Possible
from rules.checks.regions import Budget, Search

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
    amount. `certain` and `possible` are the alternatives of all rows.
    """

    matrix: Matrix
    space: Space
    possible_in: Possible
    lowest: int
    start: tuple[Box, ...]
    certain: tuple[RowBox, ...]
    possible: tuple[RowBox, ...]

    @property
    def has_amount(self) -> bool:
        """Whether the matrix compares an amount at all."""
        return bool(self.matrix.amount)

    def search(self, budget: Budget) -> Search:
        """A new search in this space."""
        return Search(self.space, budget, self.possible_in)


def ground(policy: PolicySet, matrix: Matrix, others: Sequence[Condition] = ()) -> Ground:
    """Prepare a matrix; `others` are further conditions that will be asked in its space.

    Raises `TooManyBoxes`.
    """
    entities = scope_entities(policy, matrix.scope)
    space = Space(
        (matrix.when, *(row.when for row in matrix.rows), *others),
        matrix.currency,
        domains(matrix.documents, entities, policy.facts),
        has_between(policy, matrix, entities),
    )
    amount = Amount(matrix.amount, policy.credits == "absolute")
    facts = [entity_facts(entity) for entity in entities]
    lowest = LOWEST if policy.credits == SIGNED and matrix.amount else 0
    whole = Box(lowest, HIGHEST, {})
    start = [box.meet(whole) for box in space.boxes(matrix.when, certain=True)]
    return Ground(
        matrix,
        space,
        Possible(space, amount, facts),
        lowest,
        tuple(box for box in start if box is not None),
        tuple(_row_boxes(space, matrix.rows, certain=True)),
        tuple(_row_boxes(space, matrix.rows, certain=False)),
    )


def row_boxes(space: Space, row: Row, *, certain: bool) -> Iterator[Box]:
    """The alternatives of one row, its bounds included."""
    bounds = Box(row.low, row.high, {})
    for box in space.boxes(row.when, certain=certain):
        met = box.meet(bounds)
        if met is not None:
            yield met


def _row_boxes(space: Space, rows: Sequence[Row], *, certain: bool) -> Iterator[RowBox]:
    for position, row in enumerate(rows):
        for box in row_boxes(space, row, certain=certain):
            yield RowBox(position, box)


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


def has_between(policy: PolicySet, matrix: Matrix, entities: Sequence[Entity]) -> bool:
    """Whether amounts between two minor units can reach the matrix."""
    if policy.fx is not None:
        return True
    shares = (entity.tax_recovery for entity in entities)
    return matrix.amount == "commitment.net" and any(
        share is not None and share.denominator != 1 for share in shares
    )


def amount_condition(row: Additional, matrix: Matrix) -> tuple[Box, tuple[Condition, ...]]:
    """The bounds of a control as a box, where its amount is the matrix's, or as conditions."""
    if (row.amount, row.currency) == (matrix.amount, matrix.currency):
        return Box(row.low, row.high, {}), ()
    moved = tuple(
        Compare(row.amount, bound.op, bound.bound, bound.kind, bound.currency or row.currency)
        if bound.fact == AMOUNT
        else bound
        for bound in row.bounds
    )
    return Box(LOWEST, HIGHEST, {}), moved
