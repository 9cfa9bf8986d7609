"""Managers in a circle: found without trusting that there are few people or few changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from engine.master_data import Person, PersonId, current

_MOMENTS: Final = 50  # changes looked at one by one; with more, a circle of all times is reported
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


def circles(people: Mapping[PersonId, Person]) -> list[frozenset[PersonId]]:
    """Every group of people who are each other's managers at some moment, ordered by name."""
    entangled = _entangled(people)
    if not entangled:
        return []
    starts = {dated.span.start or _BEGINNING for id in entangled for dated in people[id].managers}
    found: set[frozenset[PersonId]] = set()
    for moment in sorted(starts)[-_MOMENTS:]:
        found |= _at(moment, people, entangled)
    if len(starts) > _MOMENTS and not found:
        found.add(frozenset(entangled))
    return sorted(found, key=sorted)


def _entangled(people: Mapping[PersonId, Person]) -> set[PersonId]:
    """Those who remain when everybody without an own manager, or report, in the rest is taken."""
    above = {
        id: {dated.value for dated in person.managers if dated.value in people}
        for id, person in people.items()
    }
    below: dict[PersonId, set[PersonId]] = {}
    for id, managers in above.items():
        for manager in managers:
            below.setdefault(manager, set()).add(id)
    _peel(above, below)
    remaining = {id: above[id] & above.keys() for id in above}
    reports: dict[PersonId, set[PersonId]] = {id: set() for id in remaining}
    for id, managers in remaining.items():
        for manager in managers:
            reports[manager].add(id)
    _peel(reports, remaining)
    return set(reports)


def _peel(
    forward: dict[PersonId, set[PersonId]], backward: Mapping[PersonId, set[PersonId]]
) -> None:
    """Takes out, again and again, whoever has nothing in `forward`."""
    counts = {id: len(others) for id, others in forward.items()}
    free = [id for id, count in counts.items() if count == 0]
    while free:
        id = free.pop()
        del forward[id]
        for other in backward.get(id, ()):
            if other in counts:
                counts[other] -= 1
                if counts[other] == 0 and other in forward:
                    free.append(other)


def _at(
    moment: datetime, people: Mapping[PersonId, Person], among: set[PersonId]
) -> set[frozenset[PersonId]]:
    """The circles at one moment, when everybody has one manager at most."""
    found: set[frozenset[PersonId]] = set()
    seen: set[PersonId] = set()
    for id in sorted(among):
        path: dict[PersonId, int] = {}
        here: PersonId | None = id
        while here is not None and here not in seen and here not in path:
            path[here] = len(path)
            here = current(people[here].managers, moment) if here in among else None
        if here is not None and here in path:
            found.add(frozenset(one for one, at in path.items() if at >= path[here]))
        seen.update(path)  # `|=` with a view would copy all that was seen
    return found
