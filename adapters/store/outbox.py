"""What has to reach another system: written with the state it follows from, sent afterwards.

A worker claims a row for a while, sends it outside any transaction, and settles it with the claim
that it was given; a claim that has lapsed settles nothing. Of one case, rows go in their order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, and_, exists, func, insert, or_, select, update

from adapters.store.tables import outbox


class Delivery(StrEnum):
    """How far a row is. `dead` waits for a person, as does `failed`; the others go on alone."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"  # the other system said no: a business exception
    DEAD = "dead"  # it cannot be delivered: a dead letter


@dataclass(frozen=True, slots=True)
class Parcel:
    """One row. `key` is what the other system knows it by, `connection` the system it goes to.

    `attempts` have begun, this one included. `is_outcome_unknown` is set before something is sent
    and taken back when an answer came: after a crash it says that nobody knows.
    """

    id: int
    case_id: int
    topic: str
    key: str
    connection: str
    status: Delivery
    attempts: int
    due_at: datetime
    created_at: datetime
    claim: str
    is_outcome_unknown: bool
    last_code: str
    last_message: str


UNSETTLED = (Delivery.WAITING, Delivery.CLAIMED)


def put(
    connection: Connection, case_id: int, topic: str, key: str, target: str, now: datetime
) -> None:
    """A row that is due at once. Raises `IntegrityError` where the key is taken."""
    connection.execute(
        insert(outbox).values(
            case_id=case_id,
            topic=topic,
            key=key,
            connection=target,
            status=str(Delivery.WAITING),
            attempts=0,
            due_at=now,
            created_at=now,
            is_outcome_unknown=0,
            last_code="",
            last_message="",
        )
    )


def how_many(connection: Connection, case_id: int) -> int:
    """How many rows a case has, whatever became of them."""
    query = select(func.count()).select_from(outbox).where(outbox.c.case_id == case_id)
    return int(connection.execute(query).scalar_one())


def take(
    connection: Connection,
    claim: str,
    now: datetime,
    until: datetime,
    paused: Collection[str] = (),
) -> Parcel | None:
    """Claims the row that has waited longest, or one whose claim has lapsed; `None` for none.

    Rows for `paused` connections wait.
    """
    earlier = outbox.alias("earlier")
    is_first = ~exists().where(
        earlier.c.case_id == outbox.c.case_id,
        earlier.c.id < outbox.c.id,
        earlier.c.status.in_([str(status) for status in UNSETTLED]),
    )
    is_free = or_(
        and_(outbox.c.status == str(Delivery.WAITING), outbox.c.due_at <= now),
        and_(outbox.c.status == str(Delivery.CLAIMED), outbox.c.claimed_until <= now),
    )
    row = connection.execute(
        select(outbox)
        .where(is_free, is_first, outbox.c.connection.not_in(sorted(paused)))
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    taken = connection.execute(
        update(outbox)
        .where(outbox.c.id == row.id)
        .values(
            status=str(Delivery.CLAIMED),
            claim=claim,
            claimed_until=until,
            attempts=outbox.c.attempts + 1,
        )
        .returning(outbox)
    ).one()
    return _parcel(taken)


def note_sending(connection: Connection, parcel: Parcel, until: datetime) -> bool:
    """Says that from now on something may have been sent; false where the claim has lapsed."""
    return _settle(
        connection,
        parcel,
        {"status": str(Delivery.CLAIMED), "is_outcome_unknown": 1, "claimed_until": until},
    )


def is_claimed(connection: Connection, parcel: Parcel) -> bool:
    """Whether the claim still holds; the row is locked until the transaction ends."""
    query = select(outbox.c.claim).where(outbox.c.id == parcel.id).with_for_update()
    return bool(connection.execute(query).scalar() == parcel.claim)


def settle(
    connection: Connection, parcel: Parcel, status: Delivery, *, is_outcome_unknown: bool = False
) -> bool:
    """The row is done, failed or dead; false where the claim has lapsed and nothing happened."""
    values = {
        "status": str(status),
        "claim": None,
        "is_outcome_unknown": int(is_outcome_unknown),
    }
    return _settle(connection, parcel, values)


def again(
    connection: Connection,
    parcel: Parcel,
    due_at: datetime,
    code: str,
    message: str,
    *,
    is_outcome_unknown: bool,
) -> bool:
    """The row is tried again; false where the claim has lapsed."""
    return _settle(
        connection,
        parcel,
        {
            "status": str(Delivery.WAITING),
            "claim": None,
            "due_at": due_at,
            "last_code": code,
            "last_message": message,
            "is_outcome_unknown": int(is_outcome_unknown),
        },
    )


def revive(connection: Connection, key: str, now: datetime) -> bool:
    """A failed or dead row is sent again, with the same key; false where there is none such."""
    changed = connection.execute(
        update(outbox)
        .where(
            outbox.c.key == key,
            outbox.c.status.in_([str(Delivery.FAILED), str(Delivery.DEAD)]),
        )
        .values(status=str(Delivery.WAITING), due_at=now, attempts=0)
    )
    return changed.rowcount == 1


def of_key(connection: Connection, key: str) -> Parcel | None:
    """The row with a key."""
    row = connection.execute(select(outbox).where(outbox.c.key == key)).one_or_none()
    return None if row is None else _parcel(row)


def unsettled_keys(connection: Connection, case_id: int) -> Sequence[str]:
    """The keys of the rows of a case that are still under way."""
    query = (
        select(outbox.c.key)
        .where(
            outbox.c.case_id == case_id,
            outbox.c.status.in_([str(status) for status in UNSETTLED]),
        )
        .order_by(outbox.c.id)
    )
    return connection.execute(query).scalars().all()


def next_due(connection: Connection) -> datetime | None:
    """When the next waiting row is due; `None` for none."""
    query = (
        select(outbox.c.due_at)
        .where(outbox.c.status == str(Delivery.WAITING))
        .order_by(outbox.c.due_at)
        .limit(1)
    )
    due: datetime | None = connection.execute(query).scalar()
    return due


def _settle(connection: Connection, parcel: Parcel, values: Mapping[str, object]) -> bool:
    changed = connection.execute(
        update(outbox)
        .where(outbox.c.id == parcel.id, outbox.c.claim == parcel.claim)
        .values(**values)
    )
    return changed.rowcount == 1


def _parcel(row: Row[*tuple[object, ...]]) -> Parcel:
    return Parcel(
        id=row.id,
        case_id=row.case_id,
        topic=row.topic,
        key=row.key,
        connection=row.connection,
        status=Delivery(row.status),
        attempts=row.attempts,
        due_at=row.due_at,
        created_at=row.created_at,
        claim=row.claim or "",
        is_outcome_unknown=bool(row.is_outcome_unknown),
        last_code=row.last_code,
        last_message=row.last_message,
    )
