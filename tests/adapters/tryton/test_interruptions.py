"""Lost answers, killed servers, other people at work: exactly one posted invoice, or none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.erp.connector import ErpError, Fault, PostingOrder, Receipt
from adapters.erp.tryton.connection import TrytonConnector
from adapters.transport import Timeouts
from tests.adapters.tryton.desk import Connections, Ledger, insist, order
from tests.adapters.tryton.interference import (
    Behaviour,
    Exchange,
    Proxy,
    answer_without_end,
    babble,
    bad_gateway,
    count_the_click_only,
    interfering,
    keep_silent,
    lose_the_answer,
    lose_the_request,
    pass_on,
)
from tests.erp_seed import APPROVER, EXPENSE
from tests.erp_server import Tryton, running_tryton_on_postgresql

pytestmark = pytest.mark.server

WRITES = ("create", "validate_invoice", "post")


@pytest.fixture
def proxy(erp: Tryton) -> Iterator[Proxy]:
    with interfering(erp.base_url) as between:
        yield between


def before(change: Callable[[], object]) -> Behaviour:
    """Somebody changes something in the moment before the call arrives."""

    def behave(exchange: Exchange) -> None:
        change()
        pass_on(exchange)

    return behave


def fault_of(act: Callable[[], object]) -> tuple[Fault, str]:
    with pytest.raises(ErpError) as raised:
        act()
    return raised.value.fault, raised.value.code


@pytest.mark.parametrize("method", WRITES)
def test_a_lost_answer_is_an_unknown_outcome_and_then_found(
    proxy: Proxy, connect: Connections, ledger: Ledger, method: str
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER), order()
    proxy.on(method, lose_the_answer)
    assert fault_of(lambda: posting.post(asked)) == (Fault.UNKNOWN_OUTCOME, "outcome_unknown")
    assert proxy.count(method) == 1  # nothing repeated by itself
    left = posting.find(asked)
    assert left is not None
    assert left.is_posted == (method == "post")
    assert posting.post(asked).is_posted
    assert ledger.states(asked) == ["posted"]
    assert proxy.count(method) == 1


@pytest.mark.parametrize(
    "behaviour", [bad_gateway, keep_silent, lose_the_request, babble, answer_without_end]
)
def test_no_whole_answer_to_a_write_is_an_unknown_outcome(
    proxy: Proxy, connect: Connections, ledger: Ledger, behaviour: Behaviour
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER, timeouts=Timeouts(piece=8)), order()
    proxy.on("post", behaviour)
    assert fault_of(lambda: posting.post(asked)) == (Fault.UNKNOWN_OUTCOME, "outcome_unknown")
    assert posting.post(asked).is_posted
    assert ledger.states(asked) == ["posted"]


def test_no_answer_to_a_reading_is_worth_another_try(proxy: Proxy, connect: Connections) -> None:
    asking = connect.to(proxy.base_url, APPROVER)
    proxy.on("search_read", lose_the_answer)
    assert fault_of(lambda: asking.find(order())) == (Fault.TRANSIENT, "unavailable")
    assert asking.find(order()) is None


def test_an_answer_to_a_reading_that_is_too_large_is_not_read(
    proxy: Proxy, connect: Connections
) -> None:
    asking = connect.to(proxy.base_url, APPROVER)
    proxy.on("search_read", answer_without_end)
    assert fault_of(lambda: asking.find(order())) == (Fault.INVALID, "answer_too_large")


def test_a_button_that_wants_another_user_leaves_it_waiting(
    proxy: Proxy, connect: Connections, ledger: Ledger
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER), order()
    proxy.on("post", count_the_click_only)
    assert fault_of(lambda: posting.post(asked)) == (Fault.BUSINESS, "waits_in_erp")
    assert ledger.states(asked) == ["validated"]


def test_an_erp_that_is_down_is_unavailable_and_nothing_is_lost(connect: Connections) -> None:
    assert fault_of(lambda: connect.to("http://127.0.0.1:9", APPROVER).post(order())) == (
        Fault.TRANSIENT,
        "unavailable",
    )


@pytest.mark.parametrize("method", ["validate_invoice", "post"])
def test_what_somebody_edits_between_reading_and_clicking_is_a_conflict(
    proxy: Proxy, connect: Connections, ledger: Ledger, method: str
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER), order()
    proxy.on(method, before(lambda: ledger.write(asked, {"comment": "looked at it"})))
    assert fault_of(lambda: posting.post(asked)) == (Fault.CONFLICT, "concurrent_change")
    assert "posted" not in ledger.states(asked)
    assert posting.post(asked).is_posted


def test_a_line_made_dearer_before_validation_is_found_before_it_is_posted(
    proxy: Proxy, connect: Connections, ledger: Ledger
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER), order()
    dearer = {"unit_price": Decimal(900)}
    proxy.on("validate_invoice", before(lambda: ledger.write_lines(asked, dearer)))
    assert fault_of(lambda: posting.post(asked)) == (Fault.BUSINESS, "read_back_differs")
    assert ledger.states(asked) == ["validated"]


def test_a_line_made_dearer_after_validation_does_not_reach_the_ledger_and_is_reported(
    proxy: Proxy, connect: Connections, ledger: Ledger
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER), order()
    proxy.on("post", before(lambda: ledger.write_lines(asked, {"unit_price": Decimal(900)})))
    assert fault_of(lambda: posting.post(asked)) == (Fault.BUSINESS, "read_back_differs")
    assert ledger.states(asked) == ["posted"]
    assert ledger.entry(asked)["2.1.1"] == ("0", "120.00")


def test_an_entry_that_somebody_changes_before_it_is_posted_is_a_conflict(
    proxy: Proxy, connect: Connections, ledger: Ledger
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER), order()
    proxy.on("post", before(lambda: ledger.write_entry(asked, {"description": "mine"})))
    assert fault_of(lambda: posting.post(asked)) == (Fault.CONFLICT, "concurrent_change")
    assert ledger.states(asked) == ["validated"]


def test_amounts_of_the_entry_changed_before_it_is_posted_are_reported(
    proxy: Proxy, connect: Connections, ledger: Ledger
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER), order()
    dearer = {"2.1.1": {"credit": Decimal(920)}, EXPENSE: {"debit": Decimal(900)}}
    proxy.on("post", before(lambda: ledger.write_entry_lines(asked, dearer)))
    assert fault_of(lambda: posting.post(asked)) == (Fault.BUSINESS, "read_back_differs")


def test_somebody_entering_the_same_invoice_by_hand_makes_it_a_duplicate(
    proxy: Proxy, connect: Connections, ledger: Ledger
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER), order()
    by_hand = {"description": "typed from paper", "reference": asked.document.number}
    proxy.on("validate_invoice", before(lambda: ledger.copy(asked, by_hand)))
    assert fault_of(lambda: posting.post(asked)) == (Fault.BUSINESS, "duplicate_reference")
    assert ledger.states(asked) == ["draft", "draft"]


def test_two_drafts_of_one_order_become_one_posted_invoice(
    proxy: Proxy, connect: Connections, ledger: Ledger
) -> None:
    """As two workers leave them that both looked before either had created."""
    posting, asked = connect.to(proxy.base_url, APPROVER), order()

    def twice(exchange: Exchange) -> None:
        exchange.forward()
        pass_on(exchange)

    proxy.on("create", twice)
    assert posting.post(asked).is_posted
    assert ledger.states(asked) == ["posted"]


def test_the_other_worker_s_draft_is_no_duplicate_of_a_stranger(
    proxy: Proxy, connect: Connections, ledger: Ledger
) -> None:
    posting, asked = connect.to(proxy.base_url, APPROVER), order()
    document = asked.document
    same = {
        "reference": document.number,
        "description": asked.key,
        "invoice_date": document.document_date,
        "accounting_date": asked.posting_date,
    }
    proxy.on("validate_invoice", before(lambda: ledger.copy(asked, same)))
    assert fault_of(lambda: posting.post(asked)) == (Fault.CONFLICT, "concurrent_change")
    assert ledger.states(asked) == ["draft", "draft"]
    assert posting.post(asked).is_posted
    assert ledger.states(asked) == ["posted"]


def at_once(posts: list[Callable[[], Receipt]]) -> list[Any]:
    """Runs all at the same moment; receipts and errors."""
    outcomes: list[Any] = []
    barrier = threading.Barrier(len(posts))

    def run(post: Callable[[], Receipt]) -> None:
        barrier.wait()
        try:
            outcomes.append(insist(post))
        except ErpError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(post,)) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_workers_with_the_same_order_get_the_same_receipt(
    erp: Tryton, connect: Connections, ledger: Ledger
) -> None:
    asked = order()
    workers = [connect.to(erp.base_url, APPROVER) for _ in range(2)]
    receipts = at_once([lambda one=one: one.post(asked) for one in workers])
    assert {getattr(one, "number", one) for one in receipts} == {receipts[0].number}
    assert ledger.states(asked) == ["posted"]


def killing(server: Tryton, after_seconds: float) -> Behaviour:
    """The server dies while it performs the call."""

    def behave(exchange: Exchange) -> None:
        timer = threading.Timer(after_seconds, server.kill)
        timer.start()
        with suppress(OSError, ConnectionError):
            exchange.forward()
        timer.join()
        exchange.drop()

    return behave


def survives(own_erp: Tryton, connect: Connections, method: str, after_seconds: float) -> None:
    asked = order()
    with interfering(own_erp.base_url) as proxy:
        posting = connect.to(proxy.base_url, APPROVER)
        proxy.on(method, killing(own_erp, after_seconds))
        assert fault_of(lambda: posting.post(asked))[0] is Fault.UNKNOWN_OUTCOME
        own_erp.start()
        receipt = insist(lambda: posting.post(asked))
        assert insist(lambda: posting.post(asked)) == receipt
    ledger = connect.ledger(own_erp)
    assert ledger.states(asked) == ["posted"]
    assert ledger.entry(asked)["2.1.1"] == ("0", "120.00")


@pytest.mark.kill
def test_an_erp_killed_in_the_middle_ends_with_one_posted_invoice(
    own_erp: Tryton, connect: Connections
) -> None:
    for method, after_seconds in (("create", 0.1), ("post", 0.1)):
        survives(own_erp, connect, method, after_seconds)


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.parametrize("method", WRITES)
def test_however_often_it_is_killed(own_erp: Tryton, connect: Connections, method: str) -> None:
    for step in range(12):
        survives(own_erp, connect, method, 0.04 * step)


@pytest.mark.slow
def test_clients_that_post_at_once_on_postgresql_lose_and_double_nothing(
    tmp_path: Path, connect: Connections
) -> None:
    """Its strict numbers make them collide: the server gives up transactions with a 503."""
    with running_tryton_on_postgresql(tmp_path) as server:
        orders: list[PostingOrder] = [order() for _ in range(16)]
        clients = [
            connect.to(server.base_url, APPROVER, database=server.database) for _ in range(4)
        ]

        def run(client: TrytonConnector, mine: list[PostingOrder]) -> Receipt:
            for one in mine:
                receipt = insist(lambda one=one: client.post(one))
            return receipt

        outcomes = at_once([lambda n=n: run(clients[n], orders[n::4]) for n in range(4)])
        assert all(isinstance(one, Receipt) for one in outcomes), outcomes
        same = order()
        again = at_once([lambda one=one: one.post(same) for one in clients])
        assert {getattr(one, "number", one) for one in again} == {again[0].number}
        ledger = connect.ledger(server)
        rows = [ledger.invoices(one) for one in [*orders, same]]
        assert [[row["state"] for row in one] for one in rows] == [["posted"]] * 17
        assert len({one[0]["number"] for one in rows}) == 17
        assert '" 503 ' in server.log.read_text(), "they did not collide: this shows nothing"
