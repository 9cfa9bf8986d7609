"""Conditions of the policy language as patterns: which facts must be there for one to be true.

A condition becomes several lists of tests of which one must be true as a whole. It is true in the
same cases as in `engine/facts/truth.py`; undecided and false are the same here, since only what is
certain counts as violated. What cannot be said so raises `NotExpressible`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Final, assert_never

from engine.facts.comparing import ordered
from engine.facts.conditions import (
    All,
    Any,
    Compare,
    Condition,
    Constant,
    FactBound,
    Lines,
    Not,
    OneOf,
    Op,
    Present,
    Settled,
    parts_of,
)
from engine.facts.kinds import FactValue, Kind, Unlimited
from engine.money import AMOUNTS, key
from engine.opinion.rules import Sign

MOST_LISTS: Final = 32
MILLION: Final = 1_000_000
ANY_LIMIT: Final = 2**63 - 1  # stands for authority without limit; its opposite for none at all

AMOUNT: Final = "amount"  # the amount of the file, which bounds of its rows compare
APPROVER: Final = "approver."

SCALE_UNIT: Final = "rank"
DAY_UNIT: Final = "day"
NUMBER_UNIT: Final = "millionth"

_SIGN: Final = {
    Op.UP_TO: Sign.UP_TO,
    Op.BELOW: Sign.BELOW,
    Op.ABOVE: Sign.ABOVE,
    Op.FROM: Sign.FROM,
}
_OPPOSITE: Final = {Op.UP_TO: Op.ABOVE, Op.ABOVE: Op.UP_TO, Op.BELOW: Op.FROM, Op.FROM: Op.BELOW}


class NotExpressible(Exception):
    """The condition cannot be said in patterns. The message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One fact in one form: `about` is `document`, `basis`, `approver` or `line`.

    `form` is the type of fact that carries it: `quantity`, `word`, `flag` or `presence`; `unit`
    says what a quantity counts, `scale` the words that it ranks.
    """

    about: str
    form: str
    name: str
    unit: str = ""
    scale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A test of a fact: against constants, of which any will do, or against another fact."""

    asked: Asked
    sign: Sign
    values: tuple[int | bool | str, ...] = ()
    other: Asked | None = None

    @property
    def facts(self) -> tuple[Asked, ...]:
        """What it asks for."""
        return (self.asked,) if self.other is None else (self.asked, self.other)


Wants = tuple[Wanted, ...]


def ways(condition: Condition) -> list[Wants]:
    """The lists of tests of which one must be true as a whole; none where it is never true.

    Raises `NotExpressible`.
    """
    found = _ways(condition, True, "document")
    if len(found) > MOST_LISTS:
        raise NotExpressible("it has too many alternatives")
    return found


def _ways(condition: Condition, wanted: bool, about: str) -> list[Wants]:
    match condition:
        case All(parts):
            return _every(parts, wanted, about) if wanted else _some(parts, wanted, about)
        case Any(parts):
            return _some(parts, wanted, about) if wanted else _every(parts, wanted, about)
        case Not(part):
            return _ways(part, not wanted, about)
        case Settled(part):
            if any(isinstance(each, Any | Not) for each in parts_of(part)):
                # What is true whatever a missing fact is would be true there, and not here.
                raise NotExpressible("one fact stands in several alternatives")
            return _ways(part, wanted, about)
        case Lines(part, every):
            if every is wanted:
                raise NotExpressible("it speaks of every line")
            return _ways(part, wanted, "line")
        case Compare():
            return _compared(condition, wanted, about)
        case OneOf():
            return [(_one_of(condition, wanted, about),)]
        case Present(fact):
            return [(Wanted(_asked(about, "presence", fact), Sign.EQUAL, (wanted,)),)]
        case _:
            assert_never(condition)


def _every(parts: Sequence[Condition], wanted: bool, about: str) -> list[Wants]:
    found: list[Wants] = [()]
    for part in parts:
        more = _ways(part, wanted, about)
        if about == "line":  # of one line
            found = [(*a, *b) for a, b in product(found, more)]
        else:
            found = [_both(a, b) for a, b in product(found, more)]
        if len(found) > MOST_LISTS:
            raise NotExpressible("it has too many alternatives")
    return found


def _both(wants: Wants, more: Wants) -> Wants:
    """Two lists as one, of which only one may speak of a line: it could be the same or another."""
    if all(any(each.asked.about == "line" for each in part) for part in (wants, more)):
        raise NotExpressible("it speaks of several lines")
    return (*wants, *more)


def _some(parts: Sequence[Condition], wanted: bool, about: str) -> list[Wants]:
    return [way for part in parts for way in _ways(part, wanted, about)]


def _asked(about: str, form: str, name: str, unit: str = "", scale: tuple[str, ...] = ()) -> Asked:
    if about == "document":
        if name.startswith(APPROVER):
            about = "approver"
        elif name == AMOUNT:
            about = "basis"
    return Asked(about, form, name, unit, scale)


def _one_of(test: OneOf, wanted: bool, about: str) -> Wanted:
    sign = Sign.EQUAL if wanted else Sign.DIFFERENT
    if all(type(value) is bool for value in test.values):
        flags = tuple(sorted(value for value in test.values if isinstance(value, bool)))
        return Wanted(_asked(about, "flag", test.fact), sign, flags)
    words = tuple(sorted(value for value in test.values if isinstance(value, str)))
    if len(words) < len(test.values):
        raise NotExpressible(f"`{test.fact}` is compared with something else than words")
    return Wanted(_asked(about, "word", test.fact), sign, words)


def _compared(test: Compare, wanted: bool, about: str) -> list[Wants]:
    op = test.op if wanted else _OPPOSITE[test.op]
    match test.bound:
        case Constant(value):
            if test.scale and all(ordered(word, op, value, test.scale) for word in test.scale):
                return [()]  # true whatever the word is, also where it is missing
            asked = _asked(about, "quantity", test.fact, unit_of(test), test.scale)
            return [(Wanted(asked, _SIGN[op], (_bound(value, test),)),)]
        case FactBound(fact, None):
            left = _asked(about, "quantity", test.fact, unit_of(test), test.scale)
            right = _asked(about, "quantity", fact, unit_of(test), test.scale)
            if test.kind is Kind.NUMBER or left == right:
                raise NotExpressible(f"`{test.fact}` is compared with `{fact}`")
            return [(Wanted(left, _SIGN[op], other=right),), *_at_the_end(left, op, right)]
        case _:
            raise NotExpressible(f"`{test.fact}` is compared with a share, or a lesser or greater")


def _at_the_end(left: Asked, op: Op, right: Asked) -> Iterator[Wants]:
    """On a scale nothing is above the highest word: whatever a missing word is, that much is so."""
    if not left.scale or op not in (Op.UP_TO, Op.FROM):
        return
    top = len(left.scale) - 1
    low, high = (left, right) if op is Op.UP_TO else (right, left)
    yield (Wanted(low, Sign.EQUAL, (0,)),)
    yield (Wanted(high, Sign.EQUAL, (top,)),)


def unit_of(test: Compare) -> str:
    """What the quantities of a comparison count."""
    match test.kind:
        case Kind.MONEY if test.currency:
            return test.currency
        case Kind.MONEY:  # compared in the currency of the left side, whichever it has
            return f"as {test.fact}"
        case Kind.SCALE:
            return SCALE_UNIT
        case Kind.DATE:
            return DAY_UNIT
        case Kind.NUMBER:
            return NUMBER_UNIT
        case _:
            raise NotExpressible(f"`{test.fact}` is a {test.kind}")


def _bound(value: FactValue, test: Compare) -> int:
    found = quantity(value, test.scale)
    if found is None or (isinstance(value, AMOUNTS) and value.currency != test.currency):
        raise NotExpressible(f"`{test.fact}` is compared with a value that is no whole number")
    if test.kind is Kind.NUMBER and found % 2:
        raise NotExpressible(f"`{test.fact}` is compared with more than six decimals")
    return found


def quantity(value: FactValue, scale: tuple[str, ...] = ()) -> int | None:
    """The value as a whole number that orders like it against whole bounds; `None` for no order.

    Amounts and numbers by `engine.money.key`: even for whole minor units, or millionths.
    """
    match value:
        case bool():
            return None
        case Unlimited(sign):
            return sign * ANY_LIMIT
        case str():
            return scale.index(value) if value in scale else None
        case date():
            return value.toordinal()
        case Fraction():
            return key(value * MILLION)
        case _ if isinstance(value, AMOUNTS):
            return key(value.minor)
        case _:
            return None
