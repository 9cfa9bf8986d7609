"""What is due is done: a reminder, the next one up, the end of what nobody works on.

Each in a transaction of its own, with the case locked, and recorded. What a crash interrupts is due
again. Who is asked and when it is due is worked out again first: nothing happens to a place that
somebody else has by now, or that another policy gives more time. After a stop each rung still has
its whole time, since that counts from the moment at which somebody was asked.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases, deadlines, delivery, headroom
from adapters.store.cases import Case
from adapters.store.deadlines import Deadline
from adapters.store.trail import Entry, append
from api.usecases.casework.completing import with_event
from api.usecases.casework.in_flight import Decided, InFlight, by_set_in_force, in_flight
from api.usecases.casework.remembering import asked_of, recorded
from api.usecases.casework.resources import ContentsUnusable, InForce, Plain, Resources
from api.usecases.casework.standing import keys_of_change, settle_change
from api.usecases.casework.surrounding import around
from api.usecases.casework.unusable import hold
from api.usecases.casework.watching import watch
from api.usecases.casework.written import (
    asked_now,
    document_of,
    named_digests,
    text_of_key,
)
from engine.canonical import Written
from engine.cases.status import Event, Status
from engine.deadlines.watching import Kind
from engine.decision import Assignment, Outcome, Via
from engine.documents.model import Document
from engine.master_data import PersonId
from engine.recording import decision_text, moment_text
from engine.reviewing import owners_of
from engine.routing.course import Course, Escalation, PlaceKey, keyed
from engine.routing.escalating import EXHAUSTED, positions

log: Final = logging.getLogger(__name__)

REMINDED: Final = "reminded"
ESCALATED: Final = "escalated"
WITHDRAWN: Final = "withdrawn_unattended"
LATE: Final = "ratification_late"
_EVENTS: Final = {
    Outcome.ROUTE: Event.ROUTE,
    Outcome.HELD: Event.HOLD,
    Outcome.REFUSED: Event.REFUSE,
}


@dataclass(slots=True)
class _On:
    """A case with something due, within its transaction. `flight` decides it."""

    resources: Resources
    connection: Connection
    current: InForce
    case: Case
    document: Document
    now: datetime
    flight: InFlight

    def decide(self) -> Decided:
        """The route as it is now, with every escalation that is kept by now."""
        return self.flight.decide(self.connection)


def handle_all_due(resources: Resources, now: datetime) -> int:
    """Handles whatever is due, one thing after the other; how many things were done.

    A case that cannot be handled is logged, left as it is, and due again.
    """
    count = 0
    failed: set[int] = set()
    while True:
        with resources.store.reading() as connection:
            most = 100 + len(failed)
            found = [id for id in deadlines.due(connection, now, most) if id not in failed]
        if not found:
            return count
        for case_id in found:
            try:
                count += handle_due(resources, case_id, now)
            except Exception as problem:
                failed.add(case_id)
                log.error(
                    "a deadline could not be handled",
                    extra={
                        "case_number": cases.number_of(case_id),
                        "reason_code": type(problem).__name__,
                    },
                )


def handle_due(resources: Resources, case_id: int, now: datetime) -> bool:
    """Handles what is due longest on the case; false where nothing is any more.

    Raises `NothingInForce`, `ContentsUnusable` and `DocumentUnreadable`.
    """
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        case = cases.by_id(connection, case_id, lock=True)
        found = None if case is None else _first_due(connection, case_id, now)
        if case is None or found is None:
            return False
        document = document_of(resources, current.policy, case)
        try:
            flight = in_flight(resources, connection, current, case, now)
        except ContentsUnusable:
            if case.status is Status.PENDING:
                append(connection, [hold(connection, current, case, document, now)[1]])
                return True
            if found.kind in (Kind.REMIND, Kind.ESCALATE):
                raise
            flight = by_set_in_force(resources, current, case, now)  # no route is asked for
        on = _On(resources, connection, current, case, document, now, flight)
        match found.kind:
            case Kind.WITHDRAW:
                _withdraw(on, found)
            case Kind.RATIFY:
                _late(on, found)
            case Kind.REMIND | Kind.ESCALATE:
                _on_route(on, found)
        return True


def _first_due(connection: Connection, case_id: int, now: datetime) -> Deadline | None:
    open_here = (d for d in deadlines.deadlines_on(connection, case_id) if d.done_at is None)
    return next((d for d in open_here if d.due_at <= now), None)


def _lock(on: _On) -> None:
    """What is looked at and counted anew, in one order."""
    acted = asked_of(on.current, on.document, on.now)
    needed = around(on.current, on.document, on.case.received_at, on.now)
    shared = keys_of_change(on.resources, on.connection, on.current, on.case, on.document)
    headroom.lock(on.connection, (*on.flight.keys(), *acted.keys(), *needed.keys(), *shared))


def _on_route(on: _On, found: Deadline) -> None:
    """A place of the route as it is at this moment."""
    _lock(on)
    course = cases.course_of(on.connection, on.case.id)
    decided = on.decide()
    decision = decided.decision
    if on.case.status is Status.PENDING and decision.outcome in (Outcome.HELD, Outcome.REFUSED):
        _take_over(on, decided, course, "decided_again")
        return
    watch(on.connection, decided.under.force, on.case, decision, course, on.now)
    due = _still_due(on, found)
    place = next((p for key, p in keyed(decision) if key == found.key), None)
    if due is None or due.key is None or place is None:
        is_pending = on.case.status is Status.PENDING
        asked = asked_now(on.case.id, decision, course, on.now) if is_pending else ()
        cases.ask(on.connection, on.case.id, asked)
        return
    if due.kind is Kind.REMIND:
        _remind(on, due, place)
    else:
        _escalate(on, due, due.key, place, course)


def _still_due(on: _On, found: Deadline) -> Deadline | None:
    """The same deadline, after it was worked out again."""
    known = deadlines.deadlines_on(on.connection, on.case.id)
    same = (d for d in known if (d.key, d.kind, d.rung) == (found.key, found.kind, found.rung))
    return next((d for d in same if d.done_at is None and d.due_at <= on.now), None)


def _remind(on: _On, due: Deadline, place: Assignment) -> None:
    """Once for each rung; whoever has claimed the place is the one to be reminded."""
    claimed = cases.claims_on(on.connection, on.case.id).get(text_of_key(due.key or _NO_KEY))
    persons = (claimed,) if claimed in due.persons and claimed else due.persons
    deadlines.done(on.connection, due, on.now)
    deadlines.tell(on.connection, on.case.id, persons, REMINDED, place.word, on.now)
    _append(on, REMINDED, {**_about(due), "persons": list(persons)})


def _escalate(on: _On, due: Deadline, key: PlaceKey, place: Assignment, course: Course) -> None:
    """The next one up is asked, too; where nobody is left the case is held."""
    before = {a.person for a in place.assignees}
    new = Escalation(key, tuple(map(PersonId, positions(place))), on.now)
    deadlines.done(on.connection, due, on.now)
    deadlines.add_escalation(on.connection, on.case.id, new, on.now)
    cases.release(on.connection, on.case.id, text_of_key(key))  # it is no longer one person's
    decided = on.decide()
    decision = decided.decision
    held = decision.held
    is_exhausted = held is not None and held.code == EXHAUSTED
    asked = [
        a.person
        for each, there in keyed(decision)
        if each == key
        for a in there.assignees
        if a.via is Via.ESCALATED and a.person not in before
    ]
    told: Plain = {**_about(due), "to": asked, "silent": sorted(before)}
    kind = EXHAUSTED if is_exhausted else ESCALATED
    deadlines.tell(on.connection, on.case.id, [*asked, *sorted(before)], kind, place.word, on.now)
    if is_exhausted and held is not None:
        _tell_owners(on, held.owner, kind, place.word)
    _take_over(on, decided, course, kind, told)


def _take_over(
    on: _On, decided: Decided, course: Course, kind: str, told: Plain | None = None
) -> None:
    """The case stands where the decision puts it."""
    decision, force = decided.decision, decided.under.force
    on.case = replace(
        with_event(on.case, _EVENTS[decision.outcome], on.now),
        decision_digest=decision.digest,
        decision_json=decision_text(decision),
    )
    cases.keep(on.connection, on.case)
    is_pending = on.case.status is Status.PENDING
    asked = asked_now(on.case.id, decision, course, on.now) if is_pending else ()
    cases.ask(on.connection, on.case.id, asked)
    watch(on.connection, force, on.case, decision, course, on.now)
    more: Plain = {
        **(told or {}),
        **recorded(decided.history),
        **decided.note,
        "given": Written(on.case.given_json),
        "decision": Written(on.case.decision_json),
        "in_force": named_digests(force),
    }
    _append(on, kind, more)


def _withdraw(on: _On, due: Deadline) -> None:
    """A held case that nobody worked on; never one that somebody has agreed to post."""
    if on.case.status not in (Status.HELD, Status.RETURNED):
        deadlines.done(on.connection, due, on.now)
        return
    held = json.loads(on.case.decision_json).get("held") or {}
    _lock(on)
    on.case = with_event(on.case, Event.WITHDRAW, on.now)
    cases.keep(on.connection, on.case)
    cases.ask(on.connection, on.case.id, ())
    deadlines.forget_deadlines(on.connection, on.case.id)
    names = (on.document.requester, on.document.submitter)
    persons = [p for n in names if n and (p := on.current.data.person_of(n, on.now))]
    deadlines.tell(on.connection, on.case.id, persons, WITHDRAWN, "", on.now)
    _tell_owners(on, str(held.get("owner", "")), WITHDRAWN, "")
    _append(on, WITHDRAWN, {**_about(due), "told": persons, "held": str(held.get("code", ""))})


def _late(on: _On, due: Deadline) -> None:
    """Nobody has ratified in time: the owner of the file that asks for it has an exception."""
    owner = _owner_of(on, due)
    word = due.key[1] if due.key is not None else ""
    key = f"{on.case.number} {word}".strip()
    message = f"expected a ratification until {moment_text(due.due_at)}, found none"
    delivery.open_exception(on.connection, on.case.id, key, LATE, message, owner, on.now)
    deadlines.done(on.connection, due, on.now)
    deadlines.tell(on.connection, on.case.id, due.persons, LATE, word, on.now)
    _tell_owners(on, owner, LATE, word)
    _append(on, LATE, {**_about(due), "owner": owner})


def _owner_of(on: _On, due: Deadline) -> str:
    """The owner of the file that the place stands in."""
    file = due.key[0].partition(":")[0] if due.key is not None else ""
    policy = on.current.policy
    found = [matrix.owner for matrix in policy.matrices if matrix.place.file == file]
    found += [control.owner for control in policy.additional if control.place.file == file]
    return next((owner for owner in found if owner), "")


def _tell_owners(on: _On, owner: str, code: str, word: str) -> None:
    persons = owners_of(on.current.policy, on.current.data, owner, on.case.entity, on.now)
    deadlines.tell(on.connection, on.case.id, persons, code, word, on.now)


_NO_KEY: Final = ("", "", "", "", 0)


def _about(due: Deadline) -> Plain:
    return {
        "key": [] if due.key is None else list(due.key),
        "persons": list(due.persons),
        "rung": due.rung,
        "since": moment_text(due.since),
        "due_at": moment_text(due.due_at),
    }


def _append(on: _On, kind: str, more: Plain) -> None:
    body: Plain = {
        "case": on.case.number,
        "version": on.case.version,
        "document_digest": on.case.document_digest,
        "in_force": named_digests(on.current),
        **more,
        "status": str(on.case.status),
    }
    entry = Entry(kind, on.case.id, on.now, body)
    args = (on.resources, on.connection, on.current, on.case, on.document, on.now)
    on.case, ended = settle_change(*args)  # a change that came to nothing leaves what stood
    append(on.connection, [entry, *ended])
