"""Reads the cells of one row; what is wrong goes to the report, all of it and not only the first.

A reading method returns a harmless value where the cell is bad; the caller asks `ok()` before it
keeps the row.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Final, TypeVar

from adapters.master_data.reports import (
    BadRow,
    CellError,
    Effect,
    Help,
    Report,
    Suggestion,
    shown,
)
from adapters.master_data.tables import Loosens, Row, Table
from adapters.master_data.values import OPEN_END, is_day, parse_day, parse_moment, parse_yes_no
from engine.business_time import end_of_day, start_of_day
from engine.master_data import ALWAYS, Span

T = TypeVar("T")
_ID_LENGTH: Final = 200


class Days:
    """Turns local days into instants, each once."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: dict[tuple[date, str], datetime] = {}
        self._ends: dict[tuple[date, str], datetime] = {}

    def start(self, day: date, zone: str) -> datetime:
        """The first instant of the day."""
        if (day, zone) not in self._starts:
            self._starts[day, zone] = start_of_day(day, zone)
        return self._starts[day, zone]

    def end(self, day: date, zone: str) -> datetime:
        """The first instant after the day."""
        if (day, zone) not in self._ends:
            self._ends[day, zone] = end_of_day(day, zone)
        return self._ends[day, zone]


class Cells:
    """One row being read. `loosens`: leaving this row out would loosen a control."""

    __slots__ = ("_days", "_failed", "_report", "_row", "_table", "loosens")

    def __init__(self, table: Table, row: Row, report: Report, days: Days) -> None:
        self._table = table
        self._row = row
        self._report = report
        self._days = days
        self.loosens = table.spec.loosens is Loosens.ALWAYS
        self._failed = False

    def ok(self) -> bool:
        """Whether the row can be kept as far as it was read."""
        return not self._failed

    @property
    def line(self) -> int:
        """The line of the row."""
        return self._row.line

    @property
    def place(self) -> str:
        """File and line, as other reports cite the row."""
        return f"{self._table.file}:{self._row.line}"

    def fail(
        self,
        column: str,
        code: str,
        message: str,
        help: Help = None,
        *,
        dragged: bool = False,
    ) -> None:
        """The row cannot be kept; `dragged` where only what it names was left out."""
        self._failed = True
        effect = Effect.REFUSED if self.loosens and not dragged else Effect.LEFT_OUT
        self._add(column, code, message, help, effect, dragged)

    def note(self, column: str, code: str, message: str, help: Help = None) -> None:
        """The row is kept, as the message says."""
        self._add(column, code, message, help, Effect.KEPT, False)

    def is_blank(self, column: str) -> bool:
        """Whether the cell is empty or was not written."""
        return not self._row.cells.get(column)

    def is_absent(self, column: str) -> bool:
        """Whether the source has no such cell at all."""
        return column not in self._row.cells

    def text(self, column: str, *, required: bool = False) -> str:
        """Printable text, empty where there is none."""
        text = self._row.cells.get(column, "")
        if not text:
            if required:
                self.fail(column, "missing-value", f"`{column}` is empty")
        elif not text.isprintable():
            self.fail(column, "unprintable", f"{shown(text)} has characters that do not print")
        return text

    def id(self, column: str = "id") -> str:
        """A required name that other rows may refer to."""
        text = self.text(column, required=True)
        if len(text) > _ID_LENGTH:
            self.fail(column, "too-long", f"{shown(text)} is longer than {_ID_LENGTH} characters")
        elif ";" in text or text == "*":
            self.fail(column, "bad-id", f"{shown(text)} cannot be a name: `;` and `*` mean more")
        return text

    def free(self, column: str) -> str:
        """Text for people, without characters that do not print."""
        text = self._row.cells.get(column, "")
        return text if text.isprintable() else "".join(c for c in text if c.isprintable())

    def one_of(self, column: str, known: Collection[str], what: str, *, required: bool) -> str:
        """One of the words that the policy set declares."""
        text = self.text(column, required=required)
        if text and text not in known:
            self.fail(
                column,
                f"unknown-{what.replace(' ', '-')}",
                f"no {what} named {shown(text)}",
                Suggestion(text, known),
            )
        return text

    def words(self, column: str) -> tuple[str, ...]:
        """The parts of a cell between `;`, sorted, each once."""
        text = self.text(column)
        parts = [part.strip() for part in text.split(";")] if text else []
        if not all(parts):
            self.fail(column, "empty-word", f"an empty word between `;` in {shown(text)}")
        return tuple(sorted({part for part in parts if part}))

    def parsed(self, column: str, parse: Callable[[str], T], *, required: bool = False) -> T | None:
        """What `parse` makes of the cell; `None` where it is empty or bad."""
        text = self.text(column, required=required)
        return self._tried(column, parse, text) if text else None

    def parsed_words(self, column: str, parse: Callable[[str], T]) -> frozenset[T]:
        """What `parse` makes of each part between `;`."""
        found = (self._tried(column, parse, word) for word in self.words(column))
        return frozenset(value for value in found if value is not None)

    def yes_no(self, column: str) -> bool | None:
        """`yes`, `no`, or `None` for an empty cell."""
        return self.parsed(column, parse_yes_no)

    def span(self, zone: str, start: str = "from", end: str = "to") -> Span:
        """From a day or moment to another; a last day is inclusive, a last moment is not."""
        first = self._instant(start, zone, is_end=False)
        last = self._instant(end, zone, is_end=True)
        if first is not None and last is not None and first >= last:
            texts = shown(self.text(start)), shown(self.text(end))
            self.fail(end, "ends-before-start", f"`{start}` {texts[0]} is after `{end}` {texts[1]}")
        return Span(first, last) if first or last else ALWAYS

    def refers_to(
        self, column: str, known: Collection[str], lost: Collection[str], what: str
    ) -> str:
        """The id of something that was loaded. Fails, as dragged where that thing was left out."""
        text = self.text(column, required=True)
        if text and text not in known:
            if text in lost:
                message = f"names the {what} {shown(text)}, which was left out"
                self.fail(column, f"{what.replace(' ', '-')}-left-out", message, dragged=True)
            else:
                self.fail(column, *self.unknown(text, known, what))
        return text

    def may_refer_to(
        self, column: str, known: Collection[str], lost: Collection[str], what: str
    ) -> str:
        """The same, but the row is kept without what it names; empty then."""
        text = self.text(column)
        if not text or text in known:
            return text
        if text in lost:
            code, message = f"{what.replace(' ', '-')}-left-out", f"{shown(text)} was left out"
            self.note(column, code, f"{message}; the row is kept without `{column}`")
        else:
            code, message, help = self.unknown(text, known, what)
            self.note(column, code, f"{message}; the row is kept without `{column}`", help)
        return ""

    def unknown(self, text: str, known: Collection[str], what: str) -> tuple[str, str, Help]:
        """Code, message and help for a name that nothing has."""
        code = f"unknown-{what.replace(' ', '-')}"
        return code, f"no {what} {shown(text)}", Suggestion(text, known)

    def _instant(self, column: str, zone: str, *, is_end: bool) -> datetime | None:
        text = self.text(column)
        if not text or (is_end and text == OPEN_END):
            return None
        if not is_day(text):
            return self._tried(column, parse_moment, text)
        day = self._tried(column, parse_day, text)
        if day is None:
            return None
        return self._days.end(day, zone) if is_end else self._days.start(day, zone)

    def _tried(self, column: str, parse: Callable[[str], T], text: str) -> T | None:
        try:
            return parse(text)
        except CellError as error:
            self.fail(column, error.code, error.message, error.help)
            return None

    def _add(
        self, column: str, code: str, message: str, help: Help, effect: Effect, dragged: bool
    ) -> None:
        file, line = self._table.file, self._row.line
        said = self._report.said(file, help)
        self._report.add(BadRow(file, line, column, code, message, said, effect, dragged))


def clean(text: str) -> str:
    """A cell as it is compared: composed characters, no space around it, one space within."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join(unicodedata.normalize("NFC", text).split())
