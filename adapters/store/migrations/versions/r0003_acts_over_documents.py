"""What people did on documents, for the conflicts of duties of later ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "past_acts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("on_behalf_of", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("under", sa.Text, nullable=False),
    )
    op.create_index("ix_past_acts_case_id", "past_acts", ["case_id"])
    op.create_table(
        "subjects",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
    )
    op.create_index("ix_subjects_case_id", "subjects", ["case_id"])
    op.create_table(
        "mitigation_uses",
        sa.Column("mitigation", sa.Text, primary_key=True),
        sa.Column("act_id", sa.Integer, sa.ForeignKey("past_acts.id"), primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("reviewed_at", sa.Text),
    )
