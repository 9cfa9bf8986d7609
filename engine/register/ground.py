"""What an entry of the register is read from: master data by person, and documents to try.

A document to try has a type and an entity and nothing else; what a condition says of it is taken
as decided only where it reads facts of the entity and the day alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from engine.documents.model import Document
from engine.facts.conditions import ALWAYS, All, Any, Condition, Settled, facts_of, settle
from engine.facts.truth import Known, holds
from engine.knowing import Situation, situate
from engine.master_data import Acting, Delegation, Holding, MasterData, PersonId, current
from engine.policy import PolicySet
from engine.register.entry import Owned

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
ENTITY_FACTS: Final = (
    "entity",
    "entity.country",
    "entity.region",
    "entity.currency",
    "now",
)


@dataclass(slots=True)
class Ground:
    """One set and one snapshot at one moment, with what the snapshot holds by person."""

    policy: PolicySet
    data: MasterData
    now: datetime
    holdings: Mapping[PersonId, tuple[Holding, ...]]
    owned: Mapping[PersonId, tuple[Owned, ...]]
    given: Mapping[PersonId, tuple[Delegation, ...]]
    received: Mapping[PersonId, tuple[Delegation, ...]]
    acting: Mapping[PersonId, tuple[Acting, ...]]
    logins: Mapping[PersonId, tuple[str, ...]]
    supervisors: frozenset[PersonId]
    tried: dict[tuple[str, str], Situation] = field(default_factory=dict)

    def trying(self, entity: str, document_type: str) -> Situation:
        """The situation of a document of that type in the entity, of which nothing else is known.

        It is nobody's own document in what it is asked here: no bar is asked of it.
        """
        found = self.tried.get((entity, document_type))
        if found is None:
            found = self._situation(entity, document_type)
            self.tried[entity, document_type] = found
        return found

    def _situation(self, entity: str, document_type: str) -> Situation:
        asking = next(iter(self.data.people))
        document = Document(
            type=document_type,
            id="",
            entity=entity,
            requester=asking,
            submitted_at=self.now.astimezone(UTC),
            currency=self.policy.organization.entities[entity].currency,
        )
        found = situate(self.policy, self.data, document, self.now, {})
        if not isinstance(found, Situation):
            raise TypeError(f"a document of {entity} cannot be tried: {found}")
        names = (*ENTITY_FACTS, *self.data.entity_facts.get(entity, {}), "document.type")
        values = {name: found.known.values[name] for name in names if name in found.known.values}
        found.known = replace(found.known, values=values)
        return found


def ground(policy: PolicySet, data: MasterData, now: datetime) -> Ground:
    """Everything that entries at the moment are read from."""
    delegations = [each for rows in data.delegations.values() for each in rows]
    held = [each for rows in data.holdings.values() for each in rows if each.span.holds(now)]
    posts = [each for rows in data.acting.values() for each in rows]
    logins = [
        (person, login)
        for login, spans in data.logins.items()
        if (person := current(spans, now)) is not None
    ]
    managers = (current(person.managers, now) for person in data.people.values())
    return Ground(
        policy=policy,
        data=data,
        now=now,
        holdings=_by((holding.person, holding) for holding in held),
        owned=_by(_owned(data, now)),
        given=_by((each.delegator, each) for each in delegations),
        received=_by((each.delegate, each) for each in delegations),
        acting=_by((each.by, each) for each in posts),
        logins=_by(logins),
        supervisors=frozenset(manager for manager in managers if manager is not None),
    )


def rest_of(condition: Condition, known: Known) -> Condition | None:
    """What of the condition is left to be true; `None` where it is false whatever comes.

    Only parts that read known facts alone are decided.
    """
    match condition:
        case All(parts):
            rests = [rest_of(part, known) for part in parts]
            left = tuple(rest for rest in rests if rest is not None and rest != ALWAYS)
            if None in rests:
                return None
            return left[0] if len(left) == 1 else All(left)
        case Any(parts):
            rests = [rest_of(part, known) for part in parts]
            left = tuple(rest for rest in rests if rest is not None)
            if not left:
                return None
            return ALWAYS if ALWAYS in left else left[0] if len(left) == 1 else Any(left)
        case Settled(part):
            rest = rest_of(part, known)
            return None if rest is None else settle(rest)
        case _:
            if not set(facts_of(condition)) <= known.values.keys():
                return condition
            return ALWAYS if holds(condition, known) is True else None


def _owned(data: MasterData, now: datetime) -> Iterator[tuple[PersonId, Owned]]:
    for center in data.cost_centers.values():
        for kind, dated in (
            ("cost_center_owner", center.owners),
            ("budget_holder", center.budget_holders),
        ):
            holds_now = next((each for each in dated if each.span.holds(now)), None)
            if holds_now is not None:
                yield holds_now.value, Owned(kind, center.id, center.entity, holds_now.span)
    for project in data.projects.values():
        manages = next((each for each in project.managers if each.span.holds(now)), None)
        if manages is not None:
            owned = Owned("project_manager", project.id, project.entity, manages.span)
            yield manages.value, owned


def _by(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}
