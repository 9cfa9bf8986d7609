"""A document is submitted: known already, or decided, kept and recorded in one transaction.

The same content again gives the same case and nothing new. Other content is a new version of the
case, which begins anew. What is decided on is read before the transaction and checked in it: where
something else is in force meanwhile, or somebody was faster, it is decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

import engine.documents as canonical
from adapters.store import cases, headroom
from adapters.store.cases import Case
from adapters.store.trail import Entry, append
from api.usecases.casework.adding_up import totals_alone, totals_of
from api.usecases.casework.completing import finish
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.reviewing import open_asked
from api.usecases.casework.written import (
    asked_now,
    given_plain,
    named_digests,
    sealed,
    text,
)
from engine.canonical import Written
from engine.cases.identities import Identities
from engine.cases.status import OPEN_FOR_NEW_VERSIONS, Event, Status, moved
from engine.deciding import decide
from engine.decision import Decision, Outcome
from engine.documents.model import Document
from engine.errors import InputError, InputErrors
from engine.facts.kinds import FactValues
from engine.headroom import headroom_keys
from engine.recording import decision_text, moment_text
from engine.routing.course import Course

ATTEMPTS: Final = 8
CLOCKS_DIFFER: Final = timedelta(minutes=5)

_EVENTS: Final = {
    Outcome.ROUTE: Event.ROUTE,
    Outcome.STRAIGHT_THROUGH: Event.STRAIGHT_THROUGH,
    Outcome.HELD: Event.HOLD,
    Outcome.REFUSED: Event.REFUSE,
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """The case. `is_new` is false where this content was known already."""

    case: Case
    is_new: bool


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Why other content of a known document is not taken now."""

    code: str
    case: Case


Answering = Callable[[Connection, Submitted], None]


class Overtaken(Exception):
    """Others were faster every time; asking again later makes sense."""


def submit(
    resources: Resources,
    raw: object,
    source: str,
    who: Identities,
    now: datetime,
    answering: Answering = lambda connection, submitted: None,
    reach: frozenset[str] | None = None,
) -> Submitted | NotAccepted:
    """Takes a document in and decides it.

    `raw` are plain JSON values, `source` the system that sends them. `answering` is called within
    the transaction, to keep with the case what is answered. A known document of an entity that is
    not within `reach` (`None`: every one) is not touched. Raises `InputErrors` for what is no
    document, `NothingInForce`, `ContentsUnusable`, and `Overtaken`.
    """
    for _ in range(ATTEMPTS):
        current = _latest(resources)
        document = _accepted(raw, current, now)
        keys = headroom_keys(current.policy, current.data, document, now)
        plain = sealed(resources, source, document)
        attempt = _Attempt(resources, source, who, now, current, document, plain, keys, reach)
        if not keys:
            attempt.given = totals_alone(current, document, now)
            attempt.decision = decide(current.policy, current.data, document, now, attempt.given)
        try:
            with resources.store.transaction() as connection:
                done = _keep(attempt, connection)
                if isinstance(done, Submitted):
                    answering(connection, done)
        except IntegrityError:  # the same document, submitted by two at once: the other one won
            continue
        if done is not None:
            return done
    raise Overtaken("the document could not be kept: others were faster every time")


def preview(
    resources: Resources, raw: object, source: str, now: datetime
) -> tuple[Document, Decision]:
    """What would be decided, with nothing kept. Raises as `submit` does."""
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
        document = _accepted(raw, current, now)
        keys = headroom_keys(current.policy, current.data, document, now)
        known = cases.by_document(connection, source, document.type, document.id)
        own = known.id if known is not None else 0
        given = totals_of(resources, connection, current, document, keys, now, own)
    return document, decide(current.policy, current.data, document, now, given)


@dataclass(slots=True)
class _Attempt:
    """One try: what was worked out before the transaction; with keys, it is decided within."""

    resources: Resources
    source: str
    who: Identities
    now: datetime
    current: InForce
    document: Document
    plain: Written
    keys: Sequence[str]
    reach: frozenset[str] | None
    given: FactValues = field(default_factory=dict)
    decision: Decision | None = None


def _accepted(raw: object, current: InForce, now: datetime) -> Document:
    """The document that `raw` states. Raises `InputErrors`.

    One that is dated ahead of our clock is none: it would be measured today and count tomorrow.
    """
    document = canonical.accept(
        raw, current.policy.facts, current.policy.documents, received_at=now
    )
    if document.submitted_at > now + CLOCKS_DIFFER:
        stated, here = moment_text(document.submitted_at), moment_text(now)
        message = f"expected a moment that has passed, found `{stated}`; it is `{here}` here"
        raise InputErrors((InputError("submitted_in_future", "submitted_at", message),))
    return document


def _latest(resources: Resources) -> InForce:
    known = resources.loaded.latest()
    if known is not None:
        return known
    with resources.store.reading() as connection:
        return resources.loaded.current(connection)


def _keep(attempt: _Attempt, connection: Connection) -> Submitted | NotAccepted | None:
    """Keeps the document, locking what is in force, the case, its totals, and the trail last.

    `None` where something else is in force by now.
    """
    resources, document, now = attempt.resources, attempt.document, attempt.now
    current = resources.loaded.current(connection, lock=True)
    if current is not attempt.current:
        return None
    known = cases.by_document(connection, attempt.source, document.type, document.id, lock=True)
    if known is not None and attempt.reach is not None and known.entity not in attempt.reach:
        return NotAccepted("out_of_reach", known)
    if known is not None and known.document_digest == document.digest:
        return Submitted(known, is_new=False)
    if known is not None and known.status not in OPEN_FOR_NEW_VERSIONS:
        return NotAccepted("not_open", known)
    headroom.lock(connection, attempt.keys)
    given, decision = attempt.given, attempt.decision
    if decision is None:
        own = known.id if known is not None else 0
        given = totals_of(resources, connection, current, document, attempt.keys, now, own)
        decision = decide(current.policy, current.data, document, now, given)
    written = Written(decision_text(decision))
    totalled = text(given_plain(given))
    case = _kept_case(attempt, connection, known, decision, written, totalled)
    if attempt.keys or known is not None:
        headroom.count(connection, case.id, attempt.keys)
    entries = [Entry("submission", case.id, now, _body(attempt, case, written, totalled))]
    if case.status is Status.PENDING:
        asked = asked_now(case.id, decision, Course(), now)
        cases.ask(connection, case.id, asked, is_new=known is None)
    elif known is not None:
        cases.ask(connection, case.id, (), is_new=False)
    opened = open_asked(resources, connection, current, case, document, decision, now)
    case, more = finish(resources, connection, current, case, document, now)
    append(connection, [*entries, *more, *opened])
    return Submitted(case, is_new=True)


def _kept_case(
    attempt: _Attempt,
    connection: Connection,
    known: Case | None,
    decision: Decision,
    written: Written,
    totalled: Written,
) -> Case:
    """The case with its new content, kept."""
    document = attempt.document
    status = moved(known.status if known else Status.PENDING, _EVENTS[decision.outcome])
    case = Case(
        id=known.id if known else 0,
        source=attempt.source,
        type=document.type,
        document_id=document.id,
        version=known.version + 1 if known else 1,
        entity=document.entity,
        status=status or Status.HELD,
        requester=document.requester,
        document_json=attempt.plain,
        document_digest=document.digest,
        received_at=attempt.now,
        given_json=totalled,
        decision_digest=decision.digest,
        decision_json=written,
        posting_number=known.posting_number if known else 0,
        changed_at=attempt.now,
    )
    if known is None:
        return cases.add(connection, case)
    cases.forget_acts(connection, case.id)
    cases.keep(connection, case)
    return case


def _body(attempt: _Attempt, case: Case, written: Written, totalled: Written) -> Plain:
    return {
        "case": case.number,
        "version": case.version,
        "source": case.source,
        "received_at": moment_text(attempt.now),
        "document": attempt.plain,
        "document_digest": case.document_digest,
        "in_force": named_digests(attempt.current),
        "given": totalled,
        "decision": written,
        "status": str(case.status),
        "who": attempt.who.plain(),
    }
