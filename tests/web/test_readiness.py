"""May it post, over HTTP: why not, who lets it through, look-ups, and what a period still lacks.

Shows (B5).
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.web.readiness_answers import LookUpAnswer, PeriodCloseAnswer, ReadinessAnswer
from tests.web.conftest import PERSON, Desk, order

CASE = "/v1/cases/C-000001"
RELEASES = f"{CASE}/releases"
DONE = {"document_date": "2027-02-10", "type": "invoice", "id": "INV-1"}


@pytest.fixture
def late(desk_on_both: Desk) -> Desk:
    """An invoice of February, approved in March: the period was closed on the fifth."""
    desk_on_both.let_in("gina", replace(PERSON, person_name="gina", subject="gina"))
    sent = desk_on_both.send("POST", "/v1/documents", {**order(), **DONE})
    assert sent.status_code == 201, sent.text
    assert desk_on_both.act("C-000001", "mia").json()["status"] == "approved"
    return desk_on_both


def finding(desk: Desk) -> dict[str, object]:
    (found,) = desk.send("GET", f"{CASE}/readiness").json()["findings"]
    assert isinstance(found, dict)
    return found


def test_what_keeps_a_case_from_posting_is_said_in_the_readers_language(late: Desk) -> None:
    answer = late.send("GET", f"{CASE}/readiness").json()
    assert (answer["case"], answer["ready"]) == ("C-000001", False)
    found = finding(late)
    assert (found["code"], found["owner"]) == ("period_closed", "group_controller")
    assert (found["releasable_by"], found["earliest_posting_date"]) == (
        "group_controller",
        "2027-03-01",
    )
    assert "2027-02" in str(found["sentence"])
    german = late.send("GET", f"{CASE}/readiness", Accept_Language="de").json()
    assert german["findings"][0]["sentence"] != found["sentence"]


def test_who_may_release_it_sends_it_on_its_way(late: Desk) -> None:
    asked = {"finding": finding(late)["id"], "because": "agreed with the auditor"}
    answer = late.send("POST", RELEASES, asked, by="gina")
    assert (answer.status_code, answer.json()["status"]) == (200, "posting")
    assert late.woken == [1]
    (record,) = late.told("release")
    assert record["finding"] == asked["finding"]
    assert record["who"]["decided_by"] == "gina"  # type: ignore[index]
    (enqueued,) = late.told("posting_enqueued")
    (kept,) = enqueued["findings"]  # type: ignore[misc]
    assert kept["released"]["by"] == "gina"
    again = late.send("POST", RELEASES, asked, by="gina")
    assert (again.status_code, again.json()["code"]) == (409, "not_open")


@pytest.mark.parametrize(
    ("by", "change", "code"),
    [
        ("mia", {}, "release_not_accepted"),  # does not hold the role
        ("rita", {}, "release_not_accepted"),  # asked for the document herself
        ("gina", {"finding": "0123456789abcdef"}, "finding_unknown"),
        ("gina", {"because": "  "}, "release_not_accepted"),
    ],
)
def test_a_release_that_does_not_count_is_refused_and_recorded(
    late: Desk, by: str, change: dict[str, str], code: str
) -> None:
    asked = {"finding": finding(late)["id"], "because": "urgent", **change}
    answer = late.send("POST", RELEASES, asked, by=by)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert late.send("GET", CASE).json()["status"] == "approved"
    refusal = late.told("refusal")[-1]
    assert (refusal["action"], refusal["code"]) == ("release", code)
    assert late.told("release") == []


def test_other_content_needs_another_release(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.let_in("gina", replace(PERSON, person_name="gina", subject="gina"))
    desk.send("POST", "/v1/documents", {**order(), **DONE})
    asked = {"finding": finding(desk)["id"], "because": "agreed"}
    assert desk.send("POST", RELEASES, asked, by="gina").status_code == 200
    assert desk.send("GET", f"{CASE}/readiness").json()["ready"] is True
    changed = {**order("8000.01"), **DONE, "version": 2}
    assert desk.send("POST", "/v1/documents", changed).status_code == 201
    assert desk.send("GET", f"{CASE}/readiness").json()["ready"] is False


def test_single_things_are_looked_up_before_anything_is_submitted(desk: Desk) -> None:
    def ready(what: str, **query: str) -> tuple[bool, list[str]]:
        asked = "&".join(f"{name}={value}" for name, value in {"entity": "US01", **query}.items())
        answer = desk.send("GET", f"/v1/look-ups/{what}?{asked}")
        assert answer.status_code == 200, answer.text
        return answer.json()["ready"], [one["code"] for one in answer.json()["findings"]]

    assert ready("supplier", supplier="S-1") == (True, [])
    assert ready("supplier", supplier="S-404") == (False, ["supplier_unknown"])
    assert ready("rate", currency="EUR") == (True, [])
    assert ready("rate", currency="CHF") == (False, ["rate_missing"])
    assert ready("rate", currency="EUR", day="2020-01-01") == (False, ["rate_missing"])
    assert ready("tax-code", tax_code="V1") == (False, ["coding_unknown"])
    assert ready("account-combination", gl_account="6000") == (
        False,
        ["coding_unknown", "combination_not_allowed"],
    )
    unknown = desk.send("GET", "/v1/look-ups/supplier?entity=ZZ99&supplier=S-1")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "entity_unknown")
    elsewhere = desk.send("GET", "/v1/look-ups/supplier?entity=US01&supplier=S-1", by="elsewhere")
    assert elsewhere.status_code == 403


def test_a_period_lists_what_is_not_approved_not_ready_and_not_posted(late: Desk) -> None:
    late.send("POST", "/v1/documents", {**order(), **DONE, "id": "INV-2"})
    march = {**order(), **DONE, "id": "INV-3", "document_date": "2027-03-02"}
    late.send("POST", "/v1/documents", march)
    late.act("C-000003", "mia")

    def left(period: str) -> list[tuple[str, str]]:
        answer = late.send("GET", f"/v1/period-close?entity=US01&period={period}")
        assert answer.status_code == 200, answer.text
        return [(each["case"], each["lacks"]) for each in answer.json()["left"]]

    assert left("2027-02") == [("C-000001", "readiness"), ("C-000002", "approval")]
    assert left("2027-03") == [("C-000003", "posting")]
    assert left("2027-01") == []
    nothing = late.send("GET", "/v1/period-close?entity=US01&period=2027-13")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "period_unknown")
    assert (
        late.send("GET", "/v1/period-close?entity=US01&period=2027-02", by="elsewhere").status_code
        == 403
    )


def test_what_is_answered_is_what_is_declared(late: Desk) -> None:
    for model, path in (
        (ReadinessAnswer, f"{CASE}/readiness"),
        (LookUpAnswer, "/v1/look-ups/supplier?entity=US01&supplier=S-404"),
        (PeriodCloseAnswer, "/v1/period-close?entity=US01&period=2027-02"),
    ):
        answer = late.send("GET", path)
        assert answer.status_code == 200
        model.model_validate_json(answer.content, strict=True)
