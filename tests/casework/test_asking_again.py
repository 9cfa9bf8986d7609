"""Cases that lack something are asked again, and recorded only where the answer is another one."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from adapters.store import cases, outbox
from adapters.store.trail import end, every_record
from api.usecases.casework import asking_again
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.asking_again import ask_again, ask_all_again
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from tests.casework.conftest import ADMIN, data_files
from tests.casework.documents import NOW, PORTAL, by, order

LATER = NOW + timedelta(days=1)


def submitted(resources: Resources, **fields: object) -> cases.Case:
    done = submit(resources, order() | fields, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    return done.case


def with_cost_center(resources: Resources, owner: str = "mia") -> None:
    """Loads master data in which the cost center is there that was not."""
    files = data_files()
    files["cost_centers.csv"] += f"cc999,US01,{owner},dan,operations,\n".encode()
    load_master_data(resources, files, ADMIN, "a new cost center", LATER)


def last(resources: Resources) -> tuple[int, dict[str, object]]:
    with resources.store.reading() as connection:
        return end(connection), json.loads([*every_record(connection)][-1].body)


def case_of(resources: Resources, id: int = 1) -> cases.Case:
    with resources.store.reading() as connection:
        found = cases.by_id(connection, id)
    assert found is not None
    return found


def test_a_held_case_goes_on_when_what_it_lacked_is_there(resources: Resources) -> None:
    assert submitted(resources, cost_center="cc999").status is Status.HELD
    with_cost_center(resources)
    assert ask_again(resources, 1, LATER) is True
    assert case_of(resources).status is Status.PENDING
    with resources.store.reading() as connection:
        assert [task.person for task in cases.tasks_on(connection, 1)] == ["mia"]
    assert last(resources)[1]["kind"] == "decided_again"
    assert check_trail(resources.store).is_intact


def test_a_held_case_that_lacks_the_same_is_not_recorded_again(resources: Resources) -> None:
    submitted(resources, cost_center="cc999")
    before = last(resources)
    assert ask_again(resources, 1, LATER) is False
    assert last(resources) == before


def test_a_held_case_that_lacks_something_else_is_recorded(resources: Resources) -> None:
    submitted(resources, currency="JPY", amount="100", cost_center="cc999")
    files = data_files()
    files["rates.csv"] += b"r999,corporate,JPY,USD,2027-03-15,0.0067\n"
    load_master_data(resources, files, ADMIN, "a rate", LATER)
    assert ask_again(resources, 1, LATER) is True
    assert case_of(resources).status is Status.HELD
    assert '"code":"no_owner"' in case_of(resources).decision_json
    assert ask_again(resources, 1, LATER) is False
    assert check_trail(resources.store).is_intact


@pytest.mark.parametrize("id", [1, 99])
def test_a_case_that_lacks_nothing_is_left_alone(resources: Resources, id: int) -> None:
    submitted(resources)
    before = last(resources)
    assert ask_again(resources, id, LATER) is False
    assert last(resources) == before


def test_an_approved_case_is_asked_again_and_enqueued_when_it_is_ready(
    resources: Resources,
) -> None:
    submitted(resources, type="invoice", number="N-1", document_date="2026-03-10")
    action = Action(Kind.APPROVE, "mia", 1)
    acted = act(resources, 1, action, by("mia"), NOW + timedelta(hours=1))
    assert acted is not None
    assert acted.case.status is Status.APPROVED
    position, body = last(resources)
    assert body["kind"] == "readiness"
    assert '"code":"period_closed"' in acted.case.findings_json
    assert ask_all_again(resources, LATER) == 0
    assert last(resources)[0] == position
    files = data_files()
    closed = b"2026-03-31,,2026-04-05T18:00:00-04:00,"
    assert closed in files["periods.csv"]
    files["periods.csv"] = files["periods.csv"].replace(closed, b"2026-03-31,,,")
    load_master_data(resources, files, ADMIN, "the period is open again", LATER)
    assert ask_all_again(resources, LATER) == 1
    assert case_of(resources).status is Status.POSTING
    with resources.store.reading() as connection:
        assert outbox.of_key(connection, "C-000001/1") is not None
    assert last(resources)[1]["kind"] == "posting_enqueued"
    assert check_trail(resources.store).is_intact


def test_a_case_that_cannot_be_asked_keeps_no_other_from_being_asked(
    resources: Resources, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    submitted(resources, id="PO-1", cost_center="cc999")
    submitted(resources, id="PO-2", cost_center="cc999")
    with_cost_center(resources)

    def fail_on_first(resources: Resources, case_id: int, now: datetime) -> bool:
        if case_id == 1:
            raise RuntimeError("on account 123")
        return ask_again(resources, case_id, now)

    monkeypatch.setattr(asking_again, "ask_again", fail_on_first)
    assert ask_all_again(resources, LATER) == 1
    assert case_of(resources, 1).status is Status.HELD
    assert case_of(resources, 2).status is Status.PENDING
    [line] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert "account" not in str(line.__dict__)


def test_what_was_approved_before_it_was_held_is_not_asked_for_again(resources: Resources) -> None:
    submitted(resources, amount="40000.00")
    mia = Action(Kind.APPROVE, "mia", 1)
    assert act(resources, 1, mia, by("mia"), NOW).code == ""  # type: ignore[union-attr]
    files = data_files()
    rows = files["cost_centers.csv"].decode().splitlines()
    files["cost_centers.csv"] = "\n".join(r for r in rows if not r.startswith("cc100,")).encode()
    load_master_data(resources, files, ADMIN, "a mistake", LATER)
    assert case_of(resources).status is Status.HELD  # at once, before anybody acts
    assert '"code":"no_owner"' in case_of(resources).decision_json
    dan = Action(Kind.APPROVE, "dan", 1)
    assert act(resources, 1, dan, by("dan"), LATER).code == "not_open"  # type: ignore[union-attr]
    load_master_data(resources, data_files(), ADMIN, "mended", LATER)
    assert ask_all_again(resources, LATER) == 1
    with resources.store.reading() as connection:
        assert [task.person for task in cases.tasks_on(connection, 1)] == ["dan"]
    assert act(resources, 1, dan, by("dan"), LATER).case.status is Status.POSTING  # type: ignore[union-attr]
    assert check_trail(resources.store).is_intact
