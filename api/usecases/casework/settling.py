"""What came of an attempt to post, kept: one transaction, under the claim of the attempt.

Where the claim has lapsed nothing is written: whoever claimed the parcel next finds what the ERP
has by the key of the posting. Locked are the case, then the parcel, the trail last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from adapters.erp.connector import ErpError, Fault, Payload, Receipt
from adapters.store import cases, delivery, outbox
from adapters.store.cases import Case
from adapters.store.delivery import KeptReceipt
from adapters.store.outbox import Delivery, Parcel
from adapters.store.trail import Entry, append
from api.usecases.casework.completing import with_event
from api.usecases.casework.resources import Plain, Resources
from api.usecases.casework.retrying import verdict
from engine.canonical import Written
from engine.cases.status import Event, Status

INTERNAL: Final = "internal"  # the code of what is no answer of an ERP
MOST_EXCEPTIONS: Final = 1000  # of one case


class Result(StrEnum):
    """What came of an attempt."""

    POSTED = "posted"
    AGAIN = "again"
    FAILED = "failed"
    DEAD = "dead"
    LAPSED = "lapsed"  # somebody else has the parcel now; nothing was written


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of an attempt; `error` is what the ERP, or we, had against it.

    `due_at` is when it is tried again, `None` where it is not.
    """

    result: Result
    error: ErpError | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What an ERP has in its books: its receipt, what it was sent, and what that rests on."""

    receipt: Receipt
    payload: Payload
    rests_on: Written


def keep_posted(resources: Resources, parcel: Parcel, posted: Posted, now: datetime) -> Delivered:
    """The document is in the ERP's books."""
    receipt = posted.receipt
    with resources.store.transaction() as connection:
        case = _locked(connection, parcel)
        if not outbox.settle(connection, parcel, Delivery.DONE):
            return Delivered(Result.LAPSED)
        case = with_event(case, Event.POST, now)
        cases.keep(connection, case)
        kept = KeptReceipt(
            parcel.key, case.id, receipt.number, receipt.erp_id, parcel.connection, now
        )
        delivery.add_receipt(connection, kept)
        body = {
            **_about(case, parcel),
            "number": receipt.number,
            "erp_id": receipt.erp_id,
            "erp_state": receipt.state,
            "payload_digest": posted.payload.digest,
            "mapping": posted.payload.mapping,
            "mapping_digest": posted.payload.mapping_digest,
            "in_force": posted.rests_on,
        }
        append(connection, [Entry("posted", case.id, now, body)])
    return Delivered(Result.POSTED)


def keep_failed(
    resources: Resources,
    parcel: Parcel,
    error: ErpError,
    owner: str,
    now: datetime,
    jitter: float,
    *,
    is_outcome_unknown: bool,
) -> Delivered:
    """The attempt came to nothing, as far as is known: again later, or an exception of `owner`."""
    with resources.store.transaction() as connection:
        case = _locked(connection, parcel)
        then = verdict(error, parcel, _since(connection, parcel), now, jitter)
        if isinstance(then, datetime):
            is_kept = outbox.again(
                connection,
                parcel,
                then,
                error.code,
                error.message,
                is_outcome_unknown=is_outcome_unknown,
            )
            return Delivered(Result.AGAIN, error, then) if is_kept else Delivered(Result.LAPSED)
        if not outbox.settle(connection, parcel, then, is_outcome_unknown=is_outcome_unknown):
            return Delivered(Result.LAPSED)
        _open_exception(connection, case, parcel, error, owner, then, now)
    return Delivered(Result(str(then)), error)


def is_about_connection(error: ErpError) -> bool:
    """Whether the next document would probably fare the same."""
    return error.fault in (
        Fault.AUTH,
        Fault.NOT_FOUND,
        Fault.THROTTLED,
        Fault.TRANSIENT,
        Fault.UNKNOWN_OUTCOME,
    )


def _locked(connection: Connection, parcel: Parcel) -> Case:
    case = cases.by_id(connection, parcel.case_id, lock=True)
    if case is None:
        raise LookupError(f"there is no case `{cases.number_of(parcel.case_id)}`")
    return case


def _since(connection: Connection, parcel: Parcel) -> datetime:
    """When the parcel was put, or sent off again by whoever closed its exception."""
    found = delivery.exceptions_of(connection, parcel.case_id, most=MOST_EXCEPTIONS)
    closed = [each.closed_at for each in found if each.key == parcel.key and each.closed_at]
    return max([parcel.created_at, *closed])


def _open_exception(
    connection: Connection,
    case: Case,
    parcel: Parcel,
    error: ErpError,
    owner: str,
    then: Delivery,
    now: datetime,
) -> None:
    """An exception with an owner; the case stands at it, and the trail says so."""
    if case.status is Status.POSTING:
        case = with_event(case, Event.FAIL, now)
        cases.keep(connection, case)
    delivery.open_exception(connection, case.id, parcel.key, error.code, error.message, owner, now)
    body = {
        **_about(case, parcel),
        "delivery": str(then),
        "fault": str(error.fault),
        "code": error.code,
        "message": error.message,
        "owner": owner,
    }
    append(connection, [Entry("exception", case.id, now, body)])


def _about(case: Case, parcel: Parcel) -> Plain:
    return {
        "case": case.number,
        "version": case.version,
        "status": str(case.status),
        "document_digest": case.document_digest,
        "decision_digest": case.decision_digest,
        "key": parcel.key,
        "connection": parcel.connection,
        "attempts": parcel.attempts,
    }
