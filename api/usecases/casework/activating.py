"""Putting a policy set and master data in force, recorded.

The first set comes with the installation: a bootstrap, by a named person, because of a stated
reason. Every later change of the set is a case of its own and is not made here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from adapters.master_data import BadRow
from adapters.master_data.hiding import MARK, hidden
from adapters.store.delegations import all_kept
from adapters.store.in_force import (
    Files,
    What,
    add_files,
    digests,
    files_of,
    hold_in_force,
    put_in_force,
)
from adapters.store.in_force_history import add_history
from adapters.store.opening import Store
from adapters.store.trail import Entry, append
from api.usecases.casework.recounting import Progress, Recount
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import (
    ContentsUnusable,
    InForce,
    Resources,
    data_and_reports,
    data_of,
    policy_of,
)
from api.usecases.delegations.rows import RowsUnusable, merged
from engine.cases.identities import Identities
from engine.policy import PolicySet

Told = Callable[[tuple[BadRow, ...]], None]

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
DELEGATION_FILES: Final = ("delegations.csv", "delegations.yaml")


class ActivationRefused(Exception):
    """Nothing was put in force; the message says why."""


def bootstrap(
    resources: Resources,
    policy_files: Files,
    data_files: Files,
    who: Identities,
    because: str,
    now: datetime,
) -> Mapping[str, str]:
    """Puts the first set and its master data in force; their digests by what they are.

    Raises `ActivationRefused` where a set is in force already, and `ContentsUnusable` for what does
    not load.
    """
    policy = policy_of(policy_files)
    reports = data_and_reports(data_files, policy)[1]
    data_files = _hidden(resources, data_files, policy)
    with resources.store.transaction() as connection:
        if digests(connection).policy:
            raise ActivationRefused(
                "a policy set is in force already; changing it is a case of its own"
            )
        found = _put_all(connection, policy_files, data_files, now)
        more = _disagreements(reports)
        _record(connection, "bootstrap", found, who, because, now, more)
    return found


def load_master_data(
    resources: Resources,
    data_files: Files,
    who: Identities,
    because: str,
    now: datetime,
    progress: Progress = lambda count: None,
    told: Told = lambda reports: None,
) -> Mapping[str, str]:
    """Puts new master data in force, delegations included; a bad load replaces nothing.

    What open and past cases add to totals is counted anew, and who is asked on open ones is worked
    out anew right after; `progress` is told of every so many cases, `told` what was reported of
    rows. Where systems disagree, the record says about what, and who clears it. Raises
    `ActivationRefused` where no set is in force, or another one was put meanwhile, and
    `ContentsUnusable`; that it was tried is on record.
    """
    try:
        found, reports = _loaded(resources, data_files, who, because, now, progress)
    except (ActivationRefused, ContentsUnusable) as problem:
        code = "unusable" if isinstance(problem, ContentsUnusable) else "refused"
        _record_refusal(resources.store, code, who, because, now)
        raise
    re_resolve_all(resources, now, Cause.MASTER_DATA, progress)
    told(reports)
    return found


def _record_refusal(store: Store, code: str, who: Identities, because: str, now: datetime) -> None:
    """Not before anything is in force: the first record of a store says what it is for."""
    body = {"code": code, "who": who.plain(), "because": because}
    with store.transaction() as connection:
        if digests(connection).policy:
            append(connection, [Entry("master_data_refused", None, now, body)])


def _loaded(
    resources: Resources,
    data_files: Files,
    who: Identities,
    because: str,
    now: datetime,
    progress: Progress,
) -> tuple[dict[str, str], tuple[BadRow, ...]]:
    """What was put in force, by what it is, and what was reported of rows."""
    store = resources.store
    with store.snapshot() as connection:
        before = digests(connection)
        if not before.policy:
            raise ActivationRefused("no policy set is in force that master data could belong to")
        policy = policy_of(files_of(connection, before.policy))
        data_files = with_own(connection, data_files)
        reports = data_and_reports(data_files, policy)[1]
        if MARK in files_of(connection, before.master_data) and not resources.loaded.token_key:
            raise ActivationRefused("what is in force has tokens, and their key is not here")
        data_files = _hidden(resources, data_files, policy)
        data = data_of(data_files, policy, resources.loaded.token_key)
        recount = Recount(resources, InForce(before, policy, data))
        recount.prepare(connection, progress)
    with store.transaction() as connection:
        found_before = hold_in_force(connection)
        found = _put_all(connection, None, data_files, now)
        if found_before.policy != before.policy:
            raise ActivationRefused("another policy set was put in force meanwhile; load again")
        if found_before.delegations != before.delegations:
            raise ActivationRefused("a delegation was made or revoked meanwhile; load again")
        recount.finish(connection)
        more = _disagreements(reports)
        _record(connection, "master_data_loaded", found, who, because, now, more)
    return found, reports


def _hidden(resources: Resources, data_files: Files, policy: PolicySet) -> Files:
    """The files as they are kept: with tokens instead of restricted values, where there is a key.

    Raises `ActivationRefused` where others would be left in than were loaded.
    """
    key = resources.loaded.token_key
    if key is None:
        return data_files
    kept = hidden(data_files, key.of, key.mark)
    one, other = data_of(data_files, policy), data_of(kept, policy, key)
    if one.people.keys() != other.people.keys() or one.suppliers.keys() != other.suppliers.keys():
        raise ActivationRefused("with tokens other rows would be left out; see what was reported")
    return kept


def _disagreements(reports: tuple[BadRow, ...]) -> dict[str, list[dict[str, str]]]:
    """Where systems disagree, without the values: what is in a record stays there."""
    found = [report.disagreement for report in reports if report.disagreement is not None]
    names = ("of", "id", "field", "system", "authoritative", "owner")
    said = [{name: getattr(each, name) for name in names} for each in found]
    return {"disagreements": said} if said else {}


def with_own(connection: Connection, data_files: Files) -> Files:
    """The files of a load with the delegations that were made and revoked in the service.

    Raises `ActivationRefused` where the two cannot stand beside each other.
    """
    stated = {n: d for n, d in data_files.items() if n in DELEGATION_FILES}
    others = {n: d for n, d in data_files.items() if n not in DELEGATION_FILES}
    try:
        return others | merged(stated, all_kept(connection))
    except RowsUnusable as problem:
        raise ActivationRefused(str(problem)) from problem


def _put_all(
    connection: Connection, policy_files: Files | None, data_files: Files, now: datetime
) -> dict[str, str]:
    """In the order in which whoever decides reads them."""
    parts: dict[What, Files] = {
        What.DELEGATIONS: {n: d for n, d in data_files.items() if n in DELEGATION_FILES},
        What.MASTER_DATA: {n: d for n, d in data_files.items() if n not in DELEGATION_FILES},
    }
    if policy_files is not None:
        parts[What.POLICY] = policy_files
    found = {}
    for what, files in sorted(parts.items()):
        found[str(what)] = add_files(connection, what, files, now)
        put_in_force(connection, what, found[str(what)], now)
    return found


def _record(
    connection: Connection,
    kind: str,
    found: Mapping[str, str],
    who: Identities,
    because: str,
    now: datetime,
    more: Mapping[str, object] = NOTHING,
) -> None:
    body = {"in_force": dict(found), "who": who.plain(), "because": because, **more}
    position = append(connection, [Entry(kind, None, now, body)])
    add_history(connection, found, now, position, kind)
