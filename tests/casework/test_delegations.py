"""Delegations that people make and revoke in the service, on two nodes (B3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.opening import open_store
from adapters.store.trail import every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import ActivationRefused, bootstrap, load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.delegations.judging import Wish
from api.usecases.delegations.making import delegate, revoke
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, migrated

MILLISECOND = timedelta(milliseconds=1)
TEN = datetime(2027, 3, 16, 10, 0, tzinfo=UTC)
WISH = Wish("lena", date(2027, 3, 15), date(2027, 3, 31), "away")


@pytest.fixture(params=BOTH)
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Resources, Resources]]:
    with migrated(request.param, tmp_path) as url:
        made = (Resources(open_store(url), Loaded()), Resources(open_store(url), Loaded()))
        bootstrap(made[0], read_set(ACME), data_files(), ADMIN, "installation", START)
        yield made
        for node in made:
            node.store.close()


def submitted(node: Resources, id: str = "PO-1") -> cases.Case:
    done = submit(node, order(id=id), "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    return done.case


def asked(node: Resources, case: cases.Case) -> set[str]:
    with node.store.reading() as connection:
        return {task.person for task in cases.tasks_on(connection, case.id)}


def approve(node: Resources, case: cases.Case, person: str, now: datetime) -> str:
    done = act(node, case.id, Action(Kind.APPROVE, person, 1), by(person), now)
    assert done is not None
    return done.code


def kinds(node: Resources) -> list[str]:
    with node.store.reading() as connection:
        return [record.kind for record in every_record(connection)]


def test_a_delegation_is_in_force_at_once_on_every_node_and_open_tasks_follow(
    nodes: tuple[Resources, Resources],
) -> None:
    case = submitted(nodes[0])
    made = delegate(nodes[0], WISH, by("mia"), NOW)
    assert made.code == ""
    assert asked(nodes[1], case) == {"mia", "lena"}
    assert approve(nodes[1], case, "lena", NOW + MILLISECOND) == ""
    with nodes[0].store.reading() as connection:
        given = cases.course_of(connection, case.id).given[0].assignee
    assert (given.person, given.on_behalf_of, given.delegation) == ("lena", "mia", made.id)
    assert kinds(nodes[0])[2:4] == ["delegation_made", "tasks_changed"]
    assert check_trail(nodes[0].store).is_intact


def test_scenario_18_revoked_on_one_node_it_is_refused_on_the_other_to_the_millisecond(
    nodes: tuple[Resources, Resources],
) -> None:
    early, late = submitted(nodes[0], "PO-1"), submitted(nodes[0], "PO-2")
    made = delegate(nodes[0], WISH, by("mia"), NOW)
    assert approve(nodes[1], early, "lena", TEN - MILLISECOND) == ""
    assert "lena" in asked(nodes[1], late)  # it is open on her screen
    assert revoke(nodes[0], made.id, "back", by("mia"), TEN).code == ""
    assert asked(nodes[1], late) == {"mia"}
    assert approve(nodes[1], late, "lena", TEN) == "delegation_revoked"
    assert approve(nodes[1], late, "mia", TEN) == ""
    assert check_trail(nodes[1].store).is_intact


def test_a_revocation_holds_from_its_commit_on_where_the_other_node_has_a_clock_that_is_behind(
    nodes: tuple[Resources, Resources],
) -> None:
    """What was given before the commit stands; what comes after it is dated after it."""
    early, late = submitted(nodes[0], "PO-1"), submitted(nodes[0], "PO-2")
    made = delegate(nodes[0], WISH, by("mia"), NOW)
    assert approve(nodes[1], early, "lena", TEN - MILLISECOND) == ""
    assert revoke(nodes[0], made.id, "back", by("mia"), TEN).code == ""
    assert approve(nodes[1], late, "lena", TEN - timedelta(minutes=2)) == "delegation_revoked"
    re_resolve_all(nodes[1], TEN - timedelta(minutes=2), Cause.TIME)
    assert asked(nodes[1], late) == {"mia"}
    with nodes[0].store.reading() as connection:
        [refusal] = [r for r in every_record(connection) if r.kind == "refusal"]
        assert [at for _, at in cases.acts_of(connection, early.id)] == [TEN - MILLISECOND]
    assert refusal.at == TEN
    assert check_trail(nodes[1].store).is_intact


def test_a_revocation_that_a_load_states_for_later_does_not_hold_before(
    nodes: tuple[Resources, Resources],
) -> None:
    first, second = submitted(nodes[0], "PO-1"), submitted(nodes[0], "PO-2")
    rows = b"id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
    rows += b"D-1,mia,lena,2027-03-01,2027-03-31,,,,,,2027-03-16T10:00:00Z\n"
    load_master_data(nodes[0], data_files() | {"delegations.csv": rows}, ADMIN, "planned", NOW)
    assert approve(nodes[1], first, "lena", TEN - MILLISECOND) == ""
    assert approve(nodes[1], second, "lena", TEN) == "delegation_revoked"


@pytest.mark.parametrize(
    ("who", "change", "code"),
    [
        ("nobody", {}, "person_unknown"),
        ("lena", {"delegator": "mia", "delegate": "lena"}, "not_own"),
        ("rita.us", {"delegate": "rsmith.ext"}, "same_person"),
        ("mia", {"delegate": "mia"}, "same_person"),
        ("mia", {"delegate": "ghost"}, "delegate_unknown"),
        ("mia", {"because": " "}, "reason_missing"),
        ("mia", {"first": date(2027, 3, 14)}, "back_dated"),
        ("mia", {"last": date(2027, 3, 14)}, "window_empty"),
        ("vera", {"delegate": "mia"}, "delegation_level_gap"),
        ("mia", {"last": date(2028, 3, 31)}, "delegation_too_long"),
        ("mia", {"cap": "much"}, "row_unusable"),
        ("mia", {"documents": ("payment",)}, "delegation_not_allowed"),
    ],
)
def test_what_the_set_or_common_sense_does_not_allow_is_refused_and_recorded(
    nodes: tuple[Resources, Resources], who: str, change: dict[str, object], code: str
) -> None:
    case = submitted(nodes[0])
    made = delegate(nodes[0], replace(WISH, **change), by(who), NOW)  # type: ignore[arg-type]
    assert made.code == code
    assert kinds(nodes[0]) == ["bootstrap", "submission", "delegation_refused"]
    assert asked(nodes[0], case) == {"mia"}


def test_a_delegation_that_leads_back_is_refused(nodes: tuple[Resources, Resources]) -> None:
    assert delegate(nodes[0], WISH, by("mia"), NOW).code == ""
    back = delegate(nodes[0], replace(WISH, delegate="mia"), by("lena"), NOW + MILLISECOND)
    assert back.code == "delegation_loop"


def test_who_is_neither_the_delegator_nor_above_him_does_not_revoke(
    nodes: tuple[Resources, Resources],
) -> None:
    made = delegate(nodes[0], WISH, by("mia"), NOW)
    assert revoke(nodes[0], made.id, "why not", by("noah"), TEN).code == "not_entitled"
    assert revoke(nodes[0], made.id, "", by("mia"), TEN).code == "reason_missing"
    assert revoke(nodes[0], "own-0", "gone", by("mia"), TEN).code == "not_found"
    assert revoke(nodes[1], made.id, "not needed", by("vera"), TEN).code == ""
    assert revoke(nodes[0], made.id, "again", by("mia"), TEN + MILLISECOND).code == "not_open"
    assert kinds(nodes[0]).count("revocation_refused") == 4


def test_whoever_may_put_a_set_in_force_revokes(nodes: tuple[Resources, Resources]) -> None:
    made = delegate(nodes[0], WISH, by("mia"), NOW)
    assert revoke(nodes[1], made.id, "found in an audit", by("axel"), TEN).code == ""


def test_a_load_neither_loses_a_delegation_of_the_service_nor_undoes_a_revocation(
    nodes: tuple[Resources, Resources],
) -> None:
    rows = b"id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
    rows += b"D-1,noah,olga,2027-03-01,2027-03-31,,,,,,\n"
    files = data_files() | {"delegations.csv": rows}
    load_master_data(nodes[0], files, ADMIN, "the file has one", NOW)
    made = delegate(nodes[0], WISH, by("mia"), NOW)
    assert revoke(nodes[1], "D-1", "back", by("noah"), TEN).code == ""
    load_master_data(nodes[1], files, ADMIN, "the same file", TEN)
    with nodes[0].store.reading() as connection:
        data = nodes[0].loaded.current(connection).data
    found = {each.id: each for of in data.delegations.values() for each in of}
    assert found.keys() == {"D-1", made.id}
    assert found["D-1"].revoked_at == TEN
    assert found[made.id].revoked_at is None


def test_a_file_does_not_take_a_name_of_the_service(nodes: tuple[Resources, Resources]) -> None:
    rows = b"id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
    rows += b"own-1,mia,noah,2027-03-01,2027-03-31,,,,,,\n"
    with pytest.raises(ActivationRefused, match="own-1"):
        load_master_data(nodes[0], data_files() | {"delegations.csv": rows}, ADMIN, "a trick", NOW)
    with nodes[0].store.reading() as connection:
        *_, last = every_record(connection)
    said = json.loads(last.body)
    assert (said["kind"], said["code"], said["because"]) == (
        "master_data_refused",
        "refused",
        "a trick",
    )


def test_a_back_dated_row_of_a_file_heals_no_act(nodes: tuple[Resources, Resources]) -> None:
    """What was known when somebody acted is what counts: the refusal stays, and names it."""
    case = submitted(nodes[0])
    assert approve(nodes[0], case, "lena", NOW) == "not_asked"
    rows = b"id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
    rows += b"D-1,mia,lena,2027-03-01,2027-03-31,,,,,,\n"
    load_master_data(nodes[0], data_files() | {"delegations.csv": rows}, ADMIN, "late", TEN)
    with nodes[0].store.reading() as connection:
        refusals = [r for r in every_record(connection) if r.kind == "refusal"]
        course = cases.course_of(connection, case.id)
        in_force = nodes[0].loaded.current(connection).digests
    assert course.given == []
    assert json.loads(refusals[0].body)["in_force"]["delegations"] != in_force.delegations
