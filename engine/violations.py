"""Which controls the acts on a finished case violate, by whom and by which acts.

Asked when a case is about to be let through, of what has happened; the guards of every single act
were asked before. An act is judged as of its own moment, the document as of the moment at which it
was let through. Only what is certain is a violation: what was undecided held the document before.
`engine/opinion/` says the same as rules for another engine, and both must agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from engine.facts.truth import holds
from engine.knowing import Situation, knowing_approver
from engine.master_data import PersonId
from engine.opinion.controls import (
    BENEFICIARY,
    SELF_APPROVAL,
    bar_name,
    document_match_name,
    interest_name,
    match_name,
    row_name,
)
from engine.opinion.happened import Happened, NotKnown, situation_at
from engine.opinion.rules import Violation
from engine.opinion.separation import conflict_name, needs_past
from engine.policy import Conflict, Hold, Refuse
from engine.rates import Shortage
from engine.routing.authority import widest
from engine.routing.eligibility import has_interest, is_related
from engine.segregation.conflicts import holds_duty
from engine.segregation.rulings import HELD_ROLES, is_in_force
from engine.segregation.standing import chain_conflicts, is_accepted
from engine.selecting import applying

WARN: Final = "warn"


def violations(happened: Happened) -> tuple[Violation, ...]:
    """Every violation, sorted, each once. Raises `NotKnown`."""
    then = _Moments(happened)
    found = {
        *_by_approvers(happened, then),
        *_of_document(then[happened.at]),
        *_bars(happened, then),
        *_role_conflicts(happened, then),
        *_conflicts(happened),
    }
    return tuple(sorted(found))


class _Moments:
    """What was known at each moment at which somebody approved; looked up once."""

    def __init__(self, happened: Happened) -> None:
        self._happened = happened
        self._known: dict[datetime, Situation] = {}

    def __getitem__(self, moment: datetime) -> Situation:
        if moment not in self._known:
            self._known[moment] = situation_at(self._happened, moment)
        return self._known[moment]


def _by_approvers(happened: Happened, then: _Moments) -> Iterator[Violation]:
    """Approvals by those whose document it is, who gain by it, or who are too near its supplier."""
    for number, act, person in happened.approvals():
        situation = then[act.at]

        def by_him(control: str, person: PersonId = person, number: int = number) -> Violation:
            return Violation(control, (person,), (number,))

        if person == situation.requester:
            yield by_him(SELF_APPROVAL)
        if person in situation.beneficiaries:
            yield by_him(BENEFICIARY)
        who = happened.data.people.get(person)
        for rule in happened.policy.related_parties:
            if who is not None and is_related(situation, who, rule):
                yield by_him(match_name(rule.place))
            if rule.exclude_declared and has_interest(situation, person):
                yield by_him(interest_name(rule.place))


def _of_document(situation: Situation) -> Iterator[Violation]:
    """Rows that refuse or hold such a document, and matches of those whom it names."""
    for applied in applying(situation)[0]:
        if isinstance(applied.control.answer, Hold | Refuse):
            yield Violation(row_name(applied.control))
    for rule in situation.policy.related_parties:
        for person in situation.involved.values():
            if rule.refuse_on_match and is_related(situation, situation.data.people[person], rule):
                yield Violation(document_match_name(rule.place), (person,))


def _bars(happened: Happened, then: _Moments) -> Iterator[Violation]:
    reads = happened.policy.lookup.reads if happened.policy.lookup is not None else frozenset()
    for number, act, person in happened.approvals():
        situation = then[act.at]
        known = knowing_approver(situation, person)
        if "approver.limit" in reads:
            known = known.also({"approver.limit": widest(situation, person)})
        for bar in happened.policy.barred:
            if bar.documents and situation.document.type not in bar.documents:
                continue
            is_now = is_in_force(bar, situation.day, situation.scopes)
            if is_now and holds(bar.when, known) is True:
                yield Violation(bar_name(bar), (person,), (number,))


def _role_conflicts(happened: Happened, then: _Moments) -> Iterator[Violation]:
    """Approvals by somebody who held roles of two duties that conflict whatever is done."""
    for conflict in _in_force(happened, then[happened.at]):
        if conflict.on != HELD_ROLES:
            continue
        duties = [happened.policy.duties[name] for name in conflict.duties]
        for number, act, person in happened.approvals():
            situation = then[act.at]
            has_both = all(holds_duty(situation, person, duty, conflict) for duty in duties)
            if has_both and not is_accepted(happened.policy, conflict, act.under):
                yield Violation(conflict_name(conflict), (), (number,))


def _conflicts(happened: Happened) -> Iterator[Violation]:
    """Pairs of acts, or acts and roles, that may not stand when the document is released."""
    acts = [act for _, act in happened.numbered()]
    number_of = {act: number for number, act in happened.numbered()}
    found = chain_conflicts(
        happened.policy,
        happened.data,
        happened.document,
        happened.at,
        replace(happened.past, acts=tuple(acts)),
    )
    if isinstance(found, Shortage):
        raise NotKnown(found.code)
    for breach in found:
        if breach.conflict.outcome != WARN and _is_known(happened, breach.conflict):
            pair = {act for act in (breach.act, breach.other) if act is not None}
            numbers = tuple(sorted(number_of[act] for act in pair))
            yield Violation(conflict_name(breach.conflict), (), numbers)


def _in_force(happened: Happened, situation: Situation) -> Iterator[Conflict]:
    for conflict in happened.policy.conflicts:
        is_now = is_in_force(conflict, situation.day, situation.scopes)
        if conflict.outcome != WARN and is_now and _is_known(happened, conflict):
            yield conflict


def _is_known(happened: Happened, conflict: Conflict) -> bool:
    """Whether enough was looked up to say something of the conflict."""
    return happened.history is not None or not needs_past(happened.policy, conflict)
