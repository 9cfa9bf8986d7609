"""A draft as a spreadsheet, and a spreadsheet back into the draft.

What works with spreadsheets is loaded only here: the rest of the product does without it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.whole_files import replace_all, write_whole
from api.usecases.drafts import Draft
from rules.diagnostics import Diagnostics

if TYPE_CHECKING:
    from rules.analysis.spreadsheet.importing import Outcome


class SheetNotUsable(Exception):
    """The spreadsheet cannot be made or used; the message says why, a line each."""


def export_sheet(draft: Draft, out: Path, day: date, matrices: Collection[str]) -> None:
    """Write the spreadsheet of a draft. Raises `SheetNotUsable`, and `NotWritten`."""
    _expect_extra()
    from rules.analysis.spreadsheet.exporting import export
    from rules.analysis.spreadsheet.problems import SheetRefused

    try:
        data = export(draft.policy, draft.files, day, matrices)
    except SheetRefused as refusal:
        raise SheetNotUsable(str(refusal)) from None
    write_whole(out, data)


def import_sheet(file: Path, draft: Draft, *, write: bool) -> Outcome:
    """What a spreadsheet changes; written, if it is not refused and if asked for.

    Raises `SheetNotUsable` for what is no spreadsheet of this set, and `NotWritten`.
    """
    _expect_extra()
    from rules.analysis.spreadsheet.importing import take_over
    from rules.analysis.spreadsheet.opening import BYTES_MAX
    from rules.analysis.spreadsheet.problems import SheetRefused

    try:
        with file.open("rb") as source:
            data = source.read(BYTES_MAX + 1)
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "its name is not allowed"
        raise SheetNotUsable(f"`{file}` cannot be read: {why.lower()}") from None
    before = Diagnostics()
    before.extend(draft.diagnostics)
    try:
        outcome = take_over(file.name, data, draft.policy, draft.files, before)
    except SheetRefused as refusal:
        raise SheetNotUsable(str(refusal)) from None
    if write and outcome.files:
        replace_all(draft.folder, outcome.files, draft.files)
    return outcome


def _expect_extra() -> None:
    try:
        import openpyxl  # noqa: F401
    except ModuleNotFoundError:
        message = (
            "spreadsheets need the package `openpyxl`\n  help: install `countersign[analysis]`"
        )
        raise SheetNotUsable(message) from None
