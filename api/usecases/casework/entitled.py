"""Whether a person has a task on the route now: who could answer it may also arrange around it."""

from __future__ import annotations

from adapters.store import cases
from api.usecases.casework.action import On, Route
from api.usecases.casework.written import text_of_key
from engine.routing.acting import take
from engine.routing.course import Act, ActKind, Course, Given


def task_of(on: On, route: Route) -> Given | str:
    """What the person could answer now, as whom; or the code of why he has nothing to answer.

    A place that somebody else has claimed is not his. Nothing is taken into the course.
    """
    found = _tried(on, route, ActKind.APPROVE)
    if isinstance(found, str):
        answering = _tried(on, route, ActKind.ANSWER)
        if isinstance(answering, str):
            return found
        found = answering
    claimed = cases.claims_on(on.connection, on.case.id)
    owners = {claimed[name] for key in found.keys if (name := text_of_key(key)) in claimed}
    return "claimed_by_another" if owners and on.person not in owners else found


def _tried(on: On, route: Route, kind: ActKind) -> Given | str:
    course = Course(list(route.course.given), route.course.is_rejected)
    act = Act(on.action.by, on.now, kind, on.action.on_behalf_of)
    return take(course, route.decision, on.current.data, route.document.requester, act)
