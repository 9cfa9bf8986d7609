"""Conditions over facts, with three truth values: true, false, and undecided (`None`).

A condition is a small tree of frozen values, written by the compiler and only read here.
A missing fact makes a test undecided. `Settled` marks a condition in which one fact stands twice:
there, a condition that is true (or false) whatever the missing facts are, is true (or false).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import assert_never

from engine.facts import Duration, FactValue, Kind, Unlimited
from engine.money import Exact, Money
from engine.rates import Converter, Shortage

MOST_CASES = 20_000  # combinations tried for missing facts; beyond that, undecided


class Op(StrEnum):
    """The four comparisons of the language; each means exactly its sign."""

    UP_TO = "up_to"
    BELOW = "below"
    ABOVE = "above"
    FROM = "from"

    @property
    def sign(self) -> str:
        """The sign as a trace prints it."""
        return _SIGNS[self]


_SIGNS: Mapping[Op, str] = {Op.UP_TO: "<=", Op.BELOW: "<", Op.ABOVE: ">", Op.FROM: ">="}


@dataclass(frozen=True, slots=True)
class Constant:
    """A written bound."""

    value: FactValue


@dataclass(frozen=True, slots=True)
class FactBound:
    """The value of another fact, or a share of it (`10% of contract.original`)."""

    fact: str
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Extreme:
    """The lesser or the greater of several money bounds."""

    parts: tuple[Bound, ...]
    lesser: bool


Bound = Constant | FactBound | Extreme


@dataclass(frozen=True, slots=True)
class Compare:
    """`fact op bound`. Money is compared in `currency` (the fact's own where that is empty)."""

    fact: str
    op: Op
    bound: Bound
    kind: Kind
    currency: str = ""
    scale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact equals one of the values. `domain` lists all it can take; empty means open."""

    fact: str
    values: frozenset[FactValue]
    domain: tuple[FactValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Present:
    """Whether the fact has a value (for a paper: is present). Never undecided."""

    fact: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part; true when there is none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part; false when there is none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; undecided stays undecided."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Lines:
    """`any_line` or `every_line`. A document that states no lines leaves it undecided."""

    part: Condition
    every: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """A condition in which the facts `repeated` stand more than once."""

    part: Condition
    repeated: tuple[str, ...]


Condition = Compare | OneOf | Present | All | Any | Not | Lines | Settled
ALWAYS = All(())


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

    def also(self, values: Mapping[str, FactValue]) -> Known:
        """The same knowledge with more facts."""
        return Known({**self.values, **values}, self.converter, self.lines, self.why_missing)


def holds(condition: Condition, known: Known) -> bool | None:
    """Whether the condition is true, false, or undecided (`None`) for what is known."""
    match condition:
        case Compare():
            return _compare(condition, known)
        case OneOf(fact, values):
            value = known.values.get(fact)
            return None if value is None else value in values
        case Present(fact):
            return known.values.get(fact, False) is not False
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
    for index in range(len(known.lines)):
        value = holds(condition.part, known.line(index))
        if value is (not condition.every):
            return value
        if value is None:
            result = None
    return result


def _compare(test: Compare, known: Known) -> bool | None:
    left = known.values.get(test.fact)
    if left is None:
        return None
    right = bound_value(test, known)
    if right is None or isinstance(right, Shortage):
        return None
    left = in_currency(left, test.currency, known)
    if isinstance(left, Shortage):
        return None
    return ordered(left, test.op, right, test.scale)


def bound_value(test: Compare, known: Known) -> FactValue | Shortage | None:
    """The bound's value in the currency of the comparison; `None` where a fact is missing."""
    currency = test.currency
    if test.kind is Kind.MONEY and not currency:
        left = known.values.get(test.fact)
        currency = left.currency if isinstance(left, Money | Exact) else ""
    return _bound(test.bound, currency, known)


def _bound(bound: Bound, currency: str, known: Known) -> FactValue | Shortage | None:
    match bound:
        case Constant(value):
            return in_currency(value, currency, known)
        case FactBound(fact, share):
            value = known.values.get(fact)
            if value is None:
                return None
            value = in_currency(value, currency, known)
            if share is not None and isinstance(value, Money | Exact):
                return Exact(share * value.minor, value.currency)
            return value
        case Extreme(parts, lesser):
            values = [_bound(part, currency, known) for part in parts]
            return _extreme(values, lesser)
        case _:
            assert_never(bound)


def _extreme(values: list[FactValue | Shortage | None], lesser: bool) -> FactValue | Shortage | None:
    best: FactValue | None = None
    for value in values:
        if value is None or isinstance(value, Shortage):
            return value
        if best is None or ordered(value, Op.BELOW if lesser else Op.ABOVE, best) is True:
            best = value
    return best


def in_currency(value: FactValue, currency: str, known: Known) -> FactValue | Shortage:
    """Money in `currency`, exactly; every other value, or any where it is empty, as it is."""
    if currency and isinstance(value, Money | Exact) and value.currency != currency:
        return known.converter.convert(value, currency)
    return value


def ordered(left: FactValue, op: Op, right: FactValue, scale: tuple[str, ...] = ()) -> bool | None:
    """`left op right` for two values of one ordered kind; undecided where they do not compare."""
    spans = _spans(left, right, scale)
    if spans is None:
        return None
    (a, b), (c, d) = spans  # the left is within [a, b], the right within [c, d]
    match op:
        case Op.UP_TO:
            return True if b <= c else False if a > d else None
        case Op.BELOW:
            return True if b < c else False if a >= d else None
        case Op.ABOVE:
            return True if a > d else False if b <= c else None
        case Op.FROM:
            return True if a >= d else False if b < c else None
        case _:
            assert_never(op)


Point = tuple[int, Fraction | int]  # the first part orders what is below or above every number
Span = tuple[Point, Point]


def _spans(left: FactValue, right: FactValue, scale: tuple[str, ...]) -> tuple[Span, Span] | None:
    if isinstance(left, Duration) and isinstance(right, Duration):
        return _duration_spans(left, right)
    a, b = _point(left, scale), _point(right, scale)
    return None if a is None or b is None else ((a, a), (b, b))


def _point(value: FactValue, scale: tuple[str, ...]) -> Point | None:
    match value:
        case Money() | Exact():
            return 0, value.minor
        case Unlimited(sign):
            return sign, 0
        case str():
            return (0, scale.index(value)) if value in scale else None
        case date():
            return 0, value.toordinal()
        case bool() | Duration():
            return None
        case _:
            return 0, value


def _duration_spans(left: Duration, right: Duration) -> tuple[Span, Span]:
    if left.days == right.days:  # months against months, exactly
        return _same(left.months), _same(right.months)
    if left.months == right.months:
        return _same(left.days), _same(right.days)
    return _in_days(left), _in_days(right)


def _same(number: int) -> Span:
    return (0, number), (0, number)


def _in_days(length: Duration) -> Span:
    """Bounds that hold for every run of consecutive calendar months (mean 30.436875 days)."""
    if length.months == 0:
        return _same(length.days)
    mean = length.months * 30_436_875 // 1_000_000
    return (0, length.days + mean - 3), (0, length.days + mean + 4)


def atoms(condition: Condition) -> Iterator[Compare | OneOf | Present]:
    """Every test in the condition, left to right, those on lines included."""
    match condition:
        case Compare() | OneOf() | Present():
            yield condition
        case All(parts) | Any(parts):
            for part in parts:
                yield from atoms(part)
        case Not(part) | Lines(part) | Settled(part):
            yield from atoms(part)
        case _:
            assert_never(condition)


def bound_facts(bound: Bound) -> Iterator[str]:
    """The facts that a bound reads."""
    match bound:
        case FactBound(fact):
            yield fact
        case Extreme(parts):
            for part in parts:
                yield from bound_facts(part)
        case Constant():
            return
        case _:
            assert_never(bound)


def facts_of(condition: Condition) -> Iterator[str]:
    """Every fact the condition reads, repeated as often as it stands there."""
    for atom in atoms(condition):
        yield atom.fact
        if isinstance(atom, Compare):
            yield from bound_facts(atom.bound)


def settle(condition: Condition) -> Condition:
    """Marks a condition in which one fact stands more than once (see `Settled`)."""
    names = list(facts_of(condition))
    repeated = tuple(sorted({name for name in names if names.count(name) > 1}))
    has_lines = any(isinstance(part, Lines) for part in parts_of(condition))
    return Settled(condition, repeated) if repeated and not has_lines else condition


def parts_of(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it, outermost first."""
    yield condition
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from parts_of(part)
        case Not(part) | Lines(part) | Settled(part):
            yield from parts_of(part)
        case _:
            return


def _whatever(condition: Settled, known: Known) -> bool | None:
    """The one value the condition has for all values of the missing facts; undecided if two."""
    missing = [name for name in condition.repeated if name not in known.values]
    choices = [representatives(condition.part, name, known, len(missing)) for name in missing]
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


OTHER = "\0other"  # stands for every word that the condition does not name


def representatives(condition: Condition, fact: str, known: Known, spread: int) -> list[FactValue]:
    """One value for each cell into which the condition's tests divide what the fact can be.

    Empty where that cannot be said (a test for presence, several currencies, durations).
    `spread` values stand for each open interval, so that several missing facts can be ordered.
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
    return [Exact(number, currency) for number in _spread(sorted(points), spread)]


def _other_side(test: Compare, fact: str, known: Known) -> tuple[set[Fraction], str] | None:
    """The number a missing money fact is compared with, where that is one known amount."""
    if test.fact != fact or not test.currency:
        return None
    value = bound_value(test, known)
    return ({Fraction(value.minor)}, test.currency) if isinstance(value, Money | Exact) else None


def _spread(points: list[Fraction], spread: int) -> list[Fraction]:
    numbers = [points[0] - 1, *points, points[-1] + 1]
    for low, high in zip(points, points[1:], strict=False):
        numbers += [low + (high - low) * step / (spread + 1) for step in range(1, spread + 1)]
    return sorted(numbers)


def shortages(condition: Condition, known: Known) -> dict[str, Shortage]:
    """Why the condition may be undecided: each fact (or rate) that it lacks, with a hold code."""
    lacking: dict[str, Shortage] = {}
    views = [known.line(index) for index in range(len(known.lines))]
    for part in parts_of(condition):
        if isinstance(part, Lines) and not known.lines:
            lacking["lines"] = Shortage("fact_missing", "lines")
    for atom in atoms(condition):
        if isinstance(atom, Present):
            continue
        for view in (known, *views):
            _lacks(atom, view, lacking)
    return lacking


def _lacks(atom: Compare | OneOf, known: Known, lacking: dict[str, Shortage]) -> None:
    names = [atom.fact]
    if isinstance(atom, Compare):
        names += bound_facts(atom.bound)
        left = known.values.get(atom.fact)
        found = in_currency(left, atom.currency, known) if left is not None else None
        for value in (found, bound_value(atom, known)):
            if isinstance(value, Shortage):
                lacking[value.detail] = value
    for name in names:
        if name not in known.values:
            lacking[name] = known.why_missing.get(name) or Shortage("fact_missing", name)
