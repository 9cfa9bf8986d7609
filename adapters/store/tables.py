"""The tables. Rows of `contents` and `trail` are only ever added.

Moments are text in UTC with six decimals, so that their order is that of time on every database.
What is JSON is text as `engine.canonical` writes it, except that of a document: its restricted
fields are sealed (`adapters/encryption.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def moment_as_kept(value: datetime) -> str:
    """An aware instant as text. Raises `ValueError` for a moment without a time zone."""
    if value.tzinfo is None:
        raise ValueError("a moment that is kept has a time zone")
    shown = value.astimezone(UTC).isoformat(timespec="microseconds")
    return shown.removesuffix("+00:00") + "Z"


class Moment(TypeDecorator[datetime]):
    """An aware instant, kept as `2027-03-15T13:00:00.000000Z`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """As text. Raises `ValueError` for a moment without a time zone."""
        return None if value is None else moment_as_kept(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """As an instant in UTC."""
        return None if value is None else datetime.fromisoformat(value)


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

# What each case adds to the totals that it counts in. `whole` and `rest / parts` are minor units.
contributions = Table(
    "contributions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("currency", Text, nullable=False),
    Column("rate_day", Text, nullable=False),
    Column("whole", BigInteger, nullable=False),
    Column("rest", BigInteger, nullable=False),
    Column("parts", BigInteger, nullable=False),
    Column("lacking", Text, nullable=False),
    Index("ix_contributions_case_id", "case_id"),
)

# No foreign keys to `cases`: whoever opens a review of another's case holds keys of totals by then,
# and a foreign key would lock that case after them, out of the one order of locks.
reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("cause_id", Integer, nullable=False),
    Column("control", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("finding", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("closed_by", Text, nullable=False),
    Column("closed_at", Moment),
    UniqueConstraint("case_id", "code"),
)

review_causes = Table(
    "review_causes",
    metadata,
    Column("review_id", Integer, ForeignKey("reviews.id"), primary_key=True),
    Column("case_id", Integer, primary_key=True),
)

review_tasks = Table(
    "review_tasks",
    metadata,
    Column("review_id", Integer, ForeignKey("reviews.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("on_behalf_of", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Index("ix_review_tasks_person", "person"),
)

# What people did on documents, and what these were about, in each version of a case.
past_acts = Table(
    "past_acts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("at", Moment, nullable=False),
    Column("under", Text, nullable=False),
    Index("ix_past_acts_case_id", "case_id"),
)

subjects = Table(
    "subjects",
    metadata,
    Column("key", Text, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Index("ix_subjects_case_id", "case_id"),
)

# What a document, as it is now, is found by when another one is asked whether it may post.
document_keys = Table(
    "document_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Index("ix_document_keys_case_id", "case_id"),
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

mitigation_uses = Table(
    "mitigation_uses",
    metadata,
    Column("mitigation", Text, primary_key=True),
    Column("act_id", Integer, ForeignKey("past_acts.id"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("reviewed_at", Moment),
)
