"""A checkpoint: the tree over all records so far, signed under the name of the log.

INVARIANT: of one log nothing is ever signed that is not the continuation of what was signed before.
Whoever holds two checkpoints of it that do not fit has caught us.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.signing import SigningKeys
from adapters.store.checkpoints import (
    Log,
    Signed,
    add_checkpoint,
    begin_log,
    latest,
    lock_tree,
    log_of,
)
from adapters.store.opening import Store
from adapters.store.trail import end
from adapters.store.tree import grow, root_at
from engine.trail.notes import Checkpoint, note_text, text_of

BATCH: Final = 1_000  # records taken into the tree in one transaction: others write in between

Progress = Callable[[int, int], None]


class NotSigned(Exception):
    """No checkpoint was made. The message says why, and what to do.

    └── `TrailChanged`   what was signed before is no longer the beginning of the trail
    """


class TrailChanged(NotSigned):
    """The records that a checkpoint was signed over are not those that are there now."""


def make_checkpoint(
    store: Store,
    keys: SigningKeys,
    log_name: str,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> Signed:
    """The checkpoint over every record that is there, signed and kept; the one before where no
    record was added since.

    `now` is aware. Raises `NotSigned` where there is no record, and `TrailChanged`.
    """
    with store.reading() as connection:
        wanted = end(connection)
    if not wanted:
        raise NotSigned("there is no record yet; `countersign activate` writes the first")
    follow(store, wanted, progress)
    with store.transaction() as connection:
        lock_tree(connection)
        log = log_of(connection) or _first_log(connection, log_name, now)
        size = max(wanted, grow(connection, 0))
        before = latest(connection, log.number)
        root = root_at(connection, size)
        expect_continued(connection, before)
        if before is not None and before.size == size:
            return before
        text = text_of(Checkpoint(log.origin, size, root))
        signed = Signed(log.number, size, root, note_text(text, [keys.sign(log.origin, text)]), now)
        add_checkpoint(connection, signed)
        return signed


def follow(store: Store, wanted: int, progress: Progress = lambda done, total: None) -> None:
    """Takes the records up to this position into the tree, in several transactions."""
    size = 0
    while size < wanted:
        with store.transaction() as connection:
            lock_tree(connection)
            size = grow(connection, BATCH)
        progress(min(size, wanted), wanted)


def expect_continued(connection: Connection, before: Signed | None) -> None:
    """Raises `TrailChanged` where the tree does not begin with what was signed."""
    if before is None:
        return
    try:
        root = root_at(connection, before.size)
    except LookupError:
        root = b""
    if root != before.root:
        raise TrailChanged(
            f"the first {before.size} records are not those of the checkpoint that was signed"
            f" over them; run `countersign trail check`"
        )


def _first_log(connection: Connection, name: str, now: datetime) -> Log:
    """The log of this store: the name that was configured, and an id that no other has."""
    log = Log(1, f"{name}/{secrets.token_hex(4)}", 0, "", now)
    begin_log(connection, log)
    return log
