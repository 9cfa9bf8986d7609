"""Versions of policy: what was in force when, and what is proposed."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_PUT = ("bootstrap", "master_data_loaded")
# Moments that were kept as the server writes them have no place among the others.
_AS_TEXT = """
    update contributions
    set at = to_char(cast(at as timestamptz) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    where at not like '%T%Z'
"""


def upgrade() -> None:
    """Makes the tables; fills what was in force from the trail, and guards it."""
    made = op.create_table(
        "in_force_history",
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.Text, sa.ForeignKey("contents.digest"), nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
    )
    _fill(made)
    _proposals()
    if op.get_context().dialect.name == "postgresql":
        op.execute(_AS_TEXT)
        op.execute(
            "create trigger in_force_history_only_added_to before update or delete or truncate"
            " on in_force_history for each statement execute function only_added_to()"
        )
        return
    for change in ("update", "delete"):
        op.execute(
            f"create trigger in_force_history_no_{change} before {change} on in_force_history"
            " begin select raise(abort, 'in_force_history is only ever added to'); end"
        )


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column(
            "case_id",
            sa.Integer,
            sa.ForeignKey("cases.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("digest", sa.Text, sa.ForeignKey("contents.digest"), nullable=False),
        sa.Column("based_on", sa.Text, sa.ForeignKey("contents.digest"), nullable=False),
        sa.Column("document_digest", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("effective_at", sa.Text),
        sa.Column("differences", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
    )
    op.create_index("ix_proposals_status", "proposals", ["status"])


def _fill(made: sa.Table) -> None:
    """What was put in force before this table was there."""
    trail = sa.table("trail", *(sa.column(name) for name in ("position", "kind", "at", "body")))
    query = sa.select(trail).where(trail.c.kind.in_(_PUT)).order_by(trail.c.position)
    rows = [
        {"what": what, "position": row.position, "digest": digest, "since": row.at, "how": row.kind}
        for row in op.get_bind().execute(query).all()
        for what, digest in json.loads(bytes(row.body))["in_force"].items()
    ]
    if rows:
        op.bulk_insert(made, rows)
