"""Whose documents are tried: everybody who is himself asked, and one of those who are alike.

Somebody whom no rule can ask matters as a requester only by his supervisor, level, department and
facts. Who shares all of these with another is tried once, and both are named where it fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.master_data import CostCenter, MasterData, Person, PersonId, current
from engine.organization import Entity
from engine.policy import PolicySet
from engine.routing.words import LevelWord, nested
from rules.checks.names import words_of_set


@dataclass(frozen=True, slots=True)
class Alike:
    """Persons who make no difference as requesters; the first stands for all."""

    people: tuple[PersonId, ...]

    @property
    def first(self) -> PersonId:
        """Who is tried."""
        return self.people[0]


def requesters(
    policy: PolicySet, data: MasterData, entity: Entity, now: datetime
) -> tuple[Alike, ...]:
    """The active persons of the entity, those who are alike together; ordinary ones first."""
    asked = _asked(policy, data, now)
    groups: dict[tuple[object, ...], list[PersonId]] = {}
    for person in data.people.values():
        if person.entity == entity.id and person.is_active(now):
            key = (person.id,) if person.id in asked else _likeness(person, now)
            groups.setdefault(key, []).append(person.id)
    ordinary = sorted(groups.items(), key=lambda group: (len(group[0]) == 1, group[1]))
    return tuple(Alike(tuple(people)) for _, people in ordinary)


def _likeness(person: Person, now: datetime) -> tuple[object, ...]:
    manager, level = current(person.managers, now), current(person.levels, now)
    facts = tuple(sorted((name, str(value)) for name, value in person.facts.items()))
    return "alike", manager, level, person.department, facts


def _asked(policy: PolicySet, data: MasterData, now: datetime) -> frozenset[PersonId]:
    """Everybody who could be asked, or of whom a rule speaks."""
    found = {h.person for held in data.holdings.values() for h in held if h.span.holds(now)}
    for person in data.people.values():
        manager = current(person.managers, now)
        found |= {manager} if manager is not None else set()
    found |= {each for center in data.cost_centers.values() for each in _owners(center, now)}
    for project in data.projects.values():
        lead = current(project.managers, now)
        found |= {lead} if lead is not None else set()
    found |= {each.delegate for made in data.delegations.values() for each in made}
    found |= {each.by for acting in data.acting.values() for each in acting}
    found |= {*data.interests}
    found |= {PersonId(rule.person) for rule in policy.mitigations}
    return frozenset(found | set(_of_levels(policy, data, now)))


def _owners(center: CostCenter, now: datetime) -> Iterator[PersonId]:
    for dated in (center.owners, center.budget_holders):
        owner = current(dated, now)
        if owner is not None:
            yield owner


def _of_levels(policy: PolicySet, data: MasterData, now: datetime) -> Iterator[PersonId]:
    """Persons of a level that some rule asks for, or of a higher one."""
    organization = policy.organization
    ranks = [
        organization.rank(word.level)
        for outer in words_of_set(policy)
        for word in nested(outer)
        if isinstance(word, LevelWord)
    ]
    for person in data.people.values():
        level = current(person.levels, now)
        if ranks and level is not None and organization.rank(level) >= min(ranks):
            yield person.id
