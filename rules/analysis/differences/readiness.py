"""What the checks before posting say, and which way they differ: every check only adds.

What a check states is told by its parameters, as they are written; which of two values asks for
more is said where the check is defined (`engine.readiness.parameters`).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import Final

from engine.facts.vocabulary import Window
from engine.money import Money, fraction_text
from engine.readiness.check import Check, ReadinessCheck
from engine.readiness.parameters import Kind as Parameters
from engine.readiness.parameters import Stated, Stricter, parameters_of
from rules.analysis.differences import phrases as say
from rules.analysis.differences import strictness as strict
from rules.analysis.differences.aspects import Aspect, Kind, phrase
from rules.analysis.differences.judging import by_reach, layer, where_text
from rules.analysis.differences.model import Area, Direction
from rules.analysis.differences.pairing import same

LOOSER, STRICTER, DIFFERENT = Direction.LOOSER, Direction.STRICTER, Direction.DIFFERENT


def _asks(check: object) -> str:
    """What a check (or a group of parameters) states beyond what it is anyway."""
    of = type(check)
    parts = [
        f"{one.name.replace('_', ' ')} {_value(one, value)}"
        for one in parameters_of(of)
        if (value := getattr(check, one.attribute)) != one.default(of)
    ]
    return ", ".join(parts) or "as it is by itself"


def _value(one: Stated, value: object) -> str:
    match value:
        case None | "" | () | frozenset() if not value:
            return "not stated"
        case Money():
            return say.money(value)
        case Fraction():
            return f"{fraction_text(value * 100)} %"
        case Window():
            count = f"{value.count} " if value.count else ""
            return f"{count}{value.unit.replace('_', ' ')}"
        case tuple() | frozenset():
            return say.listed(str(each) for each in value)
        case StrEnum():
            return str(value).replace("_", " ")
        case _ if one.parameter.kind is Parameters.GROUP:
            return f"({_asks(value)})"
        case _:
            return str(value)


def _direction(old: Check, new: Check) -> Direction:
    if type(old) is not type(new):
        return DIFFERENT
    return strict.together(_of_parameters(old, new)) or DIFFERENT


def _of_parameters(old: object, new: object) -> Iterable[Direction | None]:
    for one in parameters_of(type(old)):
        before, after = getattr(old, one.attribute), getattr(new, one.attribute)
        if before != after:
            yield _of_values(one, before, after)


def _of_values(one: Stated, before: object, after: object) -> Direction | None:
    if one.parameter.kind is Parameters.GROUP and before is not None and after is not None:
        return strict.together(_of_parameters(before, after)) or DIFFERENT
    match one.parameter.stricter:
        case Stricter.FEWER:
            return strict.of_sets(before, after, more_is=LOOSER)
        case Stricter.MORE:
            return strict.of_sets(_as_set(before), _as_set(after), more_is=STRICTER)
        case Stricter.SMALLER:
            return _of_sizes(before, after, more_is=LOOSER)
        case Stricter.LARGER:
            return _of_sizes(before, after, more_is=STRICTER)
        case Stricter.UNSTATED:
            return by_release(before, after)
        case Stricter.UNKNOWN:
            return DIFFERENT


def _as_set(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple) else value


def _of_sizes(before: object, after: object, *, more_is: Direction) -> Direction | None:
    """Two amounts of one currency, two shares, two counts, two lengths in one unit."""
    match before, after:
        case (int(), int()) | (Fraction(), Fraction()):
            is_more = after > before  # type: ignore[operator]
        case (Money(first, currency), Money(second, other)) if currency == other:
            is_more = second > first
        case (Window(first, unit), Window(second, other)) if unit == other:
            is_more = second > first
        case _:
            return DIFFERENT
    return more_is if is_more else strict.turned(more_is)


def by_release(before: object, after: object) -> Direction | None:
    """Whoever may let something through makes it looser."""
    if before and after:
        return DIFFERENT
    return STRICTER if before else LOOSER


def _by_warning(before: bool, after: bool) -> Direction | None:
    return LOOSER if after else STRICTER


def _severity(is_warning: bool) -> str:
    return "warns" if is_warning else "blocks"


def _named(role: str) -> str:
    return role or "nobody"


READINESS: Final[Kind[ReadinessCheck]] = Kind(
    Area.READINESS,
    lambda rule: f"check {rule.check.word}",
    lambda rule: phrase((("", _asks(rule.check)), ("", where_text(rule)))),
    (
        Aspect("now asks", lambda rule: rule.check, _asks, _direction),
        Aspect("now", lambda rule: rule.is_warning, _severity, _by_warning),
        Aspect("released by", lambda rule: rule.released_by, _named, by_release),
        Aspect("now for", lambda rule: rule.documents, say.documents, by_reach(STRICTER)),
        Aspect("its owner is", lambda rule: rule.owner),
        *layer(),
    ),
    (
        same(lambda rule: (rule.check, rule.documents, rule.scope, rule.effective)),
        same(lambda rule: (rule.check.word, rule.documents, rule.scope)),
        same(lambda rule: (rule.check.word, rule.scope)),
    ),
    adding=STRICTER,
)
