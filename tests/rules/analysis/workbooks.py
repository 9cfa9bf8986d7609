"""A set, exported, changed as a person would, and taken back."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from engine.policy import PolicySet
from rules.analysis.spreadsheet.exporting import export
from rules.analysis.spreadsheet.importing import Outcome, take_over
from rules.diagnostics import Diagnostics
from rules.loading import load_set
from tests.policies.sets import ROOT, read_folder, set_folders

DAY: Final = date(2027, 3, 15)
FAMILIES: Final = ROOT / "tests" / "policies" / "families"


def all_folders() -> list[Path]:
    """Every shipped set, and every family of made-up ones."""
    return [*set_folders(), *sorted(file.parent for file in FAMILIES.glob("*/policy.yaml"))]


def files_of(folder: str) -> dict[str, bytes]:
    return read_folder(ROOT / "policies" / folder)


def loaded(files: Mapping[str, bytes]) -> PolicySet:
    return _loaded(tuple(sorted(files.items())))[0]


@cache
def _loaded(files: tuple[tuple[str, bytes], ...]) -> tuple[PolicySet, Diagnostics]:
    found = Diagnostics()
    policy = load_set(dict(files), found)
    assert policy is not None, found.render()
    return policy, found


def exported(files: Mapping[str, bytes], *matrices: str) -> bytes:
    return export(loaded(files), files, DAY, matrices)


def taken(data: bytes, files: Mapping[str, bytes]) -> Outcome:
    policy, found = _loaded(tuple(sorted(files.items())))
    return take_over("sheet.xlsx", data, policy, files, found)


def changed(data: bytes, change: Callable[[Workbook], Any]) -> bytes:
    """The file after a change, as a spreadsheet program saves it."""
    book = load_workbook(io.BytesIO(data))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def head_of(sheet: Worksheet) -> int:
    return next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "No.")


def column_of(sheet: Worksheet, label: str) -> int:
    return next(cell.column for cell in sheet[head_of(sheet)] if cell.value == label)


def cell(sheet: Worksheet, number: int | str, label: str) -> Any:
    """The cell of a row by its number, and a column by its name."""
    first = column_of(sheet, "No.")
    row = next(
        at
        for at in range(head_of(sheet) + 1, sheet.max_row + 1)
        if sheet.cell(at, first).value == number
    )
    return sheet.cell(row, column_of(sheet, label))


def with_cell(data: bytes, tab: str, number: int | str, label: str, value: object) -> bytes:
    """The file with one cell changed."""

    def change(book: Workbook) -> None:
        cell(book[tab], number, label).value = value

    return changed(data, change)


def said(outcome: Outcome) -> list[str]:
    """Everything an outcome says."""
    return [str(each) for each in (*outcome.changes, *outcome.problems, *outcome.reports)]
