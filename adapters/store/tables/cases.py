"""Cases, what was done on them, and who is asked."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from adapters.store.tables.common import Moment, metadata

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entity", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("document_digest", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("given", Text, nullable=False),
    Column("decision_digest", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("findings", Text, nullable=False),
    Column("posting_number", Integer, nullable=False),
    Column("changed_at", Moment, nullable=False),
    # The approved version that counts while a change of it is on its way; 0 for none.
    Column("standing_version", Integer, nullable=False, server_default="0"),
    Column("routed_under", Text, nullable=False, server_default=""),
    Column("change", Text, nullable=False, server_default="{}"),
    UniqueConstraint("source", "type", "document_id"),
    Index("ix_cases_status_entity", "status", "entity"),
    Index("ix_cases_id_status", "id", "status"),  # totals ask for nothing but the status
)

acts = Table(
    "acts",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("delegation", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("keys", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),  # that it was given on
)

# Contents that were replaced by others, each as it stood then. Rows are only ever added.
versions = Table(
    "versions",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("kept", Text, nullable=False),
    Column("acts", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# By what the commitments in the record of a version are opened, sealed; erased with its values.
seeds = Table(
    "seeds",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("seed", Text, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("on_behalf_of", Text, primary_key=True),
    Column("step", Integer, nullable=False),
    Column("word", Text, nullable=False),
    Column("ask", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Index("ix_tasks_person", "person"),
)

claims = Table(
    "claims",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# What people let through: one finding of one content each.
releases = Table(
    "releases",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
    Column("finding", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("document_digest", Text, nullable=False),
    Index("ix_releases_case_id", "case_id"),
)

# Of the present content only those count that name its version and digest.
call_backs = Table(
    "call_backs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document_digest", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("filed_as", Text, nullable=False),
    Index("ix_call_backs_case_id", "case_id"),
)

answers = Table(
    "answers",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_digest", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
