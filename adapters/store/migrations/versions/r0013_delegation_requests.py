"""Delegations that somebody has to agree to before they come into force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "delegation_requests",
        sa.Column(
            "case_id",
            sa.Integer,
            sa.ForeignKey("cases.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("document_digest", sa.Text, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_at", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
    )
    op.create_index("ix_delegation_requests_standing", "delegation_requests", ["standing"])
