"""A checkpoint gets to those who keep it outside, and it is on record that it did."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from adapters.publishing import NotPublished, Place
from adapters.signing import SigningKeys
from adapters.store.checkpoints import Signed, latest, lock_tree, log_of
from adapters.store.opening import Store
from adapters.store.tables import trail
from adapters.store.time_stamps import TimeStamp, add_time_stamp
from adapters.store.trail import Entry, append, end
from api.usecases.trail.checkpointing import (
    PUBLISHED,
    Progress,
    TrailChanged,
    expect_continued,
    follow,
    make_checkpoint,
)
from engine.recording import moment_text
from engine.trail.notes import Checkpoint, checkpoint_of, note_of
from engine.trail.stamps import stamp_of

log: Final = logging.getLogger(__name__)


def sign_and_publish(
    store: Store,
    keys: SigningKeys,
    log_name: str,
    places: Sequence[Place],
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> tuple[Signed, dict[str, str]]:
    """A checkpoint over every record there is, signed and sent to every place; what went wrong
    there, by place. Raises `NotSigned` and `TrailChanged`."""
    signed = make_checkpoint(
        store, keys, log_name, now, read_back(store, places, log_name), progress
    )
    return signed, publish(store, signed, places, now)


def read_back(store: Store, places: Sequence[Place], log_name: str) -> list[Checkpoint]:
    """The largest checkpoint of our log from each place that keeps them readable.

    Raises `TrailChanged` where a place cannot be read: nobody knows then what we would contradict.
    So it does where a log of the configured name was published and the store has none.
    """
    with store.reading() as connection:
        known = log_of(connection)
    if known is not None:
        return _latest(places, known.origin)
    lost = _latest(places, log_name)
    if lost:
        sizes = max(each.size for each in lost)
        raise TrailChanged(
            f"checkpoints of the log `{lost[0].origin}` were published, over {sizes} records, and"
            " this store never signed one: an older database was restored, or the place is another"
            " store's; run `countersign trail fork`"
        )
    return []


def published_without_us(
    store: Store, places: Sequence[Place], log_name: str
) -> Sequence[Checkpoint]:
    """What was published under the configured name, where the store has no log; for whoever begins
    one all the same. Raises `TrailChanged` where a place cannot be read."""
    with store.reading() as connection:
        known = log_of(connection)
    return _latest(places, log_name) if known is None else ()


def _latest(places: Sequence[Place], origin: str) -> list[Checkpoint]:
    try:
        found = [place.latest(origin) for place in places]
    except NotPublished as problem:
        raise TrailChanged(str(problem)) from None
    return [each for each in found if each is not None]


def expect_not_restored(store: Store, places: Sequence[Place], log_name: str) -> None:
    """Raises `TrailChanged` where the store is older than what was published of it.

    Asked before a service begins to work: what it wrote would contradict what others hold.
    """
    published = read_back(store, places, log_name)
    if not published:
        return
    with store.reading() as connection:
        known, there = log_of(connection), end(connection)
    if known is None:
        return
    follow(store, min(there, max(each.size for each in published)))
    with store.reading() as connection:
        expect_continued(connection, known.origin, latest(connection, known.number), published)


def publish(store: Store, signed: Signed, places: Sequence[Place], now: datetime) -> dict[str, str]:
    """Sends the checkpoint to every place that has not got it yet, keeps the time stamps that come
    back, and puts on record which place has it.

    What went wrong at others, by place; they are tried again with the next checkpoint.
    """
    wrong: dict[str, str] = {}
    done: dict[str, bytes] = {}
    with store.reading() as connection:
        known = _who_has(connection, signed)
    for place in places:
        if place.name in known:
            continue
        try:
            done[place.name] = place.publish(signed.note)
        except NotPublished as problem:
            wrong[place.name] = str(problem)
            log.warning("a checkpoint was not published", extra={"kind": place.name})
    if done:
        _keep(store, signed, done, now)
    return wrong


def _keep(store: Store, signed: Signed, done: Mapping[str, bytes], now: datetime) -> None:
    """Records which places have it, by what came back from each; another node may have done so."""
    with store.transaction() as connection:
        lock_tree(connection)
        known = _who_has(connection, signed)
        new = {name: reply for name, reply in done.items() if name not in known}
        for name, reply in new.items():
            if reply:
                stamp = TimeStamp(signed.log, signed.size, name, reply, now)
                add_time_stamp(connection, stamp)
        if new:
            append(connection, [_entry(signed, *each, now) for each in new.items()])


def _entry(signed: Signed, place: str, reply: bytes, now: datetime) -> Entry:
    """That a place has the checkpoint; of a time stamp, which one and the moment that it states."""
    head = checkpoint_of(note_of(signed.note).text)
    body: dict[str, object] = {"log": head.origin, "size": head.size, "where": place}
    if reply:
        body["stamp_digest"] = f"sha256:{hashlib.sha256(reply).hexdigest()}"
        body["stamped_at"] = moment_text(stamp_of(reply).at)
    return Entry(PUBLISHED, None, now, body)


def _who_has(connection: Connection, signed: Signed) -> set[str]:
    """The places of which a record after the checkpoint says that they have it."""
    head = checkpoint_of(note_of(signed.note).text)
    query = select(trail.c.body).where(trail.c.position > signed.size, trail.c.kind == PUBLISHED)
    found = [json.loads(row.body) for row in connection.execute(query)]
    about = (head.origin, head.size)
    return {str(each["where"]) for each in found if (each["log"], each["size"]) == about}
