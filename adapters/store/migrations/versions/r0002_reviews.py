"""Reviews that controls open: of which case, because of which, who is asked, and what was found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the tables. A review points at a case without a foreign key: see `tables.reviews`."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("cause_id", sa.Integer, nullable=False),
        sa.Column("control", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Text, nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("closed_by", sa.Text, nullable=False),
        sa.Column("closed_at", sa.Text),
        sa.UniqueConstraint("case_id", "code"),
    )
    op.create_table(
        "review_causes",
        sa.Column("review_id", sa.Integer, sa.ForeignKey("reviews.id"), primary_key=True),
        sa.Column("case_id", sa.Integer, primary_key=True),
    )
    op.create_table(
        "review_tasks",
        sa.Column("review_id", sa.Integer, sa.ForeignKey("reviews.id"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("on_behalf_of", sa.Text, primary_key=True),
        sa.Column("since", sa.Text, nullable=False),
    )
    op.create_index("ix_review_tasks_person", "review_tasks", ["person"])
