"""What people arranged on a case: tasks handed on, questions, what was sent back, remarks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from adapters.store.cases import Case, case_of
from adapters.store.tables import arrangements, cases, questions, remarks, returns
from engine.master_data import PersonId
from engine.routing.arranging import ADDING, Arrangement, Arranging
from engine.routing.course import PlaceKey

_ADDING: Final = tuple(map(str, ADDING))


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a person was asked; `answered_at` is `None` while it is open."""

    case_id: int
    number: int
    asked_by: str
    person: str
    question: str
    asked_at: datetime
    answer: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """Why a case is with its requester; `lines` are the ids of those that were rejected."""

    by: str
    comment: str
    lines: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is kept elsewhere: its name, `sha256:...` of its bytes, and how many they are."""

    name: str
    digest: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said about a case at its `version`."""

    number: int
    version: int
    person: str
    acted_through: str
    text: str
    attachments: tuple[Attachment, ...]
    at: datetime


def arrangements_on(connection: Connection, case_id: int) -> tuple[Arrangement, ...]:
    """What was arranged on the present version of a case and not taken away, in order."""
    query = select(arrangements).where(
        arrangements.c.case_id == case_id, arrangements.c.ended_at.is_(None)
    )
    return tuple(
        Arrangement(
            row.number,
            row.at,
            Arranging(row.kind),
            _key(row.key),
            PersonId(row.by),
            PersonId(row.person),
        )
        for row in connection.execute(query.order_by(arrangements.c.number))
    )


def next_number(connection: Connection, case_id: int) -> int:
    """The number of the next arrangement; the case is locked."""
    return _next(connection, arrangements, case_id)


def arranged_by(connection: Connection, case_id: int, number: int) -> str:
    """Who made the arrangement; empty for none of that number."""
    query = select(arrangements.c.decided_by).where(
        arrangements.c.case_id == case_id, arrangements.c.number == number
    )
    return connection.execute(query).scalar_one_or_none() or ""


def add_arrangement(
    connection: Connection, case_id: int, made: Arrangement, decided_by: str
) -> None:
    """Keeps one; the case is locked."""
    connection.execute(
        insert(arrangements).values(
            case_id=case_id,
            number=made.number,
            kind=str(made.kind),
            key=json.dumps(made.key),
            by=made.by,
            person=made.to,
            decided_by=decided_by,
            at=made.at,
        )
    )


def end_arrangement(connection: Connection, case_id: int, number: int, now: datetime) -> None:
    """It is taken away again; the row stays."""
    connection.execute(
        update(arrangements)
        .where(arrangements.c.case_id == case_id, arrangements.c.number == number)
        .values(ended_at=now)
    )


def add_question(connection: Connection, asked: Question) -> Question:
    """Keeps a question with the next number; the case is locked."""
    number = _next(connection, questions, asked.case_id)
    connection.execute(
        insert(questions).values(
            case_id=asked.case_id,
            number=number,
            asked_by=asked.asked_by,
            person=asked.person,
            question=asked.question,
            asked_at=asked.asked_at,
            answer="",
        )
    )
    return Question(
        asked.case_id, number, asked.asked_by, asked.person, asked.question, asked.asked_at
    )


def answer_question(
    connection: Connection, case_id: int, number: int, answer: str, now: datetime
) -> None:
    """The question is answered; the case is locked."""
    connection.execute(
        update(questions)
        .where(questions.c.case_id == case_id, questions.c.number == number)
        .values(answer=answer, answered_at=now)
    )


def questions_on(connection: Connection, case_id: int) -> Sequence[Question]:
    """The questions on the present version of a case, in order."""
    query = select(questions).where(questions.c.case_id == case_id).order_by(questions.c.number)
    return [_question(row) for row in connection.execute(query)]


def questions_for(
    connection: Connection, person: str, after: int = 0, most: int = 100
) -> Sequence[tuple[Question, Case]]:
    """What a person is asked and has not answered, with the case, in the order of cases."""
    query = (
        select(questions, cases)
        .join(cases, cases.c.id == questions.c.case_id)
        .where(
            questions.c.person == person,
            questions.c.answered_at.is_(None),
            questions.c.case_id > after,
        )
        .order_by(questions.c.case_id, questions.c.number)
        .limit(most)
    )
    return [(_question(row), case_of(row)) for row in connection.execute(query)]


def keep_returned(connection: Connection, case_id: int, returned: Returned) -> None:
    """Why the case is with its requester now."""
    forget_returned(connection, case_id)
    connection.execute(
        insert(returns).values(
            case_id=case_id,
            by=returned.by,
            comment=returned.comment,
            lines=json.dumps(list(returned.lines)),
            at=returned.at,
        )
    )


def returned_of(connection: Connection, case_id: int) -> Returned | None:
    """Why the case is with its requester; `None` where it is not."""
    row = connection.execute(select(returns).where(returns.c.case_id == case_id)).one_or_none()
    return None if row is None else Returned(row.by, row.comment, _texts(row.lines), row.at)


def forget_returned(connection: Connection, case_id: int) -> None:
    """The case is with its requester no longer."""
    connection.execute(delete(returns).where(returns.c.case_id == case_id))


def begin_anew(connection: Connection, case_id: int) -> None:
    """Another version: no task of it was handed on, and nobody has asked anything about it.

    Remarks stay, and so do approvers that were added: no other content spares anybody whom
    somebody wanted asked.
    """
    for table in (questions, returns):
        connection.execute(delete(table).where(table.c.case_id == case_id))
    connection.execute(
        delete(arrangements).where(
            arrangements.c.case_id == case_id, arrangements.c.kind.not_in(_ADDING)
        )
    )


def additions_on(connection: Connection, case_id: int) -> tuple[Arrangement, ...]:
    """The approvers that were added and not taken away."""
    found = arrangements_on(connection, case_id)
    return tuple(each for each in found if each.kind in ADDING)


def add_remark(connection: Connection, case_id: int, remark: Remark) -> int:
    """Keeps a remark with the next number, and answers that; the case is locked."""
    number = _next(connection, remarks, case_id)
    connection.execute(
        insert(remarks).values(
            case_id=case_id,
            number=number,
            version=remark.version,
            person=remark.person,
            acted_through=remark.acted_through,
            text=remark.text,
            attachments=json.dumps(
                [[a.name, a.digest, a.media_type, a.size_bytes] for a in remark.attachments]
            ),
            at=remark.at,
        )
    )
    return number


def remarks_on(connection: Connection, case_id: int) -> Sequence[Remark]:
    """Everything that was said about a case, of every version, in order."""
    query = select(remarks).where(remarks.c.case_id == case_id).order_by(remarks.c.number)
    return [
        Remark(
            row.number,
            row.version,
            row.person,
            row.acted_through,
            row.text,
            tuple(Attachment(*each) for each in json.loads(row.attachments)),
            row.at,
        )
        for row in connection.execute(query)
    ]


def how_many_remarks(connection: Connection, case_id: int) -> int:
    """The number of remarks on a case."""
    return _next(connection, remarks, case_id) - 1


def _next(connection: Connection, table: Table, case_id: int) -> int:
    query = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.case_id == case_id)
    return int(connection.execute(query).scalar_one()) + 1


def _question(row: Row[*tuple[object, ...]]) -> Question:
    return Question(
        row.case_id,
        row.number,
        row.asked_by,
        row.person,
        row.question,
        row.asked_at,
        row.answer,
        row.answered_at,
    )


def _key(text: str) -> PlaceKey:
    place, word, object_, amount, which = json.loads(text)
    return str(place), str(word), str(object_), str(amount), int(which)


def _texts(text: str) -> tuple[str, ...]:
    return tuple(str(each) for each in json.loads(text))
