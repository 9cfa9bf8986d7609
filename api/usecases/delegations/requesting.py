"""A delegation that somebody has to agree to: a case of type `delegation`, routed by the set.

It counts for nothing until it is approved (`granting.py`). Whoever delegates is the requester, so
that neither he nor anybody on his behalf approves it. Nor does the delegate, who gains by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store.delegation_requests import Request, Standing, add_request
from adapters.store.in_force import digests
from adapters.store.trail import Entry, append
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.submission import OURS, NotAccepted, Submitted
from api.usecases.casework.submitting import submit
from api.usecases.delegations.granting import grant_if_approved
from api.usecases.delegations.judging import Change, Done
from api.usecases.delegations.putting import about_case
from engine.cases.identities import Identities
from engine.errors import InputErrors
from engine.recording import moment_text
from engine.routing.delegation import DOCUMENT

REQUESTED: Final = "delegation_requested"


class _Elsewhere(Exception):
    """Something else was put in force since the delegation was judged."""


def request(
    resources: Resources, current: InForce, change: Change, who: Identities, now: datetime
) -> Done | None:
    """Asks for the delegation; `None` where something else is in force than it was judged by.

    Raises `NothingInForce`, `ContentsUnusable` and `Overtaken`.
    """
    person, cap = change.made.delegator, change.made.cap
    row = {**change.kept.row, "cap": "" if cap is None else str(cap)}
    change = replace(change, kept=replace(change.kept, row=row))
    who = replace(who, decided_by=str(person))
    keeping = _keeping(current, change, who, now)
    try:
        done = submit(resources, _document(current, change, now), OURS, who, now, keeping)
    except _Elsewhere:
        return None
    except InputErrors as problem:
        return _refused(resources, "row_unusable", str(problem.errors[0]), who, now)
    if isinstance(done, NotAccepted):
        return _refused(resources, done.code, "this very delegation was asked for", who, now)
    grant_if_approved(resources, done.case, now)
    return Done(change.kept.id, case=done.case.number)


def _document(current: InForce, change: Change, now: datetime) -> Plain:
    made, row = change.made, change.kept.row
    raw: Plain = {
        "type": DOCUMENT,
        "id": made.id,
        "entity": current.data.people[made.delegator].entity,
        "requester": str(made.delegator),
        "submitter": str(made.delegator),
        "beneficiary": str(made.delegate),
        "delegator": str(made.delegator),
        "delegate": str(made.delegate),
        "first_day": row["from"],
        "last_day": row["to"],
        "delegated_documents": sorted(made.documents),
        "delegated_entities": sorted(made.entities),
        "delegated_categories": sorted(made.categories),
        "papers": sorted(made.papers),
        "comments": [{"text": change.kept.because, "author": str(made.delegator)}],
        "submitted_at": moment_text(now),
    }
    if made.cap is not None:
        raw |= {"delegation_cap": str(made.cap), "currency": made.cap.currency}
    return raw


def _keeping(
    current: InForce, change: Change, who: Identities, now: datetime
) -> Callable[[Connection, Submitted], None]:
    """What is kept with the case, in its transaction."""

    def keep(connection: Connection, done: Submitted) -> None:
        if digests(connection) != current.digests:
            raise _Elsewhere
        kept, case = change.kept, done.case
        made = Request(
            case.id,
            kept.id,
            kept.row,
            case.document_digest,
            kept.made_by,
            now,
            kept.because,
            Standing.REQUESTED,
            "",
            now,
        )
        add_request(connection, made)
        body: Plain = {**about_case(case), **request_plain(made), "who": who.plain()}
        append(connection, [Entry(REQUESTED, case.id, now, body, {"because": made.because})])

    return keep


def request_plain(request: Request) -> Plain:
    """What every record of a request says of it."""
    return {"delegation": request.id, "row": dict(request.row), "because": request.because}


def _refused(resources: Resources, code: str, message: str, who: Identities, now: datetime) -> Done:
    body: Plain = {"code": code, "message": message, "id": "", "who": who.plain()}
    with resources.store.transaction() as connection:
        append(connection, [Entry("delegation_refused", None, now, body)])
    return Done("", code, message)
