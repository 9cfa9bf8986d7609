"""A person acts on a case: checked against what is in force now, accepted or refused, recorded.

The guards, in this order: the case is there and within reach; it is open; the content is the one
that was seen; the place is not claimed by somebody else; and everything that the route as it is at
this moment asks of a person (`engine/routing/acting.py`). A refusal is recorded too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases, deadlines, delivery, headroom, outbox
from adapters.store.cases import Case
from adapters.store.proposals import is_activated
from adapters.store.trail import Entry, append
from api.usecases.casework.completing import finish, posting_key, with_event
from api.usecases.casework.in_flight import in_flight
from api.usecases.casework.remembering import asked_of, recorded, remember_approval
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.reviewing import open_asked
from api.usecases.casework.standing import keys_of_change, settle_change
from api.usecases.casework.surrounding import around
from api.usecases.casework.watching import watch
from api.usecases.casework.written import (
    DocumentUnreadable,
    asked_now,
    document_of,
    key_of_place,
    named_digests,
    text_of_key,
)
from engine.canonical import Written
from engine.cases.identities import Identities
from engine.cases.status import Event, Status, moved
from engine.decision import Decision, Outcome
from engine.documents.model import Document
from engine.history import NO_HISTORY, History
from engine.recording import decision_text
from engine.routing.acting import take
from engine.routing.completing import standing
from engine.routing.course import Act, ActKind, Course, Given


class Kind(StrEnum):
    """What a person can do on a case."""

    APPROVE = "approve"
    REJECT = "reject"
    ANSWER = "answer"
    VOTE_FOR = "vote_for"
    VOTE_AGAINST = "vote_against"
    RECORD = "record"
    WITHDRAW = "withdraw"
    CLAIM = "claim"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Action:
    """`by` is a login or person id, `version` the content that was seen.

    `on_behalf_of` is the person he acts for, `body` the body he votes in, `place` the id of the
    place on the route that is claimed or released.
    """

    kind: Kind
    by: str
    version: int
    on_behalf_of: str = ""
    body: str = ""
    place: int = 0
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Acted:
    """The case after the action; `code` says why it was refused, empty where it was accepted."""

    case: Case
    code: str = ""


_ON_ROUTE: Final = frozenset(ActKind)


def act(
    resources: Resources, case_id: int, action: Action, who: Identities, now: datetime
) -> Acted | None:
    """Does the action, or refuses it; `None` where there is no such case.

    Raises `NothingInForce` and `ContentsUnusable`.
    """
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        case = cases.by_id(connection, case_id, lock=True)
        if case is None:
            return None
        on = _On(resources, connection, current, case, action, who, now)
        person = current.data.person_of(action.by, now)
        on.who = replace(who, decided_by=person or action.by)
        if person is None:
            return _refused(on, "person_unknown")
        if action.version != case.version:
            return _refused(on, "content_changed")
        try:
            if action.kind is Kind.WITHDRAW:
                return _withdraw(on, person)
            if case.status is not Status.PENDING:
                return _refused(on, "not_open")
            return _on_route(on, person)
        except DocumentUnreadable:  # raised before anything is written
            return _refused(on, "document_unreadable")


@dataclass(slots=True)
class _On:
    """An action while it is looked at, within its transaction."""

    resources: Resources
    connection: Connection
    current: InForce
    case: Case
    action: Action
    who: Identities
    now: datetime
    history: History = NO_HISTORY
    under: InForce | None = None  # what decided, where that is not what is in force
    note: Plain = field(default_factory=dict)
    routed_under: str = ""

    @property
    def deciding(self) -> InForce:
        """The set and the people that the decision rests on."""
        return self.under or self.current


def _on_route(on: _On, person: str) -> Acted:
    """What concerns the route, as it is at this moment."""
    document = document_of(on.resources, on.current.policy, on.case)
    flight = in_flight(on.resources, on.connection, on.current, on.case, on.now)
    completing = asked_of(on.current, document, on.now)  # looks at what was done once it is
    needed = around(on.current, document, on.case.received_at, on.now)
    shared = keys_of_change(on.connection, on.current, on.case, document)
    headroom.lock(on.connection, (*flight.keys(), *completing.keys(), *needed.keys(), *shared))
    decided = flight.decide(on.connection)
    on.under, on.note, on.history = decided.under.force, decided.note, decided.history
    on.routed_under, decision = decided.routed_under, decided.decision
    if decision.outcome is not Outcome.ROUTE:
        return _decided_otherwise(on, document, decision)
    course = cases.course_of(on.connection, on.case.id)
    if on.action.kind in (Kind.CLAIM, Kind.RELEASE):
        return _claim(on, decision, course, person)
    act = Act(on.action.by, on.now, ActKind(on.action.kind), on.action.on_behalf_of, on.action.body)
    count = len(course.given)
    taken = take(course, decision, on.deciding.data, document.requester, act)
    if isinstance(taken, str):
        return _refused(on, taken, decision)
    claimed = cases.claims_on(on.connection, on.case.id)
    owners = {claimed[name] for key in taken.keys if (name := text_of_key(key)) in claimed}
    if owners and person not in owners:
        return _refused(on, "claimed_by_another", decision)
    cases.add_act(on.connection, on.case.id, count + 1, taken, on.now, on.case.version)
    remember_approval(on.connection, on.deciding, on.case, document, decision, taken, on.now)
    on.who = replace(on.who, on_behalf_of=taken.assignee.on_behalf_of or "")
    return _moved_on(on, document, decision, course, taken)


def _moved_on(
    on: _On, document: Document, decision: Decision, course: Course, taken: Given
) -> Acted:
    """The case after an act was accepted."""
    case = replace(
        on.case,
        decision_digest=decision.digest,
        decision_json=decision_text(decision),
        routed_under=on.routed_under,
        changed_at=on.now,
    )
    events = {"approved": Event.COMPLETE, "rejected": Event.REJECT}
    event = events.get(standing(decision, course))
    if event is not None:
        case = with_event(case, event, on.now)
    cases.keep(on.connection, case)
    asked = asked_now(case.id, decision, course, on.now) if event is None else ()
    cases.ask(on.connection, case.id, asked)
    watch(on.connection, on.deciding, case, decision, course, on.now)
    entry = _entry(on, case, decision, "action", keys=[list(key) for key in sorted(taken.keys)])
    opened = open_asked(on.resources, on.connection, on.deciding, case, document, decision, on.now)
    case, more = finish(on.resources, on.connection, on.current, case, document, on.now)
    append(on.connection, [entry, *more, *opened])
    return Acted(case)


def _decided_otherwise(on: _On, document: Document, decision: Decision) -> Acted:
    """The document has no route any more: the case stands where the decision puts it."""
    events = {Outcome.HELD: Event.HOLD, Outcome.REFUSED: Event.REFUSE}
    case = on.case
    if decision.outcome in events:
        case = replace(
            with_event(case, events[decision.outcome], on.now),
            decision_digest=decision.digest,
            decision_json=decision_text(decision),
        )
        cases.keep(on.connection, case)
        cases.ask(on.connection, case.id, ())
        watch(on.connection, on.deciding, case, decision, Course(), on.now)
    code = decision.held.code if decision.held is not None else str(decision.outcome)
    entry = _entry(
        on, case, decision, "refusal", code=code, decided=Written(decision_text(decision))
    )
    case, ended = settle_change(on.resources, on.connection, on.current, case, document, on.now)
    append(on.connection, [entry, *ended])
    return Acted(case, code)


def _withdraw(on: _On, person: str) -> Acted:
    """Only those whose document it is take it back, and only while nothing is being posted.

    An exception is taken back only where it is known that the ERP does not have the document.
    """
    document = document_of(on.resources, on.current.policy, on.case)
    names = (document.requester, document.submitter)
    headroom.lock(on.connection, keys_of_change(on.connection, on.current, on.case, document))
    owners = {on.current.data.person_of(name, on.now) for name in names if name}
    if person not in owners:
        return _refused(on, "not_asked")
    if moved(on.case.status, Event.WITHDRAW) is None:
        return _refused(on, "not_open")
    if is_activated(on.connection, on.case.id):
        return _refused(on, "in_force_already")
    if on.case.status is Status.EXCEPTION:
        parcel = outbox.of_key(on.connection, posting_key(on.case))
        if parcel is not None and parcel.is_outcome_unknown:  # the ERP may have it in its books
            return _refused(on, "outcome_unknown")
        delivery.close_exceptions(on.connection, on.case.id, on.now)
    case = with_event(on.case, Event.WITHDRAW, on.now)
    cases.keep(on.connection, case)
    cases.ask(on.connection, case.id, ())
    deadlines.forget_deadlines(on.connection, case.id)
    entry = _entry(on, case, None, "action")
    case, ended = settle_change(on.resources, on.connection, on.current, case, document, on.now)
    append(on.connection, [entry, *ended])
    return Acted(case)


def _claim(on: _On, decision: Decision, course: Course, person: str) -> Acted:
    """Takes a place from its queue, or gives it back."""
    asked = asked_now(on.case.id, decision, course, on.now)
    is_asked = any(task.place == on.action.place and task.person == person for task in asked)
    key = key_of_place(decision, on.action.place)
    if key is None or not is_asked:
        return _refused(on, "not_asked", decision)
    name = text_of_key(key)
    owner = cases.claims_on(on.connection, on.case.id).get(name)
    if owner not in (None, person):
        return _refused(on, "claimed_by_another", decision)
    if on.action.kind is Kind.CLAIM and owner is None:
        cases.claim(on.connection, on.case.id, name, person, on.now)
    elif on.action.kind is Kind.RELEASE and owner is not None:
        cases.release(on.connection, on.case.id, name)
    append(on.connection, [_entry(on, on.case, decision, "action", keys=[list(key)])])
    return Acted(on.case)


def _refused(on: _On, code: str, decision: Decision | None = None) -> Acted:
    append(on.connection, [_entry(on, on.case, decision, "refusal", code=code)])
    return Acted(on.case, code)


def _entry(on: _On, case: Case, decision: Decision | None, kind: str, **more: object) -> Entry:
    body: Plain = {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        "action": str(on.action.kind),
        "seen_version": on.action.version,
        "body": on.action.body,
        "place": on.action.place,
        "comment": on.action.comment,
        "wanted_on_behalf_of": on.action.on_behalf_of,
        "who": on.who.plain(),
        "in_force": named_digests(on.deciding),
        "decision_digest": decision.digest if decision is not None else "",
        **recorded(on.history),
        **on.note,
        "status": str(case.status),
        **more,
    }
    return Entry(kind, case.id, on.now, body)
