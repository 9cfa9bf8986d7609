"""A checkpoint: the tree over all records so far, signed under the name of the log.

INVARIANT: of one log nothing is ever signed that is not the continuation of what was signed before.
Whoever holds two checkpoints of it that do not fit has caught us.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, exists, select

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
from adapters.store.tables import trail
from adapters.store.trail import Entry, append, end
from adapters.store.tree import grow, root_at, size_of
from engine.cases.identities import Identities
from engine.trail.notes import Checkpoint, note_of, note_text, text_of

PUBLISHED: Final = "checkpoint_published"  # the kind of a record
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
    published: Sequence[Checkpoint] = (),
    progress: Progress = lambda done, total: None,
) -> Signed:
    """The checkpoint over every record that is there, signed and kept; the one before where no
    record was added since, beside those that say where it was published.

    `now` is aware; `published` are checkpoints that were read back from outside. Raises `NotSigned`
    where there is no record, and `TrailChanged`.
    """
    with store.reading() as connection:
        wanted = end(connection)
    if not wanted:
        raise NotSigned("there is no record yet; `countersign activate` writes the first")
    follow(store, wanted, progress)
    with store.transaction() as connection:
        lock_tree(connection)
        log = log_of(connection) or _first_log(connection, log_name, now)
        size = size_of(connection)
        before = latest(connection, log.number)
        root = root_at(connection, size)
        expect_continued(connection, log.origin, before, published)
        _expect_same_key(before, keys, log.origin)
        if before is not None and not _is_more(connection, before.size):
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


def expect_continued(
    connection: Connection,
    origin: str,
    before: Signed | None,
    published: Sequence[Checkpoint],
) -> None:
    """Raises `TrailChanged` where the tree does not begin with what was signed or published under
    this name: a record was changed, or an older database was restored."""
    heads = [(each.size, each.root) for each in published if each.origin == origin]
    if before is not None:
        heads.append((before.size, before.root))
    for size, signed in heads:
        try:
            root = root_at(connection, size)
        except LookupError:
            raise TrailChanged(
                f"a checkpoint was published over {size} records, found {size_of(connection)}: an"
                " older database was restored; run `countersign trail fork`"
            ) from None
        if root != signed:
            raise TrailChanged(
                f"the first {size} records are not those of the checkpoint that was signed over"
                " them; run `countersign trail check`, and then `countersign trail fork`"
            )


def going_on(signed: Signed) -> bytes:
    """The id of the key that signs what follows: where two signed, the new one stands first."""
    return note_of(signed.note).signatures[0].id


def _expect_same_key(before: Signed | None, keys: SigningKeys, origin: str) -> None:
    """Raises `NotSigned` where another key would sign, and the one before has not said so."""
    if before is not None and going_on(before) != keys.public(origin)[0].id:
        raise NotSigned(
            "another key signed the checkpoint before; state the new key first and that one behind"
            " it, and run `countersign trail rotate`"
        )


def begin_anew(
    store: Store,
    because: str,
    who: Identities,
    now: datetime,
    log_name: str,
    published: Sequence[Checkpoint] = (),
) -> Log:
    """Another log, under another name, for the records that are there now and those to come.

    What was signed under the name before stays as it is, and nothing more is signed under it. Its
    first record says why. `published` is what others hold where the store is from before its log
    began. Raises `NotSigned` where no log has begun, and none was published.
    """
    with store.transaction() as connection:
        lock_tree(connection)
        before = log_of(connection)
        if before is None and not published:
            raise NotSigned("no log has begun; `countersign trail checkpoint` begins the first")
        last = None if before is None else latest(connection, before.number)
        number = 1 if before is None else before.number + 1
        log = Log(number, _origin(log_name), end(connection), because, now)
        begin_log(connection, log)
        body = {
            "log": log.origin,
            "before": published[0].origin if before is None else before.origin,
            "signed_before": last.note if last is not None else "",
            "because": because,
            "who": who.plain(),
        }
        append(connection, [Entry("log_begun", None, now, body)])
        return log


def _is_more(connection: Connection, size: int) -> bool:
    """Whether anything was recorded since, apart from where the checkpoint was published."""
    query = select(exists().where(trail.c.position > size, trail.c.kind != PUBLISHED))
    return bool(connection.execute(query).scalar())


def _origin(name: str) -> str:
    """The name that was configured, and an id that no other log has."""
    return f"{name}/{secrets.token_hex(4)}"


def _first_log(connection: Connection, name: str, now: datetime) -> Log:
    log = Log(1, _origin(name), 0, "", now)
    begin_log(connection, log)
    return log
