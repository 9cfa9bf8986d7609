"""Who holds a role or level here, and whose limit covers an amount.

No limit, no authority; any limit that matches is enough. A limit for a level belongs to exactly
that level. A limit whose condition is undecided, or whose amount cannot be converted, covers
nothing; what was lacking is noted in `Situation.gaps`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from engine.decision import Comparison
from engine.facts.kinds import ANY_AMOUNT, NO_LIMIT, Unlimited
from engine.facts.tracing import text_of
from engine.facts.truth import holds, shortages
from engine.knowing import Situation
from engine.master_data import ALWAYS, Holding, PersonId, current
from engine.money import Exact, Money, key
from engine.organization import Entity, Limit, Role
from engine.rates import Shortage

Amount = Money | Exact
# What a role may be per that an entity alone decides; anything else is a fact of the document.
PER_ENTITY: Final[Mapping[str, Callable[[Entity], str]]] = {
    "entity": lambda entity: entity.id,
    "group": lambda _: "*",
    "country": lambda entity: entity.country,
    "region": lambda entity: entity.region,
}


def scope_of(situation: Situation, role: Role) -> str | None:
    """The scope a holder of the role must have for this document; `None` where it is not known."""
    if role.per in PER_ENTITY:
        return scope_in(situation.entity, role)
    value = situation.known.values.get(role.per)
    return None if value is None else str(value)


def scope_in(entity: Entity, role: Role) -> str:
    """The scope a holder of a role must have for an entity, where the role is per such a thing."""
    return PER_ENTITY[role.per](entity)


def holders(situation: Situation, role: Role) -> tuple[Holding, ...]:
    """Who holds the role for this document at the moment, in a stable order; looked up once."""
    found = situation.held.get(role.name)
    if found is None:
        found = situation.held[role.name] = _holders(situation, role)
    return found


def _holders(situation: Situation, role: Role) -> tuple[Holding, ...]:
    scope, now = scope_of(situation, role), situation.now
    found = situation.data.holdings.get((role.name, "*"), ())
    if scope is not None and scope != "*":
        found += situation.data.holdings.get((role.name, scope), ())
    held = {h.person: h for h in found if h.span is ALWAYS or h.span.holds(now)}
    return tuple([held[person] for person in sorted(held)])


def holds_role(situation: Situation, person: PersonId, role: Role) -> bool:
    """Whether the person holds the role for this document at the moment."""
    for holding in holders(situation, role):
        if holding.person == person:
            return True
    return False


def level_of(situation: Situation, person: PersonId) -> str:
    """The person's level at the moment; empty for none."""
    known = situation.data.people.get(person)
    return (current(known.levels, situation.now) or "") if known else ""


def of_level(situation: Situation, level: str) -> tuple[PersonId, ...]:
    """The persons of the entity who have that level or a higher one at the moment."""
    organization = situation.policy.organization
    least = organization.rank(level)
    return tuple(
        person
        for person in situation.data.ranked.get(situation.entity.id, ())
        if organization.rank(level_of(situation, person)) >= least
    )


def is_one_of(situation: Situation, person: PersonId, name: str) -> bool:
    """Whether the person has the role or exactly the level of that name."""
    role = situation.policy.organization.roles.get(name)
    if role is not None:
        return holds_role(situation, person, role)
    return level_of(situation, person) == name


def _applying(situation: Situation, person: PersonId, jointly: bool) -> tuple[Limit, ...]:
    """The limits of the person that speak of this entity, document type and facts."""
    lookup, roles = situation.policy.lookup, situation.policy.organization.roles
    by_level = lookup.limits[situation.entity.id, jointly] if lookup is not None else None
    if by_level is None or not by_level.of_level:
        return ()
    level = level_of(situation, person)
    found = []
    for limit in by_level.of_level.get(level, by_level.of_others):
        if limit.documents and situation.document.type not in limit.documents:
            continue
        if level not in limit.who and not any(
            name in roles and holds_role(situation, person, roles[name]) for name in limit.who
        ):
            continue
        truth = holds(limit.when, situation.known)
        if truth is True:
            found.append(limit)
        elif truth is None:
            situation.gaps.extend(shortages(limit.when, situation.known).values())
    return tuple(found)


def reaches(situation: Situation, limit: Limit, amount: Amount, whose: str = "") -> bool:
    """Whether the limit covers the amount, compared in the limit's currency without rounding.

    With the name of whose limit it is the comparison is noted, both sides in that currency.
    """
    covers = True
    compared: Amount | Shortage = amount
    if limit.up_to is not None:
        compared = situation.known.converter.convert(amount, limit.up_to.currency)
        if isinstance(compared, Shortage):
            situation.gaps.append(compared)
            covers = False
        else:
            covers = key(compared.minor) <= 2 * limit.up_to.minor
    if whose:
        left = str(amount) if limit.up_to is None else text_of(compared)
        right = str(ANY_AMOUNT) if limit.up_to is None else text_of(limit.up_to)
        situation.compared[limit.place, whose, left] = Comparison(whose, left, "<=", right, covers)
    return covers


def own_limits(situation: Situation, person: PersonId) -> tuple[Limit, ...]:
    """The limits the person has alone for this document; looked up once."""
    found = situation.limits.get(person)
    if found is None:
        found = situation.limits[person] = _applying(situation, person, jointly=False)
    return found


def covering(situation: Situation, person: PersonId, amount: Amount) -> Limit | None:
    """A limit of the person alone that covers the amount; each comparison is traced."""
    for limit in own_limits(situation, person):
        if reaches(situation, limit, amount, f"limit of {person}"):
            return limit
    return None


def joint_covering(situation: Situation, person: PersonId, amount: Amount) -> tuple[Limit, ...]:
    """The joint limits to which the person is a party and that cover the amount."""
    return tuple(
        limit
        for limit in _applying(situation, person, jointly=True)
        if reaches(situation, limit, amount, f"limit of {' and '.join(limit.who)}")
    )


def widest(situation: Situation, person: PersonId) -> Money | Exact | Unlimited:
    """The person's highest limit for this document, in the entity's currency where they differ."""
    best: Money | Exact | None = None
    for limit in own_limits(situation, person):
        if limit.up_to is None:
            return ANY_AMOUNT
        if best is None:
            best = limit.up_to
            continue
        ours = situation.known.converter.convert(best, situation.entity.currency)
        theirs = situation.known.converter.convert(limit.up_to, situation.entity.currency)
        if not isinstance(theirs, Shortage) and not isinstance(ours, Shortage):
            best = max(ours, theirs, key=lambda amount: amount.minor)
    return best if best is not None else NO_LIMIT


def limit_text(situation: Situation, person: PersonId) -> str:
    """The person's highest limit as a reason prints it."""
    return str(widest(situation, person))
