"""Every invoice of the XRechnung test suite is read, exactly (A1, A2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.adapters.e_invoice.suite import HERE, NAMES, canonical, read, suite, total

GOLDEN = HERE / "golden" / "xrechnung.jsonl"
TWINS = [
    name
    for name in NAMES
    if name.endswith("_ubl.xml") and name.replace("_ubl", "_uncefact") in NAMES
]
# Where the two files of a case themselves differ.
ONLY_UBL_ORDER = {"purchase_order"}  # UBL wants an order beside a sales order: "Dummywert"
NO_PAYEE_REGISTRATION = {"payable_to"}  # stated in the CII file only
OTHER_BUYER_NAME = {"billed_to"}  # trading name and name are exchanged
FEWER_FILES = {"attachments"}  # files of the UBL one are missing in the CII one
DIFFERENCES: dict[str, set[str]] = {
    **{f"01.{case}a-INVOICE_ubl.xml": ONLY_UBL_ORDER for case in ("02", "08", "09", "10", "11")},
    **{f"01.{case}a-INVOICE_ubl.xml": ONLY_UBL_ORDER for case in ("12", "13")},
    "01.21a-INVOICE_ubl.xml": {"id", "seller"},  # two VAT numbers for one seller
    "03.07a-INVOICE_ubl.xml": FEWER_FILES | NO_PAYEE_REGISTRATION,
    "02.01a-cvd_INVOICE_ubl.xml": {"lines"} | NO_PAYEE_REGISTRATION,  # a slip in a description
    "01.01_comprehensive_test_ubl.xml": FEWER_FILES
    | OTHER_BUYER_NAME
    | NO_PAYEE_REGISTRATION
    | {"preceding"},  # the second of them is stated in the UBL file only
    **{
        f"01.0{case}_comprehensive_test_ubl.xml": FEWER_FILES
        | OTHER_BUYER_NAME
        | NO_PAYEE_REGISTRATION
        for case in (2, 3, 4)
    },
}


def test_the_suite_is_complete() -> None:
    kinds = [name.rpartition("_")[2] for name in NAMES]
    assert (kinds.count("ubl.xml"), kinds.count("uncefact.xml")) == (45, 41)
    assert len(TWINS) == 40


def test_every_invoice_is_the_document_that_it_was(request: pytest.FixtureRequest) -> None:
    lines = [
        json.dumps({"file": name, **canonical(name)}, ensure_ascii=False, sort_keys=True)
        for name in NAMES
    ]
    text = "\n".join(lines) + "\n"
    if request.config.getoption("--update-golden", default=False):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def summed(document: dict[str, Any], field: str, *kinds: str) -> Decimal:
    """The sum of a field of the lines of these kinds; an ordinary line is of the kind ``."""
    lines = [line for line in document["lines"] if line.get("adjustment", "") in kinds]
    return sum((Decimal(line[field]) for line in lines), Decimal())


@pytest.mark.parametrize("name", NAMES)
def test_the_lines_add_up_to_every_total_that_the_invoice_states(name: str) -> None:
    document = canonical(name)
    own = ("", "allowance", "charge")
    net, tax = summed(document, "net", *own), summed(document, "tax", *own)
    claimed = summed(document, "net", "third_party")
    prepaid, rounding = (Decimal(document.get(field, "0")) for field in ("prepaid", "rounding"))
    payable = net + tax + claimed - prepaid + rounding
    assert summed(document, "net", "") == total(name, "BT-106")
    assert net == total(name, "BT-109")
    assert tax == total(name, "BT-110")
    assert net + tax == total(name, "BT-112")
    assert payable == total(name, "BT-115") == Decimal(document["payable"])


def differing(first: dict[str, Any], second: dict[str, Any]) -> set[str]:
    return {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}


@pytest.mark.parametrize("name", TWINS)
def test_both_syntaxes_of_one_case_are_the_same_document(name: str) -> None:
    other = canonical(name.replace("_ubl", "_uncefact"))
    assert differing(canonical(name), other) == DIFFERENCES.get(name, set())


def test_nothing_that_is_compared_is_empty() -> None:
    """The twins are alike because they are read, not because nothing is."""
    fields = {field for name in TWINS for field in canonical(name)}
    lines = {field for name in TWINS for line in canonical(name)["lines"] for field in line}
    assert fields >= {
        "seller",
        "billed_to",
        "payable_to",
        "tax_representative",
        "pay_to",
        "due_date",
    }
    assert fields >= {"prepaid", "rounding", "payable", "preceding", "comments", "attachments"}
    assert fields >= {
        "tax_point_date",
        "delivered_on",
        "period_start",
        "payment_terms",
        "source_ids",
    }
    assert lines >= {"adjustment", "price", "quantity", "unit_of_measure", "tax_rate", "item"}
    assert lines >= {"order_line_reference", "supplier_item", "standard_item", "source_id"}
    assert lines >= {"accounting_reference", "period_start", "period_end", "tax_category"}


def test_a_hand_checked_invoice() -> None:
    document = canonical("01.15a-INVOICE_ubl.xml")
    assert document["number"] == "0000123456"
    assert document["document_date"] == "2017-12-11"
    assert document["due_date"] == "2018-01-10"
    assert document["buyer_reference"] == "11002002-98765-14"
    assert document["purchase_order"] == "10520"
    assert document["source_ids"]["contract"] == "0000000752"
    assert document["seller"] == {
        "name": "[Seller name]",
        "vat_id": "DE123456789",
        "endpoint": "EM:seller@email.de",
        "country": "DE",
    }
    assert document["pay_to"] == [
        {
            "account": "DE79000000001234567890",
            "holder": "[Payment account name]",
            "bank": "[BIC]",
        }
    ]
    assert document["payment_terms"] == "Bei Zahlungen binnen 14 Tagen, 2% Skonto"
    assert document["comments"] == [{"text": "#ADU#[Invoice note]"}]
    assert [line["net"] for line in document["lines"]] == [
        "850.00",
        "2986.00",
        "2344.00",
        "2800.00",
    ]
    assert [line["tax"] for line in document["lines"]] == ["161.50", "567.34", "445.36", "532.00"]
    assert document["payable"] == "10686.20"
    (file,) = document["attachments"]
    assert (file["name"], file["media_type"]) == ("01_15_Anhang_01.pdf", "application/pdf")
    assert file["size"] == 150128


def test_lines_inside_of_lines_are_what_is_billed_and_their_sums_are_not() -> None:
    document = canonical("04.03a-INVOICE_ubl.xml")
    assert "3.4.10." in [line["source_id"] for line in document["lines"]]
    assert "3." not in [line["source_id"] for line in document["lines"]]


def test_what_is_collected_for_others_is_a_line_so_that_it_is_approved_too() -> None:
    document = canonical("05.01a-INVOICE_ubl.xml")
    claims = [line for line in document["lines"] if line.get("adjustment") == "third_party"]
    assert [(line["net"], line["tax"]) for line in claims] == [("19.96", "0.00"), ("10.00", "0.00")]
    assert document["payable"] == "366.86"


def parts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for item in value.values():
                yield from parts(item)
        case list():
            for item in value:
                yield from parts(item)
        case _:
            yield str(value)


def test_what_the_seller_writes_never_becomes_what_decides_who_approves() -> None:
    for name in NAMES:
        document = canonical(name)
        chosen = {
            "project",
            "contract",
            "cost_center",
            "category",
            "gl_account",
            "buyer",
            "receiver",
        }
        assert not chosen & document.keys()
        assert not any(chosen & line.keys() for line in document["lines"])
    references = canonical("01.15a-INVOICE_ubl.xml")["source_ids"]
    assert references["project"] == "Entwicklung System"


def test_the_content_of_attachments_stays_outside() -> None:
    longest = max(len(text) for name in NAMES for text in parts(canonical(name)))
    assert longest < 4_000 < max(len(data) for data in suite().values())


def test_the_same_file_is_the_same_document() -> None:
    data = suite()[NAMES[0]]
    assert read(data) == read(data)
