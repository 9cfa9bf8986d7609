"""Patterns out of tests on facts: one pattern for each fact, and joins between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from engine.opinion.conditions import Asked, NotExpressible, Wanted, Wants
from engine.opinion.rules import Check, ControlRule, Either, Join, Pattern, Sign
from engine.scopes import Effective

APPROVAL: Final = Pattern("approval")

# The field of each form of fact that is compared.
COMPARED: Final[Mapping[str, str]] = MappingProxyType(
    {"quantity": "number", "word": "word", "flag": "flag", "presence": "there"}
)
_MIRRORED: Final[Mapping[Sign, Sign]] = MappingProxyType(
    {
        Sign.BELOW: Sign.ABOVE,
        Sign.ABOVE: Sign.BELOW,
        Sign.UP_TO: Sign.FROM,
        Sign.FROM: Sign.UP_TO,
        Sign.EQUAL: Sign.EQUAL,
        Sign.DIFFERENT: Sign.DIFFERENT,
    }
)


def effective_tests(effective: Effective, field: str = "day") -> tuple[Check, ...]:
    """That the day is one on which a file is in force."""
    start = effective.start and (Check(field, effective.start.toordinal(), Sign.FROM),)
    to = effective.to and (Check(field, effective.to.toordinal(), Sign.BELOW),)
    return (*(start or ()), *(to or ()))


def rule_of(control: str, patterns: tuple[Pattern, ...]) -> ControlRule:
    """A rule that names who approved and by which act, where it is about an approval."""
    at = [number for number, pattern in enumerate(patterns) if pattern.type == "approval"]
    return ControlRule(
        control,
        patterns,
        None,
        tuple((number, "person") for number in at),
        tuple((number, "act") for number in at),
    )


def patterns_of(wants: Wants, first: Sequence[Pattern]) -> tuple[Pattern, ...]:
    """The patterns that follow `first` so that every test of the list is made.

    Tests of one fact stand in one pattern: the facts of a match are all different. Raises
    `NotExpressible` for facts of an approver where there is none.
    """
    facts: dict[Asked, list[Check | Join | Either]] = {}
    has_line = any(_is_of_line(each) for each in wants)
    offset = len(first) + has_line
    for wanted in wants:
        if wanted.other is not None:
            facts.setdefault(wanted.other, [])
        tests = facts.setdefault(wanted.asked, [])
        if wanted.other is None:
            tests += _constants(wanted)
            continue
        places = list(facts)
        left, right = (places.index(each) for each in (wanted.asked, wanted.other))
        field = COMPARED[wanted.asked.form]
        if left > right:
            tests.append(Join(field, right + offset, field, wanted.sign))
        else:  # a join looks back
            mirrored = Join(field, left + offset, field, _MIRRORED[wanted.sign])
            facts[wanted.other].append(mirrored)
    found = [Pattern("line")] if has_line else []
    for asked, tests in facts.items():
        found.append(Pattern(asked.form, (*_about(asked, first), *tests)))
    return tuple(found)


def _is_of_line(wanted: Wanted) -> bool:
    return wanted.asked.about == "line"


def _constants(wanted: Wanted) -> Iterator[Check | Either]:
    field = COMPARED[wanted.asked.form]
    if wanted.sign is Sign.DIFFERENT or len(wanted.values) == 1:
        yield from (Check(field, value, wanted.sign) for value in wanted.values)
    else:
        yield Either(tuple((Check(field, value, wanted.sign),) for value in wanted.values))


def _about(asked: Asked, first: Sequence[Pattern]) -> Iterator[Check | Join]:
    """Which fact it is. Where somebody approved, everything is asked as it was then."""
    at = [number for number, each in enumerate(first) if each.type == "approval"]
    match asked.about:
        case "line" if at:
            raise NotExpressible("it speaks of lines and of an approver")
        case "approver" if not at:
            raise NotExpressible(f"`{asked.name}` is asked where nobody approves")
        case _ if at:
            yield Join("about", at[0], "about")
        case "line":
            yield Join("about", len(first), "about")
        case about:
            yield Check("about", about)
    yield Check("name", asked.name)
    if asked.form == "quantity":
        yield Check("unit", asked.unit)
