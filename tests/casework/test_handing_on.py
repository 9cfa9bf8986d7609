"""The owner of a matrix hands on the task of somebody who does not get to it (B3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.store import cases
from api.usecases.casework.acting import Acted, Kind
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.conftest import ADMIN
from tests.casework.test_arranging import LATER, acted, asked, assert_told, at_dan, last, submitted
from tests.casework.test_people_changes import without

OF_DAN = {"of": "dan", "to": "sam", "comment": "Dan does not answer"}


def handed_on(resources: Resources, case: cases.Case, person: str = "gina", **fields: Any) -> Acted:
    return acted(resources, case, person, Kind.REASSIGN, **{**OF_DAN, **fields})


def test_the_owner_hands_it_to_somebody_whose_own_authority_covers_it(
    resources: Resources,
) -> None:
    case = at_dan(resources)
    assert handed_on(resources, case).code == ""
    assert asked(resources, case) == ["sam"]
    body = last(resources)
    assert (body["who"]["decided_by"], body["of"], body["to"]) == ("gina", "dan", "sam")  # type: ignore[index]
    assert acted(resources, case, "dan").code == "not_asked"
    assert acted(resources, case, "gina").code == "not_asked"
    assert acted(resources, case, "sam").case.status is Status.POSTING
    assert_told(resources)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "rita"}, "self_approval"),
        ({"to": "rsmith.ext"}, "self_approval"),
        ({"to": "noah"}, "over_limit"),
        ({"to": "paul"}, "over_limit"),
        ({"to": "gina"}, "same_person"),
        ({"to": "dan"}, "same_person"),
        ({"to": "nobody"}, "person_unknown"),
        ({"of": "sam", "to": "dan"}, "not_asked"),
        ({"of": "nobody"}, "not_asked"),
        ({"of": "mia", "to": "dan"}, "not_asked"),  # her place is filled
        ({"comment": " "}, "comment_missing"),
    ],
)
def test_never_to_somebody_who_could_not_fill_the_place_nor_without_a_reason(
    resources: Resources, fields: dict[str, str], code: str
) -> None:
    case = at_dan(resources)
    assert handed_on(resources, case, **fields).code == code
    assert asked(resources, case) == ["dan"]
    assert last(resources)["kind"] == "refusal"


@pytest.mark.parametrize("person", ["mia", "vera", "carl", "rita", "axel", "sam"])
def test_nobody_else_hands_on_what_is_not_his(resources: Resources, person: str) -> None:
    case = at_dan(resources)
    assert handed_on(resources, case, person).code == "not_asked"
    assert asked(resources, case) == ["dan"]


def test_the_owner_does_not_choose_who_approves_what_is_his_own(resources: Resources) -> None:
    for field in ("requester", "submitter", "beneficiary"):
        case = submitted(resources, id=f"PO-{field}", **{field: "gina"})
        [first, *_] = asked(resources, case)
        done = handed_on(resources, case, of=first, to="vera")
        assert done.code == "self_approval", field
        assert first in asked(resources, case)


@pytest.mark.parametrize("kind", [Kind.DELEGATE, Kind.ADD_BEFORE, Kind.ADD_AFTER])
def test_nothing_but_handing_on_is_done_for_another(resources: Resources, kind: Kind) -> None:
    case = at_dan(resources)
    done = acted(resources, case, "gina", kind, of="dan", to="sam", comment="for him")
    assert done.code == "not_asked"


def test_an_owner_who_has_left_hands_on_nothing(resources: Resources) -> None:
    case = at_dan(resources)
    load_master_data(resources, without("gina", "2027-03-14"), ADMIN, "left", LATER)
    assert handed_on(resources, case).code == "inactive"


def test_what_was_claimed_is_free_for_whom_it_is_handed_to(resources: Resources) -> None:
    case = at_dan(resources)
    with resources.store.reading() as connection:
        [task] = cases.tasks_on(connection, case.id)
    assert acted(resources, case, "dan", Kind.CLAIM, place=task.place).code == ""
    assert handed_on(resources, case).code == ""
    assert acted(resources, case, "sam").case.status is Status.POSTING


def test_a_task_that_was_handed_on_is_back_where_he_who_has_it_may_act_no_more(
    resources: Resources,
) -> None:
    case = at_dan(resources)
    handed_on(resources, case)
    load_master_data(resources, without("sam", "2027-03-15"), ADMIN, "left", LATER)
    gone = datetime(2027, 3, 16, 15, tzinfo=UTC)
    assert acted(resources, case, "sam", now=gone).code == "inactive"
    assert acted(resources, case, "dan", now=gone).case.status is Status.POSTING
