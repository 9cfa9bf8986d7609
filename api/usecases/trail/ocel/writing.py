"""A log written to a file, and on record that it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from adapters.store.opening import Store
from adapters.store.trail import Entry, append, end
from api.usecases.trail.ocel.as_csv import csv_chunks
from api.usecases.trail.ocel.as_json import json_chunks
from api.usecases.trail.ocel.as_parquet import write_cases, write_events
from api.usecases.trail.ocel.as_sqlite import write_sqlite
from api.usecases.trail.ocel.as_xlsx import write_xlsx
from api.usecases.trail.ocel.reading import Log
from engine.cases.identities import Identities

CHUNK = 2**20
Progress = Callable[[int, int], None]


class Format(StrEnum):
    """What is written: OCEL 2.0 as JSON or as a database, a row for each event of a case, or a row
    for each case with what it is worth."""

    OCEL_JSON = "ocel-json"
    OCEL_SQLITE = "ocel-sqlite"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    PARQUET_CASES = "parquet-cases"


@dataclass(frozen=True, slots=True)
class Written:
    """How many events were written, and the digest of the file."""

    event_count: int
    digest: str


def write_log(
    store: Store,
    format: Format,
    path: Path,
    who: Identities,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> Written:
    """Writes every record as an event, as of one moment; `now` is aware.

    Raises `OSError` where the file cannot be written, `TooManyRows` and `NotExact` where it cannot
    hold the log, and `ImportError` where what writes it is not installed: then there is none, and
    no record of it.
    """
    beside = path.with_name(path.name + ".part")
    beside.unlink(missing_ok=True)
    try:
        with store.snapshot() as connection:
            size = end(connection)
            log = Log(connection, size, progress)
            beside.open("xb").close()  # an `OSError` rather than one of a library
            match format:
                case Format.OCEL_SQLITE:
                    write_sqlite(log, beside)
                case Format.OCEL_JSON:
                    _write(beside, json_chunks(log))
                case Format.CSV:
                    _write(beside, csv_chunks(log))
                case Format.XLSX:
                    write_xlsx(log, beside)
                case Format.PARQUET:
                    write_events(log, beside)
                case Format.PARQUET_CASES:
                    write_cases(connection, size, beside)
        digest = _digest(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    body = {
        "manifest_digest": digest,
        "selection": {"by": "events", "format": str(format)},
        "positions": {"first": 1, "last": size, "count": size, "is_contiguous": True},
        "who": who.plain(),
    }
    with store.transaction() as connection:
        append(connection, [Entry("exported", None, now, body)])
    return Written(size, digest)


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    with path.open("wb") as opened:
        opened.writelines(chunks)


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            found.update(chunk)
    return f"sha256:{found.hexdigest()}"
