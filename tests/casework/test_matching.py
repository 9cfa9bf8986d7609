"""An invoice is compared with its order as the store has both, when it is to post."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, opened

MATCHING = b"""\
kind: readiness
documents: [invoice, credit_note]
owner: group_controller
checks:
  - order_open
  - match: {way: 2, price: {percent: 0}, quantity: {percent: 0}}
"""


@pytest.fixture(params=BOTH)
def matching(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME, which also matches; invoices of US01 are posted, orders are not."""
    with opened(request.param, tmp_path) as store:
        made = Resources(store, targets={("US01", "invoice"): "erp"})
        files = {**read_set(ACME), "readiness/matching.yaml": MATCHING}
        bootstrap(made, files, data_files(), ADMIN, "installation", START)
        yield made


def invoice(amount: str, id: str) -> dict[str, object]:
    return {
        **order(amount, id),
        "type": "invoice",
        "purchase_order": "PO-1",
        "document_date": "2027-03-15",
    }


def passed(
    resources: Resources, document: dict[str, object], *, is_approved: bool = True
) -> tuple[list[str], Status, list[str]]:
    """Codes at submission; the status after approval, and the codes then."""
    done = submit(resources, document, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    early = [found["code"] for found in json.loads(done.case.findings_json)]
    if not is_approved:
        return early, done.case.status, []
    action = Action(kind=Kind.APPROVE, by="mia", version=done.case.version)
    acted = act(resources, done.case.id, action, by("mia"), NOW + timedelta(minutes=1))
    assert acted is not None
    assert acted.code == ""
    late = [found["code"] for found in json.loads(acted.case.findings_json)]
    return early, acted.case.status, late


def test_what_is_billed_twice_of_an_order_posts_once(matching: Resources) -> None:
    assert passed(matching, order("8000.00"))[1] is Status.APPROVED
    assert passed(matching, invoice("8000.00", "I-1")) == ([], Status.POSTING, [])
    early, status, late = passed(matching, invoice("1.00", "I-2"))
    assert (early, status, late) == (["match_amount"], Status.APPROVED, ["match_amount"])


def test_of_two_that_wait_for_approval_the_second_does_not_post(matching: Resources) -> None:
    passed(matching, order("8000.00"))
    assert passed(matching, invoice("8000.00", "I-1"), is_approved=False)[0] == []
    assert passed(matching, invoice("8000.00", "I-2")) == ([], Status.POSTING, [])
    again = submit(matching, invoice("8000.00", "I-1"), "portal", PORTAL, NOW)
    assert isinstance(again, Submitted)
    action = Action(kind=Kind.APPROVE, by="mia", version=again.case.version)
    acted = act(matching, again.case.id, action, by("mia"), NOW + timedelta(minutes=2))
    assert acted is not None
    assert acted.case.status is Status.APPROVED
    codes = [found["code"] for found in json.loads(acted.case.findings_json)]
    assert codes == ["match_amount"]


def test_an_invoice_of_an_order_that_nobody_approved_does_not_post(matching: Resources) -> None:
    passed(matching, order("8000.00"), is_approved=False)
    _, status, codes = passed(matching, invoice("8000.00", "I-1"))
    assert status is Status.APPROVED
    assert codes == ["order_not_approved", "order_not_approved"]
