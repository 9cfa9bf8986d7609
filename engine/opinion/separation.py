"""Conflicts of duties as rules: two acts of one person, or of two who count as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import Final

from engine.opinion.patterns import effective_tests
from engine.opinion.rules import Check, ControlRule, Join, Pattern, Sign
from engine.policy import Conflict, Effective, PolicySet

# What two acts must share; `here` where one of them must have been done on this document.
OVER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "same_document": "document",
        "same_chain": "chain",
        "same_supplier": "supplier",
        "same_object": "object",
    }
)
NEEDS_HERE: Final = frozenset({"same_supplier", "same_object"})

Tests = tuple[Check | Join, ...]


def conflict_name(conflict: Conflict) -> str:
    """What a conflict of duties is called."""
    return f"conflict {conflict.name}"


def conflict_rules(policy: PolicySet, conflict: Conflict) -> Iterator[ControlRule]:
    """The rules of one conflict; none for one that only warns."""
    if conflict.outcome == "warn":
        return
    is_mitigated = any(each.conflict == conflict.name for each in policy.mitigations)
    if conflict.on == "person":
        yield _static(conflict, is_mitigated)
        return
    for is_second_later, is_first_here in product(*_cases(conflict, is_mitigated)):
        yield _pair(conflict, is_mitigated, is_second_later, is_first_here)


def _cases(
    conflict: Conflict, is_mitigated: bool
) -> tuple[tuple[bool | None, ...], tuple[bool | None, ...]]:
    """Which act is the later one, and which is of this document, where that matters.

    The later act decides: on its day the conflict was in force and a mitigation counted, or not.
    """
    dated = is_mitigated or conflict.effective != Effective()
    is_later: tuple[bool | None, ...] = (True, False) if dated else (None,)
    is_here: tuple[bool | None, ...] = (True, False) if conflict.on in NEEDS_HERE else (None,)
    return is_later, is_here


def _static(conflict: Conflict, is_mitigated: bool) -> ControlRule:
    """Who approves holds roles of both duties."""
    held = [
        Pattern("holds", (Check("duty", duty), Join("act", 1, "act"), Join("person", 1, "person")))
        for duty in dict.fromkeys(conflict.duties)
    ]
    scope = Pattern("scope", (Check("control", conflict_name(conflict)),))
    approval = Pattern("approval", effective_tests(conflict.effective))
    return ControlRule(
        conflict_name(conflict),
        (scope, approval, *held),
        _unless(conflict, 1) if is_mitigated else None,
        ((1, "person"),),
        ((1, "act"),),
    )


def _pair(
    conflict: Conflict,
    is_mitigated: bool,
    is_second_later: bool | None,
    is_first_here: bool | None,
) -> ControlRule:
    first_duty, second_duty = conflict.duties
    kind = OVER[conflict.on]
    scope = Pattern("scope", (Check("control", conflict_name(conflict)),))
    in_force = effective_tests(conflict.effective)
    first: Tests = (Check("duty", first_duty), Check("kind", kind))
    second: Tests = (Check("duty", second_duty), Check("kind", kind))
    second += (Join("over", 1, "over"), _another_act(conflict), *_within(conflict))
    if is_first_here is not None:
        first += (Check("here", is_first_here),)
        second += () if is_first_here else (Check("here", True),)
    if is_second_later is True:
        second += (Join("day", 1, "day", Sign.FROM), *in_force)
    elif is_second_later is False:
        second += (Join("day", 1, "day", Sign.BELOW),)
        first += in_force
    between: tuple[Pattern, ...] = ()
    if conflict.related:
        between = (Pattern("related", (Join("person", 1, "person"),)),)
        second += (Join("person", 2, "other"),)
    else:
        second += (Join("person", 1, "person"),)
    last = 2 + len(between)
    later = last if is_second_later else 1
    return ControlRule(
        conflict_name(conflict),
        (scope, Pattern("did", first), *between, Pattern("did", second)),
        _unless(conflict, later) if is_mitigated else None,
        ((1, "person"), (last, "person")),
        ((1, "act"), (last, "act")),
    )


def _another_act(conflict: Conflict) -> Join:
    """Of a duty that conflicts with itself each pair is looked at once."""
    first, second = conflict.duties
    return Join("act", 1, "act", Sign.ABOVE if first == second else Sign.DIFFERENT)


def _within(conflict: Conflict) -> Tests:
    if conflict.within is None:
        return ()
    return (
        Join("day", 1, "day", Sign.UP_TO, conflict.within),
        Join("day", 1, "day", Sign.FROM, -conflict.within),
    )


def _unless(conflict: Conflict, later: int) -> Pattern:
    """A mitigation lets the person of the later act through, on its day and below its cap."""
    return Pattern(
        "mitigation",
        (
            Check("conflict", conflict.name),
            Check("spare", 0, Sign.FROM),
            Join("person", later, "person"),
            Join("until", later, "day", Sign.FROM),
        ),
    )
