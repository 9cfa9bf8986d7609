"""A person lets a document post although a finding stands, and says why.

It is asked whether the release counts before it is kept; what does not count is a refusal on
record. It clears its own finding and no other, of this content and no other.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from adapters.store import cases, headroom
from adapters.store.cases import Case
from adapters.store.releases import add_release
from adapters.store.trail import Entry, append
from api.usecases.casework.acting import Acted
from api.usecases.casework.completing import ask_ready, finish
from api.usecases.casework.remembering import asked_of
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.surrounding import around
from api.usecases.casework.written import DocumentUnreadable, document_of, named_digests
from engine.cases.identities import Identities
from engine.cases.status import Status
from engine.documents.model import Document
from engine.readiness.finding import Release

OPEN: frozenset[Status] = frozenset({Status.PENDING, Status.HELD, Status.APPROVED})


def release(
    resources: Resources,
    case_id: int,
    finding: str,
    because: str,
    who: Identities,
    now: datetime,
) -> Acted | None:
    """Releases the finding of that id; `None` for no such case.

    Refused, with a record, are `person_unknown`, `not_open` (nothing is to be posted any more),
    `finding_unknown` (it does not stand now), `release_not_accepted` (nobody may release it, he may
    not, or no reason is said) and `document_unreadable`.
    """
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        case = cases.by_id(connection, case_id, lock=True)
        if case is None:
            return None
        person = current.data.person_of(who.decided_by, now)
        if person is None:
            return _refused(connection, case, finding, because, who, "person_unknown", now)
        if case.status not in OPEN:
            return _refused(connection, case, finding, because, who, "not_open", now)
        try:
            document = document_of(resources, current.policy, case)
        except DocumentUnreadable:
            return _refused(connection, case, finding, because, who, "document_unreadable", now)
        given = Release(finding, person, because, now, case.document_digest)
        code = _tried(resources, connection, current, case, document, given)
        if code:
            return _refused(connection, case, finding, because, who, code, now)
        add_release(connection, case.id, given)
        body = _body(case, finding, because, who, current)
        entry = Entry("release", case.id, now, body, {"because": because})
        done, more = finish(resources, connection, current, case, document, now)
        append(connection, [entry, *more])
        return Acted(done)


def _tried(
    resources: Resources,
    connection: Connection,
    current: InForce,
    case: Case,
    document: Document,
    given: Release,
) -> str:
    """Why the release does not count; empty where it does. Locks what is around the document."""
    needed = around(current, document, case.received_at, given.at)
    before = asked_of(current, document, given.at)
    headroom.lock(connection, (*before.keys(), *needed.keys()))
    asked = ask_ready(resources, connection, needed, given.at, case, [given])
    named = [one for one in asked.findings if one.id == given.finding]
    if not named:
        return "finding_unknown"
    return "" if named[0].released == given else "release_not_accepted"


def _refused(
    connection: Connection,
    case: Case,
    finding: str,
    because: str,
    who: Identities,
    code: str,
    now: datetime,
) -> Acted:
    body = {**_body(case, finding, because, who), "action": "release", "code": code}
    append(connection, [Entry("refusal", case.id, now, body, {"because": because})])
    return Acted(case, code)


def _body(
    case: Case, finding: str, because: str, who: Identities, current: InForce | None = None
) -> Plain:
    known = {} if current is None else {"in_force": named_digests(current)}
    return {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        **known,
        "finding": finding,
        "because": because,
        "who": who.plain(),
        "status": str(case.status),
    }
