"""People arrange on a route: a task is handed on or delegated, an approver added or taken away.

Whether it holds is decided by deciding anew with it (`engine/routing/arranging.py`): what does not
hold there is refused, and nothing of it is kept.
"""

from __future__ import annotations

from typing import Final

from adapters.store import arrangements, cases
from adapters.store.trail import append
from api.usecases.casework.action import (
    Acted,
    Kind,
    On,
    Route,
    ask_people,
    decided,
    entry,
    refused,
    route_now,
    with_decision,
)
from api.usecases.casework.completing import finish, with_event
from api.usecases.casework.entitled import task_of, task_of_other
from api.usecases.casework.written import text_of_key
from engine.cases.status import Event, Status
from engine.decision import Ask, Decision, Outcome, Passed
from engine.master_data import PersonId
from engine.routing.arranging import ADDED, ADDING, Arrangement, Arranging
from engine.routing.completing import current_step, keys_of_step, standing
from engine.routing.course import Given, PlaceKey, keyed
from engine.routing.delegation import asks_approval
from engine.routing.distinct import identities

ARRANGING: Final = {
    Kind.REASSIGN: Arranging.REASSIGN,
    Kind.DELEGATE: Arranging.DELEGATE,
    Kind.ADD_BEFORE: Arranging.ADD_BEFORE,
    Kind.ADD_AFTER: Arranging.ADD_AFTER,
}


def arrange(on: On, route: Route) -> Acted:
    """Hands a task on, delegates it, or adds an approver beside everybody who is asked already."""
    kind = ARRANGING[on.action.kind]
    task = task_of(on, route) if not on.action.of else task_of_other(on, route)
    if isinstance(task, str):
        return refused(on, task, route.decision)
    to = on.current.data.person_of(on.action.to, on.now)
    if to is None:
        return refused(on, "person_unknown", route.decision)
    by = task.assignee.on_behalf_of or task.assignee.person
    if on.action.of and to == on.person:
        return refused(on, "same_person", route.decision)  # nobody takes what he hands out
    if kind is Arranging.DELEGATE and task.assignee.on_behalf_of is not None:
        return refused(on, "delegation_depth", route.decision)  # only one's own task
    if kind is Arranging.DELEGATE and asks_approval(on.current.policy):
        return refused(on, "needs_approval", route.decision)  # as any other delegation does
    keys = _keys(on, route, task)
    if not keys:
        return refused(on, "not_asked", route.decision)
    if kind in ADDING:
        keys = keys[:1]
        if to == on.person or _is_asked(route.decision, to):
            return refused(on, "asked_already", route.decision)
    first = arrangements.next_number(on.connection, on.case.id)
    new = [Arrangement(first + n, on.now, kind, key, by, to) for n, key in enumerate(keys)]
    before = on.arrangements
    on.arrangements = (*before, *new)
    decision = decided(on, route.flight)
    code = _why_not(decision, new)
    if code:
        on.arrangements = before
        decided(on, route.flight)  # the record is of the route as it stays
        return refused(on, code, route.decision)
    for each in new:
        arrangements.add_arrangement(on.connection, on.case.id, each, on.person)
        cases.release(on.connection, on.case.id, text_of_key(each.key))
    return _keep(on, route, decision, [list(key) for key in keys])


def take_away(on: On) -> Acted:
    """Whoever added an approver takes him away again, as long as he has not answered."""
    if on.case.status not in (Status.PENDING, Status.HELD):
        return refused(on, "not_open")
    route = route_now(on)
    found = next((a for a in on.arrangements if a.number == on.action.number), None)
    if found is None or found.kind not in ADDING:
        return refused(on, "not_asked", route.decision)
    if arrangements.arranged_by(on.connection, on.case.id, found.number) != on.person:
        return refused(on, "not_asked", route.decision)
    object_ = f"{found.number} by {found.by}"
    if any(key[1] == ADDED and key[2] == object_ for g in route.course.given for key in g.keys):
        return refused(on, "answered_already", route.decision)
    arrangements.end_arrangement(on.connection, on.case.id, found.number, on.now)
    on.arrangements = tuple(a for a in on.arrangements if a.number != found.number)
    decision = decided(on, route.flight)
    if decision.outcome is not Outcome.ROUTE:  # held for another reason: it stays as it is
        append(on.connection, [entry(on, on.case, None, "action", keys=[])])
        return Acted(on.case)
    if on.case.status is Status.HELD:
        on.case = with_event(on.case, Event.ROUTE, on.now)
    return _keep(on, route, decision, [])


def _keep(on: On, route: Route, decision: Decision, keys: list[list[object]]) -> Acted:
    """The case with the decision; nothing may be open on it once an added approver is gone."""
    on.case = with_decision(on, on.case, decision)
    if standing(decision, route.course) == "approved":
        on.case = with_event(on.case, Event.COMPLETE, on.now)
    cases.keep(on.connection, on.case)
    ask_people(on, decision, route.course)
    made = entry(on, on.case, decision, "action", keys=keys)
    case, more = finish(on.resources, on.connection, on.current, on.case, route.document, on.now)
    append(on.connection, [made, *more])
    return Acted(case)


def _keys(on: On, route: Route, task: Given) -> list[PlaceKey]:
    """The places that are meant: one by its id, or all that the person has in this step and later.

    Only what could be answered now can be arranged; what he answers with it goes along.
    """
    step = current_step(route.decision, route.course)
    open_here, _ = keys_of_step(route.decision, step or 0, route.course)
    places = [(key, place) for key, place in keyed(route.decision) if key in task.keys]
    if on.action.place:
        return [k for k, place in places if place.id == on.action.place and k in open_here]
    here = [key for key, _ in places if key in open_here]
    return here + [key for key, _ in places if key not in open_here]


def _is_asked(decision: Decision, person: PersonId) -> bool:
    """Whether the route asks the person anyway; who is only told of it may be asked as well."""
    return any(
        person in identities(assignee)
        for _, place in keyed(decision)
        if place.ask is not Ask.NOTIFY
        for assignee in place.assignees
    )


def _why_not(decision: Decision, new: list[Arrangement]) -> str:
    """Why the decision is not one with what was arranged in it; empty where it is."""
    for each in new:
        for passed in decision.passed_over:
            if passed.person == each.to and _is_about(passed, each):
                return passed.code
    if decision.outcome is not Outcome.ROUTE:
        return decision.held.code if decision.held is not None else str(decision.outcome)
    for each in new:
        if not _is_in(decision, each):
            return "not_entitled"
    return ""


def _is_about(passed: Passed, made: Arrangement) -> bool:
    if made.kind in ADDING:
        return passed.word == ADDED
    return passed.word == str(made.kind) and ("number", str(made.number)) in passed.words


def _is_in(decision: Decision, made: Arrangement) -> bool:
    if made.kind in ADDING:
        object_ = f"{made.number} by {made.by}"
        return any(place.word == ADDED and place.object == object_ for _, place in keyed(decision))
    on_behalf_of = made.by if made.kind is Arranging.DELEGATE else None
    return any(
        assignee.person == made.to and assignee.on_behalf_of == on_behalf_of
        for _, place in keyed(decision)
        for assignee in place.assignees
    )
