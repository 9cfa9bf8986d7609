"""People come and go while cases are open: who is asked follows, what was approved stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from adapters.store import cases
from adapters.store.trail import every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resolving import Cause, Watch, re_resolve, re_resolve_all
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from tests.casework.conftest import ADMIN, data_files
from tests.casework.documents import PORTAL, by, order

NEW_YORK = timedelta(hours=-4)
FIVE = datetime(2027, 5, 31, 21, 0, tzinfo=UTC)  # 17:00 in New York
MINUTE = timedelta(minutes=1)
DELEGATIONS = "id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"


def submitted(resources: Resources, now: datetime, **fields: object) -> cases.Case:
    done = submit(resources, order() | fields, "portal", PORTAL, now)
    assert isinstance(done, Submitted)
    return done.case


def approve(
    resources: Resources, case_id: int, person: str, now: datetime, behalf: str = ""
) -> str:
    done = act(resources, case_id, Action(Kind.APPROVE, person, 1, behalf), by(person), now)
    assert done is not None
    return done.code


def asked(resources: Resources, case_id: int) -> list[str]:
    with resources.store.reading() as connection:
        return [task.person for task in cases.tasks_on(connection, case_id)]


def changes(resources: Resources) -> list[dict[str, object]]:
    with resources.store.reading() as connection:
        found = [json.loads(record.body) for record in every_record(connection)]
    return [body for body in found if body["kind"] == "tasks_changed"]


def without(person: str, last_day: str = "2027-05-31") -> dict[str, bytes]:
    """ACME's data in which a person's employment has ended on a day."""
    files = data_files()
    lines = files["people.csv"].decode().splitlines(keepends=True)
    ended = [_ended(line, last_day) if line.startswith(f"{person},") else line for line in lines]
    return files | {"people.csv": "".join(ended).encode()}


def _ended(line: str, last_day: str) -> str:
    cells = line.split(",")
    cells[8] = last_day
    return ",".join(cells)


def test_scenario_20_a_leavers_open_tasks_are_asked_of_others_within_the_event(
    resources: Resources,
) -> None:
    """Dan leaves at 17:00 in New York: four tasks of his go up, and what he approved stands."""
    before = FIVE - timedelta(hours=3)
    done = submitted(resources, before, id="PO-0", amount="40000.00").id
    assert [approve(resources, done, who, before) for who in ("mia", "dan")] == ["", ""]
    found = [submitted(resources, before, id=f"PO-{n}", amount="40000.00").id for n in range(1, 5)]
    assert {approve(resources, id, "mia", before) for id in found} == {""}
    assert [asked(resources, id) for id in found] == [["dan"]] * 4
    load_master_data(resources, without("dan", "2027-05-31T17:00:00-04:00"), ADMIN, "left", FIVE)
    assert [asked(resources, id) for id in found] == [["vera"]] * 4
    recorded = changes(resources)
    assert [body["case"] for body in recorded] == [cases.number_of(id) for id in found]
    assert {body["cause"] for body in recorded} == {"master_data_loaded"}
    for body in recorded:
        assert [task["person"] for task in body["asked_before"]] == ["dan"]  # type: ignore[attr-defined]
        assert [task["person"] for task in body["asked"]] == ["vera"]  # type: ignore[attr-defined]
    assert approve(resources, found[0], "dan", FIVE + 5 * MINUTE) == "inactive"
    assert approve(resources, found[1], "vera", FIVE + 5 * MINUTE) == ""
    with resources.store.reading() as connection:
        statuses = [case.status for case in cases.by_ids(connection, [done, *found])]
    assert statuses[0] in (Status.APPROVED, Status.POSTING)
    assert check_trail(resources.store).is_intact


def test_what_a_leaver_has_claimed_is_free_for_whoever_is_asked_in_his_place(
    resources: Resources,
) -> None:
    before = FIVE - timedelta(hours=3)
    case = submitted(resources, before, amount="40000.00")
    assert approve(resources, case.id, "mia", before) == ""
    with resources.store.reading() as connection:
        [task] = cases.tasks_on(connection, case.id)
    claim = Action(Kind.CLAIM, "dan", 1, place=task.place)
    done = act(resources, case.id, claim, by("dan"), before)
    assert done is not None
    assert done.code == ""
    load_master_data(resources, without("dan", "2027-05-31T17:00:00-04:00"), ADMIN, "left", FIVE)
    [body] = changes(resources)
    assert [freed["person"] for freed in body["freed"]] == ["dan"]  # type: ignore[attr-defined]
    assert approve(resources, case.id, "vera", FIVE) == ""


def test_scenario_20_a_leaving_that_was_known_before_is_found_when_its_moment_comes(
    resources: Resources,
) -> None:
    before = FIVE - timedelta(hours=3)
    files = without("dan", "2027-05-31T17:00:00-04:00")
    load_master_data(resources, files, ADMIN, "gives notice", before)
    case = submitted(resources, before, amount="40000.00")
    assert approve(resources, case.id, "mia", before) == ""
    watch = Watch()
    assert watch.look(resources, before) == 0
    assert watch.look(resources, FIVE - timedelta(microseconds=1)) == 0
    assert asked(resources, case.id) == ["dan"]
    assert watch.look(resources, FIVE) == 1
    assert asked(resources, case.id) == ["vera"]
    assert [body["cause"] for body in changes(resources)] == ["time"]
    assert watch.look(resources, FIVE + MINUTE) == 0
    assert check_trail(resources.store).is_intact


def test_scenario_19_an_acting_holder_is_asked_until_his_day_and_then_the_next_one_up(
    resources: Resources,
) -> None:
    """Dan's position is vacant, Sam acts in it until June 30."""
    acting = b"position,by,from,to\ndan,sam,2027-06-01,2027-06-30\n"
    files = without("dan") | {"acting.csv": acting}
    load_master_data(resources, files, ADMIN, "vacant", FIVE)
    last = datetime(2027, 6, 30, 20, tzinfo=UTC)
    midnight = datetime(2027, 7, 1, 4, tzinfo=UTC)  # in New York
    found = [submitted(resources, last, id=f"PO-{n}", amount="40000.00").id for n in range(2)]
    assert {approve(resources, id, "mia", last) for id in found} == {""}
    assert [asked(resources, id) for id in found] == [["sam"]] * 2
    watch = Watch()
    watch.look(resources, last)
    assert approve(resources, found[0], "sam", midnight - timedelta(microseconds=1)) == ""
    assert watch.look(resources, midnight) == 1
    assert asked(resources, found[1]) == ["vera"]
    assert approve(resources, found[1], "sam", midnight) != ""
    assert approve(resources, found[1], "vera", midnight) == ""
    with resources.store.reading() as connection:
        case = cases.by_id(connection, found[1])
    assert case is not None
    assert '"notes":["vacant_climb"]' in case.decision_json
    assert check_trail(resources.store).is_intact


def test_scenario_17_when_the_window_closes_the_task_returns_to_the_delegator(
    resources: Resources,
) -> None:
    """The delegation of Vera's to Dan ends on July 15 at 24:00 in her zone."""
    rows = DELEGATIONS + "D-1,vera,dan,2027-07-01,2027-07-15,,,,,,\n"
    files = data_files() | {"delegations.csv": rows.encode()}
    load_master_data(resources, files, ADMIN, "away", FIVE)
    midnight = datetime(2027, 7, 16, 4, tzinfo=UTC)
    created = midnight - 10 * MINUTE
    found = []
    for number in range(2):
        case = submitted(
            resources,
            created,
            id=f"PO-{number}",
            amount="80000.00",
            requester="olga",
            cost_center="cc300",
        )
        found.append(case.id)
    _until_vera(resources, found, created)
    assert all({"vera", "dan"} <= {*asked(resources, id)} for id in found)
    watch = Watch()
    watch.look(resources, created)
    second = timedelta(seconds=1)
    assert approve(resources, found[0], "dan", midnight - second, "vera") == ""
    assert approve(resources, found[1], "dan", midnight + 5 * MINUTE, "vera") != ""
    assert watch.look(resources, midnight + 5 * MINUTE) == 1
    assert asked(resources, found[1]) == ["vera"]
    with resources.store.reading() as connection:
        given = cases.course_of(connection, found[0]).given[-1].assignee
    assert (given.person, given.on_behalf_of) == ("dan", "vera")
    assert check_trail(resources.store).is_intact


def _until_vera(resources: Resources, found: list[int], now: datetime) -> None:
    """Everybody before Vera approves."""
    for id in found:
        while "vera" not in asked(resources, id):
            assert approve(resources, id, asked(resources, id)[0], now) == ""


def test_a_case_whose_people_are_the_same_has_no_record(resources: Resources) -> None:
    case = submitted(resources, FIVE)
    assert re_resolve(resources, case.id, FIVE, Cause.TIME) is False
    assert re_resolve_all(resources, FIVE, Cause.TIME) == 0
    assert changes(resources) == []


def test_who_stays_is_asked_since_he_was_asked(resources: Resources) -> None:
    case = submitted(resources, FIVE)
    rows = DELEGATIONS + "D-1,mia,lena,2027-05-01,2027-06-30,,,,,,\n"
    files = data_files() | {"delegations.csv": rows.encode()}
    load_master_data(resources, files, ADMIN, "busy", FIVE + MINUTE)
    with resources.store.reading() as connection:
        tasks = cases.tasks_on(connection, case.id)
    assert {task.person: task.since for task in tasks} == {"mia": FIVE, "lena": FIVE + MINUTE}


def test_a_case_that_nobody_is_left_for_is_held_and_never_approved(resources: Resources) -> None:
    case = submitted(resources, FIVE)
    files = data_files()
    files["cost_centers.csv"] = files["cost_centers.csv"].replace(b"cc100,US01,mia", b"cc100,US01,")
    load_master_data(resources, files, ADMIN, "no owner", FIVE)
    with resources.store.reading() as connection:
        now = cases.by_id(connection, case.id)
    assert now is not None
    assert now.status is Status.HELD
    assert asked(resources, case.id) == []
    assert check_trail(resources.store).is_intact


def test_what_a_stopped_service_missed_is_found_by_its_first_look(resources: Resources) -> None:
    before = FIVE - timedelta(hours=3)
    load_master_data(
        resources, without("dan", "2027-05-31T17:00:00-04:00"), ADMIN, "leaves", before
    )
    case = submitted(resources, before, amount="40000.00")
    assert approve(resources, case.id, "mia", before) == ""
    assert Watch().look(resources, FIVE + timedelta(days=3)) == 1
    assert asked(resources, case.id) == ["vera"]


def test_a_requester_who_has_left_neither_withdraws_nor_hands_in_again(
    resources: Resources,
) -> None:
    """In the last minute of her employment she may still; at its end she is refused on record."""
    early = submitted(resources, FIVE - 4 * MINUTE, id="PO-1")
    late = submitted(resources, FIVE - 4 * MINUTE, id="PO-2")
    back = submitted(resources, FIVE - 4 * MINUTE, id="PO-3")
    midnight = datetime(2027, 6, 1, 4, 0, tzinfo=UTC)  # the end of her last day in New York
    load_master_data(resources, without("rita"), ADMIN, "Rita leaves", FIVE - 3 * MINUTE)
    again = Action(Kind.RETURN, "mia", 1, comment="which cost center?")
    assert done_by(resources, back.id, again, FIVE) == ""
    take_back, hand_in = Action(Kind.WITHDRAW, "rita", 1), Action(Kind.RESUBMIT, "rita", 1)
    assert done_by(resources, early.id, take_back, midnight - MINUTE) == ""
    assert done_by(resources, late.id, take_back, midnight) == "inactive"
    assert done_by(resources, back.id, hand_in, midnight) == "inactive"
    with resources.store.reading() as connection:
        assert [r.kind for r in every_record(connection)].count("refusal") == 2
        kept = cases.by_id(connection, late.id)
    assert kept is not None
    assert kept.status is Status.PENDING
    assert check_trail(resources.store).is_intact


def done_by(resources: Resources, case_id: int, action: Action, now: datetime) -> str:
    done = act(resources, case_id, action, by(action.by), now)
    assert done is not None
    return done.code
