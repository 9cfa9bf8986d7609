"""Who may put a set in force, and who may not since he gains by it.

What is asked is the set in force and the master data of the moment; the other set is only looked at
to see what it would give to whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from api.usecases.authority_of_people import people_changes
from api.usecases.casework.resources import InForce
from engine.master_data import MasterData, PersonId
from engine.policy import PolicySet
from engine.routing.authority import PER_ENTITY
from rules.analysis.differences.model import Direction
from rules.checks.answers import roles_named, words_of


def is_active(data: MasterData, person: PersonId, now: datetime) -> bool:
    """Whether the person is employed at an aware moment."""
    known = data.people.get(person)
    return known is not None and known.is_active(now)


def holds_one_of(
    current: InForce, person: PersonId, roles: tuple[str, ...], entity: str, now: datetime
) -> bool:
    """Whether the person holds one of the roles for documents of the entity; delegates do not."""
    return any(_holds(current, person, role, entity, now) for role in roles)


def _holds(current: InForce, person: PersonId, role: str, entity: str, now: datetime) -> bool:
    known = current.policy.organization.roles.get(role)
    of = current.policy.organization.entities.get(entity)
    if known is None:
        return False
    scopes = {"*"}
    if of is not None and known.per in PER_ENTITY:
        scopes.add(PER_ENTITY[known.per](of))
    return any(
        holding.person == person and holding.span.holds(now)
        for scope in scopes
        for holding in current.data.holdings.get((role, scope), ())
    )


def gains(current: InForce, other: InForce, person: PersonId, now: datetime) -> bool:
    """Whether the other set would give the person something that he does not have now.

    More authority, or authority that cannot be compared; being asked by a word for the first time;
    or a say in changes of the set.
    """
    before, after = (current.policy, current.data), (other.policy, other.data)
    found = people_changes(before, after, now, person)
    if any(change.direction is not Direction.STRICTER for change in found.authority):
        return True
    if found.newly_asked:
        return True
    return bool(_says(other, person, now) - _says(current, person, now))


def _says(of: InForce, person: PersonId, now: datetime) -> frozenset[str]:
    """The roles and levels by which the person has a say in changes of the set."""
    entities = of.policy.organization.entities
    return frozenset(
        role
        for role in _named(of.policy)
        if any(_holds(of, person, role, entity, now) for entity in entities)
    )


def _named(policy: PolicySet) -> Iterator[str]:
    changes = policy.set_changes
    if changes is None:
        return
    yield from changes.activated_by
    rows = changes.matrix.rows if changes.matrix is not None else ()
    for row in rows:
        for word in words_of(row.answer):
            yield from roles_named(word)
