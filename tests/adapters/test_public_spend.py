"""Files of published spend become documents, row by row, or it is said where and why not."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.public_spend import cells, reading
from adapters.sources.public_spend.documents import is_hidden, raw_document
from adapters.sources.public_spend.headings import Column, HeadingsRefused, columns_of
from adapters.sources.public_spend.reading import Spend, SpendRefused, Unread, look_at, rows
from engine.documents import accept
from engine.facts.vocabulary import BUILT_IN_DOCUMENTS
from engine.money import Money

COUNCIL = (
    "Effective Date,Organisational Unit,Service Division Label,Category Internal Name,Purpose,"
    "Detailed Expenditure Code,Payment Date,Transaction Number,Irrecoverable VAT Amount,Amount,"
    "Capital Or Revenue,Beneficiary Name,Procurement Card\n"
)
COUNCIL_ROW = (
    "2027-06-30,Parks,Grounds,Supplies and Services,Seeds,205,2027-06-24,2706-00001,4.00,"
    "5400.00,R,Globex Ltd,No\n"
)
TRANSPORT = (
    "Entity,Vendor Name,Expenditure Account,Document Number,Clearing Date,Amount,"
    "Merchant Category\n"
)
TRANSPORT_ROW = 'TRAMS LTD,GLOBEX LTD,Track,1004\\1901686664,05/08/2027,"-1,234.50",5999\n'
LAST = date(2027, 6, 24)


def write(path: Path, text: str | bytes, name: str = "spend.csv") -> Path:
    file = path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def read(file: Path, **mapped: Column) -> list[Spend | Unread]:
    return list(rows(look_at(file, mapped={name: column for name, column in mapped.items()})))


def refusal(file: Path, mapped: dict[str, Column] | None = None) -> str:
    with pytest.raises(SpendRefused) as caught:
        list(rows(look_at(file, mapped=mapped or {})))
    return str(caught.value)


def test_a_row_of_a_council_is_an_invoice_with_its_coding(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path, COUNCIL + COUNCIL_ROW, "council_2027-06.csv"))
    assert isinstance(row, Spend)
    document = accept(
        raw_document(row), {}, frozenset(BUILT_IN_DOCUMENTS), received_at=datetime.now(UTC)
    )
    (line,) = document.lines
    assert (document.type, document.id) == ("invoice", "council_2027-06.csv:2")
    assert (document.entity, document.supplier, document.number) == (
        "council_2027-06",
        "Globex Ltd",
        "",
    )
    assert document.source_ids == {"published": "2706-00001"}
    assert (document.document_date, document.department) == (LAST, "Parks")
    assert (line.net, line.tax, line.tax_recovery) == (Money(540000, "GBP"), Money(400, "GBP"), 0)
    assert (line.gl_account, line.description, line.capex) == ("205", "Seeds", False)
    assert (row.effective_date, row.is_card) == (date(2027, 6, 30), False)


def test_a_negative_row_with_an_entity_is_a_credit_note_of_the_entity(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path, TRANSPORT + TRANSPORT_ROW))
    assert isinstance(row, Spend)
    document = accept(
        raw_document(row), {}, frozenset(BUILT_IN_DOCUMENTS), received_at=datetime.now(UTC)
    )
    assert (document.type, document.entity) == ("credit_note", "TRAMS LTD")
    assert document.lines[0].net == Money(-123450, "GBP")
    assert document.document_date == date(2027, 8, 5)  # the day comes first


@pytest.mark.parametrize(
    "text",
    [
        TRANSPORT + TRANSPORT_ROW,
        "\ufeff" + TRANSPORT + TRANSPORT_ROW,
        "\n\n" + TRANSPORT + TRANSPORT_ROW + ",,,,,,\n\n",
        (TRANSPORT + TRANSPORT_ROW).replace("\n", "\r\n"),
        (TRANSPORT + TRANSPORT_ROW).replace("\n", ",,\n"),
        (TRANSPORT + TRANSPORT_ROW).replace('"-1,234.50"', "-1234.5").replace(",", ";"),
        TRANSPORT.upper() + TRANSPORT_ROW,
    ],
)
def test_how_a_spreadsheet_wrote_the_file_does_not_matter(tmp_path: Path, text: str) -> None:
    (row,) = read(write(tmp_path, text))
    assert isinstance(row, Spend)
    assert (row.supplier, row.amount) == ("GLOBEX LTD", Money(-123450, "GBP"))


@pytest.mark.parametrize(
    ("encoding", "expected"), [("utf-8", "utf-8-sig"), ("cp1252", "cp1252"), ("latin-1", "cp1252")]
)
def test_text_is_read_in_the_encoding_it_was_written_in(
    tmp_path: Path, encoding: str, expected: str
) -> None:
    text = (TRANSPORT + TRANSPORT_ROW).replace("GLOBEX LTD", "CAFÉ LTD").encode(encoding)
    file = look_at(write(tmp_path, text), mapped={})
    (row,) = rows(file)
    assert isinstance(row, Spend)
    assert (file.encoding, row.supplier) == (expected, "CAFÉ LTD")


def test_bytes_that_only_latin_1_has_are_latin_1_and_not_a_loss(tmp_path: Path) -> None:
    text = (TRANSPORT + TRANSPORT_ROW).encode().replace(b"GLOBEX", b"GLOB\x81X")
    (row,) = read(write(tmp_path, text))
    assert isinstance(row, Unread)  # a control character is no name
    assert row.column == "Vendor Name"


def test_a_packed_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path, gzip.compress((TRANSPORT + TRANSPORT_ROW).encode())))
    assert isinstance(row, Spend)


def test_columns_may_stand_in_any_order_and_be_fewer(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path, "Amount,Date,Supplier Name\n1.00,1 June 2027,Globex\n"))
    assert isinstance(row, Spend)
    assert (row.day, row.account, row.is_capital, row.entity) == (
        date(2027, 6, 1),
        "",
        None,
        "spend",
    )


# What cannot be understood


def test_unknown_headings_are_refused_with_a_suggestion_all_at_once(tmp_path: Path) -> None:
    said = refusal(write(tmp_path, "Suplier Name,Amount,Date,Colour,\nGlobex,1,2027-01-01,red,\n"))
    assert said.splitlines() == [
        "`spend.csv`: its columns are not understood",
        "  column 1: no heading is called `Suplier Name`; did you mean `supplier name`?",
        "  column 4: no heading is called `Colour`",
    ]


def test_headings_can_be_told_what_they_mean(tmp_path: Path) -> None:
    text = "Paid to,Amount,Date,Colour\nGlobex,1,2027-01-01,red\n"
    mapped = {"Paid To": Column.SUPPLIER, "colour": Column.IGNORED}
    (row,) = rows(look_at(write(tmp_path, text), mapped=mapped))
    assert isinstance(row, Spend)
    assert row.supplier == "Globex"


@pytest.mark.parametrize(
    ("header", "mapped", "expected"),
    [
        (["Supplier", "Amount"], {}, "there is no column for `date`"),
        (
            ["Supplier", "Vendor", "Amount", "Date"],
            {},
            "column 2: `Vendor` is a second column for `supplier`",
        ),
        (["Supplier", " ", "Amount", "Date"], {}, "column 2: the heading is empty"),
        (
            ["Supplier", "Amount", "Date"],
            {"Suplier": Column.IGNORED},
            "`--column` names `Suplier`, and there is no such column; did you mean `Supplier`?",
        ),
    ],
)
def test_columns_that_mean_nothing_or_the_same_are_refused(
    header: list[str], mapped: dict[str, Column], expected: str
) -> None:
    with pytest.raises(HeadingsRefused, match=f"^{re.escape(expected)}$"):
        columns_of(header, mapped)


@pytest.mark.parametrize(
    ("before", "after", "column", "why"),
    [
        ('"-1,234.50"', '"12,34.50"', "Amount", "expected an amount, found `12,34.50`"),
        ('"-1,234.50"', "1.005", "Amount", "expected at most 2 decimals for GBP, found `1.005`"),
        ('"-1,234.50"', "1e6", "Amount", "expected an amount, found `1e6`"),
        ('"-1,234.50"', "", "Amount", "the cell is empty"),
        (
            '"-1,234.50"',
            "99999999999999999999",
            "Amount",
            "expected an amount, found `99999999999999999999`",
        ),
        (
            "05/08/2027",
            "08/25/2027",
            "Clearing Date",
            "there is no day `08/25/2027`; the day comes first",
        ),
        (
            "05/08/2027",
            "44778",
            "Clearing Date",
            "expected a day like 24/06/2020, found `44778`",
        ),
        ("GLOBEX LTD", "X" * 201, "Vendor Name", "expected at most 200 characters, found 201"),
        ("5999", "5999,more", "", "it has more cells than the header"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_column_and_reason(
    tmp_path: Path, before: str, after: str, column: str, why: str
) -> None:
    text = TRANSPORT + TRANSPORT_ROW + TRANSPORT_ROW.replace(before, after) + TRANSPORT_ROW
    first, second, third = read(write(tmp_path, text))
    assert isinstance(first, Spend)
    assert second == Unread("spend.csv", 3, column, why)
    assert isinstance(third, Spend)


def test_a_flag_that_is_none_is_told(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path, COUNCIL + COUNCIL_ROW.replace(",R,", ",X,")))
    assert row == Unread(
        "spend.csv", 2, "Capital Or Revenue", "expected `Capital` or `Revenue`, found `X`"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "it is empty"),
        (b"\n\n", "there is no column for `supplier`"),
        (b"PK\x03\x04rest", "it is a spreadsheet: save it as CSV"),
        ("Supplier,Amount,Date\n".encode("utf-16"), "it is no text in UTF-8 or Latin-1"),
        (b"\x1f\x8b\x08broken", "it cannot be read"),
        (gzip.compress(b"x" * 5000, mtime=0)[:-9], "it cannot be read"),
        (b'Supplier,Amount,Date\n"Globex,1,2027-01-01\n', "it is not CSV"),
        (b"Supplier,Amount,Date\n" + b"x" * 200_000, "a line has more than 100,000 characters"),
        (b",".join([b"Supplier"] * 300) + b"\n", "it has more than 200 columns"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    said = refusal(write(tmp_path, content))
    assert said.startswith("`spend.csv`: ")
    assert expected in said


def test_a_file_that_is_too_large_is_refused_before_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    packed = gzip.compress((TRANSPORT + TRANSPORT_ROW * 2).encode())
    assert refusal(write(tmp_path, packed)) == "`spend.csv`: it is larger than 100 bytes"
    assert refusal(tmp_path / "none.csv").startswith("`none.csv`: it cannot be read")
    assert refusal(tmp_path).endswith("it cannot be read: Is a directory")


@given(st.binary(max_size=300))
def test_no_bytes_end_in_anything_but_rows_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("bytes") / "spend.csv"
    for start in (b"", TRANSPORT.encode()):
        file.write_bytes(start + content)
        try:
            assert all(isinstance(row, Spend | Unread) for row in rows(look_at(file, mapped={})))
        except SpendRefused as refused:
            assert str(refused).startswith("`spend.csv`: ")  # noqa: PT017 (either is right)


# Cells


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("5400.00", 540000),
        ("£1,234.5", 123450),
        ("-£12", -1200),
        ("£-12", -1200),
        ("(5.00)", -500),
        ("5.00-", -500),
        ("5.00 CR", -500),
        ("\u22125.00", -500),
        (".5", 50),
        ("1.5000", 150),
        ("GBP 7", 700),
        ("0", 0),
    ],
)
def test_amounts_are_read_as_british_publishers_write_them(text: str, minor: int) -> None:
    assert cells.amount(text, "GBP") == Money(minor, "GBP")


@pytest.mark.parametrize("text", ["(5.00", "--5", "-5-", "(-5)", "-", ".", "5,00", "1,23,456", "٣"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(cells.CellRefused):
        cells.amount(text, "GBP")


@pytest.mark.parametrize(
    "text",
    [
        "2027-06-24",
        "2027-06-24 00:00:00",
        "24/06/2027",
        "24.6.27",
        "24-Jun-27",
        "24 June 2027",
        "24-jun-2027",
        "24/06/2027 00:00",
    ],
)
def test_days_are_read_day_first(text: str) -> None:
    assert cells.day(text) == LAST


@pytest.mark.parametrize("text", ["31/02/2027", "24/6", "Jun 24 2027", "24-Juno-2027", "0/1/2027"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(cells.CellRefused):
        cells.day(text)


def test_hidden_suppliers_are_known_by_their_words() -> None:
    assert is_hidden("REDACTED PERSONAL DATA")
    assert is_hidden("Withheld")
    assert not is_hidden("Redfern Ltd")
