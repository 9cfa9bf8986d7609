"""Out and back without a change is no change, for every set; every value is exact (C6)."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from engine.places import NOWHERE
from rules.analysis.spreadsheet.approvers import NoApprovers, steps_node, steps_text
from rules.analysis.spreadsheet.cells import cells_of, entry_of, same_cells
from rules.analysis.spreadsheet.tables import Table, limits_table, matrix_table, tree_of
from rules.analysis.spreadsheet.wording import (
    condition_node,
    condition_text,
    list_node,
    list_text,
    parts_node,
    parts_text,
)
from rules.editing.edits import values
from rules.editing.flow import as_written, flow, word
from rules.reading.nodes import Mapping, Node, Scalar, Sequence
from tests.policies.sets import read_folder
from tests.rules.analysis.workbooks import (
    DAY,
    all_folders,
    changed,
    exported,
    files_of,
    head_of,
    loaded,
    taken,
)
from tests.rules.test_rewriting import TREES

FOLDERS = pytest.mark.parametrize("folder", all_folders(), ids=lambda folder: folder.name)


def tables_of(folder: Path) -> list[Table]:
    files = read_folder(folder)
    found: list[Table] = []
    for matrix in loaded(files).matrices:
        root = tree_of(matrix.file, files[matrix.file])
        assert root is not None
        found.append(matrix_table(matrix.file, root, matrix.currency))
    for file, data in files.items():
        root = tree_of(file, data)
        if root is not None and (table := limits_table(file, root)) is not None:
            found.append(table)
    return found


@FOLDERS
def test_out_and_back_changes_nothing(folder: Path) -> None:
    files = read_folder(folder)
    data = exported(files)
    outcome = taken(data, files)
    assert not outcome.is_refused
    assert outcome.changes == ()
    assert outcome.files == {}
    assert taken(changed(data, lambda book: None), files) == outcome


@FOLDERS
def test_every_row_is_shown_and_every_cell_reads_back_as_what_the_file_says(folder: Path) -> None:
    book = load_workbook(io.BytesIO(exported(read_folder(folder))))
    shown = {
        sheet.title: sum(
            1
            for row in range(head_of(sheet) + 1, sheet.max_row + 1)
            if isinstance(sheet.cell(row, 1).value, int)
        )
        for sheet in book
        if sheet.title != "countersign"
    }
    tables = tables_of(folder)
    assert sorted(shown.values()) == sorted(len(table.rows) for table in tables)
    for table in tables:
        rows = [*table.rows, *([table.otherwise] if table.otherwise else [])]
        for row in rows:
            for field, entry in row.entries.items():
                cells = cells_of(field, entry, table.currency)
                again = entry_of(field, cells, table.currency, getattr(entry.node, "text", ""))
                assert again is not None
                assert same_cells(field, cells_of(field, again, table.currency), cells)
                if field.name != "answer" and field.form not in (
                    "yes_no",
                    "who",
                    "entities",
                    "limit",
                ):
                    assert again.key == entry.key
                    assert values(as_written(again.node)) == values(as_written(entry.node))


def test_the_same_set_gives_the_same_bytes_and_the_day_is_stated() -> None:
    files = files_of("acme")
    data = exported(files)
    assert data == exported(files)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert {info.date_time[:3] for info in archive.infolist()} == {(2027, 3, 15)}
    assert core.count("2027-03-15T00:00:00Z") == 2
    book = load_workbook(io.BytesIO(data))
    assert any(
        cell.value == DAY.isoformat() for row in book["us-spending"].iter_rows() for cell in row
    )


def pairs(**parts: Node) -> Mapping:
    return Mapping(tuple((word(key.rstrip("_")), part) for key, part in parts.items()), NOWHERE)


def several(items: list[Node]) -> Sequence:
    return Sequence(tuple(items), NOWHERE)


NAMES = st.sampled_from(["cfo", "ceo", "requester.manager", "of", "then", "all", "ratify"]).map(
    word
)
ONE = st.sampled_from(["vp", "authority_covers", "2", "30 days", "all"]).map(word)
APPROVERS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        *(
            st.lists(inner, min_size=1, max_size=3).map(
                lambda n, key=key: pairs(**{key: several(n)})
            )
            for key in ("all", "any", "first")
        ),
        st.builds(lambda n, of: pairs(at_least=n, of=of), ONE, inner),
        st.builds(
            lambda n, of: pairs(at_least=n, of=several(of)),
            ONE,
            st.lists(inner, min_size=1, max_size=2),
        ),
        st.builds(lambda who, said: pairs(who=who, as_=said), inner, ONE),
        st.builds(lambda who, said: pairs(as_=said, who=who), inner, ONE),
        st.builds(lambda by, within: pairs(ratify=pairs(by=by, within=within)), inner, ONE),
        *(
            inner.map(lambda n, key=key: pairs(**{key: n}))
            for key in ("consult", "notify", "level")
        ),
        inner.map(lambda n: pairs(ratify=pairs(by=n))),
        st.builds(lambda to, asks: pairs(chain=word("supervisors"), to=to, asks=asks), ONE, ONE),
        st.builds(lambda of, n: pairs(chain=word("supervisors"), of=of, steps=n), inner, ONE),
        st.builds(
            lambda n, until: pairs(chain=several(n), until=until),
            st.lists(NAMES, min_size=1, max_size=2),
            st.one_of(ONE, ONE.map(lambda n: pairs(covers=n))),
        ),
        TREES.filter(lambda n: isinstance(n, Mapping)),
    ),
    max_leaves=6,
)


def unquoted(node: Node) -> object:
    match node:
        case Scalar(text):
            return text
        case Sequence(items):
            return [unquoted(item) for item in items]
        case Mapping(entries):
            return [(key.text, unquoted(value)) for key, value in entries]


@given(APPROVERS)
def test_approvers_read_back_from_their_words(node: Node) -> None:
    assert unquoted(steps_node(steps_text(node))) == unquoted(node)


@given(st.lists(APPROVERS, min_size=2, max_size=3))
def test_steps_read_back_from_their_words(nodes: list[Node]) -> None:
    text = steps_text(several(nodes))
    assert unquoted(steps_node(text)) == unquoted(several(nodes))
    assert steps_text(steps_node(" ".join(text.split("\n")))) == text


@given(TREES)
def test_conditions_and_lists_read_back_from_their_words(node: Node) -> None:
    tree = as_written(node)
    assert values(as_written(condition_node(condition_text(tree)))) == values(tree)
    many = tree if isinstance(tree, Sequence) else several([tree])
    assert values(as_written(list_node(list_text(tree)))) == values(many)
    if not isinstance(tree, Scalar):
        assert values(as_written(parts_node(parts_text(tree)))) == values(tree)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cfo", "cfo"),
        ("cfo then ceo", "[cfo, ceo]"),
        ("cost_center_owner\nthen all of (cfo, ceo)", "[cost_center_owner, {all: [cfo, ceo]}]"),
        ("2 of (a, b, any of (c, d))", "{at_least: 2, of: [a, b, {any: [c, d]}]}"),
        ("3 of officer", "{at_least: 3, of: officer}"),
        ("first of (a, {level: vp})", "{first: [a, {level: vp}]}"),
        ("level vp", "{level: vp}"),
        ("any of (a, b) as signs", "{who: {any: [a, b]}, as: signs}"),
        ("notify any of (a, b)", "{notify: {any: [a, b]}}"),
        ("consult a as reviews", "{consult: {who: a, as: reviews}}"),
        ("ratify by council", "{ratify: {by: council}}"),
        (
            "ratify by council within 5 business days",
            "{ratify: {by: council, within: 5 business days}}",
        ),
        ("supervisors until authority_covers", "{chain: supervisors, until: authority_covers}"),
        (
            "chain (a, b) until authority_covers asks all",
            "{chain: [a, b], until: authority_covers, asks: all}",
        ),
        (
            "supervisors of cfo to vp as signs",
            "{who: {chain: supervisors, of: cfo, to: vp}, as: signs}",
        ),
        ("supervisors until {covers: x}", "{chain: supervisors, until: {covers: x}}"),
        (
            "{at_least: 3, of: a, among_them: {1: [b]}}",
            "{at_least: 3, of: a, among_them: {1: [b]}}",
        ),
    ],
)
def test_approvers_in_words(text: str, expected: str) -> None:
    node = steps_node(text)
    assert flow(node) == expected
    if "{level" not in text and "then ceo" not in text:
        assert steps_text(node) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected an approver, found nothing"),
        ("cfo ceo", "expected `then` and the next step, found `ceo`"),
        ("cfo, ceo", "expected `then` and the next step, found `,`"),
        ("all of cfo", "expected `(` and approvers, found `cfo`"),
        ("all of (cfo", "expected `,` or `)`, found nothing"),
        ("all of ()", "expected an approver, found `)`"),
        ("cfo then", "expected an approver, found nothing"),
        ("2 of", "expected an approver, found nothing"),
        ("{all: [cfo", "a brace is never closed in `{all: [cfo`"),
        ("ratify council", "expected `ratify by` somebody, found `ratify` alone"),
        ("cfo & ceo", "expected `then` and the next step, found `&`"),
        ("supervisors to vp to director", "a chain says each thing once"),
        (
            "supervisors until authority covers",
            "expected an end in one word, found `authority covers`",
        ),
    ],
)
def test_what_is_no_approver_is_said(text: str, message: str) -> None:
    with pytest.raises(NoApprovers) as refusal:
        steps_node(text)
    assert str(refusal.value) == message


@pytest.mark.parametrize("text", ["cfo, ceo", "cfo + ceo", "cfo+ceo", "cfo and ceo", "cfo or ceo"])
def test_several_approvers_in_one_cell_get_the_words_for_them(text: str) -> None:
    with pytest.raises(NoApprovers) as refusal:
        steps_node(text)
    assert refusal.value.help == "write `a then b`, `all of (a, b)` or `any of (a, b)`"


def test_an_end_in_two_words_gets_the_word_that_was_meant() -> None:
    with pytest.raises(NoApprovers) as refusal:
        steps_node("supervisors until authority covers then cfo")
    assert refusal.value.help == "did you mean `authority_covers`?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("travel", "travel"),
        ("travel or hotel", "[travel, hotel]"),
        ("travel, hotel", "[travel, hotel]"),
        ("not legal", "{not: legal}"),
        ("none of legal, payroll", "{not: [legal, payroll]}"),
        ("up to 3 years", "{up_to: 3 years}"),
        ("above 1 year and up_to 3 years", "{above: 1 year, up_to: 3 years}"),
        ("below 2027-01-01", "{below: 2027-01-01}"),
        ("from {lesser: [1% of x, 5.00 EUR]}", "{from: {lesser: [1% of x, 5.00 EUR]}}"),
    ],
)
def test_conditions_in_words(text: str, expected: str) -> None:
    assert flow(condition_node(text)) == expected


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("name", ["acme", "us-cities"])
def test_another_program_may_save_it(name: str, tmp_path: Path) -> None:
    files = files_of(name)
    source = tmp_path / "out.xlsx"
    source.write_bytes(exported(files))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=120)
    outcome = taken((tmp_path / "saved" / "out.xlsx").read_bytes(), files)
    assert outcome.problems == ()
    assert outcome.changes == ()
    assert outcome.files == {}


def test_sorted_moved_and_renamed_it_says_the_same() -> None:
    files = files_of("us-cities")

    def shuffle(book: Workbook) -> None:
        for sheet in book.worksheets:
            if sheet.title == "countersign":
                continue
            head = head_of(sheet)
            last = head
            while sheet.cell(last + 1, 1).value is not None:
                last += 1
            rows = [[cell.value for cell in sheet[row]] for row in range(head + 1, last + 1)]
            for at, row in enumerate(reversed(rows), head + 1):
                for column, value in enumerate(row, 1):
                    sheet.cell(at, column).value = value
            sheet.insert_cols(2)
            for row in range(head, last + 1):
                sheet.cell(row, 2).value = sheet.cell(row, sheet.max_column).value
                sheet.cell(row, sheet.max_column).value = None
            sheet.title = f"copy {sheet.title}"[:31]

    outcome = taken(changed(exported(files), shuffle), files)
    assert [str(each) for each in outcome.problems] == []
    assert outcome.changes == ()
    assert outcome.files == {}


@given(st.integers(1, 10**15 - 1), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_no_cent_is_lost_on_the_way_through_a_float(minor: int, currency: str) -> None:
    from engine.money import decimal_text, parse_amount
    from rules.analysis.spreadsheet.cells import Entry
    from rules.analysis.spreadsheet.fields import UPPER
    from rules.analysis.spreadsheet.opening import _number

    text = decimal_text(minor, currency)
    cells = cells_of(UPPER, Entry("up_to", word(text)), currency)
    number = _number(float(cells[1]), "General")  # what a spreadsheet holds
    assert not isinstance(number, str)
    again = entry_of(UPPER, ("up_to", number), currency)  # type: ignore[arg-type]
    assert again is not None
    written = again.node.text.replace("_", "")  # type: ignore[union-attr]
    assert parse_amount(written, currency).minor == minor
