"""A person lets another act for him, or takes that back: on record, and on every node.

The guards of making one, in this order: the person is known and employed; it is he who delegates;
the other is known, employed and somebody else; there is a reason; the window is no day of the past
and not empty; it leads to no circle; and a row of the set's handling allows it. It is in force at
once, unless the set says who must agree to delegations: then it is asked for (`requesting.py`).
Guards of revoking: the person is known; the delegation is in force; he is the delegator, above him,
or may put policy sets in force; there is a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store.cases import number_of
from adapters.store.delegation_requests import requests_kept
from adapters.store.delegations import Kept, all_kept
from adapters.store.in_force import hold_in_force
from adapters.store.trail import Entry, append
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.submitting import Overtaken
from api.usecases.delegations.judging import (
    MADE,
    MOST_BECAUSE,
    Change,
    Done,
    Wish,
    loaded,
    of_id,
    wished,
)
from api.usecases.delegations.putting import put
from api.usecases.delegations.requesting import request
from api.usecases.policy_sets.entitled import holds_one_of
from engine.cases.identities import Identities
from engine.master_data import Delegation, MasterData, PersonId, current
from engine.reviewing import is_active
from engine.routing.delegation import asks_approval

ATTEMPTS: Final = 5

Judge = Callable[[Connection, InForce], "Change | Done"]


def delegate(resources: Resources, wish: Wish, who: Identities, now: datetime) -> Done:
    """Puts a delegation in force, asks for it where the set wants that, or refuses it; on record.

    Raises `NothingInForce`, `ContentsUnusable` and `Overtaken`.
    """

    def judge(connection: Connection, current: InForce) -> Change | Done:
        return wished(connection, current, wish, who.decided_by, now)

    return _attempted(resources, judge, who, now, "delegation_refused")


def revoke(resources: Resources, id: str, because: str, who: Identities, now: datetime) -> Done:
    """Takes a delegation back from this moment on, or refuses to; both are recorded.

    Raises `NothingInForce`, `ContentsUnusable` and `Overtaken`.
    """

    def judge(connection: Connection, current: InForce) -> Change | Done:
        return _revoked(connection, current, id, because, who, now)

    return _attempted(resources, judge, who, now, "revocation_refused")


def _attempted(
    resources: Resources, judge: Judge, who: Identities, now: datetime, refused: str
) -> Done:
    """Judged by what is in force, and done where that still is."""
    for _ in range(ATTEMPTS):
        with resources.store.snapshot() as connection:
            current = resources.loaded.current(connection)
            found = judge(connection, current)
        if isinstance(found, Change) and found.kind == MADE and asks_approval(current.policy):
            asked = request(resources, current, found, who, now)
            if asked is None:
                continue
            return asked
        with resources.store.transaction() as connection:
            if hold_in_force(connection) != current.digests:
                continue
            person = current.data.person_of(who.decided_by, now)
            acting = replace(who, decided_by=person or who.decided_by)
            if isinstance(found, Done):
                body: Plain = {"code": found.code, "message": found.message, "id": found.id}
                append(connection, [Entry(refused, None, now, {**body, "who": acting.plain()})])
                return found
            put(connection, found, acting, now)
        re_resolve_all(resources, now, Cause.DELEGATIONS)
        return Done(found.kept.id)
    raise Overtaken("something else was put in force every time")


def _revoked(
    connection: Connection,
    current: InForce,
    id: str,
    because: str,
    who: Identities,
    now: datetime,
) -> Change | Done:
    data = current.data
    person = data.person_of(who.decided_by, now)
    if person is None or not is_active(data, person, now):
        return Done("", "person_unknown", "nobody who is employed has this name")
    delegation = of_id(data, id)
    asked_for = {each.id: each for each in requests_kept(connection)}
    if delegation is None and id in asked_for:
        case = number_of(asked_for[id].case_id)
        return Done(id, "not_open", f"it is not in force; what is asked for is withdrawn as {case}")
    if delegation is None:
        return Done("", "not_found", "there is no such delegation")
    end = delegation.span.end
    if delegation.revoked_at is not None or (end is not None and end <= now):
        return Done(id, "not_open", "it was revoked or has ended already")
    if not _may_revoke(current, person, delegation, now):
        return Done(id, "not_entitled", "expected the delegator, somebody above him, or an admin")
    if not 0 < len(because.strip()) <= MOST_BECAUSE:
        return Done(id, "reason_missing", "expected a reason")
    known = {each.id: each for each in all_kept(connection)}
    kept = known.get(id) or Kept(id, {}, "", now, "")
    kept = replace(kept, revoked_at=now, revoked_by=str(person), revoked_because=because)
    found = loaded(connection, current, kept)
    if isinstance(found, Done):
        return found
    return Change(kept, "delegation_revoked", found[0], delegation)


def _may_revoke(current_: InForce, person: PersonId, delegation: Delegation, now: datetime) -> bool:
    if person == delegation.delegator or person in _above(current_.data, delegation, now):
        return True
    changes = current_.policy.set_changes
    entity = current_.data.people[delegation.delegator].entity
    roles = changes.activated_by if changes is not None else ()
    return holds_one_of(current_, person, roles, entity, now)


def _above(data: MasterData, delegation: Delegation, now: datetime) -> list[PersonId]:
    """The delegator's supervisors, up to whom was met before."""
    found: list[PersonId] = []
    who = current(data.people[delegation.delegator].managers, now)
    while who is not None and who in data.people and who not in found:
        found.append(who)
        who = current(data.people[who].managers, now)
    return found
