"""The log of cases as a spreadsheet: a row for each event, with a heading that stays in sight."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from api.usecases.trail.ocel.as_csv import COLUMNS, row_of
from api.usecases.trail.ocel.reading import Log

MOST_ROWS: Final = 1_048_575  # of a sheet, beside the heading
MOST_CHARACTERS: Final = 32_767  # of a cell


class TooManyRows(Exception):
    """A sheet cannot hold the log. The message says what can."""


def write_xlsx(log: Log, path: Path) -> None:
    """Writes the file, row by row. Every cell is text, so that none is taken for a formula.

    Raises `TooManyRows`, `OSError`, and `ImportError` where the extra `analysis` is not installed.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("events")
    sheet.freeze_panes = "A2"
    sheet.append(list(COLUMNS))
    for number, event in enumerate(log.events_by_case(), start=1):
        if number > MOST_ROWS:
            book.close()
            raise TooManyRows(f"a sheet holds {MOST_ROWS:,} events; write `csv` instead")
        row = row_of(event)
        cells = []
        for name in COLUMNS:
            cell = WriteOnlyCell(sheet)
            cell.value = str(row.get(name, ""))[:MOST_CHARACTERS]
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)
