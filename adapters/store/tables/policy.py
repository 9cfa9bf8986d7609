"""Other policy sets: what is proposed, and what became of it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from adapters.store.tables.common import Moment, metadata

# A proposal is a case; `document_digest` is what its document was when it was proposed.
proposals = Table(
    "proposals",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    Column("digest", Text, ForeignKey("contents.digest"), nullable=False),
    Column("based_on", Text, ForeignKey("contents.digest"), nullable=False),
    Column("document_digest", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("because", Text, nullable=False),
    Column("effective_at", Moment),
    Column("differences", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_proposals_status", "status"),
)
