"""A person acts on a case: checked against what is in force now, accepted or refused, recorded.

The guards, in this order: the case is there and within reach; the person is known and employed; the
content is the one that was seen; the case is open; the place is not claimed by somebody else; and
everything that the route as it is at this moment asks of a person (`engine/routing/acting.py`). A
refusal is recorded too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from adapters.store import arrangements, cases, deadlines, delivery, headroom, outbox
from adapters.store.trail import append
from api.usecases.casework.action import (
    HELD_OR_REFUSED,
    Acted,
    Action,
    Kind,
    On,
    decision_written,
    entry,
    is_in_force,
    refused,
    route_now,
    with_decision,
)
from api.usecases.casework.arranging import ARRANGING, arrange, take_away
from api.usecases.casework.calling_back import confirm_call_back
from api.usecases.casework.cancelling import ORDER, cancel, is_used
from api.usecases.casework.completing import finish, posting_key, with_event
from api.usecases.casework.entitled import claimed_by_others, task_of
from api.usecases.casework.escalating import escalate
from api.usecases.casework.moments import acting_moment
from api.usecases.casework.objecting import is_late, object_, told_to
from api.usecases.casework.questioning import ask, reply
from api.usecases.casework.ratifying import ratify
from api.usecases.casework.remembering import remember_approval
from api.usecases.casework.resources import ContentsUnusable, Resources
from api.usecases.casework.returning import resubmit, send_back
from api.usecases.casework.reviewing import open_asked
from api.usecases.casework.standing import keys_of_change, settle_change
from api.usecases.casework.surrounding import around
from api.usecases.casework.unusable import hold
from api.usecases.casework.watching import watch
from api.usecases.casework.written import (
    DocumentUnreadable,
    asked_now,
    document_of,
    key_of_place,
    text_of_key,
)
from api.usecases.delegations.granting import grant_if_approved
from engine.cases.identities import Identities
from engine.cases.status import Event, Status, moved
from engine.decision import Decision, Outcome
from engine.documents.model import Document
from engine.master_data import PersonId
from engine.reviewing import is_active
from engine.routing.acting import take
from engine.routing.completing import standing
from engine.routing.course import Act, ActKind, Course, Given
from engine.undecided import SET_UNUSABLE

__all__ = ["Acted", "Action", "Kind", "act"]


def act(
    resources: Resources, case_id: int, action: Action, who: Identities, now: datetime
) -> Acted | None:
    """Does the action, or refuses it; `None` where there is no such case.

    A delegation that it approves comes into force right after. Raises `NothingInForce` and
    `ContentsUnusable`.
    """
    done = _acted(resources, case_id, action, who, now)
    if done is not None and not done.code:
        grant_if_approved(resources, done.case, now)
    return done


def _acted(
    resources: Resources, case_id: int, action: Action, who: Identities, now: datetime
) -> Acted | None:
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        case = cases.by_id(connection, case_id, lock=True)
        if case is None:
            return None
        now = acting_moment(connection, now)
        on = On(resources, connection, current, case, action, who, now)
        person = current.data.person_of(action.by, now)
        on.who = replace(who, decided_by=person or action.by)
        if person is None:
            return refused(on, "person_unknown")
        on.person = person
        if not is_active(current.data, person, now):
            return refused(on, "inactive")
        if action.version != case.version:
            return refused(on, "content_changed")
        try:
            match action.kind:
                case Kind.WITHDRAW:
                    return _withdraw(on, person)
                case Kind.CANCEL:
                    return cancel(on)
                case Kind.OBJECT:
                    return object_(on)
                case Kind.RESUBMIT:
                    return resubmit(on)
                case Kind.REPLY:
                    return reply(on)
                case Kind.RATIFY | Kind.REFUSE_RATIFICATION:
                    return ratify(on)
                case Kind.TAKE_AWAY:
                    return take_away(on)
                case Kind.CONFIRM_CALL_BACK:
                    return confirm_call_back(on)
            if case.status is not Status.PENDING:
                return refused(on, "not_open")
            return _on_route(on, person)
        except DocumentUnreadable:  # raised before anything is written, as is the other
            return refused(on, "document_unreadable")
        except ContentsUnusable:  # the set that it was routed under, with the people of today
            return _unusable(on)


def _on_route(on: On, person: PersonId) -> Acted:
    """What concerns the route, as it is at this moment."""
    route = route_now(on)
    document, decision, course = route.document, route.decision, route.course
    if decision.outcome is not Outcome.ROUTE:
        return _decided_otherwise(on, document, decision)
    if on.action.kind in ARRANGING:
        return arrange(on, route)
    if on.action.kind is Kind.RETURN:
        return send_back(on, route)
    if on.action.kind is Kind.ASK:
        return ask(on, route)
    if on.action.kind is Kind.ESCALATE:
        return escalate(on, route)
    if on.action.kind in (Kind.CLAIM, Kind.RELEASE):
        return _claim(on, decision, course, person)
    act = Act(on.action.by, on.now, ActKind(on.action.kind), on.action.on_behalf_of, on.action.body)
    count = len(course.given)
    if act.kind is ActKind.REJECT and told_to(decision, person) and is_late(on, decision):
        if isinstance(task_of(on, route), str):
            return refused(on, "objection_too_late", decision)
    claimed = claimed_by_others(on, decision)
    taken = take(course, decision, on.deciding.data, document.requester, act, claimed)
    if isinstance(taken, str):
        return refused(on, taken, decision)
    for name, owner in cases.claims_on(on.connection, on.case.id).items():
        if owner == person and name in map(text_of_key, taken.keys):
            cases.release(on.connection, on.case.id, name)  # others may fill it if his act does not
    cases.add_act(on.connection, on.case.id, count + 1, taken, on.now, on.case.version)
    remember_approval(on.connection, on.deciding, on.case, document, decision, taken, on.now)
    on.who = replace(on.who, on_behalf_of=taken.assignee.on_behalf_of or "")
    return _moved_on(on, document, decision, course, taken)


def _moved_on(
    on: On, document: Document, decision: Decision, course: Course, taken: Given
) -> Acted:
    """The case after an act was accepted."""
    case = with_decision(on, on.case, decision)
    events = {"approved": Event.COMPLETE, "rejected": Event.REJECT}
    event = events.get(standing(decision, course))
    if event is not None:
        case = with_event(case, event, on.now)
    cases.keep(on.connection, case)
    asked = asked_now(case.id, decision, course, on.now) if event is None else ()
    cases.ask(on.connection, case.id, asked)
    watch(on.connection, on.deciding, case, decision, course, on.now)
    made = entry(on, case, decision, "action", keys=[list(key) for key in sorted(taken.keys)])
    opened = open_asked(on.resources, on.connection, on.deciding, case, document, decision, on.now)
    case, more = finish(on.resources, on.connection, on.current, case, document, on.now)
    append(on.connection, [made, *more, *opened])
    return Acted(case)


def _decided_otherwise(on: On, document: Document, decision: Decision) -> Acted:
    """The document has no route any more: the case stands where the decision puts it."""
    case = on.case
    if decision.outcome in HELD_OR_REFUSED:
        case = with_event(case, HELD_OR_REFUSED[decision.outcome], on.now)
        case = with_decision(on, case, decision)
        cases.keep(on.connection, case)
        cases.ask(on.connection, case.id, ())
        watch(on.connection, on.deciding, case, decision, Course(), on.now)
    code = decision.held.code if decision.held is not None else str(decision.outcome)
    made = entry(on, case, decision, "refusal", code=code, decided=decision_written(decision))
    case, ended = settle_change(on.resources, on.connection, on.current, case, document, on.now)
    append(on.connection, [made, *ended])
    return Acted(case, code)


def _unusable(on: On) -> Acted:
    """Nothing counts by guessing: what is pending is held, and whatever was wanted refused."""
    if on.case.status is Status.PENDING:
        document = document_of(on.resources, on.current.policy, on.case)
        on.case, entry = hold(on.connection, on.current, on.case, document, on.now)
        append(on.connection, [entry])
    return refused(on, SET_UNUSABLE)


def _withdraw(on: On, person: PersonId) -> Acted:
    """Only those whose document it is take it back, while nothing is posted.

    An exception is taken back only where it is known that the ERP does not have the document.
    """
    document = document_of(on.resources, on.current.policy, on.case)
    names = (document.requester, document.submitter)
    shared = keys_of_change(on.resources, on.connection, on.current, on.case, document)
    needed = around(on.current, document, on.case.received_at, on.now)
    headroom.lock(on.connection, (*shared, *needed.keys()))
    owners = {on.current.data.person_of(name, on.now) for name in names if name}
    if person not in owners:
        return refused(on, "not_asked")
    if moved(on.case.status, Event.WITHDRAW) is None:
        return refused(on, "not_open")
    if is_in_force(on):
        return refused(on, "in_force_already")
    if _ends_order(on) and is_used(on, document):
        return refused(on, "order_in_use")
    if on.case.status is Status.EXCEPTION:
        parcel = outbox.of_key(on.connection, posting_key(on.case))
        if parcel is not None and parcel.is_outcome_unknown:  # the ERP may have it in its books
            return refused(on, "outcome_unknown")
        delivery.close_exceptions(on.connection, on.case.id, on.now)
    arrangements.forget_returned(on.connection, on.case.id)
    case = with_event(on.case, Event.WITHDRAW, on.now)
    cases.keep(on.connection, case)
    cases.ask(on.connection, case.id, ())
    deadlines.forget_deadlines(on.connection, case.id)
    made = entry(on, case, None, "action")
    case, ended = settle_change(on.resources, on.connection, on.current, case, document, on.now)
    append(on.connection, [made, *ended])
    return Acted(case)


def _ends_order(on: On) -> bool:
    """Whether an approved order would be gone: not where only a change of a posted one is."""
    is_approved_order = on.case.type == ORDER and on.case.status is Status.APPROVED
    return is_approved_order and not delivery.receipts_of(on.connection, on.case.id)


def _claim(on: On, decision: Decision, course: Course, person: str) -> Acted:
    """Takes a place from its queue, or gives it back."""
    asked = asked_now(on.case.id, decision, course, on.now)
    is_asked = any(task.place == on.action.place and task.person == person for task in asked)
    key = key_of_place(decision, on.action.place)
    if key is None or not is_asked:
        return refused(on, "not_asked", decision)
    name = text_of_key(key)
    owner = cases.claims_on(on.connection, on.case.id).get(name)
    if key in claimed_by_others(on, decision):
        return refused(on, "claimed_by_another", decision)
    if owner not in (None, person):  # he could fill it no more
        cases.release(on.connection, on.case.id, name)
        owner = None
    if on.action.kind is Kind.CLAIM and owner is None:
        cases.claim(on.connection, on.case.id, name, person, on.now)
    elif on.action.kind is Kind.RELEASE and owner is not None:
        cases.release(on.connection, on.case.id, name)
    append(on.connection, [entry(on, on.case, decision, "action", keys=[list(key)])])
    return Acted(on.case)
