"""The secrets by which commitments in records are opened, one for each version of a document.

Kept apart from the records, so that they can be erased and the records stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from adapters.store.many import Rows
from adapters.store.tables import seeds


def seed_rows(found: Iterable[tuple[int, int, str]]) -> Rows:
    """Seeds (sealed) of cases by id and version, to be kept; one that is there stays."""
    rows = [{"case_id": case, "version": version, "seed": seed} for case, version, seed in found]
    return Rows(seeds, rows, may_be_there=True)


def seed_of(connection: Connection, case_id: int, version: int) -> str | None:
    """The seed (sealed) of a version; `None` where it was erased."""
    query = select(seeds.c.seed).where(seeds.c.case_id == case_id, seeds.c.version == version)
    found: str | None = connection.execute(query).scalar()
    return found
