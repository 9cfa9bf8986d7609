"""Whether what people wrote is still what records commit to, and is there unless it was erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases
from adapters.store.cases import number_of
from adapters.store.texts import texts_of
from adapters.store.trail import Record
from api.usecases.casework.telling import Problem
from engine.cases.status import Status
from engine.documents.committing import WITHIN, opens
from engine.documents.reading_back import COMMITTED

_COMMITS: Final = f'"{COMMITTED}"'.encode()


def text_problems(connection: Connection, record: Record) -> Iterator[Problem]:
    """What is wrong with the texts of one record. Those about no case may have been erased."""
    if _COMMITS not in record.body:
        return
    body = json.loads(record.body)
    places = [*committed_places(body)]
    if not places:
        return
    case = "" if record.case_id is None else number_of(record.case_id)
    kept = {each.path: each for each in texts_of(connection, record.position)}
    for path, text in kept.items():
        if not opens(text, body):
            said = f"`{path}` is not what the record committed to"
            yield Problem("text_differs", said, record.position, case)
    lacking = [path for path in places if path not in kept]
    if lacking and record.case_id is not None and not _is_erased(connection, record.case_id):
        for path in lacking:
            said = f"`{path}` is not kept any more"
            yield Problem("text_missing", said, record.position, case)


def committed_places(value: object, path: str = "") -> Iterator[str]:
    """The places of a record at which it commits to a text: not those of its document."""
    items: Iterator[tuple[object, object]] = iter(())
    match value:
        case {"committed": _, **others} if not others:
            yield path
        case dict():
            items = iter(value.items())
        case list():
            items = iter(enumerate(value))
    for name, inner in items:
        if path or name != WITHIN:
            yield from committed_places(inner, f"{path}/{name}" if path else str(name))


def _is_erased(connection: Connection, case_id: int) -> bool:
    case = cases.by_id(connection, case_id)
    return case is None or case.status is Status.ERASED
