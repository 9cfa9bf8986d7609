"""A person acts on a route: whether the act is accepted, as whom, and which places it can fill.

Every act is checked against the route as it is at the moment of the act: people, holders and
delegations are always fresh, an approval given earlier stands. Only the first step that is not
done can be acted on; an approval also fills the later places that the same person would fill in
the same capacity, and within a group each place takes a different person. Where a conflict of
duties joins approving with approving, an approval fills places of one part, and the next is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.decision import Ask, Assignee, Assignment, Decision, Outcome
from engine.master_data import MasterData, PersonId
from engine.routing.completing import (
    Missing,
    current_step,
    keys_of_part,
    keys_of_step,
    open_places,
    standing,
)
from engine.routing.course import Act, ActKind, Course, Given, PlaceKey, keyed
from engine.routing.distinct import identities

APPROVES_ONCE: Final = "approves_once"  # the reason of a decision that nobody approves twice
VOTES: Final = (ActKind.VOTE_FOR, ActKind.VOTE_AGAINST)
APPROVING: Final = (ActKind.APPROVE, ActKind.RECORD, *VOTES)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that was not accepted: which one, and the code of why."""

    position: int
    person: str
    code: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Outcome `waiting`, `approved` or `rejected`, or that of the decision where it is no route."""

    outcome: str
    decision: Decision
    missing: tuple[Missing, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def progress(
    decide_at: Callable[[datetime], Decision],
    data: MasterData,
    requester: str,
    acts: tuple[Act, ...],
    now: datetime,
) -> Progress:
    """Replays the acts in order and says how far the route is at `now`.

    `decide_at` decides the same document at a moment; `requester` is the name on the document.
    """
    course = Course()
    refusals: list[Refusal] = []
    for position, act in enumerate(acts):
        decision = decide_at(act.at)
        taken = take(course, decision, data, requester, act)
        if isinstance(taken, str):
            refusals.append(Refusal(position, act.by, taken))
    decision = decide_at(now)
    missing = open_places(decision, course)
    return Progress(standing(decision, course), decision, missing, tuple(refusals))


def take(
    course: Course,
    decision: Decision,
    data: MasterData,
    requester: str,
    act: Act,
    claimed: frozenset[PlaceKey] = frozenset(),
) -> Given | str:
    """Takes the act into the course, or leaves it as it is and says the code of why not.

    `decision` is the route as it is at the moment of the act, `requester` the name on the document.
    `claimed` are places that somebody else has claimed: he fills none of them, and all others that
    he could.
    """
    person = data.person_of(act.by, act.at)
    if person is None:
        return "person_unknown"
    if decision.outcome is not Outcome.ROUTE:
        return decision.held.code if decision.held is not None else str(decision.outcome)
    if course.is_rejected:
        return "not_open"
    if _objects(decision, person, act):
        return _given(course, Given(Assignee(person), act.kind, frozenset()))
    current = current_step(decision, course)
    if current is None:
        return "not_open"
    wanted = data.person_of(act.on_behalf_of, act.at) if act.on_behalf_of else None
    every = [
        (key, assignee)
        for key, place in keyed(decision)
        for assignee in _may_act(place, person, act)
        if not act.on_behalf_of or assignee.on_behalf_of == wanted
    ]
    offered = [found for found in every if found[0] not in claimed]
    own = [found for found in offered if found[1].on_behalf_of is None]
    open_here, done = keys_of_step(decision, current, course)
    usable = [found for found in (*own, *offered) if found[0] in open_here]
    if not usable:
        if any(key in open_here for key, _ in every):
            return "claimed_by_another"
        if any(key in done for key, _ in offered):
            return "not_open"  # somebody else was first
        return _why_not(decision, data, person, requester, act, bool(offered))
    assignee = usable[0][1]
    keys = frozenset(key for key, found in offered if found.on_behalf_of == assignee.on_behalf_of)
    if act.kind in APPROVING and not _may_approve_twice(decision, person):
        keys &= keys_of_part(decision, usable[0][0])
        if _approved_before(course, assignee, keys):
            return "segregation"
    return _given(course, Given(assignee, act.kind, keys))


def ratifying(decision: Decision, course: Course, person: PersonId, act: Act) -> Given | str:
    """The places that the person may ratify, or refuse to, after the document was agreed to."""
    found = {
        key: assignee
        for key, place in keyed(decision)
        if place.ask is Ask.RATIFY
        for assignee in place.assignees
        if assignee.person == person
    }
    if not found:
        barred = [passed.code for passed in decision.passed_over if passed.person == person]
        return barred[0] if barred else "not_asked"
    answered = (ActKind.RATIFY, ActKind.REFUSE_RATIFICATION)
    done = {key for given in course.given if given.kind in answered for key in given.keys}
    left = {key: assignee for key, assignee in found.items() if key not in done}
    if not left:
        return "answered_already"
    first = next(iter(left.values()))
    same = (key for key, each in left.items() if each.on_behalf_of == first.on_behalf_of)
    return Given(first, act.kind, frozenset(same))


def _may_approve_twice(decision: Decision, person: PersonId) -> bool:
    """Whether no conflict joins approving with approving here, or a mitigation lets him through."""
    return all(
        ("exempt", person) in reason.words
        for reason in decision.reasons
        if reason.code == APPROVES_ONCE
    )


def _approved_before(course: Course, assignee: Assignee, keys: frozenset[PlaceKey]) -> bool:
    """Whether an approval by one of these persons stands already. A vote may be changed."""
    persons = identities(assignee)
    return any(
        given.kind in APPROVING
        and not persons.isdisjoint(identities(given.assignee))
        and not (given.kind in VOTES and given.keys == keys)
        for given in course.given
    )


def _given(course: Course, given: Given) -> Given:
    course.given.append(given)
    course.is_rejected = course.is_rejected or given.kind is ActKind.REJECT
    return given


def _objects(decision: Decision, person: PersonId, act: Act) -> bool:
    """Whether the act is the objection of somebody who is told and may object, at any time."""
    return act.kind is ActKind.REJECT and any(
        place.ask is Ask.NOTIFY and any(_may_act(place, person, act))
        for _, place in keyed(decision)
    )


def _why_not(
    decision: Decision,
    data: MasterData,
    person: PersonId,
    requester: str,
    act: Act,
    later: bool,
) -> str:
    if later:
        return "step_not_current"
    if person == data.person_of(requester, act.at):
        return "self_approval" if act.by == requester else "same_person"
    found = [passed.code for passed in decision.passed_over if passed.person == person]
    if act.on_behalf_of:  # why he may not act for another says more than why not for himself
        found.sort(key=lambda code: not code.startswith("delegation_"))
    return found[0] if found else "not_asked"


def _may_act(place: Assignment, person: PersonId, act: Act) -> Iterator[Assignee]:
    """How the person may do this act in this place."""
    ballot = place.body
    if ballot is not None:
        if act.body and act.body != place.word:
            return
        voting = act.kind in (ActKind.VOTE_FOR, ActKind.VOTE_AGAINST) and person in ballot.members
        recording = act.kind is ActKind.RECORD and person in ballot.recorders
        if voting or recording:
            yield Assignee(person)
        return
    if place.ask is Ask.NOTIFY and not (place.within and act.kind is ActKind.REJECT):
        return
    answering = place.ask is Ask.CONSULT
    if (act.kind is ActKind.ANSWER) is answering and act.kind in (
        ActKind.APPROVE,
        ActKind.REJECT,
        ActKind.ANSWER,
    ):
        yield from (assignee for assignee in place.assignees if assignee.person == person)
