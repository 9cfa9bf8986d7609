"""What was signed of the trail, and under the name of which log. Only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, text

from adapters.store.tables import checkpoints, logs
from engine.trail.tree import Hash


@dataclass(frozen=True, slots=True)
class Log:
    """A log by its name. The records up to `from_size` were there when it began."""

    number: int
    origin: str
    from_size: int
    because: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint of a log (by number) as it was signed."""

    log: int
    size: int
    root: Hash
    note: str
    made_at: datetime


def lock_tree(connection: Connection) -> None:
    """Until the transaction ends, nobody else grows the tree or signs a checkpoint.

    SQLite has one writer and needs none.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(7210002)"))


def log_of(connection: Connection) -> Log | None:
    """The log that goes on; `None` where none has begun."""
    row = connection.execute(select(logs).order_by(logs.c.number.desc()).limit(1)).first()
    return None if row is None else Log(*row)


def every_log(connection: Connection) -> Sequence[Log]:
    """All logs, the first one first."""
    return [Log(*row) for row in connection.execute(select(logs).order_by(logs.c.number))]


def begin_log(connection: Connection, log: Log) -> None:
    """One more log, which goes on from now on."""
    connection.execute(
        insert(logs).values(
            number=log.number,
            origin=log.origin,
            from_size=log.from_size,
            because=log.because,
            began_at=log.began_at,
        )
    )


def add_checkpoint(connection: Connection, signed: Signed) -> None:
    """Keeps what was signed."""
    connection.execute(
        insert(checkpoints).values(
            log=signed.log,
            size=signed.size,
            root=signed.root,
            note=signed.note,
            made_at=signed.made_at,
        )
    )


def latest(connection: Connection, log: int) -> Signed | None:
    """The last checkpoint of a log."""
    query = select(checkpoints).where(checkpoints.c.log == log)
    row = connection.execute(query.order_by(checkpoints.c.size.desc()).limit(1)).first()
    return None if row is None else _signed(row)


def all_of(connection: Connection, log: int) -> Sequence[Signed]:
    """The checkpoints of a log, the smallest first."""
    query = select(checkpoints).where(checkpoints.c.log == log).order_by(checkpoints.c.size)
    return [_signed(row) for row in connection.execute(query)]


def _signed(row: object) -> Signed:
    return Signed(row.log, row.size, bytes(row.root), row.note, row.made_at)  # type: ignore[attr-defined]
