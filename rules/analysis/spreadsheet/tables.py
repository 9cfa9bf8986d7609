"""The tables of a set that stand on sheets: its matrices, and its limits, row by row.

A table is read from the tree of one file. The compiled set only adds what is not in the file
itself: the currency of bare amounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.places import NOWHERE, Place
from rules.analysis.spreadsheet.cells import Cells, Entry, cells_of
from rules.analysis.spreadsheet.fields import (
    WHEN,
    Field,
    Kind,
    condition_field,
    known_fields,
    shown_fields,
)
from rules.diagnostics import Diagnostics
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Sequence
from rules.reading.reader import read


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file. `place` is where it stands, for whoever is told of a change."""

    entries: Mapping[Field, Entry]
    place: Place = NOWHERE
    places: Mapping[Field, Place] = field(default_factory=dict)

    def cells(self, of: Field, currency: str) -> Cells:
        """The cells of one field."""
        return cells_of(of, self.entries.get(of), currency)

    def describe(self, currency: str) -> str:
        """What tells the row from others: its name, or its bounds and conditions."""
        by_name = {each.name: each for each in self.entries}
        for name in ("name", "who"):
            if name in by_name:
                return _plain(self.cells(by_name[name], currency))
        parts = [
            _plain(self.cells(each, currency), each)
            for each in self.entries
            if each.name in ("lower", "upper") or each.inside
        ]
        return ", ".join(parts) or "every document"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file, and what it answers where none of them covers."""

    kind: Kind
    file: str
    name: str
    currency: str
    rows: tuple[Row, ...]
    otherwise: Row | None = None
    has_amount: bool = True
    fields: tuple[Field, ...] = field(init=False)  # what the columns of its sheet show

    def __post_init__(self) -> None:
        rows = self.rows if self.otherwise is None else (*self.rows, self.otherwise)
        used = {each for row in rows for each in row.entries}
        shown = shown_fields(self.kind, used, has_amount=self.has_amount)
        object.__setattr__(self, "fields", shown)


def list_key(kind: Kind) -> str:
    """The key under which a file holds the rows of a sheet."""
    return "rows" if kind is Kind.MATRIX else "limits"


def tree_of(file: str, data: bytes) -> MappingNode | None:
    """The tree of a file that can be read."""
    found = Diagnostics()
    root = read(file, data, found)
    return root if isinstance(root, MappingNode) and not found.has_errors else None


def matrix_table(file: str, root: MappingNode, currency: str) -> Table:
    """The table of an approvals file."""
    otherwise = root.get("otherwise")
    return Table(
        kind=Kind.MATRIX,
        file=file,
        name=_text_of(root, "name"),
        currency=currency,
        rows=tuple(_rows(Kind.MATRIX, root)),
        otherwise=row_of(Kind.MATRIX, otherwise) if isinstance(otherwise, MappingNode) else None,
        has_amount=_text_of(root, "amount") != "none",
    )


def limits_table(file: str, root: MappingNode) -> Table | None:
    """The table of the limits in an organization file, if it has any."""
    rows = tuple(_rows(Kind.LIMITS, root))
    return Table(Kind.LIMITS, file, "limits", "", rows) if rows else None


def table_of(kind: Kind, file: str, root: MappingNode, currency: str) -> Table | None:
    """The table of a kind in a file."""
    if kind is Kind.LIMITS:
        return limits_table(file, root)
    return matrix_table(file, root, currency)


def row_of(kind: Kind, node: MappingNode) -> Row:
    """One row, each of its keys with the field it belongs to."""
    by_key = {key: each for each in known_fields(kind) for key in each.keys}
    entries: dict[Field, Entry] = {}
    places: dict[Field, Place] = {}
    for key, value in node.entries:
        if key.text == WHEN and isinstance(value, MappingNode):
            for fact, test in value.entries:
                entries[condition_field(fact.text)] = Entry(fact.text, test)
                places[condition_field(fact.text)] = test.place
        elif key.text in by_key:
            entries[by_key[key.text]] = Entry(key.text, value)
            places[by_key[key.text]] = value.place
    return Row(entries, node.place, places)


def _rows(kind: Kind, root: MappingNode) -> Iterator[Row]:
    node = root.get(list_key(kind))
    if isinstance(node, Sequence):
        yield from (row_of(kind, item) for item in node.items if isinstance(item, MappingNode))


def _text_of(root: MappingNode, key: str) -> str:
    node: Node | None = root.get(key)
    return getattr(node, "text", "")


def _plain(cells: Cells, of: Field | None = None) -> str:
    """Cells in a sentence; money with separators."""
    texts = [each if isinstance(each, str) else f"{each:,}" for each in cells]
    said = " ".join(" ".join(texts).split()).replace("up_to ", "up to ")
    return f"{of.keys[0]} {said}" if of is not None and of.inside else said
