"""An order that nobody wants is cancelled, unless something was billed or received of it (D4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.delivery import exceptions_of
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.checking import check_trail
from api.usecases.casework.submission import NotAccepted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from tests.casework.documents import PORTAL, by, order
from tests.casework.readying import LATER, Books, codes, opened_books
from tests.casework.test_concurrency import at_once
from tests.casework.test_suppliers import invoice
from tests.databases import BOTH

OF_ORDERS = "kind: readiness\ndocuments: [invoice]\nchecks: [order_open]\n"
HOUR = timedelta(hours=1)
CANCELS = LATER + HOUR


RECEIPTS = b"""kind: approvals
name: receipts
documents: [goods_receipt]
amount: none
rows:
  - {approve: cfo}
"""


@pytest.fixture(params=BOTH)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    files = {"approvals/receipts.yaml": RECEIPTS}
    with opened_books(request.param, tmp_path, OF_ORDERS, files=files) as opened:
        yield opened
        assert check_trail(opened.nodes[0].store).problems == []


def posting_orders(books: Books) -> Books:
    """The same, where orders are posted, too."""
    one, other = (
        replace(node, targets={**node.targets, ("US01", "purchase_order"): "erp"})
        for node in books.nodes
    )
    return replace(books, nodes=(one, other))


def cancelled(
    books: Books, case: Case, person: str = "rita", comment: str = "not needed", **fields: Any
) -> tuple[str, Status]:
    action = Action(Kind.CANCEL, person, case.version, comment=comment, **fields)
    done = act(books.nodes[1], case.id, action, by(person), CANCELS)
    assert done is not None
    return done.code, done.case.status


def bill(id: str = "I-1", **fields: object) -> dict[str, object]:
    return invoice(id, supplier="S-1", purchase_order="PO-1", **fields)


def test_an_approved_order_is_cancelled_and_what_it_used_of_a_total_is_free(books: Books) -> None:
    """With 8,000 of it in the window, 3,000 more go to Dan, too; without it to Mia alone."""
    first = books.approved(order(), "mia")
    beside = books.sent(order("3000.00", id="PO-2"), LATER)
    assert '"person":"dan"' in beside.decision_json
    assert cancelled(books, first) == ("", Status.CANCELLED)
    after = books.sent(order("3000.01", id="PO-3", requester="noah", cost_center="cc100"), CANCELS)
    alone = books.sent(order("3000.00", id="PO-4"), CANCELS + 6 * 24 * HOUR)
    assert '"person":"dan"' not in after.decision_json + alone.decision_json
    assert given_to(books, "PO-5") == "600000"  # PO-2 and itself


def given_to(books: Books, id: str) -> str:
    made = books.sent(order("3000.00", id=id), CANCELS)
    return str(json.loads(made.given_json)["split_sum"]["minor"])


def receipt() -> dict[str, object]:
    return {
        "type": "goods_receipt",
        "currency": "USD",
        "id": "GR-1",
        "entity": "US01",
        "requester": "rita",
        "purchase_order": "PO-1",
        "lines": [{"number": 1, "order_line": 1, "quantity": "1", "cost_center": "cc100"}],
    }


@pytest.mark.parametrize("is_billed", [True, False])
def test_an_order_of_which_something_was_billed_or_received_is_not_cancelled(
    books: Books, is_billed: bool
) -> None:
    first = books.approved(order(), "mia")
    if is_billed:
        books.approved(bill(), "mia")
    else:
        books.approved(receipt(), "carl")
    assert cancelled(books, first, comment=" ")[0] == "comment_missing"
    assert cancelled(books, first) == ("order_in_use", Status.APPROVED)
    withdraw = Action(Kind.WITHDRAW, "rita", first.version)
    done = act(books.nodes[0], first.id, withdraw, by("rita"), CANCELS)
    assert done is not None
    assert done.code == "order_in_use"


def test_a_bill_that_came_to_nothing_keeps_no_order(books: Books) -> None:
    first = books.approved(order(), "mia")
    books.acted(books.sent(bill(), LATER), Kind.REJECT, "mia")
    assert cancelled(books, first) == ("", Status.CANCELLED)


def test_nothing_is_billed_of_a_cancelled_order(books: Books) -> None:
    first = books.approved(order(), "mia")
    waiting = books.sent(bill(), LATER)
    assert cancelled(books, first)[0] == ""
    assert codes(books.acted(waiting, by_whom="mia", at=CANCELS)) == ["order_unknown"]


@pytest.mark.parametrize("person", ["mia", "dan", "noah", "carl", "paul"])
def test_nobody_cancels_who_neither_asked_for_it_nor_owns_its_matrix(
    books: Books, person: str
) -> None:
    first = books.approved(order(), "mia")
    assert cancelled(books, first, person) == ("not_asked", Status.APPROVED)


@pytest.mark.parametrize("person", ["rita", "rsmith.ext", "paul", "gina"])
def test_requester_submitter_and_owner_of_the_matrix_cancel(books: Books, person: str) -> None:
    first = books.approved(order(submitter="paul"), "mia")
    assert cancelled(books, first, person) == ("", Status.CANCELLED)


def test_what_is_not_approved_or_is_no_order_is_not_cancelled(books: Books) -> None:
    pending = books.sent(order())
    assert cancelled(books, pending) == ("not_open", Status.PENDING)
    paid = books.approved(bill(), "mia")
    assert cancelled(books, paid)[0] == "not_open"


def test_nothing_more_happens_to_a_cancelled_order(books: Books) -> None:
    first = books.approved(order(), "mia")
    cancelled(books, first)
    assert cancelled(books, first)[0] == "not_open"
    for kind, person in ((Kind.WITHDRAW, "rita"), (Kind.APPROVE, "mia"), (Kind.OBJECT, "mia")):
        done = act(books.nodes[0], first.id, Action(kind, person, 1), by(person), CANCELS)
        assert done is not None
        assert done.code != ""
    again = submit(books.nodes[0], order("100.00"), "portal", PORTAL, CANCELS)
    assert isinstance(again, NotAccepted)
    assert again.code == "not_open"


def test_a_posted_order_leaves_an_exception_until_its_owner_has_it_cancelled_in_the_erp(
    books: Books,
) -> None:
    books = posting_orders(books)
    first = books.posted(order(), "mia")
    assert cancelled(books, first) == ("", Status.CANCELLED)
    with books.nodes[0].store.reading() as connection:
        [open_one] = exceptions_of(connection)
    assert (open_one.code, open_one.owner) == ("not_cancelled_in_erp", "group_controller")
    assert cancelled(books, first, "rita") == ("not_asked", Status.CANCELLED)
    assert cancelled(books, first, "gina", "") == ("comment_missing", Status.CANCELLED)
    assert cancelled(books, first, "gina", "closed there by hand") == ("", Status.CANCELLED)
    with books.nodes[0].store.reading() as connection:
        assert exceptions_of(connection) == []
    assert cancelled(books, first, "gina", "again")[0] == "not_open"


def changed_after_posting(books: Books) -> Case:
    """An order in the ERP, of which an approved change has not been sent there yet."""
    posting = posting_orders(books)
    first = posting.posted(order("500.00"), "mia")
    later = books.sent(order("600.00"), LATER)
    assert (later.id, later.version) == (first.id, 2)
    later = books.acted(later, by_whom="mia")
    assert later.status is Status.APPROVED
    return later


def test_cancelling_an_approved_change_of_a_posted_order_leaves_the_exception_too(
    books: Books,
) -> None:
    case = changed_after_posting(books)
    assert cancelled(books, case) == ("", Status.CANCELLED)
    with books.nodes[0].store.reading() as connection:
        assert [each.code for each in exceptions_of(connection)] == ["not_cancelled_in_erp"]


def test_a_change_is_taken_back_also_where_the_posted_order_was_billed(books: Books) -> None:
    case = changed_after_posting(books)
    books.approved(bill(), "mia")
    assert cancelled(books, case)[0] == "order_in_use"
    withdraw = Action(Kind.WITHDRAW, "rita", case.version)
    done = act(books.nodes[0], case.id, withdraw, by("rita"), CANCELS)
    assert done is not None
    assert done.code == ""


def test_an_order_that_is_being_posted_or_changed_is_not_cancelled(books: Books) -> None:
    books = posting_orders(books)
    on_its_way = books.approved(order(), "mia")
    assert cancelled(books, on_its_way) == ("not_open", Status.POSTING)
    assert books.delivered() == 1
    changed = books.sent(order("9000.00"), LATER)
    assert (changed.version, cancelled(books, changed)) == (2, ("not_open", Status.PENDING))


def test_of_a_bill_and_a_cancellation_at_once_one_is_done(books: Books) -> None:
    for number in range(4):
        name = f"PO-{number}"
        first = books.approved(order("500.00", id=name), "mia")
        waiting = books.sent(bill(f"I-{number}") | {"purchase_order": name}, LATER)
        done, (code, status) = at_once(
            partial(books.acted, waiting, Kind.APPROVE, "mia", CANCELS),
            partial(cancelled, books, first),  # type: ignore[arg-type]
        )
        is_billed = done.status is Status.POSTING  # type: ignore[union-attr]
        assert is_billed or codes(done) == ["order_unknown"]  # type: ignore[arg-type]
        assert (code == "order_in_use") or not is_billed
        assert (status is Status.CANCELLED) == (code == "")


@pytest.mark.parametrize("kind", BOTH)
def test_where_no_check_compares_documents_they_are_found_all_the_same(
    kind: str, tmp_path: Path
) -> None:
    with opened_books(kind, tmp_path) as books:
        odd = "PO_%1"
        first = books.approved(order("500.00", id=odd), "mia")
        other = books.approved(order("500.00", id="PO_x1"), "mia")
        books.approved(bill() | {"purchase_order": odd}, "mia")
        assert cancelled(books, first)[0] == "order_in_use"
        assert cancelled(books, other)[0] == ""
        line = {"net": "10.00", "cost_center": "cc100", "order": "PO-3"}
        third = books.approved(order("500.00", id="PO-3"), "mia")
        on_line = {k: v for k, v in bill("I-2").items() if k not in ("amount", "purchase_order")}
        books.approved(on_line | {"lines": [line]}, "mia")
        assert cancelled(books, third)[0] == "order_in_use"
        with books.nodes[0].store.reading() as connection:
            found = cases.by_id(connection, third.id)
        assert found is not None
        assert found.status is Status.APPROVED
