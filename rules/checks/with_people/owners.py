"""Cost centers, projects and departments for which a rule could ask nobody.

A document that is charged to one of them is held. Where an owner has left and somebody stands above
him, that person is asked instead: that is only noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.master_data import Dated, MasterData, PersonId, current
from engine.organization import Entity, Role
from engine.places import Place
from engine.policy import PolicySet
from engine.routing.seating import MOST_STEPS
from engine.routing.words import OwnerWord, RoleWord
from rules.checks.with_people.holding import People, uses
from rules.checks.with_people.settings import FIXED
from rules.checks.with_people.unapprovable import people_text
from rules.diagnostics import Diagnostics


@dataclass(frozen=True, slots=True)
class Kind:
    """A built-in role per object: its name in policies, of what it is, and where it is named."""

    word: str
    object: str
    title: str
    file: str


KINDS: Final = (
    Kind("cost_center_owner", "cost center", "owner", "cost_centers.csv"),
    Kind("budget_holder", "cost center", "budget holder", "cost_centers.csv"),
    Kind("project_manager", "project", "manager", "projects.csv"),
)


def check_owners(
    policy: PolicySet, data: MasterData, diagnostics: Diagnostics, now: datetime
) -> None:
    """Every kind of owner, and every role per object, that some rule asks in an entity."""
    people = People(policy, data, now)
    done: set[tuple[str, str]] = set()
    for use in uses(policy, data, now):
        if isinstance(use.word, OwnerWord):
            name = use.word.kind
        elif isinstance(use.word, RoleWord):
            name = use.word.role
        else:
            continue
        if (name, use.entity.id) in done:
            continue
        done.add((name, use.entity.id))
        kind = next((each for each in KINDS if each.word == name), None)
        if kind is not None:
            _check_kind(people, kind, use.entity, use.word.place, diagnostics)
        elif name in policy.organization.roles:
            role = policy.organization.roles[name]
            _check_role(people, role, use.entity, use.word.place, diagnostics)


def _check_kind(
    people: People, kind: Kind, entity: Entity, place: Place, diagnostics: Diagnostics
) -> None:
    lacking, climbing = [], []
    for name, owners in sorted(_owned(people.data, kind, entity, people.now)):
        owner = current(owners, people.now)
        if owner is None or not any(map(people.is_there, _upwards(people, owner))):
            lacking.append(name)
        elif not people.is_there(owner):
            climbing.append(name)
    if lacking:
        has, them = ("has", "it") if len(lacking) == 1 else ("have", "them")
        message = (
            f"{_named(kind.object, lacking)} of {entity.id} {has} no {kind.title} who is there: "
            f"documents charged to {them} are held"
        )
        diagnostics.warning("no-owner", place, message, f"name one in {kind.file}")
    if climbing:
        message = (
            f"the {kind.title} of {_named(kind.object, climbing)} of {entity.id} has left: "
            "who stands above is asked instead"
        )
        diagnostics.note("no-owner", place, message, f"name a new one in {kind.file}")


def _check_role(
    people: People, role: Role, entity: Entity, place: Place, diagnostics: Diagnostics
) -> None:
    if role.per in FIXED or not people.holders(role, entity):
        return  # a role that nobody holds at all is reported as that
    objects = _objects(people, role.per, entity)
    lacking = [name for name in objects if not _is_held(people, role, name)]
    if lacking:
        message = (
            f"nobody holds `{role.name}` for {_named(role.per, lacking)} of {entity.id}: "
            f"documents of {'it' if len(lacking) == 1 else 'them'} are held"
        )
        help = f"add a holder of `{role.name}` for each in roles.csv"
        diagnostics.warning("no-owner", place, message, help)


def _owned(
    data: MasterData, kind: Kind, entity: Entity, now: datetime
) -> Iterator[tuple[str, tuple[Dated[PersonId], ...]]]:
    if kind.object == "project":
        for project in data.projects.values():
            if project.entity == entity.id and project.span.holds(now):
                yield project.id, project.managers
        return
    for center in data.cost_centers.values():
        if center.entity == entity.id:
            is_owner = kind.word == "cost_center_owner"
            yield center.id, center.owners if is_owner else center.budget_holders


def _upwards(people: People, start: PersonId) -> Iterator[PersonId]:
    person: PersonId | None = start
    for _ in range(MOST_STEPS):
        if person is None:
            return
        yield person
        who = people.data.people.get(person)
        person = current(who.managers, people.now) if who is not None else None


def _objects(people: People, fact: str, entity: Entity) -> list[str]:
    """The known objects of the entity; none for a fact whose values master data do not list."""
    data = people.data
    centers = [c for c in data.cost_centers.values() if c.entity == entity.id]
    match fact:
        case "cost_center":
            found = {center.id for center in centers}
        case "project":
            found = {
                p.id
                for p in data.projects.values()
                if p.entity == entity.id and p.span.holds(people.now)
            }
        case "department":
            found = {center.department for center in centers}
            found |= {
                p.department
                for p in data.people.values()
                if p.entity == entity.id and p.is_active(people.now)
            }
        case _:
            found = set()
    return sorted(found - {""})


def _is_held(people: People, role: Role, name: str) -> bool:
    return any(
        holding.span.holds(people.now) and people.is_there(holding.person)
        for scope in (name, "*")
        for holding in people.data.holdings.get((role.name, scope), ())
    )


def _named(noun: str, names: Sequence[str]) -> str:
    """`cost center `de300``, or `3 cost centers (`a`, `b`, `c`)`."""
    plain = noun.replace("_", " ")
    if len(names) == 1:
        return f"{plain} `{names[0]}`"
    return people_text(names).replace("people", f"{plain}s", 1)
