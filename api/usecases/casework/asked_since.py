"""Since when the places of a case are asked, and since when delegations are known.

Both are looked up only where a set that decides has a row whose open tasks stay: any other decides
without them, and its records say nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from sqlalchemy import Connection

from adapters.store.deadlines import asked_on, escalations_on
from adapters.store.in_force import What, files_of
from adapters.store.in_force_history import Held, history_of
from api.usecases.casework.resources import ContentsUnusable, InForce, Made, data_of
from engine.master_data import Delegation, MasterData, Span
from engine.routing.asked import NO_MOMENTS, Begun, Moments, wants_moments
from engine.routing.course import Escalation

KEPT_READ: Final = 64  # earlier delegations; small beside the people and documents of a process
_PEOPLE: Final = ("people.csv", "people.yaml")

_ById = Mapping[str, Delegation]
_READ: Final = Made[_ById](KEPT_READ)  # earlier contents never change


def moments_of_case(connection: Connection, case_id: int, sets: Iterable[InForce]) -> Moments:
    """Since when the places of a case are asked, and which delegations are younger than that."""
    wanting = [each for each in sets if wants_moments(each.policy)]
    asked = asked_on(connection, case_id) if wanting else ()
    if not asked:
        return NO_MOMENTS
    first = min(each.since for each in asked)
    return Moments(asked, tuple(_begun(connection, wanting[0], first)))


def silent_on(
    connection: Connection,
    case_id: int,
    sets: Iterable[InForce],
    more: tuple[Escalation, ...] = (),
) -> tuple[Escalation, ...]:
    """Where a case was silent, `more` included; since when only where a decision asks for it."""
    found = (*escalations_on(connection, case_id), *more)
    if any(wants_moments(each.policy) for each in sets):
        return found
    return tuple(replace(each, at=None) for each in found)


def _begun(connection: Connection, current: InForce, first: datetime) -> Iterator[Begun]:
    """The delegations in force that were not known all the time since `first`.

    What a row gives is known from when it came into force as it is: a day that a load dates back,
    and a row that was over, revoked or another one meanwhile, move nothing.
    """
    every = history_of(connection, What.DELEGATIONS)
    since = [each for each in every if each.until is None or each.until > first]
    if len(since) < 2:
        return
    known = [*(_earlier(connection, current, each) for each in since[:-1]), _by_id(current.data)]
    for id, delegation in sorted(known[-1].items()):
        at = _known_since(since, known, id)
        start = delegation.span.start
        if at is not None and (start is None or start < at):
            yield Begun(id, at)


def _known_since(since: Sequence[Held], known: Sequence[_ById], id: str) -> datetime | None:
    """When the delegation came into force as it is; `None` where it was from the first on."""
    steps = [*zip(pairwise(known), since[1:], strict=True)]
    for (before, after), held in reversed(steps):
        if id not in before or not _goes_on(before[id], after[id], held.since):
            return held.since
    return None


def _goes_on(before: Delegation, after: Delegation, at: datetime) -> bool:
    """Whether what came into force is the one that was there, and still counted by then."""
    is_over = before.span.end is not None and before.span.end <= at
    is_revoked = before.revoked_at is not None and before.revoked_at <= at
    return _given(before) == _given(after) and not is_over and not is_revoked


def _given(of: Delegation) -> Delegation:
    """What is given, apart from how long."""
    return replace(of, span=Span(of.span.start, None), revoked_at=None)


def _earlier(connection: Connection, current: InForce, held: Held) -> _ById:
    """The delegations that were in force, of people as they are now; none where they are gone."""
    name = (held.digest, current.digests.master_data, current.policy.digest)
    return _READ.get(name, lambda: _read(connection, current, held.digest))


def _read(connection: Connection, current: InForce, digest: str) -> _ById:
    try:
        people = files_of(connection, current.digests.master_data)
        files = {name: people[name] for name in _PEOPLE if name in people}
        return _by_id(data_of(files | files_of(connection, digest), current.policy))
    except (LookupError, ContentsUnusable):
        return {}


def _by_id(data: MasterData) -> _ById:
    return {each.id: each for rows in data.delegations.values() for each in rows}
