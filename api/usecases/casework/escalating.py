"""Whoever is asked, or waits for it, asks the next one up as well.

The same as what happens by time (`falling_due.py`): only upwards, to somebody of a higher level
with at least the authority, and whoever was asked may still act.
"""

from __future__ import annotations

from adapters.store import cases, deadlines
from adapters.store.trail import append
from api.usecases.casework.action import (
    Acted,
    On,
    Route,
    ask_people,
    decided,
    entry,
    refused,
    with_decision,
)
from api.usecases.casework.entitled import task_of
from api.usecases.casework.written import text_of_key
from engine.decision import Assignment, Outcome, Via
from engine.routing.completing import current_step, keys_of_step
from engine.routing.course import Escalation, PlaceKey, keyed
from engine.routing.escalating import may_be_raised, positions


def escalate(on: On, route: Route) -> Acted:
    """Asks the next one up for each of the places that are meant, or for none of them."""
    found = _places(on, route)
    if isinstance(found, str):
        return refused(on, found, route.decision)
    made = tuple(Escalation(key, positions(place), on.now) for key, place in found)
    decision = decided(on, route.flight, made)
    if decision.outcome is not Outcome.ROUTE:
        decided(on, route.flight)  # the record is of the route as it stays
        code = decision.held.code if decision.held is not None else str(decision.outcome)
        return refused(on, code, route.decision)
    for each in made:
        deadlines.add_escalation(on.connection, on.case.id, each, on.now)
        cases.release(on.connection, on.case.id, text_of_key(each.key))
    on.case = with_decision(on, on.case, decision)
    cases.keep(on.connection, on.case)
    ask_people(on, decision, route.course)
    keys = [list(key) for key, _ in found]
    append(on.connection, [entry(on, on.case, decision, "action", keys=keys)])
    return Acted(on.case)


def _places(on: On, route: Route) -> list[tuple[PlaceKey, Assignment]] | str:
    """The open places that are meant; or the code of why he may not, or nobody can."""
    task = task_of(on, route)
    names = (route.document.requester, route.document.submitter)
    owners = {on.current.data.person_of(name, on.now) for name in names if name}
    is_owner = on.person in owners
    if isinstance(task, str) and not is_owner:
        return task
    step = current_step(route.decision, route.course)
    open_here, _ = keys_of_step(route.decision, step or 0, route.course)
    found = [
        (key, place)
        for key, place in keyed(route.decision)
        if key in open_here
        and place.already < 0
        and on.action.place in (0, place.id)
        and (isinstance(task, str) or key in task.keys)
    ]
    raised = [each for each in found if may_be_raised(each[1])]
    if not raised:
        return "not_transferable" if found else "not_asked"
    if isinstance(task, str) and any(
        a.via is Via.ESCALATED for _, place in raised for a in place.assignees
    ):
        return "escalated_already"  # whoever waits does so once; further up is for who is asked
    return raised
