"""Totals that documents share: who counts in them, and one writer at a time for each.

Two documents that could change each other's total share a key (`engine/headroom.py`). A transaction
locks the keys of its document in ascending order before it adds up, so that of two that arrive
together one sees the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from adapters.store.cases import Case, case_of
from adapters.store.tables import cases, headroom, headroom_members


def lock(connection: Connection, keys: Sequence[str]) -> None:
    """Locks the keys, in ascending order, until the transaction ends."""
    if not keys:
        return
    ordered = sorted(set(keys))
    build = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    for key in ordered:
        statement = build(headroom).values(key=key, documents=1)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[headroom.c.key], set_={"documents": headroom.c.documents + 1}
            )
        )


def count(connection: Connection, case_id: int, keys: Sequence[str]) -> None:
    """The case counts under these keys, which are locked, and under no others."""
    connection.execute(delete(headroom_members).where(headroom_members.c.case_id == case_id))
    rows = [{"key": key, "case_id": case_id} for key in sorted(set(keys))]
    if rows:
        connection.execute(headroom_members.insert(), rows)


def members(connection: Connection, keys: Sequence[str]) -> Sequence[Case]:
    """Every case that counts under one of the keys, in the order of ids."""
    query = (
        select(cases)
        .where(
            cases.c.id.in_(
                select(headroom_members.c.case_id).where(headroom_members.c.key.in_(list(keys)))
            )
        )
        .order_by(cases.c.id)
    )
    return [case_of(row) for row in connection.execute(query)]
