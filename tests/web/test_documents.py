"""Documents over HTTP: decided once, answered once (A4, A5, F1)."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

from tests.web.conftest import PERSON, TOOL, Desk, order


def test_a_document_is_decided_and_the_answer_names_the_case(desk: Desk) -> None:
    answer = desk.send("POST", "/v1/documents", order())
    assert answer.status_code == 201
    said = answer.json()
    assert (said["case"], said["status"], said["is_new"]) == ("C-000001", "pending", True)
    assert said["decision"]["outcome"] == "route"


def test_the_same_document_again_is_the_same_case(desk: Desk) -> None:
    first = desk.send("POST", "/v1/documents", order())
    again = desk.send("POST", "/v1/documents", order())
    assert again.status_code == 200
    assert again.json() == {**first.json(), "is_new": False}
    assert len(desk.told("submission")) == 1


def test_the_source_is_the_tool_of_the_token_and_not_what_the_document_says(desk: Desk) -> None:
    desk.let_in("other", replace(TOOL, client="capture", subject="capture"))
    first = desk.send("POST", "/v1/documents", order(), "tool").json()
    second = desk.send("POST", "/v1/documents", order(), "other").json()
    assert [first["source"], second["source"]] == ["portal", "capture"]
    assert first["case"] != second["case"]


def test_no_tool_submits_under_the_name_of_what_people_propose_here(desk: Desk) -> None:
    desk.let_in("ours", replace(TOOL, client="countersign", subject="countersign"))
    for path in ("/v1/documents", "/v1/previews"):
        answer = desk.send("POST", path, order(), "ours")
        assert (answer.status_code, answer.json()["code"]) == (403, "source_reserved")
    assert desk.told("submission") == []


def test_the_same_key_and_body_get_the_kept_answer_byte_for_byte(desk_on_both: Desk) -> None:
    first = desk_on_both.send("POST", "/v1/documents", order(), Idempotency_Key="k-1")
    assert desk_on_both.act("C-000001", "mia").status_code == 200
    again = desk_on_both.send("POST", "/v1/documents", order(), Idempotency_Key="k-1")
    assert (again.status_code, again.content) == (201, first.content)


def test_the_same_key_with_another_body_is_refused_and_nothing_happens(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", order(), Idempotency_Key="k-1")
    other = desk.send("POST", "/v1/documents", order("9000.00", "PO-2"), Idempotency_Key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(desk.told("submission")) == 1


def test_a_key_of_one_caller_tells_another_nothing(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", order(), Idempotency_Key="k-1")
    other = desk.send("POST", "/v1/documents", order(id="PO-2"), "mia", Idempotency_Key="k-1")
    assert (other.status_code, other.json()["document_id"]) == (201, "PO-2")


def test_requests_with_one_key_at_once_get_one_answer(desk_on_both: Desk) -> None:
    answers = []

    def send() -> None:
        sent = desk_on_both.send("POST", "/v1/documents", order(), Idempotency_Key="k-1")
        answers.append((sent.status_code, sent.content))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert len(desk_on_both.told("submission")) == 1


def test_every_wrong_field_is_told_with_its_place_and_no_case_comes_into_being(desk: Desk) -> None:
    wrong = order(currency="US", amount="1.001", surprise="x")
    answer = desk.send("POST", "/v1/documents", wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_document")
    assert len(answer.json()["errors"]) >= 2
    assert all(each["field"] and each["code"] for each in answer.json()["errors"])
    assert desk.send("GET", "/v1/cases").json()["cases"] == []


def test_a_complaint_does_not_repeat_what_is_restricted(desk: Desk) -> None:
    account = "DE02120300000000202051"
    wrong = order(type="payment", pay_to=[{"account": account, "country": 7}])
    answer = desk.send("POST", "/v1/documents", wrong)
    assert answer.status_code == 422
    assert account not in answer.text


def test_a_preview_keeps_nothing(desk: Desk) -> None:
    answer = desk.send("POST", "/v1/previews", order())
    assert answer.json()["decision"]["outcome"] == "route"
    assert desk.send("GET", "/v1/cases").json()["cases"] == []
    assert desk.told("submission") == []


def test_what_is_being_posted_takes_no_other_content(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", order("50.00"))
    case = desk.send("GET", "/v1/cases/C-000001").json()
    for person in ("mia", "dan", "vera", "carl"):
        if case["status"] == "pending":
            desk.act("C-000001", person)
            case = desk.send("GET", "/v1/cases/C-000001").json()
    assert case["status"] == "posting"
    assert desk.woken
    other = desk.send("POST", "/v1/documents", order("51.00"))
    assert (other.status_code, other.json()["code"]) == (409, "not_open")


def test_who_types_for_somebody_else_is_the_submitter_and_cannot_hide(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", order(), "noah")
    case = desk.send("GET", "/v1/cases/C-000001").json()
    assert case["document"]["submitter"] == "noah"
    hidden = desk.send("POST", "/v1/documents", order(id="PO-2", submitter="dan"), "noah")
    assert (hidden.status_code, hidden.json()["code"]) == (403, "another_person_named")


def test_a_document_of_another_entity_cannot_be_taken_over_by_its_id(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", order(), "tool")
    taken = desk.send("POST", "/v1/documents", order(entity="DE01", currency="EUR"), "elsewhere")
    assert (taken.status_code, taken.json()["code"]) == (403, "entity_out_of_reach")
    assert "C-000001" not in taken.text
    case = desk.send("GET", "/v1/cases/C-000001").json()
    assert (case["entity"], case["version"]) == ("US01", 1)


def test_a_document_of_an_entity_out_of_reach_is_refused_and_the_refusal_recorded(
    desk: Desk,
) -> None:
    for path in ("/v1/documents", "/v1/previews"):
        answer = desk.send("POST", path, order(), "elsewhere")
        assert (answer.status_code, answer.json()["code"]) == (403, "entity_out_of_reach")
    told = desk.told("access_refused")
    assert [each["asked"] for each in told] == ["POST /v1/documents", "POST /v1/previews"]


def test_nothing_in_the_body_chooses_the_entity_twice(desk: Desk) -> None:
    body = json.dumps(order(entity="DE01")).replace(
        '"entity": "DE01"', '"entity": "DE01", "entity": "US01"'
    )
    answer = desk.send("POST", "/v1/documents", body.encode(), "elsewhere")
    assert answer.status_code == 422
    assert desk.told("submission") == []


def test_a_scope_that_is_missing_is_a_403_with_its_code(desk: Desk) -> None:
    desk.let_in("mute", replace(PERSON, scopes=frozenset()))
    for method, path, body in (
        ("POST", "/v1/documents", order()),
        ("POST", "/v1/previews", order()),
        ("GET", "/v1/cases", None),
        ("GET", "/v1/cases/C-000001", None),
        ("GET", "/v1/tasks", None),
        ("GET", "/v1/exceptions", None),
        ("POST", "/v1/cases/C-000001/actions", {"kind": "approve", "version": 1}),
    ):
        answer = desk.send(method, path, body, "mute")
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), path
