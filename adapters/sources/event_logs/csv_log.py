"""A log as CSV: a row an event, the rows of one case together."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO

from adapters.sources.event_logs.rows import Columns, Gathering, LogRefused, Quarantined
from adapters.sources.event_logs.streams import lines
from engine.conformance.traces import Trace
from engine.quoting import quoted


def read_csv_log(stream: BinaryIO, columns: Columns) -> Iterator[Trace | Quarantined]:
    """Each case in the order of the file. Raises `LogRefused`.

    Only one case is held at a time. A case whose rows do not stand together refuses the log: its
    first part has been told of as if it were the whole.
    """
    rows = csv.reader(lines(stream), strict=True)
    try:
        header = _header(next(rows, []), columns)
        yield from _cases(rows, header, columns)
    except csv.Error as problem:
        raise LogRefused(f"line {rows.line_num}: {problem}") from None


def _header(names: list[str], columns: Columns) -> list[str]:
    needed = [columns.case, columns.activity, columns.at]
    if columns.person:
        needed.append(columns.person)
    if columns.role:
        needed.append(columns.role)
    missing = [name for name in needed if name not in names]
    if missing:
        raise LogRefused(f"line 1: expected a column {quoted(missing[0])}, found none")
    if len(set(names)) < len(names):
        raise LogRefused("line 1: expected each column once, found one twice")
    return names


def _cases(
    rows: Iterator[list[str]], header: list[str], columns: Columns
) -> Iterator[Trace | Quarantined]:
    seen: set[str] = set()
    case: Gathering | None = None
    case_at = header.index(columns.case)
    for number, cells in enumerate(rows, start=2):
        if not any(cells):
            continue
        id = cells[case_at] if case_at < len(cells) else ""
        if case is None or case.id != id:
            if case is not None:
                yield case.done()
            if id in seen:
                message = f"expected the rows of case {quoted(id)} together; sort the file by case"
                raise LogRefused(f"row {number}: {message}")
            seen.add(id)
            case = Gathering(id, f"row {number}")
        if len(cells) != len(header):
            message = f"expected {len(header)} cells, found {len(cells)}"
            case.refuse(f"row {number}", "wrong_row", message)
            continue
        case.add(dict(zip(header, cells, strict=True)), columns, f"row {number}")
    if case is not None:
        yield case.done()
