"""Delegations that were made, or revoked, in the service; those of a load are contents in force."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

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
