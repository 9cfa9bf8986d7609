"""Rows of a purchasing system become whole orders, or are reported; none is dropped silently."""

from datetime import datetime
from pathlib import Path

import pytest

from adapters.sources import university_orders
from adapters.sources.university_orders import (
    Category,
    Orders,
    SourceRefused,
    convert,
    read_categories,
    read_orders,
)

HEADER = (
    "purchasing_org,approved_date,number,line,category,quantity,uom,price,amount,buyer,cancelled,"
    "closure_status,type,supplier,site,currency,contract_num\n"
)
ROW = {
    "purchasing_org": "P",
    "approved_date": "2018-07-01T09:00:00",
    "number": "5001",
    "line": "1",
    "category": "FURNITURE",
    "quantity": "2",
    "uom": "Each",
    "price": "5.005",
    "amount": "10.01",
    "buyer": "B-1",
    "cancelled": "",
    "closure_status": "Closed",
    "type": "48 Service Agreement",
    "supplier": "S-1",
    "site": "",
    "currency": "USD",
    "contract_num": "",
}
CATEGORIES = {"FURNITURE": Category("furniture", "FAC"), "PAPER": Category("office", "ADM")}
DATA = Path(__file__).resolve().parents[2] / "policies" / "university" / "data" / "orders"


def orders(*rows: dict[str, str]) -> Orders:
    lines = [HEADER, *(",".join((ROW | row).values()) + "\n" for row in rows)]
    return convert(lines, CATEGORIES, "MAIN", "America/New_York")


def test_rows_of_one_number_are_one_order() -> None:
    found = orders({}, {"line": "2", "category": "PAPER", "amount": "-3"}, {"number": "5002"})
    first, second = found.documents
    assert (first["id"], second["id"]) == ("5001", "5002")
    assert first["submitted_at"] == "2018-07-01T09:00:00-04:00"
    assert first["requester"] == "fac-1"
    assert second["requester"] == "fac-2"
    lines = first["lines"]
    assert isinstance(lines, list)
    assert lines[0] == {
        "number": 1,
        "net": "10.01",
        "category": "furniture",
        "cost_center": "FAC",
        "description": "Furniture",
        "unit_of_measure": "Each",
        "kind_of_order": "service_agreement",
        "quantity": "2",
        "price": "5.005",
    }
    assert (lines[1]["net"], lines[1]["cost_center"]) == ("-3", "ADM")


def test_cancelled_lines_count_and_are_counted() -> None:
    found = orders({"cancelled": "*"}, {"line": "2"})
    assert (len(found.documents), found.rows_count, found.cancelled_count) == (1, 2, 1)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"amount": "1,000.00"}, "there is no currency"),  # the comma moves every later cell
        ({"amount": "1e3"}, "the amount is not a decimal number"),
        ({"amount": ""}, "the amount is not a decimal number"),
        ({"amount": "\N{ARABIC-INDIC DIGIT ONE}"}, "the amount is not a decimal number"),
        ({"category": "YACHTS"}, "the category is unknown"),
        ({"line": "x"}, "the line has no number"),
        ({"currency": ""}, "there is no currency"),
        ({"number": ""}, "the order has no number or no date"),
        ({"approved_date": "yesterday"}, "the order has no number or no date"),
    ],
)
def test_a_row_that_cannot_be_used_leaves_its_order_out_and_is_reported(
    row: dict[str, str], message: str
) -> None:
    found = orders(row, {"number": "6000"})
    assert [document["id"] for document in found.documents] == ["6000"]
    assert len(found.left_out) == 1
    if "," not in row.get("amount", ""):
        assert found.left_out[0].message == message


@pytest.mark.parametrize("column", ["supplier", "buyer", "approved_date", "currency"])
def test_rows_that_disagree_leave_the_order_out(column: str) -> None:
    found = orders({}, {"line": "2", column: "other"})
    assert found.documents == ()
    assert (found.left_out[0].row, found.left_out[0].message) == (
        2,
        f"`{column}` differs within the order",
    )


def test_a_number_with_too_many_decimals_stays_out_of_the_line_but_not_the_line() -> None:
    (document,) = orders({"quantity": "5.66663333333333"}).documents
    assert "quantity" not in document["lines"][0]  # type: ignore[index]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", 'number\n"'])
def test_what_is_no_such_file_is_refused(text: str) -> None:
    with pytest.raises(SourceRefused):
        convert(text.splitlines(keepends=True), CATEGORIES, "MAIN", "UTC")


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(b"not packed")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe")
    for name in ("a.csv.gz", "b.csv", "c.csv"):
        with pytest.raises(SourceRefused, match=name.split(".")[0]):
            read_orders(tmp_path / name, CATEGORIES, "MAIN", "UTC")
    with pytest.raises(SourceRefused):
        read_categories(tmp_path / "c.csv")


def test_the_reading_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(university_orders, "MOST_CHARACTERS", 300)
    with pytest.raises(SourceRefused, match="too large"):
        orders({}, {}, {})


def test_the_real_file_is_taken_whole() -> None:
    categories = read_categories(DATA / "categories.csv")
    found = read_orders(DATA / "purchase_orders.csv.gz", categories, "MAIN", "America/New_York")
    assert (len(found.documents), found.left_out) == (2_449, ())
    assert (found.rows_count, found.cancelled_count) == (8_625, 2_500)
    moments = [
        datetime.fromisoformat(str(document["submitted_at"])) for document in found.documents
    ]
    assert moments == sorted(moments)
