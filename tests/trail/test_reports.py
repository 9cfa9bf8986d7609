"""Reports for auditors: controls, access, and whether a period is whole (F5)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from api.cli import app
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.reports.access import access
from api.usecases.reports.by_control import by_control
from api.usecases.reports.completeness import completeness
from engine.cases.identities import Identities
from tests.casework.documents import NOW, PORTAL, by, order

DAY = NOW.date()
BEFORE = DAY - timedelta(days=5)


@pytest.fixture(scope="module")
def filled(resources: Resources) -> Resources:
    """Three orders; Mia approves one, Dan tries to, and a tool relays an approval of hers."""
    for n in range(3):
        raw = {**order(id=f"PO-{n}"), "lines": [{"number": 1, "net": f"{n + 1}00.50"}]}
        raw.pop("amount")
        done = submit(resources, raw, "portal", PORTAL, NOW + timedelta(days=n))
        assert isinstance(done, Submitted)
    later = NOW + timedelta(hours=1)
    action = Action(kind=Kind.APPROVE, by="dan", version=1)
    act(resources, 1, action, by("dan"), later)
    action = Action(kind=Kind.APPROVE, by="mia", version=1)
    act(resources, 1, action, by("mia"), later)
    act(resources, 2, action, Identities("mia", "servicenow", is_relayed=True), later)
    return resources


def asked(resources: Resources, *words: str) -> Result:
    url = resources.store.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(app, ["report", *words, "--database", url])


def test_controls_are_counted_by_what_decisions_say_of_them(filled: Resources) -> None:
    found = by_control(filled.store)
    with filled.store.reading() as connection:
        bodies = [
            json.loads(row.body)
            for row in connection.execute(text("select body from trail order by position"))
        ]
    decisions = [b["decision"] for b in bodies if isinstance(b.get("decision"), dict)]
    named = [
        reason["words"]["control"]
        for decision in decisions
        for reason in decision["reasons"]
        if reason["code"] == "control_applied"
    ]
    assert found.decisions == len(decisions)
    assert {c.name: c.applied for c in found.controls if c.applied} == {
        name: named.count(name) for name in named
    }
    assert by_control(filled.store, BEFORE, BEFORE).decisions == 0
    assert json.loads(asked(filled, "controls", "--json").output)["decisions"] == len(decisions)


def test_every_login_is_there_with_what_was_done_and_refused(filled: Resources) -> None:
    found = {(use.login.person, use.login.through): use for use in access(filled.store)}
    assert found["dan", "portal"].refused == 1
    assert found["mia", "portal"].kinds["action"] == 1
    assert found["mia", "servicenow"].login.is_relayed
    assert found["rita", "portal"].kinds["submission"] == 3
    assert (found["rita", "portal"].first, found["rita", "portal"].last) == (
        DAY,
        DAY + timedelta(days=2),
    )
    assert access(filled.store, BEFORE, BEFORE) == ()
    assert "servicenow" in asked(filled, "access").output


def test_a_period_says_what_came_in_what_it_is_worth_and_what_is_open(filled: Resources) -> None:
    found = completeness(filled.store, DAY, DAY + timedelta(days=1))
    assert found.is_whole
    assert found.cases == 2
    assert found.control_totals() == {"USD": "301"}
    assert {each.case for each in found.open} <= {"C-000001", "C-000002"}
    whole = completeness(filled.store, BEFORE, DAY + timedelta(days=2))
    assert (whole.cases, whole.control_totals()) == (3, {"USD": "601.5"})
    assert completeness(filled.store, BEFORE, BEFORE).records == 0
    done = asked(filled, "period", "--from", str(DAY), "--until", str(DAY))
    assert done.exit_code == 0
    assert "100.5 USD" in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("period", "--from", "2027-03-02", "--until", "2027-03-01"),
        ("controls", "--from", "yesterday"),
        ("access", "--until", "2027-13-01"),
    ],
)
def test_days_that_are_none_are_refused(filled: Resources, words: tuple[str, ...]) -> None:
    assert asked(filled, *words).exit_code == 2


def test_a_record_that_is_gone_is_named(filled: Resources) -> None:
    with filled.store.transaction() as connection:
        if filled.store.is_sqlite:
            connection.execute(text("drop trigger trail_no_delete"))
        else:
            connection.execute(text("alter table trail disable trigger user"))
        gone = connection.execute(text("select max(position) - 1 from trail")).scalar_one()
        kept = connection.execute(
            text("select body from trail where position = :p"), {"p": gone}
        ).scalar_one()
        assert kept
        connection.execute(text("delete from trail where position = :p"), {"p": gone})
    done = asked(filled, "period", "--from", "2027-01-01", "--until", "2027-12-31", "--json")
    assert done.exit_code == 1
    assert json.loads(done.output)["missing"] == [gone]
