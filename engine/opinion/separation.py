"""Conflicts of duties as rules: two acts of one person, or an act and a role that he holds.

What is forbidden is what `engine/segregation/standing.py` finds before a document is released, and
approving while one holds roles of both duties.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.opinion.patterns import APPROVAL, effective_tests
from engine.opinion.rules import Check, ControlRule, Join, Pattern, Sign
from engine.policy import Conflict, PolicySet
from engine.segregation.rulings import HELD_ROLES

THEN, NOW = "then", "now"
Tests = tuple[Check | Join, ...]


def conflict_name(conflict: Conflict) -> str:
    """What a conflict of duties is called."""
    return f"conflict {conflict.name}"


def needs_past(policy: PolicySet, conflict: Conflict) -> bool:
    """Whether nothing can be said of it by what is known of one document alone.

    That an act was let through by a mitigation is kept with the act, where the past is kept.
    """
    is_mitigated = any(each.conflict == conflict.name for each in policy.mitigations)
    return is_mitigated or conflict.on not in (HELD_ROLES, "same_document")


def conflict_rules(policy: PolicySet, conflict: Conflict) -> Iterator[ControlRule]:
    """The rules of one conflict; none for one that only warns."""
    if conflict.outcome == "warn":
        return
    is_mitigated = any(each.conflict == conflict.name for each in policy.mitigations)
    first, second = conflict.duties
    if conflict.on == HELD_ROLES:
        yield _both_roles(conflict, is_mitigated)
    for one, other in dict.fromkeys(((first, second), (second, first))):
        if conflict.on == HELD_ROLES:
            yield _act_and_role(conflict, one, other, is_mitigated)
        else:
            yield _two_acts(conflict, one, other, is_mitigated)


def _scope(conflict: Conflict) -> Pattern:
    name = Check("control", conflict_name(conflict))
    return Pattern("scope", (name, *effective_tests(conflict.effective)))


def _two_acts(conflict: Conflict, one: str, other: str, is_mitigated: bool) -> ControlRule:
    """An act on the chain of the document, and one that its person may not have done as well."""
    act = Pattern("did", (Check("duty", one), Check("kind", conflict.on), Check("chained", True)))
    tests: Tests = (
        Check("duty", other),
        Check("kind", conflict.on),
        Join("over", 1, "over"),
        Join("act", 1, "act", Sign.DIFFERENT),
        *_within(conflict),
    )
    between: tuple[Pattern, ...] = ()
    if conflict.related:
        between = (Pattern("related", (Join("person", 1, "person"),)),)
        tests += (Join("person", 2, "other"), Join("act", 2, "act"))
    else:
        tests += (Join("person", 1, "person"),)
    last = 2 + len(between)
    clean = tuple(_clean(conflict, number) for number in (1, last)) if is_mitigated else ()
    patterns = (_scope(conflict), act, *between, Pattern("did", tests), *clean)
    acts = ((1, "act"), (last, "act"))
    return ControlRule(conflict_name(conflict), patterns, None, (), acts)


def _within(conflict: Conflict) -> Tests:
    if conflict.within is None:
        return ()
    return (
        Join("day", 1, "day", Sign.UP_TO, conflict.within),
        Join("day", 1, "day", Sign.FROM, -conflict.within),
    )


def _clean(conflict: Conflict, number: int) -> Pattern:
    """The act of that pattern was not done under a mitigation of the conflict."""
    return Pattern("clean", (Check("conflict", conflict.name), Join("act", number, "act")))


def _act_and_role(conflict: Conflict, one: str, other: str, is_mitigated: bool) -> ControlRule:
    """An act on the chain, by somebody who holds or held a role of the other duty."""
    act = Pattern("did", (Check("duty", one), Check("kind", conflict.on), Check("chained", True)))
    held = _holds(conflict, other, 1)
    return ControlRule(
        conflict_name(conflict),
        (_scope(conflict), act, held),
        _accepted(conflict) if is_mitigated else None,
        (),
        ((1, "act"),),
    )


def _both_roles(conflict: Conflict, is_mitigated: bool) -> ControlRule:
    """An approval by somebody who held roles of both duties at that moment."""
    held = [
        Pattern("holds", (*_holds(conflict, duty, 1).tests, Check("moment", THEN)))
        for duty in dict.fromkeys(conflict.duties)
    ]
    return ControlRule(
        conflict_name(conflict),
        (_scope(conflict), APPROVAL, *held),
        _accepted(conflict) if is_mitigated else None,
        (),
        ((1, "act"),),
    )


def _holds(conflict: Conflict, duty: str, number: int) -> Pattern:
    """Whoever did the act of that pattern holds a role of the duty, or a relative of his."""
    tests: Tests = (
        Check("duty", duty),
        Join("act", number, "act"),
        Join("person", number, "person"),
    )
    return Pattern("holds", tests if conflict.related else (*tests, Check("relative", False)))


def _accepted(conflict: Conflict) -> Pattern:
    """The act was done under a mitigation of the conflict."""
    return Pattern("accepted", (Check("conflict", conflict.name), Join("act", 1, "act")))
