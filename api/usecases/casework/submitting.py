"""Documents are submitted: known already, or decided, kept and recorded in one transaction.

The same content again gives the same case and nothing new. Other content is a new version of the
case, which begins anew. What is decided on is read before the transaction and checked in it: where
something else is in force meanwhile, or somebody was faster, it is decided again.

Several that arrive together are kept together (`submit_all`), each as if it came alone: reaching
the disk costs as much for many as for one. A document that cannot be kept keeps no other from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

import engine.documents as canonical
from adapters.store import cases, headroom
from adapters.store.cases import Case, Task
from adapters.store.trail import Entry, append
from api.usecases.casework.adding_up import Sharing, sharing, totals_of
from api.usecases.casework.completing import findings_of, findings_text, finish
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


def _nothing(connection: Connection, submitted: Submitted) -> None:
    """Nothing is kept with the case."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A document as somebody sends it.

    `raw` are plain JSON values, `source` the system that sends them, `now` when (aware).
    `answering` is called within the transaction, to keep with the case what is answered. A known
    document of an entity that is not within `reach` (`None`: every one) is not touched.
    """

    raw: object
    source: str
    who: Identities
    now: datetime
    answering: Answering = _nothing
    reach: frozenset[str] | None = None


Done = Submitted | NotAccepted | Exception


def submit(
    resources: Resources,
    raw: object,
    source: str,
    who: Identities,
    now: datetime,
    answering: Answering = _nothing,
    reach: frozenset[str] | None = None,
) -> Submitted | NotAccepted:
    """Takes one document in and decides it.

    Raises `InputErrors` for what is no document, `NothingInForce`, `ContentsUnusable`, `Overtaken`,
    and what `answering` raises: nothing has happened then.
    """
    [done] = submit_all(resources, [Submission(raw, source, who, now, answering, reach)])
    if isinstance(done, Exception):
        raise done
    return done


def submit_all(resources: Resources, submissions: Sequence[Submission]) -> list[Done]:
    """Takes documents in, in their order, together where they can be. What `submit` would raise for
    one of them stands in its place."""
    done: dict[int, Done] = {}
    waiting = list(enumerate(submissions))
    while waiting:
        together, waiting = _of_different_names(waiting)
        results = _kept_together(resources, [each for _, each in together])
        done |= dict(zip((position for position, _ in together), results, strict=True))
    return [done[position] for position in range(len(submissions))]


Numbered = list[tuple[int, Submission]]


def _of_different_names(waiting: Numbered) -> tuple[Numbered, Numbered]:
    """Those that can be kept together, and those that have to see one of them kept before."""
    names: set[tuple[str, str, str]] = set()
    together: Numbered = []
    later: Numbered = []
    for position, each in waiting:
        raw = each.raw if isinstance(each.raw, dict) else {}
        name = (each.source, str(raw.get("type")), str(raw.get("id")))
        (later if name in names else together).append((position, each))
        names.add(name)
    return together, later


def _kept_together(resources: Resources, submissions: Sequence[Submission]) -> list[Done]:
    """All in one transaction; where that fails, each in one of its own."""
    try:
        return _attempted(resources, submissions)
    except Exception as problem:
        if len(submissions) == 1:
            return [problem]
    return [done for each in submissions for done in _kept_together(resources, [each])]


def _attempted(resources: Resources, submissions: Sequence[Submission]) -> list[Done]:
    for _ in range(ATTEMPTS):
        current = _latest(resources)
        attempts = [_attempt(resources, current, each) for each in submissions]
        try:
            with resources.store.transaction() as connection:
                done = _keep(resources, connection, current, attempts)
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
        known = cases.by_document(connection, (source, document.type, document.id))
        own = known.id if known is not None else 0
        given = totals_of(connection, sharing(current, document, now), own)
    return document, decide(current.policy, current.data, document, now, given)


@dataclass(slots=True)
class _Attempt:
    """One try to keep a document: what was worked out before the transaction."""

    submission: Submission
    document: Document
    plain: Written
    shared: Sharing

    def name(self) -> cases.Name:
        """What the case is found by."""
        return self.submission.source, self.document.type, self.document.id


def _latest(resources: Resources) -> InForce:
    known = resources.loaded.latest()
    if known is not None:
        return known
    with resources.store.reading() as connection:
        return resources.loaded.current(connection)


def _accepted(raw: object, current: InForce, now: datetime) -> Document:
    """The document that `raw` states. Raises `InputErrors`.

    One that is dated ahead of our clock is none: what goes by its date, such as a rate, is not
    known yet.
    """
    document = canonical.accept(
        raw, current.policy.facts, current.policy.documents, received_at=now
    )
    if document.submitted_at > now + CLOCKS_DIFFER:
        stated, here = moment_text(document.submitted_at), moment_text(now)
        message = f"expected a moment that has passed, found `{stated}`; it is `{here}` here"
        raise InputErrors((InputError("submitted_in_future", "submitted_at", message),))
    return document


def _attempt(
    resources: Resources, current: InForce, submission: Submission
) -> _Attempt | InputErrors:
    now = submission.now
    try:
        document = _accepted(submission.raw, current, now)
    except InputErrors as refused:
        return refused
    plain = sealed(resources, submission.source, document)
    return _Attempt(submission, document, plain, sharing(current, document, now))


def _keep(
    resources: Resources,
    connection: Connection,
    current: InForce,
    attempts: Sequence[_Attempt | InputErrors],
) -> list[Done] | None:
    """Keeps the documents, locking what is in force, the cases, their totals, and the trail last.

    `None` where something else is in force by now.
    """
    if resources.loaded.current(connection, lock=True) is not current:
        return None
    tries = [each for each in attempts if isinstance(each, _Attempt)]
    known = cases.by_documents(connection, [each.name() for each in tries])
    headroom.lock(connection, {key for each in tries for key in each.shared.keys()})
    keeping = _Keeping(resources, connection, current)
    done: list[Done] = [
        each if isinstance(each, InputErrors) else keeping.keep(each, known.get(each.name()))
        for each in attempts
    ]
    keeping.close()
    for each, result in zip(attempts, done, strict=True):
        if isinstance(each, _Attempt) and isinstance(result, Submitted):
            each.submission.answering(connection, result)
    return done


@dataclass(slots=True)
class _Keeping:
    """Documents while they are kept in one transaction; records and tasks are written at its end,
    so that the end of the trail is taken last and once."""

    resources: Resources
    connection: Connection
    current: InForce
    _entries: list[Entry] = field(default_factory=list)
    _tasks: list[Task] = field(default_factory=list)

    def keep(self, attempt: _Attempt, known: Case | None) -> Submitted | NotAccepted:
        """The case with its new content, kept. Whoever is kept later counts it."""
        if known is not None:
            unchanged = _unchanged(attempt, known)
            if unchanged is not None:
                return unchanged
        document, now = attempt.document, attempt.submission.now
        given = totals_of(self.connection, attempt.shared, known.id if known else 0)
        decision = decide(self.current.policy, self.current.data, document, now, given)
        findings = findings_of(self.current, document, now)
        case = _case(attempt, known, decision, given)
        case = self._kept(replace(case, findings_json=findings_text(findings)), known, attempt)
        entry = Entry("submission", case.id, now, self._body(attempt, case))
        asked = asked_now(case.id, decision, Course(), now)
        self._tasks += asked if case.status is Status.PENDING else ()
        case, more = finish(
            self.resources, self.connection, self.current, case, document, now, findings
        )
        opened = open_asked(
            self.resources,
            self.connection,
            self.current,
            case,
            document,
            decision,
            now,
            attempt.shared,
        )
        self._entries += [entry, *more, *opened]
        return Submitted(case, is_new=True)

    def close(self) -> None:
        """Writes what was put off."""
        cases.ask_also(self.connection, self._tasks)
        if self._entries:
            append(self.connection, self._entries)

    def _kept(self, case: Case, known: Case | None, attempt: _Attempt) -> Case:
        if known is None:
            case = cases.add(self.connection, case)
        else:
            cases.begin_anew(self.connection, case.id)
            cases.keep(self.connection, case)
        added, now = attempt.shared.contributions, attempt.submission.now
        headroom.count(self.connection, case.id, now, added, is_new=known is None)
        return case

    def _body(self, attempt: _Attempt, case: Case) -> Plain:
        return {
            "case": case.number,
            "version": case.version,
            "source": case.source,
            "received_at": moment_text(case.received_at),
            "document": attempt.plain,
            "document_digest": case.document_digest,
            "in_force": named_digests(self.current),
            "given": Written(case.given_json),
            "decision": Written(case.decision_json),
            "status": str(case.status),
            "who": attempt.submission.who.plain(),
        }


def _unchanged(attempt: _Attempt, known: Case) -> Submitted | NotAccepted | None:
    """The known case as it is, where the document changes nothing of it."""
    reach = attempt.submission.reach
    if reach is not None and known.entity not in reach:
        return NotAccepted("out_of_reach", known)
    if known.document_digest == attempt.document.digest:
        return Submitted(known, is_new=False)
    if known.status not in OPEN_FOR_NEW_VERSIONS:
        return NotAccepted("not_open", known)
    return None


def _case(attempt: _Attempt, known: Case | None, decision: Decision, given: FactValues) -> Case:
    """The case with its new content."""
    document, now = attempt.document, attempt.submission.now
    status = moved(known.status if known else Status.PENDING, _EVENTS[decision.outcome])
    return Case(
        id=known.id if known else 0,
        source=attempt.submission.source,
        type=document.type,
        document_id=document.id,
        version=known.version + 1 if known else 1,
        entity=document.entity,
        status=status or Status.HELD,
        requester=document.requester,
        document_json=attempt.plain,
        document_digest=document.digest,
        received_at=now,
        given_json=text(given_plain(given)),
        decision_digest=decision.digest,
        decision_json=decision_text(decision),
        posting_number=known.posting_number if known else 0,
        changed_at=now,
    )
