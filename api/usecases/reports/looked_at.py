"""The documents that a report looks at: those of a file, or those of the cases of a store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

import engine.documents as canonical
from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.opening import Store
from api.usecases.casework.resources import InForce, Loaded
from api.usecases.demonstration import orders_of
from api.usecases.drafts import Draft
from api.usecases.submissions import submissions
from engine.cases.status import Status
from engine.documents.model import Document
from engine.errors import InputErrors
from engine.policy import PolicySet

BATCH: Final = 500
TABLE_SUFFIXES: Final = (".csv", ".csv.gz")
CAME_TO_NOTHING: Final = frozenset(
    {Status.WITHDRAWN, Status.CANCELLED, Status.REJECTED, Status.REFUSED}
)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Documents, and what of them could not be read: a name and why, each a line."""

    documents: tuple[Document, ...]
    left_out: tuple[str, ...]


def of_file(path: str, draft: Draft, *, with_cancelled: bool) -> LookedAt:
    """The documents of a file of JSON, or of a table of purchase orders.

    Raises `UnreadableInput`, and `SourceRefused` for a table.
    """
    received_at = datetime.now(UTC)
    if not path.endswith(TABLE_SUFFIXES):
        with submissions(path) as found:
            named = ((f"document {each.position}", each.raw) for each in found.documents)
            return _accepted(named, draft.policy, received_at)
    orders = orders_of(draft, Path(path), with_cancelled=with_cancelled)
    read = _accepted(
        ((f"order {raw['id']}", raw) for raw in orders.documents), draft.policy, received_at
    )
    unread = (f"order {left.order}: {left.message}" for left in orders.left_out)
    return LookedAt(read.documents, (*read.left_out, *unread))


def of_store(store: Store, *, with_cancelled: bool) -> tuple[InForce, LookedAt]:
    """What is in force, and the present content of every case, as of when it came in.

    Whatever date its sender states: nobody takes a document out of its day by dating it back.
    Without `with_cancelled` those that came to nothing are left out: withdrawn, cancelled,
    rejected, refused.
    Raises `NothingInForce` and `ContentsUnusable`.
    """
    with store.snapshot() as connection:
        current = Loaded().current(connection)
        wanted = (
            case
            for case in _every_case(connection)
            if with_cancelled or case.status not in CAME_TO_NOTHING
        )
        documents: list[Document] = []
        left_out: list[str] = []
        for case in wanted:
            raw = json.loads(case.document_json)
            found = _accepted([(case.number, raw)], current.policy, case.received_at)
            documents += (replace(one, submitted_at=case.received_at) for one in found.documents)
            left_out += found.left_out
    return current, LookedAt(tuple(documents), tuple(left_out))


def _every_case(connection: Connection) -> Iterator[Case]:
    after = 0
    while found := cases.several(connection, after=after, most=BATCH):
        yield from found
        after = found[-1].id


def _accepted(
    named: Iterable[tuple[str, object]], policy: PolicySet, received_at: datetime
) -> LookedAt:
    documents: list[Document] = []
    left_out: list[str] = []
    for name, raw in named:
        try:
            documents.append(
                canonical.accept(
                    raw, policy.facts, policy.documents, received_at=received_at, is_named=False
                )
            )
        except InputErrors as problem:
            left_out.append(f"{name}: {problem}")
    return LookedAt(tuple(documents), tuple(left_out))
