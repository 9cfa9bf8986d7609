"""Declared stand-ins: who stands in for a role whose holders cannot act, and only why."""

from __future__ import annotations

from collections.abc import Iterator

from engine.facts.truth import holds
from engine.knowing import Situation
from engine.master_data import PersonId
from engine.money import Money, key
from engine.organization import Role
from engine.policy import StandInRule
from engine.rates import Shortage
from engine.routing.eligibility import bar


def stand_in_rules(
    situation: Situation, role: Role, people: tuple[PersonId, ...]
) -> Iterator[StandInRule]:
    """The rules that let somebody stand in for the role now; why others do not is noted."""
    causes = {_cause(situation, person) for person in people} or {"vacant"}
    for rule in situation.policy.stand_ins:
        if rule.for_role != role.name:
            continue
        code = _objection(situation, rule, causes)
        if not code:
            yield rule
            continue
        for person in people or (PersonId(""),):
            situation.pass_over(person, code, role.name)


def _cause(situation: Situation, person: PersonId) -> str:
    """Why a holder cannot act: vacant (left), barred, or absent without a delegate.

    Where it is undecided whether he is barred, no stand-in is declared for that.
    """
    code = bar(situation, person)
    if code == "barred_undecided":
        return code
    return "vacant" if code == "inactive" else "barred" if code else "absent"


def _objection(situation: Situation, rule: StandInRule, causes: set[str]) -> str:
    if rule.documents and situation.document.type not in rule.documents:
        return "stand_in_scope"
    if not causes <= rule.because:
        return "stand_in_reason"
    if holds(rule.when, situation.known) is not True:
        return "stand_in_scope"
    if any(holds(part.condition, situation.known) is not True for part in rule.require):
        return "stand_in_requirement"
    if rule.up_to is not None and not _under(situation, rule.up_to):
        return "stand_in_bound"
    return ""


def _under(situation: Situation, bound: Money) -> bool:
    if situation.amount is None:
        return False
    converted = situation.known.converter.convert(situation.amount, bound.currency)
    if isinstance(converted, Shortage):
        situation.gaps.append(converted)
        return False
    return key(converted.minor) <= 2 * bound.minor
