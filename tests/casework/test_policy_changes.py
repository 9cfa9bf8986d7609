"""Another policy set comes into force: proposed, approved and activated, each by who may (C3)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from adapters.store import cases
from adapters.store.in_force import What
from adapters.store.in_force_history import Held, history_of
from adapters.store.proposals import Standing, proposal_of
from adapters.store.trail import records
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.posting import Counter
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.policy_sets.activating import activate, activate_due, cancel
from api.usecases.policy_sets.proposing import Wish, propose
from api.usecases.policy_sets.rolling_back import RolledBack, roll_back, set_before
from api.worker import Worker
from engine.cases.status import Status
from tests.casework.conftest import ADMIN, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.casework.proposals import (
    LATER,
    LIMITS,
    MANAGER,
    acme,
    activated,
    approve,
    approved,
    in_force,
    kinds,
    managers_up_to,
    proposed,
)

DAY = timedelta(days=1)


def last_body(resources: Resources) -> dict[str, Any]:
    with resources.store.reading() as connection:
        found: dict[str, Any] = json.loads(records(connection)[-1].body)
        return found


def is_asked(resources: Resources, person: str, supplier: str) -> bool:
    """Whether the person is on the route of an order of Rita's over 11,000."""
    raw = order("11000.00", id=f"PO-{supplier}", supplier=supplier)
    done = submit(resources, raw, "portal", PORTAL, LATER)
    assert isinstance(done, Submitted)
    decision = json.loads(done.case.decision_json)
    assert decision["outcome"] == "route"
    return f'"{person}"' in json.dumps(decision["steps"])


def test_a_proposed_approved_and_activated_set_decides(resources: Resources) -> None:
    before = in_force(resources)
    made = proposed(resources, managers_up_to("12_000.00"))
    assert made.case is not None
    assert made.case.status is Status.PENDING
    assert made.proposal is not None
    said = json.loads(made.proposal.differences)
    assert any("12,000.00 USD" in each["says"] for each in said["differences"])
    assert in_force(resources) == before
    assert approve(resources, made.case.id, "carl") == ""
    done = activated(resources, made.case.id)
    assert (done.code, done.proposal.status) == ("", Standing.ACTIVATED)
    after = in_force(resources)
    assert after == made.proposal.digest != before
    body = last_body(resources)
    assert body["kind"] == "policy_activated"
    assert (body["before"], body["after"]) == (before, after)
    assert (body["proposed_by"], body["approved_by"]) == ("gina", ["carl"])
    assert body["who"]["decided_by"] == "axel"
    with resources.store.reading() as connection:
        found = history_of(connection, What.POLICY)
    assert [(each.digest, each.how, each.until) for each in found] == [
        (before, "bootstrap", LATER),
        (after, "policy_activated", None),
    ]
    assert check_trail(resources.store).problems == []


def test_what_is_decided_next_follows_the_set_that_was_activated(resources: Resources) -> None:
    assert is_asked(resources, "dan", "S-1")
    case_id = approved(resources, managers_up_to("12_000.00"))
    assert activated(resources, case_id).code == ""
    assert not is_asked(resources, "dan", "S-2")


def test_a_set_with_errors_is_refused_with_its_reports(resources: Resources) -> None:
    files = acme((LIMITS, MANAGER, MANAGER.replace("manager", "mangaer")))
    made = proposed(resources, files)
    assert made.case is None
    assert made.unfit is not None
    assert made.unfit.code == "does_not_load"
    body = last_body(resources)
    assert (body["kind"], body["code"]) == ("policy_proposal_refused", "does_not_load")
    assert "mangaer" in body["reports"][0]["message"]
    assert in_force(resources) != ""


def test_a_set_whose_tests_fail_is_refused_with_those_that_do(resources: Resources) -> None:
    data = {f"data/{name}": body for name, body in data_files().items()}
    change = (LIMITS, MANAGER, MANAGER.replace("10_000.00", "12_000.00"))
    made = proposed(resources, {**acme(change, with_tests=True), **data})
    assert made.unfit is not None
    assert made.unfit.code == "tests_fail"
    assert made.unfit.reports
    spared = (LIMITS, "seats: 1, per: group}\n  ceo", "seats: 1, per: group}  # one\n  ceo")
    made = proposed(resources, {**acme(spared, with_tests=True), **data})
    assert made.case is not None, made.unfit
    assert last_body(resources)["tests_passed"] > 20


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (acme(), "nothing_changes"),
        ({"organization.yaml": b""}, "no_set"),
        ({**acme(), "../policy.yaml": b"x"}, "file_not_taken"),
        ({**acme(), "/etc/passwd.yaml": b"x"}, "file_not_taken"),
        ({**acme(), "a/../../b.yaml": b"x"}, "file_not_taken"),
        ({**acme(), "run.sh": b"x"}, "file_not_taken"),
        (
            acme(
                (
                    "policy.yaml",
                    "policy_changes: {approved_by: cfo, activated_by: [cfo, audit_chair]}",
                    "",
                )
            ),
            "not_changeable",
        ),
    ],
)
def test_what_cannot_take_the_place_of_the_set_is_no_proposal(
    resources: Resources, files: dict[str, bytes], code: str
) -> None:
    if code == "nothing_changes":
        files = acme(with_tests=True)
    made = proposed(resources, files)
    assert made.unfit is not None
    assert made.unfit.code == code
    assert kinds(resources) == ["bootstrap", "policy_proposal_refused"]


@pytest.mark.parametrize(
    ("person", "because", "later", "code"),
    [
        ("nobody", "a reason", None, "person_unknown"),
        ("gina", "  ", None, "reason_missing"),
        ("gina", "a reason", -DAY, "moment_passed"),
    ],
)
def test_who_proposes_is_known_and_says_why(
    resources: Resources, person: str, because: str, later: timedelta | None, code: str
) -> None:
    wish = Wish(managers_up_to("9_000.00"), because, None if later is None else NOW + later)
    made = propose(resources, wish, by(person), NOW)
    assert made.unfit is not None
    assert made.unfit.code == code


def test_a_case_that_is_there_already_does_not_become_a_proposal(resources: Resources) -> None:
    """Nothing that was approved before it was proposed counts for a proposal."""
    files = managers_up_to("9_000.00")
    assert proposed(resources, files).case is not None
    again = proposed(resources, files)
    assert again.unfit is not None
    assert again.unfit.code == "known_already"
    assert kinds(resources)[-1] == "policy_proposal_refused"


def test_who_proposes_does_not_approve_also_where_the_set_asks_him(resources: Resources) -> None:
    made = proposed(resources, managers_up_to("9_000.00"), "carl")
    assert made.case is not None
    assert approve(resources, made.case.id, "carl") != ""
    # the stand-in that the set declares for a chief financial officer who is barred
    assert approve(resources, made.case.id, "axel") == ""


@pytest.mark.parametrize("login", ["carl", "carl.second"])
def test_who_proposes_does_not_activate_by_any_login(resources: Resources, login: str) -> None:
    logins = b"login,person,from,to\ncarl.second,carl,,\n"
    files = {**data_files(), "logins.csv": data_files().get("logins.csv", b"") or logins}
    if b"carl.second" not in files["logins.csv"]:
        files["logins.csv"] += b"carl.second,carl,,\n"
    load_master_data(resources, files, ADMIN, "another login", NOW)
    case_id = approved(resources, managers_up_to("9_000.00"), "carl", "axel")
    before = in_force(resources)
    assert activated(resources, case_id, login).code == "proposed_it"
    assert in_force(resources) == before
    assert last_body(resources)["who"]["decided_by"] == "carl"


def test_a_delegate_neither_approves_his_own_proposal_nor_activates(resources: Resources) -> None:
    rows = (
        "id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
        "D-1,carl,gina,2027-03-01,2027-03-31,,,,,,\n"
        "D-2,carl,vera,2027-03-01,2027-03-31,,,,,,\n"
    )
    files = {**data_files(), "delegations.csv": rows.encode()}
    load_master_data(resources, files, ADMIN, "carl is away", NOW)
    made = proposed(resources, managers_up_to("9_000.00"))
    assert made.case is not None
    own = Action(Kind.APPROVE, "gina", 1, on_behalf_of="carl")
    refused = act(resources, made.case.id, own, by("gina"), NOW)
    assert refused is not None
    assert refused.code != ""
    assert approve(resources, made.case.id, "carl") == ""
    assert activated(resources, made.case.id, "gina").code == "proposed_it"
    assert activated(resources, made.case.id, "vera").code == "not_entitled"


def test_nobody_activates_what_is_not_approved(resources: Resources) -> None:
    made = proposed(resources, managers_up_to("9_000.00"))
    assert made.case is not None
    assert activated(resources, made.case.id).code == "not_approved"
    done = act(
        resources, made.case.id, Action(Kind.REJECT, "carl", made.case.version), by("carl"), NOW
    )
    assert done is not None
    assert done.code == ""
    assert activated(resources, made.case.id).code == "not_approved"
    assert activate(resources, 4711, by("axel"), LATER) is None


def test_who_is_refused_costs_no_look_at_the_cases(resources: Resources) -> None:
    case_id = approved(resources, managers_up_to("9_000.00"))
    looked: list[int] = []
    for person in ("gina", "rita", "axel"):
        activate(resources, case_id, by(person), LATER, looked.append)
        assert bool(looked) == (person == "axel")


def test_who_gains_by_a_set_does_not_activate_it(resources: Resources) -> None:
    """Carl may approve that he may sign more, but it takes somebody else to put it in force."""
    chief = "{who: chief, entity: US01, up_to: 1_000_000.00 USD}"
    files = acme((LIMITS, chief, chief.replace("1_000_000.00", "2_000_000.00")))
    case_id = approved(resources, files)
    assert activated(resources, case_id, "carl").code == "gains_by_it"
    assert activated(resources, case_id, "axel").code == ""


def test_what_a_set_says_of_its_own_approval_counts_from_its_activation_on(
    resources: Resources,
) -> None:
    """A set that makes its proposer's friend the approver is not approved by him."""
    said = "policy_changes: {approved_by: cfo, activated_by: [cfo, audit_chair]}"
    files = acme(
        ("policy.yaml", said, said.replace("approved_by: cfo", "approved_by: group_controller"))
    )
    made = proposed(resources, files, "vera")
    assert made.case is not None
    assert approve(resources, made.case.id, "gina") == "not_asked"
    assert approve(resources, made.case.id, "carl") == ""
    assert activated(resources, made.case.id, "gina").code == "not_entitled"
    assert activated(resources, made.case.id).code == ""
    other = proposed(resources, managers_up_to("9_000.00"), "vera", now=LATER)
    assert other.case is not None
    assert approve(resources, other.case.id, "carl", LATER) == "not_asked"
    assert approve(resources, other.case.id, "gina", LATER) == ""


def test_of_two_proposals_on_one_set_only_the_first_is_activated(resources: Resources) -> None:
    first = approved(resources, managers_up_to("9_000.00"))
    second = approved(resources, managers_up_to("12_000.00"))
    assert activated(resources, first).code == ""
    assert activated(resources, second).code == "base_changed"
    assert activated(resources, first).code == "not_open"


def test_content_that_was_exchanged_after_the_approval_is_not_activated(
    resources: Resources,
) -> None:
    case_id = approved(resources, managers_up_to("9_000.00"))
    other = proposed(resources, managers_up_to("99_000.00"))
    assert other.proposal is not None
    before = in_force(resources)
    with resources.store.transaction() as connection:
        connection.execute(
            text("update proposals set digest = :digest where case_id = :of"),
            {"digest": other.proposal.digest, "of": case_id},
        )
    assert activated(resources, case_id).code == "record_differs"
    assert in_force(resources) == before


def test_an_approval_that_was_put_into_the_database_activates_nothing(
    resources: Resources,
) -> None:
    made = proposed(resources, managers_up_to("9_000.00"))
    assert made.case is not None
    with resources.store.transaction() as connection:
        connection.execute(text("update cases set status = 'approved'"))
    assert activated(resources, made.case.id).code == "record_differs"


def test_a_proposal_in_force_cannot_be_withdrawn_any_more(resources: Resources) -> None:
    case_id = approved(resources, managers_up_to("9_000.00"))
    assert activated(resources, case_id).code == ""
    done = act(resources, case_id, Action(Kind.WITHDRAW, "gina", 1), by("gina"), LATER)
    assert done is not None
    assert done.code == "in_force_already"


def test_a_set_for_later_is_in_force_from_its_moment_on(resources: Resources) -> None:
    at = NOW + 2 * DAY
    case_id = approved(resources, managers_up_to("9_000.00"), at=at)
    before = in_force(resources)
    assert activated(resources, case_id).proposal.status is Standing.SCHEDULED
    assert in_force(resources) == before
    assert activate_due(resources, at - timedelta(microseconds=1)) == 0
    assert in_force(resources) == before
    assert activate_due(resources, at) == 1
    assert in_force(resources) != before
    body = last_body(resources)
    assert (body["kind"], body["who"]["decided_by"], body["who"]["acted_through"]) == (
        "policy_activated",
        "axel",
        "schedule",
    )
    assert activate_due(resources, at + DAY) == 0


def test_the_worker_puts_a_scheduled_set_in_force_and_asks_held_cases_by_it(
    resources: Resources,
) -> None:
    """An order that no schedule covers is held; the set that comes covers it."""
    at = NOW + 2 * DAY
    raw = order("100.00", type="subscription_adjustment", adjustment_kind="credit")
    held = submit(resources, raw, "portal", PORTAL, NOW)
    assert isinstance(held, Submitted)
    assert held.case.status is Status.HELD
    schedule = (
        b"kind: approvals\nname: adjustments\ndocuments: [subscription_adjustment]\n"
        b"amount: none\nrows:\n  - {approve: cfo}\n"
    )
    files = {**acme(), "approvals/adjustments.yaml": schedule}
    assert activated(resources, approved(resources, files, at=at)).code == ""
    worker = Worker(resources, Counter({}, lambda: at, lambda: 0.5))
    assert worker.activate_if_due() == 1
    assert worker.ask_if_due()
    with resources.store.reading() as connection:
        case = cases.by_id(connection, held.case.id)
    assert case is not None
    assert case.status is Status.PENDING


def test_a_scheduled_set_whose_base_is_gone_lapses_and_says_why(resources: Resources) -> None:
    at = NOW + 2 * DAY
    later = approved(resources, managers_up_to("9_000.00"), at=at)
    assert activated(resources, later).code == ""
    assert activated(resources, approved(resources, managers_up_to("12_000.00"))).code == ""
    before = in_force(resources)
    assert activate_due(resources, at) == 0
    assert in_force(resources) == before
    with resources.store.reading() as connection:
        proposal = proposal_of(connection, later)
    assert proposal is not None
    assert (proposal.status, proposal.code) == (Standing.LAPSED, "base_changed")
    assert kinds(resources)[-1] == "policy_lapsed"
    assert activate_due(resources, at + DAY) == 0


def test_a_scheduled_set_is_not_put_in_force_for_somebody_who_has_left(
    resources: Resources,
) -> None:
    at = NOW + 2 * DAY
    case_id = approved(resources, managers_up_to("9_000.00"), at=at)
    assert activated(resources, case_id).code == ""
    files = data_files()
    people = files["people.csv"].decode().replace("2013-05-01,,,,", "2013-05-01,2027-03-15,,,")
    load_master_data(resources, {**files, "people.csv": people.encode()}, ADMIN, "left", LATER)
    assert activate_due(resources, at) == 0
    assert last_body(resources)["code"] == "person_unknown"


def test_a_scheduled_set_can_be_cancelled_by_who_proposed_it_and_by_nobody_else(
    resources: Resources,
) -> None:
    at = NOW + 2 * DAY
    case_id = approved(resources, managers_up_to("9_000.00"), at=at)
    assert activated(resources, case_id).code == ""
    refused = cancel(resources, case_id, "not now", by("rita"), LATER)
    assert refused is not None
    assert refused.code == "not_entitled"
    done = cancel(resources, case_id, "not now", by("gina"), LATER)
    assert done is not None
    assert (done.code, done.proposal.status) == ("", Standing.CANCELLED)
    assert activate_due(resources, at) == 0
    assert activated(resources, case_id).code == "not_open"
    assert check_trail(resources.store).problems == []


def back(resources: Resources, person: str = "axel", because: str = "a mistake") -> RolledBack:
    return roll_back(resources, in_force(resources), because, by(person), LATER)


def test_going_back_is_one_step_to_the_set_before_and_never_forward(resources: Resources) -> None:
    first = in_force(resources)
    assert back(resources).code == "nothing_before"
    assert activated(resources, approved(resources, managers_up_to("9_000.00"))).code == ""
    second = in_force(resources)
    assert activated(resources, approved(resources, managers_up_to("8_000.00"))).code == ""
    third = in_force(resources)
    done = back(resources)
    assert (done.before, done.after, done.code) == (third, second, "")
    assert in_force(resources) == second
    body = last_body(resources)
    assert (body["kind"], body["because"]) == ("policy_rolled_back", "a mistake")
    assert body["who"]["decided_by"] == "axel"
    assert back(resources).after == first
    assert back(resources).code == "nothing_before"
    assert in_force(resources) == first
    assert check_trail(resources.store).problems == []


@given(st.lists(st.sampled_from(["a", "b", "c", "back"]), max_size=30))
def test_the_set_before_is_the_one_that_each_activation_took_the_place_of(steps: list[str]) -> None:
    """Differential: every activation knows what it replaced; going back follows that."""
    replaced: list[int] = [-1]  # by activation, the activation before it
    names, now = ["first"], 0
    told = [Held("policy", "first", NOW, None, 1, "bootstrap")]
    for position, step in enumerate(steps, start=2):
        expected = names[replaced[now]] if replaced[now] >= 0 else None
        assert set_before(told) == expected
        if step == "back" and expected is None:
            continue
        if step == "back":
            now = replaced[now]
            told.append(Held("policy", names[now], NOW, None, position, "policy_rolled_back"))
            continue
        names.append(step)
        replaced.append(now)
        now = len(names) - 1
        told.append(Held("policy", step, NOW, None, position, "policy_activated"))
    assert told[-1].digest == names[now]


@pytest.mark.parametrize(
    ("person", "because", "code"),
    [
        ("gina", "a mistake", "not_entitled"),
        ("axel", " ", "reason_missing"),
        ("nobody", "a mistake", "person_unknown"),
    ],
)
def test_only_who_is_entitled_goes_back_and_says_why(
    resources: Resources, person: str, because: str, code: str
) -> None:
    assert activated(resources, approved(resources, managers_up_to("9_000.00"))).code == ""
    before = in_force(resources)
    assert back(resources, person, because).code == code
    assert in_force(resources) == before


def test_who_would_gain_does_not_go_back(resources: Resources) -> None:
    chief = "{who: chief, entity: US01, up_to: 1_000_000.00 USD}"
    files = acme((LIMITS, chief, chief.replace("1_000_000.00", "500_000.00")))
    assert activated(resources, approved(resources, files)).code == ""
    assert back(resources, "carl").code == "gains_by_it"
    assert back(resources, "axel").code == ""


def test_going_back_from_a_set_that_somebody_else_has_exchanged_does_nothing(
    resources: Resources,
) -> None:
    seen = in_force(resources)
    assert activated(resources, approved(resources, managers_up_to("9_000.00"))).code == ""
    before = in_force(resources)
    assert roll_back(resources, seen, "a mistake", by("axel"), LATER).code == "base_changed"
    assert in_force(resources) == before
