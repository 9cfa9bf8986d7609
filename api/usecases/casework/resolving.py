"""Who is asked on open cases follows the people: at once where they change, and when time does it.

What was approved stands. Only who is asked for what is still open is worked out anew, under what is
in force at the moment, and recorded where it is somebody else, or where a new delegate is not asked
because a task stays.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases, headroom
from adapters.store.cases import Case, Task
from adapters.store.in_force import Digests
from adapters.store.trail import Entry, append
from api.usecases.casework.completing import finish, with_event
from api.usecases.casework.in_flight import Decided, InFlight, in_flight
from api.usecases.casework.moments import acting_moment
from api.usecases.casework.remembering import asked_of, recorded
from api.usecases.casework.resources import ContentsUnusable, InForce, Plain, Resources
from api.usecases.casework.reviewing import open_asked
from api.usecases.casework.standing import keys_of_change
from api.usecases.casework.surrounding import around
from api.usecases.casework.unusable import hold
from api.usecases.casework.watching import watch
from api.usecases.casework.written import (
    DocumentUnreadable,
    asked_now,
    document_of,
    key_of_place,
    named_digests,
    text_of_key,
)
from engine.boundaries import boundaries, next_boundary
from engine.canonical import Written
from engine.cases.status import Event, Status
from engine.decision import Decision, Outcome
from engine.documents.model import Document
from engine.recording import decision_text
from engine.routing.completing import standing
from engine.routing.delegation import STAYS

log: Final = logging.getLogger(__name__)
BATCH: Final = 500
KIND: Final = "tasks_changed"

_EVENTS: Final = {
    "approved": Event.COMPLETE,
    "rejected": Event.REJECT,
    str(Outcome.HELD): Event.HOLD,
    str(Outcome.REFUSED): Event.REFUSE,
    # Nobody is asked any more, and so nobody could ever approve it.
    str(Outcome.STRAIGHT_THROUGH): Event.STRAIGHT_THROUGH,
}

Progress = Callable[[int], None]


class Cause(StrEnum):
    """Why it is looked who is asked."""

    POLICY = "policy_activated"
    MASTER_DATA = "master_data_loaded"
    DELEGATIONS = "delegations_changed"
    TIME = "time"


def re_resolve_all(
    resources: Resources,
    now: datetime,
    cause: Cause,
    progress: Progress = lambda count: None,
) -> int:
    """Works out anew who is asked on every open case; how many have other people now.

    `now` is aware. Each case is a transaction of its own. One that cannot be looked at is logged
    and left as it is: whoever acts on it is judged by what is in force anyway.
    """
    changed = 0
    for found in _pending(resources):
        for case_id in found:
            try:
                changed += re_resolve(resources, case_id, now, cause)
            except Exception as problem:
                log.error(
                    "it could not be worked out who is asked on a case",
                    extra={
                        "case_number": cases.number_of(case_id),
                        "reason_code": type(problem).__name__,
                    },
                )
        progress(len(found))
    return changed


def re_resolve(resources: Resources, case_id: int, now: datetime, cause: Cause) -> bool:
    """Works out anew who is asked on a case; whether they are others than before.

    One whose own set cannot be loaded with the people of today is held. Raises `NothingInForce`
    and `ContentsUnusable`. A case whose document cannot be read is left.
    """
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        case = cases.by_id(connection, case_id, lock=True)
        if case is None or case.status is not Status.PENDING:
            return False
        now = acting_moment(connection, now)
        try:
            document = document_of(resources, current.policy, case)
        except DocumentUnreadable:
            return False
        try:
            flight = in_flight(resources, connection, current, case, now)
        except ContentsUnusable:
            _, entry = hold(connection, current, case, document, now)
            append(connection, [entry])
            return True
        return _looked_at(resources, connection, current, case, document, flight, now, cause)


class Watch:
    """Remembers for what was looked last, and when people change next by time alone."""

    def __init__(self) -> None:
        self._for = Digests()
        self._next: datetime | None = None

    def look(self, resources: Resources, now: datetime) -> int:
        """Looks at every open case where people may have changed; how many have others now.

        What a service missed while it was down is found by its first look.
        """
        with resources.store.reading() as connection:
            current = resources.loaded.current(connection)
        is_same = current.digests == self._for
        if is_same and (self._next is None or now < self._next):
            return 0
        changed = re_resolve_all(resources, now, self._cause(current.digests))
        self._for = current.digests
        self._next = next_boundary(boundaries(current.data), now)
        return changed

    def _cause(self, found: Digests) -> Cause:
        if found == self._for or not self._for.is_complete:
            return Cause.TIME
        return Cause.POLICY if found.policy != self._for.policy else Cause.MASTER_DATA


@dataclass(frozen=True, slots=True)
class _Looked:
    """A case with who was asked on it, and who is by the decision of now."""

    case: Case
    decided: Decided
    before: Sequence[Task]
    after: Sequence[Task]

    @property
    def is_same(self) -> bool:
        """Whether the same are asked for the same."""
        return {*map(_who, self.before)} == {*map(_who, self.after)}


def _looked_at(
    resources: Resources,
    connection: Connection,
    current: InForce,
    case: Case,
    document: Document,
    flight: InFlight,
    now: datetime,
    cause: Cause,
) -> bool:
    acted, needed = (
        asked_of(current, document, now),
        around(current, document, case.received_at, now),
    )
    shared = keys_of_change(resources, connection, current, case, document)
    headroom.lock(connection, (*flight.keys(), *acted.keys(), *needed.keys(), *shared))
    decided = flight.decide(connection)
    decision = decided.decision
    course = cases.course_of(connection, case.id)
    event = _EVENTS.get(standing(decision, course))
    asked = list(asked_now(case.id, decision, course, now)) if event is None else []
    before = cases.tasks_on(connection, case.id)
    looked = _Looked(case, decided, before, _since(before, asked))
    is_same = event is None and looked.is_same
    if is_same and not _stays_newly(case, decision):
        watch(connection, decided.under.force, case, decision, course, now)  # other times, maybe
        return False
    _keep(resources, connection, current, document, looked, event, now, cause)
    return not is_same


def _stays_newly(case: Case, decision: Decision) -> bool:
    """Whether a task stays with a delegator of which the decision that is kept says nothing."""
    stays = [each for each in decision.passed_over if each.code == STAYS]
    if not stays:
        return False
    told = [p for p in json.loads(case.decision_json)["passed_over"] if p["code"] == STAYS]
    known = {(p["person"], p["words"]["delegation"]) for p in told}
    return any((each.person, dict(each.words)["delegation"]) not in known for each in stays)


def _keep(
    resources: Resources,
    connection: Connection,
    current: InForce,
    document: Document,
    looked: _Looked,
    event: Event | None,
    now: datetime,
    cause: Cause,
) -> None:
    """The case with whom it asks now, and the record of it."""
    decision, under = looked.decided.decision, looked.decided.under.force
    case = replace(
        looked.case,
        decision_digest=decision.digest,
        decision_json=decision_text(decision),
        routed_under=looked.decided.routed_under,
        changed_at=now,
    )
    if event is not None:
        case = with_event(case, event, now)
    cases.keep(connection, case)
    cases.ask(connection, case.id, looked.after)
    course = cases.course_of(connection, case.id)
    watch(connection, under, case, decision, course, now)
    freed = [] if looked.is_same else _free(connection, case, decision, looked.after)
    entry = Entry(KIND, case.id, now, {**_body(under, case, looked, cause), "freed": freed})
    opened = open_asked(resources, connection, under, case, document, decision, now)
    _, more = finish(resources, connection, current, case, document, now)
    append(connection, [entry, *more, *opened])


def _free(
    connection: Connection, case: Case, decision: Decision, asked: Sequence[Task]
) -> list[Plain]:
    """Gives back what people have claimed who are not asked for it any more."""
    may_keep = {
        (text_of_key(key), task.person)
        for task in asked
        if (key := key_of_place(decision, task.place)) is not None
    }
    freed: list[Plain] = []
    for name, person in sorted(cases.claims_on(connection, case.id).items()):
        if (name, person) not in may_keep:
            cases.release(connection, case.id, name)
            freed.append({"key": json.loads(name), "person": person})
    return freed


def _body(current: InForce, case: Case, looked: _Looked, cause: Cause) -> Plain:
    return {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        "in_force": named_digests(looked.decided.under.force),
        "given": Written(case.given_json),
        **recorded(looked.decided.history),
        **looked.decided.note,
        "cause": str(cause),
        "asked_before": [_plain(task) for task in looked.before],
        "asked": [_plain(task) for task in looked.after],
        "decision": Written(case.decision_json),
        "status": str(case.status),
    }


def _plain(task: Task) -> Plain:
    return {
        "place": task.place,
        "person": task.person,
        "on_behalf_of": task.on_behalf_of,
        "word": task.word,
        "ask": task.ask,
    }


def _who(task: Task) -> tuple[int, str, str, str, str, int]:
    return task.place, task.person, task.on_behalf_of, task.word, task.ask, task.step


def _since(before: Sequence[Task], asked: Sequence[Task]) -> list[Task]:
    """Whoever was asked for the same before, is asked since then."""
    known = {_who(task): task.since for task in before}
    return [replace(task, since=known.get(_who(task), task.since)) for task in asked]


def _pending(resources: Resources) -> Iterator[list[int]]:
    after = 0
    while True:
        with resources.store.reading() as connection:
            found = cases.several(connection, statuses=[Status.PENDING], after=after, most=BATCH)
        if not found:
            return
        yield [case.id for case in found]
        after = found[-1].id
