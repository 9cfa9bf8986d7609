"""Who called a supplier back about a case, and about which content of it."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from adapters.store.cases import Case
from adapters.store.tables import call_backs
from engine.master_data import PersonId
from engine.readiness.surroundings import CallBack


def add_call_back(connection: Connection, case: Case, made: CallBack, filed_as: str) -> None:
    """Keeps a call about the present content; the case is locked."""
    connection.execute(
        insert(call_backs).values(
            case_id=case.id,
            version=case.version,
            document_digest=case.document_digest,
            by=made.by,
            at=made.at,
            filed_as=filed_as,
        )
    )


def call_backs_of(connection: Connection, case: Case) -> tuple[CallBack, ...]:
    """The calls about the present content, the first one first; about no other content."""
    query = (
        select(call_backs)
        .where(
            call_backs.c.case_id == case.id,
            call_backs.c.version == case.version,
            call_backs.c.document_digest == case.document_digest,
        )
        .order_by(call_backs.c.id)
    )
    return tuple(CallBack(PersonId(row.by), row.at) for row in connection.execute(query))
