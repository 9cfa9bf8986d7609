"""Cases that lack something are asked again: what they lack may be there by now.

Held cases are decided again; approved ones that were not ready are asked again whether they may be
posted, binding. A record is made only where the answer is another one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store import arrangements, cases, headroom
from adapters.store.cases import Case
from adapters.store.trail import Entry, append
from api.usecases.casework.adding_up import Sharing, sharing_since, totals_of
from api.usecases.casework.asked_since import silent_on
from api.usecases.casework.completing import finish, with_event
from api.usecases.casework.in_flight import in_flight
from api.usecases.casework.remembering import asked_of, recorded
from api.usecases.casework.resources import ContentsUnusable, InForce, Plain, Resources
from api.usecases.casework.reviewing import open_asked
from api.usecases.casework.standing import count_both, keys_of_change
from api.usecases.casework.surrounding import around
from api.usecases.casework.unusable import is_unusable
from api.usecases.casework.watching import watch
from api.usecases.casework.written import (
    asked_now,
    document_of,
    named_digests,
    text,
)
from engine.cases.status import Event, Status
from engine.deciding import decide
from engine.decision import Decision, Outcome
from engine.documents.model import Document
from engine.facts.kinds import FactValues
from engine.history import History
from engine.recorded import arrangements_plain, escalations_plain, given_of, given_plain
from engine.recording import to_plain
from engine.routing.completing import standing
from engine.routing.course import Course

log: Final = logging.getLogger(__name__)

_EVENTS: Final = {
    Outcome.ROUTE: Event.ROUTE,
    Outcome.STRAIGHT_THROUGH: Event.STRAIGHT_THROUGH,
    Outcome.HELD: Event.HOLD,
    Outcome.REFUSED: Event.REFUSE,
}


def ask_all_again(resources: Resources, now: datetime) -> int:
    """Asks every case that lacks something; how many have another answer.

    A case that cannot be asked is logged and left as it is.
    """
    changed = 0
    for case_id in _stuck(resources):
        try:
            changed += ask_again(resources, case_id, now)
        except Exception as problem:
            log.error(
                "a case could not be asked again",
                extra={
                    "case_number": cases.number_of(case_id),
                    "reason_code": type(problem).__name__,
                },
            )
    return changed


def ask_again(resources: Resources, case_id: int, now: datetime) -> bool:
    """Asks one case again; whether anything about it has changed.

    Raises `NothingInForce`, `ContentsUnusable`, and `InputErrors` where the set in force no longer
    knows what the document states.
    """
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        case = cases.by_id(connection, case_id, lock=True)
        if case is None:
            return False
        if case.status is Status.HELD:
            return _decided_again(resources, connection, current, case, now)
        if case.status is Status.APPROVED:
            document = document_of(resources, current.policy, case)
            return _finished(resources, connection, current, case, document, now)
    return False


def _stuck(resources: Resources) -> Iterator[int]:
    after = 0
    while True:
        with resources.store.reading() as connection:
            found = cases.stuck(connection, after)
        if not found:
            return
        yield from found
        after = found[-1]


def _finished(
    resources: Resources,
    connection: Connection,
    current: InForce,
    case: Case,
    document: Document,
    now: datetime,
) -> bool:
    """Whether an approved case is ready now, or lacks something else than before."""
    before, needed = (
        asked_of(current, document, now),
        around(current, document, case.received_at, now),
    )
    headroom.lock(connection, (*before.keys(), *needed.keys()))
    after, entries = finish(resources, connection, current, case, document, now)
    if (after.status, after.findings_json) == (case.status, case.findings_json):
        return False
    if entries:
        append(connection, entries)
    return True


@dataclass(frozen=True, slots=True)
class _Answer:
    """A held case decided again: by what, about which document, and what it rests on.

    `shared` are the totals that were added up for it; `None` where those of before count.
    """

    force: InForce
    document: Document
    decision: Decision
    given: FactValues
    history: History
    note: Plain
    routed_under: str
    shared: Sharing | None = None


def _anew(
    resources: Resources, connection: Connection, current: InForce, case: Case, now: datetime
) -> _Answer:
    """Under what is in force now, with the totals as they are now."""
    document = document_of(resources, current.policy, case)
    shared = sharing_since(current, document, case.received_at, now)
    before = asked_of(current, document, now)
    needed = around(current, document, case.received_at, now)
    own = headroom.keys_of(connection, [case.id]) if case.standing_version else ()
    headroom.lock(connection, (*shared.keys(), *before.keys(), *needed.keys(), *own))
    given = totals_of(connection, shared, case.id)
    history = before.history(connection, case.id)
    silent = silent_on(connection, case.id, [current])  # nobody is asked while it is held
    made = arrangements.arrangements_on(connection, case.id)
    decision = decide(
        *(current.policy, current.data, document, now, given, history),
        escalations=silent,
        arrangements=made,
    )
    note: Plain = {**escalations_plain(silent), **arrangements_plain(made)}
    newest = current.digests.policy
    return _Answer(current, document, decision, given, history, note, newest, shared)


def _under_own_set(
    resources: Resources, connection: Connection, current: InForce, case: Case, now: datetime
) -> _Answer | None:
    """Under the sets that have a word about it; `None` while its own cannot be loaded."""
    try:
        flight = in_flight(resources, connection, current, case, now)
    except ContentsUnusable:
        return None
    if not flight.word:
        return _anew(resources, connection, current, case, now)
    document = document_of(resources, current.policy, case)
    acted = asked_of(current, document, now)
    needed = around(current, document, case.received_at, now)
    shared = keys_of_change(resources, connection, current, case, document)
    headroom.lock(connection, (*flight.keys(), *acted.keys(), *needed.keys(), *shared))
    found = flight.decide(connection)
    given, under = given_of(json.loads(case.given_json)), found.under
    return _Answer(
        *(under.force, document, found.decision, given, found.history, found.note),
        found.routed_under,
    )


def _decided_again(
    resources: Resources, connection: Connection, current: InForce, case: Case, now: datetime
) -> bool:
    """A held case: whether there is another answer by now."""
    how = _under_own_set if is_unusable(case) else _anew
    found = how(resources, connection, current, case, now)
    if found is None:
        return False
    document, decision, force = found.document, found.decision, found.force
    written: Plain = {**to_plain(decision)}
    if decision.outcome is Outcome.HELD and _is_held_alike(case, written):
        return False
    if found.shared is not None:
        _count(resources, connection, current, case, found.shared)
    course = cases.course_of(connection, case.id)
    case = replace(
        with_event(case, _EVENTS[decision.outcome], now),
        given_json=text(given_plain(found.given)),
        routed_under=found.routed_under,
        decision_digest=decision.digest,
        decision_json=text(written),
    )
    # It may have been approved before it was held: nothing more may be open on its route.
    event = {"approved": Event.COMPLETE, "rejected": Event.REJECT}.get(standing(decision, course))
    if case.status is Status.PENDING and event is not None:
        case = with_event(case, event, now)
    cases.keep(connection, case)
    _ask_people(connection, case, decision, course, now)
    watch(connection, force, case, decision, course, now)
    entry = Entry("decided_again", case.id, now, _body(case, written, found))
    opened = open_asked(resources, connection, force, case, document, decision, now, found.shared)
    case, more = finish(resources, connection, current, case, document, now)
    append(connection, [entry, *more, *opened])
    return True


def _count(
    resources: Resources, connection: Connection, current: InForce, case: Case, shared: Sharing
) -> None:
    if case.standing_version:
        count_both(resources, connection, current, case, shared)
    else:
        headroom.count(connection, case, shared.contributions)


def _is_held_alike(case: Case, written: Plain) -> bool:
    """Held for the same reason as before; the moment of the decision is another one anyway."""
    before = json.loads(case.decision_json)
    return bool(before["outcome"] == written["outcome"] and before["held"] == written["held"])


def _ask_people(
    connection: Connection, case: Case, decision: Decision, course: Course, now: datetime
) -> None:
    is_pending = case.status is Status.PENDING
    asked = asked_now(case.id, decision, course, now) if is_pending else ()
    cases.ask(connection, case.id, asked)


def _body(case: Case, written: Plain, found: _Answer) -> Plain:
    return {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        "in_force": named_digests(found.force),
        "given": given_plain(found.given),
        **recorded(found.history),
        **found.note,
        "decision": written,
        "status": str(case.status),
    }
