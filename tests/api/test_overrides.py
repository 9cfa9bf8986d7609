"""`countersign overrides`: from the trail's records, and from nothing else (B11)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from typer.testing import CliRunner, Result

from adapters.policy_folder import read_set
from adapters.store.opening import migrate, open_store
from adapters.store.tables import review_causes, review_tasks, reviews
from adapters.store.trail import Entry, append
from api.cli import app
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.closing_reviews import Finding, Found, close
from api.usecases.casework.resources import Resources
from api.usecases.casework.submitting import Submitted, submit
from engine.decision import Ask, Assignee, Assignment, Decision, Outcome, Reason, Step
from engine.master_data import PersonId
from engine.places import Place
from engine.recording import to_plain
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import PORTAL, by, order

NOW = datetime.fromisoformat("2027-03-15T12:00:00-04:00")
APRIL = datetime.fromisoformat("2027-04-02T12:00:00-04:00")
DELEGATIONS = (
    b"id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
    b"D-1,mia,lena,2027-03-01,2027-03-31,,,,,,\n"
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store in which some people did what an auditor asks about."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    with_store(url, everything)
    return url


def with_store(url: str, does: Any) -> None:
    opened = open_store(url)
    try:
        does(Resources(opened))
    finally:
        opened.close()


def everything(resources: Resources) -> None:
    files = {**data_files(), "delegations.csv": DELEGATIONS}
    bootstrap(resources, read_set(ACME), files, ADMIN, "installation", START)
    acted(resources, submitted(resources, "6000.00", "PO-1"), "rita")
    acted(resources, 1, "rsmith.ext")
    acted(resources, 1, "vera")
    acted(resources, 1, "lena", on_behalf_of="mia")
    submitted(resources, "4000.01", "PO-2")
    acted(resources, 2, "mia", kind=Kind.CLAIM, place=1)


def submitted(resources: Resources, amount: str, id: str) -> int:
    done = submit(resources, order(amount, id), "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    return done.case.id


def acted(
    resources: Resources, case: int, person: str, kind: Kind = Kind.APPROVE, **more: object
) -> None:
    act(resources, case, Action(kind, person, 1, **more), by(person), NOW + timedelta(hours=1))  # type: ignore[arg-type]


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(app, ["overrides", "--database", url, *words])


def report(url: str, *words: str) -> dict[str, Any]:
    done = run(url, *words, "--json")
    assert done.exit_code in (0, 1), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def entries(url: str, what: str, *words: str) -> Iterator[tuple[str, str, str, str, bool]]:
    for each in report(url, *words)["entries"]:
        if each["what"] == what:
            yield each["case"], each["person"], each["other"], each["finding"], each["is_open"]


def test_attempts_at_self_approval_are_told_under_the_person(url: str) -> None:
    assert [(person, case) for case, person, *_ in entries(url, "self_approval")] == [
        ("rita", "C-000001"),
        ("rita", "C-000001"),
    ]
    assert [person for _, person, *_ in entries(url, "refusal")] == ["vera"]


def test_delegations_used_name_both(url: str) -> None:
    assert list(entries(url, "delegation")) == [("C-000001", "lena", "mia", "", False)]


def test_open_reviews_and_claims_are_told(url: str) -> None:
    assert list(entries(url, "review")) == [("C-000001", "dan", "C-000002", "", True)]
    assert run(url).exit_code == 1
    (claim,) = entries(url, "claim")
    assert claim == ("C-000002", "mia", "", "", True)


def test_a_finding_ends_a_review_and_nothing_waits_any_more(url: str) -> None:
    def closed(resources: Resources) -> None:
        found = Found("structuring_suspect", Finding.CONFIRMED, "one need", "dan")
        close(resources, 1, found, by("dan"), APRIL)
        acted(resources, 2, "mia")

    with_store(url, closed)
    assert list(entries(url, "review")) == [("C-000001", "dan", "C-000002", "confirmed", False)]
    assert list(entries(url, "claim")) == [("C-000002", "mia", "", "approve", False)]
    assert run(url).exit_code == 0


def test_only_records_count_and_not_what_is_kept_beside_them(url: str) -> None:
    def forged(resources: Resources) -> None:
        with resources.store.transaction() as connection:
            for table in (review_tasks, review_causes, reviews):
                connection.execute(delete(table))

    before = report(url)
    with_store(url, forged)
    assert report(url) == before


def test_a_period_is_of_days_and_both_ends_count(url: str) -> None:
    assert list(entries(url, "delegation", "--from", "2027-03-15", "--until", "2027-03-15"))
    assert not list(entries(url, "delegation", "--from", "2027-03-16"))
    assert not list(entries(url, "delegation", "--until", "2027-03-14"))
    assert report(url)["by_month"] == {
        "2027-03": {
            "claim": 1,
            "delegation": 1,
            "refusal": 1,
            "review": 1,
            "self_approval": 2,
        }
    }


PLACE = Place("approvals/urgent.yaml", 6, 12)


def emergency(person: str) -> Decision:
    """Carl acts at once, Eve agrees later; a mitigation lets Carl through."""
    places = (
        Assignment(1, "cfo", (Assignee(PersonId("carl")),), PLACE),
        Assignment(2, "ceo", (Assignee(PersonId("eve")),), PLACE, Ask.RATIFY, within="30 days"),
    )
    words = (("person", person), ("mitigation", "ME-12"), ("monitor", "tina"))
    return Decision(
        Outcome.ROUTE,
        NOW,
        "PO-9",
        "sha256:0",
        "acme",
        "sha256:1",
        "sha256:2",
        steps=(Step(1, places),),
        reasons=(Reason("mitigated", PLACE, words),),
        digest="sha256:3",
    )


def record(url: str, kind: str, at: datetime = NOW, **body: object) -> None:
    def add(resources: Resources) -> None:
        with resources.store.transaction() as connection:
            append(connection, [Entry(kind, None, at, {"case": "C-000009", **body})])

    with_store(url, add)


def action(url: str, person: str, word: str, at: datetime) -> None:
    keys = [[str(PLACE), word, "", "", 1]]
    who = {"decided_by": person, "on_behalf_of": ""}
    record(url, "action", at, action="approve", keys=keys, who=who, status="pending")


def test_a_mitigation_is_used_by_who_acts_and_not_by_who_is_only_asked(url: str) -> None:
    record(url, "submission", decision=to_plain(emergency("carl")), status="pending")
    assert not list(entries(url, "mitigation"))
    action(url, "eve", "ceo", NOW)
    assert not list(entries(url, "mitigation"))
    action(url, "carl", "cfo", NOW)
    assert list(entries(url, "mitigation")) == [("C-000009", "carl", "ME-12", "", False)]


def test_a_mitigation_of_what_the_document_says_was_done_is_used_at_once(url: str) -> None:
    record(url, "submission", decision=to_plain(emergency("petra")), status="pending")
    assert list(entries(url, "mitigation")) == [("C-000009", "petra", "ME-12", "", False)]


def test_a_ratification_is_open_until_it_is_given(url: str) -> None:
    record(url, "submission", decision=to_plain(emergency("carl")), status="pending")
    action(url, "carl", "cfo", NOW)
    assert list(entries(url, "ratification")) == [("C-000009", "eve", "", "", True)]
    action(url, "eve", "ceo", APRIL)
    assert list(entries(url, "ratification")) == [("C-000009", "eve", "", "approve", False)]


def test_what_was_withdrawn_needs_no_ratification(url: str) -> None:
    record(url, "submission", decision=to_plain(emergency("carl")), status="pending")
    record(url, "action", action="withdraw", who={"decided_by": "rita"}, status="withdrawn")
    assert [each[-1] for each in entries(url, "ratification")] == [False]


def test_a_second_opinion_that_differs_is_told_and_needs_somebody(url: str) -> None:
    record(url, "second_opinion", opinion="agreement")
    record(url, "second_opinion", opinion="unavailable", code="not_installed")
    assert [each["what"] for each in report(url)["entries"]].count("no_opinion") == 1
    assert not list(entries(url, "difference"))
    record(url, "second_opinion", APRIL, opinion="difference", code="")
    assert list(entries(url, "difference")) == [("C-000009", "", "", "", False)]
    assert run(url, "--from", "2027-04-01").exit_code == 1


def test_who_answers_for_approvals_from_elsewhere_is_told(url: str) -> None:
    given = [{"person": "vera"}, {"person": "mia"}]
    who = {"decided_by": "gina"}
    told = {"approvals": given, "who": who, "source": "old-erp"}
    record(url, "taken_over", **told, do_approvals_count=False)
    record(url, "taken_over", **{**told, "approvals": []}, do_approvals_count=True)
    assert list(entries(url, "taken_over")) == []
    record(url, "taken_over", **told, do_approvals_count=True)
    assert list(entries(url, "taken_over")) == [("C-000009", "gina", "mia, vera", "", False)]


def test_records_of_another_kind_or_another_version_are_left_alone(url: str) -> None:
    before = report(url)["entries"]
    record(url, "something_new", who=None, decision="?", status=3)
    record(url, "second_opinion", opinion={"word": "difference"})
    record(url, "submission", decision={"steps": None, "reasons": [None, {"code": "mitigated"}]})
    after = [each for each in report(url)["entries"] if each["case"] != "C-000009"]
    assert after == before


def test_the_text_has_a_line_for_each(url: str) -> None:
    done = run(url)
    assert "C-000001: self approval by rita" in done.stdout
    assert "C-000001: review of dan (C-000002) [structuring_suspect] open" in done.stdout


@pytest.mark.parametrize(
    "words", [("--from", "March"), ("--from", "2027-03-02", "--until", "2027-03-01")]
)
def test_days_that_are_none_are_told(url: str, words: tuple[str, ...]) -> None:
    assert run(url, *words).exit_code == 2


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert run(f"sqlite:///{tmp_path / 'none.db'}").exit_code == 7
