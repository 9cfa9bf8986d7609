"""Delegations that were made, or revoked, in the service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "delegations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.Text),
        sa.Column("revoked_by", sa.Text, nullable=False),
        sa.Column("revoked_because", sa.Text, nullable=False),
    )
