"""What came back from an ERP: the receipt of a posting, or an exception that a person must mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from adapters.store.tables import exceptions, receipts

OF_PEOPLE = (
    "ratification_late",
    "ratification_refused",
    "not_cancelled_in_erp",
)  # what people owe, whatever becomes of the posting


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """What the ERP called the document of a posting. `key` is the key of the posting."""

    key: str
    case_id: int
    number: str
    erp_id: str
    connection: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BusinessException:
    """Why something cannot be delivered until its `owner` has mended the cause."""

    id: int
    case_id: int
    key: str
    code: str
    message: str
    owner: str
    opened_at: datetime
    closed_at: datetime | None


def add_receipt(connection: Connection, receipt: KeptReceipt) -> None:
    """Keeps a receipt. Raises `IntegrityError` where this posting has one."""
    connection.execute(
        insert(receipts).values(
            key=receipt.key,
            case_id=receipt.case_id,
            number=receipt.number,
            erp_id=receipt.erp_id,
            connection=receipt.connection,
            at=receipt.at,
        )
    )


def receipts_of(connection: Connection, case_id: int) -> Sequence[KeptReceipt]:
    """The receipts of a case, in the order of their moments."""
    query = select(receipts).where(receipts.c.case_id == case_id).order_by(receipts.c.at)
    return [
        KeptReceipt(row.key, row.case_id, row.number, row.erp_id, row.connection, row.at)
        for row in connection.execute(query)
    ]


def open_exception(
    connection: Connection,
    case_id: int,
    key: str,
    code: str,
    message: str,
    owner: str,
    now: datetime,
) -> None:
    """Opens an exception."""
    connection.execute(
        insert(exceptions).values(
            case_id=case_id, key=key, code=code, message=message, owner=owner, opened_at=now
        )
    )


def close_exceptions(connection: Connection, case_id: int, now: datetime) -> int:
    """Closes every open exception of a case that is about its posting; how many there were."""
    changed = connection.execute(
        update(exceptions)
        .where(
            exceptions.c.case_id == case_id,
            exceptions.c.closed_at.is_(None),
            exceptions.c.code.not_in(OF_PEOPLE),
        )
        .values(closed_at=now)
    )
    return changed.rowcount


def close_exception(
    connection: Connection, case_id: int, key: str, code: str, now: datetime
) -> None:
    """Closes those of a case that are open under a key, with that code."""
    connection.execute(
        update(exceptions)
        .where(
            exceptions.c.case_id == case_id,
            exceptions.c.key == key,
            exceptions.c.code == code,
            exceptions.c.closed_at.is_(None),
        )
        .values(closed_at=now)
    )


def exceptions_of(
    connection: Connection, case_id: int | None = None, after: int = 0, most: int = 100
) -> Sequence[BusinessException]:
    """The exceptions of a case, or all that are open, in the order in which they were opened."""
    query = select(exceptions).where(exceptions.c.id > after).order_by(exceptions.c.id).limit(most)
    if case_id is None:
        query = query.where(exceptions.c.closed_at.is_(None))
    else:
        query = query.where(exceptions.c.case_id == case_id)
    return [
        BusinessException(
            row.id,
            row.case_id,
            row.key,
            row.code,
            row.message,
            row.owner,
            row.opened_at,
            row.closed_at,
        )
        for row in connection.execute(query)
    ]
