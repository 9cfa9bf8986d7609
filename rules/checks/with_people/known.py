"""What master data and the moment say of an entity: no document can make it otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.facts.conditions import All, Condition, Not, OneOf, Present, facts_of
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import Of
from engine.knowing import of_entity
from engine.master_data import MasterData
from engine.organization import Entity
from engine.policy import PolicySet

MOMENT = "now"


def known_in(data: MasterData, entity: Entity, day: date) -> dict[str, FactValue]:
    """Everything that is so for every document of the entity on the day."""
    return {**of_entity(entity, data), MOMENT: day}


def known_facts(policy: PolicySet) -> frozenset[str]:
    """The facts that no document states: those of entities, and the day."""
    declared = (fact.name for fact in policy.facts.values() if fact.of is Of.ENTITY)
    return frozenset({*declared, MOMENT})


def as_it_is(
    policy: PolicySet,
    data: MasterData,
    entity: Entity,
    day: date,
    conditions: Iterable[Condition],
) -> Condition:
    """That each of these facts that the conditions read has the value it has, or is not known."""
    known = known_in(data, entity, day)
    read = {name for condition in conditions for name in facts_of(condition)}
    parts: list[Condition] = []
    for name in sorted(read & known_facts(policy)):
        value = known.get(name)
        is_so = Not(Present(name)) if value is None else OneOf(name, frozenset({value}))
        parts.append(is_so)
    return All(tuple(parts))
