"""The bytes of an XLSX file as plain cells; bounded, since a file may come from anywhere.

Formulas are never worked out, links never followed, macros never looked at. What stands in a cell
and is neither text, number, yes or no, nor a day is kept as the reason why it cannot be read: it
matters only where the cell does.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from numbers import Real
from typing import Final

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as XlsxCell
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from rules.analysis.spreadsheet.cells import Cell
from rules.analysis.spreadsheet.problems import SheetRefused, refused

BYTES_MAX: Final = 10_000_000
UNPACKED_MAX: Final = 80_000_000
PARTS_MAX: Final = 2_000
TABS_MAX: Final = 300
ROWS_MAX: Final = 10_000
COLUMNS_MAX: Final = 200
CELLS_MAX: Final = 400_000
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_DAMAGED: Final = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, EOFError, RuntimeError),
    *(ValueError, NotImplementedError, struct.error, UserWarning),
)


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that holds something else than a value, and what."""

    why: str


Found = Cell | Unread


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet of a file: its cells by row and column, from 1, without the empty ones."""

    title: str
    cells: Mapping[tuple[int, int], Found]
    merged: tuple[str, ...] = ()

    def place(self, row: int, column: int) -> str:
        """How a person names a cell: `us-spending!F9`."""
        return f"{self.title}!{get_column_letter(column)}{row}"


def open_tabs(name: str, data: bytes) -> dict[str, Tab]:
    """The sheets of a file by their titles. Raises `SheetRefused`; `name` stands in the message."""
    plain = _unpacked(name, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # parts that are not read, such as pictures
            book = load_workbook(io.BytesIO(plain), data_only=False, keep_links=False)
    except SheetRefused:
        raise
    except Exception as problem:  # whatever a damaged file makes the library stumble over
        raise refused(name, f"it cannot be read as a spreadsheet: {_said(problem)}") from None
    return _tabs(name, book)


def _tabs(name: str, book: Workbook) -> dict[str, Tab]:
    if len(book.worksheets) > TABS_MAX:
        raise refused(name, f"expected at most {TABS_MAX} sheets, found {len(book.worksheets)}")
    return {sheet.title: _tab(sheet) for sheet in book.worksheets}


def _tab(sheet: Worksheet) -> Tab:
    found: dict[tuple[int, int], Found] = {}
    for cell in list(sheet._cells.values()):  # the only way that makes no cell that is not there
        if not isinstance(cell, XlsxCell) or cell.value is None:
            continue
        row, column = int(cell.row), int(cell.column)
        if row > ROWS_MAX or column > COLUMNS_MAX or len(found) >= CELLS_MAX:
            place = f"{sheet.title}!{cell.coordinate}"
            most = f"{ROWS_MAX:,} rows and {COLUMNS_MAX} columns"
            raise refused(place, f"expected nothing beyond {most}")
        value = _value(cell)
        if not isinstance(value, str) or value.strip():
            found[row, column] = value
    merged = tuple(str(each) for each in sheet.merged_cells.ranges)
    return Tab(sheet.title, found, merged)


def _value(cell: XlsxCell) -> Found:
    value: object = cell.value
    if cell.data_type == "f":
        return Unread("a formula: write the value that it should have")
    if cell.data_type == "e":
        return Unread(f"the error `{value}`")
    match value:
        case bool():
            return "yes" if value else "no"
        case Real():
            return _number(value, str(cell.number_format))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case str():
            return _text(value)
    return Unread("a time of day or a duration")


def _number(value: Real, number_format: str) -> Found:
    """The shortest decimal that stands for a number."""
    if "%" in number_format:
        return Unread("a percentage as a number: write it as text, such as `5%`")
    found = Decimal(repr(value))
    if not found.is_finite():
        return Unread("a number that is too large")
    return found.quantize(Decimal(1)) if found == found.to_integral_value() < 10**20 else found


def _text(value: str) -> Found:
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        text.encode()
    except UnicodeEncodeError:
        return Unread("half a character")
    return text


def _unpacked(name: str, data: bytes) -> bytes:
    """The same file without compression: what it unpacks to is counted here and nowhere else.

    Sizes that an archive states are not believed; what defines entities is refused.
    """
    if len(data) > BYTES_MAX:
        raise refused(name, f"expected at most {BYTES_MAX:,} bytes, found {len(data):,}")
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            left = UNPACKED_MAX
            for part in old.infolist()[: PARTS_MAX + 1]:
                with old.open(part) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0 or len(old.filelist) > PARTS_MAX:
                    message = f"expected at most {UNPACKED_MAX:,} bytes when unpacked"
                    raise refused(name, message, "it may be made to exhaust memory")
                if any(word in content for word in _DOCTYPES):
                    raise refused(name, f"`{part.filename}` in it defines entities")
                new.writestr(part.filename, content)
    except _DAMAGED:
        help = "save it as an Excel workbook (.xlsx), without a password"
        raise refused(name, "expected an XLSX file", help) from None
    return out.getvalue()


def _said(problem: Exception) -> str:
    lines = str(problem).splitlines()
    return (lines[0] if lines else type(problem).__name__)[:120]
