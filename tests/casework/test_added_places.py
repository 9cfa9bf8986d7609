"""What people arrange, and who is asked above, in a place that a newer set added (B3, B6, B7)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.store import cases
from api.usecases.casework.acting import Kind
from api.usecases.casework.falling_due import handle_all_due
from api.usecases.casework.resolving import Cause, re_resolve
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.changed import asked, did, last_record, seen, sent
from tests.casework.documents import order
from tests.casework.test_in_flight import ACTS, FROM_APRIL, IN_MARCH, comes, lower, open_cases

__all__ = ["open_cases"]

ESCALATION = b"\nescalation: {calendar: entity, escalate_after: 2 business days, exhausted: hold}\n"
THURSDAY = datetime(2027, 4, 8, 14, tzinfo=UTC)
LATER = (datetime(2027, 4, 13, 14, tzinfo=UTC), datetime(2027, 4, 16, 14, tzinfo=UTC))


def at_dan(resources: Resources) -> cases.Case:
    """Mia has approved what she may; the newer set gives her less authority, and asks Dan."""
    raw = order("9000.00", submitted_at="2027-03-31T13:00:00Z")
    case = sent(resources, raw, IN_MARCH)
    files = lower("add_if_stricter")
    files["handling.yaml"] += ESCALATION
    comes(resources, files)
    assert re_resolve(resources, case.id, FROM_APRIL, Cause.POLICY) is False
    assert did(resources, case, "mia", at=ACTS).case.status is Status.PENDING
    assert asked(resources, case) == ["dan"]
    return case


def test_it_is_handed_on_to_somebody_whose_limit_covers_it_by_the_newer_set(
    open_cases: Resources,
) -> None:
    case = at_dan(open_cases)
    assert did(open_cases, case, "dan", Kind.REASSIGN, at=ACTS, to="sam").code == ""
    assert asked(open_cases, case) == ["sam"]
    assert did(open_cases, case, "dan", at=ACTS).code == "not_asked"
    assert did(open_cases, case, "sam", at=ACTS).case.status is Status.APPROVED


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("noah", "over_limit"),
        ("mia", "over_limit"),
        ("rita", "self_approval"),
        ("dan", "same_person"),
    ],
)
def test_it_is_not_handed_to_somebody_who_may_not_fill_it(
    open_cases: Resources, to: str, code: str
) -> None:
    """Noah could by the older set, and it is the newer one that asks."""
    case = at_dan(open_cases)
    assert did(open_cases, case, "dan", Kind.REASSIGN, at=ACTS, to=to).code == code
    assert asked(open_cases, case) == ["dan"]
    assert last_record(open_cases, "refusal")["code"] == code


def test_it_is_delegated_once(open_cases: Resources) -> None:
    case = at_dan(open_cases)
    assert did(open_cases, case, "dan", Kind.DELEGATE, at=ACTS, to="lena").code == ""
    assert sorted(asked(open_cases, case)) == ["dan", "lena"]
    assert did(open_cases, case, "lena", at=ACTS).case.status is Status.APPROVED


def test_silence_there_asks_the_next_one_up_who_may_hand_it_on_and_then_holds_it(
    open_cases: Resources,
) -> None:
    case = at_dan(open_cases)
    handle_all_due(open_cases, THURSDAY)
    assert sorted(asked(open_cases, case)) == ["dan", "vera"]
    assert did(open_cases, case, "vera", Kind.REASSIGN, at=THURSDAY, to="carl").code == ""
    assert sorted(asked(open_cases, case)) == ["carl", "dan"]
    handle_all_due(open_cases, LATER[0])
    assert sorted(asked(open_cases, case)) == ["carl", "dan", "vera"]
    handle_all_due(open_cases, LATER[1])
    assert seen(open_cases, case).status is Status.HELD


def test_whoever_waits_asks_the_next_one_up(open_cases: Resources) -> None:
    case = at_dan(open_cases)
    assert did(open_cases, case, "rita", Kind.ESCALATE, at=ACTS).code == ""
    assert sorted(asked(open_cases, case)) == ["dan", "vera"]
    assert did(open_cases, case, "vera", at=ACTS).case.status is Status.APPROVED
