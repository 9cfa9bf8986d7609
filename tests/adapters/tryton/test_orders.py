"""What is refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adapters.erp.connector import Credentials, ErpError, Fault
from adapters.erp.tryton import invoices
from adapters.erp.tryton.connection import TrytonConnector
from adapters.transport import Transport
from engine.money import Money
from tests.adapters.tryton.desk import order


@pytest.mark.parametrize(
    ("line", "header", "code"),
    [
        ({}, {"type": "expense_report"}, "unsupported_document"),
        ({}, {"number": None}, "number_missing"),
        ({}, {"supplier": None}, "supplier_missing"),
        ({}, {"document_date": None}, "document_date_missing"),
        ({"gl_account": None}, {}, "account_missing"),
        ({"tax": None}, {}, "tax_missing"),
        ({"tax_code": None}, {}, "tax_code_missing"),
    ],
)
def test_an_order_that_could_not_be_compared_is_invalid(
    line: dict[str, Any], header: dict[str, Any], code: str
) -> None:
    empty = {"gl_account": "", "tax_code": "", "tax": None}
    whole = order()
    document = whole.document
    stated = {name: value if value is not None else "" for name, value in header.items()}
    if "document_date" in header:
        stated["document_date"] = None
    lines = tuple(replace(one, **{name: empty[name] for name in line}) for one in document.lines)
    unfit = replace(whole, document=replace(document, lines=lines, **stated))
    with pytest.raises(ErpError) as raised:
        invoices.check(unfit)
    assert (raised.value.fault, raised.value.code) == (Fault.INVALID, code)
    invoices.check(whole)


PAYEE = {"name": "Factor Bank"}


@pytest.mark.parametrize(
    ("line", "header", "code"),
    [
        ({}, {"payable_to": PAYEE}, "payee_unsupported"),
        ({}, {"prepaid": "20.00"}, "prepaid_unsupported"),
        ({}, {"prepaid": "20.00", "payable": "100.00"}, "prepaid_unsupported"),
        ({}, {"rounding": "0.05", "payable": "120.05"}, "rounding_unsupported"),
        ({"tax": None, "tax_code": None}, {"payable": "99.00"}, "payable_unsupported"),
        ({"adjustment": "third_party"}, {}, "adjustment_unsupported"),
    ],
)
def test_what_would_be_lost_on_the_way_is_a_business_fault(
    line: dict[str, Any], header: dict[str, Any], code: str
) -> None:
    with pytest.raises(ErpError) as raised:
        invoices.check(order(line, **header))
    assert (raised.value.fault, raised.value.code) == (Fault.BUSINESS, code)


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ({}, {"prepaid": "0.00", "rounding": "0.00", "payable": "120.00"}),
        ({"adjustment": "charge"}, {"payable": "120.00"}),
        ({"net": "-100.00", "tax": "-20.00", "adjustment": "allowance"}, {}),
    ],
)
def test_what_is_booked_as_it_is_stated_may_be_posted(
    line: dict[str, Any], header: dict[str, Any]
) -> None:
    invoices.check(order(line, **header))


@pytest.mark.parametrize("key", ["", " ", "C-1/1 "])
def test_an_order_without_a_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="expected a key"):
        replace(order(), key=key)


def connector(**coding: dict[str, str]) -> TrytonConnector:
    """One that is never asked anything."""
    transport = Transport("http://127.0.0.1:9")
    return TrytonConnector("erp", transport, "acme", Credentials("u", "s"), **coding)


def test_an_order_becomes_the_same_again_and_another_one_something_else() -> None:
    whole = order()
    found = connector().payload(whole)
    assert found == connector().payload(whole)
    assert found.mapping == invoices.MAPPING
    dearer = tuple(replace(one, net=Money(10_001, "EUR")) for one in whole.document.lines)
    for other in (
        replace(whole, key="C-999999/1"),
        replace(whole, posting_date=date(2027, 3, 6)),
        replace(whole, document=replace(whole.document, lines=dearer)),
    ):
        assert connector().payload(other).digest != found.digest


def test_other_words_of_the_settings_are_another_mapping() -> None:
    whole = order()
    one, other = connector(), connector(taxes={whole.document.lines[0].tax_code: "19 %"})
    assert one.payload(whole).mapping_digest != other.payload(whole).mapping_digest
    assert one.payload(whole).digest != other.payload(whole).digest


def test_what_cannot_be_posted_becomes_nothing() -> None:
    whole = order()
    with pytest.raises(ErpError):
        connector().payload(replace(whole, document=replace(whole.document, number="")))
