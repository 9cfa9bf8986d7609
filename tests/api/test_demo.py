"""The demonstration: real orders, decided whole, with numbers that are known from the data."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.usecases.demonstration import Demonstration as Done
from api.usecases.demonstration import (
    chosen,
    decide_all,
    orders_of,
    route_text,
    thresholds,
    workloads,
)
from api.usecases.drafts import Draft, load_data, load_draft
from engine.decision import Outcome

FOLDER = Path(__file__).resolve().parents[2] / "policies" / "university"


@pytest.fixture(scope="module")
def draft() -> Draft:
    return load_draft(FOLDER)


@pytest.fixture(scope="module")
def done(draft: Draft) -> Done:
    ticks: list[int] = []
    data = load_data(FOLDER / "data", draft.policy)
    assert data.reports == ()
    found = decide_all(draft, data, orders_of(draft), lambda: ticks.append(1))
    assert len(ticks) == 2_449
    return found


def test_every_order_is_decided_and_none_is_dropped(done: Done) -> None:
    assert len(done.decided) == 2_449
    assert (done.left_out, done.not_accepted) == ((), ())


def test_orders_that_come_to_nothing_are_held_and_land_is_held(done: Done) -> None:
    codes = [one.decision.held.code for one in done.decided if one.decision.held is not None]
    assert codes.count("commitment_value_missing") == 234
    assert set(codes) == {"commitment_value_missing", "real_estate"}


def test_the_orders_near_25000_are_those_known_from_the_data(draft: Draft, done: Done) -> None:
    near = {found.text: found for found in thresholds(draft.policy, done.decided)}
    found = near["25000.00 USD"]
    assert (len(found.below), len(found.above)) == (26, 9)
    reviewed = [one for one in found.below if one.decision.reviews]
    assert len(reviewed) == len(found.below)


def test_nobody_approves_what_he_asked_for(done: Done) -> None:
    for one in done.decided:
        for step in one.decision.steps:
            for part in step.parts:
                assert one.document.requester not in {
                    assignee.person for assignee in getattr(part, "assignees", ())
                }


def test_routes_workloads_and_examples(done: Done) -> None:
    routes = {route_text(one.decision) for one in done.decided}
    assert "it_security > cost_center_owner > chain" in routes
    loads = workloads(done.decided)
    assert loads[0].person == "BUYER-001"
    titles = [title for title, _ in chosen(done.decided)]
    assert len(titles) == 3
    held = chosen(done.decided)[2][1]
    assert held.decision.outcome is Outcome.HELD


def test_the_demonstration_is_shown_and_says_where_to_go_next() -> None:
    result = CliRunner().invoke(app, ["demo"])
    assert result.exit_code == 0
    assert "8,625 lines, 2,449 orders" in result.stdout
    assert "In full: an order that is held" in result.stdout
    assert "countersign lint" in result.stdout
    assert result.stdout.rstrip().endswith("nothing was put on record")


def test_the_demonstration_as_json() -> None:
    result = CliRunner().invoke(app, ["demo", "--json"])
    answer = json.loads(result.stdout)
    assert answer["orders"] == 2_449
    assert sum(answer["outcomes"].values()) == 2_449
    assert {"limit": "25000.00 USD", "below": 26, "above": 9} in answer["near_limits"]
    assert len(answer["explained"]) == 3


def test_a_set_without_orders_cannot_be_demonstrated(folder: Path) -> None:
    result = CliRunner().invoke(app, ["demo", "--policy", str(folder)])
    assert result.exit_code == 3
    assert "cannot be read" in result.stderr
    assert CliRunner().invoke(app, ["demo", "--policy", str(folder / "x")]).exit_code == 2
