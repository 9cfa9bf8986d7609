"""Reviews that a control opened: which documents they speak of, and who may do them.

A review looks at what was decided already and changes nothing of it. Whoever has a part in a
document does not review it: its requester, a beneficiary, and who approved it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from engine.decision import Assignment, Group, ReviewTask
from engine.documents.model import Document
from engine.facts.conditions import facts_of
from engine.master_data import MasterData, PersonId
from engine.policy import Additional, PolicySet
from engine.routing.authority import PER_ENTITY, scope_in
from engine.routing.distinct import leaves

Asked = tuple[PersonId, PersonId | None]  # who is asked, and for whom he acts


def control_of(policy: PolicySet, task: ReviewTask) -> Additional | None:
    """The control that opened the review; `None` where the set has it no more."""
    return next((each for each in policy.additional if each.place == task.place), None)


def totals_read(policy: PolicySet, control: Additional) -> frozenset[str]:
    """The totals that a control compares: what they counted is what its review is about."""
    read = {control.amount, *facts_of(control.when)}
    facts = policy.facts
    return frozenset(name for name in read if name in facts and facts[name].total is not None)


def asked_by(task: ReviewTask) -> tuple[Asked, ...]:
    """Everybody whom the review asks, each once for each person he acts for."""
    return tuple(dict.fromkeys(_asked(task.parts)))


def _asked(parts: Iterable[Assignment | Group]) -> Iterator[Asked]:
    for part in parts:
        for place in leaves(part):
            yield from ((each.person, each.on_behalf_of) for each in place.assignees)
            if place.body is not None:
                for person in place.body.members + place.body.recorders:
                    yield person, None


def stands_for(data: MasterData, document: Document, now: datetime) -> frozenset[PersonId]:
    """Whose document it is: its requester and its beneficiaries, as persons."""
    names = (document.requester, *document.beneficiaries)
    found = (
        data.person_of(name, now) or data.person_of(name, document.submitted_at)
        for name in names
        if name
    )
    return frozenset(person for person in found if person is not None)


def owners_of(
    policy: PolicySet, data: MasterData, owner: str, entity: str, now: datetime
) -> tuple[PersonId, ...]:
    """Who answers for a file: the active holders of the role that it names, or that person.

    Nobody where the role is held for something that an entity does not say.
    """
    role = policy.organization.roles.get(owner)
    if role is None:
        named = data.person_of(owner, now) if owner else None
        found = [] if named is None else [named]
    else:
        place = policy.organization.entities.get(entity)
        scopes = {"*"}
        if place is not None and role.per in PER_ENTITY:
            scopes.add(scope_in(place, role))
        found = [
            holding.person
            for scope in sorted(scopes)
            for holding in data.holdings.get((role.name, scope), ())
            if holding.span.holds(now)
        ]
    return tuple(dict.fromkeys(each for each in found if is_active(data, each, now)))


def is_active(data: MasterData, person: PersonId, now: datetime) -> bool:
    """Whether somebody is employed at the moment."""
    known = data.people.get(person)
    return known is not None and known.is_active(now)
