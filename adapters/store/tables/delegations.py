"""Delegations that were made, asked for or revoked here; those of a load are contents in force."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from adapters.store.tables.common import Moment, metadata

# `row` are the cells as in a file of delegations; empty for one that a load brought.
delegations = Table(
    "delegations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("row", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("because", Text, nullable=False),
    Column("revoked_at", Moment),
    Column("revoked_by", Text, nullable=False),
    Column("revoked_because", Text, nullable=False),
)

# A request is a case; `document_digest` is what its document was when it was asked for.
delegation_requests = Table(
    "delegation_requests",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("row", Text, nullable=False),
    Column("document_digest", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("because", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_delegation_requests_standing", "standing"),
)
