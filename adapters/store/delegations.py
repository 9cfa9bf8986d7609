"""What people made of delegations in the service: a load must not undo it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select

from adapters.store.tables import delegations


@dataclass(frozen=True, slots=True)
class Kept:
    """A delegation made or revoked in the service. `row` are its cells, empty for one of a load.

    Moments are aware.
    """

    id: str
    row: Mapping[str, str]
    made_by: str
    made_at: datetime
    because: str
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revoked_because: str = ""


def all_kept(connection: Connection) -> Sequence[Kept]:
    """All of them, in the order of their ids."""
    return [_kept(row) for row in connection.execute(select(delegations).order_by("id"))]


def keep_delegation(connection: Connection, kept: Kept) -> None:
    """Keeps one as it stands now; what is in force is held."""
    connection.execute(delete(delegations).where(delegations.c.id == kept.id))
    connection.execute(
        insert(delegations).values(
            id=kept.id,
            row=json.dumps(dict(kept.row), sort_keys=True),
            made_by=kept.made_by,
            made_at=kept.made_at,
            because=kept.because,
            revoked_at=kept.revoked_at,
            revoked_by=kept.revoked_by,
            revoked_because=kept.revoked_because,
        )
    )


def _kept(row: Row[*tuple[object, ...]]) -> Kept:
    return Kept(
        row.id,
        json.loads(row.row),
        row.made_by,
        row.made_at,
        row.because,
        row.revoked_at,
        row.revoked_by,
        row.revoked_because,
    )
