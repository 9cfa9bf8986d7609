"""A sheet as lines of plain values, between a table of a set and the cells of a spreadsheet.

From top to bottom: the title, lines that say what the matrix is for, the table, and sections: notes
(what is too long for a cell), comments of the file, signatures. Only table and notes are read
back; what else is shown must come back as it was, and signatures are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.facts.conditions import ALWAYS
from engine.policy import Matrix, PolicySet
from engine.scopes import Effective, Scope
from rules.analysis.spreadsheet.cells import Cell, Cells
from rules.analysis.spreadsheet.fields import NUMBER, OTHERWISE, Field, Form
from rules.analysis.spreadsheet.problems import refused
from rules.analysis.spreadsheet.tables import Row, Table
from rules.compiling.written import written
from rules.reading.nodes import Mapping as MappingNode

NOTES: Final = "Notes"
COMMENTS: Final = "Comments in the file"
SIGNATURES: Final = "Signatures"
NOTE: Final = re.compile(r"note [1-9][0-9]{0,4}")
ROWS_MAX: Final = 9_000  # fewer than are read back, so that rows can be added
_LONGEST: Final = 140  # characters in a cell; longer ones stand in a note
_CELL_MAX: Final = 32_000  # what a spreadsheet can hold in one cell
_TAB_MAX: Final = 31
_NOT_IN_TABS: Final = re.compile(r"[\[\]:*?/\\'!]")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: its number in the file, or `otherwise`."""

    number: str
    cells: Mapping[Field, Cells]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `about` are labels with values; `comments` are rows with texts."""

    tab: str
    table: Table
    title: str
    about: tuple[Pair, ...]
    lines: tuple[Line, ...]
    notes: tuple[Pair, ...] = ()
    comments: tuple[Pair, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """What stands above the columns."""
        columns = (column for field in self.table.fields for column in field.columns)
        return (NUMBER, *columns)

    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The lines above the table and the comments, which must come back as they are."""
        return ((self.title,), *self.about, *self.comments)


def sheet_of(
    table: Table, title: str, about: Sequence[Pair], comments: Sequence[tuple[int, str]], tab: str
) -> Sheet:
    """The sheet of a table. Raises `SheetRefused` where a value fits no cell."""
    if len(table.rows) > ROWS_MAX:
        raise refused(table.file, f"a sheet shows at most {ROWS_MAX:,} rows")
    notes = _Notes(table.file)
    lines = [_line(str(number), row, table, notes) for number, row in enumerate(table.rows, 1)]
    if table.otherwise is not None:
        lines.append(_line(OTHERWISE, table.otherwise, table, notes))
    said = tuple((f"row {number}" if number else "file", text) for number, text in comments)
    return Sheet(tab, table, title, tuple(about), tuple(lines), notes.pairs(), said)


def tabs_of(names: Sequence[str]) -> tuple[str, ...]:
    """A different name for each tab, as spreadsheets allow them."""
    found: list[str] = []
    for name in names:
        base = _NOT_IN_TABS.sub("-", name).strip() or "sheet"
        tab, count = base[:_TAB_MAX], 2
        while tab.lower() in {each.lower() for each in found}:
            tab, count = f"{base[: _TAB_MAX - 4]}-{count}", count + 1
        found.append(tab)
    return tuple(found)


def about_matrix(matrix: Matrix, root: MappingNode, policy: PolicySet, digest: str) -> list[Pair]:
    """What a matrix is for, in the order shown."""
    when = root.get("when")
    pairs = [
        ("Applies to", scope_text(matrix.scope)),
        ("Documents", ", ".join(sorted(matrix.documents))),
        ("Only where", written(when) if when is not None and matrix.when != ALWAYS else ""),
        ("Amount", matrix.amount or "none"),
        ("Currency", matrix.currency),
        ("In force", effective_text(matrix.effective)),
        ("Owner", matrix.owner),
    ]
    return [
        pair for pair in (*pairs, *about_file(matrix.name, matrix.file, policy, digest)) if pair[1]
    ]


def about_file(name: str, file: str, policy: PolicySet, digest: str) -> list[Pair]:
    """Which version of what is shown."""
    return [
        ("Policy set", policy.name),
        ("Name", name),
        ("File", file),
        ("File version", digest),
        ("Set version", policy.digest),
    ]


def scope_text(scope: Scope) -> str:
    """Where a file applies."""
    for what, names in (
        ("entities", scope.entities),
        ("countries", scope.countries),
        ("regions", scope.regions),
    ):
        if names:
            return f"{what} {', '.join(sorted(names))}"
    return "the group"


def effective_text(effective: Effective) -> str:
    """When a file applies."""
    start = f"from {effective.start}" if effective.start else ""
    end = f"before {effective.to}" if effective.to else ""
    return " and ".join(part for part in (start, end) if part) or "always"


def _line(number: str, row: Row, table: Table, notes: _Notes) -> Line:
    cells = {
        field: tuple(notes.short(field, cell) for cell in row.cells(field, table.currency))
        for field in table.fields
    }
    return Line(number, cells)


class _Notes:
    """What is too long for a cell, numbered; the same text is one note."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._names: dict[str, str] = {}

    def short(self, field: Field, cell: Cell) -> Cell:
        """The cell, or the name of the note that holds it."""
        if not isinstance(cell, str):
            return cell
        if len(cell) > _CELL_MAX:
            what = field.keys[0]
            raise refused(self._file, f"a value of `{what}` is too long for a spreadsheet")
        is_long = len(cell) > _LONGEST and field.form is not Form.TEXT
        if not is_long and not NOTE.fullmatch(cell.strip()):
            return cell
        return self._names.setdefault(cell, f"note {len(self._names) + 1}")

    def pairs(self) -> tuple[Pair, ...]:
        """The notes in their order."""
        return tuple((name, text) for text, name in self._names.items())
