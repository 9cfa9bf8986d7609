"""What can be erased: texts that people wrote, cases, superseded people; legal holds."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# What an erasure takes away from tables that are only added to otherwise, as a condition on rows.
_VERSION: Final = "(select status from cases where id = old.case_id) = 'erased'"
_CONTENT: Final = (
    "old.kind <> 'policy' and new.digest = old.digest and new.kind = old.kind"
    " and new.added_at = old.added_at and length(new.body) = 0"
    " and not exists (select 1 from in_force where digest = old.digest)"
)
_GUARDS: Final = (
    ("versions", "delete", _VERSION),
    ("contents", "update", _CONTENT),
    ("cases", "update", "old.status <> 'erased'"),
)


def upgrade() -> None:
    """Makes the tables. Texts in records from before stay where they are."""
    op.create_table(
        "texts",
        sa.Column("position", sa.Integer, sa.ForeignKey("trail.position"), primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Integer),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("ix_texts_case_id", "texts", ["case_id"])
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("placed_by", sa.Text, nullable=False),
        sa.Column("placed_at", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("lifted_by", sa.Text, nullable=False),
        sa.Column("lifted_at", sa.Text),
        sa.Column("lifted_because", sa.Text, nullable=False),
    )
    if op.get_context().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    for table, change, may in _GUARDS:
        op.execute(f"drop trigger if exists {table}_no_{change}")
        op.execute(
            f"create trigger {table}_no_{change} before {change} on {table} when not ({may}) begin"
            f" select raise(abort, '{table}: only an erasure takes away, and for good'); end"
        )


def _guard_postgresql() -> None:
    for table, other in (("versions", "update"), ("contents", "delete")):
        op.execute(f"drop trigger {table}_only_added_to on {table}")
        op.execute(
            f"create trigger {table}_only_added_to before {other} or truncate on {table}"
            " for each statement execute function only_added_to()"
        )
    for table, change, may in _GUARDS:
        row = "old" if change == "delete" else "new"
        op.execute(
            f"create function {table}_taken_away() returns trigger language plpgsql as $$ begin"
            f" if {may} then return {row}; end if;"
            f" raise exception '{table}: only an erasure takes away, and for good'; end $$"
        )
        op.execute(
            f"create trigger {table}_taken_away before {change} on {table}"
            f" for each row execute function {table}_taken_away()"
        )
