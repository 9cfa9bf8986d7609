"""The limits that a person has, in which entities, and under what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.facts.conditions import ALWAYS, Condition
from engine.master_data import Holding, PersonId, current
from engine.organization import Entity, Limit, Role
from engine.register.entry import Granted
from engine.register.ground import Ground, rest_of
from engine.routing.authority import PER_ENTITY, scope_in


def granted(on: Ground, person: PersonId) -> tuple[Granted, ...]:
    """The person's limits in the order of the files; one for each role, scope and condition."""
    found: dict[tuple[Limit, str, str, Condition], list[str]] = {}
    for limit in on.policy.organization.limits:
        for entity in on.policy.organization.entities.values():
            if limit.entities and entity.id not in limit.entities:
                continue
            for name, scope in _names(on, person, limit, entity):
                when = _when(on, limit, entity)
                if when is not None:
                    found.setdefault((limit, name, scope, when), []).append(entity.id)
    return tuple(
        Granted(limit, name, tuple(entities), scope, when, _others(limit, name))
        for (limit, name, scope, when), entities in found.items()
    )


def _others(limit: Limit, name: str) -> tuple[str, ...]:
    return tuple(other for other in limit.who if other != name) if limit.jointly else ()


def _when(on: Ground, limit: Limit, entity: Entity) -> Condition | None:
    if limit.when == ALWAYS:
        return ALWAYS
    some_type = min(limit.documents or on.policy.documents)
    known = on.trying(entity.id, some_type).known
    values = {name: value for name, value in known.values.items() if name != "document.type"}
    return rest_of(limit.when, replace(known, values=values))


def _names(on: Ground, person: PersonId, limit: Limit, entity: Entity) -> Iterator[tuple[str, str]]:
    """By which of the limit's roles and levels he has it in the entity, and for what scope."""
    organization = on.policy.organization
    level = current(on.data.people[person].levels, on.now)
    for name in limit.who:
        role = organization.roles.get(name)
        if role is None:
            if name == level:
                yield name, "*"
            continue
        for holding in on.holdings.get(person, ()):
            if holding.role == name and serves(holding, role, entity):
                yield name, "*" if role.per in PER_ENTITY else holding.scope


def serves(holding: Holding, role: Role, entity: Entity) -> bool:
    """Whether the holding can count for a document of the entity, whatever else it states."""
    if holding.scope == "*" or role.per not in PER_ENTITY:
        return True
    return holding.scope == scope_in(entity, role)
