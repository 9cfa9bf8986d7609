"""One document for a row: facts and an amount for which this row answers, and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import islice, product
from types import MappingProxyType
from typing import Final

from engine.documents.model import Document, Line
from engine.facts.conditions import Compare, Condition, Constant, OneOf, Present, atoms, facts_of
from engine.facts.kinds import Duration, FactValue, Kind
from engine.facts.truth import Known, holds
from engine.facts.vocabulary import Fact
from engine.money import HIGHEST, Exact, Money
from engine.organization import Entity
from engine.policy import Matrix, PolicySet, Row
from engine.rates import Converter, RateTable
from rules.checks.space import variables as v
from rules.checks.space.cells import Box
from rules.checks.space.ground import WORK, Ground
from rules.checks.space.possible import money_of
from rules.checks.space.regions import Budget, Region, nearest_zero

MOST_LINES: Final = 2_000  # lines tried for the tests on lines of one example
OWN: Final = ("document.type", "entity", "entity.country", "entity.region", "entity.currency")


@dataclass(frozen=True, slots=True)
class Example:
    """A region that the row decides, and one amount (a key) in it."""

    region: Region
    key: int


def examples(on: Ground, row: Row, limits: tuple[int, ...]) -> Iterator[Example]:
    """The least amount of the row, and the least one above each of the limits (minor units)."""
    region = next(regions(on, row), None)
    if region is None:
        return
    keys = {nearest_zero(region.spans[0], on.space.between)}
    for limit in limits:
        for low, high in region.spans:
            above = max(2 * (limit + 1), low + low % 2)
            if above <= min(high, HIGHEST - 1) and 2 * limit >= low:
                keys.add(above)
    for key in sorted(keys):
        if key % 2 == 0:
            yield Example(region, key)


def regions(on: Ground, row: Row) -> Iterator[Region]:
    """Where the row decides, one region after the other."""
    covers = () if row.exception else on.exceptions
    search = on.search(Budget(WORK))
    for own in on.of_row(on.matrix.rows.index(row)):
        for start in on.start:
            met: Box | None = own.meet(start)
            if met is not None:
                yield from search.uncovered(met, covers)


def stated(on: Ground, example: Example) -> dict[str, FactValue] | None:
    """The facts of the example, those of its one line too; `None` where one cannot be stated."""
    found: dict[str, FactValue] = {}
    tests: list[tuple[Condition, bool]] = []
    for number, mask in sorted(example.region.masks.items()):
        variable = on.space.variables[number]
        exists = mask & v.full(variable)
        if exists == v.full(variable) or (exists and exists & v.unknown_bit(variable)):
            continue
        cell = next(v.bits(exists))
        match variable:
            case v.Words(fact=fact, values=values):
                found[fact] = values[cell] if values[cell] != v.OTHER else "something_else"
            case v.Lengths(fact=fact, values=lengths):
                found[fact] = lengths[cell]
            case v.Numbers(fact=fact):
                found[fact] = _number(variable, cell, example.region.numbers)
            case v.Relation(fact=fact, base=base, currency=currency, kind=Kind.MONEY):
                for name in (fact, base):
                    value = money_of(example.region.numbers, name, currency)
                    if value is None:
                        return None
                    found[name] = value
            case v.LineTest(part=part):
                tests.append((part, bool(cell)))
            case _:
                return None
    line = _line(tests, found)
    return None if line is None else found | line


def _line(
    tests: Sequence[tuple[Condition, bool]], facts: Mapping[str, FactValue]
) -> dict[str, FactValue] | None:
    """Facts of the one line of the example, so that each test on lines answers as it must."""
    wanted = [part for part, answer in tests if answer]
    names = sorted({name for part in wanted for name in facts_of(part)} - facts.keys())
    choices = [values_named(name, wanted) for name in names]
    nothing: RateTable = MappingProxyType({})
    for values in islice(product(*choices), MOST_LINES):
        line = dict(zip(names, values, strict=True))
        known = Known({**facts, **line}, Converter(nothing, None, None))
        if all(holds(part, known) is True for part in wanted) and not any(
            holds(part, known) for part, answer in tests if not answer
        ):
            return line
    return None


def values_named(name: str, conditions: Sequence[Condition]) -> list[FactValue]:
    """The values of a fact that some tests name, and one that they do not."""
    found: dict[FactValue, None] = {}
    for atom in (atom for condition in conditions for atom in atoms(condition)):
        if atom.fact != name:
            continue
        if isinstance(atom, OneOf):
            found |= dict.fromkeys(sorted(atom.values, key=str))
        elif isinstance(atom, Compare) and isinstance(atom.bound, Constant):
            found |= dict.fromkeys((atom.bound.value, *_beside(atom.bound.value)))
        elif isinstance(atom, Present):
            found[True] = None
    return [*found, "something_else"]


def _beside(value: FactValue) -> tuple[FactValue, ...]:
    match value:
        case Money(minor=minor, currency=currency):
            return Money(minor - 1, currency), Money(minor + 1, currency)
        case Fraction():
            return value - 1, value + 1
        case date():
            return value - timedelta(1), value + timedelta(1)
        case _:
            return ()


def _number(variable: v.Numbers, cell: int, numbers: Mapping[str, Fraction]) -> FactValue:
    known = money_of(numbers, variable.fact, variable.currency) if variable.currency else None
    if known is not None:
        return known
    value = v.number_in(variable, cell)
    match variable.kind:
        case Kind.MONEY if value.denominator == 1:
            return Money(value.numerator, variable.currency)
        case Kind.MONEY:
            return Exact(value, variable.currency)
        case Kind.DATE:
            return date.fromordinal(int(value))
        case _:
            return value


def harmless(fact: Fact, currency: str, now: datetime) -> FactValue:
    """A value for a fact on which the row does not depend."""
    match fact.kind:
        case Kind.MONEY:
            return Money(0, currency)
        case Kind.NUMBER:
            return Fraction(0)
        case Kind.YES_NO | Kind.PAPER:
            return False
        case Kind.DURATION:
            return Duration(0, 0)
        case Kind.DATE:
            return now.date()
        case _:
            return fact.values[0] if fact.values else "something_else"


@dataclass(frozen=True, slots=True)
class Charged:
    """What the example is charged to."""

    cost_center: str
    project: str


def document_of(
    matrix: Matrix,
    entity: Entity,
    facts: Mapping[str, FactValue],
    key: int,
    charged: Charged,
    requester: str,
    now: datetime,
) -> Document:
    """The document of an example; its other facts are given beside it."""
    currency = matrix.currency or entity.currency
    types = sorted(matrix.documents)
    kind = facts.get("document.type")
    net = Money(key // 2 if matrix.amount else 100, currency)
    line = Line(1, net, cost_center=charged.cost_center, project=charged.project)
    return Document(
        type=kind if isinstance(kind, str) else types[0],
        id="EXAMPLE",
        entity=entity.id,
        requester=requester,
        submitted_at=now,
        currency=currency,
        cost_center=charged.cost_center,
        project=charged.project,
        lines=(line,),
        maximum=Money(100, currency) if net.minor == 0 else None,
    )


def given_of(
    policy: PolicySet, matrix: Matrix, facts: Mapping[str, FactValue], key: int, now: datetime
) -> Mapping[str, FactValue]:
    """Every fact beside the document: those of the example, the amount, and harmless others."""
    currency = matrix.currency or "USD"
    computed = ("document.net", "document.gross", "commitment.net")
    own = {
        fact.name: harmless(fact, currency, now)
        for fact in policy.facts.values()
        if fact.name not in _KNOWN_ELSEWHERE and fact.of.value in ("document", "supplier", "line")
    }
    found: dict[str, FactValue] = {k: x for k, x in own.items() if k not in computed}
    found |= {name: value for name, value in facts.items() if name not in OWN}
    if matrix.amount and matrix.amount not in computed:
        found[matrix.amount] = Money(key // 2, matrix.currency)
    return MappingProxyType(found)


# Built in: known from the document, from master data, or by the moment.
_KNOWN_ELSEWHERE: Final = frozenset(
    "document.type document.number document.tax document.date document.maximum document.options"
    " entity requester submitter beneficiary buyer receiver cost_center project department now"
    " supplier customer contract purchase_order".split()
)
