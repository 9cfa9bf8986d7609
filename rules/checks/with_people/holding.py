"""Words that name a role, level or body for which nobody is there, at one moment.

It looks at the words and the people and decides nothing. Whether those who are there may act on a
document is for the other checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from engine.business_time import local_day
from engine.facts.conditions import ALWAYS, Condition
from engine.facts.kinds import FactValues
from engine.facts.truth import Known, holds
from engine.master_data import MasterData, PersonId, current
from engine.organization import Entity, Role
from engine.places import Place
from engine.policy import Additional, Guarantee, Matrix, PolicySet
from engine.rates import Converter
from engine.routing.words import (
    BodyWord,
    Distinct,
    First,
    LevelWord,
    OwnerWord,
    RoleChain,
    RoleWord,
    SupervisorChain,
    Together,
    Word,
    nested,
)
from rules.checks.answers import words_of
from rules.checks.space.ground import scope_entities
from rules.checks.with_people.known import known_in
from rules.checks.with_people.settings import FIXED
from rules.diagnostics import Diagnostics


@dataclass(frozen=True, slots=True)
class Use:
    """A word of a rule in one entity; `is_needed`: without it the rule cannot be completed."""

    word: Word
    entity: Entity
    is_needed: bool


@dataclass(slots=True)
class Lacking:
    """What is lacking at one word: the sentence but for the entities, and what would help."""

    message: str
    help: str
    is_needed: bool
    entities: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class People:
    """The set, its people and the moment."""

    policy: PolicySet
    data: MasterData
    now: datetime

    def holders(self, role: Role, entity: Entity) -> frozenset[PersonId]:
        """Who may act as the role for the entity: for a role per object, for any object."""
        found = set()
        for (name, scope), holdings in self.data.holdings.items():
            if name == role.name and _is_for(role, scope, entity):
                found |= {h.person for h in holdings if h.span.holds(self.now)}
        return frozenset(person for person in found if self.is_there(person))

    def is_there(self, person: PersonId) -> bool:
        """Whether the person is active, or somebody acts in his position."""
        who = self.data.people.get(person)
        if who is not None and who.is_active(self.now):
            return True
        acting = [a.by for a in self.data.acting.get(person, ()) if a.span.holds(self.now)]
        return any(self.data.people[by].is_active(self.now) for by in acting)

    def of_level(self, level: str, entity: Entity | None) -> frozenset[PersonId]:
        """Active persons of the level or a higher one, of one entity or of all."""
        organization = self.policy.organization
        least = organization.rank(level)
        return frozenset(
            person.id
            for person in self.data.people.values()
            if (entity is None or person.entity == entity.id)
            and person.is_active(self.now)
            and organization.rank(current(person.levels, self.now) or "") >= least
        )


def check_holders(
    policy: PolicySet, data: MasterData, diagnostics: Diagnostics, now: datetime
) -> frozenset[tuple[Place, str]]:
    """Report the words for which nobody is there; the places and entities of those."""
    people = People(policy, data, now)
    found: dict[tuple[Place, str], Lacking] = {}
    for use in uses(policy, data, now):
        for place, message, help in _lacks(people, use):
            known = found.setdefault((place, message), Lacking(message, help, use.is_needed))
            known.is_needed |= use.is_needed
            known.entities[use.entity.id] = None
    for (place, _), lacking in found.items():
        add = diagnostics.error if lacking.is_needed else diagnostics.warning
        entities = " and ".join(lacking.entities)
        add("nobody-holds", place, f"{lacking.message} for {entities}", lacking.help)
    _check_limits(people, diagnostics)
    return frozenset((place, name) for (place, _), each in found.items() for name in each.entities)


def uses(policy: PolicySet, data: MasterData, now: datetime) -> Iterator[Use]:
    """Every word inside the words of every rule in force, once for each of its entities."""

    def known(entity: Entity) -> FactValues:
        return known_in(data, entity, local_day(now, entity.zone))

    for matrix in policy.matrices:
        for entity in _where(policy, matrix, now):
            if _is_replaced(policy, matrix, entity, now) or _never(matrix.when, known(entity)):
                continue
            for row in matrix.rows:
                if not _never(row.when, known(entity)):
                    yield from _inside(words_of(row.answer), entity, True)
            yield from _inside(words_of(matrix.otherwise), entity, True)
    for control in policy.additional:
        for entity in _where(policy, control, now):
            if not _never(control.when, known(entity)):
                yield from _inside(words_of(control.answer), entity, True)
                reviewers = control.review.by if control.review is not None else ()
                yield from _inside(reviewers, entity, False)
    for guarantee in policy.guarantees:
        for entity in _where(policy, guarantee, now):
            if not _never(guarantee.when, known(entity)):
                for name in guarantee.by:
                    yield Use(_word(policy, name, guarantee.place), entity, True)
    for entity in policy.organization.entities.values():
        for related in policy.related_parties:
            yield from _inside(related.add, entity, True)
        yield from _inside(tuple(rule.by for rule in policy.stand_ins), entity, False)


def _where(
    policy: PolicySet, rule: Matrix | Additional | Guarantee, now: datetime
) -> Iterator[Entity]:
    """The entities in which a rule is in force at the moment."""
    for entity in scope_entities(policy, rule.scope):
        if rule.effective.covers(local_day(now, entity.zone)):
            yield entity


def _never(when: Condition, known: FactValues) -> bool:
    """Whether the condition is false for every document of which this is known."""
    return holds(when, Known(known, Converter({}, None, None))) is False


def _is_replaced(policy: PolicySet, matrix: Matrix, entity: Entity, now: datetime) -> bool:
    """Whether matrices of narrower scope decide every document of the entity instead."""
    others = [
        other
        for other in policy.matrices
        if other.scope.width < matrix.scope.width
        and other.when == ALWAYS
        and entity in _where(policy, other, now)
    ]
    return matrix.documents <= {name for other in others for name in other.documents}


def _word(policy: PolicySet, name: str, place: Place) -> Word:
    role = policy.organization.roles.get(name)
    if role is None:
        return LevelWord(name, place)
    return RoleWord(name, place) if role.body is None else BodyWord(name, place)


def _inside(words: tuple[Word, ...], entity: Entity, is_needed: bool) -> Iterator[Use]:
    """The words and those inside them; inside alternatives none is needed."""
    for word in words:
        match word:
            case Together(need=need, parts=parts):
                yield from _inside(parts, entity, is_needed and need == len(parts))
            case First(parts=parts):
                yield from _inside(parts, entity, is_needed and len(parts) == 1)
            case Distinct(of=of):
                yield from _inside((of,), entity, is_needed)
            case RoleWord() | BodyWord() | LevelWord() | OwnerWord():
                yield Use(word, entity, is_needed)
            case RoleChain(roles=roles, place=place):
                for name in roles:
                    yield Use(RoleWord(name, place), entity, is_needed and len(roles) == 1)
            case SupervisorChain():
                yield Use(word, entity, is_needed)
                yield from _inside((word.of,) if word.of is not None else (), entity, is_needed)
            case _:
                yield from _inside(
                    tuple(each for each in nested(word) if each != word)[:1], entity, is_needed
                )


def _lacks(people: People, use: Use) -> Iterator[tuple[Place, str, str]]:
    """The place, what is said of it, and what would help; nothing where somebody is there."""
    roles = people.policy.organization.roles
    match use.word:
        case RoleWord(role=name, place=place):
            role = roles[name]
            if not people.holders(role, use.entity) and not _stood_in(people, name, use.entity):
                yield place, f"nobody holds `{name}`", _help_for(role, use.entity)
        case BodyWord(role=name, place=place):
            yield from ((place, *found) for found in _body_lacks(people, roles[name], use.entity))
        case LevelWord(level=level, place=place):
            if not people.of_level(level, use.entity):
                help = f"give somebody of {use.entity.id} this level in people.csv"
                yield place, f"nobody has the level `{level}` or a higher one", help
        case SupervisorChain(to=level, place=place) if level:
            if not people.of_level(level, None):
                help = "give somebody this level in people.csv"
                yield place, f"nobody has the level `{level}` or a higher one", help
        case _:
            return


def _help_for(role: Role, entity: Entity) -> str:
    where = {
        "entity": f" for {entity.id}",
        "country": f" for {entity.country}",
        "region": f" for {entity.region}",
    }.get(role.per, "")
    return (
        f"add a holder of `{role.name}`{where} in roles.csv, or let somebody stand in: "
        f"`- {{for: {role.name}, by: ..., because: [vacant]}}`"
    )


def _body_lacks(people: People, role: Role, entity: Entity) -> Iterator[tuple[str, str]]:
    """What keeps the body from approving: too few members, or nobody who records."""
    body, roles = role.body, people.policy.organization.roles
    if body is None:
        return
    if body.of:
        count = len(people.holders(roles[body.of], entity))
        if count < body.present:
            noun = "member" if count == 1 else "members"
            message = f"`{role.name}` has {count} {noun} and needs {body.present}"
            yield message, f"add {body.present - count} more of `{body.of}` in roles.csv"
    elif not people.holders(roles[body.recorded_by], entity):
        message = f"nobody holds `{body.recorded_by}`, who records `{role.name}`,"
        yield message, f"add a holder of `{body.recorded_by}` in roles.csv"


def _stood_in(people: People, name: str, entity: Entity) -> bool:
    """Whether somebody stands in for the role while it is vacant."""
    for rule in people.policy.stand_ins:
        if rule.for_role == name and "vacant" in rule.because:
            inner = [use for use in _inside((rule.by,), entity, True) if use.is_needed]
            if not any(found for use in inner for found in _plain_lacks(people, use)):
                return True
    return False


def _plain_lacks(people: People, use: Use) -> Iterator[str]:
    """The same without stand-ins: nobody stands in for a stand-in."""
    match use.word:
        case RoleWord(role=name):
            if not people.holders(people.policy.organization.roles[name], use.entity):
                yield name
        case _:
            yield from (message for _, message, _ in _lacks(people, use))


def _is_for(role: Role, scope: str, entity: Entity) -> bool:
    own = {"entity": entity.id, "country": entity.country, "region": entity.region}.get(role.per)
    return scope == "*" or role.per not in FIXED or scope == own


def _check_limits(people: People, diagnostics: Diagnostics) -> None:
    """Limits of roles and levels that nobody has at all: a note at the first of each name."""
    policy = people.policy
    every = tuple(policy.organization.entities.values())
    places: dict[str, list[Place]] = {}
    for limit in policy.organization.limits:
        for name in limit.who:
            role = policy.organization.roles.get(name)
            where = [e for e in every if not limit.entities or e.id in limit.entities]
            if role is None:
                is_held = any(
                    current(p.levels, people.now) == name and p.is_active(people.now)
                    for p in people.data.people.values()
                )
            else:
                is_held = any(people.holders(role, entity) for entity in where)
            if not is_held:
                places.setdefault(name, []).append(limit.place)
    for name, found in places.items():
        noun = "level" if name in policy.organization.levels else "role"
        count = "this limit is" if len(found) == 1 else f"{len(found)} limits are"
        message = f"nobody has the {noun} `{name}`, so {count} nobody's"
        diagnostics.note(
            "nobody-holds", found[0], message, f"give somebody `{name}`, or take it out"
        )
