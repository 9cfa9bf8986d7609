"""An invoice that says otherwise than its order in the store, early and before posting (A6)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.store import cases
from api.usecases.casework.checking import check_trail
from engine.cases.status import Status
from tests.casework.documents import order
from tests.casework.readying import Books, codes, found, opened_books
from tests.databases import BOTH

CHECK = """kind: readiness
documents: [invoice]
owner: group_controller
checks: [{agrees_with_order: {fields: [cost_center, currency], system: the purchasing system}}]
"""


@pytest.fixture(params=BOTH)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    with opened_books(request.param, tmp_path, CHECK) as opened:
        yield opened


def invoice(id: str, center: str) -> dict[str, object]:
    return {
        **order("500.00", id),
        "type": "invoice",
        "purchase_order": "PO-1",
        "document_date": "2027-03-15",
        "cost_center": center,
    }


def test_an_invoice_that_differs_from_its_order_is_told_early_and_does_not_post(
    books: Books,
) -> None:
    books.approved(order("8000.00"), by_whom="mia")
    case = books.sent(invoice("I-1", "cc200"))
    said = {
        "order": "PO-1",
        "field": "cost_center",
        "line": "1",
        "stated": "cc200",
        "known": "cc100",
        "system": "the purchasing system",
    }
    assert found(case) == [("differs_from_order", said)]
    approved = books.acted(case, by_whom="noah")
    assert (approved.status, codes(approved)) == (Status.APPROVED, ["differs_from_order"])
    assert books.approved(invoice("I-2", "cc100"), by_whom="mia").status is Status.POSTING
    assert check_trail(books.nodes[0].store).problems == []


def test_what_the_order_says_is_not_overwritten(books: Books) -> None:
    """A corrected invoice agrees; the order stands as it was."""
    ordered = books.approved(order("8000.00"), by_whom="mia")
    books.sent(invoice("I-1", "cc200"))
    corrected = books.sent(invoice("I-1", "cc100"))
    assert (corrected.version, found(corrected)) == (2, [])
    with books.nodes[0].store.reading() as connection:
        kept = cases.by_id(connection, ordered.id)
    assert kept is not None
    assert (kept.document_digest, kept.version) == (ordered.document_digest, 1)
