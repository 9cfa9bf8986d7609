"""A delegation that somebody has to agree to is a case, and counts from its approval on (B3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.delegation_requests import Standing, request_of
from adapters.store.opening import open_store
from adapters.store.trail import every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.delegations.granting import grant, grant_all
from api.usecases.delegations.judging import Done, Wish
from api.usecases.delegations.making import delegate, revoke
from api.usecases.delegations.showing import Asked, Reader, register
from api.usecases.reports.overrides import overrides
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.casework.test_concurrency import at_once
from tests.casework.test_people_changes import without
from tests.databases import BOTH, migrated, opened
from tests.verifying.again import not_performed

MATRIX = """kind: approvals
name: delegations
documents: [delegation]
amount: none
owner: group_controller
rows:
  - {approve: cfo}
"""
ROW = (
    "  - {documents: [requisition, purchase_order, contract, invoice, credit_note],"
    " limit: delegator, longest: 12 months, level_gap: 1, depth: 0}"
)
OF_DELEGATIONS = "\n  - {documents: [delegation], limit: delegator, level_gap: 1}"
HOUR = timedelta(hours=1)
LATER = NOW + HOUR
WISH = Wish("lena", date(2027, 3, 15), date(2027, 3, 31), "away")


def acme(matrix: str = MATRIX) -> dict[str, bytes]:
    """ACME, where the CFO agrees to delegations; these may be delegated, too."""
    files = read_set(ACME)
    handling = files["handling.yaml"].decode()
    assert ROW in handling
    return files | {
        "approvals/delegations.yaml": matrix.encode(),
        "handling.yaml": handling.replace(ROW, ROW + OF_DELEGATIONS).encode(),
    }


Nodes = tuple[Resources, Resources]


@pytest.fixture(params=BOTH)
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Nodes]:
    with migrated(request.param, tmp_path) as url:
        made = (Resources(open_store(url), Loaded()), Resources(open_store(url), Loaded()))
        bootstrap(made[0], acme(), data_files(), ADMIN, "installation", START)
        yield made
        if request.node.get_closest_marker("tampers") is None:
            assert check_trail(made[0].store).problems == []
            assert not_performed(made[0].store) == []
        for node in made:
            node.store.close()


def asked_for(
    node: Resources, by_whom: str = "mia", now: datetime = NOW, **fields: Any
) -> tuple[Done, cases.Case]:
    """A delegation that was asked for, and the case of it."""
    done = delegate(node, replace(WISH, **fields), by(by_whom), now)
    assert done.code == "", done
    id = cases.id_of(done.case)
    assert id is not None
    return done, case_of(node, id)


def case_of(node: Resources, id: int) -> cases.Case:
    with node.store.reading() as connection:
        found = cases.by_id(connection, id)
    assert found is not None
    return found


def ordered(node: Resources, id: str = "PO-1", now: datetime = NOW) -> cases.Case:
    done = submit(node, order(id=id), "portal", PORTAL, now)
    assert isinstance(done, Submitted)
    return done.case


def did(
    node: Resources,
    case: cases.Case,
    person: str,
    kind: Kind = Kind.APPROVE,
    now: datetime = LATER,
    **fields: Any,
) -> str:
    done = act(node, case.id, Action(kind, person, case.version, **fields), by(person), now)
    assert done is not None
    return done.code


def asked(node: Resources, case: cases.Case) -> set[str]:
    with node.store.reading() as connection:
        return {task.person for task in cases.tasks_on(connection, case.id)}


def listed(node: Resources, now: datetime = LATER) -> list[dict[str, Any]]:
    with node.store.snapshot() as connection:
        current = node.loaded.current(connection)
        return register(connection, current, Reader(), Asked(), now)


def told(node: Resources, kind: str) -> list[dict[str, Any]]:
    with node.store.reading() as connection:
        found = [json.loads(record.body) for record in every_record(connection)]
    return [body for body in found if body["kind"] == kind]


def test_it_counts_on_every_node_from_its_approval_on_and_not_before(nodes: Nodes) -> None:
    early, late = ordered(nodes[0], "PO-1"), ordered(nodes[0], "PO-2")
    done, case = asked_for(nodes[0])
    assert (case.type, case.status, case.requester) == ("delegation", Status.PENDING, "mia")
    assert asked(nodes[0], case) == {"carl"}
    assert asked(nodes[1], early) == {"mia"}
    assert did(nodes[1], early, "lena", now=LATER - timedelta(seconds=1)) == "not_asked"
    [shown] = listed(nodes[1])
    assert (shown["id"], shown["state"], shown["case"]) == (done.id, "requested", case.number)
    assert did(nodes[1], case, "carl") == ""
    assert asked(nodes[0], late) == {"mia", "lena"}
    assert did(nodes[0], late, "lena") == ""
    [shown] = listed(nodes[0])
    assert (shown["state"], shown["requested_at"]) == ("in_force", "2027-03-15T13:00:00Z")
    assert (shown["made_at"], shown["times_used"]) == ("2027-03-15T14:00:00Z", 1)
    [made] = told(nodes[0], "delegation_made")
    assert (made["case"], made["who"]["acted_through"]) == (case.number, "approval")
    assert made["at"] == "2027-03-15T14:00:00Z"


def test_it_never_begins_before_its_own_window_and_its_end_stays(nodes: Nodes) -> None:
    waiting = ordered(nodes[0])
    _, case = asked_for(nodes[0], first=date(2027, 3, 20), last=date(2027, 3, 31))
    assert did(nodes[0], case, "carl") == ""
    assert listed(nodes[0])[0]["state"] == "future"
    before = datetime(2027, 3, 20, 3, 59, 59, tzinfo=UTC)  # 23:59:59 in New York
    assert did(nodes[1], waiting, "lena", now=before) == "not_asked"
    assert did(nodes[1], waiting, "lena", now=before + timedelta(seconds=1)) == ""


def test_days_that_passed_before_the_approval_are_not_healed_by_it(nodes: Nodes) -> None:
    """Asked for from March 15 on and approved on the 20th, it begins on the 20th."""
    _, case = asked_for(nodes[0])
    late = datetime(2027, 3, 20, 15, tzinfo=UTC)
    assert did(nodes[0], case, "carl", now=late) == ""
    [shown] = listed(nodes[0], late)
    assert (shown["state"], shown["from"]) == ("in_force", "2027-03-20T04:00:00Z")
    assert shown["until"] == "2027-04-01T04:00:00Z"


@pytest.mark.parametrize(
    ("kind", "person", "state"),
    [(Kind.REJECT, "carl", "rejected"), (Kind.WITHDRAW, "mia", "withdrawn")],
)
def test_what_was_rejected_or_withdrawn_never_counts(
    nodes: Nodes, kind: Kind, person: str, state: str
) -> None:
    waiting = ordered(nodes[0])
    _, case = asked_for(nodes[0])
    assert did(nodes[0], case, person, kind) == ""
    assert grant_all(nodes[1], LATER + HOUR) == 0
    assert grant(nodes[1], case.id, LATER + HOUR) is None
    assert did(nodes[0], case, "carl") == "not_open"
    assert did(nodes[0], waiting, "lena") == "not_asked"
    assert [each["state"] for each in listed(nodes[0])] == [state]
    assert told(nodes[0], "delegation_made") == []


@pytest.mark.parametrize(
    ("delegator", "delegate_", "tries", "approver"),
    [
        ("carl", "vera", "carl", "axel"),  # who holds the role that agrees: his stand-in does
        ("carl", "vera", "vera", "axel"),
        ("vera", "carl", "carl", "axel"),  # the delegate holds it
        ("vera", "carl", "vera", "axel"),
    ],
)
def test_neither_the_delegator_nor_the_delegate_agrees_to_it(
    nodes: Nodes, delegator: str, delegate_: str, tries: str, approver: str
) -> None:
    _, case = asked_for(nodes[0], delegator, delegate=delegate_)
    assert asked(nodes[0], case) == {approver}
    assert did(nodes[0], case, tries) != ""
    assert case_of(nodes[0], case.id).status is Status.PENDING
    assert did(nodes[0], case, approver) == ""
    assert listed(nodes[0])[0]["state"] == "in_force"


def test_nobody_agrees_on_behalf_of_the_delegator(nodes: Nodes) -> None:
    """Vera may act for Carl, also on delegations; not where he is the one who delegates."""
    first, case = asked_for(nodes[0], "carl", delegate="vera")
    assert did(nodes[0], case, "axel") == ""
    assert first.id == listed(nodes[0])[0]["id"]
    _, other = asked_for(nodes[0], "mia")
    assert asked(nodes[0], other) == {"carl", "vera"}
    _, own = asked_for(nodes[0], "carl", LATER, delegate="eve")
    assert asked(nodes[0], own) == {"axel"}
    assert did(nodes[0], own, "vera", on_behalf_of="carl") != ""
    assert case_of(nodes[0], own.id).status is Status.PENDING


def test_a_delegation_of_one_task_does_not_get_around_the_approval(nodes: Nodes) -> None:
    waiting = ordered(nodes[0])
    assert did(nodes[0], waiting, "mia", Kind.DELEGATE, to="lena") == "needs_approval"
    assert asked(nodes[0], waiting) == {"mia"}


def test_a_document_of_that_type_that_nobody_asked_for_here_delegates_nothing(
    nodes: Nodes,
) -> None:
    raw = {
        "type": "delegation",
        "id": "own-1",
        "entity": "US01",
        "requester": "lena",
        "delegator": "mia",
        "delegate": "lena",
        "first_day": "2027-03-15",
        "last_day": "2027-03-31",
        "submitted_at": "2027-03-15T12:00:00Z",
    }
    waiting = ordered(nodes[0])
    done = submit(nodes[0], raw, "portal", by("lena"), NOW)
    assert isinstance(done, Submitted)
    assert did(nodes[0], done.case, "carl") == ""
    assert case_of(nodes[0], done.case.id).status is Status.APPROVED
    assert grant_all(nodes[0], LATER) == 0
    assert did(nodes[0], waiting, "lena") == "not_asked"
    assert listed(nodes[0]) == []


@pytest.mark.parametrize(
    ("left", "code"), [("mia", "person_unknown"), ("lena", "delegate_unknown")]
)
def test_who_has_left_meanwhile_neither_gives_nor_gets_it(
    nodes: Nodes, left: str, code: str
) -> None:
    _, case = asked_for(nodes[0])
    load_master_data(nodes[0], without(left, "2027-03-15"), ADMIN, "leaves", LATER)
    gone = datetime(2027, 3, 16, 15, tzinfo=UTC)
    assert did(nodes[0], case, "carl", now=gone) == ""
    [shown] = listed(nodes[0], gone)
    assert (shown["state"], shown["code"]) == ("lapsed", code)
    assert [body["code"] for body in told(nodes[0], "delegation_lapsed")] == [code]


def test_one_that_is_approved_when_its_days_are_over_lapses(nodes: Nodes) -> None:
    _, case = asked_for(nodes[0], last=date(2027, 3, 16))
    assert did(nodes[0], case, "carl", now=datetime(2027, 3, 17, 15, tzinfo=UTC)) == ""
    [shown] = listed(nodes[0])
    assert (shown["state"], shown["code"]) == ("lapsed", "window_empty")


def test_two_that_lead_in_a_circle_do_not_both_come_into_force(nodes: Nodes) -> None:
    _, one = asked_for(nodes[0], "mia", delegate="lena")
    _, back = asked_for(nodes[0], "lena", delegate="mia")
    assert did(nodes[0], one, "carl") == ""
    assert did(nodes[1], back, "carl") == ""
    assert sorted(each["state"] for each in listed(nodes[0])) == ["in_force", "lapsed"]
    assert told(nodes[0], "delegation_lapsed")[0]["code"] == "delegation_loop"


def test_what_a_crash_left_approved_comes_into_force_later_and_once(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, case = asked_for(nodes[0])
    monkeypatch.setattr("api.usecases.casework.acting.grant_if_approved", lambda *_: None)
    assert did(nodes[0], case, "carl") == ""
    assert listed(nodes[0])[0]["state"] == "requested"
    assert [grant_all(node, LATER + HOUR) for node in nodes] == [1, 0]
    assert listed(nodes[0])[0]["made_at"] == "2027-03-15T15:00:00Z"
    assert len(told(nodes[0], "delegation_made")) == 1


def test_approved_and_taken_back_at_once_it_is_in_force_or_never_was(nodes: Nodes) -> None:
    for number in range(4):
        at = NOW + number * HOUR
        _, case = asked_for(nodes[0], now=at)
        approving, back = at_once(
            partial(did, nodes[0], case, "carl", now=at),
            partial(did, nodes[1], case, "mia", Kind.WITHDRAW, at),
        )
        grant_all(nodes[1], at)
        state = {each["case"]: each["state"] for each in listed(nodes[0], at)}[case.number]
        made = [body["case"] for body in told(nodes[0], "delegation_made")]
        if back == "":
            assert approving in ("", "not_open")
            assert (state, case.number in made) == ("withdrawn", False)
        else:
            assert (approving, back, state) == ("", "in_force_already", "in_force")
            assert case.number in made


def test_two_workers_at_once_put_it_in_force_once(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.usecases.casework.acting.grant_if_approved", lambda *_: None)
    for number in range(4):
        at = NOW + number * HOUR
        _, case = asked_for(nodes[0], now=at)
        assert did(nodes[0], case, "carl", now=at) == ""
        done = at_once(*(partial(grant, node, case.id, at) for node in nodes))
        assert sorted(map(str, done)) == ["None", "made"]
        assert len(told(nodes[0], "delegation_made")) == number + 1


@pytest.mark.tampers
@pytest.mark.parametrize(
    "statement",
    [
        "update cases set status = 'approved'",
        "update delegation_requests set row = replace(row, 'lena', 'noah')",
        "update delegation_requests set document_digest = 'sha256:0'",
    ],
)
def test_what_was_put_into_the_database_does_not_come_into_force(
    nodes: Nodes, statement: str
) -> None:
    _, case = asked_for(nodes[0])
    with nodes[0].store.transaction() as connection:
        connection.execute(text(statement))
    if "approved" not in statement:
        assert did(nodes[0], case, "carl") == ""
    assert grant_all(nodes[1], LATER + HOUR) == 0
    with nodes[0].store.reading() as connection:
        kept = request_of(connection, case.id)
    assert kept is not None
    assert (kept.standing, kept.code) == (Standing.LAPSED, "record_differs")
    assert told(nodes[0], "delegation_made") == []


def test_what_is_in_force_is_revoked_and_not_withdrawn(nodes: Nodes) -> None:
    done, case = asked_for(nodes[0])
    refused = revoke(nodes[0], done.id, "not any more", by("mia"), NOW)
    assert (refused.code, case.number in refused.message) == ("not_open", True)
    assert did(nodes[0], case, "carl") == ""
    assert did(nodes[0], case, "mia", Kind.WITHDRAW) == "in_force_already"
    assert revoke(nodes[0], done.id, "back", by("mia"), LATER + HOUR).code == ""
    assert listed(nodes[0], LATER + HOUR)[0]["state"] == "revoked"


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("where", ["scope: {entities: [DE01]}\n", "effective: {to: 2027-01-01}\n"])
def test_where_no_matrix_covers_it_it_is_held_and_not_made_without_asking(
    kind: str, tmp_path: Path, where: str
) -> None:
    files = acme(MATRIX.replace("documents:", f"{where}documents:"))
    with opened(kind, tmp_path) as store:
        node = Resources(store)
        bootstrap(node, files, data_files(), ADMIN, "installation", START)
        waiting = ordered(node)
        _, case = asked_for(node)
        assert case.status is Status.HELD
        assert grant_all(node, LATER) == 0
        assert did(node, waiting, "lena") == "not_asked"
        assert [each["state"] for each in listed(node)] == ["requested"]


def test_the_report_of_overrides_tells_what_became_of_each(nodes: Nodes) -> None:
    _, one = asked_for(nodes[0], "mia")
    _, two = asked_for(nodes[0], "noah", delegate="sam")
    _, three = asked_for(nodes[0], "dan", delegate="sam", last=date(2027, 3, 15))
    asked_for(nodes[0], "vera", delegate="dan")
    assert did(nodes[0], one, "carl") == ""
    assert did(nodes[0], two, "carl", Kind.REJECT) == ""
    assert did(nodes[0], three, "carl", now=LATER + 30 * HOUR) == ""
    found = overrides(nodes[0].store).entries
    said = [(e.person, e.other, e.finding, e.is_open) for e in found if "request" in e.what]
    assert said == [
        ("mia", "lena", "in force", False),
        ("noah", "sam", "rejected", False),
        ("dan", "sam", "lapsed: window_empty", False),
        ("vera", "dan", "", True),
    ]


def test_everything_that_is_asked_of_a_delegation_is_asked_before_anybody_is(nodes: Nodes) -> None:
    refused = delegate(nodes[0], replace(WISH, delegate="mia"), by("vera"), NOW)
    assert refused.code == "delegation_level_gap"
    assert told(nodes[0], "delegation_requested") == []


def test_a_load_neither_loses_what_was_approved_nor_brings_what_was_asked_for(
    nodes: Nodes,
) -> None:
    _, case = asked_for(nodes[0])
    load_master_data(nodes[0], data_files(), ADMIN, "again", LATER)
    assert [each["state"] for each in listed(nodes[0])] == ["requested"]
    assert did(nodes[0], case, "carl", now=LATER + HOUR) == ""
    load_master_data(nodes[1], data_files(), ADMIN, "and again", LATER + 2 * HOUR)
    assert [each["state"] for each in listed(nodes[0], LATER + 2 * HOUR)] == ["in_force"]


@pytest.mark.parametrize("kind", BOTH)
def test_an_objection_stops_it_before_it_is_approved_and_not_afterwards(
    kind: str, tmp_path: Path
) -> None:
    told_too = "[cfo, {notify: {who: compliance, may_object_in: 2 business days}}]"
    files = acme(MATRIX.replace("approve: cfo", f"approve: {told_too}"))
    with opened(kind, tmp_path) as store:
        node = Resources(store)
        bootstrap(node, files, data_files(), ADMIN, "installation", START)
        _, early = asked_for(node)
        _, late = asked_for(node, "noah", delegate="sam")
        assert did(node, early, "cora", Kind.OBJECT, comment="too long") == ""
        assert did(node, early, "carl") == "not_open"
        assert did(node, late, "carl") == ""
        assert did(node, late, "cora", Kind.OBJECT, comment="too late") == "in_force_already"
        assert [each["state"] for each in listed(node)] == ["rejected", "in_force"]
        assert check_trail(store).problems == []


CONTROL = b"""kind: controls
additional:
  - {documents: [delegation], approve: cfo}
"""
PROMISE = b"""kind: controls
guarantees:
  - {name: four-eyes, documents: [delegation], require_approvals: {at_least: 1}}
"""


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("rules", [CONTROL, PROMISE])
def test_a_control_or_a_guarantee_alone_keeps_it_from_being_made_at_once(
    kind: str, tmp_path: Path, rules: bytes
) -> None:
    files = {**read_set(ACME), "controls/delegations.yaml": rules}
    with opened(kind, tmp_path) as store:
        node = Resources(store)
        bootstrap(node, files, data_files(), ADMIN, "installation", START)
        _, case = asked_for(node)
        assert (case.status, '"code":"no_matrix"' in case.decision_json) == (Status.HELD, True)
        assert did(node, ordered(node), "lena") == "not_asked"
