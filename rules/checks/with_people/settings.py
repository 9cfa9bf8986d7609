"""What an example is charged to, whose supplier it names, who else takes part in it.

The usual setting is one cost center, one project and, for roles that are held per object, one
object; everybody is tried with it. In the others one of these differs, and only those are tried
for whom that makes a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from engine.documents.model import Document
from engine.facts.kinds import FactValues
from engine.facts.vocabulary import Of
from engine.master_data import CostCenter, Person, PersonId, Supplier, current
from engine.organization import Role
from engine.policy import PolicySet
from engine.routing.seating import MOST_STEPS
from engine.routing.words import OwnerWord, Word, nested
from engine.segregation.rulings import HELD_ROLES
from rules.checks.answers import roles_named
from rules.checks.space.examples import Charged, document_of, given_of
from rules.checks.with_people.trials import Subject, Trial
from rules.checks.with_people.world import World

MOST_OBJECTS: Final = 200  # of one kind, tried for one rule
MOST_SUPPLIERS: Final = 20
FIXED: Final = ("entity", "group", "country", "region")  # what a role may be `per`, besides facts
Words = tuple[Word, ...]
PARTS: Final = {"submit": "submitter", "buy": "buyer", "receive": "receiver"}


@dataclass(frozen=True, slots=True)
class Setting:
    """Objects by fact (`cost_center`, `department` ...), a supplier, and who takes part."""

    objects: tuple[tuple[str, str], ...] = ()
    supplier: str = ""
    parts: tuple[tuple[str, PersonId], ...] = ()

    def of(self, fact: str) -> str:
        """The object that the document is charged to or speaks of; empty for none."""
        return dict(self.objects).get(fact, "")

    def text(self) -> list[str]:
        """The setting for a witness: `cost_center: cc100`."""
        found = [f"{fact}: {name}" for fact, name in self.objects]
        found += [f"supplier: {self.supplier}"] if self.supplier else []
        return found + [f"{part}: {person}" for part, person in self.parts]


@dataclass(frozen=True, slots=True)
class Other:
    """Another setting, and for whom it makes a difference; empty for everybody."""

    setting: Setting
    people: tuple[PersonId, ...] = ()


def usual_setting(world: World, subject: Subject) -> Setting:
    """A cost center, and the first object of every kind that the words of the subject ask for."""
    found = {fact: names[0] for fact, names in _objects(world, subject, subject.words) if names}
    centers = sorted(
        center.id
        for center in world.data.cost_centers.values()
        if center.entity == subject.entity.id and _is_held(center, set(), world.now)
    )
    if centers:
        found.setdefault("cost_center", centers[0])
    return Setting(tuple(sorted(found.items())))


def other_settings(world: World, subject: Subject) -> Iterator[Other]:
    """Each other object with those who own it or are above the owner; each near supplier."""
    usual = usual_setting(world, subject)
    for fact, names in _objects(world, subject, subject.own_words):
        seen: set[tuple[PersonId, ...]] = set()
        for name in names[:MOST_OBJECTS]:
            people = tuple(_near(world, subject.own_words, fact, name))
            if people and people not in seen:
                seen.add(people)
                yield Other(_with_object(usual, fact, name), people)
    for supplier in _suppliers(world)[:MOST_SUPPLIERS]:
        yield Other(replace(usual, supplier=supplier))


def with_parts(world: World, usual: Setting, people: tuple[PersonId, ...]) -> Iterator[Setting]:
    """Each of these people in each part that a conflict of acts speaks of."""
    acts = {
        act
        for conflict in world.policy.conflicts
        if conflict.on != HELD_ROLES
        for name in conflict.duties
        for act in world.policy.duties[name].acts
    }
    for act, part in PARTS.items():
        if act in acts:
            for person in people:
                yield replace(usual, parts=((part, person),))


def document_in(
    world: World, trial: Trial, setting: Setting, requester: PersonId
) -> tuple[Document, FactValues]:
    """The document of a trial in a setting, and the facts beside it."""
    matrix, entity = trial.subject.matrix, trial.subject.entity
    charged = Charged(setting.of("cost_center"), setting.of("project"))
    document = document_of(matrix, entity, trial.facts, trial.key, charged, requester, world.now)
    parts = {part: str(person) for part, person in setting.parts}
    parts |= {fact: name for fact, name in setting.objects if fact in ("buyer", "receiver")}
    document = replace(document, supplier=setting.supplier, **parts)  # type: ignore[arg-type]
    given = dict(given_of(world.policy, matrix, trial.facts, trial.key, world.now))
    given |= {fact: name for fact, name in setting.objects if fact not in trial.facts}
    if setting.supplier:  # master data say what is so of a supplier who is there
        given = {n: value for n, value in given.items() if not is_of_supplier(world.policy, n)}
    return document, {name: value for name, value in given.items() if name not in trial.missing}


def is_of_supplier(policy: PolicySet, fact: str) -> bool:
    """Whether it is a fact of the supplier of a document."""
    declared = policy.facts.get(fact)
    return declared is not None and declared.of is Of.SUPPLIER


def _with_object(usual: Setting, fact: str, name: str) -> Setting:
    return replace(usual, objects=tuple(sorted({**dict(usual.objects), fact: name}.items())))


def _objects(world: World, subject: Subject, words: Words) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The objects of every kind that matter to the subject, by fact."""
    inner = _every_word(world, words)
    kinds = {word.kind for word in inner if isinstance(word, OwnerWord)}
    data, entity, now = world.data, subject.entity.id, world.now
    centers = [c for _, c in sorted(data.cost_centers.items()) if c.entity == entity]
    if kinds & {"cost_center_owner", "budget_holder"}:
        yield "cost_center", tuple(c.id for c in centers if _is_held(c, kinds, now))
    if "project_manager" in kinds:
        projects = [p for _, p in sorted(data.projects.items()) if p.entity == entity]
        yield "project", tuple(p.id for p in projects if current(p.managers, now))
    for fact in sorted({role.per for role in _roles(world, words)} - {*FIXED}):
        roles = {role.name for role in _roles(world, words) if role.per == fact}
        scopes = {
            scope
            for (name, scope), held_by in data.holdings.items()
            if name in roles and scope != "*" and any(h.span.holds(now) for h in held_by)
        }
        yield fact, tuple(sorted(scopes))


def _is_held(center: CostCenter, kinds: set[str], now: datetime) -> bool:
    """Whether somebody has the center in every way that is asked for."""
    asks_budget = "budget_holder" in kinds
    owner, holder = current(center.owners, now), current(center.budget_holders, now)
    return owner is not None and not (asks_budget and holder is None)


def _every_word(world: World, words: Words) -> Iterator[Word]:
    for word in (*words, *(rule.by for rule in world.policy.stand_ins)):
        yield from nested(word)


def _roles(world: World, words: Words) -> list[Role]:
    roles = world.policy.organization.roles
    named = {name for word in _every_word(world, words) for name in roles_named(word)}
    return [roles[name] for name in sorted(named) if name in roles and roles[name].body is None]


def _near(world: World, words: Words, fact: str, name: str) -> Iterator[PersonId]:
    """The owners of an object and everybody above them, or who holds a role for it."""
    data, now = world.data, world.now
    if fact == "cost_center":
        center = data.cost_centers[name]
        yield from _upwards(world, current(center.owners, now), current(center.budget_holders, now))
    elif fact == "project":
        yield from _upwards(world, current(data.projects[name].managers, now))
    else:
        for role in _roles(world, words):
            for holding in data.holdings.get((role.name, name), ()) if role.per == fact else ():
                if holding.span.holds(now):
                    yield holding.person


def _upwards(world: World, *starts: PersonId | None) -> Iterator[PersonId]:
    seen: dict[PersonId, None] = {}
    for start in starts:
        person, steps = start, 0
        while person is not None and person not in seen and steps < MOST_STEPS:
            seen[person] = None
            who = world.data.people.get(person)
            person = current(who.managers, world.now) if who is not None else None
            steps += 1
    yield from (person for person in seen if world.data.people[person].is_active(world.now))


def _suppliers(world: World) -> list[str]:
    """A supplier for every person who declared an interest, or shares a detail with one."""
    policy, data = world.policy, world.data
    if not policy.related_parties:
        return []
    groups: dict[str, str] = {}
    for supplier in sorted(data.suppliers.values(), key=lambda each: each.id):
        groups.setdefault(supplier.group or supplier.id, supplier.id)
    near = {
        interest.supplier
        for made in data.interests.values()
        for interest in made
        if interest.span.holds(world.now)
    }
    details = {each for who in data.people.values() for each in _details(who)}
    found = {groups.get(name, name) for name in near} & data.suppliers.keys()
    if not all(rule.refuse_on_match for rule in policy.related_parties):
        found |= {each.id for each in data.suppliers.values() if details & {*_details(each)}}
    return sorted(found)


def _details(of: Person | Supplier) -> Iterator[str]:
    yield from (*of.accounts, *of.tax_ids, *of.addresses)
