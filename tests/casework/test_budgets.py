"""Budgets over stored documents of several cost centers: the last of each is used once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from adapters.policy_folder import read_set
from adapters.store.trail import every_record
from api.usecases.casework.checking import check_trail
from engine.cases.status import Status
from tests.casework.conftest import ACME
from tests.casework.readying import Books, codes, found, opened_books
from tests.casework.test_concurrency import at_once
from tests.databases import BOTH

CHECKS: Final = """kind: readiness
documents: [invoice]
checks: [{budget: {total: used}}]
"""
TOTAL: Final = (
    "  used: {is: money, total_of: commitment.net, same: [cost_center], in: ever,"
    " counts: [approved]}"
)
BUDGETS: Final = b"""entity,cost_center,gl_account,amount,from,to
US01,cc100,,1000.00 USD,2027-01-01,2027-12-31
US01,cc200,,300.00 USD,2027-01-01,2027-12-31
"""


@pytest.fixture(params=BOTH)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    words = read_set(ACME)["vocabulary.yaml"] + TOTAL.encode() + b"\n"
    more = {"vocabulary.yaml": words}
    with opened_books(
        request.param, tmp_path, CHECKS, files=more, data={"budgets.csv": BUDGETS}
    ) as opened:
        yield opened


def invoice(id: str, **charged: str) -> dict[str, object]:
    """An invoice with a line for each cost center."""
    return {
        "type": "invoice",
        "id": id,
        "number": f"N-{id}",
        "entity": "US01",
        "requester": "rita",
        "supplier": "S-1",
        "currency": "USD",
        "document_date": "2027-03-10",
        "lines": [{"net": net, "cost_center": center} for center, net in charged.items()],
    }


def exceeded(books: Books, id: str, **charged: str) -> list[tuple[str, str]]:
    case = books.sent(invoice(id, **charged))
    return [(words["cost_center"], words["spent"]) for _, words in found(case)]


def test_a_document_counts_in_each_of_its_cost_centers(books: Books) -> None:
    first = books.sent(invoice("A", cc100="400.00", cc200="200.00"))
    assert books.acted(first, by_whom="mia").status is Status.PENDING
    assert books.acted(first, by_whom="noah").status is Status.POSTING
    assert exceeded(books, "B", cc200="100.01") == [("cc200", "300.01 USD")]
    assert exceeded(books, "C", cc200="100.00") == []
    assert exceeded(books, "D", cc100="600.01", cc200="100.01") == [
        ("cc100", "1000.01 USD"),
        ("cc200", "300.01 USD"),
    ]
    assert check_trail(books.nodes[0].store).problems == []


def test_the_record_of_a_posting_says_what_was_spent_of_each(books: Books) -> None:
    case = books.sent(invoice("A", cc100="400.00", cc200="200.00"))
    for who in ("mia", "noah"):
        books.acted(case, by_whom=who)
    with books.nodes[0].store.reading() as connection:
        (body,) = [
            json.loads(record.body)
            for record in every_record(connection)
            if record.kind == "posting_enqueued"
        ]
    assert body["parts"] == [
        {"of": {"cost_center": "cc100"}, "used": {"minor": "40000", "currency": "USD"}},
        {"of": {"cost_center": "cc200"}, "used": {"minor": "20000", "currency": "USD"}},
    ]


def test_of_two_that_take_the_last_of_a_shared_cost_center_one_may_post(books: Books) -> None:
    """Their other cost centers differ, so that nothing but the shared one keeps them apart."""
    one = books.sent(invoice("A", cc100="100.00", cc200="200.00"))
    other = books.sent(invoice("B", cc200="200.00"))
    books.acted(one, by_whom="mia")
    done = at_once(
        partial(books.acted, one, by_whom="noah", node=0),
        partial(books.acted, other, by_whom="noah", node=1),
    )
    assert sorted(case.status for case in done) == [Status.APPROVED, Status.POSTING]
    (kept,) = (case for case in done if case.status is Status.APPROVED)
    assert codes(kept) == ["budget_exceeded"]
    assert found(kept)[0][1]["spent"] == "400.00 USD"
    assert check_trail(books.nodes[0].store).problems == []
