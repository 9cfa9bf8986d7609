"""What falls due on cases: kept with whoever is asked, found by its moment, handled once.

A deadline belongs to a place of the route or, without a key, to the whole case. It is open until
`done_at`; whoever handles it has locked the case, so that of two workers one finds nothing left.
Beside them it is kept since when each place is asked, of which nothing ever falls due.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from adapters.store.many import Rows, insert_rows
from adapters.store.tables import deadlines, escalations, notices
from engine.deadlines.watching import Kind
from engine.master_data import PersonId
from engine.routing.asked import Asked
from engine.routing.course import Escalation, PlaceKey


@dataclass(frozen=True, slots=True)
class Deadline:
    """`place` is the id on the route as it is now, `rung` how often the place was escalated."""

    case_id: int
    key: PlaceKey | None
    kind: Kind
    place: int
    persons: tuple[str, ...]
    rung: int
    since: datetime
    due_at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person is told: a code of the record, and the word of the place."""

    id: int
    case_id: int
    person: str
    code: str
    word: str
    at: datetime


def deadlines_on(connection: Connection, case_id: int) -> Sequence[Deadline]:
    """Every deadline of a case, in the order in which they fall due."""
    return deadlines_of(connection, [case_id]).get(case_id, ())


def deadlines_of(
    connection: Connection, case_ids: Iterable[int]
) -> Mapping[int, Sequence[Deadline]]:
    """The same of several cases."""
    wanted = sorted(set(case_ids))
    if not wanted:
        return {}
    falls_due = deadlines.c.kind != str(Kind.ASKED)
    return _of(connection, select(deadlines).where(deadlines.c.case_id.in_(wanted), falls_due))


def watched_on(connection: Connection, case_id: int) -> Sequence[Deadline]:
    """Everything that is watched on a case: its deadlines, and since when places are asked."""
    query = select(deadlines).where(deadlines.c.case_id == case_id)
    return _of(connection, query).get(case_id, ())


def asked_rows(connection: Connection, case_id: int) -> tuple[Deadline, ...]:
    """Since when each place of a case is asked that is, in the order of places."""
    query = select(deadlines).where(deadlines.c.case_id == case_id)
    asked = query.where(deadlines.c.kind == str(Kind.ASKED))
    rows = connection.execute(asked.order_by(deadlines.c.place, deadlines.c.key))
    return tuple(map(_deadline, rows))


def asked_on(connection: Connection, case_id: int) -> tuple[Asked, ...]:
    """The same as a decision takes it."""
    return tuple(
        Asked(each.key, tuple(map(PersonId, each.persons)), each.since)
        for each in asked_rows(connection, case_id)
        if each.key is not None
    )


def _of(
    connection: Connection, query: Select[*tuple[object, ...]]
) -> Mapping[int, Sequence[Deadline]]:
    found: dict[int, list[Deadline]] = {}
    for row in connection.execute(
        query.order_by(deadlines.c.due_at, deadlines.c.kind, deadlines.c.place)
    ):
        found.setdefault(row.case_id, []).append(_deadline(row))
    return found


def due(connection: Connection, now: datetime, most: int = 100) -> Sequence[int]:
    """Ids of cases with something that is due and not done, the longest due first."""
    first = func.min(deadlines.c.due_at)
    query = (
        select(deadlines.c.case_id)
        .where(deadlines.c.done_at.is_(None), deadlines.c.due_at <= now)
        .group_by(deadlines.c.case_id)
        .order_by(first, deadlines.c.case_id)
        .limit(most)
    )
    return connection.execute(query).scalars().all()


def set_deadlines(connection: Connection, case_id: int, wanted: Sequence[Deadline]) -> None:
    """These are the deadlines of the case, and no others; the case is locked."""
    in_order = sorted(wanted, key=lambda d: (d.due_at, d.kind, d.place))
    if [*watched_on(connection, case_id)] == in_order:
        return
    forget_deadlines(connection, case_id)
    insert_rows(connection, deadline_rows(wanted))


def deadline_rows(new: Iterable[Deadline]) -> Rows:
    """Deadlines to be kept, of cases that had none of these."""
    return Rows(deadlines, [_values(each) for each in new])


def forget_deadlines(connection: Connection, case_id: int) -> None:
    """The case has no deadlines."""
    connection.execute(delete(deadlines).where(deadlines.c.case_id == case_id))


def done(connection: Connection, deadline: Deadline, now: datetime) -> None:
    """The deadline was handled."""
    connection.execute(
        update(deadlines)
        .where(
            deadlines.c.case_id == deadline.case_id,
            deadlines.c.key == _text(deadline.key),
            deadlines.c.kind == str(deadline.kind),
        )
        .values(done_at=now)
    )


def escalations_on(connection: Connection, case_id: int) -> tuple[Escalation, ...]:
    """Where the present version of a case was silent, in order, and when."""
    query = select(escalations).where(escalations.c.case_id == case_id)
    return tuple(
        Escalation(_key(row.key), tuple(map(PersonId, json.loads(row.persons))), row.at)
        for row in connection.execute(query.order_by(escalations.c.number))
    )


def add_escalation(
    connection: Connection, case_id: int, escalation: Escalation, at: datetime
) -> None:
    """One more; the case is locked."""
    known = select(func.count()).where(escalations.c.case_id == case_id)
    connection.execute(
        insert(escalations).values(
            case_id=case_id,
            number=int(connection.execute(known).scalar_one()) + 1,
            key=_text(escalation.key),
            persons=json.dumps(list(escalation.persons)),
            at=at,
        )
    )


def begin_anew(connection: Connection, case_id: int) -> None:
    """A new version: nobody was asked for it yet."""
    forget_deadlines(connection, case_id)
    connection.execute(delete(escalations).where(escalations.c.case_id == case_id))


def tell(
    connection: Connection,
    case_id: int,
    persons: Iterable[str],
    code: str,
    word: str,
    now: datetime,
) -> None:
    """Leaves a notice for each of the persons."""
    rows = [
        {"case_id": case_id, "person": person, "code": code, "word": word, "at": now}
        for person in dict.fromkeys(persons)
    ]
    insert_rows(connection, Rows(notices, rows))


def notices_for(
    connection: Connection, person: str, after: int = 0, most: int = 100
) -> Sequence[Notice]:
    """What a person was told, oldest first."""
    query = (
        select(notices)
        .where(notices.c.person == person, notices.c.id > after)
        .order_by(notices.c.id)
        .limit(most)
    )
    return [
        Notice(row.id, row.case_id, row.person, row.code, row.word, row.at)
        for row in connection.execute(query)
    ]


def _deadline(row: Row[*tuple[object, ...]]) -> Deadline:
    return Deadline(
        row.case_id,
        _key(row.key) if row.key else None,
        Kind(row.kind),
        row.place,
        tuple(json.loads(row.persons)),
        row.rung,
        row.since,
        row.due_at,
        row.done_at,
    )


def _values(of: Deadline) -> dict[str, object]:
    return {
        "case_id": of.case_id,
        "key": _text(of.key),
        "kind": str(of.kind),
        "place": of.place,
        "persons": json.dumps(list(of.persons)),
        "rung": of.rung,
        "since": of.since,
        "due_at": of.due_at,
        "done_at": of.done_at,
    }


def _text(key: PlaceKey | None) -> str:
    return "" if key is None else json.dumps(key)


def _key(text: str) -> PlaceKey:
    place, word, object_, amount, which = json.loads(text)
    return str(place), str(word), str(object_), str(amount), int(which)
