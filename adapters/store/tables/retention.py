"""What can be erased, and what must not be: texts that people wrote, and legal holds."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from adapters.store.tables.common import Moment, metadata

# What people wrote, by the place in the record that commits to it. `value` is JSON.
texts = Table(
    "texts",
    metadata,
    Column("position", Integer, ForeignKey("trail.position"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("case_id", Integer),
    Column("salt", Text, nullable=False),
    Column("value", Text, nullable=False),
    Index("ix_texts_case_id", "case_id"),
)

# `scope` is JSON: what a case has in common with those that must not be erased.
legal_holds = Table(
    "legal_holds",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("scope", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", Moment, nullable=False),
    Column("because", Text, nullable=False),
    Column("lifted_by", Text, nullable=False),
    Column("lifted_at", Moment),
    Column("lifted_because", Text, nullable=False),
)
