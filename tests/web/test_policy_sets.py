"""Policy sets over HTTP: proposed as files, approved as a case, activated by somebody else (C3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.identity import Scope
from api.web import policy_answers
from tests.casework.proposals import LIMITS, MANAGER, acme, managers_up_to
from tests.web.conftest import PERSON, Desk, order

PROPOSALS = "/v1/policy-sets/proposals"


@pytest.fixture
def office(desk_on_both: Desk) -> Desk:
    """With those who change policy, and one whose token is not for that."""
    for name in ("gina", "axel"):
        desk_on_both.let_in(name, replace(PERSON, person_name=name, subject=name))
    scopes = frozenset(Scope) - {Scope.POLICIES_ACTIVATE}
    desk_on_both.let_in("reader", replace(PERSON, person_name="carl", scopes=scopes))
    return desk_on_both


def wish(files: dict[str, bytes], **fields: object) -> dict[str, object]:
    texts = {name: data.decode() for name, data in files.items()}
    return {"files": texts, "because": "the limit has changed", **fields}


def propose(office: Desk, amount: str = "12_000.00", **fields: object) -> dict[str, object]:
    answer = office.send("POST", PROPOSALS, wish(managers_up_to(amount), **fields), by="gina")
    assert answer.status_code == 201, answer.text
    policy_answers.ProposalAnswer.model_validate_json(answer.content, strict=True)
    found = answer.json()
    assert isinstance(found, dict)
    return found


def test_a_set_goes_from_files_to_being_in_force_and_back(office: Desk) -> None:
    made = propose(office)
    number = made["case"]
    assert (made["status"], made["approval"]) == ("proposed", "pending")
    assert any("12,000.00 USD" in each["says"] for each in made["differences"])  # type: ignore[attr-defined]
    path = f"{PROPOSALS}/{number}"
    early = office.send("POST", f"{path}/activation", {}, by="axel")
    assert (early.status_code, early.json()["code"]) == (409, "not_approved")
    assert [
        task["case"] for task in office.send("GET", "/v1/tasks", by="carl").json()["tasks"]
    ] == [number]
    assert office.act(str(number), "carl").status_code == 200
    own = office.send("POST", f"{path}/activation", {}, by="gina")
    assert (own.status_code, own.json()["code"]) == (409, "proposed_it")
    done = office.send("POST", f"{path}/activation", {}, by="axel")
    assert (done.status_code, done.json()["status"]) == (200, "activated")
    sets = office.send("GET", "/v1/policy-sets").json()
    assert (sets["in_force"], sets["before"]) == (made["set"], made["based_on"])
    assert [each["how"] for each in sets["history"]] == ["policy_activated", "bootstrap"]
    assert office.send("POST", "/v1/documents", order()).json()["decision"]["outcome"] == "route"
    back = {"seen": sets["in_force"], "because": "a mistake"}
    answer = office.send("POST", "/v1/policy-sets/roll-back", back, by="axel")
    assert answer.json() == {"before": made["set"], "after": made["based_on"]}
    again = office.send("POST", "/v1/policy-sets/roll-back", back, by="axel")
    assert (again.status_code, again.json()["code"]) == (409, "base_changed")


def test_what_is_wrong_with_a_set_is_said_with_its_places(office: Desk) -> None:
    files = acme((LIMITS, MANAGER, MANAGER.replace("manager", "mangaer")))
    answer = office.send("POST", PROPOSALS, wish(files), by="gina")
    assert (answer.status_code, answer.json()["code"]) == (409, "does_not_load")
    [error] = [each for each in answer.json()["errors"] if "mangaer" in each["message"]]
    assert error["field"].startswith("organization.yaml:")
    assert office.told("policy_proposal_refused")


def test_a_set_for_later_is_shown_and_can_be_cancelled(office: Desk) -> None:
    made = propose(office, effective_at="2027-04-01T00:00:00-04:00")
    path = f"{PROPOSALS}/{made['case']}"
    office.act(str(made["case"]), "carl")
    done = office.send("POST", f"{path}/activation", {}, by="axel").json()
    assert (done["status"], done["effective_at"]) == ("scheduled", "2027-04-01T04:00:00Z")
    shown = office.send("GET", PROPOSALS).json()
    assert [each["status"] for each in shown["proposals"]] == ["scheduled"]
    answer = office.send("POST", f"{path}/cancellation", {"because": "not yet"}, by="gina")
    assert answer.json()["status"] == "cancelled"
    assert office.send("GET", path).json()["status"] == "cancelled"


def test_who_may_not_change_policy_does_not_and_that_is_recorded(office: Desk) -> None:
    made = propose(office)
    path = f"{PROPOSALS}/{made['case']}"
    for by, where, body in (
        ("reader", PROPOSALS, wish(managers_up_to("9_000.00"))),
        ("reader", f"{path}/activation", {}),
        ("reader", "/v1/policy-sets/roll-back", {"seen": "x", "because": "y"}),
    ):
        assert office.send("POST", where, body, by=by).status_code == 403
    assert len(office.told("access_refused")) == 3
    answer = office.send("POST", PROPOSALS, wish(managers_up_to("9_000.00")), by="tool")
    assert answer.status_code == 403
    elsewhere = office.send("POST", f"{path}/activation", {"person": "axel"}, by="elsewhere")
    assert elsewhere.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"files": {}, "because": "x"},
        {"files": {"policy.yaml": "x"}, "because": ""},
        {"files": {"policy.yaml": "x"}, "because": "x", "effective_at": "2027-04-01T00:00:00"},
        {"files": {"policy.yaml": 7}, "because": "x"},
        b'{"files": {"policy.yaml": "\\ud800"}, "because": "x"}',
    ],
)
def test_what_is_no_proposal_is_told_so(office: Desk, body: object) -> None:
    assert office.send("POST", PROPOSALS, body, by="gina").status_code == 422


def test_a_case_that_is_no_proposal_is_none(office: Desk) -> None:
    office.send("POST", "/v1/documents", order())
    assert office.send("GET", f"{PROPOSALS}/C-000001").status_code == 404
    answer = office.send("POST", f"{PROPOSALS}/C-000001/activation", {}, by="axel")
    assert answer.status_code == 404
