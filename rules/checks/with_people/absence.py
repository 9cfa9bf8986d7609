"""Who may not be away: persons without whom nobody can approve what a rule asks for.

Everybody who takes part in all routes of a rule is taken to be absent, and its documents are
decided again. Only what is blocked as a whole is reported: the one holder of a role as a note on
the role, people of whom every one is needed as a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from engine.decision import Outcome
from engine.master_data import ALWAYS, Absence, MasterData, PersonId
from engine.organization import Role
from engine.places import NOWHERE, Place
from engine.routing.words import nested
from rules.checks.with_people.fixes import smallest_fix
from rules.checks.with_people.settings import document_in
from rules.checks.with_people.trials import Subject
from rules.checks.with_people.trying import Result, Tried, persons_of, speaks
from rules.checks.with_people.unapprovable import witness_of
from rules.checks.with_people.world import World
from rules.diagnostics import Diagnostics

MOST_RULES: Final = 3  # named in one report
MOST_PEOPLE: Final = 200  # taken to be absent, for one rule


@dataclass(frozen=True, slots=True)
class Blocked:
    """A rule in an entity that somebody's absence blocks, and a document that shows it."""

    subject: Subject
    person: PersonId
    tried: Tried
    place: Place
    word: str


@dataclass(slots=True)
class Absences:
    """What is blocked so far, by rule, entity and person."""

    blocked: dict[tuple[Place, str, PersonId], Blocked] = field(default_factory=dict)

    def add(self, world: World, subject: Subject, results: Sequence[Result]) -> None:
        """Takes over who may not be away for the subject."""
        usual = [r for r in results if r.trial.is_plain and not r.setting.parts]
        usual = [result for result in usual if not result.setting.supplier]
        if not usual or any(result.usual is None for result in usual):
            return
        row, entity = subject.row.place, subject.entity.id
        for person in _in_all(usual)[:MOST_PEOPLE]:
            if (row, entity, person) in self.blocked or world.left <= 0:
                continue
            found = _blocked(world, subject, usual, person)
            if found is not None and _is_own(subject, found.place):
                self.blocked.setdefault((subject.place, entity, person), found)


def _is_own(subject: Subject, place: Place) -> bool:
    """Whether the place is one of the rule's own words, for a control, or anything for a row."""
    own = {inner.place for word in subject.own_words for inner in nested(word)}
    return subject.control is None or place in own


def _in_all(results: Sequence[Result]) -> list[PersonId]:
    """Who takes part in the usual route of every result."""
    routes = [persons_of(result.usual) for result in results if result.usual is not None]
    return [person for person in routes[0] if all(person in route for route in routes)]


def without(data: MasterData, person: PersonId) -> MasterData:
    """The same people while this one is away."""
    away = {**data.absences, person: (Absence(person, ALWAYS),)}
    return replace(data, absences=MappingProxyType(away))


def _blocked(
    world: World, subject: Subject, results: Sequence[Result], person: PersonId
) -> Blocked | None:
    """The first document, where nobody at all can have one approved while the person is away."""
    data = without(world.data, person)
    first: Blocked | None = None
    for tried in _routed(results, person):
        document, given = document_in(world, tried.trial, tried.setting, tried.alike.first)
        decision = world.decided(document, given, data)
        if decision is None or not speaks(subject, decision):
            return None
        held = decision.held
        if decision.outcome is not Outcome.HELD or held is None:
            return None
        if first is None:
            detail = dict(held.words).get("detail", "")
            again = replace(tried, decision=decision)
            first = Blocked(subject, person, again, held.place, detail)
    return first


def _routed(results: Sequence[Result], person: PersonId) -> Iterator[Tried]:
    for result in results:
        routed = [t for t in result.tried if not t.is_stuck and t.alike.first != person]
        yield from routed if result.is_whole else routed[:1]


def report(world: World, absences: Absences, diagnostics: Diagnostics) -> None:
    """A note for every role with one holder; a warning for people of whom each is needed."""
    roles: dict[str, list[Blocked]] = {}
    rules: dict[tuple[Place, str], list[Blocked]] = {}
    for (place, entity, _), blocked in absences.blocked.items():
        role = world.policy.organization.roles.get(blocked.word)
        if role is not None and _is_only(world, role, blocked.person):
            roles.setdefault(role.name, []).append(blocked)
        else:
            rules.setdefault((place, entity), []).append(blocked)
    for name, found in roles.items():
        _note(world, world.policy.organization.roles[name], found, diagnostics)
    groups: dict[tuple[PersonId, ...], list[Blocked]] = {}
    for found in rules.values():
        people = tuple(sorted({blocked.person for blocked in found}))
        groups.setdefault(people, []).append(found[0])
    for people, found in groups.items():
        _warn(world, people, found, diagnostics)


def _is_only(world: World, role: Role, person: PersonId) -> bool:
    """Whether nobody else holds the role in any scope in which the person does."""
    for (name, _), held in world.data.holdings.items():
        if name != role.name:
            continue
        current = {h.person for h in held if h.span.holds(world.now)}
        if person in current and len(current) > 1:
            return False
    return True


def _note(world: World, role: Role, found: Sequence[Blocked], diagnostics: Diagnostics) -> None:
    people = sorted({blocked.person for blocked in found})
    named = " or ".join(f"`{person}`" for person in people[:MOST_RULES])
    message = f"while {named} is away nobody can act as `{role.name}`: {_rules(found)} must wait"
    first = found[0]
    help = smallest_fix(world, first.tried, without(world.data, first.person))
    place = role.place if role.place != NOWHERE else first.place
    diagnostics.note("single-absence", place, message, help, witness_of(first.tried))


def _warn(
    world: World, people: Sequence[PersonId], found: Sequence[Blocked], diagnostics: Diagnostics
) -> None:
    first = found[0]
    named = ", ".join(f"`{person}`" for person in people)
    whose = f"any single absence of {named}" if len(people) > 1 else f"the absence of {named}"
    help = smallest_fix(world, first.tried, without(world.data, first.person))
    place = first.place if first.place != NOWHERE else first.subject.place
    message = f"{whose} blocks {_rules(found)}"
    diagnostics.warning("single-absence", place, message, help, witness_of(first.tried))


def _rules(found: Sequence[Blocked]) -> str:
    """The rules that are blocked: the first few by name."""
    by_rule: dict[str, dict[str, None]] = {}
    for blocked in found:
        entities = by_rule.setdefault(blocked.subject.name, {})
        entities[blocked.subject.entity.id] = None
    texts = [f"{name} in {' and '.join(entities)}" for name, entities in by_rule.items()]
    more = len(texts) - MOST_RULES
    return ", ".join(texts[:MOST_RULES]) + (f" and {more} more" if more > 0 else "")
