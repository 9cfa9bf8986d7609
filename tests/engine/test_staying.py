"""Open tasks stay with the delegator by some rows: the engine beside the slow reference (B3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deciding import decide
from engine.decision import Decision, Outcome, Via
from engine.master_data import Absence, Delegation, PersonId, Span
from engine.matching import build
from engine.policy import DelegationRule
from engine.recorded import moments_of, moments_plain
from engine.routing.asked import Asked, Begun, Moments
from engine.routing.course import PlaceKey, keyed
from engine.routing.delegation import STAYS
from tests import reference
from tests.engine.test_differential import difference, is_accepted
from tests.normal_form import normal, of_decision
from tests.strategies import DOCUMENTS, PLACE, Case, cases, data_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SINCE = (-3 * DAY, -DAY, -HOUR)
BEGUN = (-HOUR / 2, -HOUR, -2 * DAY, -9 * DAY, None)


PLAIN = DelegationRule(
    place=PLACE, documents=frozenset(DOCUMENTS), limit="delegator", pending_stay=True
)


@st.composite
def staying(draw: st.DrawFn) -> Case:
    """A case by whose rows, some or all, open tasks stay; many have delegated, some are away."""
    case: Case = draw(cases())
    stays = st.sampled_from((True, True, False))
    drawn = tuple(replace(rule, pending_stay=draw(stays)) for rule in case.policy.delegation)
    rules = (PLAIN, *drawn) if not drawn or draw(st.booleans()) else drawn
    people = [person.id for person in case.rows["people"]]
    made, away = [*case.rows["delegations"]], [*case.rows["absences"]]
    for number, person in enumerate(people):
        others = [each for each in people if each != person]
        begun = draw(st.sampled_from(BEGUN))
        if begun is not None and others:
            span = Span(case.now + begun, case.now + DAY)
            made.append(Delegation(f"p{number}", person, draw(st.sampled_from(others)), span))
            if draw(st.sampled_from((True, False, False))):
                away.append(Absence(person, Span(case.now - DAY, case.now + DAY)))
    rows = {**case.rows, "delegations": made, "absences": away}
    policy = build(replace(case.policy, delegation=rules))
    return replace(case, policy=policy, rows=rows, data=data_of(rows))


def decided(case: Case, moments: Moments) -> Decision:
    inputs = case.policy, case.data, case.document, case.now, case.given, case.history
    return decide(*inputs, moments=moments)


def every_key(case: Case) -> set[PlaceKey]:
    """The places of the route with every delegate, and with none of those that may stay."""
    rules = tuple(rule for rule in case.policy.delegation if not rule.pending_stay)
    without = replace(case, policy=build(replace(case.policy, delegation=rules)))
    found = [decided(case, Moments()), decided(without, Moments())]
    if found[0].outcome is not Outcome.ROUTE:
        return set()
    return {key for decision in found for key, _ in keyed(decision)}


def asked_of_all(case: Case, since: timedelta) -> Moments:
    """Every place is asked since then, whoever has it."""
    everybody = tuple(case.data.people)
    at = case.now + since
    return Moments(tuple(Asked(key, everybody, at) for key in sorted(every_key(case))))


@settings(max_examples=max(300, settings().max_examples))
@given(staying(), st.sampled_from(SINCE))
def test_whoever_is_asked_is_as_the_reference_says(case: Case, since: timedelta) -> None:
    moments = asked_of_all(case, since)
    if not moments.asked:
        return
    got = normal(of_decision(decided(case, moments)))
    inputs = case.policy, case.data, case.document, case.now, case.given, case.history
    wanted = normal(reference.decide(*inputs, asked_since=case.now + since))
    found = difference(got, wanted)
    assert not found or is_accepted(got, wanted), f"{got.outcome} {sorted(got.codes)}: {found}"


@given(staying(), st.sampled_from(SINCE))
def test_a_delegate_who_acts_began_before_the_place_was_asked(case: Case, since: timedelta) -> None:
    """Nobody is asked by a delegation that is younger than the place, where every row says so."""
    rules = tuple(replace(rule, pending_stay=True) for rule in case.policy.delegation)
    case = replace(case, policy=build(replace(case.policy, delegation=rules)))
    moments = asked_of_all(case, since)
    starts = {d.id: d.span.start for rows in case.data.delegations.values() for d in rows}
    for key, place in keyed(decided(case, moments)):
        if key not in {each.key for each in moments.asked}:
            continue
        for each in place.assignees:
            if each.via is Via.DELEGATE and each.delegation:
                start = starts[each.delegation]
                assert start is None or start <= case.now + since


@given(staying(), st.sampled_from(SINCE))
def test_what_was_asked_of_others_only_is_asked_anew(case: Case, since: timedelta) -> None:
    """Nothing is left of the route that was given up; one that nobody fills is held."""
    moments = asked_of_all(case, since)
    nobody = (PersonId("nobody"),)
    others = Moments(tuple(replace(each, persons=nobody) for each in moments.asked))
    before = decided(case, Moments())
    after = decided(case, others)
    if after.outcome is Outcome.HELD:
        return
    assert after.digest == before.digest
    assert not any(each.code == STAYS for each in after.passed_over)


@given(staying(), st.sampled_from(SINCE))
def test_a_set_whose_tasks_move_does_not_look_at_it(case: Case, since: timedelta) -> None:
    moments = asked_of_all(case, since)
    rules = tuple(replace(rule, pending_stay=False) for rule in case.policy.delegation)
    moving = replace(case, policy=build(replace(case.policy, delegation=rules)))
    assert decided(moving, moments).digest == decided(moving, Moments()).digest


@given(staying())
def test_a_delegation_begins_no_earlier_than_it_was_known(case: Case) -> None:
    """As if it had begun then: whatever its first day is."""
    moments = asked_of_all(case, -HOUR)
    ids = [each.id for rows in case.data.delegations.values() for each in rows]
    late = tuple(Begun(id, case.now) for id in sorted(ids))
    found = decided(case, Moments(moments.asked, late))
    stays = {rule.pending_stay for rule in case.policy.delegation} == {True}
    named = {each.key for each in moments.asked}
    for key, place in keyed(found):
        if stays and key in named:
            assert not any(a.via is Via.DELEGATE and a.delegation for a in place.assignees)


@given(staying(), st.sampled_from(SINCE))
def test_the_moments_of_a_record_are_read_back(case: Case, since: timedelta) -> None:
    asked = asked_of_all(case, since).asked
    moments = Moments(asked, (Begun("d1", case.now),))
    assert moments_of(moments_plain(moments)) == moments
    assert moments_plain(Moments()) == {}


@pytest.mark.parametrize("by", ["since", "at"])
def test_a_record_with_a_moment_that_is_none_is_no_record(by: str) -> None:
    key = ["a.yaml:1:1", "cfo", "", "", 1]
    asked = {"key": key, "persons": ["carl"], "since": "2027-03-15T13:00:00Z"}
    begun = {"delegation": "D-1", "at": "2027-03-15T13:00:00Z"}
    (asked if by == "since" else begun)[by] = "soon"
    with pytest.raises(ValueError, match="soon"):
        moments_of({"asked_since": [asked], "begun": [begun]})
