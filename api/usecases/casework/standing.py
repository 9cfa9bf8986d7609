"""An approved commitment counts on while a change of it is on its way (a change order).

The case is at the change. What was approved is kept beside it, adds to totals as approved, and is
what other documents are matched with. Where the change is approved it takes its place; where it is
refused, rejected or withdrawn the approved version is the case again, as it was. Where a change was
approved and comes to nothing before it is posted, that is the version that is in the books.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.store import arrangements, beside, cases, deadlines, headroom, past
from adapters.store.cases import Case
from adapters.store.many import insert_rows
from adapters.store.past import CAME_TO_NOTHING
from adapters.store.trail import Entry
from adapters.store.versions import (
    Version,
    keep_version,
    posted_before,
    restore_acts,
    standing_of,
)
from api.usecases.casework.adding_up import Sharing, sharing
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.surrounding import around
from api.usecases.casework.written import document_of, named_digests
from engine.cases.status import Event, Status, moved
from engine.documents.model import Document


def count_both(
    resources: Resources, connection: Connection, current: InForce, case: Case, shared: Sharing
) -> None:
    """Of the approved version and the change that the case is at, the greater counts."""
    standing = expected(connection, case)
    document = document_of(resources, current.policy, standing.case)
    approved = sharing(current, document, standing.case.received_at).contributions
    headroom.count_change(connection, standing.case, approved, case, shared.contributions)


def keys_of_change(
    resources: Resources, connection: Connection, current: InForce, case: Case, document: Document
) -> list[str]:
    """Keys of totals that are counted anew where a change comes to an end; empty without one."""
    own = headroom.keys_of(connection, [case.id])
    if case.standing_version:
        return [*sharing(current, document, case.received_at).keys(), *own]
    posted = posted_before(connection, case)
    if posted is None:
        return []
    before = document_of(resources, current.policy, posted.case)
    return [*sharing(current, before, posted.case.received_at).keys(), *own]


def settle_change(
    resources: Resources,
    connection: Connection,
    current: InForce,
    case: Case,
    document: Document,
    now: datetime,
) -> tuple[Case, list[Entry]]:
    """The case when its change is approved, or came to nothing; as it is while neither is so.

    The case is kept; the records are for the caller to append. Locked are the keys of its totals.
    """
    if not case.standing_version and case.status in CAME_TO_NOTHING:
        posted = posted_before(connection, case)  # what the books have is not gone with its change
        case = replace(case, standing_version=posted.case.version if posted else 0)
    if not case.standing_version:
        return case, []
    if case.status is Status.APPROVED:
        case = replace(case, standing_version=0)
        cases.keep(connection, case)
        added = sharing(current, document, case.received_at).contributions
        headroom.count(connection, case, added)
        past.forget_approvals(connection, case.id, but_of=case.version)
        _found_by(connection, current, case, document, now)
        return case, []
    if case.status in CAME_TO_NOTHING:
        return _as_before(resources, connection, current, case, now)
    return case, []


def _as_before(
    resources: Resources, connection: Connection, current: InForce, case: Case, now: datetime
) -> tuple[Case, list[Entry]]:
    standing = expected(connection, case)
    keep_version(connection, case, now)
    event = {Status.APPROVED: Event.STAND_APPROVED, Status.POSTED: Event.STAND_POSTED}
    status = moved(case.status, event[standing.case.status])
    if status is None:
        raise ValueError(f"{case.number} cannot go back to `{standing.case.status}`")
    before = replace(standing.case, status=status, changed_at=now, standing_version=0)
    document = document_of(resources, current.policy, before)
    cases.keep(connection, before)
    cases.begin_anew(connection, case.id)
    deadlines.begin_anew(connection, case.id)
    arrangements.begin_anew(connection, case.id)
    restore_acts(connection, standing)
    headroom.count(connection, before, sharing(current, document, before.received_at).contributions)
    past.forget_approvals(connection, case.id, but_of=before.version)
    _found_by(connection, current, before, document, now)
    body: Plain = {
        "case": before.number,
        "version": before.version,
        "document_digest": before.document_digest,
        "decision_digest": before.decision_digest,
        "in_force": named_digests(current),
        "ended_version": case.version,
        "ended_status": str(case.status),
        "status": str(before.status),
    }
    return before, [Entry("change_ended", before.id, now, body)]


def expected(connection: Connection, case: Case) -> Version:
    """The approved version of a case that is being changed. Raises `LookupError` for none."""
    found = standing_of(connection, case)
    if found is None:
        raise LookupError(f"the approved version of {case.number} is not kept")
    return found


def _found_by(
    connection: Connection, current: InForce, case: Case, document: Document, now: datetime
) -> None:
    beside.forget_keys(connection, case.id)
    kept = around(current, document, case.received_at, now).kept
    insert_rows(connection, beside.key_rows([(case.id, kept)]))
