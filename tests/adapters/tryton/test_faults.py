"""Answers of Tryton and of machines before it, and what they mean for who asked."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from adapters.erp.connector import ErpError, Fault
from adapters.erp.tryton import faults
from adapters.erp.tryton.protocol import decoded, encoded
from adapters.transport import Answer

LOCKED = b"<h1>Service Unavailable</h1>could not obtain lock on row in relation &quot;ir_sequence"


def of_status(status: int, body: bytes = b"", *, writes: bool = True) -> ErpError:
    return faults.of_status(Answer(status, {"retry-after": "7"}, body), writes=writes)


@pytest.mark.parametrize(
    ("status", "body", "writing", "reading"),
    [
        (503, LOCKED, Fault.TRANSIENT, Fault.TRANSIENT),
        (503, b"no server is available", Fault.UNKNOWN_OUTCOME, Fault.TRANSIENT),
        (500, b"", Fault.UNKNOWN_OUTCOME, Fault.TRANSIENT),
        (502, b"", Fault.UNKNOWN_OUTCOME, Fault.TRANSIENT),
        (504, b"", Fault.UNKNOWN_OUTCOME, Fault.TRANSIENT),
        (302, b"", Fault.UNKNOWN_OUTCOME, Fault.TRANSIENT),
        (429, b"", Fault.THROTTLED, Fault.THROTTLED),
        (401, b"", Fault.AUTH, Fault.AUTH),
        (403, b"", Fault.AUTH, Fault.AUTH),
        (404, b"", Fault.NOT_FOUND, Fault.NOT_FOUND),
        (413, b"", Fault.INVALID, Fault.INVALID),
    ],
)
def test_a_status_that_proves_nothing_leaves_a_write_unknown(
    status: int, body: bytes, writing: Fault, reading: Fault
) -> None:
    assert of_status(status, body).fault is writing
    assert of_status(status, body, writes=False).fault is reading


def test_what_the_server_asks_to_wait_is_kept() -> None:
    assert of_status(429).retry_after == 7
    assert (
        faults.of_status(Answer(429, {"retry-after": "-1"}, b""), writes=True).retry_after is None
    )


def test_a_domain_error_with_its_schema_is_kept_short() -> None:
    text = 'The value "x" for field "Account" in record "y" is not valid according to its domain.'
    error = faults.of_error("UserError", [[text, "", [["schema", "x" * 33_000]]]])
    assert (error.code, error.message) == ("account_wrong_company", text)


def test_a_long_answer_is_cut() -> None:
    error = of_status(500, b"<p>" + b"trace\n" * 100_000)
    assert len(error.message) <= 500
    assert "\n" not in error.message


@pytest.mark.parametrize(
    ("kind", "rest", "fault", "code"),
    [
        ("UserWarning", [["8d.invoice_similar", "Die Rechnung ist ...", ""]], "business",
         "duplicate_reference"),
        ("UserWarning", [["8d.invoice_taxes", "is similar to", ""]], "business", "business_rule"),
        ("UserError", [["Something else", "", None]], "business", "business_rule"),
        ("ConcurrencyException", ["Records were modified"], "conflict", "concurrent_change"),
        ("'no.such.model'", [""], "invalid", "not_understood"),
        ("UserError", [], "business", "business_rule"),
        ("UserError", [['You cannot add/modify/delete tax lines in closed period "2027-01".']],
         "business", "period_closed"),
        ("UserError", [['You are not allowed to access "Party".']], "auth", "not_allowed"),
        ("UserError", [['You are trying to write to records "7" of "Invoice" that don\'t exist.']],
         "conflict", "concurrent_change"),
        ("UserError", [['To delete invoice "[A1]" you must cancel it.']], "conflict",
         "concurrent_change"),
        ("UserError", [['The reference "You can not call "post" on" is too long.']], "business",
         "business_rule"),
        ("UserError", [['The value "You are not allowed to" for field "Party" is wrong.']],
         "business", "business_rule"),
    ],
)  # fmt: skip
def test_a_refusal_has_a_code(kind: str, rest: list[object], fault: str, code: str) -> None:
    error = faults.of_error(kind, rest)
    assert (error.fault, error.code) == (fault, code)


def test_amounts_and_days_travel_exactly() -> None:
    values = {"amount": Decimal("0.10"), "days": [date(2027, 2, 28)], "text": "é"}
    assert decoded(encoded(values)) == values
    assert decoded(b'{"quantity": 0.1}') == {"quantity": Decimal("0.1")}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"\xff",
        b"[" * 100_000,
        b'{"__class__": "Decimal", "decimal": "one"}',
        b'{"__class__": "date", "year": 2027, "month": 13, "day": 1}',
    ],
)
def test_what_is_no_answer_of_tryton_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decoded(body)


def test_an_amount_is_sent_as_the_digits_that_it_has() -> None:
    assert json.loads(encoded({"unit_price": Decimal("0.30")})) == {
        "unit_price": {"__class__": "Decimal", "decimal": "0.30"}
    }
