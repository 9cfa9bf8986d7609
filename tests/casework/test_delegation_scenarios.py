"""Scenarios 13, 15 and 16 with delegations that are made and kept in the service (B3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.store import cases
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.delegations.judging import Wish
from api.usecases.delegations.making import delegate
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import PORTAL, by, order
from tests.databases import BOTH, opened

NOW = datetime(2027, 7, 1, 13, 0, tzinfo=UTC)  # 09:00 in New York
MINUTE = timedelta(minutes=1)
MIA_IS_AWAY = b"person,from,to\nmia,2027-07-01,2027-07-15\n"


def delegated(node: Resources, delegator: str, delegate_: str, cap: str = "") -> str:
    """The code of why the delegation for the first half of July was not made; empty if it was."""
    wish = Wish(delegate_, date(2027, 7, 1), date(2027, 7, 15), "away", cap=cap)
    return delegate(node, wish, by(delegator), NOW).code


def submitted(node: Resources, amount: str, **fields: object) -> cases.Case:
    stated = {"tender_reference": "present", "submitted_at": NOW.isoformat()}
    document = order(amount) | stated | fields
    done = submit(node, document, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    return done.case


def approve(node: Resources, case: cases.Case, person: str, behalf: str = "") -> str:
    action = Action(Kind.APPROVE, person, 1, behalf)
    done = act(node, case.id, action, by(person), NOW + MINUTE)
    assert done is not None
    return done.code


def given(node: Resources, case: cases.Case) -> set[tuple[str, str | None]]:
    """Who approved, and for whom."""
    with node.store.reading() as connection:
        found = [each.assignee for each in cases.course_of(connection, case.id).given]
    return {(each.person, each.on_behalf_of) for each in found}


def asked(node: Resources, case: cases.Case) -> set[str]:
    with node.store.reading() as connection:
        return {task.person for task in cases.tasks_on(connection, case.id)}


def test_scenario_13_with_the_limit_of_the_delegator_dan_approves_for_vera(
    resources: Resources,
) -> None:
    assert delegated(resources, "vera", "dan") == ""
    case = submitted(resources, "80000.00")
    assert approve(resources, case, "mia") == ""
    assert approve(resources, case, "dan", "vera") == ""
    assert ("dan", "vera") in given(resources, case)


def test_scenario_13_a_gap_of_two_levels_is_refused_when_it_is_made(resources: Resources) -> None:
    assert delegated(resources, "vera", "mia") == "delegation_level_gap"
    case = submitted(resources, "80000.00")
    assert approve(resources, case, "mia") == ""
    assert approve(resources, case, "mia", "vera") == "over_limit"
    assert given(resources, case) == {("mia", None)}


@pytest.mark.parametrize(("amount", "code"), [("100000.00", ""), ("100000.01", "delegation_cap")])
def test_scenario_13_a_cap_covers_its_own_amount_and_not_a_cent_more(
    resources: Resources, amount: str, code: str
) -> None:
    assert delegated(resources, "vera", "dan", "100000.00 USD") == ""
    case = submitted(resources, amount)
    assert approve(resources, case, "mia") == ""
    assert approve(resources, case, "dan", "vera") == code
    assert (("dan", "vera") in given(resources, case)) is (code == "")


@pytest.mark.parametrize("kind", BOTH)
def test_scenario_13_with_the_lesser_limit_mia_does_not_act_for_vera(
    kind: str, tmp_path: Path
) -> None:
    files = read_set(ACME)
    stated = b"limit: delegator, longest: 12 months, level_gap: 1"
    assert stated in files["handling.yaml"]
    lesser = files["handling.yaml"].replace(stated, b"limit: lesser, longest: 12 months")
    with opened(kind, tmp_path) as store:
        node = Resources(store)
        files = {**files, "handling.yaml": lesser}
        bootstrap(node, files, data_files(), ADMIN, "installation", START)
        assert delegated(node, "vera", "mia") == ""
        case = submitted(node, "80000.00")
        assert approve(node, case, "mia") == ""
        assert approve(node, case, "mia", "vera") == "delegation_limit"
        assert given(node, case) == {("mia", None)}
        assert asked(node, case) == {"vera"}


def test_scenario_15_a_delegate_who_is_the_requester_is_not_asked(resources: Resources) -> None:
    files = data_files() | {"absences.csv": MIA_IS_AWAY}
    load_master_data(resources, files, ADMIN, "Mia is away", NOW - MINUTE)
    assert delegated(resources, "mia", "rita") == ""
    other = submitted(resources, "5000.00", id="PO-2", requester="noah")
    assert "rita" in asked(resources, other)  # it counts where she asks for nothing herself
    case = submitted(resources, "5000.00")
    assert asked(resources, case) == {"dan"}
    assert approve(resources, case, "rita", "mia") == "self_approval"
    assert given(resources, case) == set()


def test_scenario_16_nobody_approves_the_request_of_whoever_delegated_to_him_by_her_authority(
    resources: Resources,
) -> None:
    assert delegated(resources, "vera", "sam") == ""
    other = submitted(resources, "120000.00", id="PO-2", supplier="S-2")
    assert approve(resources, other, "mia") == ""
    assert "sam" in asked(resources, other)  # it counts where Vera asks for nothing herself
    case = submitted(resources, "120000.00", requester="vera")
    assert not asked(resources, case) & {"sam", "vera"}
    assert approve(resources, case, "sam", "vera") == "not_asked"
    assert given(resources, case) == set()
