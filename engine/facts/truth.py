"""Whether a condition holds for what is known: true, false, or undecided (`None`).

A missing fact makes a test undecided, never false. In a condition marked `Settled` every value
that the missing facts could have is tried, one for each cell into which the tests divide them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise, product
from typing import Final, assert_never

from engine.facts.comparing import ordered
from engine.facts.conditions import (
    ALWAYS,
    All,
    Any,
    Bound,
    Compare,
    Condition,
    Constant,
    Extreme,
    FactBound,
    Lines,
    Not,
    OneOf,
    Op,
    Present,
    Settled,
    atoms,
    bound_facts,
    parts_of,
    placed_atoms,
)
from engine.facts.kinds import FactValue, Kind
from engine.money import AMOUNTS, Exact
from engine.rates import Converter, Shortage

MOST_CASES: Final = 20_000  # combinations tried for missing facts; beyond that, undecided
OTHER: Final = "\0other"  # stands for every word that a condition does not name


@dataclass(slots=True)
class Known:
    """What is known when conditions are asked: the facts, the lines' facts, and the rates.

    `why_missing` names a hold code and detail for facts that are missing for a known reason.
    """

    values: Mapping[str, FactValue]
    converter: Converter
    lines: tuple[Mapping[str, FactValue], ...] = ()
    why_missing: Mapping[str, Shortage] = field(default_factory=dict)

    def line(self, index: int) -> Known:
        """The same knowledge as one line sees it: its own facts before the document's."""
        merged = {**self.values, **self.lines[index]}
        return Known(merged, self.converter, (), self.why_missing)

    def each_line(self) -> Iterator[Known]:
        """The same knowledge as every line sees it."""
        return (self.line(index) for index in range(len(self.lines)))

    def also(self, values: Mapping[str, FactValue]) -> Known:
        """The same knowledge with more facts."""
        return Known({**self.values, **values}, self.converter, self.lines, self.why_missing)


def holds(condition: Condition, known: Known) -> bool | None:
    """Whether the condition is true, false, or undecided (`None`) for what is known."""
    if condition is ALWAYS:  # most of those that are asked
        return True
    match condition:
        case Compare():
            return _compare(condition, known)
        case OneOf(fact, values):
            value = known.values.get(fact)
            return None if value is None else value in values
        case Present(fact):
            return fact in known.values
        case All(parts):
            return _every(parts, known)
        case Any(parts):
            return _some(parts, known)
        case Not(part):
            inner = holds(part, known)
            return None if inner is None else not inner
        case Lines():
            return _lines(condition, known)
        case Settled():
            inner = holds(condition.part, known)
            return _whatever(condition, known) if inner is None else inner
        case _:
            assert_never(condition)


def _every(parts: tuple[Condition, ...], known: Known) -> bool | None:
    result: bool | None = True
    for part in parts:
        value = holds(part, known)
        if value is False:
            return False
        if value is None:
            result = None
    return result


def _some(parts: tuple[Condition, ...], known: Known) -> bool | None:
    result: bool | None = False
    for part in parts:
        value = holds(part, known)
        if value is True:
            return True
        if value is None:
            result = None
    return result


def _lines(condition: Lines, known: Known) -> bool | None:
    if not known.lines:
        return None
    result: bool | None = condition.every
    for view in known.each_line():
        value = holds(condition.part, view)
        if value is (not condition.every):
            return value
        if value is None:
            result = None
    return result


def _compare(test: Compare, known: Known) -> bool | None:
    if test.scale:
        return _compare_on_scale(test, known)
    left = known.values.get(test.fact)
    if left is None:
        return None
    if isinstance(test.bound, Extreme):
        return _compare_extreme(test, test.bound, known)
    right = bound_value(test, known)
    if right is None or isinstance(right, Shortage):
        return None  # before the left is converted: no rate is used where nothing is compared
    return compared(in_currency(left, test.currency, known), test.op, right)


def compared(
    left: FactValue | Shortage | None, op: Op, right: FactValue | Shortage | None
) -> bool | None:
    """`left op right` off a scale, with what is missing on either side; undecided for that."""
    if left is None or right is None or isinstance(left, Shortage) or isinstance(right, Shortage):
        return None
    return ordered(left, op, right)


def _compare_on_scale(test: Compare, known: Known) -> bool | None:
    """A missing word could be any of the scale: nothing is below the lowest, whatever it is."""
    left, right = known.values.get(test.fact), bound_value(test, known)
    if isinstance(right, Shortage):
        return None
    lefts: tuple[FactValue, ...] = test.scale if left is None else (left,)
    rights: tuple[FactValue, ...] = test.scale if right is None else (right,)
    found = {ordered(a, test.op, b, test.scale) for a in lefts for b in rights}
    return found.pop() if len(found) == 1 else None


def _compare_extreme(test: Compare, bound: Extreme, known: Known) -> bool | None:
    """Against the lesser (or greater) of several: below the lesser is below each of them.

    So the parts are asked one by one, and what is missing matters only where it could decide.
    """
    parts = tuple(replace(test, bound=part) for part in bound.parts)
    upper = test.op in (Op.UP_TO, Op.BELOW)
    return _every(parts, known) if upper is bound.lesser else _some(parts, known)


def bound_value(test: Compare, known: Known) -> FactValue | Shortage | None:
    """The bound's value in the currency of the comparison; `None` where a fact is missing."""
    currency = test.currency
    if not currency and test.kind is Kind.MONEY:
        left = known.values.get(test.fact)
        currency = left.currency if isinstance(left, AMOUNTS) else ""
    return _bound(test.bound, currency, known)


def _bound(bound: Bound, currency: str, known: Known) -> FactValue | Shortage | None:
    if isinstance(bound, Constant):  # as most are
        return in_currency(bound.value, currency, known)
    match bound:
        case FactBound(fact, share):
            stated = known.values.get(fact)
            if stated is None:
                return None
            found = in_currency(stated, currency, known)
            if share is not None and isinstance(found, AMOUNTS):
                return Exact(share * found.minor, found.currency)
            return found
        case Extreme(parts, lesser):
            values = [_bound(part, currency, known) for part in parts]
            return _extreme(values, lesser)
        case _:
            assert_never(bound)


def _extreme(
    values: list[FactValue | Shortage | None], lesser: bool
) -> FactValue | Shortage | None:
    best: FactValue | None = None
    for value in values:
        if value is None or isinstance(value, Shortage):
            return value
        if best is None or ordered(value, Op.BELOW if lesser else Op.ABOVE, best) is True:
            best = value
    return best


def in_currency(value: FactValue, currency: str, known: Known) -> FactValue | Shortage:
    """Money in `currency`, exactly; every other value, or any where it is empty, as it is."""
    if currency and isinstance(value, AMOUNTS) and value.currency != currency:
        return known.converter.convert(value, currency)
    return value


def _whatever(condition: Settled, known: Known) -> bool | None:
    """The one value the condition has for all values of the missing facts; undecided if two."""
    missing = [name for name in condition.repeated if name not in known.values]
    choices = [representatives(condition.part, name, known) for name in missing]
    combinations = 1
    for values in choices:
        combinations *= len(values)
    if not missing or not 0 < combinations <= MOST_CASES:
        return None
    results = {
        holds(condition.part, known.also(dict(zip(missing, values, strict=True))))
        for values in product(*choices)
    }
    return results.pop() if len(results) == 1 else None


def representatives(condition: Condition, fact: str, known: Known) -> list[FactValue]:
    """One value for each cell into which the condition's tests divide what the fact can be.

    Empty where that cannot be said: a test for presence, several currencies, an ordered fact that
    is not money, or a comparison with another missing fact.
    """
    words: dict[FactValue, None] = {}
    points: set[Fraction] = set()
    currencies: set[str] = set()
    for atom in atoms(condition):
        match atom:
            case Present(name) if name == fact:
                return []
            case OneOf(name, values, domain) if name == fact:
                words |= dict.fromkeys(domain or (*sorted(values, key=str), OTHER))
            case Compare() if fact in (atom.fact, *bound_facts(atom.bound)):
                other = _other_side(atom, fact, known)
                if atom.kind is not Kind.MONEY or other is None:
                    return []
                points |= other[0]
                currencies.add(other[1])
            case _:
                continue
    if not points:
        return list(words)
    if words or len(currencies) != 1:
        return []
    currency = currencies.pop()
    return [Exact(number, currency) for number in _cells(sorted(points))]


def _other_side(test: Compare, fact: str, known: Known) -> tuple[set[Fraction], str] | None:
    """The number a missing money fact is compared with, where that is one known amount."""
    if test.fact != fact or not test.currency:
        return None
    value = bound_value(test, known)
    return ({Fraction(value.minor)}, test.currency) if isinstance(value, AMOUNTS) else None


def _cells(points: list[Fraction]) -> list[Fraction]:
    """Each point, a number between each two, one below all and one above all."""
    between = [(low + high) / 2 for low, high in pairwise(points)]
    return sorted([points[0] - 1, *points, *between, points[-1] + 1])


def shortages(condition: Condition, known: Known) -> dict[str, Shortage]:
    """Why the condition may be undecided: each fact (or rate) that it lacks, with a hold code."""
    lacking: dict[str, Shortage] = {}
    for part in parts_of(condition):
        if isinstance(part, Lines) and not known.lines:
            lacking["lines"] = Shortage("fact_missing", "lines")
    for atom, on_lines in placed_atoms(condition):
        if not isinstance(atom, Present):
            for view in known.each_line() if on_lines else (known,):
                _lacks(atom, view, lacking)
    return lacking


def _lacks(atom: Compare | OneOf, known: Known, lacking: dict[str, Shortage]) -> None:
    names = [atom.fact]
    if isinstance(atom, Compare):
        names += bound_facts(atom.bound)
        left = known.values.get(atom.fact)
        found = in_currency(left, atom.currency, known) if left is not None else None
        other = bound_value(atom, known)
        for value in (found, other):
            if isinstance(value, Shortage):
                lacking[value.detail] = value
        if _do_not_compare(found, other, atom):
            detail = f"{atom.fact}, since {found} and {other} do not compare"
            lacking[atom.fact] = Shortage("fact_missing", detail)
    for name in names:
        if name not in known.values:
            lacking[name] = known.why_missing.get(name) or Shortage("fact_missing", name)


def _do_not_compare(
    left: FactValue | Shortage | None, right: FactValue | Shortage | None, test: Compare
) -> bool:
    """Whether both sides are known and still no order is, as for `1 month` and `30 days`."""
    if left is None or right is None or isinstance(left, Shortage) or isinstance(right, Shortage):
        return False
    return ordered(left, test.op, right, test.scale) is None
