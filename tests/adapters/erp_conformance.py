"""What every ERP connector must show against its running ERP: subclass and give the fixtures.

`connector` may post, `order` makes an order that can be posted, `count_posted` counts the posted
documents of an order in the ERP, asked by another way than through the connector.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from adapters.erp.connector import ErpConnector, ErpError, Fault, PostingOrder

MakeOrder = Callable[..., PostingOrder]
CountPosted = Callable[[PostingOrder], int]


class ErpConformance:
    """The same for all; what is particular to one ERP is tested beside it."""

    def test_nothing_is_found_of_an_order_that_was_never_posted(
        self, connector: ErpConnector, make_order: MakeOrder
    ) -> None:
        assert connector.find(make_order()) is None

    def test_an_order_is_posted_once_however_often_it_is_asked(
        self, connector: ErpConnector, make_order: MakeOrder, count_posted: CountPosted
    ) -> None:
        order = make_order()
        receipt = connector.post(order)
        assert receipt.is_posted
        assert receipt.number
        assert connector.post(order) == receipt
        assert connector.find(order) == receipt
        assert count_posted(order) == 1

    def test_what_an_order_becomes_is_the_same_before_and_after_it_is_posted(
        self, connector: ErpConnector, make_order: MakeOrder
    ) -> None:
        order = make_order()
        before = connector.payload(order)
        connector.post(order)
        assert connector.payload(order) == before
        assert connector.payload(make_order()).digest != before.digest
        assert before.mapping

    def test_a_credit_note_is_posted_with_its_sign(
        self, connector: ErpConnector, make_order: MakeOrder, count_posted: CountPosted
    ) -> None:
        order = make_order({"net": "-50.00", "tax": "-10.00"}, type="credit_note")
        assert connector.post(order).is_posted
        assert count_posted(order) == 1

    def test_the_supplier_s_number_under_another_key_is_a_duplicate_and_no_receipt(
        self, connector: ErpConnector, make_order: MakeOrder, count_posted: CountPosted
    ) -> None:
        first = make_order()
        connector.post(first)
        second = make_order(number=first.document.number)
        for ask in (connector.find, connector.post):
            with pytest.raises(ErpError) as raised:
                ask(second)
            assert (raised.value.fault, raised.value.code) == (
                Fault.BUSINESS,
                "duplicate_reference",
            )
        assert count_posted(second) == 1

    def test_an_order_with_other_content_under_a_used_key_is_no_receipt(
        self, connector: ErpConnector, make_order: MakeOrder
    ) -> None:
        first = make_order()
        connector.post(first)
        document = {"number": first.document.number, "key": first.key}
        dearer = make_order({"net": "200.00", "tax": "40.00"}, **document)
        for ask in (connector.find, connector.post):
            with pytest.raises(ErpError) as raised:
                ask(dearer)
            assert (raised.value.fault, raised.value.code) == (Fault.BUSINESS, "read_back_differs")

    def test_a_closed_period_is_seen_and_refused(
        self, connector: ErpConnector, make_order: MakeOrder, count_posted: CountPosted
    ) -> None:
        day = date(2027, 1, 10)
        status = connector.period("DE01", day)
        assert (status.is_open, status.first_open) == (False, date(2027, 2, 1))
        order = make_order(posting_date=day, document_date="2027-01-09")
        with pytest.raises(ErpError) as raised:
            connector.post(order)
        assert (raised.value.fault, raised.value.code) == (Fault.BUSINESS, "period_closed")
        assert count_posted(order) == 0
