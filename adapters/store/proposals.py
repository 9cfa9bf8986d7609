"""Proposed policy sets: each is a case, and stands where people and time have brought it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from adapters.store.tables import proposals


class Standing(StrEnum):
    """What became of a proposal, apart from whether it is approved, which its case says."""

    PROPOSED = "proposed"
    SCHEDULED = "scheduled"
    ACTIVATED = "activated"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"  # its moment came, and it could not be put in force


OPEN = frozenset({Standing.PROPOSED, Standing.SCHEDULED})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A set that shall take the place of the one it is `based_on`, now or from `effective_at` on.

    Both are digests of contents. `document_digest` is that of the case's document when it was
    proposed, `differences` are JSON. `code` says why it lapsed. Moments are aware.
    """

    case_id: int
    digest: str
    based_on: str
    document_digest: str
    proposed_by: str
    proposed_at: datetime
    because: str
    effective_at: datetime | None
    differences: str
    status: Standing
    code: str
    changed_by: str
    changed_at: datetime


def add_proposal(connection: Connection, made: Proposal) -> None:
    """Keeps a new proposal."""
    connection.execute(insert(proposals).values(**_values(made)))


def keep_proposal(connection: Connection, proposal: Proposal) -> None:
    """Keeps where a proposal stands now; its case is locked."""
    connection.execute(
        update(proposals)
        .where(proposals.c.case_id == proposal.case_id)
        .values(
            status=str(proposal.status),
            code=proposal.code,
            changed_by=proposal.changed_by,
            changed_at=proposal.changed_at,
        )
    )


def proposal_of(connection: Connection, case_id: int) -> Proposal | None:
    """The proposal of a case; `None` where the case is none."""
    query = select(proposals).where(proposals.c.case_id == case_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _proposal(row)


def is_activated(connection: Connection, case_id: int) -> bool:
    """Whether the case is a proposal that was put in force."""
    proposal = proposal_of(connection, case_id)
    return proposal is not None and proposal.status is Standing.ACTIVATED


def proposals_kept(connection: Connection, before: int = 0, most: int = 100) -> Sequence[Proposal]:
    """At most so many proposals, newest first; with `before` only those before that case."""
    query = select(proposals).order_by(proposals.c.case_id.desc()).limit(most)
    if before:
        query = query.where(proposals.c.case_id < before)
    return [_proposal(row) for row in connection.execute(query)]


def due_proposals(connection: Connection, now: datetime) -> Sequence[Proposal]:
    """Those that are scheduled for a moment that has come, in the order of their moments."""
    query = (
        select(proposals)
        .where(proposals.c.status == str(Standing.SCHEDULED), proposals.c.effective_at <= now)
        .order_by(proposals.c.effective_at, proposals.c.case_id)
    )
    return [_proposal(row) for row in connection.execute(query)]


def _values(proposal: Proposal) -> dict[str, object]:
    return {
        "case_id": proposal.case_id,
        "digest": proposal.digest,
        "based_on": proposal.based_on,
        "document_digest": proposal.document_digest,
        "proposed_by": proposal.proposed_by,
        "proposed_at": proposal.proposed_at,
        "because": proposal.because,
        "effective_at": proposal.effective_at,
        "differences": proposal.differences,
        "status": str(proposal.status),
        "code": proposal.code,
        "changed_by": proposal.changed_by,
        "changed_at": proposal.changed_at,
    }


def _proposal(row: Row[*tuple[object, ...]]) -> Proposal:
    return Proposal(
        row.case_id,
        row.digest,
        row.based_on,
        row.document_digest,
        row.proposed_by,
        row.proposed_at,
        row.because,
        row.effective_at,
        row.differences,
        Standing(row.status),
        row.code,
        row.changed_by,
        row.changed_at,
    )
