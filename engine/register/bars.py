"""What keeps a person from approving, whatever document comes, or documents of some kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.knowing import Situation, knowing_approver
from engine.master_data import Person
from engine.policy import Barred, Conflict
from engine.register.asking import in_force
from engine.register.entry import Bar
from engine.register.ground import Ground, rest_of
from engine.routing.eligibility import matches
from engine.segregation import conflicts


def bars(on: Ground, person: Person) -> tuple[Bar, ...]:
    """Declared interests, details shared with suppliers, conflicts of roles, barred conditions."""
    return (
        *_interests(on, person),
        *_shared(on, person),
        *_conflicts(on, person),
        *_barred(on, person),
    )


def _interests(on: Ground, person: Person) -> Iterator[Bar]:
    rule = next((each for each in on.policy.related_parties if each.exclude_declared), None)
    for interest in on.data.interests.get(person.id, ()):
        if rule is not None and interest.span.holds(on.now):
            yield Bar("declared_interest", interest.supplier, interest.span, rule.place)


def _shared(on: Ground, person: Person) -> Iterator[Bar]:
    for rule in on.policy.related_parties:
        for supplier in on.data.suppliers.values():
            if matches(person, supplier, rule):
                yield Bar("related_party_match", supplier.id, place=rule.place)


def _conflicts(on: Ground, person: Person) -> Iterator[Bar]:
    """Conflicts between roles held; those on one document depend on who did what there."""
    found: dict[Conflict, None] = {}
    static = tuple(each for each in on.policy.conflicts if each.on == "person")
    for conflict in static:
        duties = [on.policy.duties[name] for name in conflict.duties]
        types = {None, *(kind for duty in duties for kind in duty.documents)}
        for entity in on.policy.organization.entities:
            for kind in sorted(filter(None, types)) or [min(on.policy.documents)]:
                of_person = conflicts.matches(on.trying(entity, kind), person.id)
                if any(match.bars and match.conflict == conflict for match in of_person):
                    found[conflict] = None
    for conflict in found:
        yield Bar("segregation", conflict.name, place=conflict.place)


def _barred(on: Ground, person: Person) -> Iterator[Bar]:
    for rule in on.policy.barred:
        if not in_force(on, rule.scope, rule.effective):
            continue
        left = [
            rest
            for entity in on.policy.organization.entities
            if (rest := rest_of(rule.when, _knowing(on, person, entity, rule).known)) is not None
        ]
        if left:
            when = left[0] if all(rest == left[0] for rest in left) else rule.when
            yield Bar("barred", rule.name, place=rule.place, when=when)


def _knowing(on: Ground, person: Person, entity: str, rule: Barred) -> Situation:
    """A document to try, with what is known of the person who would approve it."""
    tried = on.trying(entity, min(rule.documents or on.policy.documents))
    values = {name: v for name, v in tried.known.values.items() if name != "document.type"}
    bare = replace(tried, known=replace(tried.known, values=values))
    return replace(bare, known=knowing_approver(bare, person.id))
