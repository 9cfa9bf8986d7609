"""Who can approve this, faced with acts and decisions: nobody is named whom the engine refuses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from types import MappingProxyType

from hypothesis import event, given

from engine.deciding import decide
from engine.decision import Ask, Decision, Outcome
from engine.explaining.who_can import WhoCan, who_can
from engine.master_data import Dated, MasterData, PersonId
from engine.matching import build
from engine.places import Place
from engine.policy import Approve, Matrix, PolicySet, Row
from engine.routing.acting import progress
from engine.routing.course import Act, ActKind
from engine.routing.distinct import leaves
from engine.routing.words import SupervisorChain
from tests.strategies import Case, cases

WAITED = frozenset({Ask.APPROVE, Ask.CONSULT})


def asked(case: Case) -> tuple[Decision, WhoCan]:
    decision = decide(case.policy, case.data, case.document, case.now, case.given)
    return decision, who_can(case.policy, case.data, case.document, decision, case.given)


def first_awaited(found: WhoCan) -> int:
    """The step that is current while nobody has acted."""
    return next((place.step for place in found.places if place.asked.ask in WAITED), 0)


def named(found: WhoCan, step: int, kind: ActKind) -> set[PersonId]:
    """Whom the answer names for an act in a step."""
    by_ballot = {ActKind.VOTE_FOR: "member", ActKind.RECORD: "recorder"}
    by_ask = {ActKind.APPROVE: Ask.APPROVE, ActKind.ANSWER: Ask.CONSULT}
    return {
        signer.assignee.person
        for place in found.places
        for signer in place.signers
        if place.step == step
        if place.asked.ask in WAITED
        and (
            signer.grounds[0].code == by_ballot.get(kind)
            if place.asked.body is not None
            else place.asked.ask is by_ask.get(kind)
        )
    }


@given(cases())
def test_an_act_is_accepted_of_exactly_those_who_are_named(case: Case) -> None:
    _, found = asked(case)
    step = first_awaited(found)

    def decide_at(_: object) -> Decision:
        return found.decision

    for kind in (ActKind.APPROVE, ActKind.ANSWER, ActKind.VOTE_FOR, ActKind.RECORD):
        wanted = named(found, step, kind)
        accepted = {
            person
            for person in case.data.people
            if not progress(
                decide_at,
                case.data,
                case.document.requester,
                (Act(person, case.now, kind),),
                case.now,
            ).refusals
        }
        assert accepted == wanted, kind
        event(f"{kind}: {len(wanted)} named")


@given(cases())
def test_without_a_route_nobody_can_approve(case: Case) -> None:
    decision, found = asked(case)
    event(str(decision.outcome))
    if decision.outcome is not Outcome.ROUTE:
        assert not found.approvers
    assert found.approvers.isdisjoint(other.person for other in found.others)
    for place in found.places:
        assert all(signer.grounds for signer in place.signers), place.asked.word


def alone(case: Case, decision: Decision, person: PersonId) -> tuple[PolicySet, MasterData]:
    """The same question to one person only: does your authority cover this?"""
    word = SupervisorChain(until_authority=True)
    row = Row("probe", Place("approvals/probe.yaml", 1, 1), Approve((word,)))
    kept: list[Matrix] = [
        dataclasses.replace(matrix, rows=(row,), otherwise=None)
        if matrix.name == decision.matrix
        else matrix
        for matrix in case.policy.matrices
    ]
    # Nobody else is asked: neither by a control nor because somebody has declared an interest.
    related = tuple(dataclasses.replace(rule, add=()) for rule in case.policy.related_parties)
    policy = dataclasses.replace(
        case.policy,
        matrices=tuple(kept),
        additional=(),
        guarantees=(),
        stand_ins=(),
        delegation=(),
        related_parties=related,
    )
    people = dict(case.data.people)
    asking = case.data.person_of(case.document.requester, case.now)
    assert asking is not None
    people[person] = dataclasses.replace(people[person], managers=())
    people[asking] = dataclasses.replace(people[asking], managers=(Dated(person),))
    return build(policy), dataclasses.replace(case.data, people=MappingProxyType(people))


def by_chain(decision: Decision) -> Iterator[PersonId]:
    for step in decision.steps:
        for part in step.parts:
            for place in leaves(part):
                if place.word == "chain":
                    yield from (a.person for a in place.assignees if a.on_behalf_of is None)


def solo(found: WhoCan) -> dict[PersonId, str]:
    """Who has a limit alone that covers, and what keeps him from approving."""
    return {
        person: code
        for each in found.covering
        if not each.limit.jointly
        for person, code in each.people
    }


@given(cases())
def test_a_chain_ends_at_exactly_those_whose_authority_is_said_to_cover(case: Case) -> None:
    decision, found = asked(case)
    if not decision.matrix or not found.amount:
        event("no amount")
        return
    covers = solo(found)
    for person in case.data.people:
        policy, data = alone(case, decision, person)
        probe = decide(policy, data, case.document, case.now, case.given)
        ends = person in set(by_chain(probe))
        if probe.held is not None and probe.held.code in ("supplier_unknown", "duties_joined"):
            return  # nobody is asked about such a document at all
        if probe.outcome is Outcome.REFUSED:
            return
        what = f"{probe.outcome} {probe.held.code if probe.held else ''}"
        assert ends == (covers.get(person) == ""), f"{person} {sorted(covers.items())} {what}"
        event(f"covers: {ends}")
