"""The log, and the cases beside it, as Parquet for analytics: typed columns, exact amounts.

Rows go to a file of JSON lines first, which polars turns into row groups as it reads it: what is
held at a time does not grow with the log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from api.usecases.trail.exporting.population import cases_of
from api.usecases.trail.ocel.as_csv import COLUMNS as EVENT_COLUMNS
from api.usecases.trail.ocel.as_csv import row_of
from api.usecases.trail.ocel.reading import Log
from engine.verifying.counting import COLUMNS as CASE_COLUMNS

if TYPE_CHECKING:
    import polars

ROWS: Final = 50_000  # of a row group
DIGITS: Final = 38  # of an amount, `DECIMALS` of them behind the point: as many as ISO 4217 needs
DECIMALS: Final = 4
_NUMBERS: Final = frozenset({"position", "version"})
_MOMENTS: Final = frozenset({"time", "received_at"})
_AMOUNT: Final = re.compile(
    rf"-?[0-9]{{1,{DIGITS - DECIMALS}}}(\.[0-9]{{1,{DECIMALS}}})?", re.ASCII
)


class NotExact(Exception):
    """An amount has no place in the column: it would be cut. The message names the case."""


def write_events(log: Log, path: Path) -> None:
    """A row for each event of a case. Raises `OSError`, and `ImportError` without polars."""
    _write(({**row_of(event)} for event in log.events_by_case()), EVENT_COLUMNS, path)


def write_cases(connection: Connection, size: int, path: Path) -> None:
    """A row for each case with what it is worth, of the first `size` records.

    Raises `NotExact`, `OSError`, and `ImportError` without polars.
    """
    _write(_cases(connection, size), CASE_COLUMNS, path)


def _cases(connection: Connection, size: int) -> Iterator[Mapping[str, object]]:
    for each in cases_of(connection, [], size):
        amount = each.cells["amount"]
        if amount and not _AMOUNT.fullmatch(amount):
            raise NotExact(f"{each.number}: `{amount}` does not fit into {DECIMALS} decimals")
        yield each.cells


def _write(rows: Iterable[Mapping[str, object]], columns: Iterable[str], path: Path) -> None:
    import polars as pl

    lines = path.with_name(path.name + ".rows")
    names = [*columns]
    numbers = {name: pl.Int64() if name in _NUMBERS else pl.String() for name in names}
    try:
        with lines.open("w", encoding="utf-8") as opened:
            for row in rows:
                opened.write(
                    json.dumps({name: _cell(name, row.get(name)) for name in names}) + "\n"
                )
        read = pl.scan_ndjson(lines, schema=numbers)
        read.with_columns(_typed(names)).sink_parquet(path, row_group_size=ROWS)
    finally:
        lines.unlink(missing_ok=True)


def _cell(name: str, value: object) -> object:
    """Nothing for what is empty."""
    text = "" if value is None else str(value)
    if not text:
        return None
    return int(text) if name in _NUMBERS else text


def _typed(names: Iterable[str]) -> list[polars.Expr]:
    import polars as pl

    found = []
    for name in names:
        if name in _MOMENTS:
            stripped = pl.col(name).str.replace(r"(Z|\+00:00)$", "")
            moment = stripped.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
            found.append(moment.dt.replace_time_zone("UTC").alias(name))
        elif name == "amount":
            found.append(pl.col(name).cast(pl.Decimal(DIGITS, DECIMALS)))
    return found
