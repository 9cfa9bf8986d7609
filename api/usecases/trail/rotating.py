"""Another key signs from now on, and the key before it says so itself.

The record of it and the checkpoint over it are made in one transaction. The checkpoint ends with
that record and is signed by both keys: whoever has the old one can follow to the new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from adapters.signing import SigningKeys
from adapters.store.checkpoints import (
    Log,
    Signed,
    add_checkpoint,
    all_of,
    latest,
    lock_tree,
    log_of,
)
from adapters.store.opening import Store
from adapters.store.tables import trail
from adapters.store.trail import Entry, Record, append, end, records
from adapters.store.tree import grow, root_at
from api.usecases.trail.checkpointing import (
    BATCH,
    NotSigned,
    expect_continued,
    follow,
    going_on,
)
from engine.cases.identities import Identities
from engine.trail.notes import Checkpoint, Key, key_text, note_of, note_text, text_of
from engine.verifying.rotating import ROTATED

NO_LOG: Final = "no log has begun; the first checkpoint is signed by the first key"


@dataclass(frozen=True, slots=True)
class Rotated:
    """A rotation: its record, and the checkpoint that both keys signed."""

    record: Record
    signed: Signed


def rotate(
    store: Store,
    keys: SigningKeys,
    because: str,
    who: Identities,
    now: datetime,
    published: Sequence[Checkpoint] = (),
) -> Signed:
    """The first of the keys takes over from the one that signed last, which is among the others.

    Raises `NotSigned` where there is nothing to take over, or the key before is not there, and
    `TrailChanged`.
    """
    with store.reading() as connection:
        there = end(connection)
    follow(store, there)
    with store.transaction() as connection:
        lock_tree(connection)
        log = log_of(connection)
        before = None if log is None else latest(connection, log.number)
        if log is None or before is None:
            raise NotSigned(NO_LOG)
        expect_continued(connection, log.origin, before, published)
        old = _taken_over(before, keys, log.origin)
        new = keys.public(log.origin)[0]
        body = {
            "log": log.origin,
            "from": key_text(old),
            "to": key_text(new),
            "because": because,
            "who": who.plain(),
        }
        size = append(connection, [Entry(ROTATED, None, now, body)])
        return _signed_by_both(connection, keys, old, log, size, now)


def _signed_by_both(
    connection: Connection, keys: SigningKeys, old: Key, log: Log, size: int, now: datetime
) -> Signed:
    """The checkpoint over everything up to the record, the new key's signature first."""
    while grow(connection, BATCH) < size:
        pass
    root = root_at(connection, size)
    text = text_of(Checkpoint(log.origin, size, root))
    both = [keys.sign(log.origin, text), keys.sign(log.origin, text, old)]
    signed = Signed(log.number, size, root, note_text(text, both), now)
    add_checkpoint(connection, signed)
    return signed


def _taken_over(before: Signed, keys: SigningKeys, origin: str) -> Key:
    """The key that goes on now, which has to be among those that no longer sign."""
    first, *others = keys.public(origin)
    current = going_on(before)
    if current == first.id:
        raise NotSigned("the first signing key signs already; state the new one before it")
    for key in others:
        if key.id == current:
            return key
    raise NotSigned(
        "the key that signed last is not among COUNTERSIGN_SIGNING_KEYS, and nothing vouches for"
        " another; where it is lost, `countersign trail fork` begins another log"
    )


def rotations(connection: Connection, signed: Signed) -> Iterator[Rotated]:
    """The rotations of the log of a checkpoint that are among its records, the first one first."""
    query = (
        select(trail.c.position)
        .where(trail.c.kind == ROTATED, trail.c.position <= signed.size)
        .order_by(trail.c.position)
    )
    kept = all_of(connection, signed.log)
    by_size = {each.size: each for each in kept if len(note_of(each.note).signatures) > 1}
    for position in connection.execute(query).scalars().all():
        [record] = records(connection, position - 1, 1)
        if position in by_size:
            yield Rotated(record, by_size[position])
