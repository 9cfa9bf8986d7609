"""A person lets another act for him, or takes that back: at once, on record, on every node.

The guards of making one, in this order: the person is known and employed; it is he who delegates;
the other is known, employed and somebody else; there is a reason; the window is no day of the past
and not empty; the set asks nobody to approve delegations; it leads to no circle; and a row of the
set's handling allows it. Guards of revoking: the person is known; the delegation is in force; he is
the delegator, above him, or may put policy sets in force; there is a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store.delegations import Kept, all_kept, keep_delegation
from adapters.store.in_force import What, add_files, files_of, hold_in_force, put_in_force
from adapters.store.in_force_history import add_history
from adapters.store.trail import Entry, append
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import ContentsUnusable, InForce, Plain, Resources, data_of
from api.usecases.casework.submitting import Overtaken
from api.usecases.delegations.rows import OWN, RowsUnusable, merged
from api.usecases.policy_sets.entitled import holds_one_of, is_active
from engine.business_time import local_day
from engine.cases.identities import Identities
from engine.master_data import Delegation, MasterData, PersonId, current
from engine.register.delegations import delegated
from engine.register.ground import ground

ATTEMPTS: Final = 5
DOCUMENT: Final = "delegation"
MOST_BECAUSE: Final = 2000


@dataclass(frozen=True, slots=True)
class Wish:
    """`delegator` (empty: who asks) lets `delegate` act for him from `first` to `last`, local days.

    Names are logins or person ids; empty scopes mean all. `cap` is an amount with its currency.
    """

    delegate: str
    first: date
    last: date
    because: str
    delegator: str = ""
    documents: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    cap: str = ""
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The id of the delegation; or the code of why nothing was done, and what was found."""

    id: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Change:
    """What shall be kept, with the record of it, and the files that come into force."""

    kept: Kept
    kind: str
    files: Mapping[str, bytes]


Judge = Callable[[Connection, InForce], "_Change | Done"]


def delegate(resources: Resources, wish: Wish, who: Identities, now: datetime) -> Done:
    """Puts a delegation in force, or refuses it; both are recorded.

    Raises `NothingInForce`, `ContentsUnusable` and `Overtaken`.
    """

    def judge(connection: Connection, current: InForce) -> _Change | Done:
        return _made(connection, current, wish, who, now)

    return _attempted(resources, judge, who, now, "delegation_refused")


def revoke(resources: Resources, id: str, because: str, who: Identities, now: datetime) -> Done:
    """Takes a delegation back from this moment on, or refuses to; both are recorded.

    Raises `NothingInForce`, `ContentsUnusable` and `Overtaken`.
    """

    def judge(connection: Connection, current: InForce) -> _Change | Done:
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
        with resources.store.transaction() as connection:
            if hold_in_force(connection) != current.digests:
                continue
            person = current.data.person_of(who.decided_by, now)
            acting = replace(who, decided_by=person or who.decided_by)
            if isinstance(found, Done):
                body: Plain = {"code": found.code, "message": found.message, "id": found.id}
                append(connection, [Entry(refused, None, now, {**body, "who": acting.plain()})])
                return found
            _put(connection, found, acting, now)
        re_resolve_all(resources, now, Cause.DELEGATIONS)
        return Done(found.kept.id)
    raise Overtaken("something else was put in force every time")


def _put(connection: Connection, change: _Change, who: Identities, now: datetime) -> None:
    """What is in force is held: nobody decides until this is."""
    digest = add_files(connection, What.DELEGATIONS, change.files, now)
    put_in_force(connection, What.DELEGATIONS, digest, now)
    keep_delegation(connection, change.kept)
    kept = change.kept
    found = {str(What.DELEGATIONS): digest}
    because = kept.revoked_because if kept.revoked_at else kept.because
    body: Plain = {
        "in_force": found,
        "delegation": kept.id,
        "row": dict(kept.row),
        "because": because,
        "who": who.plain(),
    }
    position = append(connection, [Entry(change.kind, None, now, body, {"because": because})])
    add_history(connection, found, now, position, change.kind)


def _made(
    connection: Connection, current: InForce, wish: Wish, who: Identities, now: datetime
) -> _Change | Done:
    data = current.data
    person = data.person_of(who.decided_by, now)
    if person is None or not is_active(data, person, now):
        return Done("", "person_unknown", "nobody who is employed has this name")
    if wish.delegator and data.person_of(wish.delegator, now) != person:
        return Done("", "not_own", "nobody delegates for somebody else")
    other = data.person_of(wish.delegate, now)
    if other is None or not is_active(data, other, now):
        return Done("", "delegate_unknown", "nobody who is employed has the delegate's name")
    if other == person:
        return Done("", "same_person", "delegator and delegate are one person")
    if not 0 < len(wish.because.strip()) <= MOST_BECAUSE:
        return Done("", "reason_missing", "expected a reason")
    entity = current.policy.organization.entities.get(data.people[person].entity)
    today = local_day(now, entity.zone if entity is not None else "UTC")
    if wish.first < today:
        return Done("", "back_dated", f"expected a first day from {today} on, found {wish.first}")
    if wish.last < wish.first:
        return Done("", "window_empty", f"the last day {wish.last} is before {wish.first}")
    if any(not name.strip() or ";" in name for name in _names(wish)):
        return Done("", "row_unusable", "expected names that are not empty and have no `;`")
    if any(DOCUMENT in matrix.documents for matrix in current.policy.matrices):
        return Done("", "needs_approval", "the set asks for approval of delegations")
    kept = Kept(f"{OWN}{now:%Y%m%dT%H%M%S%f}-{person}", {}, str(person), now, wish.because)
    kept = replace(kept, row=_row(kept.id, wish, person, other))
    return _judged(connection, current, kept, now)


def _names(wish: Wish) -> tuple[str, ...]:
    """What is written into lists: an empty name would be a list of none, and that means all."""
    return (*wish.documents, *wish.entities, *wish.categories, *wish.papers)


def _row(id: str, wish: Wish, person: PersonId, other: PersonId) -> Mapping[str, str]:
    return {
        "id": id,
        "delegator": str(person),
        "delegate": str(other),
        "from": wish.first.isoformat(),
        "to": wish.last.isoformat(),
        "documents": ";".join(wish.documents),
        "entities": ";".join(wish.entities),
        "categories": ";".join(wish.categories),
        "cap": wish.cap,
        "papers": ";".join(wish.papers),
    }


def _judged(connection: Connection, current: InForce, kept: Kept, now: datetime) -> _Change | Done:
    """Loaded as it would be, and asked of the rows of the handling."""
    found = _loaded(connection, current, kept)
    if isinstance(found, Done):
        return found
    files, data = found
    made = _of_id(data, kept.id)
    if made is None:
        return Done("", "row_unusable", "a cell of the delegation cannot be read")
    if _leads_back(data, made):
        return Done("", "delegation_loop", f"`{made.delegate}` delegates back")
    at = max(now, made.span.start or now)
    [shown] = delegated(ground(current.policy, data, at), (made,)) or [None]
    if shown is None or shown.state not in ("in_force", "absent"):
        return Done("", shown.state if shown else "window_empty", "it would not come into force")
    if shown.state == "in_force" and not shown.worth:
        return Done("", shown.refused[0], f"no row allows it: {', '.join(shown.refused)}")
    return _Change(kept, "delegation_made", files)


def _loaded(
    connection: Connection, current: InForce, kept: Kept
) -> tuple[dict[str, bytes], MasterData] | Done:
    """The files with what is to be kept, and what they load as."""
    others = [each for each in all_kept(connection) if each.id != kept.id]
    try:
        files = merged(files_of(connection, current.digests.delegations), [*others, kept])
        whole = files_of(connection, current.digests.master_data) | files
        return files, data_of(whole, current.policy)
    except (RowsUnusable, ContentsUnusable) as problem:
        return Done("", "row_unusable", str(problem))


def _of_id(data: MasterData, id: str) -> Delegation | None:
    rows = (each for rows in data.delegations.values() for each in rows)
    return next((each for each in rows if each.id == id), None)


def _leads_back(data: MasterData, made: Delegation) -> bool:
    """Whether delegations that hold at the same time lead from the delegate to the delegator."""
    seen, waiting = {made.delegate}, [made.delegate]
    while waiting:
        for each in data.delegations.get(waiting.pop(), ()):
            if each.revoked_at is not None or not _overlap(each, made):
                continue
            if each.delegate == made.delegator:
                return True
            if each.delegate not in seen:
                seen.add(each.delegate)
                waiting.append(each.delegate)
    return False


def _overlap(one: Delegation, two: Delegation) -> bool:
    starts = [each.span.start for each in (one, two) if each.span.start is not None]
    return all(each.span.holds(max(starts)) for each in (one, two)) if starts else True


def _revoked(
    connection: Connection,
    current: InForce,
    id: str,
    because: str,
    who: Identities,
    now: datetime,
) -> _Change | Done:
    data = current.data
    person = data.person_of(who.decided_by, now)
    if person is None or not is_active(data, person, now):
        return Done("", "person_unknown", "nobody who is employed has this name")
    delegation = _of_id(data, id)
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
    found = _loaded(connection, current, kept)
    if isinstance(found, Done):
        return found
    return _Change(kept, "delegation_revoked", found[0])


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
