"""Small CSV files that people hand over, read whole: bounded, and with a known header."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Final

from engine.errors import InputError, InputErrors
from engine.quoting import quoted

MOST_BYTES: Final = 16_000_000

Row = tuple[int, Mapping[str | None, object]]  # the line on which it ends, and its cells


def read_rows(data: bytes, columns: tuple[str, ...]) -> list[Row]:
    """The rows of a file in UTF-8 with these columns, in any order. Raises `InputErrors`."""
    if len(data) > MOST_BYTES:
        message = f"expected at most {MOST_BYTES:,} bytes, found {len(data):,}"
        raise InputErrors((InputError("too_large", "", message),))
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        rows: list[Row] = [(reader.line_num, row) for row in reader]
    except UnicodeDecodeError:
        raise InputErrors((InputError("invalid_encoding", "", "expected UTF-8"),)) from None
    except csv.Error as problem:
        raise InputErrors((InputError("invalid_csv", "", str(problem)),)) from None
    header = tuple(reader.fieldnames or ())
    if sorted(header) != sorted(columns):
        message = f"expected the columns {', '.join(columns)}, found {quoted(','.join(header))}"
        raise InputErrors((InputError("unknown_column", "line 1", message),))
    return rows
