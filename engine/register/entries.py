"""From master data and a set to the entry of one person, or of everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from engine.master_data import MasterData, Person, PersonId, Span, current
from engine.organization import Role
from engine.policy import PolicySet
from engine.register.asking import asking
from engine.register.bars import bars
from engine.register.delegations import delegated
from engine.register.entry import Employment, Entry, Held, Seat, StandsIn
from engine.register.ground import Ground, ground
from engine.register.limits import granted
from engine.routing.authority import is_one_of
from engine.routing.words import BodyWord, LevelWord, RoleChain, RoleWord, Word, nested


def entries(
    policy: PolicySet, data: MasterData, people: Iterable[PersonId], now: datetime
) -> Iterator[Entry]:
    """What each of the people may approve at the moment, in the order they are named."""
    on = ground(policy, data, now)
    for person in people:
        yield _entry(on, data.people[person])


def _entry(on: Ground, person: Person) -> Entry:
    employment, employed = _employment(on, person)
    return Entry(
        person=person,
        now=on.now,
        employment=employment,
        employed=employed,
        absences=tuple(_absences(on, person)),
        logins=on.logins.get(person.id, ()),
        supervisor=current(person.managers, on.now),
        level=next((dated for dated in person.levels if dated.span.holds(on.now)), None),
        roles=tuple(_roles(on, person)),
        limits=granted(on, person.id),
        owned=on.owned.get(person.id, ()),
        bodies=tuple(_seats(on, person)),
        given=delegated(on, on.given.get(person.id, ())),
        received=delegated(on, on.received.get(person.id, ())),
        stands_in=tuple(_stands_in(on, person)),
        acting=tuple(each for each in on.acting.get(person.id, ()) if not _is_over(on, each.span)),
        bars=bars(on, person),
        asked=asking(on, person.id),
    )


def _employment(on: Ground, person: Person) -> tuple[Employment, Span]:
    """Whether he is there, and the span that says so: the present, the next or the last one."""
    present = next((span for span in person.employed if span.holds(on.now)), None)
    if present is not None:
        return Employment.ACTIVE, present
    past = [span for span in person.employed if _is_over(on, span)]
    to_come = [span for span in person.employed if not _is_over(on, span)]
    if to_come:
        return Employment.INTERRUPTED if past else Employment.NOT_STARTED, to_come[0]
    return Employment.LEFT, past[-1] if past else Span()


def _is_over(on: Ground, span: Span) -> bool:
    return span.end is not None and span.end <= on.now


def _absences(on: Ground, person: Person) -> Iterator[Span]:
    """Those of now and of later."""
    for absence in on.data.absences.get(person.id, ()):
        if not _is_over(on, absence.span):
            yield absence.span


def _roles(on: Ground, person: Person) -> Iterator[Held]:
    roles = on.policy.organization.roles
    for holding in on.holdings.get(person.id, ()):
        if holding.role in roles:
            yield Held(roles[holding.role], holding)


def _seats(on: Ground, person: Person) -> Iterator[Seat]:
    """Bodies by the roles he holds, for whichever entity."""
    held = {holding.role for holding in on.holdings.get(person.id, ())}
    for role in on.policy.organization.roles.values():
        body = role.body
        if body is None:
            continue
        if body.of in held:
            yield Seat(role, _votes(on, person, role), body.present)
        if body.recorded_by in held:
            yield Seat(role, 0, 1)


def _votes(on: Ground, person: Person, role: Role) -> int:
    """His votes; of several roles that count otherwise the last counts, as in a ballot."""
    found = [1]
    document_type = min(on.policy.documents)
    for name, votes in role.body.votes if role.body is not None else ():
        for entity in on.policy.organization.entities:
            if is_one_of(on.trying(entity, document_type), person.id, name):
                found.append(votes)
    return found[-1]


def _stands_in(on: Ground, person: Person) -> Iterator[StandsIn]:
    for rule in on.policy.stand_ins:
        by = next((name for word in nested(rule.by) if (name := _named(on, person, word))), "")
        if by:
            yield StandsIn(rule, by)


def _named(on: Ground, person: Person, word: Word) -> str:
    """The role or level by which the word names him; empty where it does not."""
    held = {holding.role for holding in on.holdings.get(person.id, ())}
    organization = on.policy.organization
    match word:
        case RoleWord(role):
            return role if role in held else ""
        case RoleChain(roles):
            return next((role for role in roles if role in held), "")
        case LevelWord(level):
            rank = organization.rank(current(person.levels, on.now) or "")
            return level if rank >= organization.rank(level) else ""
        case BodyWord(role):
            body = organization.roles[role].body
            of = {body.of, body.recorded_by} if body is not None else set()
            return role if of & held else ""
        case _:
            return ""
