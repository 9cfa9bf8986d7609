"""What was in force when: a row for each time that something was put in force, only ever added.

What was known at a moment is the last row of each kind that was there by then; it held until the
next one. The record behind a row has its `position` in the trail, and its kind says `how` it came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from adapters.store.in_force import Digests, What
from adapters.store.many import Rows, insert_rows
from adapters.store.tables import in_force_history


@dataclass(frozen=True, slots=True)
class Held:
    """One content in force: from `since` (aware) to `until`, which is `None` while it still is."""

    what: str
    digest: str
    since: datetime
    until: datetime | None
    position: int
    how: str


def add_history(
    connection: Connection, found: Mapping[str, str], since: datetime, position: int, how: str
) -> None:
    """Notes what was put in force, by the record at `position` of the kind `how`."""
    rows = [
        {"what": what, "position": position, "digest": digest, "since": since, "how": how}
        for what, digest in sorted(found.items())
    ]
    insert_rows(connection, Rows(in_force_history, rows))


def history_of(connection: Connection, what: What) -> Sequence[Held]:
    """Everything of a kind that ever was in force, in the order in which it was put."""
    query = (
        select(in_force_history)
        .where(in_force_history.c.what == str(what))
        .order_by(in_force_history.c.position)
    )
    rows = connection.execute(query).all()
    ends = [row.since for row in rows[1:]] + [None]
    return [
        Held(row.what, row.digest, row.since, end, row.position, row.how)
        for row, end in zip(rows, ends, strict=True)
    ]


def digests_at(connection: Connection, moment: datetime) -> Digests:
    """What was in force at an aware moment; empty texts for what was not there yet.

    Who put two contents of a kind at one moment is told by the later record.
    """
    query = (
        select(in_force_history)
        .where(in_force_history.c.since <= moment)
        .order_by(in_force_history.c.position)
    )
    return Digests(**{row.what: row.digest for row in connection.execute(query)})
