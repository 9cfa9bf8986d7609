"""What people made of delegations in the service, which no load undoes, and their uses."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select

from adapters.store.tables import acts, cases, delegations, versions


@dataclass(frozen=True, slots=True)
class Kept:
    """A delegation made or revoked in the service. `row` are its cells, empty for one of a load.

    Moments are aware.
    """

    id: str
    row: Mapping[str, str]
    made_by: str
    made_at: datetime
    because: str
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revoked_because: str = ""


def all_kept(connection: Connection) -> Sequence[Kept]:
    """All of them, in the order of their ids."""
    return [_kept(row) for row in connection.execute(select(delegations).order_by("id"))]


def keep_delegation(connection: Connection, kept: Kept) -> None:
    """Keeps one as it stands now; what is in force is held."""
    connection.execute(delete(delegations).where(delegations.c.id == kept.id))
    connection.execute(
        insert(delegations).values(
            id=kept.id,
            row=json.dumps(dict(kept.row), sort_keys=True),
            made_by=kept.made_by,
            made_at=kept.made_at,
            because=kept.because,
            revoked_at=kept.revoked_at,
            revoked_by=kept.revoked_by,
            revoked_because=kept.revoked_because,
        )
    )


def _kept(row: Row[*tuple[object, ...]]) -> Kept:
    return Kept(
        row.id,
        json.loads(row.row),
        row.made_by,
        row.made_at,
        row.because,
        row.revoked_at,
        row.revoked_by,
        row.revoked_because,
    )


@dataclass(frozen=True, slots=True)
class Use:
    """An accepted act of `person` for `on_behalf_of` by a delegation; `version` of the case's."""

    case_id: int
    version: int
    kind: str
    person: str
    on_behalf_of: str
    at: datetime


def uses_of(
    connection: Connection, ids: Collection[str], entities: Collection[str] | None
) -> Mapping[str, Sequence[Use]]:
    """What was done by these delegations on cases of the entities (`None`: all), oldest first.

    What was done on a content that was replaced since is among it.
    """
    if not ids:
        return {}
    found: dict[str, set[Use]] = {id: set() for id in ids}
    for id, use in (*_on_present(connection, ids, entities), *_on_earlier(connection, entities)):
        if id in found:
            found[id].add(use)
    return {
        id: sorted(uses, key=lambda use: (use.at, use.case_id, use.version, use.person))
        for id, uses in found.items()
    }


def _on_present(
    connection: Connection, ids: Collection[str], entities: Collection[str] | None
) -> Iterator[tuple[str, Use]]:
    query = select(acts).where(acts.c.delegation.in_(ids))
    if entities is not None:
        query = query.where(acts.c.case_id.in_(_cases_of(entities)))
    for row in connection.execute(query).mappings():
        yield str(row["delegation"]), _use({**row}, row["at"])


def _on_earlier(
    connection: Connection, entities: Collection[str] | None
) -> Iterator[tuple[str, Use]]:
    query = select(versions.c.acts).where(versions.c.acts.like('%"via": "delegate"%'))
    if entities is not None:
        query = query.where(versions.c.case_id.in_(_cases_of(entities)))
    for text in connection.execute(query).scalars():
        for row in json.loads(text):
            yield str(row["delegation"]), _use(row, datetime.fromisoformat(row["at"]))


def _cases_of(entities: Collection[str]) -> Select[int]:
    return select(cases.c.id).where(cases.c.entity.in_(list(entities)))


def _use(row: Mapping[str, Any], at: datetime) -> Use:
    on_behalf_of = str(row["on_behalf_of"] or "")
    return Use(row["case_id"], row["version"], row["kind"], row["person"], on_behalf_of, at)
