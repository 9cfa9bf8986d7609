"""A finding may name a case of an entity that the reader may not see: what he then reads of it.

Shows (F2).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from adapters.policy_folder import read_set
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from engine.cases.identities import Identities
from tests.databases import BOTH, opened
from tests.web.conftest import ACME, PERSON, START, TOOL, Desk, acme_files, desk_on

CHECK: Final = b"""kind: readiness
documents: [invoice]
checks: [{duplicate: {same: [supplier_group, number_similar], in: 24 months}}]
"""
SECRET: Final = ("INV-4711", "invoice/G-1", "C-000001", "500.00 EUR")
OWN: Final = "C-000002"


@pytest.fixture(params=BOTH)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """An invoice of the German entity, and a reader who may see the American one only."""
    with opened(request.param, tmp_path) as store:
        made = Resources(store, targets={("US01", "invoice"): "erp"})
        files = {**read_set(ACME), "readiness/duplicates.yaml": CHECK}
        who = Identities("gina", "command line")
        bootstrap(made, files, acme_files()[1], who, "installation", START)
        for opened_desk in desk_on(made):
            opened_desk.let_in("portal", TOOL)
            opened_desk.let_in("here", replace(PERSON, entities=frozenset({"US01"})))
            opened_desk.let_in("both", replace(PERSON, entities=frozenset({"US01", "DE01"})))
            first = invoice("G-1", "DE01", "uwe", "de100", supplier="S-2", currency="EUR")
            assert opened_desk.send("POST", "/v1/documents", first, by="portal").status_code == 201
            yield opened_desk


def invoice(
    id: str, entity: str = "US01", requester: str = "rita", center: str = "cc100", **fields: object
) -> dict[str, object]:
    return {
        "type": "invoice",
        "id": id,
        "number": "INV 4711" if entity == "US01" else "INV-4711",
        "entity": entity,
        "requester": requester,
        "supplier": "S-1",
        "currency": "USD",
        "amount": "500.00",
        "cost_center": center,
        "document_date": "2027-03-10",
        **fields,
    }


def words(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code < 300, answer.text
    body = answer.json()
    [case] = body.get("cases", [body])
    (finding,) = case["findings"]
    assert finding["code"] == "duplicate_document"
    found: dict[str, str] = finding["words"]
    return found


def assert_masked(answer: httpx.Response) -> None:
    """That there is one, and of which entity: no more."""
    assert words(answer) == {
        "other": "***",
        "case": "***",
        "number": "***",
        "entity": "DE01",
        "same": "number_similar, supplier_group",
    }
    said = answer.text.replace(OWN, "")
    assert [secret for secret in SECRET if secret in said] == []


def test_whoever_may_not_see_the_other_entity_reads_only_that_there_is_one(desk: Desk) -> None:
    sent = desk.send("POST", "/v1/documents", invoice("U-1"), by="here", Idempotency_Key="k")
    assert_masked(sent)
    again = desk.send("POST", "/v1/documents", invoice("U-1"), by="here", Idempotency_Key="k")
    assert again.text == sent.text  # what is kept for the key is masked too
    for path in (f"/v1/cases/{OWN}", "/v1/cases", f"/v1/cases/{OWN}/readiness"):
        assert_masked(desk.send("GET", path, by="here"))
    acted = desk.send(
        "POST", f"/v1/cases/{OWN}/actions", {"kind": "withdraw", "version": 1}, by="here"
    )
    assert_masked(acted)


def test_nor_does_the_list_of_a_period_that_is_to_be_closed(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", invoice("U-1"), by="here")
    desk.let_in("mia", replace(PERSON, person_name="mia", subject="mia"))
    assert desk.act(OWN, "mia").json()["status"] == "approved"
    asked = "/v1/period-close?entity=US01&period=2027-03"
    (left,) = desk.send("GET", asked, by="here").json()["left"]
    assert left["findings"][0]["words"]["entity"] == "DE01"
    assert [secret for secret in SECRET if secret in json.dumps(left["findings"])] == []
    (open_left,) = desk.send("GET", asked, by="both").json()["left"]
    assert "C-000001" in json.dumps(open_left["findings"])


def test_whoever_may_see_both_reads_all_and_so_does_the_record(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", invoice("U-1"), by="here")
    for path in (f"/v1/cases/{OWN}", "/v1/cases?entity=US01", f"/v1/cases/{OWN}/readiness"):
        found = words(desk.send("GET", path, by="both"))
        assert (found["case"], found["number"], found["other"]) == (
            "C-000001",
            "INV-4711",
            "invoice/G-1",
        )
    assert "INV-4711" in json.dumps(desk.told("readiness"))


def test_the_finding_has_one_id_whoever_reads_it(desk: Desk) -> None:
    """What is masked can be let through all the same by whoever may."""
    desk.send("POST", "/v1/documents", invoice("U-1"), by="here")

    def finding(path: str, by: str) -> dict[str, Any]:
        (found,) = desk.send("GET", path, by=by).json()["findings"]
        return dict(found)

    ids = {
        finding(path, by)["id"]
        for path in (f"/v1/cases/{OWN}", f"/v1/cases/{OWN}/readiness")
        for by in ("here", "both")
    }
    assert len(ids) == 1


def test_a_case_of_the_readers_own_entity_is_named(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", invoice("U-1", number="X-9"), by="here")
    second = desk.send("POST", "/v1/documents", invoice("U-2", number="X 9"), by="here")
    assert words(second)["case"] == OWN
