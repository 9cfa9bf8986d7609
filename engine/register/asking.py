"""Which rows can ask a person at all, for himself: not as delegate, stand-in or acting for another.

A row counts where it is in force on the day and one of its words could name the person for some
document. Whether it does depends on the document; `who_can` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from engine.business_time import local_day
from engine.facts.conditions import All
from engine.master_data import PersonId, current
from engine.organization import Entity
from engine.places import Place
from engine.policy import Additional, Approve, Row
from engine.register.entry import Asking
from engine.register.ground import Ground
from engine.routing.words import (
    BodyWord,
    Consult,
    Distinct,
    First,
    LevelWord,
    Notify,
    OwnerWord,
    Ratify,
    RequesterWord,
    RoleChain,
    RoleWord,
    Signed,
    SupervisorChain,
    Together,
    Word,
    nested,
)
from engine.scopes import Effective, Scope

CLIMBS: Final = "supervisor of one who cannot act"


def asking(on: Ground, person: PersonId) -> tuple[Asking, ...]:
    """The rows of matrices, then of controls, that can ask the person."""
    return tuple(_asking(on, person))


def _asking(on: Ground, person: PersonId) -> Iterator[Asking]:
    for matrix in on.policy.matrices:
        if not in_force(on, matrix.scope, matrix.effective):
            continue
        for row in matrix.rows:
            yield from _of_row(on, person, matrix.title or matrix.name, row)
        if isinstance(matrix.otherwise, Approve):
            row = Row("otherwise", matrix.otherwise_place, matrix.otherwise)
            yield from _of_row(on, person, matrix.title or matrix.name, row)
    for control in on.policy.additional:
        if in_force(on, control.scope, control.effective):
            yield from _of_row(on, person, "", control)
    for rule in on.policy.related_parties:
        yield from _of_words(on, person, "", "declared interest", rule.place, All(()), rule.add)


def in_force(on: Ground, scope: Scope, effective: Effective) -> bool:
    """Whether something is in force at the moment in an entity that its scope has."""
    return any(
        _in_scope(scope, entity) and effective.covers(local_day(on.now, entity.zone))
        for entity in on.policy.organization.entities.values()
    )


def _in_scope(scope: Scope, entity: Entity) -> bool:
    return (
        scope.width == 3
        or entity.id in scope.entities
        or entity.country in scope.countries
        or entity.region in scope.regions
    )


def _of_row(on: Ground, person: PersonId, of: str, row: Row | Additional) -> Iterator[Asking]:
    steps = row.answer.steps if isinstance(row.answer, Approve) else ()
    when = row.when.parts if isinstance(row.when, All) else (row.when,)
    yield from _of_words(on, person, of, row.name, row.place, All((*row.bounds, *when)), steps)


def _of_words(
    on: Ground,
    person: PersonId,
    of: str,
    name: str,
    place: Place,
    tests: All,
    steps: tuple[Word, ...],
) -> Iterator[Asking]:
    words = (word for step in steps for word in nested(step))
    ways = tuple(dict.fromkeys(way for word in words for way in _ways(on, person, word)))
    if ways:
        yield Asking(of, name, place, tests, ways)


def _ways(on: Ground, person: PersonId, word: Word) -> Iterator[str]:
    """How the word itself could ask the person; empty where it could not."""
    organization = on.policy.organization
    match word:
        case RoleWord(role):
            if _holds(on, person, role):
                yield role
        case RoleChain(roles):
            yield from (role for role in roles if _holds(on, person, role))
        case LevelWord(level):
            held = current(on.data.people[person].levels, on.now) or ""
            if organization.rank(held) >= organization.rank(level):
                yield level
        case BodyWord(role):
            body = organization.roles[role].body
            if body is not None and any(
                name and _holds(on, person, name) for name in (body.of, body.recorded_by)
            ):
                yield role
        case OwnerWord(kind):
            if any(owned.kind == kind for owned in on.owned.get(person, ())):
                yield kind
            elif person in on.supervisors:
                yield kind if kind == "requester.manager" else CLIMBS
        case SupervisorChain():
            if person in on.supervisors:
                yield "chain of supervisors"
        case RequesterWord():
            yield "requester"
        case Together() | Distinct() | First() | Signed() | Consult() | Notify() | Ratify():
            return  # what stands inside is asked by itself
        case _:
            assert_never(word)


def _holds(on: Ground, person: PersonId, role: str) -> bool:
    return any(holding.role == role for holding in on.holdings.get(person, ()))
