"""A sheet that comes back: its rows, and every reason why it cannot be taken for what was exported.

Columns are known by what stands above them and rows by their number, so that sorting, moving and
hiding change nothing. What is not part of the table must be what was exported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from openpyxl.utils import range_boundaries

from rules.analysis.spreadsheet.cells import Cell, Cells
from rules.analysis.spreadsheet.embedding import Shown
from rules.analysis.spreadsheet.fields import (
    NUMBER,
    OTHERWISE,
    WHERE,
    Field,
    condition_field,
    known_fields,
)
from rules.analysis.spreadsheet.opening import Found, Tab, Unread
from rules.analysis.spreadsheet.problems import Problem
from rules.analysis.spreadsheet.sheets import COMMENTS, NOTE, NOTES, SIGNATURES
from rules.analysis.spreadsheet.tables import Table
from rules.diagnostics import did_you_mean, shown

_SECTIONS: Final = (NOTES, COMMENTS, SIGNATURES)
_AGAIN: Final = "it is not read back: change it in the file, and export again"

Line = list[tuple[int, Found]]  # columns with what stands in them, from left to right


@dataclass(frozen=True, slots=True)
class Returned:
    """One row that comes back. `number` is empty for a new one.

    `places` says for each field where its cells are; of a cell in a note, where the note is.
    """

    number: str
    place: str
    cells: Mapping[Field, Cells]
    places: Mapping[Field, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Column:
    field: Field
    index: int  # among the cells of the field


def rows_of(
    tab: Tab, shown_sheet: Shown, table: Table, notes: Iterable[tuple[str, str]]
) -> tuple[list[Returned], list[Problem]]:
    """The rows of a sheet; `table` and `notes` are what was exported."""
    reader = _Reader(tab, shown_sheet, table, dict(notes))
    return reader.rows(), reader.problems


def file_of(tab: Tab) -> str | None:
    """The file that a sheet says it shows."""
    for line in _lines(tab).values():
        for (_, label), (_, value) in pairwise(line):
            if label == "File" and isinstance(value, str):
                return value
    return None


def _lines(tab: Tab) -> dict[int, Line]:
    found: dict[int, Line] = {}
    for (row, column), value in sorted(tab.cells.items(), key=lambda item: item[0]):
        found.setdefault(row, []).append((column, value))
    return found


class _Reader:
    """Goes down one sheet and collects what is wrong with it."""

    def __init__(self, tab: Tab, shown_sheet: Shown, table: Table, notes: dict[str, str]) -> None:
        self._tab = tab
        self._shown = shown_sheet
        self._table = table
        self._exported_notes = notes
        self._lines = _lines(tab)
        self.problems: list[Problem] = []

    def rows(self) -> list[Returned]:
        """The rows, as far as they can be read."""
        head = self._head()
        if head is None:
            return []
        columns = self._columns(self._lines[head])
        sections = self._sections(head)
        self._check_merged(sections.get(SIGNATURES, max(self._lines, default=0) + 1))
        about = [line for row, line in self._lines.items() if row < head]
        self._check_texts(head, about, sections)
        notes = self._notes(sections)
        end = min(sections.values(), default=max(self._lines) + 1)
        found = [
            self._row(row, line, columns, notes)
            for row, line in self._lines.items()
            if head < row < end
        ]
        self._check_numbers(found)
        self._check_referenced(notes, found)
        return found

    def _problem(self, row: int, column: int, message: str, help: str | None = None) -> None:
        self.problems.append(Problem(self._tab.place(row, column), message, help))

    def _head(self) -> int | None:
        for row, line in self._lines.items():
            texts = [value for _, value in line]
            if NUMBER in texts and ("Answer" in texts or "Limit" in texts):
                return row
        message = f"expected a row with `{NUMBER}` and the names of the columns, found none"
        self.problems.append(Problem(self._tab.title, message))
        return None

    def _columns(self, line: Line) -> dict[int, _Column | None]:
        """What each column holds; `None` for the number."""
        known = {
            label.lower(): _Column(field, index)
            for field in (*known_fields(self._table.kind), *self._table.fields)
            for index, label in enumerate(field.columns)
        }
        found: dict[int, _Column | None] = {}
        seen: set[str] = set()
        for column, value in line:
            label = " ".join(value.split()) if isinstance(value, str) else ""
            name = label.lower()
            if name in seen:
                self._problem(self._row_of(line), column, f"two columns are {shown(label)}")
                continue
            seen.add(name)
            if label == NUMBER:
                found[column] = None
            elif name in known:
                found[column] = known[name]
            elif name.startswith(WHERE.lower()) and label[len(WHERE) :].strip():
                found[column] = _Column(condition_field(label[len(WHERE) :].strip()), 0)
            else:
                help = did_you_mean(label, (NUMBER, *_labels(known.values())))
                message = f"expected a column that is known, found {shown(label)}"
                self._problem(self._row_of(line), column, message, help)
        self._check_columns(self._row_of(line), found)
        return found

    def _row_of(self, line: Line) -> int:
        return next(row for row, each in self._lines.items() if each is line)

    def _check_columns(self, head: int, found: Mapping[int, _Column | None]) -> None:
        """A column that was exported may move but not go; the columns of a field come together."""
        there = [column for column in found.values() if column is not None]
        fields = {*self._table.fields, *(column.field for column in there)}
        for field in sorted(fields, key=lambda each: each.name):
            for index, label in enumerate(field.columns):
                if _Column(field, index) not in there:
                    help = "hide a column rather than delete it"
                    self._problem(head, 1, f"the column {shown(label)} is missing", help)

    def _sections(self, head: int) -> dict[str, int]:
        """The rows of the titles below the table."""
        found: dict[str, int] = {}
        for row, line in self._lines.items():
            if SIGNATURES in found:
                break
            _, value = line[0]
            if row > head and len(line) == 1 and value in _SECTIONS and value not in found:
                found[str(value)] = row
        return found

    def _between(self, sections: Mapping[str, int], title: str) -> Iterator[tuple[int, Line]]:
        start = sections.get(title)
        if start is not None:
            end = min((row for row in sections.values() if row > start), default=None)
            for row, line in self._lines.items():
                if row > start and (end is None or row < end):
                    yield row, line

    def _check_merged(self, end: int) -> None:
        for area in self._tab.merged:
            _, top, _, _ = range_boundaries(area)
            if top is not None and top < end:
                message = "these cells are merged: a row says each thing in a cell of its own"
                self.problems.append(Problem(f"{self._tab.title}!{area}", message))

    def _check_texts(self, head: int, about: Iterable[Line], sections: Mapping[str, int]) -> None:
        """Whether what is not read back is what was exported."""
        rows = {id(line): row for row, line in self._lines.items()}
        expected = list(self._shown.texts)
        lines = [*about, *(line for _, line in self._between(sections, COMMENTS))]
        for line in lines:
            row = rows[id(line)]
            for start in range(0, len(line), 2):
                pair = line[start : start + 2]
                said = tuple(
                    str(value) if not isinstance(value, Unread) else "" for _, value in pair
                )
                match = next((each for each in expected if _alike(each, said)), None)
                if match is not None:
                    expected.remove(match)
                    continue
                label = next((each for each in expected if each[0] == said[0]), None)
                text = shown(said[-1]) if said[-1] else "something else"
                was = f"expected {shown(label[-1])}, found" if label else "expected nothing, found"
                self._problem(row, pair[-1][0], f"{was} {text}", _AGAIN)
                if label is not None:
                    expected.remove(label)
        for missing in expected:
            what = shown(": ".join(missing))
            self.problems.append(Problem(self._tab.title, f"{what} is missing", _AGAIN))

    def _notes(self, sections: Mapping[str, int]) -> dict[str, tuple[str, str]]:
        """Text and place of every note."""
        found: dict[str, tuple[str, str]] = {}
        for row, line in self._between(sections, NOTES):
            column, label = line[0]
            name = label.strip() if isinstance(label, str) else ""
            if not NOTE.fullmatch(name) or len(line) != 2 or name in found:
                self._problem(row, column, "expected a note, once, and its text in the next cell")
                continue
            column, text = line[1]
            if isinstance(text, Unread):
                self._problem(row, column, f"expected a text, found {text.why}")
                continue
            found[name] = (
                text if isinstance(text, str) else f"{text:f}",
                self._tab.place(row, column),
            )
        return found

    def _row(
        self,
        row: int,
        line: Line,
        columns: Mapping[int, _Column | None],
        notes: Mapping[str, tuple[str, str]],
    ) -> Returned:
        number = ""
        cells: dict[Field, list[Cell]] = {}
        places: dict[Field, list[str]] = {}
        at = dict(line)
        for column in at:
            if column not in columns:
                self._problem(row, column, "expected nothing outside of the columns")
        for column, meaning in columns.items():
            value = at.get(column, "")
            if isinstance(value, Unread):
                self._problem(row, column, f"expected a value, found {value.why}")
                value = ""
            if meaning is None:
                number = self._number(row, column, value)
                continue
            count = len(meaning.field.columns)
            place = self._tab.place(row, column)
            if isinstance(value, str) and NOTE.fullmatch(value.strip()):
                value, place = self._noted(value.strip(), row, column, notes)
            cells.setdefault(meaning.field, [""] * count)[meaning.index] = value
            places.setdefault(meaning.field, [place] * count)[meaning.index] = place
        number_column = next((c for c, meaning in columns.items() if meaning is None), 1)
        return Returned(
            number,
            self._tab.place(row, number_column),
            {field: tuple(found) for field, found in cells.items()},
            {field: tuple(found) for field, found in places.items()},
        )

    def _noted(
        self, name: str, row: int, column: int, notes: Mapping[str, tuple[str, str]]
    ) -> tuple[str, str]:
        if name in notes:
            return notes[name]
        self._problem(row, column, f"there is no {shown(name)} below the table")
        return "", self._tab.place(row, column)

    def _number(self, row: int, column: int, value: Cell) -> str:
        text = value.strip().lower() if isinstance(value, str) else f"{value:f}"
        rows = len(self._table.rows)
        if text in ("", OTHERWISE) or (text.isdecimal() and 1 <= int(text) <= rows):
            return text if text in ("", OTHERWISE) else str(int(text))
        help = "leave the number of a new row empty"
        message = f"expected the number of a row that was exported, found {shown(text)}"
        self._problem(row, column, message, help)
        return ""

    def _check_numbers(self, rows: Iterable[Returned]) -> None:
        seen: dict[str, str] = {}
        for row in rows:
            if row.number and row.number in seen:
                message = f"the number {row.number} stands at {seen[row.number]} already"
                help = "leave the number of a copied row empty: it is a new row"
                self.problems.append(Problem(row.place, message, help))
            seen.setdefault(row.number, row.place)

    def _check_referenced(
        self, notes: Mapping[str, tuple[str, str]], rows: Iterable[Returned]
    ) -> None:
        """A note that nobody refers to would be lost."""
        used = {place for row in rows for places in row.places.values() for place in places}
        for name, (text, place) in notes.items():
            if place not in used and self._exported_notes.get(name) != text:
                self.problems.append(Problem(place, f"no cell refers to {shown(name)}"))


def _alike(expected: tuple[str, ...], found: tuple[str, ...]) -> bool:
    return tuple(" ".join(text.split()) for text in expected) == tuple(
        " ".join(text.split()) for text in found
    )


def _labels(columns: Iterable[_Column]) -> Iterator[str]:
    for column in columns:
        yield column.field.columns[column.index]
