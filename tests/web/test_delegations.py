"""Delegations over HTTP: made and revoked by their people, and the register of them (B3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.identity import Scope
from adapters.policy_folder import read_set
from adapters.store.in_force import What, add_files, put_in_force
from api.web import delegation_answers
from tests.web.conftest import ACME, NOW, PERSON, TOOL, Desk, order

PATH = "/v1/delegations"
AGREED = b"""kind: approvals
name: delegations
documents: [delegation]
amount: none
rows:
  - {approve: cfo}
"""
WISH = {"delegate": "lena", "first": "2027-03-15", "last": "2027-03-31", "because": "away"}


@pytest.fixture
def office(desk_on_both: Desk) -> Desk:
    """With Lena, a second login of Rita's, one who sees DE01 alone, and one who only reads."""
    for name in ("lena", "rita.us"):
        desk_on_both.let_in(name, replace(PERSON, person_name=name, subject=name))
    elsewhere = replace(PERSON, person_name="noah", subject="noah", entities=frozenset({"DE01"}))
    desk_on_both.let_in("reader of DE01", elsewhere)
    reading = frozenset(Scope) - {Scope.ACTIONS_SUBMIT}
    desk_on_both.let_in("only reads", replace(PERSON, person_name="mia", scopes=reading))
    return desk_on_both


def make(office: Desk, by: str = "mia", **fields: object) -> str:
    answer = office.send("POST", PATH, {**WISH, **fields}, by=by)
    assert answer.status_code == 201, answer.text
    delegation_answers.DelegationAnswer.model_validate_json(answer.content, strict=True)
    return str(answer.json()["id"])


def listed(office: Desk, query: str = "", by: str = "mia") -> list[dict[str, object]]:
    answer = office.send("GET", PATH + query, by=by)
    assert answer.status_code == 200, answer.text
    delegation_answers.DelegationsAnswer.model_validate_json(answer.content, strict=True)
    found = answer.json()["delegations"]
    assert isinstance(found, list)
    return found


def test_a_delegation_is_made_used_shown_with_both_names_and_taken_back(office: Desk) -> None:
    made = make(office)
    office.send("POST", "/v1/documents", order())
    assert office.act("C-000001", "lena").json()["status"] == "posting"
    [found] = listed(office)
    assert (found["id"], found["state"], found["source"]) == (made, "in_force", "service")
    assert (found["from"], found["until"]) == ("2027-03-15T04:00:00Z", "2027-04-01T04:00:00Z")
    [use] = found["uses"]  # type: ignore[misc]
    assert found["times_used"] == 1
    assert use == {
        "case": "C-000001",
        "version": 1,
        "action": "approve",
        "decided_by": "lena",
        "on_behalf_of": "mia",
        "at": "2027-03-15T13:00:00Z",
    }
    answer = office.send("POST", f"{PATH}/{made}/revocation", {"because": "back"}, by="mia")
    taken = answer.json()
    assert (answer.status_code, taken["state"], taken["revoked_by"]) == (200, "revoked", "mia")
    assert (taken["revoked_because"], taken["times_used"]) == ("back", 1)
    office.send("POST", "/v1/documents", order(id="PO-2"))
    refused = office.act("C-000002", "lena")
    assert refused.json()["code"] == "delegation_revoked"


def test_what_was_done_on_a_content_that_was_replaced_stays_a_use(office: Desk) -> None:
    make(office)
    office.send("POST", "/v1/documents", order("40000.00"))
    assert office.act("C-000001", "lena").status_code == 200
    office.send("POST", "/v1/documents", order("41000.00", supplier="S-2"))
    case = office.send("GET", "/v1/cases/C-000001").json()
    assert case["version"] == 2
    [found] = listed(office)
    assert [(use["case"], use["version"]) for use in found["uses"]] == [("C-000001", 1)]  # type: ignore[attr-defined]


def test_the_list_is_asked_by_state_and_person_and_page_by_page(office: Desk) -> None:
    now = make(office)
    later = make(office, by="dan", delegate="sam", first="2027-04-01", last="2027-04-30")
    assert [each["id"] for each in listed(office, "?state=future")] == [later]
    assert [each["id"] for each in listed(office, "?state=in_force&state=over")] == [now]
    assert [each["id"] for each in listed(office, "?person=lena")] == [now]
    assert listed(office, "?person=nobody") == []
    first = office.send("GET", f"{PATH}?limit=1").json()
    second = office.send("GET", f"{PATH}?limit=1&after={first['next']}").json()
    pages = [each["id"] for each in (*first["delegations"], *second["delegations"])]
    assert sorted(pages) == sorted([now, later])
    assert office.send("GET", f"{PATH}?state=odd").status_code == 422


def test_nobody_delegates_or_revokes_for_somebody_else(office: Desk) -> None:
    for by, fields, code in (
        ("lena", {"delegator": "mia"}, "not_own"),
        ("rita.us", {"delegate": "rsmith.ext"}, "same_person"),
        ("rita", {"delegate": "rita.us"}, "same_person"),
        ("mia", {"entities": [" "]}, "row_unusable"),
        ("mia", {"documents": ["invoice;contract"]}, "row_unusable"),
    ):
        answer = office.send("POST", PATH, {**WISH, **fields}, by=by)
        assert (answer.status_code, answer.json()["code"]) == (409, code), by
    named = office.send("POST", PATH, {**WISH, "person": "mia"}, by="lena")
    assert (named.status_code, named.json()["code"]) == (403, "another_person_named")
    made = make(office)
    answer = office.send("POST", f"{PATH}/{made}/revocation", {"because": "no"}, by="lena")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_entitled")
    assert [each["state"] for each in listed(office)] == ["in_force"]
    assert len(office.told("delegation_refused")) == 5
    assert len(office.told("revocation_refused")) == 1


def test_a_token_that_only_reads_makes_and_revokes_none(office: Desk) -> None:
    made = make(office)
    assert office.send("POST", PATH, WISH, by="only reads").status_code == 403
    revoked = office.send("POST", f"{PATH}/{made}/revocation", {"because": "x"}, by="only reads")
    assert revoked.status_code == 403
    assert office.send("GET", PATH, by="nobody").status_code == 401


def test_whoever_may_not_see_the_entity_sees_neither_the_delegation_nor_its_uses(
    office: Desk,
) -> None:
    made = make(office)
    office.send("POST", "/v1/documents", order())
    office.act("C-000001", "lena")
    assert listed(office, by="reader of DE01") == []
    path = f"{PATH}/{made}/revocation"
    for by, body in (
        ("reader of DE01", {"because": "x"}),
        ("elsewhere", {"because": "x", "person": "mia"}),
    ):
        assert office.send("POST", path, body, by=by).status_code == 404
    relayed = office.send("POST", PATH, {**WISH, "person": "mia"}, by="elsewhere")
    assert (relayed.status_code, relayed.json()["code"]) == (403, "entity_out_of_reach")
    own = replace(PERSON, person_name="lena", subject="lena", entities=frozenset({"DE01"}))
    office.let_in("lena of DE01", own)
    [found] = listed(office, by="lena of DE01")  # her own, without what is out of her reach
    assert (found["id"], found["times_used"], found["uses"]) == (made, 0, [])


def test_a_tool_relays_for_whom_it_names_and_must_name_one(office: Desk) -> None:
    office.let_in("relay", replace(TOOL, entities=frozenset({"US01"})))
    assert office.send("POST", PATH, WISH, by="relay").json()["code"] == "no_person_named"
    made = make(office, by="relay", person="mia")
    [told] = office.told("delegation_made")
    assert told["who"]["is_relayed"] is True  # type: ignore[index]
    body = {"because": "back", "person": "mia"}
    assert office.send("POST", f"{PATH}/{made}/revocation", body, by="relay").status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"delegate": ""},
        {"because": ""},
        {"first": "tomorrow"},
        {"entities": [""]},
        {"documents": "invoice"},
        {"cap": "1\u0000"},
        {"unknown": 1},
    ],
)
def test_what_is_no_delegation_is_told_so(office: Desk, change: dict[str, object]) -> None:
    assert office.send("POST", PATH, {**WISH, **change}, by="mia").status_code == 422
    assert listed(office) == []


def test_there_is_none_by_another_id(office: Desk) -> None:
    answer = office.send("POST", f"{PATH}/own-0/revocation", {"because": "x"}, by="mia")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_where_somebody_has_to_agree_it_is_shown_as_requested_until_he_has(office: Desk) -> None:
    files = read_set(ACME) | {"approvals/delegations.yaml": AGREED}
    with office.resources.store.transaction() as connection:
        digest = add_files(connection, What.POLICY, files, NOW)
        put_in_force(connection, What.POLICY, digest, NOW)
    office.let_in("carl", replace(PERSON, person_name="carl", subject="carl"))
    made = make(office)
    [found] = listed(office, "?state=requested")
    assert (found["id"], found["case"], found["made_at"]) == (made, "C-000001", "")
    assert listed(office, "?state=in_force") == []
    refused = office.send("POST", f"{PATH}/{made}/revocation", {"because": "no"}, by="mia")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_open")
    assert listed(office, by="reader of DE01") == []
    assert office.act("C-000001", "lena").status_code == 409
    assert office.act("C-000001", "carl").json()["status"] == "approved"
    [found] = listed(office, "?state=in_force")
    assert (found["id"], found["case"], found["made_by"]) == (made, "C-000001", "mia")
