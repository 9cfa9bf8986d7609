"""Whoever is asked because somebody below was silent hands on and delegates, too (B3, B7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.store import cases
from api.usecases.casework.acting import Kind
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.falling_due import handle_all_due
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.conftest import ADMIN, START, data_files
from tests.casework.test_arranging import (
    LATER,
    acted,
    asked,
    assert_told,
    at_dan,
    last,
    submitted,
)
from tests.casework.test_deadlines import ESCALATION, FOUR_EYES, WEDNESDAY, bare, policy_files
from tests.casework.test_people_changes import without

__all__ = ["bare"]

AFTERWARDS = LATER + timedelta(hours=1)


def at_vera(resources: Resources) -> cases.Case:
    """An order on which Dan, whose limit covers it, did not want to wait: Vera is asked as well."""
    case = at_dan(resources)
    assert acted(resources, case, "dan", Kind.ESCALATE).code == ""
    assert sorted(asked(resources, case)) == ["dan", "vera"]
    return case


@pytest.mark.parametrize("person", ["vera", "gina"])
def test_whoever_takes_it_over_is_asked_above_and_dan_may_still_act(
    resources: Resources, person: str
) -> None:
    """Gina owns the matrix."""
    case = at_vera(resources)
    of = {"of": "vera", "comment": "she is ill"} if person == "gina" else {}
    assert acted(resources, case, person, Kind.REASSIGN, to="carl", **of).code == ""
    assert sorted(asked(resources, case)) == ["carl", "dan"]
    assert [each["to"] for each in last(resources)["arrangements"]] == ["carl"]  # type: ignore[attr-defined]
    assert acted(resources, case, "vera").code == "not_asked"
    assert acted(resources, case, "carl").case.status is Status.POSTING
    assert_told(resources)


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("rita", "self_approval"),
        ("dan", "asked_already"),  # he is the one who was silent
        ("vera", "same_person"),
        ("mia", "not_entitled"),
        ("sam", "not_entitled"),  # his limit covers it, and he stands no higher than Dan
        ("tina", "not_entitled"),
        ("bea", "not_entitled"),
    ],
)
def test_it_goes_to_nobody_who_could_not_have_been_asked_above(
    resources: Resources, to: str, code: str
) -> None:
    case = at_vera(resources)
    assert acted(resources, case, "vera", Kind.REASSIGN, to=to).code == code
    assert sorted(asked(resources, case)) == ["dan", "vera"]
    assert last(resources)["kind"] == "refusal"


def test_it_goes_to_nobody_who_has_left_and_to_whoever_is_above_him(resources: Resources) -> None:
    case = at_vera(resources)
    load_master_data(resources, without("carl", "2027-03-14"), ADMIN, "left", LATER)
    assert acted(resources, case, "vera", Kind.REASSIGN, to="carl").code == "inactive"
    assert acted(resources, case, "vera", Kind.REASSIGN, to="eve").code == ""
    assert sorted(asked(resources, case)) == ["dan", "eve"]


def test_she_delegates_her_task_as_the_handling_allows(resources: Resources) -> None:
    case = at_vera(resources)
    refused = acted(resources, case, "vera", Kind.DELEGATE, to="mia")
    assert refused.code == "delegation_level_gap"
    assert acted(resources, case, "vera", Kind.DELEGATE, to="sam").code == ""
    assert sorted(asked(resources, case)) == ["dan", "sam", "vera"]
    done = acted(resources, case, "sam")
    assert done.case.status is Status.POSTING
    with resources.store.reading() as connection:
        given = [each.assignee for each in cases.course_of(connection, case.id).given]
    assert (given[-1].person, given[-1].on_behalf_of) == ("sam", "vera")
    assert_told(resources)


def test_the_next_one_up_is_asked_all_the_same_where_he_has_it_already(
    resources: Resources,
) -> None:
    """Nobody who was to be asked is spared: with Carl asked for himself, Vera has hers again."""
    case = at_vera(resources)
    assert acted(resources, case, "vera", Kind.REASSIGN, to="carl").code == ""
    assert acted(resources, case, "dan", Kind.ESCALATE, AFTERWARDS).code == ""
    assert sorted(asked(resources, case)) == ["carl", "dan", "vera"]
    assert acted(resources, case, "vera", now=AFTERWARDS).case.status is Status.POSTING


def test_it_is_back_with_her_where_whoever_took_it_over_has_left(resources: Resources) -> None:
    case = at_vera(resources)
    assert acted(resources, case, "vera", Kind.REASSIGN, to="carl").code == ""
    load_master_data(resources, without("carl", "2027-03-15"), ADMIN, "left", LATER)
    gone = datetime(2027, 3, 16, 15, tzinfo=UTC)
    assert acted(resources, case, "carl", now=gone).code == "inactive"
    assert acted(resources, case, "vera", now=gone).case.status is Status.POSTING
    assert_told(resources)


def test_two_pairs_of_eyes_do_not_become_one_by_it(bare: Resources) -> None:
    files = policy_files(ESCALATION, controls__eyes=FOUR_EYES)
    bootstrap(bare, files, data_files(), ADMIN, "installation", START)
    case = submitted(bare)
    handle_all_due(bare, WEDNESDAY)
    assert asked(bare, case) == ["mia", "vera"]
    assert acted(bare, case, "mia", now=WEDNESDAY).code == ""
    later = WEDNESDAY + timedelta(days=7)
    handle_all_due(bare, later)
    assert asked(bare, case) == ["carl", "dan"]  # Vera could have done both
    handed = acted(bare, case, "carl", Kind.REASSIGN, later, to="vera")
    assert handed.code == "guarantee_broken"
    assert asked(bare, case) == ["carl", "dan"]
    assert acted(bare, case, "carl", Kind.REASSIGN, later, to="eve").code == ""
    assert asked(bare, case) == ["dan", "eve"]
