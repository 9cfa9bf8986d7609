"""Orders posted to a really running Tryton, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters.erp.connector import (
    Credentials,
    ErpError,
    Fault,
    PeriodStatus,
    PostingOrder,
    SupplierStatus,
)
from adapters.erp.tryton.connection import TrytonConnector
from tests.adapters.erp_conformance import ErpConformance
from tests.adapters.tryton.desk import Connections, Ledger, order
from tests.erp_seed import APPROVER, EXPENSE, ONLY_IN_US01
from tests.erp_server import Tryton

pytestmark = pytest.mark.server


def refused(act: Callable[[], object]) -> tuple[Fault, str]:
    with pytest.raises(ErpError) as raised:
        act()
    assert len(raised.value.message) <= 500
    assert "\n" not in raised.value.message
    return raised.value.fault, raised.value.code


def left_as_draft(approver: TrytonConnector) -> tuple[PostingOrder, PostingOrder]:
    """An order that left a draft, since its tax was wrong, and the same with the right tax."""
    left = order({"tax": "19.99"})
    refused(lambda: approver.post(left))
    return left, order(key=left.key, number=left.document.number)


class TestTryton(ErpConformance):
    """Tryton as any ERP."""

    @pytest.fixture
    def connector(self, approver: TrytonConnector) -> TrytonConnector:
        return approver

    @pytest.fixture
    def make_order(self) -> Callable[..., PostingOrder]:
        return order

    @pytest.fixture
    def count_posted(self, ledger: Ledger) -> Callable[[PostingOrder], int]:
        return lambda order: ledger.states(order).count("posted")


@pytest.mark.parametrize(
    "header", [{"payable_to": {"name": "Factor Bank"}}, {"prepaid": "20.00", "payable": "100.00"}]
)
def test_nothing_is_sent_of_an_invoice_that_would_be_owed_otherwise_than_approved(
    approver: TrytonConnector, ledger: Ledger, header: dict[str, Any]
) -> None:
    unfit = order(**header)
    fault, code = refused(lambda: approver.post(unfit))
    assert (fault, code.rpartition("_")[2]) == (Fault.BUSINESS, "unsupported")
    assert ledger.invoices(unfit) == []


def test_an_allowance_and_a_charge_are_owed_as_approved(
    approver: TrytonConnector, ledger: Ledger
) -> None:
    posted = order(
        {},
        {"net": "-10.00", "tax": "-2.00", "adjustment": "allowance"},
        {"net": "5.00", "tax": "1.00", "adjustment": "charge"},
        payable="114.00",
    )
    approver.post(posted)
    assert ledger.entry(posted)["2.1.1"] == ("0", "114.00")


def test_what_is_posted_stands_in_the_ledger_as_approved(
    approver: TrytonConnector, ledger: Ledger
) -> None:
    posted = order()
    receipt = approver.post(posted)
    assert receipt.number.startswith("DE01-2027/")
    assert receipt.state == "posted"
    assert ledger.entry(posted) == {
        "2.1.1": ("0", "120.00"),
        EXPENSE: ("100.00", "0"),
        "6.3.6": ("20.00", "0"),
    }
    (invoice,) = ledger.invoices(posted, "accounting_date", "invoice_date", "reference")
    assert invoice["description"] == posted.key
    assert invoice["reference"] == posted.document.number
    assert (invoice["invoice_date"], invoice["accounting_date"]) == (
        date(2027, 3, 1),
        date(2027, 3, 5),
    )


def test_an_invoice_in_another_currency_owes_what_it_says(
    approver: TrytonConnector, ledger: Ledger
) -> None:
    posted = order({"net": "80.00", "tax": "16.00"}, currency="GBP")
    assert approver.post(posted).is_posted
    assert ledger.states(posted) == ["posted"]


def test_a_discount_among_the_lines_is_posted_with_its_sign(
    approver: TrytonConnector, ledger: Ledger
) -> None:
    posted = order({}, {"net": "-10.00", "tax": "-2.00"})
    assert approver.post(posted).is_posted
    assert ledger.entry(posted)["2.1.1"] == ("0", "108.00")


def test_a_company_may_be_called_otherwise_there(erp: Tryton, connect: Connections) -> None:
    translating = connect.to(
        erp.base_url, APPROVER, companies={"ACME-US": "US01"}, taxes={"V1": "VAT20"}
    )
    posted = order({"tax_code": "V1"}, company="ACME-US", currency="USD")
    assert translating.post(posted).number.startswith("US01-2027/")


def test_a_tax_that_the_erp_computes_otherwise_is_not_posted(
    approver: TrytonConnector, ledger: Ledger
) -> None:
    wrong = order({"tax": "19.99"})
    assert refused(lambda: approver.post(wrong)) == (Fault.BUSINESS, "read_back_differs")
    assert ledger.states(wrong) == ["draft"]


@pytest.mark.parametrize(
    ("lines", "others", "expected"),
    [
        ({}, {"posting_date": date(2031, 5, 1)}, (Fault.BUSINESS, "no_period")),
        ({"gl_account": "9.9.9"}, {}, (Fault.BUSINESS, "account_missing")),
        ({"gl_account": ONLY_IN_US01}, {}, (Fault.BUSINESS, "account_wrong_company")),
        ({"tax_code": "VAT7"}, {}, (Fault.INVALID, "tax_unknown")),
        ({}, {"supplier": "S-404"}, (Fault.BUSINESS, "supplier_unknown")),
        ({}, {"supplier": "S-GONE"}, (Fault.BUSINESS, "supplier_inactive")),
        ({}, {"currency": "SEK"}, (Fault.INVALID, "currency_unknown")),
        ({}, {"company": "FR01"}, (Fault.INVALID, "company_unknown")),
    ],
)
def test_what_the_erp_cannot_take_is_refused_by_name(
    approver: TrytonConnector,
    ledger: Ledger,
    lines: dict[str, Any],
    others: dict[str, Any],
    expected: tuple[Fault, str],
) -> None:
    impossible = order(lines, **others)
    assert refused(lambda: approver.post(impossible)) == expected
    assert "posted" not in ledger.states(impossible)


def test_a_period_says_whether_and_from_when_it_takes_postings(approver: TrytonConnector) -> None:
    day = date(2027, 3, 5)
    assert approver.period("DE01", day) == PeriodStatus("2027-03", True, day)
    january = PeriodStatus("2027-01", False, date(2027, 2, 1))
    assert approver.period("DE01", date(2027, 1, 31)) == january
    assert approver.period("DE01", date(2031, 1, 1)) == PeriodStatus("", False, None)
    before = PeriodStatus("", False, date(2027, 2, 1))
    assert approver.period("DE01", date(2026, 12, 31)) == before


def test_a_supplier_is_active_inactive_or_unknown(approver: TrytonConnector) -> None:
    assert approver.supplier("S-1") == SupplierStatus(is_known=True, is_active=True)
    assert approver.supplier("S-GONE") == SupplierStatus(is_known=True, is_active=False)
    assert approver.supplier("S-404") == SupplierStatus(is_known=False, is_active=False)


def test_a_clerk_may_not_post_and_an_approver_goes_on_from_there(
    clerk: TrytonConnector, approver: TrytonConnector, ledger: Ledger
) -> None:
    entered = order()
    assert refused(lambda: clerk.post(entered)) == (Fault.AUTH, "not_allowed")
    assert ledger.states(entered) == ["validated"]
    assert approver.post(entered).is_posted
    assert ledger.states(entered) == ["posted"]


def test_a_draft_that_somebody_made_dearer_is_not_posted(
    approver: TrytonConnector, ledger: Ledger
) -> None:
    left, right = left_as_draft(approver)
    assert approver.find(right) is not None
    ledger.write_lines(left, {"unit_price": Decimal(900)})
    assert refused(lambda: approver.find(right)) == (Fault.BUSINESS, "read_back_differs")
    assert refused(lambda: approver.post(right)) == (Fault.BUSINESS, "read_back_differs")
    assert ledger.states(left) == ["draft"]


def test_a_draft_that_pays_somebody_else_is_not_posted(
    erp: Tryton, approver: TrytonConnector, ledger: Ledger
) -> None:
    left, right = left_as_draft(approver)
    other = erp.seed["suppliers"]["S-88"]
    ledger.write(left, {"alternative_payees": [["add", [other]]]})
    assert refused(lambda: approver.post(right)) == (Fault.BUSINESS, "read_back_differs")
    assert ledger.states(left) == ["draft"]


def test_what_was_cancelled_in_the_erp_is_not_posted_again(
    clerk: TrytonConnector, approver: TrytonConnector, ledger: Ledger
) -> None:
    entered = order()
    refused(lambda: clerk.post(entered))
    ledger.click(entered, "cancel")
    assert refused(lambda: approver.post(entered)) == (Fault.BUSINESS, "cancelled_in_erp")
    found = approver.find(entered)
    assert found is not None
    assert not found.is_posted
    assert ledger.states(entered) == ["cancelled"]


def test_a_copy_that_somebody_took_of_a_posted_invoice_changes_nothing(
    approver: TrytonConnector, ledger: Ledger
) -> None:
    posted = order()
    receipt = approver.post(posted)
    ledger.copy(posted, {"invoice_date": date(2027, 3, 2)})
    assert ledger.states(posted) == ["posted", "draft"]
    assert approver.post(posted) == receipt
    assert approver.find(posted) == receipt
    assert ledger.states(posted) == ["posted", "draft"]


def test_a_wrong_password_is_an_auth_fault_that_does_not_show_it(
    erp: Tryton, connect: Connections
) -> None:
    stranger = connect.to(erp.base_url, Credentials("approver", "Wrong-1"))
    assert refused(lambda: stranger.supplier("S-1")) == (Fault.AUTH, "login_refused")
    assert "Wrong-1" not in repr(Credentials("approver", "Wrong-1"))


def test_a_database_that_is_not_there_is_not_found(erp: Tryton, connect: Connections) -> None:
    lost = connect.to(erp.base_url, APPROVER, database="nothing")
    assert refused(lambda: lost.supplier("S-1")) == (Fault.NOT_FOUND, "not_found")


def test_a_session_that_ended_is_renewed(erp: Tryton, connect: Connections, ledger: Ledger) -> None:
    mine, asked = connect.to(erp.base_url, APPROVER), order()
    assert mine.supplier("S-1").is_known
    mine._session._token = mine._session._token[:-8] + "AAAAAAA="  # as after it has run out
    assert mine.post(asked).is_posted
    assert ledger.states(asked) == ["posted"]
