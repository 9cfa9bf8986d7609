"""Refunds over stored documents: several of one charge never come to more than it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from api.usecases.casework.acting import Kind
from api.usecases.casework.checking import check_trail
from engine.cases.status import Status
from tests.casework.readying import Books, codes, found, opened_books
from tests.casework.test_concurrency import at_once
from tests.databases import BOTH

CHECKS = """kind: readiness
documents: [customer_refund]
checks: [{refund_covered: {paid_from: yes}}]
"""
OF_ADJUSTMENTS = """kind: readiness
documents: [subscription_adjustment]
checks: [{adjustment_limits: {discount: 20%, back: 3 months}}]
"""
HIS, RITAS = "FR7630006000011234567890189", "021000021-4417830922"


@pytest.fixture(params=BOTH)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    with opened_books(request.param, tmp_path, CHECKS, OF_ADJUSTMENTS) as opened:
        yield opened


def refund(id: str, net: str = "60.00", to: str = HIS, **fields: object) -> dict[str, object]:
    return {
        "type": "customer_refund",
        "id": id,
        "entity": "US01",
        "requester": "paul",
        "customer": "C-1",
        "currency": "USD",
        "amount": net,
        "refunds": "CH-1",
        "charged": "100.00",
        "paid_from": [{"account": HIS}],
        "pay_to": [{"account": to}],
        **fields,
    }


def test_refunds_of_one_charge_add_up_over_documents(books: Books) -> None:
    first = books.posted(refund("R-1"))
    second = books.approved(refund("R-2", refunds="ch 1"))
    assert found(second)[0][0] == "refund_above_charge"
    assert first.number in found(second)[0][1]["others"]
    assert books.approved(refund("R-3", "40.00")).status is Status.POSTING
    raised = books.approved(refund("R-4", "40.00", charged="500.00"))
    assert codes(raised) == ["refund_charge_differs"]
    assert check_trail(books.nodes[0].store).problems == []


def test_of_two_refunds_on_two_nodes_at_one_moment_one_is_paid(books: Books) -> None:
    for n in range(5):
        charge = f"CH-{n}-of-a-race"
        cases = [books.sent(refund(f"R-{n}-{node}", refunds=charge)) for node in (0, 1)]
        done = at_once(*(partial(books.acted, case, node=node) for node, case in enumerate(cases)))
        assert sorted(case.status for case in done) == [Status.APPROVED, Status.POSTING]


def test_a_refund_that_is_withdrawn_makes_room(books: Books) -> None:
    books.posted(refund("R-1"))
    waiting = books.approved(refund("R-2"))
    assert codes(waiting) == ["refund_above_charge"]
    books.acted(waiting, Kind.WITHDRAW, "paul")
    assert books.approved(refund("R-3", "40.00")).status is Status.POSTING


def test_no_refund_goes_to_somebody_on_the_payroll(books: Books) -> None:
    case = books.sent(refund("R-1", to=RITAS, paid_from=[{"account": RITAS}]))
    assert found(case) == [("refund_to_employee", {"person": "rita"})]


def test_discounts_of_one_subscription_add_up(books: Books) -> None:
    def discount(id: str, percent: str) -> dict[str, object]:
        return {
            "type": "subscription_adjustment",
            "id": id,
            "entity": "US01",
            "requester": "paul",
            "customer": "C-1",
            "subscription": "SUB-1",
            "adjustment_kind": "discount",
            "discount_percent": percent,
            "adjusted_from": "2027-03-01",
        }

    books.posted(discount("A-1", "12.5"))
    over = books.approved(discount("A-2", "8"))
    assert found(over)[0][1]["discount"] == "20.5"
