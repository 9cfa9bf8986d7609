"""Who can approve a document: one that is at hand, or one that is only described.

A description states facts in the words of policy tests (`in_plan=yes`, `12_000.00 USD`). Where it
does not say who asks, the answer is found for everybody who could ask, and told apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

import engine.documents as canonical
from api.usecases.drafts import Draft, DraftData
from api.usecases.judging import local
from engine.cumulation import totals
from engine.deciding import decide
from engine.decision import Decision
from engine.documents.model import Document
from engine.documents.stated_facts import given_value
from engine.errors import InputError, InputErrors
from engine.explaining.near_misses import NO_FACTS
from engine.explaining.who_can import WhoCan, who_can
from engine.facts.kinds import FactValue, FactValues, Kind
from engine.master_data import MasterData, Person, PersonId
from engine.places import NOWHERE
from engine.policy import PolicySet
from engine.quoting import quoted, suggestion
from engine.routing.distinct import leaves
from rules.diagnostics import Diagnostics
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Scalar
from rules.testing.documents import Filling, plain_amount, raw_document

MOST_REQUESTERS: Final = 5_000
UNSAID: Final = PersonId("requester not stated")
ID: Final = "described"


@dataclass(frozen=True, slots=True)
class Answer:
    """Who can approve one document that somebody asks for."""

    document: Document
    found: WhoCan


@dataclass(frozen=True, slots=True)
class Alike:
    """Requesters whose document is decided alike, and that decision of the first of them."""

    requesters: tuple[PersonId, ...]
    decision: Decision


@dataclass(frozen=True, slots=True)
class Open:
    """Who can approve where it is not stated who asks. `found` has the limits that cover only."""

    document: Document
    found: WhoCan
    by_requester: tuple[Alike, ...]
    is_cut: bool


def described(
    draft: Draft, document_type: str, entity: str, stated: Mapping[str, str], now: datetime
) -> dict[str, object]:
    """The document as a system would send it. Raises `InputErrors`."""
    wrong = Diagnostics()
    own = {name: text for name, text in stated.items() if not _is_outside(draft.policy, name)}
    texts = {"type": document_type, "entity": entity, **own}
    entries = tuple(
        (Scalar(name, False, NOWHERE), Scalar(text, False, NOWHERE)) for name, text in texts.items()
    )
    fill = Filling(requester=UNSAID)
    raw = raw_document((MappingNode(entries, NOWHERE),), draft.policy, fill, ID, wrong)
    errors = [InputError(report.code, "", report.message) for report in wrong]
    if errors:
        raise InputErrors(tuple(errors))
    raw["submitted_at"] = now.isoformat()
    return raw


def entities_of(
    draft: Draft, data: DraftData, entity: str, requester: str, now: datetime
) -> tuple[str, ...]:
    """The entities that are meant: the one stated, the requester's, else each of the set."""
    if entity:
        return (entity,)
    known = draft.policy.organization.entities
    person = data.data.person_of(requester, now)
    theirs = data.data.people[person].entity if person is not None else ""
    return (theirs,) if theirs in known else tuple(known)


def outside(policy: PolicySet, stated: Mapping[str, str]) -> FactValues:
    """The stated facts that no document states itself: totals, and those of another system.

    Raises `InputErrors`.
    """
    given: dict[str, FactValue] = {}
    for name, text in stated.items():
        if not _is_outside(policy, name):
            continue
        fact = policy.facts[name]
        value: object = plain_amount(text)
        if fact.kind is Kind.YES_NO:
            value = {"yes": True, "true": True, "no": False, "false": False}.get(text, text)
        try:
            given[name] = given_value(fact, value)
        except InputError as problem:
            raise InputErrors((problem,)) from None
    return given


def _is_outside(policy: PolicySet, name: str) -> bool:
    fact = policy.facts.get(name)
    return fact is not None and bool(fact.source or fact.total)


def answer(
    draft: Draft,
    data: DraftData,
    raw: object,
    now: datetime | None,
    received_at: datetime,
    stated: FactValues = NO_FACTS,
) -> Answer | Open:
    """Who can approve the document. Raises `InputErrors` where it cannot be accepted.

    `now` is `None` for the document's own time; `stated` are facts from outside that are given
    instead of found.
    """
    policy = draft.policy
    document = canonical.accept(raw, policy.facts, policy.documents, received_at=received_at)
    moment = now if now is not None else local(policy, document)
    decide_for = _Decider(draft, moment, stated)
    if document.requester != UNSAID:
        decision, given = decide_for(data.data, document)
        return Answer(document, who_can(policy, data.data, document, decision, given))
    people = _may_ask(data.data, document.entity, moment)
    anybody = _with_unsaid(data.data, document.entity)
    decision, given = decide_for(anybody, document)
    found = who_can(policy, anybody, document, decision, given)
    alike = tuple(_alike(decide_for, data.data, document, people[:MOST_REQUESTERS]))
    covering = WhoCan(decision, (), (), found.covering, found.amount, found.lacking)
    return Open(document, covering, alike, len(people) > MOST_REQUESTERS)


@dataclass(frozen=True, slots=True)
class _Decider:
    """Decides documents at one moment; totals count nothing but the document, unless stated."""

    draft: Draft
    now: datetime
    stated: FactValues

    def __call__(self, data: MasterData, document: Document) -> tuple[Decision, FactValues]:
        policy = self.draft.policy
        given = {**totals(policy, data, document, (), self.now).values, **self.stated}
        return decide(policy, data, document, self.now, given), given


def _with_unsaid(data: MasterData, entity: str) -> MasterData:
    """The same people, and one whom nothing is known of."""
    people = {**data.people, UNSAID: Person(UNSAID, UNSAID, entity)}
    return replace(data, people=MappingProxyType(people))


def _may_ask(data: MasterData, entity: str, now: datetime) -> tuple[PersonId, ...]:
    """Those of the entity who are employed at the moment."""
    return tuple(
        person.id
        for person in data.people.values()
        if person.entity == entity and person.is_active(now)
    )


def _alike(
    decide_for: _Decider, data: MasterData, document: Document, people: tuple[PersonId, ...]
) -> Iterator[Alike]:
    """Requesters together whose document gets the same answer, those of the most first."""
    found: dict[object, tuple[Decision, list[PersonId]]] = {}
    for person in people:
        decision, _ = decide_for(data, replace(document, requester=person))
        found.setdefault(_gist(decision), (decision, []))[1].append(person)
    for decision, asking in sorted(found.values(), key=lambda each: (-len(each[1]), each[1])):
        yield Alike(tuple(asking), decision)


def _gist(decision: Decision) -> object:
    """What makes two decisions alike for who asks: the outcome, its code, and the places."""
    stop = decision.held or decision.refused
    places = tuple(
        (step.number, place.word, place.ask, place.assignees, place.body)
        for step in decision.steps
        for part in step.parts
        for place in leaves(part)
    )
    return decision.outcome, stop.code if stop else "", places


def unknown_entity(draft: Draft, entity: str) -> str:
    """What is wrong with an entity that the set does not have; empty where it has it."""
    known = draft.policy.organization.entities
    if not entity or entity in known:
        return ""
    return f"there is no entity {quoted(entity)}; there are {', '.join(map(quoted, known))}"


def unknown_person(data: DraftData, name: str, now: datetime) -> str:
    """What is wrong with a name that nobody has at the moment; empty where somebody has it."""
    if not name or data.data.person_of(name, now) is not None:
        return ""
    by_name = {shown: person for person, shown in data.names.items()}
    near = suggestion(name, (*data.data.people, *data.data.logins, *by_name))
    return f"there is nobody of the name {quoted(name)}{near}"
