"""Three versions of one table become one: what was exported, what came back, what the file says.

A change of the sheet is taken over where the file still says what was exported, or says the same
already. Where both changed one thing, nothing is decided here: it is a conflict for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from engine.places import Place
from rules.analysis.spreadsheet.cells import (
    Cells,
    Entry,
    NotACell,
    entry_of,
    normal_cells,
    same_cells,
)
from rules.analysis.spreadsheet.fields import NAME, OTHERWISE, WHEN, Field
from rules.analysis.spreadsheet.problems import Problem
from rules.analysis.spreadsheet.returning import Returned
from rules.analysis.spreadsheet.tables import Row, Table
from rules.diagnostics import shown
from rules.editing.flow import flow
from rules.reading.nodes import Scalar

PAIRS_MAX: Final = 250_000
Said = dict[Field, Cells]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference that is taken over, in words. `at` is where the file says it now."""

    cell: str
    at: Place | None
    row: str
    before: str
    after: str
    number: str = ""  # of a row that goes: nothing else may tell it from others

    def __str__(self) -> str:
        place = self.cell if self.at is None else f"{self.cell}: {self.at}"
        if not self.before or not self.after:
            what = "is new" if self.after else "goes"
            said = shown(self.after or self.before, whole=True)
            number = f"No. {self.number}, " if self.number else ""
            return f"{place}: row {number}{shown(self.row)}: {said} {what}"
        return f"{place}: row {shown(self.row)}: {shown(self.before)} becomes {shown(self.after)}"

    def to_json(self) -> dict[str, object]:
        """Plain values for machines, always with the same keys."""
        at = self.at
        return {
            "cell": self.cell,
            "file": None if at is None else at.file,
            "line": None if at is None else at.line,
            "column": None if at is None else at.column,
            "row": self.row,
            "before": self.before or None,
            "after": self.after or None,
        }


@dataclass(slots=True)
class Merged:
    """What the file shall hold: rows of its own by their index, changed or not, and new ones."""

    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    edited: dict[int, dict[Field, Entry | None]] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    added: list[tuple[int | None, dict[Field, Entry]]] = field(default_factory=list)
    otherwise: dict[Field, Entry | None] | None = None
    otherwise_removed: bool = False


def merge(base: Table, ours: Table, theirs: Sequence[Returned], tab: str) -> Merged:
    """All changes of one sheet, or the reasons why they cannot be made."""
    return _Merger(base, ours, tab).merge(theirs)


def aligned(base: Table, ours: Table) -> dict[int, int]:
    """Which row of the file each exported row is now: the same, the same name, or the likest.

    Each comparison leaves fewer rows for the next; so many that all the likenesses would take long
    are left alone, and then a row that changed on both sides counts as gone.
    """
    before = [_said(row, base) for row in base.rows]
    now = [_said(row, base) for row in ours.rows]
    found: dict[int, int] = {}
    for key_of in (_everything, _name):
        left: dict[object, list[int]] = {}
        taken = set(found.values())
        for at in range(len(now) - 1, -1, -1):
            if at not in taken and (key := key_of(now[at])) is not None:
                left.setdefault(key, []).append(at)
        for index, row in enumerate(before):
            if index not in found and (places := left.get(key_of(row))):
                found[index] = places.pop()
    taken = set(found.values())
    rest = [at for at in range(len(now)) if at not in taken]
    open_rows = [index for index in range(len(before)) if index not in found]
    if len(rest) * len(open_rows) <= PAIRS_MAX:
        _pair_likest(before, now, open_rows, rest, found)
    return found


def _pair_likest(
    before: Sequence[Said],
    now: Sequence[Said],
    open_rows: Sequence[int],
    rest: Sequence[int],
    found: dict[int, int],
) -> None:
    scores = sorted(
        (-_likeness(before[index], now[at]), abs(index - at), index, at)
        for index in open_rows
        for at in rest
    )
    taken = set(found.values())
    for score, _, index, at in scores:
        if score < 0 and index not in found and at not in taken:
            found[index] = at
            taken.add(at)


def _said(row: Row, table: Table) -> Said:
    """What a row says by field, in a form that is the same where the meaning is."""
    return {each: normal_cells(each, row.cells(each, table.currency)) for each in row.entries}


def _everything(said: Said) -> object:
    return frozenset(said.items())


def _name(said: Said) -> object:
    return said.get(NAME)


def _likeness(one: Said, other: Said) -> Fraction:
    """The share of what two rows say that both say."""
    fields = one.keys() | other.keys()
    same = sum(one.get(each) == other.get(each) for each in fields)
    return Fraction(same, max(1, len(fields)))


def _says_same(one: Row, other: Row, table: Table) -> bool:
    return _said(one, table) == _said(other, table)


class _Merger:
    def __init__(self, base: Table, ours: Table, tab: str) -> None:
        self._base = base
        self._ours = ours
        self._tab = tab
        self._now = aligned(base, ours)
        self._merged = Merged()

    def merge(self, theirs: Sequence[Returned]) -> Merged:
        before: int | None = None  # the row of the file behind which a new one goes
        numbers = {row.number for row in theirs}
        for row in theirs:
            if row.number.isdecimal():
                index = int(row.number) - 1
                self._changed_row(index, row)
                before = self._now.get(index, before)
            elif row.number == OTHERWISE:
                self._otherwise(row)
            elif any(any(cells) for cells in row.cells.values()):
                self._new_row(before, row)
        for index in range(len(self._base.rows)):
            if str(index + 1) not in numbers:
                self._gone_row(index)
        if self._base.otherwise is not None and OTHERWISE not in numbers:
            self._gone_otherwise()
        return self._merged

    def _changed_row(self, index: int, row: Returned) -> None:
        at = self._now.get(index)
        ours = None if at is None else self._ours.rows[at]
        taken = self._taken(self._base.rows[index], ours, row)
        if at is not None and taken:
            self._merged.edited[at] = taken

    def _otherwise(self, row: Returned) -> None:
        nothing = Row({})
        base = self._base.otherwise or nothing
        is_new = self._base.otherwise is None
        ours = self._ours.otherwise or (nothing if is_new else None)
        taken = self._taken(base, ours, row, what=OTHERWISE)
        if taken:
            self._merged.otherwise = taken

    def _taken(
        self, base: Row, ours: Row | None, row: Returned, what: str = ""
    ) -> dict[Field, Entry | None]:
        """The fields that the sheet changes and the file does not."""
        found: dict[Field, Entry | None] = {}
        currency = self._base.currency
        described = what or base.describe(currency)
        for each in dict.fromkeys((*base.entries, *row.cells)):
            nothing = ("",) * len(each.columns)
            was, new = base.cells(each, currency), row.cells.get(each, nothing)
            if same_cells(each, was, new):
                continue
            place = row.places.get(each, (row.place,))[_different(was, new)]
            entry = self._read(each, new, row, base)
            if entry is _UNREADABLE:
                continue
            if ours is None:
                message = f"row {shown(described)} is changed here and no longer in the file"
                self._problem(place, message)
                continue
            now = ours.cells(each, currency)
            if same_cells(each, now, was):
                found[each] = entry
                self._change(place, ours.places.get(each, ours.place), described, base, each, entry)
            elif not same_cells(each, now, new):
                self._conflict(place, described, ours, each, entry)
        return found

    def _read(self, each: Field, new: Cells, row: Returned, base: Row) -> Entry | None:
        """The entry that cells say; `_UNREADABLE` after a problem."""
        entry = base.entries.get(each)
        like = entry.node.text if entry is not None and isinstance(entry.node, Scalar) else ""
        try:
            return entry_of(each, new, self._base.currency, like)
        except NotACell as problem:
            places = row.places.get(each, (row.place,))
            self._problem(places[problem.column], problem.message, problem.help)
            return _UNREADABLE

    def _new_row(self, before: int | None, row: Returned) -> None:
        currency = self._base.currency
        entries = {each: self._read(each, cells, row, Row({})) for each, cells in row.cells.items()}
        found = {each: entry for each, entry in entries.items() if entry is not None}
        if any(entry is _UNREADABLE for entry in found.values()):
            return
        new = Row(found)
        if any(_says_same(new, each, self._ours) for each in self._unexported()):
            return  # both added it
        self._merged.added.append((before, found))
        described = new.describe(currency)
        at = None if before is None else self._ours.rows[before].place
        said = ", ".join(said_of(entry) for entry in found.values())
        self._merged.changes.append(Change(row.place, at, described, "", said))

    def _unexported(self) -> Iterator[Row]:
        known = set(self._now.values())
        yield from (row for at, row in enumerate(self._ours.rows) if at not in known)

    def _gone_row(self, index: int) -> None:
        at, base = self._now.get(index), self._base.rows[index]
        if at is None:
            return  # both removed it
        ours = self._ours.rows[at]
        described = base.describe(self._base.currency)
        if not _says_same(base, ours, self._base):
            row = f"row No. {index + 1}, {shown(described)}"
            message = f"{row} is not here, and was changed in the file"
            self._problem(self._tab, f"{message} at {ours.place}")
            return
        self._merged.removed.add(at)
        said = ", ".join(said_of(entry) for entry in ours.entries.values())
        gone = Change(self._tab, ours.place, described, said, "", str(index + 1))
        self._merged.changes.append(gone)

    def _gone_otherwise(self) -> None:
        base, ours = self._base.otherwise, self._ours.otherwise
        if base is None or ours is None:
            return
        if not _says_same(base, ours, self._base):
            message = f"row `{OTHERWISE}` is not here, and was changed in the file at {ours.place}"
            self._problem(self._tab, message)
            return
        self._merged.otherwise_removed = True
        said = ", ".join(said_of(entry) for entry in ours.entries.values())
        self._merged.changes.append(Change(self._tab, ours.place, OTHERWISE, said, ""))

    def _change(
        self, cell: str, at: Place, row: str, base: Row, each: Field, entry: Entry | None
    ) -> None:
        before = base.entries.get(each)
        change = Change(cell, at, row, said_of(before, each), said_of(entry, each))
        self._merged.changes.append(change)

    def _conflict(self, cell: str, row: str, ours: Row, each: Field, entry: Entry | None) -> None:
        here = said_of(entry, each) or "nothing"
        there = said_of(ours.entries.get(each), each) or "nothing"
        place = ours.places.get(each, ours.place)
        message = f"row {shown(row)} says {shown(here)} here, and {shown(there)} at {place}"
        self._problem(cell, message, "both changed since the export: decide, and export again")

    def _problem(self, place: str, message: str, help: str | None = None) -> None:
        self._merged.problems.append(Problem(place, message, help))


_UNREADABLE = Entry("", Scalar("", False, Place("", 0, 0)))


def said_of(entry: Entry | None, each: Field | None = None) -> str:
    """An entry as it stands in a file, with its condition's `when`; empty for none."""
    if entry is None:
        return ""
    text = f"{entry.key}: {flow(entry.node)}"
    return f"{WHEN}: {{{text}}}" if each is not None and each.inside else text


def _different(one: Cells, other: Cells) -> int:
    """The first of the cells that differ."""
    pairs = enumerate(zip(one, other, strict=True))
    return next((index for index, (cell, than) in pairs if cell != than), 0)
