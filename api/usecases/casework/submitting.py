"""Documents are submitted: known already, or decided, kept and recorded in one transaction.

The same content again gives the same case and nothing new. Other content is a new version of the
case, which begins anew. What is decided on is read before the transaction and checked in it: where
something else is in force meanwhile, or somebody was faster, it is decided again.

Several that arrive together are kept together (`submit_all`), each as if it came alone: reaching
the disk costs as much for many as for one. A document that cannot be kept keeps no other from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError

import engine.documents as canonical
from adapters.store import cases
from api.usecases.casework.adding_up import sharing, totals_of
from api.usecases.casework.keeping import Attempt, keep
from api.usecases.casework.remembering import asked_of
from api.usecases.casework.resources import InForce, Resources
from api.usecases.casework.submission import (
    Answering,
    NotAccepted,
    Submission,
    Submitted,
)
from api.usecases.casework.surrounding import around
from api.usecases.casework.written import made_safe
from engine.cases.identities import Identities
from engine.deciding import decide
from engine.decision import Decision
from engine.documents.derived import stated_on
from engine.documents.model import Document
from engine.errors import InputError, InputErrors
from engine.recording import moment_text

ATTEMPTS: Final = 8
CLOCKS_DIFFER: Final = timedelta(minutes=5)


class Overtaken(Exception):
    """Others were faster every time; asking again later makes sense."""


Done = Submitted | NotAccepted | Exception


def submit(
    resources: Resources,
    raw: object,
    source: str,
    who: Identities,
    now: datetime,
    answering: Answering | None = None,
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
        whole = [each for each in attempts if isinstance(each, Attempt)]
        try:
            with resources.store.transaction() as connection:
                kept = keep(resources, connection, current, whole)
        except IntegrityError:  # the same document, submitted by two at once: the other one won
            continue
        if kept is not None:
            found = iter(kept)
            return [next(found) if isinstance(each, Attempt) else each for each in attempts]
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
        history = asked_of(current, document, now).history(connection, own)
    return document, decide(current.policy, current.data, document, now, given, history)


def _latest(resources: Resources) -> InForce:
    known = resources.loaded.latest()
    if known is not None:
        return known
    with resources.store.reading() as connection:
        return resources.loaded.current(connection)


def _attempt(
    resources: Resources, current: InForce, submission: Submission
) -> Attempt | InputErrors:
    try:
        document = _accepted(submission.raw, current, submission.now)
    except InputErrors as refused:
        return refused
    safe = made_safe(resources, submission.source, document)
    now, own = submission.now, stated_on(document)
    shared = sharing(current, document, now, own)
    past = asked_of(current, document, now)
    needed = around(current, document, now, now)
    return Attempt(submission, document, own, safe, shared, past, needed)


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
