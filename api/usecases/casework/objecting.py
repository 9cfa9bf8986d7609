"""Whoever is told and may object does so within the time that the policy gives: it refuses.

The document does not wait for the time to pass. Once it is being posted an objection comes too
late, as it does after its time.
"""

from __future__ import annotations

from dataclasses import replace

from adapters.store import cases
from adapters.store.trail import append
from api.usecases.casework.action import (
    Acted,
    On,
    entry,
    is_in_force,
    refused,
    route_now,
    with_decision,
)
from api.usecases.casework.completing import finish, with_event
from api.usecases.casework.watching import watch
from engine.business_time import calendar_of
from engine.cases.status import Event, Status
from engine.deadlines.spans import end_of, span_of
from engine.decision import Ask, Assignee, Assignment, Decision
from engine.errors import PolicyError
from engine.routing.course import ActKind, Given, keyed


def object_(on: On) -> Acted:
    """Objects, with a reason. The time counts from when the content came in."""
    if on.case.status not in (Status.PENDING, Status.APPROVED):
        return refused(on, "not_open")
    if is_in_force(on):
        return refused(on, "in_force_already")
    route = route_now(on)
    told = told_to(route.decision, on.person)
    if told is None:
        return refused(on, "not_asked", route.decision)
    if not on.action.comment.strip():
        return refused(on, "comment_missing", route.decision)
    if is_late(on, route.decision):
        return refused(on, "objection_too_late", route.decision)
    number = len(route.course.given) + 1
    given = Given(told, ActKind.REJECT, frozenset())
    cases.add_act(on.connection, on.case.id, number, given, on.now, on.case.version)
    case = with_event(with_decision(on, on.case, route.decision), Event.REJECT, on.now)
    cases.keep(on.connection, case)
    cases.ask(on.connection, case.id, ())
    watch(on.connection, on.deciding, case, route.decision, route.course, on.now)
    on.who = replace(on.who, on_behalf_of=told.on_behalf_of or "")
    made = entry(on, case, route.decision, "action", keys=[])
    case, more = finish(on.resources, on.connection, on.current, case, route.document, on.now)
    append(on.connection, [made, *more])
    return Acted(case)


def told_to(decision: Decision, person: str) -> Assignee | None:
    """As whom the person is told and may object; `None` where he may not."""
    return next(
        (a for place in _told(decision) for a in place.assignees if a.person == person), None
    )


def is_late(on: On, decision: Decision) -> bool:
    """Whether the time is over in every place in which the person is told."""
    entity = on.deciding.policy.organization.entities.get(on.case.entity)
    mine = [p for p in _told(decision) if any(a.person == on.person for a in p.assignees)]
    if entity is None or not mine:
        return False
    calendar = calendar_of(entity, on.deciding.data.holidays)
    try:
        ends = [end_of(span_of(p.within), on.case.received_at, calendar) for p in mine]
    except PolicyError:  # a calendar that never comes so far: there is always time
        return False
    return all(end <= on.now for end in ends)


def _told(decision: Decision) -> list[Assignment]:
    return [place for _, place in keyed(decision) if place.ask is Ask.NOTIFY and place.within]
