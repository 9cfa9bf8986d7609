"""When a posting is tried again, to the second, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.erp.connector import ErpError, Fault
from adapters.store.outbox import Delivery, Parcel
from api.usecases.casework.retrying import FEW_ATTEMPTS, backoff, verdict

NOW = datetime(2027, 3, 15, 13, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)


def tried(
    fault: Fault,
    attempts: int = 1,
    *,
    since: datetime = NOW,
    retry_after: int | None = None,
    last_code: str = "",
    jitter: float = 0.0,
) -> timedelta | Delivery:
    parcel = Parcel(
        1, 1, "posting", "k", "erp", Delivery.CLAIMED, attempts, NOW, NOW, "c", False, last_code, ""
    )
    found = verdict(ErpError(fault, "code", "text", retry_after), parcel, since, NOW, jitter)
    return found if isinstance(found, Delivery) else found - NOW


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"),
    [
        *[(1, 0.0, 1), (1, 1.0, 2), (2, 0.0, 2), (3, 0.0, 4), (9, 0.0, 256), (10, 0.0, 450)],
        *[(10, 1.0, 900), (11, 1.0, 900), (10**9, 1.0, 900), (0, 0.0, 1)],
    ],
)
def test_the_wait_doubles_from_a_second_up_to_fifteen_minutes(
    attempts: int, jitter: float, seconds: int
) -> None:
    assert backoff(attempts, jitter) == timedelta(seconds=seconds)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_no_wait_is_shorter_than_a_second_or_longer_than_fifteen_minutes(
    attempts: int, jitter: float
) -> None:
    assert timedelta(seconds=1) <= backoff(attempts, jitter) <= timedelta(minutes=15)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        *[(None, 1), (-5, 1), (0, 1), (1, 1), (2, 2), (3600, 3600)],
        *[(86_400, 86_400), (86_401, 86_400), (10**9, 86_400)],
    ],
)
def test_what_the_erp_asks_for_is_kept_within_a_day(retry_after: int | None, seconds: int) -> None:
    assert tried(Fault.THROTTLED, retry_after=retry_after) == timedelta(seconds=seconds)


def test_after_an_unknown_outcome_what_was_sent_may_still_arrive() -> None:
    assert tried(Fault.UNKNOWN_OUTCOME) == timedelta(seconds=30)
    assert tried(Fault.UNKNOWN_OUTCOME, 9) == timedelta(seconds=256)


@pytest.mark.parametrize(
    "fault", [Fault.TRANSIENT, Fault.CONFLICT, Fault.THROTTLED, Fault.UNKNOWN_OUTCOME]
)
def test_what_may_pass_is_tried_for_a_week_and_no_longer(fault: Fault) -> None:
    assert isinstance(tried(fault, 999, since=NOW - WEEK + INSTANT), timedelta)
    assert tried(fault, 999, since=NOW - WEEK) is Delivery.DEAD
    assert tried(fault, 1, since=NOW - WEEK) is Delivery.DEAD


@pytest.mark.parametrize("fault", [Fault.AUTH, Fault.NOT_FOUND, Fault.INVALID])
def test_what_needs_somebody_is_dead_after_a_few_equal_answers(fault: Fault) -> None:
    assert isinstance(tried(fault, FEW_ATTEMPTS - 1, last_code="code"), timedelta)
    assert tried(fault, FEW_ATTEMPTS, last_code="code") is Delivery.DEAD
    assert isinstance(tried(fault, FEW_ATTEMPTS, last_code="another"), timedelta)
    assert tried(fault, FEW_ATTEMPTS, last_code="another", since=NOW - WEEK) is Delivery.DEAD


def test_a_business_no_is_not_tried_again() -> None:
    assert tried(Fault.BUSINESS) is Delivery.FAILED
