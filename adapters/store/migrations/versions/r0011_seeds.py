"""Secrets that open the commitments of records: one for each version of a document."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Makes the table. Records from before hold sealed values and no commitments."""
    op.create_table(
        "seeds",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("seed", sa.Text, nullable=False),
    )
