"""The trail: every decision and action is a record, and a record is never changed.

A record is canonical bytes (`engine/canonical.py`), their SHA-256 and a position. Positions count
from 1 without a gap. They are taken last in a transaction, since from then on every other writer
waits; the position is not inside the bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, select, update

from adapters.store.many import Rows, insert_rows
from adapters.store.tables import cases, trail, trail_end
from adapters.store.texts import add_texts, committed
from engine.canonical import canonical_object
from engine.recording import moment_text


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it is kept. `case_id` is `None` where it concerns no case."""

    position: int
    digest: str
    kind: str
    case_id: int | None
    at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to be added. `body` are plain canonical values, or `Written` ones.

    `written` is what somebody wrote by hand, by its place in the body (`comment`): there the record
    gets a commitment, and the text is kept beside it.
    """

    kind: str
    case_id: int | None
    at: datetime
    body: Mapping[str, object]
    written: Mapping[str, str] = field(default_factory=dict)


_TAKE = (
    update(trail_end)
    .where(trail_end.c.id == 1)
    .values(position=trail_end.c.position + bindparam("count"))
    .returning(trail_end.c.position)
)


def append(connection: Connection, entries: Sequence[Entry]) -> int:
    """Adds the records in order and returns the position of the last. The last thing to be locked.

    Raises `ValueError` or `TypeError` for a body that has no canonical form.
    """
    held = [committed(entry.body, entry.written) for entry in entries]
    bodies = [
        canonical_object({"kind": entry.kind, "at": moment_text(entry.at), **body})
        for entry, (body, _) in zip(entries, held, strict=True)
    ]
    last: int = connection.execute(_TAKE, {"count": len(entries)}).scalar_one()
    rows = [
        {
            "position": last - len(entries) + offset,
            "digest": digest_of(body),
            "kind": entry.kind,
            "case_id": entry.case_id,
            "at": entry.at,
            "body": body,
        }
        for offset, (entry, body) in enumerate(zip(entries, bodies, strict=True), start=1)
    ]
    insert_rows(connection, Rows(trail, rows))
    first = last - len(entries) + 1
    opened = [
        (position, entry.case_id, opening)
        for position, (entry, (_, openings)) in enumerate(zip(entries, held, strict=True), first)
        for opening in openings
    ]
    if opened:
        add_texts(connection, opened)
    return last


def records(connection: Connection, after: int = 0, most: int = 1000) -> Sequence[Record]:
    """At most so many records after a position, in order."""
    found = connection.execute(
        select(trail).where(trail.c.position > after).order_by(trail.c.position).limit(most)
    )
    return [_record(row) for row in found]


def records_of(connection: Connection, case_id: int) -> Sequence[Record]:
    """Every record of a case, in order."""
    found = connection.execute(
        select(trail).where(trail.c.case_id == case_id).order_by(trail.c.position)
    )
    return [_record(row) for row in found]


def first_records(
    connection: Connection, case_ids: Sequence[int]
) -> Mapping[int, Mapping[str, object]]:
    """The bodies of the first records of cases, by case."""
    firsts = (
        select(func.min(trail.c.position))
        .where(trail.c.case_id.in_(case_ids))
        .group_by(trail.c.case_id)
    )
    query = select(trail).where(trail.c.position.in_(firsts))
    found = connection.execute(query) if case_ids else ()
    return {row.case_id: json.loads(row.body) for row in found}


def last_of(connection: Connection, kind: str) -> Record | None:
    """The last record of a kind; `None` for none."""
    query = select(trail).where(trail.c.kind == kind).order_by(trail.c.position.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _record(row)


def hold_end(connection: Connection) -> None:
    """Until the transaction ends nobody else adds a record. The last thing to be locked."""
    connection.execute(select(trail_end.c.position).with_for_update())


def end(connection: Connection) -> int:
    """The position of the last record; 0 for none."""
    return int(connection.execute(select(trail_end.c.position)).scalar_one())


def every_record(connection: Connection, batch: int = 1000) -> Iterator[Record]:
    """All records in order, so many at a time."""
    after = 0
    while found := records(connection, after, batch):
        yield from found
        after = found[-1].position


def without_case(connection: Connection) -> Sequence[tuple[int, int]]:
    """Cases that records name and that are not kept, each with the position of its first record."""
    query = (
        select(trail.c.case_id, func.min(trail.c.position))
        .where(trail.c.case_id.is_not(None), ~exists().where(cases.c.id == trail.c.case_id))
        .group_by(trail.c.case_id)
        .order_by(trail.c.case_id)
    )
    return [(case_id, position) for case_id, position in connection.execute(query)]


def digest_of(body: bytes) -> str:
    """The name of a record's content."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def _record(row: object) -> Record:
    return Record(row.position, row.digest, row.kind, row.case_id, row.at, bytes(row.body))  # type: ignore[attr-defined]
