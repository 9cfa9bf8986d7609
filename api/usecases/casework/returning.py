"""A document goes back to its requester for correction, and comes again.

Other content is a new version: what stands then is for `changes` of the set. Unchanged it goes on
where it was: what was approved stands, and whoever sent it back is asked again. A document of which
lines were rejected does not come again unchanged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from adapters.store import arrangements, cases
from adapters.store.arrangements import Returned
from adapters.store.trail import append
from api.usecases.casework.action import (
    HELD_OR_REFUSED,
    Acted,
    On,
    Route,
    ask_people,
    decision_written,
    entry,
    refused,
    route_now,
    with_decision,
)
from api.usecases.casework.completing import finish, with_event
from api.usecases.casework.entitled import task_of
from api.usecases.casework.watching import watch
from engine.cases.identities import Identities
from engine.cases.status import Event, Status
from engine.decision import Outcome
from engine.documents.model import Document
from engine.routing.arranging import OWNERS
from engine.routing.completing import standing
from engine.routing.course import Given

_ENDED: Final = {"approved": Event.COMPLETE, "rejected": Event.REJECT}


def send_back(on: On, route: Route) -> Acted:
    """Whoever is asked sends the document back, with a comment; perhaps because of single lines."""
    task = task_of(on, route)
    if isinstance(task, str):
        return refused(on, task, route.decision)
    if not on.action.comment.strip():
        return refused(on, "comment_missing", route.decision)
    if not set(on.action.lines) <= _lines_of(route.document, task):
        return refused(on, "lines_not_his", route.decision)
    case = with_event(with_decision(on, on.case, route.decision), Event.RETURN, on.now)
    cases.keep(on.connection, case)
    cases.ask(on.connection, case.id, ())
    watch(on.connection, on.deciding, case, route.decision, route.course, on.now)
    lines = tuple(str(each) for each in sorted(set(on.action.lines)))
    said = Returned(on.person, on.action.comment, lines, on.now)
    arrangements.keep_returned(on.connection, case.id, said)
    on.who = _who_for(on, task)
    append(on.connection, [entry(on, case, route.decision, "action", keys=[])])
    return Acted(case)


def resubmit(on: On) -> Acted:
    """The requester or submitter hands the same content in again: it goes on where it was."""
    if on.case.status is not Status.RETURNED:
        return refused(on, "not_open")
    route = route_now(on)
    names = (route.document.requester, route.document.submitter)
    owners = {on.current.data.person_of(name, on.now) for name in names if name}
    if on.person not in owners:
        return refused(on, "not_asked", route.decision)
    returned = arrangements.returned_of(on.connection, on.case.id)
    if returned is None or returned.lines:
        return refused(on, "lines_rejected", route.decision)
    outcome = route.decision.outcome
    if outcome is Outcome.STRAIGHT_THROUGH:
        return refused(on, str(outcome), route.decision)  # somebody sent it back: not by itself
    # Another set may ask less by now: then nothing is open on the route any more.
    ended = _ENDED.get(standing(route.decision, route.course), Event.ROUTE)
    event = HELD_OR_REFUSED.get(outcome, ended)
    on.case = with_event(with_decision(on, on.case, route.decision), event, on.now)
    cases.keep(on.connection, on.case)
    arrangements.forget_returned(on.connection, on.case.id)
    ask_people(on, route.decision, route.course)
    made = entry(on, on.case, route.decision, "action", decided=decision_written(route.decision))
    case, more = finish(on.resources, on.connection, on.current, on.case, route.document, on.now)
    append(on.connection, [made, *more])
    return Acted(case)


def _who_for(on: On, task: Given) -> Identities:
    return replace(on.who, on_behalf_of=task.assignee.on_behalf_of or "")


def _lines_of(document: Document, task: Given) -> set[int]:
    """The lines that the person may reject: an owner his own, anybody else every one."""
    if not all(word in OWNERS for _, word, *_ in task.keys):
        return {line.number for line in document.lines}
    objects = {name for _, _, object_, *_ in task.keys for name in object_.split()}
    return {line.number for line in document.lines if {line.cost_center, line.project} & objects}
