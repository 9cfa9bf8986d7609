"""A delegation that was asked for and approved comes into force, from that commit on.

It is judged once more by what is in force by then. What it lacks only now ends it: the case stays
approved, and the delegation lapses with a code. The guards, in this order: it is open; its case is
approved, ready, and the trail says so; its content is what was asked for; both persons are
employed; days of it are left; and everything that is asked of one that nobody has to agree to.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.delegation_requests import (
    Request,
    Standing,
    approved_requests,
    end_request,
    request_of,
)
from adapters.store.delegations import Kept
from adapters.store.in_force import hold_in_force
from adapters.store.trail import Entry, append, records_of
from api.usecases.casework.moments import acting_moment
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.submitting import Overtaken
from api.usecases.casework.telling import BESIDE
from api.usecases.casework.written import named_digests
from api.usecases.delegations.judging import Change, Done, judged, today_of
from api.usecases.delegations.putting import about_case, put
from engine.cases.identities import Identities
from engine.cases.status import Status
from engine.master_data import PersonId
from engine.readiness.recording import keeps
from engine.reviewing import is_active
from engine.routing.delegation import DOCUMENT

log: Final = logging.getLogger(__name__)
ATTEMPTS: Final = 5
APPROVAL: Final = "approval"  # what the delegator acts through whose delegation was approved
LAPSED: Final = "delegation_lapsed"


def grant_all(resources: Resources, now: datetime) -> int:
    """Puts in force what was approved and is not in force yet; how many. A crash leaves some."""
    with resources.store.reading() as connection:
        waiting = approved_requests(connection)
    return sum(_granted(resources, case_id, now) for case_id in waiting)


def grant_if_approved(resources: Resources, case: Case, now: datetime) -> None:
    """Puts the delegation of the case in force, where it is one and was just approved."""
    if case.type == DOCUMENT and case.status is Status.APPROVED:
        _granted(resources, case.id, now)


def _granted(resources: Resources, case_id: int, now: datetime) -> bool:
    """Whether it is in force now. What goes wrong is logged, and tried again by the worker."""
    try:
        done = grant(resources, case_id, now)
    except Exception as problem:  # the approval stands, and keeps no other from its turn
        log.error(
            "an approved delegation could not be looked at",
            extra={
                "case_number": cases.number_of(case_id),
                "reason_code": type(problem).__name__,
            },
        )
        return False
    return done is Standing.MADE


def grant(resources: Resources, case_id: int, now: datetime) -> Standing | None:
    """Puts an approved delegation in force, or ends it; what became of it, `None` for nothing yet.

    Raises `NothingInForce`, `ContentsUnusable` and `Overtaken`.
    """
    for _ in range(ATTEMPTS):
        with resources.store.snapshot() as connection:
            current = resources.loaded.current(connection)
            on = _on(connection, current, case_id, now, lock=False)
            found = None if on is None else _found(on)
        if on is None or found is None:
            return None
        with resources.store.transaction() as connection:
            if hold_in_force(connection) != current.digests:
                continue
            locked = _on(connection, current, case_id, now, lock=True)
            if locked is None or (locked.case, locked.request) != (on.case, on.request):
                continue
            standing = _settled(locked, found)
        if standing is Standing.MADE:
            re_resolve_all(resources, now, Cause.DELEGATIONS)
        return standing
    raise Overtaken("something else was put in force every time")


@dataclass(frozen=True, slots=True)
class _On:
    """A request while it is looked at, within its transaction."""

    connection: Connection
    current: InForce
    case: Case
    request: Request
    now: datetime


def _on(
    connection: Connection, current: InForce, case_id: int, now: datetime, *, lock: bool
) -> _On | None:
    """The request, where it is open and its case approved; not before either of them changed."""
    case = cases.by_id(connection, case_id, lock=lock)
    request = request_of(connection, case_id)
    if case is None or request is None or request.standing is not Standing.REQUESTED:
        return None
    if case.status is not Status.APPROVED:
        return None
    return _On(connection, current, case, request, max(acting_moment(connection, now), now))


def _found(on: _On) -> Change | Done | None:
    """What shall be in force, or the code of why it lapses; `None` where it is not ready yet."""
    case, request, data = on.case, on.request, on.current.data
    if keeps(json.loads(case.findings_json)):
        return None
    if not _is_as_recorded(on):
        return Done(request.id, "record_differs")
    if case.document_digest != request.document_digest:
        return Done(request.id, "content_changed")
    row = request.row
    delegator, delegate = PersonId(row["delegator"]), PersonId(row["delegate"])
    if not is_active(data, delegator, on.now):
        return Done(request.id, "person_unknown")
    if not is_active(data, delegate, on.now):
        return Done(request.id, "delegate_unknown")
    first = max(date.fromisoformat(row["from"]), today_of(on.current, delegator, on.now))
    if date.fromisoformat(row["to"]) < first:
        return Done(request.id, "window_empty")
    later = {**row, "from": first.isoformat()}  # it never begins before it was approved
    kept = Kept(request.id, later, request.requested_by, on.now, request.because)
    return judged(on.connection, on.current, kept, on.now)


def _is_as_recorded(on: _On) -> bool:
    """Whether the trail says the same of the case, and of what was asked for, as its rows."""
    told: list[Mapping[str, Any]] = [
        json.loads(record.body) for record in records_of(on.connection, on.case.id)
    ]
    asked = [body for body in told if body["kind"] == "delegation_requested"]
    last = [body for body in told if body["kind"] not in BESIDE][-1:]
    return (
        [(body.get("status"), body.get("document_digest")) for body in last]
        == [(str(on.case.status), on.case.document_digest)]
        and len(asked) == 1
        and asked[0]["row"] == dict(on.request.row)
        and asked[0]["document_digest"] == on.request.document_digest
    )


def _settled(on: _On, found: Change | Done) -> Standing:
    who = Identities(on.request.requested_by, APPROVAL)
    if isinstance(found, Change):
        put(on.connection, found, who, on.now, on.case)
        end_request(on.connection, on.case.id, Standing.MADE, "", on.now)
        return Standing.MADE
    body: Plain = {
        **about_case(on.case),
        "delegation": on.request.id,
        "code": found.code,
        "in_force": named_digests(on.current),
        "who": who.plain(),
    }
    append(on.connection, [Entry(LAPSED, on.case.id, on.now, body)])
    end_request(on.connection, on.case.id, Standing.LAPSED, found.code, on.now)
    return Standing.LAPSED
