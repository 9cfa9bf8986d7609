"""Time stamps of checkpoints, kept beside them. Only ever added to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from adapters.store.tables import time_stamps


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What an authority answered to the checkpoint of a log (by number) over so many records."""

    log: int
    size: int
    authority: str
    reply: bytes
    received_at: datetime


def add_time_stamp(connection: Connection, stamp: TimeStamp) -> None:
    """Keeps it."""
    connection.execute(
        insert(time_stamps).values(
            log=stamp.log,
            size=stamp.size,
            authority=stamp.authority,
            reply=stamp.reply,
            received_at=stamp.received_at,
        )
    )


def time_stamps_of(connection: Connection, log: int, most_size: int) -> Iterator[TimeStamp]:
    """Those of the checkpoints of a log up to a size, the smallest first."""
    query = (
        select(time_stamps)
        .where(time_stamps.c.log == log, time_stamps.c.size <= most_size)
        .order_by(time_stamps.c.size, time_stamps.c.authority)
    )
    for row in connection.execute(query):
        yield TimeStamp(row.log, row.size, row.authority, bytes(row.reply), row.received_at)
