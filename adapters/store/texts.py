"""What people wrote by hand: records commit to it, and it is kept beside them.

A comment or a reason may say anything about anybody. The record holds its salted commitment in its
place; erasing the text leaves the record, its digest and every proof as they are.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from adapters.store.many import Rows, insert_rows
from adapters.store.tables import texts
from engine.documents.committing import Opening, commitment
from engine.documents.fields import FieldClass

SALT_BYTES: Final = 32
WRITTEN_BY_HAND: Final = FieldClass.CONFIDENTIAL  # the class of everything that is kept here


def committed(
    body: Mapping[str, object], written: Mapping[str, str]
) -> tuple[dict[str, object], list[Opening]]:
    """The body with commitments in the places that `written` names, and what opens them.

    A place is a path (`comment`, `attachments/0/name`); an empty text stays: it says nothing.
    Raises `LookupError` for a place that is not in the body.
    """
    held: dict[str, object] = {**body}
    opened = []
    for path, text in written.items():
        if text:
            salt = secrets.token_hex(SALT_BYTES)
            opened.append(Opening(path, WRITTEN_BY_HAND, salt, text))
            _put(held, path.split("/"), commitment(salt, text))
    return held, opened


def add_texts(connection: Connection, opened: Iterable[tuple[int, int | None, Opening]]) -> None:
    """Keeps what opens the commitments of records, each with its position and the id of a case."""
    rows = [
        {
            "position": position,
            "path": each.path,
            "case_id": case_id,
            "salt": each.salt,
            "value": json.dumps(each.value, ensure_ascii=False),
        }
        for position, case_id, each in opened
    ]
    insert_rows(connection, Rows(texts, rows))


def texts_of(connection: Connection, position: int) -> list[Opening]:
    """What opens the commitments of the record at a position; nothing of what was erased."""
    query = select(texts).where(texts.c.position == position).order_by(texts.c.path)
    return [
        Opening(row.path, WRITTEN_BY_HAND, row.salt, json.loads(row.value))
        for row in connection.execute(query)
    ]


def erase_texts(connection: Connection, case_id: int) -> None:
    """Erases what was written on a case."""
    connection.execute(delete(texts).where(texts.c.case_id == case_id))


def _put(held: Any, path: list[str], value: object) -> None:
    """Puts a value in a place; lists on the way are copied, as the body is another's."""
    name, *rest = path
    at: Any = int(name) if isinstance(held, list) else name
    if not rest:
        held[at]  # a place that is not there is a mistake of whoever names it
        held[at] = value
        return
    inner = held[at]
    held[at] = [*inner] if isinstance(inner, list) else {**inner}
    _put(held[at], rest, value)
