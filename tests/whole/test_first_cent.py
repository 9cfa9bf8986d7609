"""From a document over HTTP to the number that a real ERP gave it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.store.opening import open_store
from api.usecases.casework.checking import check_trail
from tests.adapters.tryton.desk import Connections
from tests.databases import BOTH, database
from tests.erp_server import running_tryton
from tests.whole.service import Service

pytestmark = pytest.mark.server


@pytest.fixture(params=BOTH, scope="module")
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One service for the tests of this module, and an ERP of its own: keys are ours alone."""
    folder = tmp_path_factory.mktemp(request.param)
    with running_tryton(folder) as erp, database(request.param, folder) as url:
        made = Service(url, folder, erp)
        made.install(folder)
        made.start()
        yield made
        made.stop()
        store = open_store(url)
        report = check_trail(store)
        store.close()
        assert report.is_intact, report.problems


def approved(service: Service, raw: dict[str, Any]) -> str:
    """Submits, and two people approve; the number of the case."""
    case: str = service.ask("rita", "POST", "/v1/documents", raw).json()["case"]
    for person in ("mia", "dan"):
        done = service.ask(person, "POST", f"/v1/cases/{case}/actions", approval())
        assert done.status_code == 200, done.text
    return case


def approval(version: int = 1) -> dict[str, Any]:
    return {"kind": "approve", "version": version}


def test_an_invoice_is_approved_by_two_and_posted_and_its_number_read_back(
    service: Service,
) -> None:
    raw = service.invoice("1")
    case = service.ask("rita", "POST", "/v1/documents", raw).json()["case"]
    assert service.ask("dan", "POST", f"/v1/cases/{case}/actions", approval()).status_code == 409
    assert service.ask("rita", "POST", f"/v1/cases/{case}/actions", approval()).status_code == 409
    assert approved(service, raw) == case
    [receipt] = service.until(case, "posted")["receipts"]
    with Connections() as connections:
        [found] = connections.ledger(service.erp)._session.read(
            "model.account.invoice.search_read",
            [["reference", "=", raw["number"]]],
            0,
            None,
            None,
            ["number", "state", "untaxed_amount"],
        )
    assert (found["number"], found["state"]) == (receipt["number"], "posted")
    assert receipt["number"].startswith("US01-2027/")
    again = service.ask("rita", "POST", "/v1/documents", raw)
    assert (again.status_code, again.json()["status"]) == (200, "posted")


def test_what_the_erp_refuses_waits_for_its_owner_and_is_replayed_after_correction(
    service: Service,
) -> None:
    missing = "9.9.9"
    line = {"net": "40000.00", "tax": "0.00", "cost_center": "cc100", "gl_account": missing}
    case = approved(service, service.invoice("2", lines=[line]))
    found = service.until(case, "exception")
    [problem] = found["exceptions"]
    assert problem["owner"]
    assert problem["code"] == "account_missing"
    with Connections() as connections:
        session = connections.ledger(service.erp)._session
        domain = ["name", "=", "Only here"]
        [account] = session.read("model.account.account.search", [domain])
        session.write("model.account.account.write", [account], {"code": missing})
    replayed = service.ask(
        "gina", "POST", f"/v1/cases/{case}/replay", {"because": "the account is there now"}
    )
    assert replayed.status_code == 200, replayed.text
    assert len(service.until(case, "posted")["receipts"]) == 1


def test_a_closed_period_of_the_erp_is_an_exception_with_an_owner(service: Service) -> None:
    case = approved(service, service.invoice("3", document_date="2027-01-10"))
    [problem] = service.until(case, "exception")["exceptions"]
    assert problem["code"] == "period_closed"
    assert problem["owner"]


def test_the_number_of_another_document_of_the_supplier_is_never_taken_twice(
    service: Service,
) -> None:
    first = approved(service, service.invoice("4"))
    service.until(first, "posted")
    second = approved(service, service.invoice("4", id="again"))
    [problem] = service.until(second, "exception")["exceptions"]
    assert problem["code"] == "duplicate_reference"
