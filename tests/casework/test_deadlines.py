"""Reminders, escalation and the end of what nobody works on: by time, recorded, once (B7)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.store import cases, deadlines, delivery
from adapters.store.in_force import What, add_files, put_in_force
from adapters.store.trail import records_of
from api.usecases.casework.acting import Acted, Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.asking_again import ask_again, ask_all_again
from api.usecases.casework.checking import check_trail
from api.usecases.casework.falling_due import handle_all_due, handle_due
from api.usecases.casework.posting import Counter
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.worker import Worker
from engine.cases.status import Status
from engine.deadlines.watching import Kind as Falls
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, opened

ESCALATION = (
    "escalation: {calendar: entity, remind_after: 1 business day, "
    "escalate_after: 2 business days, exhausted: hold, withdraw_after: 30 business days}\n"
)
HOURS = "escalation: {calendar: entity, escalate_after: 9 business hours, exhausted: hold}\n"
# NOW is Monday 2027-03-15 09:00 in New York: due on Tuesday, Wednesday as the day closes at 17:00.
TUESDAY = datetime(2027, 3, 16, 21, 0, tzinfo=UTC)
WEDNESDAY = datetime(2027, 3, 17, 21, 0, tzinfo=UTC)
FRIDAY = datetime(2027, 3, 19, 21, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def policy_files(escalation: str, **other: str) -> dict[str, bytes]:
    files = {**read_set(ACME)}
    name = next(each for each in files if each.endswith("handling.yaml"))
    files[name] += escalation.encode()
    for path, text in other.items():
        files[path.replace("__", "/") + ".yaml"] = text.encode()
    return files


@pytest.fixture(params=BOTH)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    with opened(request.param, tmp_path) as store:
        yield Resources(store, targets={("US01", "purchase_order"): "erp"})


@pytest.fixture
def resources(bare: Resources) -> Resources:
    bootstrap(bare, policy_files(ESCALATION), data_files(), ADMIN, "installation", START)
    return bare


def submitted(resources: Resources, now: datetime = NOW, **fields: object) -> cases.Case:
    done = submit(resources, order() | fields, "portal", PORTAL, now)
    assert isinstance(done, Submitted)
    return done.case


def case_of(resources: Resources, id: int = 1) -> cases.Case:
    with resources.store.reading() as connection:
        found = cases.by_id(connection, id)
    assert found is not None
    return found


def asked(resources: Resources, id: int = 1) -> list[str]:
    with resources.store.reading() as connection:
        return [task.person for task in cases.tasks_on(connection, id)]


def kinds(resources: Resources, id: int = 1) -> list[str]:
    with resources.store.reading() as connection:
        return [record.kind for record in records_of(connection, id)]


def last(resources: Resources, id: int = 1) -> dict[str, object]:
    with resources.store.reading() as connection:
        body: dict[str, object] = json.loads([*records_of(connection, id)][-1].body)
    return body


def due_at(resources: Resources, kind: Falls = Falls.ESCALATE, id: int = 1) -> datetime:
    with resources.store.reading() as connection:
        found = deadlines.deadlines_on(connection, id)
    return next(each.due_at for each in found if each.kind is kind)


def told(resources: Resources, person: str) -> list[str]:
    with resources.store.reading() as connection:
        return [notice.code for notice in deadlines.notices_for(connection, person)]


def approve(resources: Resources, person: str, now: datetime, id: int = 1) -> Acted:
    acted = act(resources, id, Action(Kind.APPROVE, person, 1), by(person), now)
    assert acted is not None
    return acted


def test_scenario_29_nine_business_hours_over_a_weekend_in_kuwait(bare: Resources) -> None:
    bootstrap(bare, policy_files(HOURS), data_files(), ADMIN, "installation", START)
    now = datetime(2027, 4, 8, 12, 0, tzinfo=UTC)  # Thursday 15:00 in Kuwait
    submitted(
        bare,
        now,
        entity="KW01",
        requester="karim",
        currency="KWD",
        amount="100.000",
        cost_center="kw100",
        submitted_at="2027-04-08T12:00:00Z",
    )
    assert due_at(bare) == datetime(2027, 4, 11, 12, 0, tzinfo=UTC)  # Sunday 15:00
    assert handle_all_due(bare, due_at(bare) - TICK) == 0
    assert asked(bare) == ["aisha"]
    assert handle_all_due(bare, due_at(bare)) == 1
    assert asked(bare) == ["aisha", "badr"]


def test_scenario_31_mia_is_silent_and_dan_is_asked_then_vera_then_it_is_held(
    resources: Resources,
) -> None:
    submitted(resources)
    assert asked(resources) == ["mia"]
    assert handle_all_due(resources, TUESDAY) == 1
    assert kinds(resources)[-1] == "reminded"
    assert told(resources, "mia") == ["reminded"]
    assert handle_all_due(resources, WEDNESDAY - TICK) == 0
    assert handle_all_due(resources, WEDNESDAY) == 1
    assert asked(resources) == ["dan", "mia"]
    assert last(resources)["to"] == ["dan"]
    assert last(resources)["silent"] == ["mia"]
    assert told(resources, "dan") == ["escalated"]
    for person in ("vera", "carl"):
        handle_all_due(resources, due_at(resources))
        assert last(resources)["to"] == [person]
        assert case_of(resources).status is Status.PENDING
    # Above Carl is Eve, of the same level: never lower or equal.
    moment = due_at(resources)
    handle_all_due(resources, moment)
    assert case_of(resources).status is Status.HELD
    assert kinds(resources)[-1] == "escalation_exhausted"
    assert '"code":"escalation_exhausted"' in case_of(resources).decision_json
    assert asked(resources) == []
    assert "escalation_exhausted" in told(resources, "gina")  # holds the file's owner
    assert approve(resources, "mia", moment).code == "not_open"
    assert check_trail(resources.store).is_intact


def test_scenario_31_where_dan_is_the_requester_vera_is_asked(resources: Resources) -> None:
    submitted(resources, requester="dan")
    handle_all_due(resources, WEDNESDAY)
    assert asked(resources) == ["mia", "vera"]
    assert check_trail(resources.store).is_intact


def test_who_was_silent_may_still_act_and_who_was_asked_above_may_too(
    resources: Resources,
) -> None:
    submitted(resources)
    submitted(resources, id="PO-2")
    handle_all_due(resources, WEDNESDAY)
    assert approve(resources, "mia", WEDNESDAY).code == ""
    assert approve(resources, "dan", WEDNESDAY, 2).code == ""
    for id in (1, 2):
        assert case_of(resources, id).status is Status.POSTING
    assert approve(resources, "dan", WEDNESDAY).code == "not_open"
    assert check_trail(resources.store).is_intact


def test_nobody_beside_or_below_may_act_because_somebody_was_silent(resources: Resources) -> None:
    submitted(resources)
    handle_all_due(resources, WEDNESDAY)
    for person in ("sam", "noah", "vera", "rita"):
        assert approve(resources, person, WEDNESDAY).code
    assert case_of(resources).status is Status.PENDING


def test_after_days_without_a_worker_each_still_has_his_time(resources: Resources) -> None:
    submitted(resources)
    late = NOW + timedelta(days=21)
    assert handle_all_due(resources, late) == 2  # reminded and escalated, and not further
    assert asked(resources) == ["dan", "mia"]
    assert due_at(resources) > late + timedelta(days=2)
    assert handle_all_due(resources, late) == 0


def test_what_was_interrupted_is_due_again_and_done_once(resources: Resources) -> None:
    submitted(resources)
    assert handle_due(resources, 1, WEDNESDAY) is True
    assert handle_due(resources, 1, WEDNESDAY) is True
    assert handle_due(resources, 1, WEDNESDAY) is False
    assert kinds(resources) == ["submission", "reminded", "escalated"]
    assert check_trail(resources.store).is_intact


def test_an_act_of_somebody_else_gives_nobody_new_time(resources: Resources) -> None:
    lines = [
        {"net": "3000.00", "cost_center": "cc100"},
        {"net": "3000.00", "cost_center": "cc200"},
    ]
    fields = order("6000.00") | {"lines": lines}
    del fields["cost_center"], fields["amount"]
    done = submit(resources, fields, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    assert asked(resources) == ["mia", "noah"]
    assert approve(resources, "mia", TUESDAY).code == ""
    handle_all_due(resources, WEDNESDAY)
    assert asked(resources) == ["dan", "noah"]
    with resources.store.reading() as connection:
        since = {task.person: task.since for task in cases.tasks_on(connection, 1)}
    assert since == {"noah": NOW, "dan": WEDNESDAY}


def test_a_new_owner_of_the_place_has_his_own_time(resources: Resources) -> None:
    submitted(resources)
    files = data_files()
    files["cost_centers.csv"] = files["cost_centers.csv"].replace(
        b"cc100,US01,mia,", b"cc100,US01,noah,"
    )
    load_master_data(resources, files, ADMIN, "another owner", TUESDAY)
    handle_all_due(resources, WEDNESDAY)
    assert asked(resources) == ["noah"]
    assert due_at(resources) > WEDNESDAY
    assert "escalated" not in kinds(resources)


def test_an_exhausted_case_goes_on_when_somebody_else_has_the_place(resources: Resources) -> None:
    submitted(resources)
    for _ in range(4):
        handle_all_due(resources, due_at(resources))
    moment = case_of(resources).changed_at
    assert case_of(resources).status is Status.HELD
    assert ask_again(resources, 1, moment) is False  # time alone opens nothing
    files = data_files()
    files["cost_centers.csv"] = files["cost_centers.csv"].replace(
        b"cc100,US01,mia,", b"cc100,US01,noah,"
    )
    load_master_data(resources, files, ADMIN, "another owner", moment)
    assert ask_all_again(resources, moment) == 1
    assert asked(resources) == ["noah"]
    assert check_trail(resources.store).is_intact


def test_a_held_document_that_nobody_works_on_is_withdrawn_with_notice(
    resources: Resources,
) -> None:
    submitted(resources, cost_center="cc999")
    moment = due_at(resources, Falls.WITHDRAW)
    assert moment == datetime(2027, 4, 26, 21, 0, tzinfo=UTC)  # 30 business days later
    assert handle_all_due(resources, moment - TICK) == 0
    assert handle_all_due(resources, moment) == 1
    assert case_of(resources).status is Status.WITHDRAWN
    assert kinds(resources)[-1] == "withdrawn_unattended"
    assert told(resources, "rita") == ["withdrawn_unattended"]
    assert handle_all_due(resources, moment) == 0
    assert check_trail(resources.store).is_intact


def test_nothing_that_was_approved_is_withdrawn_by_time(resources: Resources) -> None:
    submitted(resources)
    assert approve(resources, "mia", NOW).code == ""
    assert handle_all_due(resources, NOW + timedelta(days=400)) == 0
    assert case_of(resources).status is Status.POSTING


def test_a_set_without_escalation_watches_nothing(bare: Resources) -> None:
    bootstrap(bare, read_set(ACME), data_files(), ADMIN, "installation", START)
    submitted(bare)
    assert handle_all_due(bare, NOW + timedelta(days=400)) == 0
    assert asked(bare) == ["mia"]


FOUR_EYES = """kind: controls
scope: group
amount: commitment.net
guarantees:
  - name: two-of-us
    documents: [purchase_order]
    above: {USD: 10_000.00}
    require_approvals: {at_least: 2}
"""
SIGNED = """kind: controls
scope: group
amount: commitment.net
currency: USD
additional:
  - {name: signed, documents: [purchase_order], approve: compliance, at: before}
guarantees:
  - {name: by-compliance, documents: [purchase_order], require_approvals: {by: compliance}}
"""
RATIFIED = """kind: controls
scope: group
amount: commitment.net
currency: USD
owner: procurement_lead
additional:
  - name: late
    documents: [purchase_order]
    approve: {ratify: {by: cfo, within: 30 days}}
    at: after
"""


def test_two_pairs_of_eyes_are_not_escalated_into_one(bare: Resources) -> None:
    files = policy_files(ESCALATION, controls__eyes=FOUR_EYES)
    bootstrap(bare, files, data_files(), ADMIN, "installation", START)
    submitted(bare, amount="40000.00")  # Mia, then Dan
    handle_all_due(bare, WEDNESDAY)
    # Dan alone could complete it: Vera is asked above Mia, whom Dan cannot replace.
    assert asked(bare) == ["mia", "vera"]
    assert approve(bare, "dan", WEDNESDAY).code == "step_not_current"
    assert approve(bare, "vera", WEDNESDAY).case.status is Status.PENDING
    assert approve(bare, "vera", WEDNESDAY).code
    assert approve(bare, "dan", WEDNESDAY).case.status is Status.POSTING
    assert check_trail(bare.store).is_intact


def test_a_role_that_is_guaranteed_to_sign_is_not_replaced_by_its_superior(bare: Resources) -> None:
    files = policy_files(ESCALATION, controls__signed=SIGNED)
    bootstrap(bare, files, data_files(), ADMIN, "installation", START)
    submitted(bare)
    assert asked(bare) == ["cora"]
    handle_all_due(bare, WEDNESDAY)
    assert case_of(bare).status is Status.HELD
    assert kinds(bare)[-1] == "escalation_exhausted"


def test_parties_of_a_joint_limit_are_reminded_and_then_it_is_held(resources: Resources) -> None:
    submitted(resources, amount="2000000.00", requester="vera")
    assert approve(resources, "mia", NOW).code == ""
    assert asked(resources) == ["carl", "eve"]
    handle_all_due(resources, WEDNESDAY)
    assert case_of(resources).status is Status.HELD
    assert asked(resources) == []


def test_whoever_is_asked_above_has_the_authority_that_was_needed(resources: Resources) -> None:
    submitted(resources, amount="40000.00")  # Mia owns it, Dan's limit covers it
    assert approve(resources, "mia", NOW).code == ""
    assert asked(resources) == ["dan"]
    handle_all_due(resources, WEDNESDAY)
    assert asked(resources) == ["dan", "vera"]
    assert approve(resources, "vera", WEDNESDAY).case.status is Status.POSTING


def test_who_left_after_he_was_asked_above_is_replaced_by_the_next(resources: Resources) -> None:
    submitted(resources)
    handle_all_due(resources, WEDNESDAY)
    assert asked(resources) == ["dan", "mia"]
    files = data_files()
    files["people.csv"] = files["people.csv"].replace(
        b"dan.alvarez@acme.example,2012-06-04,,", b"dan.alvarez@acme.example,2012-06-04,2027-03-17,"
    )
    load_master_data(resources, files, ADMIN, "Dan has left", FRIDAY)
    assert approve(resources, "dan", FRIDAY).code
    assert approve(resources, "vera", FRIDAY).case.status is Status.POSTING
    assert check_trail(resources.store).is_intact


def test_a_claim_of_somebody_silent_keeps_nobody_above_from_acting(resources: Resources) -> None:
    submitted(resources)
    claimed = act(resources, 1, Action(Kind.CLAIM, "mia", 1, place=1), by("mia"), NOW)
    assert claimed is not None
    assert claimed.code == ""
    handle_all_due(resources, WEDNESDAY)
    assert approve(resources, "dan", WEDNESDAY).code == ""


def test_a_new_version_begins_anew_with_whoever_is_asked_first(resources: Resources) -> None:
    submitted(resources)
    handle_all_due(resources, WEDNESDAY)
    submitted(resources, WEDNESDAY, amount="7000.00")
    assert asked(resources) == ["mia"]
    assert due_at(resources) == FRIDAY
    assert check_trail(resources.store).is_intact


def test_what_nobody_ratified_in_time_is_an_exception_of_the_owner_of_the_file(
    bare: Resources,
) -> None:
    files = policy_files(ESCALATION, controls__late=RATIFIED)
    bootstrap(bare, files, data_files(), ADMIN, "installation", START)
    submitted(bare)
    assert approve(bare, "mia", NOW).case.status is Status.POSTING
    moment = due_at(bare, Falls.RATIFY)
    assert moment == datetime(2027, 4, 15, 4, 0, tzinfo=UTC)  # the end of 2027-04-14 in New York
    assert handle_all_due(bare, moment - TICK) == 0
    assert handle_all_due(bare, moment) == 1
    assert handle_all_due(bare, moment) == 0
    with bare.store.reading() as connection:
        [found] = delivery.exceptions_of(connection)
    assert (found.code, found.owner) == ("ratification_late", "procurement_lead")
    assert told(bare, "carl") == ["ratification_late"]
    assert case_of(bare).status is Status.POSTING
    assert check_trail(bare.store).is_intact


DELEGATIONS = "id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"


def of_vera(to: str, start: str) -> dict[str, bytes]:
    """ACME's data in which Vera has delegated to Dan."""
    return data_files() | {
        "delegations.csv": f"{DELEGATIONS}d-1,vera,dan,{start},{to},,,,,,\n".encode()
    }


def for_vera(resources: Resources, id: int, now: datetime) -> str:
    action = Action(Kind.APPROVE, "dan", 1, "vera")
    acted = act(resources, id, action, by("dan"), now)
    assert acted is not None
    return acted.code


@pytest.mark.parametrize(
    ("start", "to", "midnight"),
    [
        ("2027-07-01", "2027-07-15", datetime(2027, 7, 16, 4, 0, tzinfo=UTC)),  # scenario 17
        ("2028-02-29", "2029-02-28", datetime(2029, 3, 1, 5, 0, tzinfo=UTC)),  # scenario 30
    ],
)
def test_scenarios_17_and_30_a_delegation_ends_with_its_last_local_day(
    bare: Resources, start: str, to: str, midnight: datetime
) -> None:
    files = of_vera(to, start)
    bootstrap(bare, policy_files(ESCALATION), files, ADMIN, "installation", START)
    before = midnight - timedelta(minutes=10)
    for number in (1, 2):
        sent = {"id": f"PO-{number}", "submitted_at": before.isoformat().replace("+00:00", "Z")}
        submitted(bare, before, amount="80000.00", **sent)
        assert approve(bare, "mia", before, number).code == ""
        assert asked(bare, number) == ["dan", "vera"]
    assert for_vera(bare, 1, midnight - TICK) == ""
    assert for_vera(bare, 2, midnight) != ""
    assert approve(bare, "vera", midnight, 2).code == ""
    assert check_trail(bare.store).is_intact


def test_a_delegation_of_a_year_and_a_day_from_a_leap_day_is_too_long(bare: Resources) -> None:
    files = of_vera("2029-03-01", "2028-02-29")
    bootstrap(bare, policy_files(ESCALATION), files, ADMIN, "installation", START)
    now = datetime(2029, 2, 27, 15, 0, tzinfo=UTC)
    submitted(bare, now, amount="80000.00", submitted_at="2029-02-27T15:00:00Z")
    assert approve(bare, "mia", now).code == ""
    assert asked(bare) == ["vera"]
    assert for_vera(bare, 1, now) == "delegation_too_long"


def test_two_who_look_at_once_do_each_thing_once(resources: Resources) -> None:
    for number in range(6):
        submitted(resources, id=f"PO-{number}", amount="100.00")
    counts: list[int] = []

    def look() -> None:
        counts.append(handle_all_due(resources, WEDNESDAY))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 12
    for id in range(1, 7):
        assert kinds(resources, id) == ["submission", "reminded", "escalated"]
    assert check_trail(resources.store).is_intact


def test_a_case_that_cannot_be_handled_keeps_no_other_waiting(
    resources: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    submitted(resources)
    submitted(resources, id="PO-2")
    with resources.store.transaction() as connection:
        broken = replace(case_of(resources, 1), document_digest="sha256:0")
        cases.keep(connection, broken)
    assert handle_all_due(resources, WEDNESDAY) == 2
    assert asked(resources, 1) == ["mia"]
    assert asked(resources, 2) == ["dan", "mia"]
    assert [r.message for r in caplog.records if r.levelname == "ERROR"] == [
        "a deadline could not be handled"
    ]


def test_another_set_that_comes_into_force_gives_open_cases_its_times(bare: Resources) -> None:
    bootstrap(bare, read_set(ACME), data_files(), ADMIN, "installation", START)
    submitted(bare)
    files = policy_files(ESCALATION)
    decide_again = files["policy.yaml"].replace(b"add_if_stricter", b"decide_again")
    with bare.store.transaction() as connection:
        digest = add_files(connection, What.POLICY, files | {"policy.yaml": decide_again}, NOW)
        put_in_force(connection, What.POLICY, digest, NOW)
    assert handle_all_due(bare, FRIDAY) == 0
    re_resolve_all(bare, WEDNESDAY, Cause.TIME)
    assert due_at(bare) == FRIDAY  # the whole time from when it was known
    assert handle_all_due(bare, FRIDAY) == 2
    assert asked(bare) == ["dan", "mia"]


def test_a_worker_does_what_is_due(resources: Resources) -> None:
    submitted(resources)
    counter = Counter({}, lambda: WEDNESDAY, lambda: 0.5)
    assert Worker(resources, counter).watch() == 2
    assert asked(resources) == ["dan", "mia"]
