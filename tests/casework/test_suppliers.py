"""Suppliers are taken on once, and paid on changed bank details only after a call and some days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from api.usecases.casework.acting import Kind
from api.usecases.casework.checking import check_trail
from engine.cases.status import Status
from tests.casework.documents import NOW
from tests.casework.readying import LATER, Books, codes, found, opened_books
from tests.casework.test_concurrency import at_once
from tests.databases import BOTH

CHECKS = """kind: readiness
documents: [supplier_request]
checks:
  - supplier_new
  - payment_terms_allowed: {terms: [N30, N60]}
  - bank_change: {wait: 5 days}
"""
OF_INVOICES = "kind: readiness\ndocuments: [invoice]\nchecks: [{bank_change: {wait: 5 days}}]\n"
NEW = "GB29NWBK60161331926819"


@pytest.fixture(params=BOTH)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    with opened_books(request.param, tmp_path, CHECKS, OF_INVOICES) as opened:
        yield opened


def change(id: str = "SR-1", **fields: object) -> dict[str, object]:
    raw = {
        "type": "supplier_request",
        "id": id,
        "entity": "US01",
        "requester": "rita",
        "request_kind": "change",
        "supplier": "S-88",
        "bank_details": [{"account": NEW, "holder": "Initech Services"}],
        "called_back_by": "tina",
        "called_back_at": "2027-03-15T11:00:00Z",
        "called_back_number": "+1 512 555 0199",
        **fields,
    }
    return {name: value for name, value in raw.items() if value}


def onboarding(id: str, name: str, account: str = NEW, **fields: object) -> dict[str, object]:
    return change(
        id,
        request_kind="onboarding",
        supplier="",
        supplier_name=name,
        payment_terms="N30",
        bank_details=[{"account": account}],
        **fields,
    )


def invoice(id: str = "I-1", **fields: object) -> dict[str, object]:
    return {
        "type": "invoice",
        "id": id,
        "number": id,
        "entity": "US01",
        "requester": "rita",
        "supplier": "S-88",
        "currency": "USD",
        "amount": "500.00",
        "cost_center": "cc100",
        "document_date": "2027-03-10",
        **fields,
    }


def test_nothing_is_paid_on_new_bank_details_for_five_days(books: Books) -> None:
    changed = books.posted(change())
    waiting = books.approved(invoice(), "mia", LATER + timedelta(minutes=5))
    assert found(waiting)[0][0] == "bank_change_too_new"
    assert found(waiting)[0][1]["case"] == changed.number
    other = books.approved(invoice("I-2", supplier="S-44"), "mia", LATER + timedelta(minutes=5))
    assert other.status is Status.POSTING
    books.asked_again(waiting, LATER + timedelta(days=5) - timedelta(seconds=1))
    assert books.delivered(LATER + timedelta(days=5)) == 1  # I-2 only
    assert books.asked_again(waiting, LATER + timedelta(days=5))
    assert books.delivered(LATER + timedelta(days=5)) == 1
    assert check_trail(books.nodes[0].store).problems == []


def test_an_invoice_that_names_no_supplier_but_the_account_waits_too(books: Books) -> None:
    books.posted(onboarding("SR-1", "Hooli"))
    paid_there = invoice(supplier="S-44", pay_to=[{"account": NEW.lower()}])
    assert "bank_change_too_new" in codes(books.approved(paid_there, "mia"))


def test_a_change_without_a_call_goes_nowhere_and_a_new_version_with_one_does(
    books: Books,
) -> None:
    silent = books.approved(change(called_back_by=""))
    assert (silent.status, codes(silent)) == (Status.APPROVED, ["call_back_missing"])
    called = books.sent(change(), LATER)
    assert (called.id, called.status) == (silent.id, Status.PENDING)  # and approved anew
    assert books.acted(called).status is Status.POSTING


@pytest.mark.parametrize("caller", ["rita", "rita.us", "carl"])
def test_who_wanted_or_approved_the_change_cannot_have_called(books: Books, caller: str) -> None:
    case = books.approved(change(called_back_by=caller))
    assert (case.status, codes(case)) == (Status.APPROVED, ["call_back_by_involved"])


def test_the_one_approver_is_told_only_once_he_has_approved(books: Books) -> None:
    """Who approves is not known before, so the early warning does not have it."""
    case = books.sent(change(called_back_by="carl"))
    assert codes(case) == []
    assert codes(books.acted(case)) == ["call_back_by_involved"]


def test_a_supplier_is_taken_on_once(books: Books) -> None:
    first = books.sent(onboarding("SR-1", "Hooli Inc."))
    second = books.sent(onboarding("SR-2", "HOOLI", account="DE02120300000000202051"))
    assert codes(first) == []
    assert found(second)[0][1]["case"] == first.number
    assert codes(books.acted(second)) == ["supplier_requested_twice"]
    books.acted(first, Kind.REJECT)
    assert books.asked_again(second)
    assert books.delivered() == 1
    known = books.sent(onboarding("SR-3", "Initech Services Ltd", account="DE02500105170137075030"))
    assert codes(known) == ["supplier_not_new"]


def test_two_requests_for_one_supplier_on_two_nodes_do_not_both_post(books: Books) -> None:
    for n in range(4):
        names = f"Vendor {n}", f"VENDOR {n} GmbH"
        raws = [
            onboarding(f"SR-{n}-{node}", name, f"00000{n}{node}999")
            for node, name in enumerate(names)
        ]
        cases = at_once(*(partial(books.sent, raw, NOW, node) for node, raw in enumerate(raws)))
        done = at_once(*(partial(books.acted, case, node=node) for node, case in enumerate(cases)))
        assert [case.status for case in done].count(Status.POSTING) <= 1
