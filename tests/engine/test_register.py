"""The register of authority, faced with what deciding asks of the same people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from hypothesis import event, given

from engine.deciding import decide
from engine.decision import Assignee, Decision, Via
from engine.documents.model import Document
from engine.explaining.near_misses import situation_of
from engine.facts.conditions import ALWAYS
from engine.facts.truth import holds
from engine.knowing import Situation
from engine.master_data import Delegation, PersonId, Span
from engine.organization import Limit
from engine.places import Place
from engine.policy import DelegationRule
from engine.register.entries import entries
from engine.register.entry import Employment, Entry
from engine.routing.authority import own_limits, scope_of
from engine.routing.distinct import leaves
from engine.routing.eligibility import bar
from tests.strategies import DAY, Case, cases


def entries_of(case: Case) -> dict[PersonId, Entry]:
    found = entries(case.policy, case.data, case.data.people, case.now)
    return {entry.person.id: entry for entry in found}


def situation(case: Case) -> Situation | None:
    return situation_of(case.policy, case.data, case.document, case.now, case.given)


def registered(entry: Entry, document: Document, known: Situation) -> set[Limit]:
    """The limits that the register gives the person for this document, alone."""
    roles = known.policy.organization.roles
    return {
        each.limit
        for each in entry.limits
        if not each.limit.jointly
        and document.entity in each.entities
        and (not each.limit.documents or document.type in each.limit.documents)
        and (
            each.scope == "*"
            or each.by not in roles
            or each.scope == scope_of(known, roles[each.by])
        )
        and (each.when == ALWAYS or holds(each.limit.when, known.known) is True)
    }


@given(cases())
def test_limits_and_employment_of_the_register_are_those_that_deciding_asks(case: Case) -> None:
    known = situation(case)
    if known is None:
        return
    for person, entry in entries_of(case).items():
        wanted = set(own_limits(known, person))
        assert registered(entry, case.document, known) == wanted, person
        is_there = entry.employment is Employment.ACTIVE
        assert (bar(known, person) == "inactive") is not is_there
        event(f"limits: {len(wanted)}")


def asked_himself(decision: Decision) -> Iterator[Assignee]:
    for step in decision.steps:
        for part in step.parts:
            for place in leaves(part):
                if place.word != "requester":
                    yield from (a for a in place.assignees if a.via in (Via.HOLDER, Via.CLIMB))


@given(cases())
def test_whoever_is_asked_stands_in_the_register_with_a_row_that_can_ask(case: Case) -> None:
    decision = decide(case.policy, case.data, case.document, case.now, case.given)
    added = any(reason.code == "control_applied" for reason in decision.reasons)
    found = entries_of(case)
    for assignee in asked_himself(decision):
        entry = found[assignee.person]
        rows = {each.place for each in entry.asked}
        by_limit = any(each.others for each in entry.limits)  # a party of a joint limit
        interest = bool(case.policy.related_parties)
        assert decision.row_place in rows or added or by_limit or interest
        assert rows or by_limit
        assert entry.employment is Employment.ACTIVE
        event(str(assignee.via))


ALLOWED: Final = DelegationRule(Place("handling.yaml", 99, 5), frozenset(), "delegator", depth=1)


def with_delegation(case: Case, people: list[PersonId]) -> Case:
    """The same, where everybody who is asked for himself has delegated to the next person."""
    everybody = list(case.data.people)
    given_by = {
        person: (
            Delegation(
                f"to {person}",
                person,
                everybody[everybody.index(person) - 1],
                Span(case.now, case.now + DAY),
            ),
        )
        for person in people
    }
    data = replace(case.data, delegations=MappingProxyType(given_by))
    policy = replace(case.policy, delegation=(*case.policy.delegation, ALLOWED))
    return replace(case, policy=policy, data=data)


@given(cases())
def test_a_delegate_who_acts_has_a_delegation_that_is_worth_something(case: Case) -> None:
    first = decide(case.policy, case.data, case.document, case.now, case.given)
    people = list(dict.fromkeys(assignee.person for assignee in asked_himself(first)))
    if not people:
        return
    case = with_delegation(case, people)
    decision = decide(case.policy, case.data, case.document, case.now, case.given)
    found = entries_of(case)
    for step in decision.steps:
        for place in (leaf for part in step.parts for leaf in leaves(part)):
            for assignee in place.assignees:
                if assignee.via is not Via.DELEGATE:
                    continue
                received = found[assignee.person].received
                used = [d for d in received if d.delegation.id == assignee.delegation]
                assert [d.state for d in used] == ["in_force"]
                where = [(worth.entities, worth.documents) for worth in used[0].worth]
                entity, kind = case.document.entity, case.document.type
                assert any(entity in e and kind in d for e, d in where)
                event("delegate")
