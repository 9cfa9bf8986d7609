"""A log of either format, by its name: `.csv` or `.xes`, packed by gzip or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.sources.event_logs.csv_log import read_csv_log
from adapters.sources.event_logs.rows import Columns, LogRefused, Quarantined
from adapters.sources.event_logs.streams import opened
from adapters.sources.event_logs.xes_log import read_xes_log
from engine.conformance.traces import Trace


def read_log(path: Path, columns: Columns) -> Iterator[Trace | Quarantined]:
    """Each case of the log, one at a time. Raises `LogRefused`."""
    kind = path.name.removesuffix(".gz").rpartition(".")[2]
    if kind not in ("csv", "xes"):
        raise LogRefused(f"{path.name}: expected a name that ends in .csv, .xes, or either and .gz")
    with opened(path) as stream:
        found = (read_csv_log if kind == "csv" else read_xes_log)(stream, columns)
        try:
            yield from found
        except LogRefused as problem:
            raise LogRefused(f"{path.name}: {problem}") from None
