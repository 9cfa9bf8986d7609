"""Legal holds: placed, lifted, and never removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, insert, select, update

from adapters.store.tables import legal_holds
from engine.cases.legal_hold import Scope, scope_of


@dataclass(frozen=True, slots=True)
class LegalHold:
    """One hold. Moments are aware; `lifted_at` is `None` while it holds."""

    id: int
    scope: Scope
    placed_by: str
    placed_at: datetime
    because: str
    lifted_by: str = ""
    lifted_at: datetime | None = None
    lifted_because: str = ""

    @property
    def number(self) -> str:
        """What people call it, `H-000001`."""
        return f"H-{self.id:06d}"


def hold_id(number: str) -> int | None:
    """The id behind a number; `None` for a text that is none."""
    digits = number.removeprefix("H-")
    is_one = number.startswith("H-") and digits.isascii() and digits.isdigit() and len(digits) < 10
    return int(digits) if is_one else None


def place(connection: Connection, scope: Scope, by: str, because: str, now: datetime) -> LegalHold:
    """Keeps a new hold and gives it its number."""
    values = {
        "scope": json.dumps(scope.plain(), sort_keys=True),
        "placed_by": by,
        "placed_at": now,
        "because": because,
        "lifted_by": "",
        "lifted_because": "",
    }
    query = insert(legal_holds).values(values).returning(legal_holds.c.id)
    return LegalHold(connection.execute(query).scalar_one(), scope, by, now, because)


def lift(connection: Connection, id: int, by: str, because: str, now: datetime) -> None:
    """The hold holds no more. It was looked at with a lock."""
    values = {"lifted_by": by, "lifted_at": now, "lifted_because": because}
    connection.execute(update(legal_holds).where(legal_holds.c.id == id).values(values))


def hold_of(connection: Connection, id: int) -> LegalHold | None:
    """The hold, locked until the transaction ends."""
    found = _read(connection, select(legal_holds).where(legal_holds.c.id == id).with_for_update())
    return found[0] if found else None


def all_holds(connection: Connection) -> Sequence[LegalHold]:
    """Every hold that ever was placed, in that order."""
    return _read(connection, select(legal_holds).order_by(legal_holds.c.id))


def holding(connection: Connection) -> Sequence[LegalHold]:
    """Those that hold now."""
    return [each for each in all_holds(connection) if each.lifted_at is None]


def _read(connection: Connection, query: Select[tuple[object, ...]]) -> list[LegalHold]:
    return [
        LegalHold(
            row.id,
            scope_of(json.loads(row.scope)),
            row.placed_by,
            row.placed_at,
            row.because,
            row.lifted_by,
            row.lifted_at,
            row.lifted_because,
        )
        for row in connection.execute(query)
    ]
