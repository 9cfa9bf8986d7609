"""What authorities answered to checkpoints: time stamps, only ever added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Makes the table, and guards it."""
    op.create_table(
        "time_stamps",
        sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("authority", sa.Text, primary_key=True),
        sa.Column("reply", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["log", "size"], ["checkpoints.log", "checkpoints.size"]),
    )
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(
                f"create trigger time_stamps_no_{change} before {change} on time_stamps begin"
                " select raise(abort, 'time_stamps is only ever added to'); end"
            )
    else:
        op.execute(
            "create trigger time_stamps_only_added_to before update or delete or truncate"
            " on time_stamps for each statement execute function only_added_to()"
        )
