"""Another set comes into force while cases are open: scenario 32, each word (B6)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.store import cases
from adapters.store.deadlines import Deadline, notices_for, set_deadlines
from adapters.store.in_force import What, add_files, put_in_force
from adapters.store.trail import Record, every_record
from api.usecases.casework.acting import Kind
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.asking_again import ask_all_again
from api.usecases.casework.checking import check_trail
from api.usecases.casework.falling_due import handle_all_due, handle_due
from api.usecases.casework.resolving import Cause, re_resolve
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from engine.deadlines.watching import Kind as DueKind
from tests.casework.changed import acme, asked, did, last_record, seen, sent, service
from tests.casework.conftest import ADMIN, data_files
from tests.casework.documents import order
from tests.databases import BOTH

L1 = "{who: manager, entity: US01, up_to: 10_000.00 USD}"
L2 = "{who: director, entity: US01, up_to: 50_000.00 USD}"
IN_MARCH = datetime(2027, 3, 31, 13, tzinfo=UTC)
FROM_APRIL = datetime(2027, 4, 2, 4, tzinfo=UTC)  # 00:00 in New York
ACTS = datetime(2027, 4, 3, 14, tzinfo=UTC)


@pytest.fixture(params=BOTH)
def open_cases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME, with orders that stay open while another set comes."""
    with service(request.param, tmp_path, acme("")) as made:
        yield made
        assert check_trail(made.store).problems == []


def version(word: str, *edits: tuple[str, str]) -> dict[str, bytes]:
    """ACME with a word for open cases, and parts of its limits replaced."""
    files = acme("")
    choices, limits = files["policy.yaml"].decode(), files["organization.yaml"].decode()
    for old, new in edits:
        assert old in limits
        limits = limits.replace(old, new)
    assert "in_flight: add_if_stricter" in choices
    choices = choices.replace("in_flight: add_if_stricter", f"in_flight: {word}")
    return files | {"policy.yaml": choices.encode(), "organization.yaml": limits.encode()}


def comes(resources: Resources, files: dict[str, bytes], now: datetime = FROM_APRIL) -> str:
    """The files are in force from a moment on; what they are called."""
    with resources.store.transaction() as connection:
        digest = add_files(connection, What.POLICY, files, now)
        put_in_force(connection, What.POLICY, digest, now)
    return digest


ESCALATION = b"""
escalation:
  {calendar: entity, escalate_after: 20 business days, exhausted: hold, withdraw_after: 30 days}
"""
PERSON_FACT = b"""kind: vocabulary
facts:
  cleared: {is: yes_no, of: person}
"""


def with_fact(word: str) -> dict[str, bytes]:
    """A set that knows something of people that the one before does not, and lowers US L1."""
    return lower(word) | {"people.yaml": PERSON_FACT}


def cleared_people() -> dict[str, bytes]:
    """ACME's data with a column that only the newer set can read."""
    files = data_files()
    rows = files["people.csv"].decode().splitlines()
    lines = [f"{rows[0]},cleared", *(f"{row},yes" for row in rows[1:])]
    return files | {"people.csv": "\n".join(lines).encode()}


def code_of(case: cases.Case) -> str:
    held = json.loads(case.decision_json)["held"]
    return held["code"] if held else ""


@pytest.mark.parametrize("word", ["pin", "add_if_stricter"])
def test_a_case_whose_set_cannot_be_loaded_with_todays_people_is_held_until_it_can(
    open_cases: Resources, word: str
) -> None:
    case = sent(open_cases, order("40000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    assert did(open_cases, case, "mia", at=IN_MARCH).code == ""
    comes(open_cases, with_fact(word))
    load_master_data(open_cases, cleared_people(), ADMIN, "a new column", FROM_APRIL)
    held = seen(open_cases, case)
    assert (held.status, code_of(held), held.routed_under) == (
        Status.HELD,
        "set_unusable",
        case.routed_under,
    )
    assert json.loads(held.decision_json)["held"]["owner"] == "cfo"
    assert asked(open_cases, case) == []
    with open_cases.store.reading() as connection:
        [notice] = notices_for(connection, "carl")
    assert (notice.case_id, notice.code) == (case.id, "set_unusable")
    assert did(open_cases, case, "dan", at=ACTS).code == "not_open"
    assert ask_all_again(open_cases, ACTS) == 0  # it is decided by no other set meanwhile
    load_master_data(open_cases, data_files(), ADMIN, "taken back", ACTS)
    assert ask_all_again(open_cases, ACTS) == 1
    assert asked(open_cases, case) == ["dan"]  # what Mia approved stands
    assert did(open_cases, case, "dan", at=ACTS).case.status is Status.APPROVED


def test_an_act_on_a_case_whose_set_is_not_there_is_refused_and_the_case_held(
    open_cases: Resources,
) -> None:
    """What it was routed under is not there: nobody's approval counts by guessing."""
    case = sent(open_cases, order("9000.00"), IN_MARCH)
    comes(open_cases, lower("pin"))
    lose_the_set(open_cases, case)
    done = did(open_cases, case, "mia", at=ACTS)
    assert (done.code, done.case.status) == ("set_unusable", Status.HELD)
    kinds = [record.kind for record in told(open_cases)]
    assert kinds[-2:] == ["set_unusable", "refusal"]
    assert did(open_cases, case, "mia", at=ACTS).code == "not_open"
    assert len(told(open_cases)) == len(kinds) + 1


def test_what_falls_due_on_such_a_case_holds_it_and_it_can_still_be_taken_back(
    open_cases: Resources,
) -> None:
    early = sent(open_cases, order("9000.00", id="PO-1"), IN_MARCH)
    late = sent(open_cases, order("9000.00", id="PO-2"), IN_MARCH)
    files = lower("pin")
    files["handling.yaml"] += ESCALATION
    comes(open_cases, files)
    for case in (early, late):
        re_resolve(open_cases, case.id, FROM_APRIL, Cause.POLICY)
        with open_cases.store.transaction() as connection:
            due = Deadline(case.id, None, DueKind.WITHDRAW, 0, (), 0, IN_MARCH, ACTS)
            set_deadlines(connection, case.id, [due])
        lose_the_set(open_cases, case)
    assert handle_due(open_cases, early.id, ACTS) is True
    assert code_of(seen(open_cases, early)) == "set_unusable"
    assert did(open_cases, early, "rita", Kind.WITHDRAW, at=ACTS).case.status is Status.WITHDRAWN
    assert did(open_cases, late, "mia", at=ACTS).code == "set_unusable"
    assert handle_all_due(open_cases, ACTS + timedelta(days=60)) > 0
    assert seen(open_cases, late).status is Status.WITHDRAWN


def lose_the_set(resources: Resources, case: cases.Case) -> None:
    with resources.store.transaction() as connection:
        found = cases.by_id(connection, case.id)
        assert found is not None
        cases.keep(connection, replace(found, routed_under="sha256:" + "0" * 64))


def told(resources: Resources) -> list[Record]:
    with resources.store.reading() as connection:
        return [*every_record(connection)]


def lower(word: str) -> dict[str, bytes]:
    """US L1 lowered to 5,000."""
    return version(word, (L1, L1.replace("10_000.00", "5_000.00")))


def test_scenario_32_add_if_stricter_keeps_mias_approval_and_adds_dan(
    open_cases: Resources,
) -> None:
    case = sent(open_cases, order("9000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    assert asked(open_cases, case) == ["mia"]
    v13 = comes(open_cases, lower("add_if_stricter"))
    after = did(open_cases, case, "mia", at=ACTS)
    assert (after.code, after.case.status) == ("", Status.PENDING)
    assert asked(open_cases, case) == ["dan"]
    record = last_record(open_cases, "action")
    assert record["in_flight"] == {
        "word": "add_if_stricter",
        "routed_under": case.routed_under,
        "in_force": v13,
    }
    assert "added_by_newer_set" in after.case.decision_json
    assert did(open_cases, case, "dan", at=ACTS).case.status is Status.APPROVED


def test_scenario_32_pin_completes_under_the_set_of_the_case(open_cases: Resources) -> None:
    case = sent(open_cases, order("9000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    v13 = comes(open_cases, lower("pin"))
    after = did(open_cases, case, "mia", at=ACTS)
    assert (after.code, after.case.status) == ("", Status.APPROVED)
    record = last_record(open_cases, "action")
    flight = record["in_flight"]
    assert flight == {"word": "pin", "routed_under": case.routed_under, "in_force": v13}
    assert record["in_force"]["policy"] == case.routed_under  # type: ignore[index]


def test_scenario_32_decide_again_asks_what_the_new_set_asks(open_cases: Resources) -> None:
    case = sent(open_cases, order("9000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    v13 = comes(open_cases, lower("decide_again"))
    assert did(open_cases, case, "mia", at=ACTS).case.status is Status.PENDING
    assert asked(open_cases, case) == ["dan"]
    record = last_record(open_cases, "action")
    assert "in_flight" not in record
    assert record["in_force"]["policy"] == v13  # type: ignore[index]
    assert seen(open_cases, case).routed_under == v13  # what comes next meets it under this one


@pytest.mark.parametrize(
    ("word", "is_changed"), [("pin", False), ("add_if_stricter", False), ("decide_again", True)]
)
def test_who_is_asked_follows_the_people_under_the_sets_that_have_a_word(
    open_cases: Resources, word: str, is_changed: bool
) -> None:
    case = sent(open_cases, order("9000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    moved = (L1, L1.replace("10_000.00", "5_000.00"))
    files = version(word, moved)
    text = files["approvals/us.yaml"]
    owner = b"      - cost_center_owner  "
    assert owner in text
    files["approvals/us.yaml"] = text.replace(owner, b"      - procurement_lead  ")
    comes(open_cases, files)
    found = re_resolve(open_cases, case.id, ACTS, Cause.TIME)
    assert found is is_changed
    assert ("mia" in asked(open_cases, case)) is not is_changed


@pytest.mark.parametrize("word", ["add_if_stricter", "pin"])
def test_scenario_32_a_loosening_removes_no_step(open_cases: Resources, word: str) -> None:
    case = sent(open_cases, order("40000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    did(open_cases, case, "mia", at=IN_MARCH)
    comes(open_cases, version(word, (L1, L1.replace("10_000.00", "45_000.00"))))
    assert did(open_cases, case, "dan", at=ACTS).case.status is Status.APPROVED
    with open_cases.store.reading() as connection:
        given = cases.course_of(connection, case.id).given
    assert [each.assignee.person for each in given] == ["mia", "dan"]


def test_a_loosening_does_not_complete_what_is_open(open_cases: Resources) -> None:
    case = sent(open_cases, order("40000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    comes(open_cases, version("add_if_stricter", (L1, L1.replace("10_000.00", "45_000.00"))))
    assert did(open_cases, case, "mia", at=ACTS).case.status is Status.PENDING
    assert asked(open_cases, case) == ["dan"]


def test_a_new_document_is_decided_by_what_is_in_force_also_where_others_are_pinned(
    open_cases: Resources,
) -> None:
    case = sent(open_cases, order("9000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    v13 = comes(open_cases, lower("pin"))
    changed = sent(open_cases, order("8999.00", submitted_at="2027-03-31T13:00:00Z"), ACTS)
    assert (changed.id, changed.version, changed.routed_under) == (case.id, 2, v13)
    did(open_cases, changed, "mia", at=ACTS)
    assert asked(open_cases, changed) == ["dan"]


def test_a_set_that_refuses_reaches_open_cases_unless_they_are_pinned(
    open_cases: Resources,
) -> None:
    """Cases may not be kept open to get past a prohibition."""
    case = sent(open_cases, order("9000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    files = version("add_if_stricter")
    extra = b"\n  - {documents: [purchase_order], above: 1_000.00, refuse: no more orders}\n"
    text = files["controls/us.yaml"]
    assert b"additional:\n" in text
    files["controls/us.yaml"] = text.replace(b"additional:\n", b"additional:" + extra, 1)
    comes(open_cases, files)
    after = did(open_cases, case, "mia", at=ACTS)
    assert (after.code, after.case.status) == ("refused", Status.REFUSED)


def test_people_are_fresh_also_where_the_set_is_pinned(open_cases: Resources) -> None:
    case = sent(open_cases, order("9000.00", submitted_at="2027-03-31T13:00:00Z"), IN_MARCH)
    comes(open_cases, lower("pin"))
    files = data_files()
    moved = files["cost_centers.csv"].replace(b"mia", b"noah")
    load_master_data(open_cases, files | {"cost_centers.csv": moved}, ADMIN, "moved", ACTS)
    assert did(open_cases, case, "noah", at=ACTS).code == ""
    assert json.loads(seen(open_cases, case).decision_json)["outcome"] == "route"
    assert did(open_cases, case, "rita", Kind.WITHDRAW, at=ACTS).case.status is Status.WITHDRAWN
