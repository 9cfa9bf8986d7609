"""A table as CSV, a row a document: the same bounds as for logs, a row at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.sources.event_logs.rows import LONGEST_TEXT, LogRefused, Quarantined
from adapters.sources.event_logs.streams import lines, opened


def read_table(path: Path) -> Iterator[tuple[str, Mapping[str, str] | Quarantined]]:
    """Each row with its place. Raises `LogRefused`."""
    with opened(path) as stream:
        rows = csv.reader(lines(stream), strict=True)
        try:
            header = next(rows, [])
            if not header or not all(header) or len(set(header)) < len(header):
                raise LogRefused("line 1: expected a header that names each column once")
            for number, cells in enumerate(rows, start=2):
                if any(cells):
                    place = f"row {number}"
                    yield place, _row(place, header, cells)
        except LogRefused as problem:
            raise LogRefused(f"{path.name}: {problem}") from None
        except csv.Error as problem:
            raise LogRefused(f"{path.name}: line {rows.line_num}: {problem}") from None


def _row(place: str, header: list[str], cells: list[str]) -> Mapping[str, str] | Quarantined:
    if len(cells) != len(header):
        message = f"expected {len(header)} cells, found {len(cells)}"
        return Quarantined("", place, "wrong_row", message)
    if any(len(cell) > LONGEST_TEXT for cell in cells):
        message = f"expected at most {LONGEST_TEXT:,} characters in a cell, found more"
        return Quarantined("", place, "text_too_long", message)
    return dict(zip(header, cells, strict=True))
