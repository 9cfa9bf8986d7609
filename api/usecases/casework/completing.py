"""When nothing more has to be approved: is it ready, binding now, and where is it posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases, outbox
from adapters.store.cases import Case
from adapters.store.releases import releases_of
from adapters.store.trail import Entry
from api.usecases.casework.remembering import asked_of
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.standing import settle_change
from api.usecases.casework.surrounding import Around, around, around_plain
from api.usecases.casework.written import named_digests, text
from engine.canonical import Written
from engine.cases.status import Event, Status, moved
from engine.documents.model import Document
from engine.readiness.asking import readiness
from engine.readiness.duties import duties_of
from engine.readiness.finding import Finding, Release, is_ready
from engine.readiness.recording import to_plain

POSTING: Final = "posting"


@dataclass(frozen=True, slots=True)
class AskedReady:
    """What keeps a document from posting at one moment, and what was around it then."""

    findings: Sequence[Finding]
    around: Plain


def finish(
    resources: Resources,
    connection: Connection,
    current: InForce,
    case: Case,
    document: Document,
    now: datetime,
    asked: AskedReady | None = None,
) -> tuple[Case, list[Entry]]:
    """Asks whether the document may post: early while it is on its way, binding once approved.

    An approved case that is ready and has somewhere to go is put into the outbox, in the
    transaction that found it ready. A change that is approved, or came to nothing, is settled
    first. The case is kept; the records are for the caller to append.
    `asked` is what was found at this moment, where that was asked already. The keys of what is
    around the document (`surrounding.around`) are locked.
    """
    case, ended = settle_change(resources, connection, current, case, document, now)
    if ended or case.status not in (Status.PENDING, Status.HELD, Status.APPROVED):
        return case, ended
    if asked is None:
        needed = around(current, document, case.received_at, now)
        asked = ask_ready(resources, connection, needed, now, case)
    findings = asked.findings
    if case.status is Status.APPROVED:
        findings = [*findings, *done_in_conflict(connection, current, case, document, now)]
    found, kept = _plain(findings), findings_text(findings)
    target = resources.target_of(case.entity, case.type)
    if case.status is not Status.APPROVED or not is_ready(findings) or not target:
        if kept != case.findings_json:
            case = replace(case, findings_json=kept)
            cases.keep(connection, case)
        entries = [_entry("readiness", case, found, asked, current, now)] if found else []
        return case, entries
    number = outbox.how_many(connection, case.id) + 1  # also where an earlier version is back
    case = with_event(
        replace(case, findings_json=kept, posting_number=number),
        Event.ENQUEUE,
        now,
    )
    cases.keep(connection, case)
    outbox.put(connection, case.id, POSTING, posting_key(case), target, now)
    entry = _entry("posting_enqueued", case, found, asked, current, now)
    return case, [replace(entry, body={**entry.body, "key": posting_key(case), "target": target})]


def ask_ready(
    resources: Resources,
    connection: Connection,
    needed: Around,
    now: datetime,
    case: Case | None,
    more: Sequence[Release] = (),
    *,
    is_new: bool = False,
) -> AskedReady:
    """Whether the document may post, by what is in force and around it at the moment.

    `more` are releases beside those that were given for the case. `is_new`: its content has just
    come, and nobody has acted on it.
    """
    beside = needed.look(resources, connection, case, is_new=is_new)
    policy, data = needed.current.policy, needed.current.data
    given = [*releases_of(connection, case.id), *more] if case is not None and case.id else []
    found = readiness(policy, data, needed.document, now, releases=given, beside=beside)
    return AskedReady(found, around_plain(beside))


def done_in_conflict(
    connection: Connection, current: InForce, case: Case, document: Document, now: datetime
) -> Sequence[Finding]:
    """What was done on the document and its chain that one person may not both have done."""
    history = asked_of(current, document, now).history(connection, case.id)
    return duties_of(current.policy, current.data, document, now, history)


def findings_text(findings: Sequence[Finding]) -> Written:
    """Findings as a case keeps them."""
    return text(_plain(findings))


def _plain(findings: Sequence[Finding]) -> list[Plain]:
    return [{**to_plain(each)} for each in findings]


def posting_key(case: Case) -> str:
    """What the ERP knows the posting by: number of the case, number of the posting."""
    return f"{case.number}/{case.posting_number}"


def with_event(case: Case, event: Event, now: datetime) -> Case:
    """The case after something that can happen to it. Raises `ValueError` for what cannot."""
    status = moved(case.status, event)
    if status is None:
        raise ValueError(f"`{event}` cannot happen to a case that is {case.status}")
    return replace(case, status=status, changed_at=now)


def _entry(
    kind: str,
    case: Case,
    found: Sequence[Plain],
    asked: AskedReady,
    current: InForce,
    now: datetime,
) -> Entry:
    body: Plain = {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        "in_force": named_digests(current),
        "findings": list(found),
        **asked.around,
        "status": str(case.status),
    }
    return Entry(kind, case.id, now, body)
