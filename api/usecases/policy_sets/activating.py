"""An approved proposal is put in force, at once or at its moment; or it is cancelled.

The guards, in this order: the person is known; the proposal is open; it is approved, on record;
its content is the one that was proposed; the set it is based on is still in force; the person did
not propose it, may activate, and gains nothing by it. A refusal is recorded too.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.in_force import Digests, hold_in_force
from adapters.store.proposals import (
    OPEN,
    Proposal,
    Standing,
    due_proposals,
    keep_proposal,
    proposal_of,
)
from adapters.store.trail import Entry, append, records_of
from api.usecases.casework.recounting import Progress
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import ContentsUnusable, InForce, Plain, Resources
from api.usecases.casework.submitting import Overtaken
from api.usecases.casework.written import named_digests
from api.usecases.policy_sets.entitled import gains, holds_one_of, is_active
from api.usecases.policy_sets.exchanging import Exchange, prepared
from api.usecases.policy_sets.proposing import set_plain
from engine.cases.identities import Identities
from engine.cases.status import Status
from engine.master_data import PersonId
from engine.routing.distinct import identities

log: Final = logging.getLogger(__name__)
ATTEMPTS: Final = 5
SCHEDULE: Final = "schedule"  # what a person acts through whose scheduled activation comes true
UNUSABLE: Final = "set_unusable"


@dataclass(frozen=True, slots=True)
class Activated:
    """The proposal afterwards; `code` says why nothing was done, empty where something was."""

    case: Case
    proposal: Proposal
    code: str = ""


def activate(
    resources: Resources,
    case_id: int,
    who: Identities,
    now: datetime,
    progress: Progress = lambda count: None,
) -> Activated | None:
    """Puts a proposal in force, or schedules it where its moment is still to come; `None` where
    there is no such proposal.

    Raises `NothingInForce`, `ContentsUnusable` and `Overtaken`.
    """
    return _attempted(resources, case_id, who, now, progress, is_scheduled=False)


def activate_due(resources: Resources, now: datetime) -> int:
    """Puts in force what was scheduled for a moment that has come; how many were.

    What can not be put in force lapses, with the reason, and is not tried again.
    """
    with resources.store.reading() as connection:
        due = due_proposals(connection, now)
    count = 0
    for proposal in due:
        try:
            count += _due(resources, proposal, now)
        except Exception as problem:  # it keeps no other from it
            log.error(
                "a scheduled policy set could not be looked at",
                extra={
                    "case_number": cases.number_of(proposal.case_id),
                    "reason_code": type(problem).__name__,
                },
            )
    return count


def _due(resources: Resources, proposal: Proposal, now: datetime) -> bool:
    """Whether a set whose moment has come is in force now; another worker may have been faster."""
    who = Identities(proposal.changed_by, SCHEDULE)
    done = _attempted(resources, proposal.case_id, who, now, lambda count: None, is_scheduled=True)
    is_done = done is not None and not done.code
    log.info(
        "a scheduled policy set was looked at",
        extra={
            "case_number": cases.number_of(proposal.case_id),
            "state": str(done.proposal.status) if done is not None else "",
            "code": done.code if done is not None else "",
        },
    )
    return is_done


def cancel(
    resources: Resources, case_id: int, because: str, who: Identities, now: datetime
) -> Activated | None:
    """Takes an open proposal back, scheduled or not: its proposer, or whoever may activate it."""
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        on = _on(connection, current, case_id, who, now)
        if on is None:
            return None
        person = current.data.person_of(who.decided_by, now)
        if person is None or not is_active(current.data, person, now):
            return _refused(on, "person_unknown", "cancel")
        if on.proposal.status not in OPEN:
            return _refused(on, "not_open", "cancel")
        if not because.strip():
            return _refused(on, "reason_missing", "cancel")
        if str(person) != on.proposal.proposed_by and not _may_activate(on, person):
            return _refused(on, "not_entitled", "cancel")
        kept = _kept(on, Standing.CANCELLED)
        append(connection, [_entry(on, "policy_cancelled", comment=because)])
        return Activated(on.case, kept)


@dataclass(slots=True)
class _On:
    """A proposal while it is looked at, within its transaction."""

    connection: Connection
    current: InForce
    case: Case
    proposal: Proposal
    who: Identities
    now: datetime


def _attempted(
    resources: Resources,
    case_id: int,
    who: Identities,
    now: datetime,
    progress: Progress,
    *,
    is_scheduled: bool,
) -> Activated | None:
    """Prepared for what is in force, and done where that still is.

    What will be refused is not prepared: that is the costly part.
    """
    for _ in range(ATTEMPTS):
        with resources.store.snapshot() as connection:
            current = resources.loaded.current(connection)
            on = _on(connection, current, case_id, who, now, lock=False)
            if on is None:
                return None
            is_hopeless = _objection(on, None, current.digests) != UNUSABLE
            exchange = None
            if not is_hopeless:
                exchange = _prepared(resources, connection, on.proposal, progress)
        with resources.store.transaction() as connection:
            found = hold_in_force(connection)
            if exchange is not None and not exchange.holds(found):
                continue
            current = resources.loaded.current(connection)
            on = _on(connection, current, case_id, who, now)
            if on is None:
                return None
            if is_hopeless and _objection(on, None, found) == UNUSABLE:
                continue  # what stood in its way is gone
            done = _done(on, exchange, found, is_scheduled)
        if done.proposal.status is Standing.ACTIVATED and not done.code:
            re_resolve_all(resources, now, Cause.POLICY, progress)
        return done
    raise Overtaken("something else was put in force every time")


def _prepared(
    resources: Resources,
    connection: Connection,
    proposal: Proposal,
    progress: Progress,
) -> Exchange | None:
    """`None` where the set cannot be put in force, whatever else."""
    try:
        return prepared(resources, connection, proposal.digest, progress)
    except ContentsUnusable:
        return None


def _done(on: _On, exchange: Exchange | None, found: Digests, is_scheduled: bool) -> Activated:
    code = _objection(on, exchange, found)
    at = on.proposal.effective_at
    if is_scheduled and on.proposal.status is not Standing.SCHEDULED:
        return Activated(on.case, on.proposal, "not_open")  # somebody else was faster
    if code and is_scheduled:
        kept = _kept(on, Standing.LAPSED, code)
        append(on.connection, [_entry(on, "policy_lapsed", code=code)])
        return Activated(on.case, kept, code)
    if code or exchange is None:
        return _refused(on, code or UNUSABLE, "activate")
    if at is not None and at > on.now:
        if on.proposal.status is Standing.SCHEDULED:
            return _refused(on, "scheduled_already", "activate")
        kept = _kept(on, Standing.SCHEDULED)
        append(on.connection, [_entry(on, "policy_scheduled")])
        return Activated(on.case, kept)
    kept = _kept(on, Standing.ACTIVATED)
    entry = _entry(
        on,
        "policy_activated",
        before=on.current.digests.policy,
        after=on.proposal.digest,
        approved_by=[str(person) for person in sorted(_approvers(on))],
    )
    exchange.finish(on.connection, entry, on.now)
    return Activated(on.case, kept)


def _objection(on: _On, exchange: Exchange | None, found: Digests) -> str:
    """The first thing that keeps the set from being put in force; empty for nothing."""
    person = on.current.data.person_of(on.who.decided_by, on.now)
    if person is None or not is_active(on.current.data, person, on.now):
        return "person_unknown"
    if on.proposal.status not in OPEN:
        return "not_open"
    if on.case.status is not Status.APPROVED:
        return "not_approved"
    if not _is_as_recorded(on):
        return "record_differs"
    if on.case.document_digest != on.proposal.document_digest:
        return "content_changed"
    if found.policy != on.proposal.based_on:
        return "base_changed"
    if str(person) == on.proposal.proposed_by or str(person) == on.case.requester:
        return "proposed_it"
    if not _may_activate(on, person):
        return "not_entitled"
    if exchange is None:
        return UNUSABLE
    return "gains_by_it" if gains(on.current, exchange.other, person, on.now) else ""


def _is_as_recorded(on: _On) -> bool:
    """Whether the trail says the same of the case, and of what was proposed, as its rows."""
    told = [json.loads(record.body) for record in records_of(on.connection, on.case.id)]
    proposed = [body for body in told if body["kind"] == "policy_proposed"]
    stated = {**set_plain(on.proposal), "document_digest": on.proposal.document_digest}
    last = told[-1] if told else {}
    return (
        (last.get("status"), last.get("document_digest"))
        == (str(on.case.status), on.case.document_digest)
        and len(proposed) == 1
        and all(proposed[0].get(name) == value for name, value in stated.items())
    )


def _approvers(on: _On) -> frozenset[PersonId]:
    """Who approved it on its route; a delegate and whom he acted for both did."""
    course = cases.course_of(on.connection, on.case.id)
    return frozenset(person for given in course.given for person in identities(given.assignee))


def _may_activate(on: _On, person: PersonId) -> bool:
    """By a role that the set in force names; where it names none, whoever approved the proposal."""
    changes = on.current.policy.set_changes
    if changes is not None and changes.activated_by:
        return holds_one_of(on.current, person, changes.activated_by, on.case.entity, on.now)
    return person in _approvers(on)


def _on(
    connection: Connection,
    current: InForce,
    case_id: int,
    who: Identities,
    now: datetime,
    *,
    lock: bool = True,
) -> _On | None:
    """The case, locked where that is wanted, and its proposal."""
    case = cases.by_id(connection, case_id, lock=lock)
    proposal = proposal_of(connection, case_id)
    if case is None or proposal is None:
        return None
    person = current.data.person_of(who.decided_by, now)
    who = replace(who, decided_by=person or who.decided_by)
    return _On(connection, current, case, proposal, who, now)


def _kept(on: _On, status: Standing, code: str = "") -> Proposal:
    kept = replace(
        on.proposal, status=status, code=code, changed_by=on.who.decided_by, changed_at=on.now
    )
    keep_proposal(on.connection, kept)
    return kept


def _refused(on: _On, code: str, action: str) -> Activated:
    append(on.connection, [_entry(on, "refusal", code=code, action=action)])
    return Activated(on.case, on.proposal, code)


def _entry(on: _On, kind: str, **more: object) -> Entry:
    body: Plain = {
        "case": on.case.number,
        "version": on.case.version,
        "document_digest": on.case.document_digest,
        "status": str(on.case.status),
        **set_plain(on.proposal),
        "in_force": named_digests(on.current),
        "who": on.who.plain(),
        **more,
    }
    return Entry(kind, on.case.id, on.now, body)
