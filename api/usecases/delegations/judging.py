"""Whether a delegation that somebody wants may come into force, by what is in force now.

Asked when it is made or requested, and once more when a requested one was approved: by then a row
of the handling may be gone, or somebody may have left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store.delegations import Kept, all_kept
from adapters.store.in_force import files_of
from api.usecases.casework.resources import ContentsUnusable, InForce, data_of
from api.usecases.delegations.rows import OWN, RowsUnusable, merged
from api.usecases.policy_sets.entitled import is_active
from engine.business_time import local_day
from engine.master_data import Delegation, MasterData, PersonId
from engine.register.delegations import delegated
from engine.register.ground import ground

MOST_BECAUSE: Final = 2000
MADE: Final = "delegation_made"


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
    """The id of the delegation; or the code of why nothing was done, and what was found.

    `case` is the number of the case in which a delegation is being approved; empty for none.
    """

    id: str = ""
    code: str = ""
    message: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be kept, with the record of it, and the files that come into force."""

    kept: Kept
    kind: str
    files: Mapping[str, bytes]
    made: Delegation


def wished(
    connection: Connection, current: InForce, wish: Wish, name: str, now: datetime
) -> Change | Done:
    """What the wish of a person (a login or an id) comes to, or why it is refused."""
    data = current.data
    person = data.person_of(name, now)
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
    today = today_of(current, person, now)
    if wish.first < today:
        return Done("", "back_dated", f"expected a first day from {today} on, found {wish.first}")
    if wish.last < wish.first:
        return Done("", "window_empty", f"the last day {wish.last} is before {wish.first}")
    if any(not each.strip() or ";" in each for each in _names(wish)):
        return Done("", "row_unusable", "expected names that are not empty and have no `;`")
    kept = Kept(f"{OWN}{now:%Y%m%dT%H%M%S%f}-{person}", {}, str(person), now, wish.because)
    kept = replace(kept, row=_row(kept.id, wish, person, other))
    return judged(connection, current, kept, now)


def today_of(current: InForce, person: PersonId, now: datetime) -> date:
    """The local day of a person's entity."""
    entity = current.policy.organization.entities.get(current.data.people[person].entity)
    return local_day(now, entity.zone if entity is not None else "UTC")


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


def judged(connection: Connection, current: InForce, kept: Kept, now: datetime) -> Change | Done:
    """Loaded as it would be, and asked of the rows of the handling."""
    found = loaded(connection, current, kept)
    if isinstance(found, Done):
        return found
    files, data = found
    made = of_id(data, kept.id)
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
    return Change(kept, MADE, files, made)


def loaded(
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


def of_id(data: MasterData, id: str) -> Delegation | None:
    """The delegation with this id; `None` for none."""
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
