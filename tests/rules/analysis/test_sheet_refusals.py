"""What cannot be taken over exactly is refused with its cell, and nothing is taken (C6)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from rules.analysis.spreadsheet import opening
from rules.analysis.spreadsheet.problems import SheetRefused
from tests.policies.sets import ROOT, read_folder
from tests.rules.analysis.workbooks import (
    cell,
    changed,
    exported,
    files_of,
    said,
    taken,
    with_cell,
)

DAY = datetime.fromisoformat("2028-04-01")
FILES = files_of("acme")
DATA = exported(FILES)
TAB = "us-spending"


def problems_of(change: Callable[[Workbook], Any]) -> list[str]:
    outcome = taken(changed(DATA, change), FILES)
    assert outcome.is_refused
    assert outcome.files is None
    return [str(problem) for problem in outcome.problems]


@pytest.mark.parametrize(
    ("number", "label", "value", "problem"),
    [
        (1, "Upper amount", "=B2", "F11: expected a value, found a formula: write the value"),
        (1, "Upper amount", 100.005, "F11: expected at most 2 decimals for USD, found `100.005`"),
        (1, "Upper amount", 10.0**15, "F11: expected at most 15 digits in a number, found `1000"),
        (1, "Upper amount", -5, "F11: expected an amount without sign, found `-5`"),
        (1, "Upper amount", "12,000.00", "F11: expected an amount, found `12,000.00`"),
        (1, "Upper amount", "12 000", "F11: expected an amount, found `12 000`"),
        (
            1,
            "Upper amount",
            "12_000.001",
            "F11: expected at most 2 decimals for USD, found `12_000",
        ),
        (1, "Upper amount", None, "F11: expected an amount, found nothing"),
        (
            1,
            "Upper amount",
            time(12, 0),
            "F11: expected a value, found a time of day or a duration",
        ),
        (1, "Upper", "until", "E11: expected `up_to` or `below`, found `until`"),
        (1, "Upper", None, "E11: expected `up_to` or `below`, found nothing"),
        (1, "Answer", "maybe", "H11: expected `approve` or `hold` or `refuse`, found `maybe`"),
        (1, "Answer", None, "H11: expected `approve` or `hold` or `refuse`, found nothing"),
        (1, "Who, or why", "cfo ceo", "I11: expected `then` and the next step, found `ceo`"),
        (1, "Who, or why", "{all: [cfo", "I11: a brace is never closed in `{all: [cfo`"),
        (1, "Who, or why", "note 7", "I11: there is no `note 7` below the table"),
        (1, "Who, or why", None, "I11: expected who approves, found nothing"),
        (2, "Where board_resolution", "{a: [}", "G12: in `{a: [}`: "),
        (2, "Where board_resolution", "#REF!", "G12: expected a value, found the error `#REF!`"),
        (1, "No.", 9, "A11: expected the number of a row that was exported, found `9`"),
        (1, "No.", 2, "A12: the number 2 stands at us-spending!A11 already"),
        (1, "No.", "one", "A11: expected the number of a row that was exported, found `one`"),
    ],
)
def test_a_cell_that_says_no_value(number: int, label: str, value: Any, problem: str) -> None:
    def change(book: Workbook) -> None:
        cell(book[TAB], number, label).value = value

    found = problems_of(change)
    assert len(found) == 1
    assert found[0].startswith(f"{TAB}!{problem}"), found


def test_an_amount_that_is_gone_and_approvers_with_a_comma_are_told_what_to_write() -> None:
    def change(book: Workbook) -> None:
        cell(book[TAB], 1, "Upper amount").value = None
        cell(book[TAB], 1, "Who, or why").value = "cfo, ceo"

    assert [found.partition("\n  help: ")[2] for found in problems_of(change)] == [
        "write an amount such as `10_000.00`, or empty `Upper` as well",
        "write `a then b`, `all of (a, b)` or `any of (a, b)`",
    ]


def test_numbers_that_a_program_rounds_or_shows_otherwise() -> None:
    def percent(book: Workbook) -> None:
        where = cell(book[TAB], 1, "Upper amount")
        where.value, where.number_format = 0.05, "0%"

    assert "a percentage as a number" in problems_of(percent)[0]

    def array(book: Workbook) -> None:
        where = cell(book[TAB], 1, "Upper amount")
        where.value = ArrayFormula(where.coordinate, "=SUM(1,2)")

    assert "a formula" in problems_of(array)[0]


def test_a_day_that_a_program_made_of_a_text_is_that_day() -> None:
    files = read_folder(ROOT / "tests/policies/families/ringi")
    data = exported(files)

    def change(book: Workbook) -> None:
        for number in (1, 2, 3):
            where = cell(book["other"], number, "Where kigen")
            before = where.value.split()[0]
            where.value = f"{before} 2028-04-01"

    outcome = taken(changed(data, change), files)
    assert outcome.files == {
        "approvals/other.yaml": files["approvals/other.yaml"].replace(b"2027-04-01", b"2028-04-01")
    }
    outcome = taken(with_cell(data, "other", 3, "Where kigen", DAY), files)
    assert [change.after for change in outcome.changes] == ["when: {kigen: 2028-04-01}"]
    outcome = taken(with_cell(data, "other", 3, "Where kigen", DAY.replace(hour=9)), files)
    assert "a time of day" in said(outcome)[0]


@pytest.mark.parametrize(
    ("row", "column", "value", "problem"),
    [
        (1, 1, "Another title", "A1: expected nothing, found `Another title`"),
        (3, 3, "entities DE01", "C3: expected `entities US01`, found `entities DE01`"),
        (3, 3, None, "H3: expected `entities US01`, found `Policy set`"),
        (10, 1, "Row", "us-spending: expected a row with `No.` and the names of the columns"),
        (10, 7, "Wherever", "G10: expected a column that is known, found `Wherever`"),
        (10, 7, None, "A10: the column `Where board_resolution` is missing"),
        (10, 7, "Lower", "G10: two columns are `Lower`"),
        (12, 14, "x", "N12: expected nothing outside of the columns"),
    ],
)
def test_what_stands_around_the_rows_is_not_edited(
    row: int, column: int, value: str | None, problem: str
) -> None:
    def change(book: Workbook) -> None:
        book[TAB].cell(row, column).value = value

    found = problems_of(change)
    assert any(each.removeprefix(f"{TAB}!").startswith(problem) for each in found), found


def test_merged_cells_comments_and_sheets() -> None:
    assert problems_of(lambda book: book[TAB].merge_cells("A11:A12"))[0].startswith(
        "us-spending!A11:A12: these cells are merged"
    )
    comment = lambda book: next(  # noqa: E731
        each for row in book[TAB].iter_rows() for each in row if each.value == "row 1"
    )

    def edit(book: Workbook) -> None:
        where = comment(book)
        book[TAB].cell(where.row, 2).value = "each for all of it"

    assert "found `each for all of it`" in problems_of(edit)[0]
    assert problems_of(lambda book: book.remove(book[TAB]))[0].startswith(
        "us-spending: the sheet of `approvals/us.yaml` is missing"
    )
    assert problems_of(lambda book: book.copy_worksheet(book[TAB]))[0] == (
        "us-spending Copy: `approvals/us.yaml` is shown on `us-spending` already"
    )

    def add(book: Workbook) -> None:
        book.create_sheet("ideas")["A1"] = "raise it"

    assert problems_of(add) == ["ideas: this sheet was not exported, and says no policy"]


def test_signatures_and_empty_sheets_are_not_looked_at() -> None:
    def sign(book: Workbook) -> None:
        book.create_sheet("empty")
        sheet = book[TAB]
        row = next(each[0].row for each in sheet.iter_rows() if each[0].value == "Signatures")
        sheet.cell(row + 2, 2).value = "A. Controller"
        sheet.cell(row + 2, 4).value = "=TODAY()"
        sheet.merge_cells(start_row=row + 2, end_row=row + 2, start_column=5, end_column=6)

    outcome = taken(changed(DATA, sign), FILES)
    assert outcome.problems == ()
    assert outcome.files == {}


def test_notes_hold_what_fits_no_cell() -> None:
    files = read_folder(ROOT / "tests/policies/families/ringi")
    data = exported(files)
    tab = "ringi"

    def note(book: Workbook) -> Any:
        rows = book[tab].iter_rows()
        return next(each[0] for each in rows if each[0].value == "note 1")

    found: list[str] = []

    def look(book: Workbook) -> None:
        found.append(book[tab].cell(note(book).row, 2).value)

    changed(data, look)
    assert found[0].startswith("supervisors to honbucho asks all\nthen consult all of (keiri_bucho")

    def edit(book: Workbook) -> None:
        where = book[tab].cell(note(book).row, 2)
        where.value = where.value.replace("honbucho", "kacho")

    outcome = taken(changed(data, edit), files)
    assert [change.cell for change in outcome.changes] == [f"{tab}!B18"]
    old = files["approvals/ringi.yaml"]
    assert outcome.files == {"approvals/ringi.yaml": old.replace(b"to: honbucho", b"to: kacho")}

    def delete(book: Workbook) -> None:
        book[tab].delete_rows(note(book).row)

    outcome = taken(changed(data, delete), files)
    assert "there is no `note 1` below the table" in said(outcome)[0]

    def forget(book: Workbook) -> None:
        edit(book)
        cell(book[tab], 2, "Who, or why").value = "shacho"

    outcome = taken(changed(data, forget), files)
    assert outcome.is_refused
    assert said(outcome) == ["ringi!B18: no cell refers to `note 1`"]


def test_a_spreadsheet_of_another_set_or_of_nobody() -> None:
    with pytest.raises(SheetRefused, match="it shows the set `acme`, and this is `us-cities`"):
        taken(DATA, files_of("us-cities"))
    plain = Workbook()
    out = io.BytesIO()
    plain.save(out)
    with pytest.raises(SheetRefused, match="which holds what was exported, is missing"):
        taken(out.getvalue(), FILES)

    def tamper(book: Workbook) -> None:
        text = book["countersign"]["A3"].value
        book["countersign"]["A3"].value = text[:50] + ("A" if text[50] != "A" else "B") + text[51:]

    with pytest.raises(SheetRefused, match="which holds what was exported, is changed"):
        taken(changed(DATA, tamper), FILES)


def test_a_file_or_currency_that_changed_under_it() -> None:
    gone = {name: data for name, data in FILES.items() if name != "approvals/jp.yaml"}
    gone = {name: data for name, data in gone.items() if not name.startswith("tests/")}
    assert "`approvals/jp.yaml` no longer holds what was exported" in said(taken(DATA, gone))[0]
    text = FILES["approvals/kw.yaml"].replace(b"currency: KWD", b"currency: BHD")
    outcome = taken(DATA, {**FILES, "approvals/kw.yaml": text})
    assert "were in `KWD` and are in `BHD` now" in said(outcome)[0]


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "expected an XLSX file"),
        (b"kind: approvals", "expected an XLSX file"),
        (b"PK\x03\x04" + b"\0" * 100, "expected an XLSX file"),
        (DATA[:-200], "expected an XLSX file"),
        (zipped(a=b"b"), "it cannot be read as a spreadsheet"),
        (zipped(bomb=b"\0" * 90_000_000), "expected at most 80,000,000 bytes when unpacked"),
        (zipped(x=b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'), "defines entities"),
        (zipped(x="<!DOCTYPE a>".encode("utf-16-le")), "defines entities"),
        (b"\0" * 10_000_001, "expected at most 10,000,000 bytes"),
    ],
)
def test_what_is_no_spreadsheet(data: bytes, why: str) -> None:
    with pytest.raises(SheetRefused, match=why):
        taken(data, FILES)


def test_a_sheet_is_bounded() -> None:
    with pytest.raises(SheetRefused, match="expected nothing beyond 10,000 rows and 200 columns"):
        taken(changed(DATA, lambda book: book[TAB].cell(10_001, 1, "x")), FILES)
    with pytest.raises(SheetRefused, match="us-spending!GS1: expected nothing beyond"):
        taken(changed(DATA, lambda book: book[TAB].cell(1, 201, "x")), FILES)
    many = changed(DATA, lambda book: [book.create_sheet(f"s{n}") for n in range(300)])
    with pytest.raises(SheetRefused, match="expected at most 300 sheets"):
        taken(many, FILES)
    assert opening.BYTES_MAX < opening.UNPACKED_MAX


def test_a_text_that_looks_like_a_formula_is_a_text() -> None:
    files = dict(FILES)
    for start in "=+-@":
        reason = f'"{start}HYPERLINK(1)"'
        text = FILES["approvals/de.yaml"].decode()
        text = text.replace("a board resolution is needed above 8 million", reason)
        files["approvals/de.yaml"] = text.encode()
        found: list[Any] = []

        def look(book: Workbook, found: list[Any] = found) -> None:
            where = cell(book["de-spending"], 3, "Who, or why")
            found.extend((where.data_type, where.quotePrefix, where.value))

        data = exported(files)
        again = changed(data, look)
        assert found == ["s", True, reason.strip('"')]
        assert taken(again, files).files == {}


def test_an_escape_of_the_format_is_a_text_too() -> None:
    files = dict(FILES)
    text = FILES["approvals/de.yaml"].replace(b"a board resolution", b"_x0041_ resolution")
    files["approvals/de.yaml"] = text
    assert taken(exported(files), files).files == {}
    assert taken(changed(exported(files), lambda book: None), files).files == {}


def test_several_problems_are_all_said_and_nothing_is_taken() -> None:
    def change(book: Workbook) -> None:
        cell(book[TAB], 1, "Upper amount").value = 12_000_000
        cell(book[TAB], 2, "Answer").value = "maybe"
        cell(book["de-spending"], 1, "Upper amount").value = "12.000,00"
        cell(book["limits"], 1, "Currency").value = "Dollar"
        cell(book["limits"], 2, "Jointly").value = "perhaps"

    assert [each.split(":")[0] for each in problems_of(change)] == [
        "de-spending!F11",
        "us-spending!H12",
        "limits!G11",
        "limits!C12",
    ]
