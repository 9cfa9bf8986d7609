"""A decision asks for reviews: they are opened with it, and recorded.

A review is of a case that a total counted, or of the decided case itself. It changes nothing of
that case, which may be posted already, and does not lock it. While it is open, a further document
that asks the same people changes nothing: its own record names the control. Where it asks others, a
higher level for a higher sum, or where the review was closed, it is opened again: what was found
did not know the document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases, headroom, past, reviews
from adapters.store.cases import Case
from adapters.store.reviews import Review, Reviewer
from adapters.store.trail import Entry, records_of
from api.usecases.casework.adding_up import Sharing
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.written import DocumentUnreadable, document_of, named_digests
from engine.decision import Decision, ReviewTask
from engine.documents.model import Document
from engine.master_data import PersonId
from engine.policy import Additional
from engine.reviewing import (
    asked_by,
    control_of,
    is_active,
    owners_of,
    stands_for,
    totals_read,
)
from engine.routing.course import ActKind

COUNTED: Final = "counted"
_APPROVING: Final = frozenset(map(str, (ActKind.APPROVE, ActKind.VOTE_FOR, ActKind.RECORD)))


@dataclass(frozen=True, slots=True)
class _Cause:
    """The decided case, within its transaction."""

    resources: Resources
    connection: Connection
    current: InForce
    case: Case
    document: Document
    decision: Decision
    now: datetime
    shared: Sharing | None
    but_not: frozenset[int]


def open_asked(
    resources: Resources,
    connection: Connection,
    current: InForce,
    case: Case,
    document: Document,
    decision: Decision,
    now: datetime,
    shared: Sharing | None = None,
    but_not: frozenset[int] = frozenset(),
) -> list[Entry]:
    """Opens what the decision asks for; the records are for the caller to append.

    `shared` are the totals that were added up for the decision, under keys that are locked. Without
    them nothing was added up, and only reviews of the case itself can be new. `but_not` are cases
    that were kept with it and after it, which it did not count.
    """
    cause = _Cause(resources, connection, current, case, document, decision, now, shared, but_not)
    wanted: dict[tuple[int, str], tuple[Case, ReviewTask, Additional]] = {}
    for task in decision.reviews:
        control = control_of(current.policy, task)
        if control is not None:
            for each in _reviewed(cause, task, control):
                wanted.setdefault((each.id, task.code), (each, task, control))
    counted = [each.number for each, _, _ in wanted.values() if each.id != case.id]
    opened = (_open(cause, *wanted[key], counted) for key in sorted(wanted))
    return [entry for entry in opened if entry is not None]


def _reviewed(cause: _Cause, task: ReviewTask, control: Additional) -> Sequence[Case]:
    """The cases that the review is about, as they stand."""
    if task.documents != COUNTED:
        return [cause.case]
    totals = totals_read(cause.current.policy, control)
    measures = cause.shared.measures if cause.shared is not None else ()
    but_not = cause.but_not | {cause.case.id}
    counted = {
        id
        for measure in measures
        if measure.name in totals and not measure.part
        for id in headroom.counted_cases(cause.connection, measure, but_not)
    }
    wanted = [Reviewer(person, behalf or "") for person, behalf in asked_by(task)]
    unopened = reviews.without_open(cause.connection, sorted(counted), task.code, wanted)
    return cases.by_ids(cause.connection, unopened)


def _open(
    cause: _Cause, case: Case, task: ReviewTask, control: Additional, counted: Sequence[str]
) -> Entry | None:
    """One review, and its record; `None` where this document has led to it before."""
    asked = [*_able(cause, case, ((p, b or "") for p, b in asked_by(task)))]
    has_reviewer = bool(asked)
    if not has_reviewer:
        owners = owners_of(
            cause.current.policy, cause.current.data, control.owner, case.entity, cause.now
        )
        asked = [*_able(cause, case, ((person, "") for person in owners))]
    review = Review(
        case_id=case.id,
        code=task.code,
        cause_id=cause.case.id,
        control=control.name,
        place=str(control.place),
        because=control.because,
        owner=control.owner,
        opened_at=cause.now,
    )
    kept = reviews.open_review(cause.connection, review, asked)
    if kept is None:
        return None
    body: Plain = {
        "case": case.number,
        "review": task.code,
        "documents": task.documents,
        "control": control.name,
        "place": str(control.place),
        "because": control.because,
        "cause": cause.case.number,
        "cause_version": cause.case.version,
        "decision_digest": cause.decision.digest,
        "counted": list(counted),
        "asked": [{"person": each.person, "on_behalf_of": each.on_behalf_of} for each in asked],
        "owner": control.owner,
        "is_with_owner": not has_reviewer,
        "in_force": named_digests(cause.current),
    }
    return Entry("review_opened", case.id, cause.now, body)


def _able(cause: _Cause, case: Case, found: Iterable[tuple[str, str]]) -> Iterator[Reviewer]:
    """Those who have no part in what they would review; nobody where that cannot be told."""
    data = cause.current.data
    try:
        involved = involved_in(cause.resources, cause.connection, cause.current, case, cause.now)
    except DocumentUnreadable:
        return
    involved |= stands_for(data, cause.document, cause.now)
    for person, on_behalf_of in found:
        if not {person, on_behalf_of} & involved and is_active(data, PersonId(person), cause.now):
            yield Reviewer(person, on_behalf_of)


def involved_in(
    resources: Resources, connection: Connection, current: InForce, case: Case, now: datetime
) -> frozenset[str]:
    """Who has a part in a case, as persons: whose it is, and who approved any version of it."""
    document = document_of(resources, current.policy, case)
    own: frozenset[str] = stands_for(current.data, document, now)
    return own | approvers_of(connection, case.id)


def approvers_of(connection: Connection, case_id: int) -> frozenset[str]:
    """Every person who approved a case in any version, and for whom: the trail forgets none."""
    found: set[str] = set()
    for record in records_of(connection, case_id):
        if record.kind not in ("action", "imported"):
            continue
        body = json.loads(record.body)
        if record.kind == "imported":
            found |= past.approvers(connection, case_id)
        elif body["action"] in _APPROVING:
            found |= {body["who"]["decided_by"], body["who"]["on_behalf_of"]}
    return frozenset(found - {""})
