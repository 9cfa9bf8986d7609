"""The tree over the trail: logs by name, checkpoints, and the hashes that proofs are made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
GUARDED = ("logs", "checkpoints")


def upgrade() -> None:
    """Makes the tables, and guards what is only ever added to."""
    op.create_table(
        "logs",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("from_size", sa.Integer, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("began_at", sa.Text, nullable=False),
        sa.UniqueConstraint("origin", name="uq_logs_origin"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("log", sa.Integer, sa.ForeignKey("logs.number"), primary_key=True),
        sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
    )
    op.create_table(
        "tree_tiles",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in GUARDED:
        if is_sqlite:
            _guard_sqlite(table)
        else:
            _guard_postgresql(table)


def _guard_sqlite(table: str) -> None:
    for change in ("update", "delete"):
        op.execute(
            f"create trigger {table}_no_{change} before {change} on {table} begin"
            f" select raise(abort, '{table} is only ever added to'); end"
        )


def _guard_postgresql(table: str) -> None:
    op.execute(
        f"create trigger {table}_only_added_to before update or delete or truncate on {table}"
        " for each statement execute function only_added_to()"
    )
