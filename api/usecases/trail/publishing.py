"""A checkpoint gets to those who keep it outside, and it is on record that it did."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from adapters.publishing import NotPublished, Place
from adapters.signing import SigningKeys
from adapters.store.checkpoints import Signed, latest, log_of
from adapters.store.opening import Store
from adapters.store.tables import trail
from adapters.store.trail import Entry, append, end
from api.usecases.trail.checkpointing import (
    PUBLISHED,
    Progress,
    TrailChanged,
    expect_continued,
    follow,
    make_checkpoint,
)
from engine.trail.notes import Checkpoint, checkpoint_of, note_of

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
    signed = make_checkpoint(store, keys, log_name, now, read_back(store, places), progress)
    return signed, publish(store, signed, places, now)


def read_back(store: Store, places: Sequence[Place]) -> list[Checkpoint]:
    """The largest checkpoint of our log from each place that keeps them readable.

    Raises `TrailChanged` where a place cannot be read: nobody knows then what we would contradict.
    """
    with store.reading() as connection:
        known = log_of(connection)
    if known is None:
        return []
    try:
        found = [place.latest(known.origin) for place in places]
    except NotPublished as problem:
        raise TrailChanged(str(problem)) from None
    return [each for each in found if each is not None]


def expect_not_restored(store: Store, places: Sequence[Place]) -> None:
    """Raises `TrailChanged` where the store is older than what was published of it.

    Asked before a service begins to work: what it wrote would contradict what others hold.
    """
    published = read_back(store, places)
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
    """Sends the checkpoint to every place that has not got it yet, and puts on record which has.

    What went wrong at others, by place; they are tried again with the next checkpoint.
    """
    wrong: dict[str, str] = {}
    done: list[Entry] = []
    head = checkpoint_of(note_of(signed.note).text)
    for place in places:
        body: dict[str, object] = {"log": head.origin, "size": head.size, "where": place.name}
        if _is_on_record(store, signed, body):
            continue
        try:
            place.publish(signed.note)
        except NotPublished as problem:
            wrong[place.name] = str(problem)
            log.warning("a checkpoint was not published", extra={"kind": place.name})
        else:
            done.append(Entry(PUBLISHED, None, now, body))
    if done:
        with store.transaction() as connection:
            append(connection, done)
    return wrong


def _is_on_record(store: Store, signed: Signed, body: dict[str, object]) -> bool:
    """Whether a record after the checkpoint says that the place has it."""
    query = select(trail.c.body).where(trail.c.position > signed.size, trail.c.kind == PUBLISHED)
    with store.reading() as connection:
        found = [json.loads(row.body) for row in connection.execute(query)]
    return any(all(each[name] == value for name, value in body.items()) for each in found)
