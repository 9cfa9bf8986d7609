"""Payments and payment runs over stored documents: once, from whichever side they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from api.usecases.casework.acting import Kind
from api.usecases.casework.checking import check_trail
from engine.cases.status import Status
from tests.casework.readying import LATER, Books, codes, found, opened_books
from tests.casework.test_concurrency import at_once
from tests.databases import BOTH

CHECKS = """kind: readiness
documents: [payment]
checks:
  - pays_approved
"""
GLOBEX, INITECH = "021000021-1000450012", "026009593-2000911468"


@pytest.fixture(params=BOTH)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    with opened_books(request.param, tmp_path, CHECKS) as opened:
        yield opened


def invoice(id: str, net: str = "500.00", **fields: object) -> dict[str, object]:
    return {
        "type": "invoice",
        "id": id,
        "number": id,
        "entity": "US01",
        "requester": "rita",
        "supplier": "S-1",
        "currency": "USD",
        "amount": net,
        "cost_center": "cc100",
        "document_date": "2027-03-10",
        **fields,
    }


def item(
    pays: str, net: str = "500.00", account: str = GLOBEX, **more: object
) -> dict[str, object]:
    return {"pays": pays, "net": net, "pay_to": [{"account": account}], **more}


def run(id: str, *items: dict[str, object], **fields: object) -> dict[str, object]:
    return {
        "type": "payment",
        "id": id,
        "entity": "US01",
        "requester": "tina",
        "supplier": "S-1",
        "currency": "USD",
        "lines": list(items),
        **fields,
    }


def test_an_item_that_is_not_ready_is_named_and_the_run_posts_without_it(books: Books) -> None:
    books.posted(invoice("I-1"), "mia")
    books.posted(invoice("I-2", supplier="S-88"), "mia")
    pending = books.sent(invoice("I-3"))
    theirs = item("I-2", account=INITECH, pays_supplier="S-88")
    whole = books.approved(run("RUN-1", item("I-1"), theirs, item("I-3")))
    assert whole.status is Status.APPROVED
    assert found(whole) == [
        ("item_not_posted", {"item": "I-3", "case": pending.number, "status": "pending"})
    ]
    rest = books.sent(run("RUN-1", item("I-1"), theirs), LATER)
    assert (rest.id, rest.version, codes(rest)) == (whole.id, 2, [])
    assert books.acted(rest, at=LATER).status is Status.POSTING
    assert books.delivered() == 1
    # what was left out is paid by a later run, once it is in the books
    books.acted(pending, by_whom="mia")
    assert books.delivered() == 1
    assert books.approved(run("RUN-2", item("I-3"))).status is Status.POSTING
    assert books.approved(run("RUN-3", item("I-1"))).status is Status.APPROVED
    assert check_trail(books.nodes[0].store).problems == []


def test_what_is_missing_clears_by_itself_when_it_is_posted(books: Books) -> None:
    waiting = books.approved(run("RUN-1", item("I-1")))
    assert codes(waiting) == ["item_unknown"]
    books.posted(invoice("I-1"), "mia")
    assert books.asked_again(waiting)
    assert books.delivered() == 1


def test_nothing_is_paid_twice_in_whatever_form(books: Books) -> None:
    books.posted(invoice("I-1"), "mia")
    first = books.posted(run("P-1", item("I-1", "300.00")))
    second = books.approved(run("P-2", item("I-1", "300.00")))
    assert found(second)[0][0] == "item_paid_too_much"
    assert first.number in found(second)[0][1]["others"]
    assert books.approved(run("P-3", item("I-1", "200.00"))).status is Status.POSTING
    header = {
        "type": "payment",
        "id": "P-4",
        "entity": "US01",
        "requester": "tina",
        "supplier": "S-1",
        "currency": "USD",
        "amount": "500.00",
        "pays": ["I-1"],
        "pay_to": [{"account": GLOBEX}],
    }
    assert codes(books.approved(header)) == ["item_paid_already"]


def test_of_two_that_wait_for_one_invoice_the_first_that_is_asked_again_pays_it(
    books: Books,
) -> None:
    waiting = [books.approved(run(id, item("I-1"))) for id in ("P-1", "P-2")]
    assert [codes(case) for case in waiting] == [["item_unknown"], ["item_unknown"]]
    books.posted(invoice("I-1"), "mia")
    assert [books.asked_again(case) for case in waiting] == [True, True]
    assert books.delivered() == 1
    assert check_trail(books.nodes[0].store).problems == []


def test_a_payment_that_needs_no_posting_holds_its_items_too(books: Books) -> None:
    books.posted(invoice("I-1"), "mia")
    node = replace(books.nodes[0], targets={("US01", "invoice"): "erp"})
    books.nodes = (node, node)
    first = books.approved(run("P-1", item("I-1")))
    assert (first.status, codes(first)) == (Status.APPROVED, [])
    second = books.approved(run("P-2", item("I-1")))
    assert codes(second) == ["item_paid_already"]
    books.acted(first, Kind.WITHDRAW, "tina")
    assert books.asked_again(second)


def test_of_two_runs_on_two_nodes_at_one_moment_exactly_one_pays(books: Books) -> None:
    for n in range(5):
        books.posted(invoice(f"I-{n}"), "mia")
        cases = [books.sent(run(f"P-{n}-{node}", item(f"I-{n}")), node=node) for node in (0, 1)]
        done = at_once(*(partial(books.acted, case, node=node) for node, case in enumerate(cases)))
        assert sorted(case.status for case in done) == [Status.APPROVED, Status.POSTING]
        assert books.delivered(LATER + timedelta(minutes=n)) == 1
    assert len(books.erp.keys) == 10


def test_a_run_of_many_items_is_asked_at_once(books: Books) -> None:
    many = run("RUN-1", *(item(f"X-{n}", "0.01") for n in range(6_000)))
    case = books.sent(many)
    assert len(codes(case)) == 6_000
