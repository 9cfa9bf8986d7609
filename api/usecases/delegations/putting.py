"""What was made or revoked comes into force, in the transaction of its record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from adapters.store.cases import Case
from adapters.store.delegations import keep_delegation
from adapters.store.in_force import What, add_files, put_in_force
from adapters.store.in_force_history import add_history
from adapters.store.trail import Entry, append
from api.usecases.casework.resources import Plain
from api.usecases.delegations.judging import Change
from engine.cases.identities import Identities


def put(
    connection: Connection, change: Change, who: Identities, now: datetime, case: Case | None = None
) -> None:
    """Puts it in force; `case` is the one in which it was approved.

    What is in force is held: nobody decides until this is.
    """
    digest = add_files(connection, What.DELEGATIONS, change.files, now)
    put_in_force(connection, What.DELEGATIONS, digest, now)
    keep_delegation(connection, change.kept)
    kept = change.kept
    found = {str(What.DELEGATIONS): digest}
    body: Plain = {
        **({} if case is None else about_case(case)),
        "in_force": found,
        "delegation": kept.id,
        "row": dict(kept.row),
        "who": who.plain(),
    }
    written = {"because": kept.revoked_because if kept.revoked_at else kept.because}
    body |= written
    entry = Entry(change.kind, None if case is None else case.id, now, body, written)
    position = append(connection, [entry])
    add_history(connection, found, now, position, change.kind)


def about_case(case: Case) -> Plain:
    """What every record of a case says of it."""
    return {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        "status": str(case.status),
    }
