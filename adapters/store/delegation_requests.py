"""Delegations that somebody has to agree to: each is a case, and comes into force after it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from adapters.store.tables import cases, delegation_requests
from engine.cases.status import Status


class Standing(StrEnum):
    """What became of a request, apart from whether it is approved, which its case says."""

    REQUESTED = "requested"
    MADE = "made"
    LAPSED = "lapsed"  # it was approved, and could not come into force


@dataclass(frozen=True, slots=True)
class Request:
    """A delegation that is asked for. `row` are its cells, `id` the id that it will have.

    `document_digest` is that of the case's document when it was asked for, `code` says why it
    lapsed. Moments are aware.
    """

    case_id: int
    id: str
    row: Mapping[str, str]
    document_digest: str
    requested_by: str
    requested_at: datetime
    because: str
    standing: Standing
    code: str
    changed_at: datetime


def add_request(connection: Connection, made: Request) -> None:
    """Keeps a new one."""
    connection.execute(
        insert(delegation_requests).values(
            case_id=made.case_id,
            id=made.id,
            row=json.dumps(dict(made.row), sort_keys=True),
            document_digest=made.document_digest,
            requested_by=made.requested_by,
            requested_at=made.requested_at,
            because=made.because,
            standing=str(made.standing),
            code=made.code,
            changed_at=made.changed_at,
        )
    )


def end_request(
    connection: Connection, case_id: int, standing: Standing, code: str, now: datetime
) -> None:
    """Keeps what became of one; its case is locked."""
    connection.execute(
        update(delegation_requests)
        .where(delegation_requests.c.case_id == case_id)
        .values(standing=str(standing), code=code, changed_at=now)
    )


def request_of(connection: Connection, case_id: int) -> Request | None:
    """The delegation that a case asks for; `None` where it asks for none."""
    query = select(delegation_requests).where(delegation_requests.c.case_id == case_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _request(row)


def requests_kept(connection: Connection) -> Sequence[Request]:
    """All of them, in the order of their ids."""
    query = select(delegation_requests).order_by(delegation_requests.c.id)
    return [_request(row) for row in connection.execute(query)]


def approved_requests(connection: Connection) -> Sequence[int]:
    """The cases of those that are approved and not in force yet, in their order."""
    query = (
        select(cases.c.id)
        .join(delegation_requests, delegation_requests.c.case_id == cases.c.id)
        .where(
            delegation_requests.c.standing == str(Standing.REQUESTED),
            cases.c.status == str(Status.APPROVED),
        )
        .order_by(cases.c.id)
    )
    return connection.execute(query).scalars().all()


def _request(row: Row[*tuple[object, ...]]) -> Request:
    return Request(
        row.case_id,
        row.id,
        json.loads(row.row),
        row.document_digest,
        row.requested_by,
        row.requested_at,
        row.because,
        Standing(row.standing),
        row.code,
        row.changed_at,
    )
