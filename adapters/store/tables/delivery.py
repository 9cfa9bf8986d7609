"""What is on its way to an ERP, and what came of it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from adapters.store.tables.common import Moment, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("connection", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("claim", Text),
    Column("claimed_until", Moment),
    Column("is_outcome_unknown", Integer, nullable=False),
    Column("last_code", Text, nullable=False),
    Column("last_message", Text, nullable=False),
    Index("ix_outbox_status_due_at", "status", "due_at"),
    Index("ix_outbox_case_id", "case_id"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("erp_id", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_receipts_case_id", "case_id"),
)

exceptions = Table(
    "exceptions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Index("ix_exceptions_case_id", "case_id"),
)
