"""What falls due on cases, who was silent, and what people are told by it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from adapters.store.tables.common import Moment, metadata

# `key` is that of a place of the route, empty where it is about the whole case.
deadlines = Table(
    "deadlines",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("persons", Text, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done_at", Moment),
)
_OPEN = text("done_at is null")
Index("ix_deadlines_open", deadlines.c.due_at, sqlite_where=_OPEN, postgresql_where=_OPEN)

escalations = Table(
    "escalations",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("persons", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("word", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_notices_person", "person", "id"),
)
