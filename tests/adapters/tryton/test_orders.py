"""What is refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.erp.connector import ErpError, Fault
from adapters.erp.tryton import invoices
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


@pytest.mark.parametrize("key", ["", " ", "C-1/1 "])
def test_an_order_without_a_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="expected a key"):
        replace(order(), key=key)
