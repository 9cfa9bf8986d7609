"""Actions over HTTP: tasks handed on, many at once, questions and comments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.identity import Scope
from api.web import answers
from tests.web.conftest import PERSON, Desk, order


@pytest.fixture
def submitted(desk: Desk) -> Desk:
    """Two orders of Rita's: C-000001 waits for Mia, C-000002 for Mia and then Vera."""
    for name in ("mia", "paul"):
        desk.let_in(name, replace(PERSON, person_name=name, subject=name))
    assert desk.send("POST", "/v1/documents", order()).status_code == 201
    assert desk.send("POST", "/v1/documents", order("200000.00", id="PO-2")).status_code == 201
    return desk


def test_many_actions_have_a_result_each_and_one_refusal_stops_no_other(submitted: Desk) -> None:
    actions = [
        {"case": "C-000002", "kind": "approve", "version": 2},
        {"case": "C-000009", "kind": "approve", "version": 1},
        {"case": "C-000001", "kind": "approve", "version": 1},
        {"case": "C-000001", "kind": "approve", "version": 1},
    ]
    answer = submitted.send("POST", "/v1/actions", {"actions": actions}, by="mia")
    assert answer.status_code == 200
    found = answers.ActionsAnswer.model_validate_json(answer.content, strict=True)
    assert [(each.case, each.code, each.status) for each in found.results] == [
        ("C-000002", "content_changed", "pending"),
        ("C-000009", "not_found", ""),
        ("C-000001", "", "posting"),
        ("C-000001", "not_open", "posting"),
    ]
    assert len(submitted.told("action")) == 1
    assert len(submitted.told("refusal")) == 2


def test_many_actions_are_at_most_a_hundred(submitted: Desk) -> None:
    one = {"case": "C-000001", "kind": "approve", "version": 1}
    answer = submitted.send("POST", "/v1/actions", {"actions": [one] * 101}, by="mia")
    assert answer.status_code == 422
    assert submitted.told("action") == []


def test_among_many_a_case_of_another_entity_is_as_if_it_were_not_there(submitted: Desk) -> None:
    submitted.let_in("elsewhere", replace(PERSON, person_name="mia", entities=frozenset({"DE01"})))
    one = {"case": "C-000001", "kind": "approve", "version": 1}
    answer = submitted.send("POST", "/v1/actions", {"actions": [one]}, by="elsewhere")
    assert [each["code"] for each in answer.json()["results"]] == ["not_found"]
    assert submitted.told("action") == []


def test_a_question_is_shown_to_whom_it_is_put_and_on_the_case(submitted: Desk) -> None:
    done = submitted.act("C-000002", "mia", kind="ask", to="paul", comment="which contract?")
    assert done.status_code == 200
    tasks = submitted.send("GET", "/v1/tasks", by="paul")
    answers.TasksAnswer.model_validate_json(tasks.content, strict=True)
    assert [each["question"] for each in tasks.json()["questions"]] == ["which contract?"]
    answer = {"kind": "reply", "version": 1, "number": 1, "comment": "C-77"}
    done = submitted.send("POST", "/v1/cases/C-000002/actions", answer, by="paul")
    assert done.status_code == 200
    assert submitted.send("GET", "/v1/tasks", by="paul").json()["questions"] == []
    case = submitted.send("GET", "/v1/cases/C-000002", by="mia")
    answers.WholeCaseAnswer.model_validate_json(case.content, strict=True)
    assert [each["answer"] for each in case.json()["questions"]] == ["C-77"]


def test_what_came_back_says_why_and_which_lines(submitted: Desk) -> None:
    done = submitted.act("C-000002", "mia", kind="return", lines=[1], comment="not this one")
    assert (done.status_code, done.json()["status"]) == (200, "returned")
    returned = submitted.send("GET", "/v1/cases/C-000002").json()["returned"]
    assert (returned["by"], returned["lines"]) == ("mia", [1])
    again = submitted.act("C-000002", "rita", kind="resubmit")
    assert (again.status_code, again.json()["code"]) == (409, "lines_rejected")


def test_a_comment_is_kept_with_names_of_files_and_decides_nothing(submitted: Desk) -> None:
    file = {
        "name": "quotation.pdf",
        "digest": "sha256:" + "0" * 64,
        "media_type": "application/pdf",
        "size_bytes": 1200,
    }
    said = submitted.send(
        "POST", "/v1/cases/C-000001/comments", {"text": "see there", "attachments": [file]}
    )
    assert said.status_code == 201
    answers.RemarkAnswer.model_validate_json(said.content, strict=True)
    case = submitted.send("GET", "/v1/cases/C-000001").json()
    assert [each["attachments"] for each in case["comments"]] == [[file]]
    assert case["status"] == "pending"
    [record] = submitted.told("comment")
    assert (record["text"], record["attachments"]) == ("see there", [file])


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "x" * 4001},
        {"text": "x", "attachments": [{"name": "a", "digest": "sha256:0", "size_bytes": 1}]},
        {"text": "x", "bytes": "AAAA"},
    ],
)
def test_a_comment_that_is_none_leaves_nothing(submitted: Desk, body: dict[str, object]) -> None:
    assert submitted.send("POST", "/v1/cases/C-000001/comments", body).status_code == 422
    assert submitted.told("comment") == []


def test_nobody_comments_on_what_he_may_not_see(submitted: Desk) -> None:
    submitted.let_in("elsewhere", replace(PERSON, entities=frozenset({"DE01"})))
    submitted.let_in("blind", replace(PERSON, scopes=frozenset({Scope.DOCUMENTS_SUBMIT})))
    for by, status in (("elsewhere", 404), ("blind", 403)):
        answer = submitted.send("POST", "/v1/cases/C-000001/comments", {"text": "x"}, by=by)
        assert answer.status_code == status
    assert submitted.told("comment") == []
