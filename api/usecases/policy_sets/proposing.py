"""A person proposes another set: judged, then a case like any other document's.

What is refused is recorded with what was reported. The case, the proposal and its records are kept
in one transaction, in which the set that it is based on is still in force.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store.cases import Case
from adapters.store.in_force import Files, What, add_files, digests, files_of
from adapters.store.proposals import Proposal, Standing, add_proposal
from adapters.store.trail import Entry, append
from api.usecases.casework.resources import (
    ContentsUnusable,
    InForce,
    Plain,
    Resources,
    data_of,
)
from api.usecases.casework.submission import OURS, NotAccepted, Submitted
from api.usecases.casework.submitting import submit
from api.usecases.casework.written import text
from api.usecases.policy_sets.candidate import Candidate, Unfit, judge
from api.usecases.policy_sets.entitled import is_active
from engine.business_time import local_day
from engine.cases.identities import Identities
from engine.master_data import PersonId
from engine.recording import moment_text
from rules.compiling.set_changes import DOCUMENT

MOST_BECAUSE: Final = 2000


@dataclass(frozen=True, slots=True)
class Wish:
    """The files of a set with the data of its tests, why, and from when on (aware; `None`: at
    once). `entity` is the one whose people are asked; empty for that of the proposer."""

    files: Files
    because: str
    effective_at: datetime | None = None
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The case and the proposal; or why there is none."""

    case: Case | None
    proposal: Proposal | None = None
    unfit: Unfit | None = None


class _Elsewhere(Exception):
    """Another set was put in force while this one was judged."""


class _KnownAlready(Exception):
    """There is a case of this very document: nobody proposed by it, or somebody just did."""


def propose(resources: Resources, wish: Wish, who: Identities, now: datetime) -> Proposed:
    """Proposes a set, or refuses it; both are recorded.

    Refused are `person_unknown`, `reason_missing`, `moment_passed`, `entity_unknown`,
    `data_do_not_fit`, `base_changed`, `known_already` and what `judge` finds. Raises
    `NothingInForce`, `ContentsUnusable`, `Overtaken`.
    """
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
        before = files_of(connection, current.digests.policy)
    person = current.data.person_of(who.decided_by, now)
    who = replace(who, decided_by=person or who.decided_by)
    found = _objection(current, wish, person, now) or judge(
        wish.files, (before, current.policy), now
    )
    if isinstance(found, Candidate):
        found = _fitting(resources, current, found)
    if isinstance(found, Unfit) or person is None:
        return _refused(resources, current, found, wish, who, now)
    made: list[Proposal] = []
    raw = _document(current, found, wish, person, now)
    keeping = _keeping(current, found, wish, person, now, who, made)
    try:
        done = submit(resources, raw, OURS, who, now, keeping)
    except _Elsewhere:
        found = Unfit("base_changed", "another set was put in force meanwhile; propose again")
        return _refused(resources, current, found, wish, who, now)
    except _KnownAlready:
        found = Unfit("known_already", "this very proposal has been made")
        return _refused(resources, current, found, wish, who, now)
    if isinstance(done, NotAccepted):
        found = Unfit(done.code, "the proposal is known already, and not open")
        return _refused(resources, current, found, wish, who, now)
    return Proposed(done.case, made[-1])


def _objection(
    current: InForce, wish: Wish, person: PersonId | None, now: datetime
) -> Unfit | None:
    """What keeps the proposal from being looked at."""
    if person is None or not is_active(current.data, person, now):
        return Unfit("person_unknown", "nobody who is employed has this name")
    if not 0 < len(wish.because.strip()) <= MOST_BECAUSE:
        return Unfit("reason_missing", f"expected a reason of at most {MOST_BECAUSE:,} characters")
    if wish.effective_at is not None and wish.effective_at <= now:
        return Unfit("moment_passed", "expected a moment that is still to come")
    if _entity(current, wish, person) not in current.policy.organization.entities:
        return Unfit("entity_unknown", "expected an entity of the set in force")
    return None


def _entity(current: InForce, wish: Wish, person: PersonId) -> str:
    return wish.entity or current.data.people[person].entity


def _fitting(resources: Resources, current: InForce, found: Candidate) -> Candidate | Unfit:
    """The candidate, if the master data in force can be read under it."""
    with resources.store.reading() as connection:
        files = files_of(connection, current.digests.master_data) | files_of(
            connection, current.digests.delegations
        )
    try:
        data_of(files, found.policy)
    except ContentsUnusable as problem:
        return Unfit("data_do_not_fit", str(problem))
    return found


def _document(
    current: InForce, found: Candidate, wish: Wish, person: PersonId, now: datetime
) -> Plain:
    entity = _entity(current, wish, person)
    raw: Plain = {
        "type": DOCUMENT,
        "id": f"{found.digest[7:19]}-{now:%Y%m%dT%H%M%S%f}",
        "entity": entity,
        "title": f"policy set {found.policy.name}",
        "requester": str(person),
        "submitter": str(person),
        "submitted_at": moment_text(now),
        "policy_set": found.policy.name,
        "from_digest": current.digests.policy,
        "to_digest": found.digest,
        "loosens": found.loosens,
        "change_summary": wish.because,
    }
    if wish.effective_at is not None:
        zone = current.policy.organization.entities[entity].zone
        raw["in_force_at"] = moment_text(wish.effective_at)
        raw["in_force_from"] = str(local_day(wish.effective_at, zone))
    return raw


def _keeping(
    current: InForce,
    found: Candidate,
    wish: Wish,
    person: PersonId,
    now: datetime,
    who: Identities,
    made: list[Proposal],
) -> Callable[[Connection, Submitted], None]:
    """What is kept with the case, in its transaction."""

    def keep(connection: Connection, done: Submitted) -> None:
        if not done.is_new:
            raise _KnownAlready
        if digests(connection).policy != current.digests.policy:
            raise _Elsewhere
        add_files(connection, What.POLICY, found.files, now)
        case = done.case
        proposal = Proposal(
            case_id=case.id,
            digest=found.digest,
            based_on=current.digests.policy,
            document_digest=case.document_digest,
            proposed_by=str(person),
            proposed_at=now,
            because=wish.because,
            effective_at=wish.effective_at,
            differences=text(found.differences),
            status=Standing.PROPOSED,
            code="",
            changed_by=str(person),
            changed_at=now,
        )
        add_proposal(connection, proposal)
        body: Plain = {
            "case": case.number,
            "version": case.version,
            "document_digest": case.document_digest,
            "status": str(case.status),
            **set_plain(proposal),
            "loosens": found.loosens,
            "differences": found.differences,
            "tests_passed": found.test_count,
            "who": who.plain(),
        }
        append(connection, [Entry("policy_proposed", case.id, now, body)])
        made.append(proposal)

    return keep


def set_plain(proposal: Proposal) -> Plain:
    """What every record of a proposal says of it."""
    at = proposal.effective_at
    return {
        "based_on": proposal.based_on,
        "set": proposal.digest,
        "proposed_by": proposal.proposed_by,
        "because": proposal.because,
        "effective_at": "" if at is None else moment_text(at),
    }


def _refused(
    resources: Resources,
    current: InForce,
    found: Unfit | Candidate,
    wish: Wish,
    who: Identities,
    now: datetime,
) -> Proposed:
    """The refusal, recorded with everything that was reported."""
    unfit = found if isinstance(found, Unfit) else Unfit("person_unknown", "nobody has this name")
    body: Plain = {
        "code": unfit.code,
        "message": unfit.message,
        "reports": list(unfit.reports),
        "based_on": current.digests.policy,
        "because": wish.because[:MOST_BECAUSE],
        "who": who.plain(),
    }
    with resources.store.transaction() as connection:
        append(connection, [Entry("policy_proposal_refused", None, now, body)])
    return Proposed(None, None, unfit)
