"""Reviews over HTTP: in the tasks of whoever is asked, closed by him, listed for everybody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.web.conftest import Desk, order

CLEARED = {"finding": "cleared", "comment": "two offices, two needs"}
PATH = "/v1/cases/C-000001/reviews/structuring_suspect"


@pytest.fixture
def split(desk_on_both: Desk) -> Desk:
    """Two orders of Rita's that together need a director; the first is to be reviewed by Dan."""
    desk_on_both.send("POST", "/v1/documents", order("6000.00", "PO-1"))
    desk_on_both.send("POST", "/v1/documents", order("4000.01", "PO-2"))
    return desk_on_both


def tasks(desk: Desk, person: str, query: str = "") -> list[dict[str, object]]:
    found = desk.send("GET", f"/v1/tasks{query}", by=person).json()["tasks"]
    assert isinstance(found, list)
    return found


def test_a_review_is_among_the_tasks_of_whoever_is_asked(split: Desk) -> None:
    found = tasks(split, "dan")
    assert [(each["case"], each["ask"], each["word"]) for each in found] == [
        ("C-000001", "review", "structuring_suspect")
    ]
    assert {each["ask"] for each in tasks(split, "mia")} == {"approve"}
    assert tasks(split, "rita") == []


def test_the_case_and_the_list_show_why_and_because_of_what(split: Desk) -> None:
    (shown,) = split.send("GET", "/v1/cases/C-000001").json()["reviews"]
    assert (shown["cause"], shown["because"], shown["asked"]) == ("C-000002", "splitting", ["dan"])
    assert split.send("GET", "/v1/reviews").json() == {"reviews": [shown], "next": None}
    assert split.send("GET", "/v1/reviews", by="elsewhere").status_code == 403


def test_a_finding_closes_it_and_the_case_stays_as_it_was(split: Desk) -> None:
    before = split.send("GET", "/v1/cases/C-000001").json()
    answer = split.send("POST", PATH, CLEARED, by="dan")
    assert answer.status_code == 200
    assert (answer.json()["finding"], answer.json()["closed_by"]) == ("cleared", "dan")
    after = split.send("GET", "/v1/cases/C-000001").json()
    assert after["status"] == before["status"]
    assert after["decision"] == before["decision"]
    assert split.send("GET", "/v1/reviews").json()["reviews"] == []
    assert tasks(split, "dan") == []


@pytest.mark.parametrize(("person", "code"), [("rita", "reviewer_involved"), ("noah", "not_asked")])
def test_who_is_not_asked_is_refused_and_that_is_recorded(
    split: Desk, person: str, code: str
) -> None:
    answer = split.send("POST", PATH, CLEARED, by=person)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert [each["code"] for each in split.told("refusal")] == [code]


def test_a_person_cannot_review_as_somebody_else(split: Desk) -> None:
    answer = split.send("POST", PATH, {**CLEARED, "person": "dan"}, by="rita")
    assert (answer.status_code, answer.json()["code"]) == (403, "another_person_named")
    relayed = split.send("POST", PATH, {**CLEARED, "person": "dan"}, by="tool")
    assert relayed.status_code == 200


def test_out_of_reach_it_is_not_there(split: Desk) -> None:
    answer = split.send("POST", PATH, {**CLEARED, "person": "dan"}, by="elsewhere")
    assert answer.status_code == 404
    assert tasks(split, "elsewhere", "?person=dan") == []


def test_the_list_is_for_who_has_access_to_every_entity(split: Desk) -> None:
    assert len(split.send("GET", "/v1/reviews").json()["reviews"]) == 1
    rita = split.door.callers["rita"]
    split.let_in("rita in Germany", replace(rita, entities=frozenset({"DE01"})))
    answer = split.send("GET", "/v1/reviews", by="rita in Germany")
    assert (answer.status_code, answer.json()["code"]) == (403, "entity_out_of_reach")


def test_uses_of_a_mitigation_that_is_not_there_are_not_reviewed_and_that_is_recorded(
    split: Desk,
) -> None:
    answer = split.send("POST", "/v1/mitigations/ME-12/reviews", {"comment": "fine"}, by="dan")
    assert (answer.status_code, answer.json()["code"]) == (409, "mitigation_unknown")
    assert [each["code"] for each in split.told("mitigation_reviewed")] == ["mitigation_unknown"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"finding": "approved", "comment": "x"},
        {"finding": "cleared", "comment": ""},
        {**CLEARED, "status": "approved"},
    ],
)
def test_what_is_no_finding_is_refused(split: Desk, body: dict[str, str]) -> None:
    assert split.send("POST", PATH, body, by="dan").status_code == 422
    assert len(split.send("GET", "/v1/reviews").json()["reviews"]) == 1


def test_a_review_that_is_not_there_is_a_conflict_and_a_hidden_sign_is_no_code(split: Desk) -> None:
    other = split.send("POST", "/v1/cases/C-000002/reviews/structuring_suspect", CLEARED, by="dan")
    assert (other.status_code, other.json()["code"]) == (409, "no_review")
    hidden = split.send("POST", "/v1/cases/C-000001/reviews/a%00b", CLEARED, by="dan")
    assert hidden.status_code == 422


def test_places_and_reviews_come_page_by_page_and_none_twice(desk: Desk) -> None:
    for number in range(1, 6):
        desk.send("POST", "/v1/documents", order("6000.00", f"PO-{number}"))
    seen: list[tuple[object, object]] = []
    after: int | None = 0
    while after is not None:
        page = desk.send("GET", f"/v1/tasks?limit=2&after={after}", by="dan").json()
        seen += [(task["case"], task["ask"]) for task in page["tasks"]]
        after = page["next"]
    assert len(seen) == len(set(seen))
    assert [case for case, ask in seen if ask == "review"] == [f"C-00000{n}" for n in range(1, 5)]
