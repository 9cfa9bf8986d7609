"""Cases over HTTP: seen within reach, acted on by the person of the token (F2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.store import cases
from engine.cases.status import Status
from tests.web.conftest import PERSON, TOOL, Desk, order


@pytest.fixture
def submitted(desk: Desk) -> Desk:
    """One order of Rita's waits for Mia."""
    assert desk.send("POST", "/v1/documents", order()).status_code == 201
    return desk


def test_a_case_shows_document_tasks_and_decision(submitted: Desk) -> None:
    case = submitted.send("GET", "/v1/cases/C-000001").json()
    assert case["document"]["id"] == "PO-1"
    assert {task["person"] for task in case["tasks"]} == {"mia"}


def test_whoever_is_asked_approves_and_three_identities_are_recorded(submitted: Desk) -> None:
    answer = submitted.act("C-000001", "mia")
    assert (answer.status_code, answer.json()["status"]) == (200, "posting")
    who = submitted.told("action")[0]["who"]
    assert isinstance(who, dict)
    assert (who["decided_by"], who["acted_through"], who["on_behalf_of"]) == ("mia", "portal", "")
    assert (who["issuer"], who["strength"], who["is_relayed"]) == (PERSON.issuer, "acr:2", False)


def test_nobody_approves_his_own_document(submitted: Desk) -> None:
    answer = submitted.act("C-000001", "rita")
    assert answer.status_code == 409
    assert submitted.told("refusal")[0]["code"] == answer.json()["code"]
    assert submitted.send("GET", "/v1/cases/C-000001").json()["status"] == "pending"


def test_a_person_cannot_act_as_somebody_else(submitted: Desk) -> None:
    answer = submitted.act("C-000001", "rita", person="mia")
    assert (answer.status_code, answer.json()["code"]) == (403, "another_person_named")
    assert submitted.told("action") == []
    assert len(submitted.told("access_refused")) == 1


def test_a_tool_names_the_person_and_the_record_says_that_no_login_was_seen(
    submitted: Desk,
) -> None:
    silent = submitted.act("C-000001", "tool")
    assert (silent.status_code, silent.json()["code"]) == (403, "no_person_named")
    relayed = submitted.act("C-000001", "tool", person="mia")
    assert relayed.status_code == 200
    who = submitted.told("action")[0]["who"]
    assert isinstance(who, dict)
    assert (who["decided_by"], who["is_relayed"], who["strength"]) == ("mia", True, "")


def test_other_content_than_was_seen_is_not_approved(submitted: Desk) -> None:
    submitted.send("POST", "/v1/documents", order("9000.00"))
    answer = submitted.act("C-000001", "mia", version=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "content_changed")


def test_a_case_out_of_reach_looks_like_one_that_is_not_there(submitted: Desk) -> None:
    for path in ("", "/decision", "/decision.html"):
        hidden = submitted.send("GET", f"/v1/cases/C-000001{path}", by="elsewhere")
        absent = submitted.send("GET", f"/v1/cases/C-000099{path}", by="elsewhere")
        assert hidden.status_code == absent.status_code == 404
        ids = {"correlation_id": ""}
        assert hidden.json() | ids == absent.json() | ids
    acted = submitted.act("C-000001", "elsewhere", person="mia")
    assert acted.status_code == 404
    assert submitted.told("action") == []
    assert len(submitted.told("access_refused")) == 4


def test_lists_hold_nothing_that_is_out_of_reach(submitted: Desk) -> None:
    assert submitted.send("GET", "/v1/cases", by="elsewhere").json()["cases"] == []
    asked = submitted.send("GET", "/v1/cases?entity=US01", by="elsewhere")
    assert (asked.status_code, asked.json()["code"]) == (403, "entity_out_of_reach")
    tasks = submitted.send("GET", "/v1/tasks?person=mia", by="elsewhere")
    assert tasks.json() == {"tasks": [], "questions": [], "next": None}
    assert submitted.send("GET", "/v1/exceptions", by="elsewhere").status_code == 403


def test_a_caller_without_any_entity_sees_nothing(submitted: Desk) -> None:
    submitted.let_in("nowhere", replace(TOOL, entities=frozenset()))
    for path in ("/v1/cases", "/v1/tasks?person=mia", "/v1/exceptions"):
        assert submitted.send("GET", path, by="nowhere").status_code == 403


def test_cases_are_listed_page_by_page_and_none_twice(desk: Desk) -> None:
    for number in range(5):
        desk.send("POST", "/v1/documents", order(id=f"PO-{number}"))
    seen, after = [], 0
    while after is not None:
        page = desk.send("GET", f"/v1/cases?limit=2&after={after}&status=pending").json()
        seen += [case["document_id"] for case in page["cases"]]
        after = page["next"]
    assert seen == [f"PO-{number}" for number in range(5)]


def test_my_tasks_are_those_of_the_person_of_the_token(submitted: Desk) -> None:
    assert [t["case"] for t in submitted.send("GET", "/v1/tasks", by="mia").json()["tasks"]] == [
        "C-000001"
    ]
    assert submitted.send("GET", "/v1/tasks", by="rita").json()["tasks"] == []
    other = submitted.send("GET", "/v1/tasks?person=mia", by="rita")
    assert (other.status_code, other.json()["code"]) == (403, "another_person_named")
    assert submitted.send("GET", "/v1/tasks", by="tool").status_code == 403


def test_no_task_is_lost_between_two_pages(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", order())
    desk.send("POST", "/v1/documents", order(id="PO-2"))
    with desk.resources.store.transaction() as connection:
        task = cases.tasks_on(connection, 1)[0]
        more = [replace(task, place=task.place + 10), replace(task, place=task.place + 20)]
        cases.ask(connection, 1, [task, *more])
    seen, after = [], 0
    while after is not None:
        page = desk.send("GET", f"/v1/tasks?limit=2&after={after}", by="mia").json()
        seen += [(t["case"], t["place"]) for t in page["tasks"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == 4


def test_the_decision_is_told_in_the_language_that_is_read(submitted: Desk) -> None:
    german = submitted.send("GET", "/v1/cases/C-000001/decision", Accept_Language="fr, de;q=0.5")
    assert german.json()["language"] == "de"
    english = submitted.send("GET", "/v1/cases/C-000001/decision", Accept_Language="fr")
    assert english.json()["language"] == "en"
    page = submitted.send("GET", "/v1/cases/C-000001/decision.html", Accept_Language="de")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "Mia Clarke" in page.text


def test_a_page_escapes_what_a_document_says(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", order(title="<script>alert(1)</script>"))
    page = desk.send("GET", "/v1/cases/C-000001/decision.html")
    assert page.status_code == 200
    assert "<script" not in page.text


def test_restricted_values_are_masked_wherever_they_stand(desk: Desk) -> None:
    account = "021000021-4417830922"
    sent = order(
        "100.00", type="payment", pay_to=[{"account": account}], title=f"to {account}, please"
    )
    del sent["cost_center"]
    answer = desk.send("POST", "/v1/documents", sent)
    assert answer.status_code == 201, answer.text
    for path in ("", "/decision", "/decision.html"):
        shown = desk.send("GET", f"/v1/cases/C-000001{path}")
        assert shown.status_code == 200
        assert account not in shown.text
        assert "4417830922" not in shown.text


@pytest.mark.parametrize("status", [*Status])
def test_cases_are_found_by_every_status(desk: Desk, status: Status) -> None:
    assert desk.send("GET", f"/v1/cases?status={status}").status_code == 200


@pytest.mark.parametrize(
    "number",
    ["C-1%30", "C-%D9%A0%D9%A1", "c-000001", "C-000001%00", "..%2FC-000001", "C--1", "C-0x1",
     "%2e%2e", "C-99999999999999999999", "C-000001;v=1", "C-+1", "C- 1"],
)  # fmt: skip
def test_what_is_no_number_of_a_case_finds_none(submitted: Desk, number: str) -> None:
    answer = submitted.send("GET", f"/v1/cases/{number}")
    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    ["after=-1", "after=9999999999", "after=%D9%A3", "limit=0", "limit=501", "limit=x",
     "status=open", "entity=US01%00", "entity=%0aUS01"],
)  # fmt: skip
def test_a_query_that_cannot_be_read_is_a_422_with_its_field(
    desk_on_both: Desk, query: str
) -> None:
    answer = desk_on_both.send("GET", f"/v1/cases?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"].startswith(query.partition("=")[0])


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"kind": "approve"},
        {"kind": "approve", "version": 0},
        {"kind": "override", "version": 1},
        {"kind": "approve", "version": 1, "decided_by": "mia"},
        {"kind": "approve", "version": "one"},
        {"kind": "approve", "version": 1, "comment": "x" * 4001},
        ["approve"],
    ],
)
def test_an_action_that_cannot_be_read_is_a_422_and_nothing_happens(
    submitted: Desk, asked: object
) -> None:
    answer = submitted.send("POST", "/v1/cases/C-000001/actions", asked, "mia")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert submitted.told("action") == submitted.told("refusal") == []
