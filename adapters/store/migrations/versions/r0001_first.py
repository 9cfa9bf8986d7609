"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes everything, and the guards on what is only ever added to."""
    _in_force()
    _cases()
    _asked_and_done()
    _trail()
    _delivery()
    _intake()
    op.execute("insert into trail_end (id, position) values (1, 0)")
    if op.get_context().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _in_force() -> None:
    """What was in force by content, and what is now."""
    op.create_table(
        "contents",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
    )
    op.create_table(
        "in_force",
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, sa.ForeignKey("contents.digest"), nullable=False),
        sa.Column("since", sa.Text, nullable=False),
    )


def _cases() -> None:
    """Documents on their way."""
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("document_digest", sa.Text, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("given", sa.Text, nullable=False),
        sa.Column("decision_digest", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("posting_number", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.UniqueConstraint("source", "type", "document_id"),
    )
    op.create_index("ix_cases_status_entity", "cases", ["status", "entity"])
    op.create_index("ix_cases_id_status", "cases", ["id", "status"])


def _asked_and_done() -> None:
    """What was done on a case, and who is asked."""
    op.create_table(
        "acts",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("on_behalf_of", sa.Text),
        sa.Column("delegation", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("keys", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "tasks",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("on_behalf_of", sa.Text, primary_key=True),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("ask", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
    )
    op.create_index("ix_tasks_person", "tasks", ["person"])
    op.create_table(
        "claims",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )


def _trail() -> None:
    """The records, which nobody may change, and where the last one stands."""
    op.create_table(
        "trail",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("case_id", sa.Integer),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_trail_case_id", "trail", ["case_id"])
    op.create_table(
        "trail_end",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False),
    )


def _delivery() -> None:
    """What has to reach another system, what came back, and what could not be delivered."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("claim", sa.Text),
        sa.Column("claimed_until", sa.Text),
        sa.Column("is_outcome_unknown", sa.Integer, nullable=False),
        sa.Column("last_code", sa.Text, nullable=False),
        sa.Column("last_message", sa.Text, nullable=False),
    )
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"])
    op.create_index("ix_outbox_status_due_at", "outbox", ["status", "due_at"])
    op.create_table(
        "receipts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("erp_id", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("ix_receipts_case_id", "receipts", ["case_id"])
    op.create_table(
        "exceptions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Text, nullable=False),
        sa.Column("closed_at", sa.Text),
    )
    op.create_index("ix_exceptions_case_id", "exceptions", ["case_id"])


def _intake() -> None:
    """Answers given once, and the totals that documents share."""
    op.create_table(
        "answers",
        sa.Column("caller", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request_digest", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "contributions",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("rate_day", sa.Text, nullable=False),
        sa.Column("whole", sa.BigInteger, nullable=False),
        sa.Column("rest", sa.BigInteger, nullable=False),
        sa.Column("parts", sa.BigInteger, nullable=False),
        sa.Column("lacking", sa.Text, nullable=False),
    )
    op.create_index("ix_contributions_case_id", "contributions", ["case_id"])


def _guard_sqlite() -> None:
    for table in ("trail", "contents"):
        for change in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{change} before {change} on {table} begin"
                f" select raise(abort, '{table} is only ever added to'); end"
            )


def _guard_postgresql() -> None:
    op.execute(
        "create function only_added_to() returns trigger language plpgsql as"
        " $$ begin raise exception '% is only ever added to', tg_table_name; end $$"
    )
    for table in ("trail", "contents"):
        op.execute(
            f"create trigger {table}_only_added_to before update or delete or truncate on {table}"
            " for each statement execute function only_added_to()"
        )
