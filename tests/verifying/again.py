"""Every decision of a store performed again, from its records and the contents that they name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from adapters.store.cases import number_of
from adapters.store.in_force import files_of
from adapters.store.opening import Store
from adapters.store.tables import cases
from adapters.store.trail import every_record
from api.usecases.casework.resources import ContentsUnusable, Resources, data_of, policy_of
from api.usecases.casework.written import HOLIDAYS, TZDATA
from api.usecases.trail.disclosing import disclosures_of
from engine.documents.fields import FieldClass
from engine.policy import PolicySet
from engine.recorded import SEMANTICS
from engine.verifying.disclosing import with_disclosed
from engine.verifying.performing import (
    Contents,
    Kept,
    Names,
    Performed,
    Result,
    Unavailable,
    holds_decision,
    kept_after,
    perform,
)

HERE = {"semantics": SEMANTICS, "tzdata": TZDATA, "holidays": HOLIDAYS}

_policies: dict[str, PolicySet] = {}
_contents: dict[Names, Contents] = {}


def performed_again(store: Store) -> Iterator[tuple[int, dict[str, Any], Performed]]:
    """Each record of a decision, by its position, with what came of performing it."""
    kept: dict[tuple[str, int], Kept] = {}
    with store.reading() as connection:
        for record in every_record(connection):
            body = json.loads(record.body)
            found_there = disclosures_of(
                Resources(store), connection, record.position, body, frozenset(FieldClass)
            )
            body = with_disclosed(body, found_there)
            key = (body.get("case", ""), body.get("version", 0))
            found = kept_after(body, kept.get(key))
            if found is not None:
                kept[key] = found
            if holds_decision(body):
                load = _loading(connection)
                yield record.position, body, perform(body, found, load, HERE)


def not_performed(store: Store) -> list[str]:
    """What is wrong with the decisions of a store, a line each. Those of erased cases are not."""
    with store.reading() as connection:
        query = select(cases.c.id).where(cases.c.status == "erased")
        gone = {number_of(id) for id in connection.execute(query).scalars()}
    return [
        f"{position} {body['kind']} {body.get('action', '')}: {found.result} {found.why}"
        + "".join(f"\n    {each}" for each in found.differences)
        for position, body, found in performed_again(store)
        if found.result is not Result.PERFORMED
        and not (found.result is Result.NOT_PERFORMABLE and body.get("case") in gone)
    ]


def _loading(connection: Connection) -> Any:
    def load(names: Names) -> Contents:
        if names not in _contents:
            _contents[names] = _loaded(connection, names)
        return _contents[names]

    return load


def _loaded(connection: Connection, names: Names) -> Contents:
    try:
        if names.policy not in _policies:
            _policies[names.policy] = policy_of(files_of(connection, names.policy))
        policy = _policies[names.policy]
        files = files_of(connection, names.master_data) | files_of(connection, names.delegations)
        return Contents(policy, data_of(files, policy))
    except (LookupError, ContentsUnusable) as problem:
        raise Unavailable(str(problem)) from problem
