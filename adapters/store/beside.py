"""Documents that belong together: found by keys, for checks that compare one with others."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, delete, or_, select

from adapters.store.cases import Case, case_of
from adapters.store.many import Rows
from adapters.store.tables import cases, document_keys

MOST_ASKED: Final = 5_000  # values in one statement
MOST_BESIDE: Final = 2_000  # documents around one; more of them cannot be compared in time


def forget_keys(connection: Connection, case_id: int) -> None:
    """The document of the case is found by no key any more: other content has come."""
    connection.execute(delete(document_keys).where(document_keys.c.case_id == case_id))


def key_rows(kept: Iterable[tuple[int, Collection[str]]]) -> Rows:
    """What the documents of these cases are found by, too, once it is kept."""
    rows = [{"key": key, "case_id": id} for id, keys in kept for key in sorted(keys)]
    return Rows(document_keys, rows, may_be_there=True)


def keys_of(connection: Connection, case_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """What these cases are found by; those that nobody finds are left out."""
    found: dict[int, set[str]] = {}
    query = select(document_keys).where(document_keys.c.case_id.in_(case_ids))
    for row in connection.execute(query) if case_ids else ():
        found.setdefault(row.case_id, set()).add(row.key)
    return {id: frozenset(keys) for id, keys in found.items()}


def naming_order(
    connection: Connection, entity: str, name: str, types: Collection[str]
) -> list[Case]:
    """Cases of these types that name the order, on the document or on a line.

    Where no check compares documents nobody keeps keys: every document of the entity is looked at.
    """
    stated = json.dumps(name, ensure_ascii=False)
    named = [
        cases.c.document.contains(f'"{field}":{stated}', autoescape=True)
        for field in ("purchase_order", "order")
    ]
    query = select(cases).where(cases.c.entity == entity, cases.c.type.in_(types), or_(*named))
    return [case_of(row) for row in connection.execute(query.order_by(cases.c.id))]


def cases_beside(connection: Connection, keys: Iterable[str], own: int) -> list[Case]:
    """The cases but one's own that have one of the keys, in order; one too many where too many."""
    wanted = sorted(keys)
    found: dict[int, Case] = {}
    for first in range(0, len(wanted), MOST_ASKED):
        having = document_keys.c.key.in_(wanted[first : first + MOST_ASKED])
        query = (
            select(cases)
            .where(cases.c.id.in_(select(document_keys.c.case_id).where(having)))
            .where(cases.c.id != own)
            .order_by(cases.c.id)
            .limit(MOST_BESIDE + 1)
        )
        found.update((row.id, case_of(row)) for row in connection.execute(query))
    return [found[id] for id in sorted(found)][: MOST_BESIDE + 1]
