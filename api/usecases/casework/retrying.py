"""What follows when a posting was not done: tried again, and when; or given up, and as what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, assert_never

from adapters.erp.connector import ErpError, Fault
from adapters.store.outbox import Delivery, Parcel

FIRST_WAIT: Final = timedelta(seconds=1)
LONGEST_WAIT: Final = timedelta(minutes=15)
LONGEST_ASKED_FOR: Final = timedelta(days=1)  # an ERP that asks for more is asked again daily
OUTCOME_WAIT: Final = timedelta(seconds=30)  # what was sent may still arrive
GIVE_UP_AFTER: Final = timedelta(days=7)
FEW_ATTEMPTS: Final = 5


def verdict(
    error: ErpError, parcel: Parcel, since: datetime, now: datetime, jitter: float
) -> datetime | Delivery:
    """When the parcel is tried again, or what it becomes: `failed` or `dead`.

    `since` is when it was first due, or revived; `jitter` is drawn from 0 to 1, so that those that
    failed together do not come back together.
    """
    match error.fault:
        case Fault.BUSINESS:
            return Delivery.FAILED
        case Fault.AUTH | Fault.NOT_FOUND | Fault.INVALID:
            if parcel.attempts >= FEW_ATTEMPTS and parcel.last_code == error.code:
                return Delivery.DEAD
            least = timedelta(0)
        case Fault.THROTTLED:
            least = min(timedelta(seconds=max(error.retry_after or 0, 0)), LONGEST_ASKED_FOR)
        case Fault.UNKNOWN_OUTCOME:
            least = OUTCOME_WAIT
        case Fault.TRANSIENT | Fault.CONFLICT:
            least = timedelta(0)
        case _:
            assert_never(error.fault)
    if now - since >= GIVE_UP_AFTER:
        return Delivery.DEAD
    return now + max(least, backoff(parcel.attempts, jitter))


def backoff(attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many attempts: from 1 s doubling, up to 15 minutes."""
    doublings = min(max(attempts, 1), 20)  # no more are needed to reach the longest wait
    window = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return window * (0.5 + jitter / 2)
