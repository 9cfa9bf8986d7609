"""Contents of a case by version, and the approved one that stands while it is changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Makes the table, which is only ever added to, and the columns."""
    op.create_table(
        "versions",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("kept", sa.Text, nullable=False),
        sa.Column("acts", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    for table, name, type, default in (
        ("cases", "standing_version", sa.Integer, "0"),
        ("cases", "routed_under", sa.Text, ""),
        ("cases", "change", sa.Text, "{}"),
        ("acts", "version", sa.Integer, "1"),
        ("contributions", "stands_as", sa.Text, ""),
    ):
        op.add_column(table, sa.Column(name, type, nullable=False, server_default=default))
    op.execute(
        "update acts set version = (select version from cases where cases.id = acts.case_id)"
    )
    op.execute(
        "update cases set routed_under ="
        " coalesce((select digest from in_force where what = 'policy'), '')"
    )
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(
                f"create trigger versions_no_{change} before {change} on versions begin"
                " select raise(abort, 'versions is only ever added to'); end"
            )
    else:
        op.execute(
            "create trigger versions_only_added_to before update or delete or truncate on versions"
            " for each statement execute function only_added_to()"
        )
