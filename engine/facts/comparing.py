"""Comparing two values of one ordered kind, exactly; undecided where they do not compare.

Months and days are different units: a month is 28 to 31 days, so `1 month` against `30 days` is
undecided, while `36 months` against `3 years` is exact. Authority without limit orders above every
amount, no authority below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from operator import ge, gt, le, lt
from types import MappingProxyType
from typing import Final, assert_never

from engine.facts.conditions import Op
from engine.facts.kinds import Duration, FactValue, Unlimited
from engine.money import AMOUNTS, Exact, Money


def ordered(left: FactValue, op: Op, right: FactValue, scale: tuple[str, ...] = ()) -> bool | None:
    """`left op right` for two values of one ordered kind; undecided where they do not compare."""
    if isinstance(left, AMOUNTS) and isinstance(right, AMOUNTS):  # most comparisons by far
        return _HOLDS[op](left.minor, right.minor)
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


_HOLDS: Final[Mapping[Op, Callable[[Fraction | int, Fraction | int], bool]]] = MappingProxyType(
    {Op.UP_TO: le, Op.BELOW: lt, Op.ABOVE: gt, Op.FROM: ge}
)

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
