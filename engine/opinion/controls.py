"""The controls of a policy set as rules over facts, and by name those that cannot be said so.

Every rule says what must have happened for a control to be violated. What the facts mean is in
`SHEET`; `facts.py` derives them from what is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from engine.facts.conditions import Condition
from engine.money import HIGHEST, LOWEST
from engine.opinion.conditions import AMOUNT, Asked, NotExpressible, Wanted, Wants, ways
from engine.opinion.patterns import APPROVAL, effective_tests, patterns_of, rule_of
from engine.opinion.rules import Check, ControlRule, FieldType, Join, Pattern, Sheet, Sign
from engine.opinion.separation import conflict_rules
from engine.policy import Additional, Barred, Hold, PolicySet, Refuse

SELF_APPROVAL: Final = "self approval"
BENEFICIARY: Final = "approval by a beneficiary"

_NUMBER, _FLAG, _TEXT = FieldType.NUMBER, FieldType.FLAG, FieldType.TEXT

SHEET: Final[Sheet] = {
    # The control covers this document; the local day on which it was let through.
    "scope": {"control": _TEXT, "day": _NUMBER},
    # Somebody approved, himself or through another; `about` names what is known of him then.
    "approval": {"act": _NUMBER, "person": _TEXT, "day": _NUMBER, "about": _TEXT},
    # The document names somebody as requester, beneficiary, buyer ...
    "part": {"part": _TEXT, "person": _TEXT},
    # An act that belongs to a duty, once for each thing it was about that a conflict compares;
    # `chained` where it was done on this document or one that is linked with it.
    "did": {
        "duty": _TEXT,
        "kind": _TEXT,
        "over": _TEXT,
        "person": _TEXT,
        "act": _NUMBER,
        "day": _NUMBER,
        "chained": _FLAG,
    },
    # The person, or a relative, holds a role of the duty: when the act was done, or now.
    "holds": {
        "act": _NUMBER,
        "person": _TEXT,
        "duty": _TEXT,
        "moment": _TEXT,
        "relative": _FLAG,
    },
    # What `other` did by this act counts for the person, too.
    "related": {"person": _TEXT, "other": _TEXT, "act": _NUMBER},
    # The act was done under a mitigation of the conflict, or it was not.
    "accepted": {"conflict": _TEXT, "act": _NUMBER},
    "clean": {"conflict": _TEXT, "act": _NUMBER},
    # Bank accounts, tax ids and addresses, as tokens that only this case knows.
    "detail": {"person": _TEXT, "kind": _TEXT, "token": _TEXT},
    "supplier_detail": {"kind": _TEXT, "token": _TEXT},
    # Names that the supplier goes by, and interests declared when the act was done.
    "supplier": {"supplier": _TEXT},
    "interest": {"act": _NUMBER, "person": _TEXT, "supplier": _TEXT},
    # What conditions ask.
    "line": {"about": _TEXT},
    "quantity": {"about": _TEXT, "name": _TEXT, "unit": _TEXT, "number": _NUMBER},
    "word": {"about": _TEXT, "name": _TEXT, "word": _TEXT},
    "flag": {"about": _TEXT, "name": _TEXT, "flag": _FLAG},
    "presence": {"about": _TEXT, "name": _TEXT, "there": _FLAG},
}


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A control about which the second opinion says nothing, and why."""

    control: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ControlRules:
    """The rules of a policy set, and the controls of it that no rule stands for.

    `asked` are the facts that conditions on the document ask for, `asked_of_approvals` those of
    bars, `words` the words that either compare with. `exact` are the facts that a control compares
    with one another, which must be whole for that.
    """

    rules: tuple[ControlRule, ...]
    uncovered: tuple[Uncovered, ...]
    asked: frozenset[Asked]
    asked_of_approvals: frozenset[Asked]
    words: frozenset[str]
    exact: frozenset[tuple[str, Asked]]


def control_rules(policy: PolicySet) -> ControlRules:
    """What the set's controls forbid to have happened on a case that is let through."""
    rules = [*_approver_rules(), *_related_rules(policy)]
    for conflict in policy.conflicts:
        rules += conflict_rules(policy, conflict)
    uncovered: list[Uncovered] = []
    said: list[tuple[bool, str, Wanted]] = []
    for is_bar, kind in ((False, _rows(policy)), (True, _bars(policy))):
        for name, found in kind:
            if isinstance(found, NotExpressible):
                uncovered.append(Uncovered(name, "not_expressible", str(found)))
                continue
            rules += [rule for rule, _ in found]
            said += [(is_bar, name, wanted) for _, wants in found for wanted in wants]
    uncovered += [
        Uncovered(guarantee_name(each.name), "not_asked", "guarantees are kept by the route")
        for each in policy.guarantees
    ]
    asked = {
        is_bar: frozenset(each for of, _, wanted in said if of is is_bar for each in wanted.facts)
        for is_bar in (False, True)
    }
    words = frozenset(value for _, _, each in said for value in each.values)
    exact = frozenset(
        (name, each)
        for _, name, wanted in said
        if wanted.other is not None
        for each in wanted.facts
    )
    return ControlRules(
        tuple(rules),
        tuple(uncovered),
        asked[False],
        asked[True],
        frozenset(word for word in words if isinstance(word, str)),
        exact,
    )


def row_name(row: Additional) -> str:
    """What an additional row or cap is called: by its name, else by its place."""
    return f"control {row.name or row.place}"


def bar_name(bar: Barred) -> str:
    """What a bar is called."""
    return f"bar {bar.name}"


def guarantee_name(name: str) -> str:
    """What a guarantee is called."""
    return f"guarantee {name}"


def match_name(place: object) -> str:
    """What a match of an approver with the supplier is called."""
    return f"related party {place}"


def document_match_name(place: object) -> str:
    """What a match of somebody the document names is called."""
    return f"related party on the document {place}"


def interest_name(place: object) -> str:
    """What an approval in spite of a declared interest is called."""
    return f"declared interest {place}"


def _approver_rules() -> Iterator[ControlRule]:
    for control, part in ((SELF_APPROVAL, "requester"), (BENEFICIARY, "beneficiary")):
        same = Pattern("part", (Check("part", part), Join("person", 0, "person")))
        yield ControlRule(control, (APPROVAL, same), None, ((0, "person"),), ((0, "act"),))


def _related_rules(policy: PolicySet) -> Iterator[ControlRule]:
    for rule in policy.related_parties:
        for kind in sorted(rule.match):
            of_supplier = Pattern("supplier_detail", (Check("kind", kind),))
            shared = (
                Check("kind", kind),
                Join("person", 0, "person"),
                Join("token", 1, "token"),
            )
            who, what = ((0, "person"),), ((0, "act"),)
            patterns = (APPROVAL, of_supplier, Pattern("detail", shared))
            yield ControlRule(match_name(rule.place), patterns, None, who, what)
            if rule.refuse_on_match:
                patterns = (Pattern("part"), of_supplier, Pattern("detail", shared))
                yield ControlRule(document_match_name(rule.place), patterns, None, who)
        if rule.exclude_declared:
            declared = Pattern("interest", (Join("act", 0, "act"), Join("person", 0, "person")))
            of = Pattern("supplier", (Join("supplier", 1, "supplier"),))
            who, what = ((0, "person"),), ((0, "act"),)
            yield ControlRule(interest_name(rule.place), (APPROVAL, declared, of), None, who, what)


Found = list[tuple[ControlRule, Wants]] | NotExpressible


def _rows(policy: PolicySet) -> Iterator[tuple[str, Found]]:
    """Additional rows and caps that refuse or hold."""
    for row in policy.additional:
        if isinstance(row.answer, Hold | Refuse):
            name = row_name(row)
            scope = Pattern("scope", (Check("control", name), *effective_tests(row.effective)))
            yield name, _expressed(name, row.when, (scope,), _bounds(row), row.amount)


def _bounds(row: Additional) -> Wants:
    asked = Asked("basis", "quantity", AMOUNT, row.currency)
    low = (Wanted(asked, Sign.FROM, (row.low,)),) if row.low != LOWEST else ()
    high = (Wanted(asked, Sign.UP_TO, (row.high,)),) if row.high != HIGHEST else ()
    return (*low, *high)


def _bars(policy: PolicySet) -> Iterator[tuple[str, Found]]:
    for bar in policy.barred:
        name = bar_name(bar)
        scope = Pattern("scope", (Check("control", name),))
        approval = Pattern("approval", effective_tests(bar.effective))
        yield name, _expressed(name, bar.when, (scope, approval), (), "")


def _expressed(
    name: str, when: Condition, first: tuple[Pattern, ...], bounds: Wants, amount: str
) -> Found:
    """A rule for each way in which the condition can be true; why not, where it cannot be said."""
    try:
        found = [tuple(_named(each, amount) for each in (*bounds, *way)) for way in ways(when)]
        return [(rule_of(name, (*first, *patterns_of(wants, first))), wants) for wants in found]
    except NotExpressible as problem:
        return problem


def _named(wanted: Wanted, amount: str) -> Wanted:
    """The amount of the file under the name of the fact that it is."""

    def named(asked: Asked) -> Asked:
        is_amount = asked.about == "basis"
        return replace(asked, name=amount) if is_amount else asked

    other = None if wanted.other is None else named(wanted.other)
    return replace(wanted, asked=named(wanted.asked), other=other)
