"""What people arrange around a route: tasks handed on, questions, what was sent back, remarks."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from adapters.store.tables.common import Moment, metadata

# `person` is asked instead of `by` or beside him; taken away again when `ended_at` is set.
arrangements = Table(
    "arrangements",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
)

questions = Table(
    "questions",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("asked_by", Text, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_at", Moment),
)

# Why a case is with its requester; `lines` are those that were rejected.
returns = Table(
    "returns",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("by", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# Only ever added to. `attachments` are names and digests; their bytes are not here.
remarks = Table(
    "remarks",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("acted_through", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("attachments", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
