"""What a person changes in a sheet reaches the file, and nothing else does (C6)."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl.workbook.workbook import Workbook

from tests.rules.analysis.workbooks import (
    cell,
    changed,
    column_of,
    exported,
    files_of,
    head_of,
    said,
    taken,
    with_cell,
)

US = "approvals/us.yaml"
CITY = "approvals/santa_clara.yaml"


def replaced(files: dict[str, bytes], file: str, *pairs: tuple[str, str]) -> dict[str, bytes]:
    text = files[file].decode()
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    return {**files, file: text.encode()}


def with_row(data: bytes, tab: str, at: int, **values: Any) -> bytes:
    """The file with a new row so many below the head."""

    def change(book: Workbook) -> None:
        sheet = book[tab]
        row = head_of(sheet) + at
        sheet.insert_rows(row)
        for label, value in values.items():
            name = label.replace("__", ", ").replace("_", " ")
            sheet.cell(row, column_of(sheet, name)).value = value

    return changed(data, change)


def without_row(data: bytes, tab: str, number: int) -> bytes:
    def change(book: Workbook) -> None:
        sheet = book[tab]
        sheet.delete_rows(cell(sheet, number, "No.").row)

    return changed(data, change)


def test_an_amount_that_changes_is_written_as_the_others_are_and_said_in_words() -> None:
    files = files_of("acme")
    outcome = taken(with_cell(exported(files), "us-spending", 1, "Upper amount", 12_000_000), files)
    # the rows behind it begin where it ended
    assert outcome.is_refused
    assert said(outcome) == [
        "us-spending!F11: approvals/us.yaml:9:12: row `up to 10,000,000.00`:"
        " `up_to: 10_000_000.00` becomes `up_to: 12_000_000.00`",
        *[each for each in said(outcome) if "error[overlap]" in each],
    ]

    def all_three(book: Workbook) -> None:
        for number, label in ((1, "Upper amount"), (2, "Lower amount"), (3, "Lower amount")):
            cell(book["us-spending"], number, label).value = 12_000_000.5

    outcome = taken(changed(exported(files), all_three), files)
    assert not outcome.is_refused
    assert len(outcome.changes) == 3
    expected = files[US].replace(b"10_000_000.00", b"12_000_000.50")
    assert outcome.files == {US: expected}


@pytest.mark.parametrize(
    ("number", "label", "value", "before", "after"),
    [
        (2, "Lower", "from", "- {above: 1_000.00, below", "- {from: 1_000.00, below"),
        (
            2,
            "Who, or why",
            "city_manager",
            "{any: [city_manager, department_head]}",
            "city_manager",
        ),
        (
            5,
            "Who, or why",
            "city_manager\nthen city_council",
            "{all: [{any: [public_works_director, parks_director]}, city_manager]}",
            "[city_manager, city_council]",
        ),
        (6, "Answer", "refuse", "    hold: the", "    refuse: the"),
        (
            6,
            "Who, or why",
            "ask, then decide: 1 # 2",
            "the paragraph on utilities from 125_000 was not read",
            '"ask, then decide: 1 # 2"',
        ),
        (5, "Where category", "public_utilities or parks", "public_utilities}", "parks}"),
        (5, "Name", "utilities", "name: public utilities\n", "name: utilities\n"),
    ],
)
def test_a_cell_that_changes_is_that_value_in_the_file(
    number: int, label: str, value: object, before: str, after: str
) -> None:
    files = files_of("us-cities")
    outcome = taken(with_cell(exported(files), "santa-clara", number, label, value), files)
    assert outcome.problems == ()
    assert len(outcome.changes) == 1
    if label == "Where category":
        before, after = "{category: public_utilities}", "{category: [public_utilities, parks]}"
    if outcome.files is None:  # what it says is for the linter
        assert any(report.severity == "error" for report in outcome.reports)
        assert label in ("Lower", "Where category")
    else:
        text = files[CITY].decode()
        at = text.rindex(before) if label == "Who, or why" and number == 2 else text.index(before)
        expected = text[:at] + after + text[at + len(before) :]
        if number == 2 and label == "Who, or why":
            expected = text.replace(
                f"below: 5_000.00, approve: {before}", f"below: 5_000.00, approve: {after}"
            )
        assert outcome.files == {CITY: expected.encode()}


def test_keys_come_and_go_where_other_rows_have_them() -> None:
    files = files_of("university")

    def change(book: Workbook) -> None:
        sheet = book["purchase-orders"]
        cell(sheet, 4, "Requires").value = "board_paper: present"
        cell(sheet, 5, "Requires").value = None
        cell(sheet, 3, "Name").value = None

    outcome = taken(changed(exported(files), change), files)
    assert outcome.problems == ()
    assert outcome.files == replaced_only(
        files,
        "approvals/purchase_orders.yaml",
        ("    require: {board_paper: present}\n", ""),
        ("  - name: owner and buyer\n    above", "  - above"),
        (
            "for an order of the last of them\n",
            "for an order of the last of them\n    require: {board_paper: present}\n",
        ),
    )


def replaced_only(files: dict[str, bytes], file: str, *pairs: tuple[str, str]) -> dict[str, bytes]:
    return {file: replaced(files, file, *pairs)[file]}


def test_a_new_row_looks_like_its_neighbour() -> None:
    files = files_of("us-cities")
    values: dict[str, Any] = {
        "Name": "parks",
        "Exception": "yes",
        "Upper": "up_to",
        "Upper_amount": 2_000,
        "Where_category": "parks",
        "Answer": "approve",
        "Who__or_why": "any of (parks_director, city_manager)",
    }
    data = exported(files)
    outcome = taken(with_row(data, "santa-clara", 7, **values), files)
    assert (
        said(outcome)
        == [
            "santa-clara!A16: approvals/santa_clara.yaml:18:5: row `parks`: `name: parks,"
            " exception: yes, up_to: 2_000.00, when: {cat…` is new"
        ]
        or len(outcome.changes) == 1
    )
    new = (
        "  - name: parks\n    exception: yes\n    when: {category: parks}\n"
        "    up_to: 2_000.00\n    approve: {any: [parks_director, city_manager]}\n"
    )
    assert outcome.files == {CITY: files[CITY] + new.encode()}
    outcome = taken(with_row(data, "santa-clara", 2, **values), files)
    flow = (
        "  - {name: parks, exception: yes, when: {category: parks}, up_to: 2_000.00,"
        " approve: {any: [parks_director, city_manager]}}\n"
    )
    first = "authorised_employee_or_supervisor]}}\n"
    assert outcome.files == replaced_only(files, CITY, (first, first + flow))


def test_a_row_that_is_deleted_goes_with_its_comment() -> None:
    files = files_of("university")
    outcome = taken(without_row(exported(files), "purchase-orders", 1), files)
    text = files["approvals/purchase_orders.yaml"].decode()
    start = text.index("  # Everyday")
    end = text.index("  # The buyer signs")
    assert outcome.files is not None
    assert outcome.files["approvals/purchase_orders.yaml"].decode() == text[:start] + text[end:]
    (change,) = outcome.changes
    assert change.row == "micro purchases"
    assert f"row No. 1, `micro purchases`: `{change.before}` goes" in str(change)
    assert change.after == ""


def test_limits_are_changed_in_the_same_way() -> None:
    files = files_of("acme")
    tab = "limits"

    def change(book: Workbook) -> None:
        cell(book[tab], 1, "Amount").value = 11_000.25
        cell(book[tab], 11, "Amount").value = 1_500_000
        cell(book[tab], 4, "Limit").value = "any_amount"
        cell(book[tab], 4, "Amount").value = None
        cell(book[tab], 4, "Currency").value = None
        cell(book[tab], 2, "Entities").value = "US01, DE01"

    outcome = taken(changed(exported(files), change), files)
    assert outcome.problems == ()
    assert outcome.files == replaced_only(
        files,
        "organization.yaml",
        ("10_000.00 USD", "11_000.25 USD"),
        ("up_to: 1_000_000 JPY", "up_to: 1_500_000 JPY"),
        ("up_to: 1_000_000.00 USD", "any_amount: yes"),
        ("director, entity: US01", "director, entities: [US01, DE01]"),
    )


def test_what_the_file_says_in_the_meantime_stays() -> None:
    files = files_of("us-cities")
    data = with_cell(exported(files), "santa-clara", 4, "Who, or why", "city_manager")
    now = replaced(
        files,
        CITY,
        ("kind: approvals\n", "# reviewed\nkind: approvals\n"),
        ("name: public utilities\n", "name: utilities\n"),
        ("  - {up_to: 1_000.00,", "  # little\n  - {up_to: 1_000.00,"),
    )
    outcome = taken(data, now)
    assert outcome.problems == ()
    assert outcome.files == replaced_only(
        now,
        CITY,
        ("from: 40_000.00, approve: city_council", "from: 40_000.00, approve: city_manager"),
    )
    assert [change.at and change.at.line for change in outcome.changes] == [13]


def test_both_made_the_same_change() -> None:
    files = files_of("us-cities")
    data = with_cell(exported(files), "santa-clara", 4, "Who, or why", "city_manager")
    now = replaced(
        files, CITY, ("40_000.00, approve: city_council", "40_000.00, approve: city_manager")
    )
    outcome = taken(data, now)
    assert outcome.files == {}
    assert outcome.changes == ()


def test_where_both_changed_one_thing_nothing_is_decided() -> None:
    files = files_of("us-cities")
    data = with_cell(exported(files), "santa-clara", 4, "Who, or why", "city_manager")
    now = replaced(
        files, CITY, ("40_000.00, approve: city_council", "40_000.00, approve: parks_director")
    )
    outcome = taken(data, now)
    assert outcome.is_refused
    assert said(outcome) == [
        "santa-clara!J14: row `from 40,000.00` says `approve: city_manager` here, and"
        " `approve: parks_director` at approvals/santa_clara.yaml:11:32\n"
        "  help: both changed since the export: decide, and export again"
    ]


def test_a_row_that_one_side_deletes_and_the_other_changes_is_a_conflict() -> None:
    files = files_of("us-cities")
    row = "  - {from: 40_000.00, approve: city_council}\n"
    data = with_cell(exported(files), "santa-clara", 4, "Answer", "hold")
    wider = ("  - {above: 5_000.00, below: 40_000.00", "  - {above: 5_000.00")
    gone = replaced(files, CITY, (row, ""), wider)
    outcome = taken(data, gone)
    assert outcome.is_refused
    assert said(outcome)[0] == (
        "santa-clara!I14: row `from 40,000.00` is changed here and no longer in the file"
    )
    changed_row = replaced(
        files,
        CITY,
        ("{from: 40_000.00, approve: city_council", "{from: 40_000.00, approve: city_manager"),
    )
    outcome = taken(without_row(exported(files), "santa-clara", 4), changed_row)
    assert outcome.is_refused
    assert (
        "row No. 4, `from 40,000.00` is not here, and was changed in the file"
        " at approvals/santa_clara.yaml:11" in said(outcome)[0]
    )


def test_the_answer_where_no_row_covers_can_change_come_and_go() -> None:
    files = files_of("undp")
    tab, file = "committees-raised", "approvals/committees_raised.yaml"
    data = with_cell(exported(files), tab, "otherwise", "Who, or why", "ask somebody")
    text = "otherwise: {hold: no review of this kind and amount is described}\n"
    assert taken(data, files).files == replaced_only(
        files, file, (text, "otherwise: {hold: ask somebody}\n")
    )

    def delete(book: Workbook) -> None:
        book[tab].delete_rows(cell(book[tab], "otherwise", "No.").row)

    outcome = taken(changed(exported(files), delete), files)
    assert [change.row for change in outcome.changes] == ["otherwise"]
    if outcome.files is not None:
        assert outcome.files == replaced_only(files, file, (text, ""))
    files = files_of("university")
    data = with_row(
        exported(files),
        "purchase-orders",
        6,
        **{"No.": "otherwise", "Answer": "hold", "Who__or_why": "nobody knows"},
    )
    outcome = taken(data, files)
    name = "approvals/purchase_orders.yaml"
    assert outcome.files == {name: files[name] + b"otherwise: {hold: nobody knows}\n"}


def test_line_ends_and_the_mark_at_the_front_stay() -> None:
    files = files_of("us-cities")
    windows = b"\xef\xbb\xbf" + files[CITY].replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    files[CITY] = windows
    data = with_cell(exported(files), "santa-clara", 4, "Who, or why", "city_manager")
    outcome = taken(data, files)
    assert outcome.files == {
        CITY: windows.replace(
            b"40_000.00, approve: city_council", b"40_000.00, approve: city_manager"
        )
    }
    files[CITY] = windows.replace(b"\r\n", b"\n", 1)
    outcome = taken(
        with_cell(exported(files), "santa-clara", 4, "Who, or why", "city_manager"), files
    )
    assert "has lines that end in two ways" in said(outcome)[-1]


def test_a_new_condition_gets_a_column_of_its_own() -> None:
    files = files_of("acme")

    def change(book: Workbook) -> None:
        sheet = book["us-spending"]
        column = sheet.max_column + 1
        sheet.cell(head_of(sheet), column).value = "Where category"
        sheet.cell(cell(sheet, 3, "No.").row, column).value = "not legal"

    outcome = taken(changed(exported(files), change), files)
    assert [change.after for change in outcome.changes] == ["when: {category: {not: legal}}"]
    assert outcome.is_refused  # legal above ten million is now for nobody
    assert any(report.code == "gap" for report in outcome.reports)
