"""A person closes a review with what he found, or is refused; both are recorded.

Nothing happens to the reviewed case by it. Whoever is asked closes it, unless he has a part in what
is reviewed; where nobody who is asked can do it any more, whoever owns the rule's file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from adapters.store import cases, reviews
from adapters.store.cases import Case
from adapters.store.reviews import Review
from adapters.store.trail import Entry, append
from api.usecases.casework.moments import acting_moment
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.reviewing import involved_in
from api.usecases.casework.written import DocumentUnreadable, document_of, named_digests
from engine.cases.identities import Identities
from engine.master_data import PersonId
from engine.reviewing import is_active, owners_of, stands_for


class Finding(StrEnum):
    """What a review came to: what was suspected is so, or it is not."""

    CONFIRMED = "confirmed"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody found; `by` is a login or person id, `code` that of the review."""

    code: str
    finding: Finding
    comment: str
    by: str
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The review afterwards; `code` says why the finding was refused, empty where it was taken.

    `review` is `None` where the case has no review of that name.
    """

    case: Case
    review: Review | None
    code: str = ""


def close(
    resources: Resources, case_id: int, found: Found, who: Identities, now: datetime
) -> Reviewed | None:
    """Closes a review, or refuses it; `None` where there is no such case.

    Refused are `no_review`, `review_closed`, `reason_missing`, `person_unknown`, `not_asked` and
    `reviewer_involved`. Raises `NothingInForce` and `ContentsUnusable`.
    """
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        case = cases.by_id(connection, case_id, lock=True)
        if case is None:
            return None
        now = acting_moment(connection, now)
        review = reviews.review_of(connection, case_id, found.code)
        person = current.data.person_of(found.by, now)
        who = replace(who, decided_by=person or found.by, on_behalf_of=found.on_behalf_of)
        on = _On(resources, connection, current, case, review, found, who, now)
        try:
            code = _objection(on, person)
        except DocumentUnreadable:
            code = "document_unreadable"
        if code or review is None:
            append(connection, [_entry(on, "refusal", code=code, action="close_review")])
            return Reviewed(case, review, code)
        closed = replace(
            review,
            finding=str(found.finding),
            comment=found.comment,
            closed_by=str(person),
            closed_at=now,
        )
        reviews.close_review(connection, closed)
        append(connection, [_entry(on, "review_closed")])
        return Reviewed(case, closed)


@dataclass(frozen=True, slots=True)
class _On:
    """A finding while it is looked at, within its transaction."""

    resources: Resources
    connection: Connection
    current: InForce
    case: Case
    review: Review | None
    found: Found
    who: Identities
    now: datetime


def _objection(on: _On, person: PersonId | None) -> str:
    """The first thing that keeps the finding from being taken; empty for nothing."""
    if on.review is None:
        return "no_review"
    if not on.review.is_open:
        return "review_closed"
    if not on.found.comment.strip():
        return "reason_missing"
    if person is None or not is_active(on.current.data, person, on.now):
        return "person_unknown"
    involved = _involved(on, on.review)
    if {person, on.found.on_behalf_of} & involved:
        return "reviewer_involved"
    asked = {
        (each.person, each.on_behalf_of)
        for each in reviews.reviewers_of(on.connection, on.review.id)
    }
    if (person, on.found.on_behalf_of) in asked:
        return ""
    can_still = any(
        not set(each) & involved and is_active(on.current.data, PersonId(each[0]), on.now)
        for each in asked
    )
    return "not_asked" if can_still or not _owns(on, on.review, person) else ""


def _owns(on: _On, review: Review, person: PersonId) -> bool:
    """Whether the person answers for the file whose rule opened the review, and acts himself."""
    policy, data = on.current.policy, on.current.data
    owners = owners_of(policy, data, review.owner, on.case.entity, on.now)
    return person in owners and not on.found.on_behalf_of


def _involved(on: _On, review: Review) -> frozenset[str]:
    """Who has a part in the reviewed case, or whose the document is that led to the review."""
    involved = involved_in(on.resources, on.connection, on.current, on.case, on.now)
    cause = cases.by_id(on.connection, review.cause_id)
    if cause is not None:
        document = document_of(on.resources, on.current.policy, cause)
        involved |= stands_for(on.current.data, document, on.now)
    return involved


def _entry(on: _On, kind: str, **more: object) -> Entry:
    body: Plain = {
        "case": on.case.number,
        "version": on.case.version,
        "document_digest": on.case.document_digest,
        "review": on.found.code,
        "finding": str(on.found.finding),
        "comment": on.found.comment,
        "who": on.who.plain(),
        "in_force": named_digests(on.current),
        "status": str(on.case.status),
        **more,
    }
    return Entry(kind, on.case.id, on.now, body, {"comment": on.found.comment})
