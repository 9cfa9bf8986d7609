"""What people let through although a finding stood. Nothing here says whether it counts."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from adapters.store.tables import releases
from engine.master_data import PersonId
from engine.readiness.finding import Release


def add_release(connection: Connection, case_id: int, given: Release) -> None:
    """Keeps one release."""
    connection.execute(
        insert(releases).values(
            case_id=case_id,
            finding=given.finding,
            by=given.by,
            reason=given.reason,
            at=given.at,
            document_digest=given.document_digest,
        )
    )


def releases_of(connection: Connection, case_id: int) -> list[Release]:
    """All that were given for a case, the first one first."""
    query = select(releases).where(releases.c.case_id == case_id).order_by(releases.c.id)
    return [
        Release(row.finding, PersonId(row.by), row.reason, row.at, row.document_digest)
        for row in connection.execute(query)
    ]
