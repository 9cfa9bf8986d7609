"""What is in force, what was, and what was recorded. All but `in_force` is only ever added to."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from adapters.store.tables.common import Moment, metadata

contents = Table(
    "contents",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("added_at", Moment, nullable=False),
)

in_force = Table(
    "in_force",
    metadata,
    Column("what", Text, primary_key=True),
    Column("digest", Text, ForeignKey("contents.digest"), nullable=False),
    Column("since", Moment, nullable=False),
)

# Until when each held is what the next of its kind says; `how` is the kind of the record.
in_force_history = Table(
    "in_force_history",
    metadata,
    Column("what", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, ForeignKey("contents.digest"), nullable=False),
    Column("since", Moment, nullable=False),
    Column("how", Text, nullable=False),
)

trail = Table(
    "trail",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_id", Integer),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_trail_case_id", "case_id"),
)

trail_end = Table(
    "trail_end",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
)
