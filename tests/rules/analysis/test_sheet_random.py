"""A cell edited in the sheet is that value in the file, whatever the matrix and its layout (C6)."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from engine.places import NOWHERE, Place
from engine.policy import PolicySet
from rules.analysis.differences.essence import essence
from rules.analysis.spreadsheet.cells import cells_of
from rules.analysis.spreadsheet.exporting import export
from rules.analysis.spreadsheet.fields import Field, Kind
from rules.analysis.spreadsheet.importing import ReturnedSheet, base_in, paired
from rules.analysis.spreadsheet.merging import Merged
from rules.analysis.spreadsheet.opening import open_tabs
from rules.analysis.spreadsheet.tables import row_of
from rules.compiling.compiler import compile_files
from rules.diagnostics import Diagnostics
from rules.editing.flow import as_written, flow, word
from rules.reading.nodes import Mapping
from tests.rules.analysis.matrices import BASE, FILE, Entries, Written, matrices, rows
from tests.rules.analysis.workbooks import DAY, changed, head_of

FEW = settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)


def compiled(files: dict[str, bytes]) -> tuple[PolicySet | None, Diagnostics]:
    found = Diagnostics()
    return compile_files(files, found)[0], found


def plain(value: Any) -> Any:
    """A compiled value without the places it was read from."""
    if isinstance(value, Place):
        return None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {each.name: plain(getattr(value, each.name)) for each in fields if each.compare}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(map(repr, value))
    return value


def back(data: bytes, now: bytes) -> tuple[Merged, bytes | None]:
    """The merge of the one sheet with the file."""
    tabs = open_tabs("sheet.xlsx", data)
    base = base_in("sheet.xlsx", tabs)
    problems: list[Any] = []
    ((sheet, tab),) = paired(base, tabs, problems)
    assert problems == []
    return ReturnedSheet(sheet, tab, base.files[FILE]).taken(now, "USD")


def in_file(row: Entries) -> Mapping:
    return Mapping(tuple((word(key), as_written(node)) for key, node in row.items()), NOWHERE)


@FEW
@given(matrices())
def test_out_and_back_changes_no_byte(matrix: Written) -> None:
    policy, found = compiled(matrix.files)
    assert policy is not None, found.render()
    data = export(policy, matrix.files, DAY)
    for each in (data, changed(data, lambda book: None)):
        merged, content = back(each, matrix.files[FILE])
        assert merged.problems == []
        assert merged.changes == []
        assert content is None


def edited(draw: st.DrawFn, row: Entries) -> tuple[Entries, Field, tuple[Any, ...]]:
    """The row with one field changed as another random row has it, and the cells that say so."""
    other = draw(rows("another name"))
    ours, theirs = row_of(Kind.MATRIX, in_file(row)), row_of(Kind.MATRIX, in_file(other))
    fields = [*ours.entries, *theirs.entries]
    field = draw(st.sampled_from(sorted(fields, key=lambda each: each.name)))
    entry = theirs.entries.get(field)
    new = dict(row)
    if field.inside:
        inner = row.get("when")
        tests = (
            {key.text: node for key, node in inner.entries} if isinstance(inner, Mapping) else {}
        )
        tests.pop(field.keys[0], None)
        if entry is not None:
            tests[field.keys[0]] = entry.node
        new.pop("when", None)
        if tests:
            new["when"] = Mapping(tuple((word(k), v) for k, v in tests.items()), NOWHERE)
    else:
        for key in field.keys:
            new.pop(key, None)
        if entry is not None:
            new[entry.key] = entry.node
    return new, field, cells_of(field, entry, "USD")


@st.composite
def edits(draw: st.DrawFn) -> tuple[Written, int, Entries, Field, tuple[Any, ...]]:
    matrix = draw(matrices())
    number = draw(st.integers(0, len(matrix.rows) - 1))
    return (matrix, number, *edited(draw, matrix.rows[number]))


@FEW
@given(edits())
def test_a_cell_edited_is_the_value_edited(
    edit: tuple[Written, int, Entries, Field, tuple[Any, ...]],
) -> None:
    matrix, number, row, field, cells = edit
    assume("note 1" not in cells)  # in a cell these words mean the note
    policy, found = compiled(matrix.files)
    assert policy is not None, found.render()

    def change(book: Any) -> None:
        sheet = book["m"]
        head = head_of(sheet)
        labels = {cell.value: cell.column for cell in sheet[head] if cell.value}
        for label, value in zip(field.columns, cells, strict=True):
            column = labels.setdefault(label, max(labels.values()) + 1)
            sheet.cell(head, column).value = label
            target = sheet.cell(head + 1 + number, column)
            target.value = float(value) if not isinstance(value, str) else value
            if isinstance(value, str):
                target.data_type = "s"

    data = changed(export(policy, matrix.files, DAY), change)
    merged, content = back(data, matrix.files[FILE])
    assert merged.problems == []
    expected = [flow(in_file(row if at == number else each)) for at, each in enumerate(matrix.rows)]
    head, _, rest = matrix.text.partition("rows:\n")
    _, otherwise, tail = rest.partition("\notherwise:")
    direct = head + "rows:\n" + "".join(f"  - {each}\n" for each in expected) + otherwise + tail
    if content is None:
        assert merged.changes == []
    after, _ = compiled({**BASE, FILE: content or matrix.files[FILE]})
    meant, _ = compiled({**BASE, FILE: direct.encode()})
    assert (after is None) == (meant is None)
    if after is not None and meant is not None:  # tests that all must hold are in no order
        assert essence(after.matrices[0].rows) == essence(meant.matrices[0].rows)
    if content is not None:
        kept = [line for line in matrix.text.splitlines() if line.lstrip().startswith("#")]
        now = content.decode()
        assert all(line in now for line in kept)
        assert now.count(" # why") >= matrix.text.count(" # why") - 3
    assert load_workbook(io.BytesIO(data))
