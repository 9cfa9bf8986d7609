"""What other documents are measured by: totals, reviews, what people did before."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from adapters.store.tables.common import Moment, metadata

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
    # What it counts as whatever its case is: of an approved version that is being changed.
    Column("stands_as", Text, nullable=False, server_default=""),
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

mitigation_uses = Table(
    "mitigation_uses",
    metadata,
    Column("mitigation", Text, primary_key=True),
    Column("act_id", Integer, ForeignKey("past_acts.id"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("reviewed_at", Moment),
)
