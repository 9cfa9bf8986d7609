"""What approval tools read of reminders and escalation (B7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.usecases.casework.activating import bootstrap
from api.usecases.casework.falling_due import handle_all_due
from api.usecases.casework.resources import Resources
from engine.cases.identities import Identities
from tests.databases import BOTH, opened
from tests.web.conftest import NOW, START, Desk, acme_files, desk_on, order

ESCALATION = (
    b"escalation: {calendar: entity, remind_after: 1 business day, "
    b"escalate_after: 2 business days, exhausted: hold}\n"
)


@pytest.fixture(params=BOTH)
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """ACME with an escalation, on each database, and an order that Mia is asked about."""
    policy, data = acme_files()
    policy["handling.yaml"] += ESCALATION
    with opened(request.param, tmp_path) as store:
        resources = Resources(store)
        who = Identities("gina", "command line")
        bootstrap(resources, policy, data, who, "installation", START)
        for desk in desk_on(resources):
            answer = desk.send("POST", "/v1/documents", order(), Idempotency_Key="1")
            assert answer.status_code == 201
            yield desk


def due(desk: Desk) -> datetime:
    [task] = desk.send("GET", "/v1/tasks", by="mia").json()["tasks"]
    return datetime.fromisoformat(task["due_at"])


def test_a_task_says_when_it_is_due_and_what_came_of_it(watched: Desk) -> None:
    moment = due(watched)
    assert moment > NOW
    handle_all_due(watched.resources, moment)
    for person in ("mia", "dan"):
        [task] = watched.send("GET", "/v1/tasks", by=person).json()["tasks"]
        assert datetime.fromisoformat(task["escalated_at"]) == moment
        assert datetime.fromisoformat(task["due_at"]) > moment + timedelta(days=1)
    case = watched.send("GET", "/v1/cases/C-000001").json()
    assert {task["escalated_at"] for task in case["tasks"]} == {task["escalated_at"]}


def test_a_person_reads_his_own_notices_and_those_of_nobody_else(watched: Desk) -> None:
    handle_all_due(watched.resources, due(watched))
    told = watched.send("GET", "/v1/notices", by="mia").json()["notices"]
    assert [each["code"] for each in told] == ["reminded", "escalated"]
    assert {(each["case"], each["person"]) for each in told} == {("C-000001", "mia")}
    assert watched.send("GET", "/v1/notices?person=mia", by="rita").status_code == 403
    page = watched.send("GET", "/v1/notices?limit=1", by="mia").json()
    assert [each["code"] for each in page["notices"]] == ["reminded"]
    rest = watched.send("GET", f"/v1/notices?after={page['next']}", by="mia").json()
    assert [each["code"] for each in rest["notices"]] == ["escalated"]


def test_a_tool_of_another_entity_is_told_nothing(watched: Desk) -> None:
    handle_all_due(watched.resources, due(watched))
    answer = watched.send("GET", "/v1/notices?person=mia", by="elsewhere")
    assert answer.json()["notices"] == []
