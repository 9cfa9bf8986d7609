"""Who gains and who loses authority between two sets, and who may newly be asked, by person.

Only what the sets say is compared: the same people, holding the same roles and levels, at one
moment. A limit counts in an entity unless facts of the entity or the day make its condition false;
what is known of neither stays as a condition. A role that is held for a department or project is
counted for whatever it is held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.business_time import local_day
from engine.facts.truth import Known
from engine.knowing import of_entity
from engine.master_data import MasterData, PersonId, current
from engine.organization import Entity, Limit, Role
from engine.policy import PolicySet
from engine.rates import Converter
from engine.register.ground import rest_of
from rules.analysis.differences.essence import essence
from rules.analysis.differences.model import Direction
from rules.analysis.differences.phrases import documents as documents_text
from rules.analysis.differences.phrases import listed, money, when
from rules.analysis.differences.strictness import LOOSER, of_amounts, together
from rules.checks.answers import levels_named, roles_named, words_of

Amounts = frozenset[tuple[str, str, bool, object]]  # how: alone or with whom; when; any amount


@dataclass(frozen=True, slots=True)
class AuthorityChange:
    """What one person may approve alone or jointly, before and after, for some documents."""

    person: str
    documents: str
    entities: str
    before: str
    after: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class PeopleChanges:
    """Changes of authority, and who may be asked for the first time or no more."""

    authority: tuple[AuthorityChange, ...]
    newly_asked: tuple[tuple[str, str], ...]  # person, by which word
    no_longer_asked: tuple[tuple[str, str], ...]


def people_changes(
    old: tuple[PolicySet, MasterData],
    new: tuple[PolicySet, MasterData],
    now: datetime,
    only: PersonId | None = None,
) -> PeopleChanges:
    """Who gains, who loses, and who is asked newly or no longer, at the moment.

    With `only` nobody else is looked at.
    """
    before, after = (_asked(policy, data, now) for policy, data in (old, new))
    if only is not None:
        before, after = ({k: v for k, v in each.items() if k == only} for each in (before, after))
    return PeopleChanges(
        tuple(_authority(old, new, now, only)),
        tuple(sorted((p, ", ".join(sorted(after[p]))) for p in after.keys() - before.keys())),
        tuple(sorted((p, ", ".join(sorted(before[p]))) for p in before.keys() - after.keys())),
    )


def _authority(
    old: tuple[PolicySet, MasterData],
    new: tuple[PolicySet, MasterData],
    now: datetime,
    only: PersonId | None,
) -> Iterator[AuthorityChange]:
    """Every difference, entities and document types with the same one together."""
    types = sorted(old[0].documents | new[0].documents)
    entities = sorted({*old[0].organization.entities, *new[0].organization.entities})
    limits = [
        {entity: tuple(_limits_in(policy, data, entity, now)) for entity in entities}
        for policy, data in (old, new)
    ]
    people = sorted({*old[1].people, *new[1].people} if only is None else {only})
    for person in people:
        found: dict[tuple[tuple[Limit, ...], tuple[Limit, ...]], dict[str, list[str]]] = {}
        for entity in entities:
            names = [_names(policy, data, person, entity, now) for policy, data in (old, new)]
            if not any(names):
                continue
            for type_ in types:
                before = _limits(limits[0][entity], old[0], names[0], type_)
                after = _limits(limits[1][entity], new[0], names[1], type_)
                if _essences(before) != _essences(after):
                    found.setdefault((before, after), defaultdict(list))[entity].append(type_)
        for (before, after), by_entity in found.items():
            yield from _told(person, before, after, by_entity, len(types))


def _essences(limits: Iterable[Limit]) -> frozenset[object]:
    apart = frozenset({"entities", "documents"})
    return frozenset(essence(limit, without=apart) for limit in limits)


def _told(
    person: str,
    before: tuple[Limit, ...],
    after: tuple[Limit, ...],
    by_entity: Mapping[str, list[str]],
    types: int,
) -> Iterator[AuthorityChange]:
    alike: dict[tuple[str, ...], list[str]] = {}
    for entity, names in by_entity.items():
        alike.setdefault(tuple(names), []).append(entity)
    for same_types, entities in alike.items():
        yield AuthorityChange(
            person,
            "all documents" if len(same_types) == types else documents_text(same_types),
            listed(entities),
            _amounts_text(before),
            _amounts_text(after),
            _direction(before, after),
        )


def _direction(before: tuple[Limit, ...], after: tuple[Limit, ...]) -> Direction:
    """By the amounts of limits that differ in nothing else; any that matches is enough."""
    old, new = _by_how(before), _by_how(after)
    found: list[Direction | None] = []
    for how in old.keys() | new.keys():
        if how not in old or how not in new:
            found.append(LOOSER if how in new else Direction.STRICTER)
            continue
        largest = [_largest(limits) for limits in (old[how], new[how])]
        if largest[0] is None or largest[1] is None:
            return Direction.DIFFERENT
        found.append(of_amounts(largest[0].up_to, largest[1].up_to, more_is=LOOSER))
    return together(found) or Direction.DIFFERENT


def _by_how(limits: tuple[Limit, ...]) -> dict[object, list[Limit]]:
    found: dict[object, list[Limit]] = {}
    for limit in limits:
        joint = limit.who if limit.jointly else ()
        found.setdefault((joint, essence(limit.when)), []).append(limit)
    return found


def _largest(limits: list[Limit]) -> Limit | None:
    """The limit that reaches furthest; none where currencies cannot be compared."""
    for limit in limits:
        if limit.up_to is None:
            return limit
    currencies = {limit.up_to.currency for limit in limits if limit.up_to is not None}
    if len(currencies) > 1:
        return None
    return max(limits, key=lambda limit: limit.up_to.minor if limit.up_to is not None else 0)


def _amounts_text(limits: tuple[Limit, ...]) -> str:
    texts = []
    for limit in limits:
        amount = "any amount" if limit.up_to is None else money(limit.up_to)
        jointly = f" jointly ({', '.join(limit.who)})" if limit.jointly else ""
        condition = f" where {when(limit.when)}" if when(limit.when) else ""
        texts.append(f"{amount}{jointly}{condition}")
    return "; ".join(dict.fromkeys(sorted(texts))) or "nothing"


def _limits_in(policy: PolicySet, data: MasterData, entity: str, now: datetime) -> Iterator[Limit]:
    """The limits that can count in an entity on the day, each with what is left to be true."""
    of = policy.organization.entities.get(entity)
    if of is None:
        return
    day = local_day(now, of.zone)
    values = {**of_entity(of, data), "now": day}
    known = Known(values, Converter(data.rates, policy.fx, day))
    for limit in policy.organization.limits:
        left = rest_of(limit.when, known)
        if left is not None and (not limit.entities or entity in limit.entities):
            yield replace(limit, when=left)


def _limits(
    limits: tuple[Limit, ...], policy: PolicySet, names: frozenset[str], type_: str
) -> tuple[Limit, ...]:
    """Those of somebody with these roles and levels, for a type."""
    if type_ not in policy.documents:
        return ()
    return tuple(
        limit
        for limit in limits
        if names.intersection(limit.who) and (not limit.documents or type_ in limit.documents)
    )


def _names(
    policy: PolicySet, data: MasterData, person: str, entity: str, now: datetime
) -> frozenset[str]:
    """The roles that somebody has for an entity, and his level."""
    known = policy.organization.entities.get(entity)
    who = data.people.get(PersonId(person))
    if known is None or who is None or not who.is_active(now):
        return frozenset()
    found = {
        role.name
        for role in policy.organization.roles.values()
        if any(
            holding.person == person and holding.span.holds(now)
            for scope in _scopes(role, known, data)
            for holding in data.holdings.get((role.name, scope), ())
        )
    }
    level = current(who.levels, now)
    return frozenset(found | ({level} if level else set()))


def _scopes(role: Role, entity: Entity, data: MasterData) -> Iterable[str]:
    """For what a holder may hold the role, to have it for documents of the entity."""
    match role.per:
        case "entity":
            return "*", entity.id
        case "group":
            return ("*",)
        case "country":
            return "*", entity.country
        case "region":
            return "*", entity.region
        case _:
            return sorted({scope for name, scope in data.holdings if name == role.name})


def _asked(policy: PolicySet, data: MasterData, now: datetime) -> Mapping[str, set[str]]:
    """Who holds a role, or stands at a level, that some rule asks by name; with the words."""
    words = [word for matrix in policy.matrices for row in matrix.rows
             for word in words_of(row.answer)]  # fmt: skip
    words += [word for control in policy.additional for word in words_of(control.answer)]
    words += [word for matrix in policy.matrices for word in words_of(matrix.otherwise)]
    words += [rule.by for rule in policy.stand_ins]
    roles = {name for word in words for name in roles_named(word)}
    levels = {name for word in words for name in levels_named(word)}
    least = min((policy.organization.rank(level) for level in levels), default=None)
    found: dict[str, set[str]] = {}
    for name in sorted(roles & policy.organization.roles.keys()):
        body = policy.organization.roles[name].body
        for role in [name] if body is None else filter(None, (body.of, body.recorded_by)):
            for (held, _), holdings in data.holdings.items():
                for holding in holdings if held == role else ():
                    if holding.span.holds(now):
                        found.setdefault(holding.person, set()).add(name)
    for person in data.people.values():
        level = current(person.levels, now)
        if least is not None and level and policy.organization.rank(level) >= least:
            found.setdefault(person.id, set()).add(level)
    return found
