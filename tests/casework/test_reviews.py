"""Reviews that controls open: who is asked, who may close them, and what they leave alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from adapters.store import cases, reviews, tables
from adapters.store.cases import Case
from adapters.store.reviews import Review
from adapters.store.tables import review_causes, review_tasks
from adapters.store.trail import every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.asking_again import ask_again
from api.usecases.casework.checking import check_trail
from api.usecases.casework.closing_reviews import Finding, Found, Reviewed, close
from api.usecases.casework.resources import Resources
from api.usecases.casework.settling import Result
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from tests.casework.conftest import ADMIN, data_files
from tests.casework.deliveries import made
from tests.casework.documents import NOW, PORTAL, by, order
from tests.records import whole

MORNING = datetime.fromisoformat("2027-03-15T10:00:00-04:00")
LATE_MORNING = datetime.fromisoformat("2027-03-15T11:00:00-04:00")
AFTERNOON = datetime.fromisoformat("2027-03-15T15:00:00-04:00")
EVENING = AFTERNOON + timedelta(hours=3)
SUSPECT = "structuring_suspect"


def submitted(resources: Resources, amount: str, id: str, at: datetime, **fields: object) -> Case:
    raw = order(amount, id, submitted_at=at.isoformat(), **fields)
    done = submit(resources, raw, "portal", PORTAL, at)
    assert isinstance(done, Submitted)
    return done.case


def approved(resources: Resources, case: Case, person: str, at: datetime) -> Case:
    action = Action(Kind.APPROVE, person, case.version)
    done = act(resources, case.id, action, by(person), at)
    assert done is not None
    assert done.code == ""
    return done.case


def split(resources: Resources) -> tuple[Case, Case, Case]:
    """Scenario 8: two approved orders of one day, and a third that is one too many."""
    first = submitted(resources, "4000.00", "PO-1", MORNING)
    approved(resources, first, "mia", MORNING)
    second = submitted(resources, "3800.00", "PO-2", LATE_MORNING)
    approved(resources, second, "mia", LATE_MORNING)
    return first, second, submitted(resources, "4100.00", "PO-3", AFTERNOON)


def case_now(resources: Resources, case: Case) -> Case:
    with resources.store.reading() as connection:
        found = cases.by_id(connection, case.id)
    assert found is not None
    return found


def review_on(resources: Resources, case: Case) -> Review | None:
    with resources.store.reading() as connection:
        found = reviews.reviews_on(connection, case.id)
    assert len(found) <= 1
    return found[0] if found else None


def asked(resources: Resources, case: Case) -> list[str]:
    review = review_on(resources, case)
    assert review is not None
    with resources.store.reading() as connection:
        return [each.person for each in reviews.reviewers_of(connection, review.id)]


def told(resources: Resources, kind: str) -> list[dict[str, Any]]:
    with resources.store.reading() as connection:
        found = [whole(connection, each) for each in every_record(connection)]
    return [body for body in found if body["kind"] == kind]


def found(
    resources: Resources,
    case: Case,
    person: str,
    finding: Finding = Finding.CLEARED,
    comment: str = "three offices, three needs",
    at: datetime = EVENING,
    **more: str,
) -> Reviewed:
    stated = Found(more.pop("code", SUSPECT), finding, comment, person, **more)
    done = close(resources, case.id, stated, by(person), at)
    assert done is not None
    return done


def is_intact(resources: Resources) -> bool:
    report = check_trail(resources.store)
    assert report.problems == []
    return report.is_intact


def test_scenario_8_the_third_order_goes_to_a_director_and_the_first_two_are_looked_at(
    resources: Resources,
) -> None:
    first, second, third = split(resources)
    assert json.loads(third.given_json)["split_sum"] == {"minor": "1190000", "currency": "USD"}
    decision = json.loads(third.decision_json)
    route = [
        [each["person"] for each in part["assignees"]]
        for step in decision["steps"]
        for part in step["parts"]
        if part["already"] < 0
    ]
    assert route == [["mia"], ["dan"]]
    for case in (first, second):
        review = review_on(resources, case)
        assert review is not None
        assert (review.code, review.because, review.is_open) == (SUSPECT, "splitting", True)
        assert review.cause_id == third.id
        assert asked(resources, case) == ["dan"]
        assert case_now(resources, case).status is Status.POSTING
    assert review_on(resources, third) is None
    opened = told(resources, "review_opened")
    assert [(body["case"], body["cause"]) for body in opened] == [
        (first.number, third.number),
        (second.number, third.number),
    ]
    assert opened[0]["counted"] == [first.number, second.number]
    assert is_intact(resources)


def test_scenario_8_an_order_that_is_posted_already_stays_posted_while_it_is_reviewed(
    resources: Resources, tmp_path: Path
) -> None:
    first = submitted(resources, "4000.00", "PO-1", MORNING)
    approved(resources, first, "mia", MORNING)
    desk = made(resources, tmp_path)
    desk.clock.now = LATE_MORNING
    assert desk.one().result is Result.POSTED
    before = case_now(resources, first)
    submitted(resources, "6000.01", "PO-2", AFTERNOON)
    assert asked(resources, first) == ["dan"]
    assert found(resources, first, "dan", Finding.CONFIRMED).code == ""
    assert case_now(resources, first) == before
    assert before.status is Status.POSTED
    assert is_intact(resources)


def test_exactly_the_limit_together_opens_nothing(resources: Resources) -> None:
    first = submitted(resources, "4000.00", "PO-1", MORNING)
    submitted(resources, "6000.00", "PO-2", LATE_MORNING)
    assert review_on(resources, first) is None
    assert told(resources, "review_opened") == []


def test_a_review_is_closed_with_a_finding_by_whoever_is_asked(resources: Resources) -> None:
    first, second, _ = split(resources)
    done = found(resources, first, "dan", Finding.CONFIRMED, "one need in three papers")
    assert done.code == ""
    review = review_on(resources, first)
    assert review is not None
    assert (review.finding, review.closed_by, review.is_open) == ("confirmed", "dan", False)
    record = told(resources, "review_closed")[0]
    assert (record["finding"], record["comment"]) == ("confirmed", "one need in three papers")
    assert record["who"]["decided_by"] == "dan"
    assert asked(resources, first) == []
    assert asked(resources, second) == ["dan"]
    assert found(resources, first, "dan").code == "review_closed"
    assert is_intact(resources)


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("rita", "reviewer_involved"),
        ("rsmith.ext", "reviewer_involved"),
        ("mia", "reviewer_involved"),
        ("vera", "not_asked"),
        ("nobody.known", "person_unknown"),
    ],
)
def test_nobody_else_closes_it_and_the_attempt_is_recorded(
    resources: Resources, person: str, code: str
) -> None:
    first, _, _ = split(resources)
    assert found(resources, first, person).code == code
    review = review_on(resources, first)
    assert review is not None
    assert review.is_open
    refusal = told(resources, "refusal")[-1]
    assert (refusal["code"], refusal["action"]) == (code, "close_review")
    assert is_intact(resources)


def test_a_finding_needs_a_comment_and_a_review_that_is_there(resources: Resources) -> None:
    first, _, third = split(resources)
    assert found(resources, first, "dan", comment="  ").code == "reason_missing"
    assert found(resources, third, "dan").code == "no_review"
    assert found(resources, first, "dan", code="another").code == "no_review"


def test_who_approves_the_reviewed_document_later_may_not_close_its_review(
    resources: Resources,
) -> None:
    first = submitted(resources, "9000.00", "PO-1", MORNING)
    submitted(resources, "9000.00", "PO-2", LATE_MORNING)
    assert asked(resources, first) == ["dan"]
    split_too = load_absent(resources, "mia")
    approved(split_too, first, "dan", AFTERNOON)
    assert found(resources, first, "dan").code == "reviewer_involved"
    # Nobody who was asked can do it any more: whoever owns the rules does.
    assert found(resources, first, "vera").code == "not_asked"
    assert found(resources, first, "gina").code == ""


def load_absent(resources: Resources, person: str) -> Resources:
    """Somebody is away: who is above him acts."""
    files = {
        **data_files(),
        "absences.csv": f"person,from,to\n{person},2027-03-01,2027-03-31\n".encode(),
    }
    load_master_data(resources, files, ADMIN, "away", NOW)
    return resources


def test_a_new_version_does_not_make_its_earlier_approver_a_stranger(
    resources: Resources,
) -> None:
    first, _, _ = split_above_mia(resources)
    assert found(resources, first, "dan").code == "reviewer_involved"


def split_above_mia(resources: Resources) -> tuple[Case, Case, Case]:
    """Dan approved the first order, which was changed then, and is asked to review it."""
    load_absent(resources, "mia")
    first = submitted(resources, "4000.00", "PO-1", MORNING, supplier="S-88", type="requisition")
    approved(resources, first, "dan", MORNING)
    load_master_data(resources, data_files(), ADMIN, "back", NOW)
    again = submitted(
        resources, "4001.00", "PO-1", LATE_MORNING, supplier="S-88", type="requisition"
    )
    assert again.version == 2
    second = submitted(resources, "6000.00", "PO-2", LATE_MORNING, supplier="S-88")
    return again, second, again


def test_a_review_that_nobody_can_do_waits_for_the_owner_of_the_rule(
    resources: Resources,
) -> None:
    load_absent(resources, "mia")
    first = submitted(resources, "4000.00", "PO-1", MORNING)
    approved(resources, first, "dan", MORNING)
    submitted(resources, "6000.01", "PO-2", LATE_MORNING)
    review = review_on(resources, first)
    assert review is not None
    assert review.owner == "group_controller"
    assert asked(resources, first) == ["gina"]
    assert told(resources, "review_opened")[0]["is_with_owner"] is True
    assert found(resources, first, "gina").code == ""


def test_a_review_without_reviewer_and_without_owner_is_open_for_everybody_to_see(
    resources: Resources,
) -> None:
    files = {**data_files(), "absences.csv": b"person,from,to\nmia,2027-03-01,2027-03-31\n"}
    files["roles.csv"] = b"\n".join(
        line for line in files["roles.csv"].splitlines() if not line.startswith(b"group_controller")
    )
    load_master_data(resources, files, ADMIN, "nobody owns the rules", NOW)
    first = submitted(resources, "4000.00", "PO-1", MORNING)
    approved(resources, first, "dan", MORNING)
    submitted(resources, "6000.01", "PO-2", LATE_MORNING)
    assert asked(resources, first) == []
    with resources.store.reading() as connection:
        waiting = reviews.open_reviews(connection)
    assert [(each.case_id, each.owner) for each in waiting] == [(first.id, "group_controller")]


def test_a_further_order_opens_the_review_again_and_asks_whoever_covers_it_all(
    resources: Resources,
) -> None:
    first, _, third = split(resources)
    assert found(resources, first, "dan").code == ""
    fourth = submitted(resources, "9900.00", "PO-4", AFTERNOON)
    review = review_on(resources, first)
    assert review is not None
    assert (review.is_open, review.cause_id, review.finding) == (True, fourth.id, "")
    assert asked(resources, third) == ["dan"]
    assert is_intact(resources)


def test_a_further_order_that_asks_the_same_people_leaves_an_open_review_as_it_is(
    resources: Resources,
) -> None:
    first, _, third = split(resources)
    submitted(resources, "100.00", "PO-4", AFTERNOON)
    review = review_on(resources, first)
    assert review is not None
    assert (review.cause_id, asked(resources, first)) == (third.id, ["dan"])
    assert asked(resources, third) == ["dan"]  # which nobody had looked at yet


def test_a_further_order_that_needs_a_higher_level_takes_an_open_review_there(
    resources: Resources,
) -> None:
    """A director must not clear what together takes a vice president."""
    first, _, _ = split(resources)
    assert asked(resources, first) == ["dan"]
    for number in range(4, 9):
        submitted(resources, "9900.00", f"PO-{number}", AFTERNOON)
    assert asked(resources, first) == ["vera"]
    assert found(resources, first, "dan").code == "not_asked"
    assert is_intact(resources)


def test_an_order_that_is_decided_later_opens_the_review_then(resources: Resources) -> None:
    first = submitted(resources, "6000.00", "PO-1", MORNING)
    held = submitted(resources, "4000.01", "PO-2", LATE_MORNING, supplier="S-77")
    assert held.status is Status.HELD
    assert review_on(resources, first) is None
    suppliers = data_files()["suppliers.csv"] + b"S-77,Globex Services,G-1,approved,US,,,\n"
    files = {**data_files(), "suppliers.csv": suppliers}
    load_master_data(resources, files, ADMIN, "one more company of the group", AFTERNOON)
    assert ask_again(resources, held.id, AFTERNOON)
    review = review_on(resources, first)
    assert review is not None
    assert (review.cause_id, asked(resources, first)) == (held.id, ["dan"])
    assert is_intact(resources)


def test_the_same_order_again_opens_nothing_again(resources: Resources) -> None:
    first, _, _ = split(resources)
    found(resources, first, "dan")
    submitted(resources, "4100.00", "PO-3", AFTERNOON)
    changed = submitted(resources, "4200.00", "PO-3", AFTERNOON)
    assert changed.version == 2
    review = review_on(resources, first)
    assert review is not None
    assert not review.is_open
    assert len(told(resources, "review_opened")) == 2


@pytest.mark.tampers
def test_a_document_that_cannot_be_read_keeps_nobody_from_submitting_and_its_review_is_open(
    resources: Resources,
) -> None:
    first = submitted(resources, "6000.00", "PO-1", MORNING)
    with resources.store.transaction() as connection:
        connection.execute(
            tables.cases.update().values(document='{"type":"purchase_order","id":"PO-1"}')
        )
    submitted(resources, "4000.01", "PO-2", LATE_MORNING)
    review = review_on(resources, first)
    assert review is not None
    assert (review.is_open, review.owner, asked(resources, first)) == (True, "group_controller", [])
    assert found(resources, first, "gina").code == "document_unreadable"


def forged(connection: Connection, case: Case) -> None:
    review = reviews.review_of(connection, case.id, SUSPECT)
    assert review is not None
    fields = {**as_fields(review), "finding": "cleared", "closed_at": EVENING}
    reviews.close_review(connection, Review(**fields))


def deleted(connection: Connection, case: Case) -> None:
    for table in (review_tasks, review_causes, tables.reviews):
        connection.execute(table.delete())


def invented(connection: Connection, case: Case) -> None:
    review = reviews.review_of(connection, case.id, SUSPECT)
    assert review is not None
    reviews.open_review(connection, Review(**{**as_fields(review), "id": 0, "code": "other"}), [])


@pytest.mark.parametrize(("change", "count"), [(forged, 1), (deleted, 2), (invented, 1)])
def test_whatever_is_changed_in_a_review_behind_the_trail_is_found(
    resources: Resources, change: Callable[[Connection, Case], None], count: int
) -> None:
    first, _, _ = split(resources)
    with resources.store.transaction() as connection:
        change(connection, first)
    codes = [problem.code for problem in check_trail(resources.store).problems]
    assert codes == ["review_differs"] * count


def test_a_delegate_of_a_reviewer_closes_it_in_his_name(resources: Resources) -> None:
    files = {
        **data_files(),
        "delegations.csv": b"id,delegator,delegate,from,to,documents,entities,categories,capex,"
        b"cap,revoked_at\nD-1,dan,sam,2027-03-01,2027-03-31,,,,,,\n",
    }
    load_master_data(resources, files, ADMIN, "away for a while", NOW)
    first, _, _ = split(resources)
    assert asked(resources, first) == ["dan", "sam"]
    assert found(resources, first, "sam").code == "not_asked"
    assert found(resources, first, "sam", on_behalf_of="mia").code == "reviewer_involved"
    assert found(resources, first, "sam", on_behalf_of="dan").code == ""
    record = told(resources, "review_closed")[0]
    assert (record["who"]["decided_by"], record["who"]["on_behalf_of"]) == ("sam", "dan")


def as_fields(review: Review) -> dict[str, Any]:
    return {name: getattr(review, name) for name in Review.__slots__}
