"""Bounds, and on which side of one a document lies: exactly at it, or just on its other side.

A bound counts only where it decides: with everything else that the rule asks as it is, the answer
of this comparison alone must settle whether the rule applies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from engine.facts.conditions import (
    ALWAYS,
    All,
    Any,
    Compare,
    Condition,
    Lines,
    Not,
    Op,
    Settled,
)
from engine.facts.kinds import Duration, FactValue
from engine.facts.truth import Known, bound_value, holds, in_currency
from engine.money import Exact, Money
from rules.checks.wording import condition_text

NEVER = Any(())


class Side(StrEnum):
    """Where a document lies: exactly at the bound, or at most one unit away on its other side."""

    AT = "at"
    BEYOND = "beyond"


@dataclass(frozen=True, slots=True)
class Site:
    """One comparison inside a condition: `position` counts them from the left."""

    position: int
    test: Compare
    on_lines: bool


def sites(condition: Condition) -> tuple[Site, ...]:
    """Every comparison with a bound in the condition, left to right."""
    return tuple(
        Site(position, test, on_lines)
        for position, (test, on_lines) in enumerate(_compares(condition, False))
    )


def side_of(condition: Condition, site: Site, known: Known) -> Side | None:
    """Where the document lies, if the comparison decides whether the condition is true."""
    yes, no = (holds(_with(condition, site, part), known) for part in (ALWAYS, NEVER))
    if yes is no or not {yes, no} <= {True, False}:
        return None
    views = known.each_line() if site.on_lines else (known,)
    return next((side for view in views if (side := _side(site.test, view)) is not None), None)


def side_of_amount(op: Op, left: Fraction, right: Fraction) -> Side | None:
    """The same for two amounts in minor units of one currency."""
    return _near(op, left - right)


def bound_text(test: Compare) -> str:
    """`up_to: 10_000.00 USD`, with the name of the fact where it is not the amount of the file."""
    said = condition_text(test)
    return said.removeprefix("amount: {").removesuffix("}") if test.fact == "amount" else said


def _compares(condition: Condition, on_lines: bool) -> Iterator[tuple[Compare, bool]]:
    match condition:
        case Compare():
            yield condition, on_lines
        case All(parts) | Any(parts):
            for part in parts:
                yield from _compares(part, on_lines)
        case Lines(part):
            yield from _compares(part, True)
        case Not(part) | Settled(part):
            yield from _compares(part, on_lines)
        case _:
            return


def _with(condition: Condition, site: Site, instead: Condition) -> Condition:
    """The condition with something else in the place of one comparison."""
    left = [site.position]

    def changed(part: Condition) -> Condition:
        match part:
            case Compare():
                left[0] -= 1
                return instead if left[0] == -1 else part
            case All(parts) | Any(parts):
                return type(part)(tuple(changed(inner) for inner in parts))
            case Lines() | Not() | Settled():
                return replace(part, part=changed(part.part))
            case _:
                return part

    return changed(condition)


def _side(test: Compare, known: Known) -> Side | None:
    stated = known.values.get(test.fact)
    if stated is None:
        return None
    left, right = in_currency(stated, test.currency, known), bound_value(test, known)
    apart = _apart(left, right, test.scale)
    return None if apart is None else _near(test.op, apart)


def _near(op: Op, apart: Fraction | int) -> Side | None:
    """`apart` is how many units the value lies above the bound."""
    if apart == 0:
        return Side.AT
    beyond = apart if op in (Op.UP_TO, Op.ABOVE) else -apart
    return Side.BEYOND if 0 < beyond <= 1 else None


def _apart(left: object, right: object, scale: tuple[str, ...]) -> Fraction | int | None:
    """How many units the left lies above the right; `None` where they are not so compared."""
    match left, right:
        case (Money() | Exact(), Money() | Exact()):
            return Fraction(left.minor) - right.minor if left.currency == right.currency else None
        case (str(), str()) if left in scale and right in scale:
            return scale.index(left) - scale.index(right)
        case (date(), date()):
            return left.toordinal() - right.toordinal()
        case (Duration(), Duration()) if left.days == right.days:
            return left.months - right.months
        case (Duration(), Duration()) if left.months == right.months:
            return left.days - right.days
        case (Fraction(), Fraction()):
            return (left - right) / unit_of(right)
        case _:
            return None


def unit_of(number: Fraction) -> Fraction:
    """The last digit with which a number is written: 1 for `10`, 0.1 for `2.5`."""
    unit = Fraction(1)
    while (number / unit).denominator != 1 and unit > Fraction(1, 10**12):
        unit /= 10
    return unit


def next_to(value: FactValue, test: Compare) -> FactValue | None:
    """The value one unit on the other side of a bound; `None` where there is none to name."""
    up = 1 if test.op in (Op.UP_TO, Op.ABOVE) else -1
    match value:
        case Money(minor, currency):
            return Money(minor + up, currency)
        case date():
            return date.fromordinal(value.toordinal() + up)
        case Duration(months, days):
            return Duration(months, days + up) if days else Duration(months + up, 0)
        case Fraction():
            return value + up * unit_of(value)
        case str() if value in test.scale:
            position = test.scale.index(value) + up
            return test.scale[position] if 0 <= position < len(test.scale) else None
        case _:
            return None
