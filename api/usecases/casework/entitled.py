"""Whether a person has a task on the route now: who could answer it may also arrange around it.

The owner of the matrix hands on a task of somebody else, who does not get to it: with a reason, and
neither on a document of his own nor to himself.
"""

from __future__ import annotations

import json

from adapters.store import cases
from api.usecases.casework.action import Kind, On, Route
from api.usecases.casework.written import people_of, text_of_key
from engine.decision import Decision
from engine.reviewing import owners_of
from engine.routing.acting import take
from engine.routing.completing import open_now
from engine.routing.course import Act, ActKind, Course, Given, PlaceKey, keyed


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
    return found


def claimed_by_others(on: On, decision: Decision) -> frozenset[PlaceKey]:
    """The places of the route that somebody else has claimed from their queue.

    Whoever could fill a place no more, having lost his role, say, keeps nobody from it.
    """
    claimed = cases.claims_on(on.connection, on.case.id)
    return frozenset(
        key
        for key, place in (keyed(decision) if claimed else ())
        if (owner := claimed.get(text_of_key(key), on.person)) != on.person
        and any(owner == person for person, _ in people_of(place))
    )


def task_of_other(on: On, route: Route) -> Given | str:
    """The task of whom the action names, where the person owns the matrix; or why not."""
    if on.action.kind is not Kind.REASSIGN or not owns_matrix(on):
        return "not_asked"
    document = route.document
    names = (document.requester, document.submitter, *document.beneficiaries)
    if on.person in {on.current.data.person_of(name, on.now) for name in names if name}:
        return "self_approval"
    if not on.action.comment.strip():
        return "comment_missing"
    of = on.current.data.person_of(on.action.of, on.now)
    open_places = [*open_now(route.decision, route.course)]
    found = [(key, a) for key, place in open_places for a in place.assignees if a.person == of]
    if not found:
        return "not_asked"
    first = found[0][1]
    keys = frozenset(key for key, each in found if each.on_behalf_of == first.on_behalf_of)
    return Given(first, ActKind.APPROVE, keys)


def owner_of_matrix(on: On) -> str:
    """The owner of the matrix that routed the case; empty where the set has it no more."""
    matrix = json.loads(on.case.decision_json)["matrix"]
    known = {each.name: each.owner for each in on.current.policy.matrices}
    return known.get(matrix, "")


def owns_matrix(on: On) -> bool:
    """Whether the person holds the role that owns the matrix, or is its owner."""
    policy, data = on.current.policy, on.current.data
    return on.person in owners_of(policy, data, owner_of_matrix(on), on.case.entity, on.now)


def _tried(on: On, route: Route, kind: ActKind) -> Given | str:
    course = Course(list(route.course.given), route.course.is_rejected)
    act = Act(on.action.by, on.now, kind, on.action.on_behalf_of)
    claimed = claimed_by_others(on, route.decision)
    return take(course, route.decision, on.current.data, route.document.requester, act, claimed)
