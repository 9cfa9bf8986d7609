"""What is taken away when a case is erased, and when people of long ago are.

Records are never touched. What they commit to goes; who acted stays by the id of the person, and so
does what an ERP answered.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Table, delete, func, select, update

from adapters.store.in_force import What
from adapters.store.in_force_history import history_of
from adapters.store.tables import (
    answers,
    arrangements,
    cases,
    claims,
    contents,
    contributions,
    deadlines,
    delegation_requests,
    delegations,
    document_keys,
    escalations,
    exceptions,
    in_force,
    notices,
    outbox,
    questions,
    releases,
    remarks,
    returns,
    reviews,
    seeds,
    tasks,
    texts,
    trail,
    versions,
)
from engine.cases.status import Status

OF_A_CASE: Final[Sequence[Table]] = (
    versions,
    seeds,
    texts,
    remarks,
    questions,
    returns,
    arrangements,
    releases,
    exceptions,
    outbox,
    notices,
    deadlines,
    escalations,
    tasks,
    claims,
    document_keys,
    contributions,
)
# What was in force is kept whole, so that decisions are explained; people of long ago are not.
_OF_PEOPLE: Final = (What.MASTER_DATA, What.DELEGATIONS)


def erase_beside(connection: Connection, case_id: int) -> None:
    """Erases what is kept beside a case whose status is `erased` already.

    SQLite leaves deleted rows in the file until others are written over them, unless told.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma secure_delete = on")
    for table in OF_A_CASE:
        connection.execute(delete(table).where(table.c.case_id == case_id))
    connection.execute(update(reviews).where(reviews.c.case_id == case_id).values(comment=""))


def oldest_kept(connection: Connection) -> datetime | None:
    """When anything was first recorded of a case that is not erased; `None` where there is none.

    By the records: a case that was changed came in again, and its first decision is still there.
    """
    query = (
        select(func.min(trail.c.at))
        .join(cases, cases.c.id == trail.c.case_id)
        .where(cases.c.status != str(Status.ERASED))
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def superseded(connection: Connection, before: datetime) -> Sequence[str]:
    """Digests of people and delegations that were in force before an aware moment only, and that
    are kept still."""
    ends: dict[str, datetime | None] = {}
    for what in _OF_PEOPLE:
        for held in history_of(connection, what):
            ends[held.digest] = held.until
    over = [digest for digest, until in ends.items() if until is not None and until <= before]
    query = (
        select(contents.c.digest)
        .where(
            contents.c.digest.in_(over),
            func.length(contents.c.body) > 0,
            contents.c.digest.not_in(select(in_force.c.digest)),
        )
        .order_by(contents.c.digest)
    )
    return connection.execute(query).scalars().all() if over else []


def erase_contents(connection: Connection, digests: Collection[str]) -> None:
    """Takes away what the digests name; that it was there stays."""
    if digests:
        named = contents.c.digest.in_(digests)
        connection.execute(update(contents).where(named).values(body=b""))


def erase_reasons(connection: Connection, before: datetime) -> None:
    """Takes away why people let others act for them, and what else they wrote about no case, before
    an aware moment."""
    old = select(trail.c.position).where(trail.c.at < before, trail.c.case_id.is_(None))
    connection.execute(delete(texts).where(texts.c.position.in_(old)))
    connection.execute(
        update(delegations)
        .where(delegations.c.made_at < before)
        .values(because="", revoked_because="")
    )
    connection.execute(
        update(delegation_requests)
        .where(delegation_requests.c.requested_at < before)
        .values(because="")
    )


def erase_answers(connection: Connection, before: datetime) -> None:
    """Forgets what was answered under idempotency keys before an aware moment."""
    connection.execute(delete(answers).where(answers.c.at < before))


def erased_among(connection: Connection, digests: Collection[str]) -> frozenset[str]:
    """Which of these contents were erased."""
    query = select(contents.c.digest).where(
        contents.c.digest.in_(list(digests)), func.length(contents.c.body) == 0
    )
    return frozenset(connection.execute(query).scalars()) if digests else frozenset()
