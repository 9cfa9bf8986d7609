"""What was let through in an emergency is ratified afterwards, or that is refused.

Neither moves the case: what was done is done. A refusal is an exception that the owner of the file
which asks for the ratification has to deal with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from adapters.store import cases, delivery
from adapters.store.trail import append
from api.usecases.casework.action import Acted, Kind, On, entry, refused, route_now
from api.usecases.casework.watching import watch
from engine.cases.status import Status
from engine.decision import Outcome
from engine.policy import PolicySet
from engine.routing.acting import ratifying
from engine.routing.course import Act, ActKind, Given

LATE: Final = "ratification_late"  # given after its time; open until it is given
REFUSED: Final = "ratification_refused"
_AGREED: Final = frozenset({Status.APPROVED, Status.POSTING, Status.POSTED, Status.EXCEPTION})


def ratify(on: On) -> Acted:
    """Whoever the rules name ratifies, or refuses to and says why."""
    if on.case.status not in _AGREED:
        return refused(on, "not_open")
    route = route_now(on)
    if route.decision.outcome is not Outcome.ROUTE:
        held = route.decision.held
        code = held.code if held is not None else str(route.decision.outcome)
        return refused(on, code, route.decision)
    is_refused = on.action.kind is Kind.REFUSE_RATIFICATION
    if is_refused and not on.action.comment.strip():
        return refused(on, "comment_missing", route.decision)
    act = Act(on.action.by, on.now, ActKind(on.action.kind))
    given = ratifying(route.decision, route.course, on.person, act)
    if isinstance(given, str):
        return refused(on, given, route.decision)
    number = len(route.course.given) + 1
    cases.add_act(on.connection, on.case.id, number, given, on.now, on.case.version)
    course = cases.course_of(on.connection, on.case.id)
    watch(on.connection, on.deciding, on.case, route.decision, course, on.now)
    on.who = replace(on.who, on_behalf_of=given.assignee.on_behalf_of or "")
    keys = [list(key) for key in sorted(given.keys)]
    append(on.connection, [entry(on, on.case, route.decision, "action", keys=keys)])
    for word in sorted({key[1] for key in given.keys}):
        late = f"{on.case.number} {word}"
        delivery.close_exception(on.connection, on.case.id, late, LATE, on.now)
    if is_refused:
        _open_exception(on, given)
    return Acted(on.case)


def _open_exception(on: On, given: Given) -> None:
    file, word = next((key[0].partition(":")[0], key[1]) for key in sorted(given.keys))
    message = f"{on.person} refused to ratify: {on.action.comment}"
    owner = owner_of_file(on.deciding.policy, file)
    key = f"{on.case.number} {word}"
    delivery.open_exception(on.connection, on.case.id, key, REFUSED, message, owner, on.now)


def owner_of_file(policy: PolicySet, file: str) -> str:
    """The owner of a file of matrices or controls; empty where it states none."""
    found = [matrix.owner for matrix in policy.matrices if matrix.place.file == file]
    found += [control.owner for control in policy.additional if control.place.file == file]
    return next((owner for owner in found if owner), "")
