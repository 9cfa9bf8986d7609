"""Open documents that are taken over: approved anew, unless somebody answers for what was given.

Each test that gets around it says how an approval could be made out of nothing (B4, F2).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.store import cases
from adapters.store.trail import records_of
from api.usecases.casework.checking import check_trail
from api.usecases.casework.importing import HistoryRow, Load, NotImported, import_all
from api.usecases.casework.resources import Resources
from api.usecases.casework.taking_over import TakenOver, take_over
from engine.cases.status import Status
from engine.importing import StatedAct
from tests.casework.conftest import ADMIN, START
from tests.casework.documents import NOW, order
from tests.casework.test_cumulation import submitted
from tests.records import whole

ENTERED = datetime(2027, 2, 20, 10, 0, tzinfo=UTC)
GIVEN = datetime(2027, 2, 21, 10, 0, tzinfo=UTC)
LOAD = Load("old-erp", "sha256:1", START, ADMIN, NOW)
WHY = "open at go-live, approvals compared with the old system"


def row(amount: str = "8000.00", *people: str, at: datetime = GIVEN, **more: Any) -> HistoryRow:
    raw = order(amount, "OPEN-1", **{"submitted_at": ENTERED.isoformat(), **more})
    acts = (
        StatedAct("approve", person, at + timedelta(hours=n)) for n, person in enumerate(people)
    )
    return HistoryRow("line 1", raw, tuple(acts))


def taken(
    resources: Resources, of: HistoryRow, load: Load = LOAD, *, counts: bool = True
) -> TakenOver:
    done = take_over(resources, of, load, WHY, do_approvals_count=counts)
    assert isinstance(done, TakenOver), done
    return done


def codes(done: TakenOver) -> list[str]:
    return [each.code for each in done.approvals]


def bodies(resources: Resources, done: TakenOver) -> list[dict[str, Any]]:
    with resources.store.reading() as connection:
        found = records_of(connection, done.case.id)
        return [whole(connection, each) for each in found]


def test_by_default_everything_is_approved_anew_and_what_was_given_is_on_record(
    resources: Resources,
) -> None:
    done = taken(resources, row("8000.00", "mia", "dan"), counts=False)
    assert done.case.status is Status.PENDING
    assert done.approvals == ()
    with resources.store.reading() as connection:
        assert {task.person for task in cases.tasks_on(connection, done.case.id)} >= {"mia"}
        assert cases.course_of(connection, done.case.id).given == []
    last = bodies(resources, done)[-1]
    assert last["kind"] == "taken_over"
    assert [each["person"] for each in last["approvals"]] == ["mia", "dan"]
    assert last["who"]["decided_by"] == "gina"
    assert last["because"] == WHY
    assert last["do_approvals_count"] is False
    assert check_trail(resources.store).is_intact


def test_approvals_count_where_somebody_answers_for_them(resources: Resources) -> None:
    done = taken(resources, row("8000.00", "mia"))
    assert codes(done) == [""]
    kinds = [body["kind"] for body in bodies(resources, done)]
    assert kinds[:3] == ["submission", "taken_over", "action"]
    action = bodies(resources, done)[2]
    assert action["who"]["decided_by"] == "mia"
    assert action["who"]["acted_through"] == "taken over from old-erp"
    assert "taken over by gina" in action["comment"]
    assert check_trail(resources.store).is_intact


def test_what_is_still_lacking_is_asked_here(resources: Resources) -> None:
    done = taken(resources, row("30000.00", "mia"))
    assert codes(done) == [""]
    assert done.case.status is Status.PENDING
    with resources.store.reading() as connection:
        assert {task.person for task in cases.tasks_on(connection, done.case.id)} == {"dan"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (row("8000.00", "nobody"), "person_unknown"),
        (row("8000.00", "rita"), "self_approval"),  # whose document it is
        (row("8000.00", "rsmith.ext"), "same_person"),  # and under her other login
        (row("8000.00", "gina"), "own_approval"),  # whoever takes over
        (row("8000.00", "noah"), "not_asked"),  # of another cost center
        (row("8000.00", "mia", at=ENTERED - timedelta(days=1)), "before_submission"),
        (row("8000.00", "mia", requester="gina"), "own_document"),
        (row("8000.00", "mia", submitter="gina"), "own_document"),
    ],
)
def test_an_approval_that_would_not_be_accepted_here_does_not_count(
    resources: Resources, given: HistoryRow, code: str
) -> None:
    done = taken(resources, given)
    assert codes(done) == [code]
    with resources.store.reading() as connection:
        assert cases.course_of(connection, done.case.id).given == []
    assert done.case.status is not Status.APPROVED
    assert check_trail(resources.store).is_intact


def test_one_person_does_not_count_twice(resources: Resources) -> None:
    done = taken(resources, row("30000.00", "mia", "mia"))
    assert codes(done)[0] == ""
    with resources.store.reading() as connection:
        assert len(cases.course_of(connection, done.case.id).given) == 1
    assert done.case.status is Status.PENDING


def test_a_document_that_came_here_by_itself_takes_no_approvals_from_a_file(
    resources: Resources,
) -> None:
    """Else whoever takes over could approve whatever waits here, in the name of others."""
    moment = ENTERED.isoformat()
    case = submitted(resources, "8000.00", "OPEN-1", source="old-erp", submitted_at=moment)
    known = taken(resources, row("8000.00", "mia"))
    assert (known.is_new, codes(known)) == (False, [])
    other = take_over(resources, row("8001.00", "mia"), LOAD, WHY, do_approvals_count=True)
    assert isinstance(other, NotImported)
    assert other.code == "case_exists"
    with resources.store.reading() as connection:
        assert cases.by_id(connection, case.id) == case
        assert cases.course_of(connection, case.id).given == []


def test_approvals_do_not_count_later_by_another_file_or_word(resources: Resources) -> None:
    first = taken(resources, row("8000.00"), counts=False)
    again = taken(resources, row("8000.00", "mia"))
    assert (again.case.id, again.is_new, codes(again)) == (first.case.id, False, [])
    other = taken(resources, row("8000.00", "mia"), replace(LOAD, digest="sha256:2"))
    assert codes(other) == []


def test_the_same_file_again_goes_on_where_it_was_cut_short(resources: Resources) -> None:
    """As if the process ended between the document and its approvals."""
    given = row("30000.00", "mia")
    done = taken(resources, given)
    before = len(bodies(resources, done))
    again = taken(resources, given)
    assert (again.is_new, codes(again)) == (False, [""])
    assert len(bodies(resources, again)) == before


def test_history_is_not_taken_over_and_what_is_taken_over_is_no_history(
    resources: Resources,
) -> None:
    import_all(resources, [row("8000.00")], LOAD)
    done = take_over(resources, row("8000.00", "mia"), LOAD, WHY, do_approvals_count=True)
    assert isinstance(done, NotImported)
    assert done.code == "case_exists"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (row("8000.00", "mia", at=START), "not_history"),
        (row("8000.001"), "invalid_minor_unit"),
        (HistoryRow("line 1", row().raw, (StatedAct("submit", "mia", GIVEN),)), "unknown_act"),
    ],
)
def test_what_cannot_be_taken_over_is_told(
    resources: Resources, given: HistoryRow, code: str
) -> None:
    done = take_over(resources, given, LOAD, WHY, do_approvals_count=True)
    assert isinstance(done, NotImported)
    assert done.code == code
    with resources.store.reading() as connection:
        assert cases.how_many(connection) == 0
