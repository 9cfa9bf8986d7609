"""A file of the past is loaded: rows that are history are kept, the others are told about.

The file is read to its end before anything is kept, so that one which cannot be read changes
nothing. Loaded again, what is known changes nothing, and what was cut short is completed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.sources.event_logs import LogRefused
from adapters.store.trail import Entry, append
from api.usecases.casework.importing import (
    Done,
    HistoryRow,
    Imported,
    Load,
    NotImported,
    import_all,
)
from api.usecases.casework.resources import Plain, Resources
from api.usecases.history.mapping import HistoryMapping
from api.usecases.history.rows import Found, history_rows
from engine.cases.identities import Identities
from engine.money import Money
from engine.recording import moment_text

BATCH: Final = 200
MOST_LISTED: Final = 1_000
_CHUNK: Final = 1 << 20

Progress = Callable[[int, int], None]


class LoadRefused(Exception):
    """Nothing was loaded, or nothing more; the message says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be loaded, by whom and why. `mapping_digest` names the file of the mapping."""

    path: Path
    mapping: HistoryMapping
    mapping_digest: str
    who: Identities
    because: str
    is_kept: bool = True


@dataclass(slots=True)
class HistoryLoad:
    """What became of the rows. `totals` are counts and sums (minor units) by type and currency.

    `left_out` are the first `MOST_LISTED` of `left_out_count`; `nobody` are names of people whom
    the master data do not know, the first of them.
    """

    digest: str
    new_count: int = 0
    known_count: int = 0
    skipped_count: int = 0
    left_out_count: int = 0
    left_out: list[NotImported] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    nobody: set[str] = field(default_factory=set)

    def add(self, done: Done) -> None:
        """What became of one more row."""
        if isinstance(done, NotImported):
            self.left_out_count += 1
            if len(self.left_out) < MOST_LISTED:
                self.left_out.append(done)
            return
        self.new_count += done.is_new
        self.known_count += not done.is_new
        self._count(done)
        if len(self.nobody) < MOST_LISTED:
            self.nobody |= done.nobody

    def _count(self, done: Imported) -> None:
        key = done.type, done.net.currency if done.net is not None else ""
        self.counts[key] += 1
        self.totals[key] += done.net.minor if done.net is not None else 0


def load_history(
    resources: Resources, wanted: Wanted, now: datetime, progress: Progress = lambda done, of: None
) -> HistoryLoad:
    """Loads a file; `progress` is told how many rows of how many are done.

    Raises `LogRefused`, with nothing loaded; `LoadRefused`, whose message says what is loaded;
    `NothingInForce`, `ContentsUnusable` and `OthersWereFaster`, after which the same load may be
    done again.
    """
    if wanted.mapping.before > now:
        raise LoadRefused(f"expected `before` to have passed, it is {moment_text(now)} here")
    digest = digest_of_file(wanted.path)
    total = sum(1 for _ in history_rows(wanted.path, wanted.mapping))
    done = HistoryLoad(digest)
    load = Load(wanted.mapping.source, digest, wanted.mapping.before, wanted.who, now)
    count = 0
    for batch in _batches(history_rows(wanted.path, wanted.mapping), done):
        for each in import_all(resources, batch, load, is_kept=wanted.is_kept):
            done.add(each)
        count = done.new_count + done.known_count + done.skipped_count + done.left_out_count
        progress(count, total)
    is_unchanged = digest_of_file(wanted.path) == digest
    if wanted.is_kept:
        with resources.store.transaction() as connection:
            append(connection, [_entry(wanted, load, done, is_unchanged=is_unchanged)])
    if not is_unchanged:
        what = "what was read is loaded, and recorded so" if wanted.is_kept else "nothing is kept"
        raise LoadRefused(f"{wanted.path.name}: expected it not to change meanwhile; {what}")
    return done


def _batches(rows: Iterator[Found], done: HistoryLoad) -> Iterator[Sequence[HistoryRow]]:
    """Rows to be kept together. Each document once: a second one is left out."""
    seen: set[bytes] = set()
    batch: list[HistoryRow] = []
    for row in rows:
        if row is None:
            done.skipped_count += 1
        elif isinstance(row, NotImported):
            done.add(row)
        elif (name := _name_of(row)) in seen:
            message = "expected each document once in a file, found it twice"
            done.add(NotImported(row, "stated_twice", "id", message))
        else:
            seen.add(name)
            batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _name_of(row: HistoryRow) -> bytes:
    """Short for type and id, so that a large file takes little memory."""
    name = repr((row.raw.get("type"), row.raw.get("id")))
    return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16).digest()


def digest_of_file(path: Path) -> str:
    """What names the content of a file. Raises `LogRefused`."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_CHUNK):
                found.update(piece)
    except OSError as problem:
        why = (problem.strerror or "unreadable").lower()
        raise LogRefused(f"{path.name}: cannot be read: {why}") from None
    return f"sha256:{found.hexdigest()}"


def _entry(wanted: Wanted, load: Load, done: HistoryLoad, *, is_unchanged: bool) -> Entry:
    body: Plain = {
        "file": wanted.path.name,
        "load": load.digest,
        "is_unchanged": is_unchanged,
        "mapping": wanted.mapping_digest,
        "source": load.source,
        "before": moment_text(load.before),
        **counts_plain(done),
        "who": load.who.plain(),
        "because": wanted.because,
    }
    return Entry("history_loaded", None, load.now, body)


def counts_plain(done: HistoryLoad) -> Plain:
    """Counts and control totals, as JSON values."""
    return {
        "new": done.new_count,
        "known": done.known_count,
        "skipped": done.skipped_count,
        "left_out": done.left_out_count,
        "totals": [
            {
                "type": type_,
                "currency": currency,
                "documents": count,
                "net": str(Money(done.totals[type_, currency], currency)) if currency else "",
            }
            for (type_, currency), count in sorted(done.counts.items())
        ],
    }
