"""What the conflicts of a set can be about on one document: which speak of it, and who did what.

Looked up once for a decision, and only where the set has conflicts. Acts of the document itself
that nobody recorded yet (its submitter submits it now) count as done at the moment of deciding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from engine.business_time import local_day
from engine.documents.model import Document
from engine.history import History, PastAct
from engine.master_data import MasterData, PersonId
from engine.policy import Conflict, Duty, Mitigation, PolicySet, Scope, ScopeKey
from engine.segregation.keys import Name, about
from engine.values import value

# What the persons a document names have done on it.
ACTS: Final = (
    ("submitter", "submit"),
    ("requester", "request"),
    ("buyer", "buy"),
    ("receiver", "receive"),
)
# What two documents share that are related in a way; one document is related to itself in each.
PREFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "same_document": ("number:",),
    "same_chain": ("number:", "document:"),
    "same_supplier": ("number:", "supplier:"),
    "same_object": ("number:", "object:"),
}
HELD_ROLES: Final = "person"  # the conflicts that compare roles held, and not two acts


@value
class Ruling:
    """A conflict that speaks of the document, with its duties.

    `others` are the duties that whoever has them may not join by approving the document.
    """

    conflict: Conflict
    first: Duty
    second: Duty
    others: tuple[Duty, ...]

    @property
    def duties(self) -> tuple[Duty, Duty]:
        """Both, as written."""
        return self.first, self.second

    def pairs(self) -> tuple[tuple[Duty, Duty], ...]:
        """The two duties in both orders."""
        if self.first is self.second:
            return ((self.first, self.second),)
        return (self.first, self.second), (self.second, self.first)


@value
class Match:
    """A conflict that one person has, by what he (or who is related to him) did or holds.

    `act` is `None` where it is by roles held. `mitigation` lets him through, `lapsed` would have:
    why not, and which.
    """

    conflict: Conflict
    act: PastAct | None = None
    relative: PersonId | None = None
    mitigation: Mitigation | None = None
    lapsed: tuple[tuple[str, str], ...] = ()

    @property
    def bars(self) -> bool:
        """Whether it keeps the person from acting."""
        return self.conflict.outcome != "warn" and self.mitigation is None


@dataclass(slots=True)
class Ground:
    """What the conflicts that speak of a document are asked about.

    `keys` are those of the document by the way of being related, `named` the acts of the persons
    that it names, `acts` everything that is known, by person. `once` are conflicts for which each
    person may approve the document no more than once, and `taken` who would, while a route is
    built. `matches` is what was found of persons.
    """

    document: Name
    zone: str
    day: date
    now: datetime
    rulings: tuple[Ruling, ...]
    once: tuple[Conflict, ...]
    keys: Mapping[str, frozenset[str]]
    chain: frozenset[Name]
    named: tuple[PastAct, ...]
    acts: Mapping[PersonId, list[PastAct]]
    matches: dict[PersonId, tuple[Match, ...]] = field(default_factory=dict)
    taken: dict[PersonId, Conflict] = field(default_factory=dict)

    def is_own(self, act: PastAct) -> bool:
        """Whether it was done on the document itself."""
        return (act.document_type, act.document_id) == self.document

    def relates(self, act: PastAct, on: str) -> bool:
        """Whether the act was done on a document that is related to this one in that way."""
        name = (act.document_type, act.document_id)
        if name == self.document or (on == "same_chain" and name in self.chain):
            return True
        return not self.keys[on].isdisjoint(act.keys)

    def day_of(self, act: PastAct) -> date:
        """The local day on which it was done."""
        return local_day(act.at, self.zone)

    def days_from(self, act: PastAct, day: date) -> int:
        """How many local days lie between the act and the day."""
        return abs((day - self.day_of(act)).days)


def counts(duty: Duty, act: str, document_type: str) -> bool:
    """Whether an act on a document of a type belongs to the duty."""
    return act in duty.acts and (not duty.documents or document_type in duty.documents)


def ground_of(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    zone: str,
    scopes: tuple[ScopeKey, ...],
    involved: Mapping[str, PersonId],
    history: History,
) -> Ground:
    """The ground of one document at one moment."""
    day = local_day(now, zone)
    speaking = tuple(rulings(policy, day, scopes, document.type))
    acts = _by_person(history.acts)
    return Ground(
        document=(document.type, document.id),
        zone=zone,
        day=day,
        now=now,
        rulings=speaking,
        once=tuple(_once(speaking, document.type)),
        keys=_keys(speaking, data, document, now, history),
        chain=history.chain,
        named=tuple(_named(acts, document, involved, now)),
        acts=acts,
    )


def _named(
    acts: dict[PersonId, list[PastAct]],
    document: Document,
    involved: Mapping[str, PersonId],
    now: datetime,
) -> Iterator[PastAct]:
    """What the persons that the document names did on it: as recorded, or else now.

    What is done now is added to the acts.
    """
    for part, word in ACTS:
        person = involved.get(part)
        if person is None:
            continue
        theirs = acts.setdefault(person, [])
        recorded = [
            act
            for act in theirs
            if act.document_id == document.id
            and act.document_type == document.type
            and act.act == word
        ]
        if not recorded:
            recorded = [PastAct(person, word, document.type, document.id, now)]
            theirs += recorded
        yield from recorded


def rulings(
    policy: PolicySet, day: date, scopes: tuple[ScopeKey, ...], document_type: str
) -> Iterator[Ruling]:
    """The conflicts that are in force for documents of the type on the day, in these scopes."""
    names = {(kind, name) for kind, name, _ in scopes}
    for conflict in policy.conflicts:
        if conflict.effective.covers(day) and _is_within(conflict.scope, names):
            first, second = (policy.duties[name] for name in conflict.duties)
            others = tuple(
                other
                for approving, other in ((first, second), (second, first))
                if counts(approving, "approve", document_type)
            )
            yield Ruling(conflict, first, second, others)


def _is_within(scope: Scope, names: set[tuple[str, str]]) -> bool:
    wanted = [("entity", name) for name in scope.entities]
    wanted += [("country", name) for name in scope.countries]
    wanted += [("region", name) for name in scope.regions]
    return not wanted or any(each in names for each in wanted)


def _once(speaking: tuple[Ruling, ...], document_type: str) -> Iterator[Conflict]:
    for ruling in speaking:
        both = all(counts(d, "approve", document_type) for d in (ruling.first, ruling.second))
        if both and ruling.conflict.on != HELD_ROLES and ruling.conflict.outcome != "warn":
            yield ruling.conflict


def _keys(
    speaking: tuple[Ruling, ...],
    data: MasterData,
    document: Document,
    now: datetime,
    history: History,
) -> dict[str, frozenset[str]]:
    """The keys that count, for each way of being related that some conflict asks for."""
    ways = {ruling.conflict.on for ruling in speaking} - {HELD_ROLES}
    every = about(data, document, now) if ways and history.acts else frozenset[str]()
    return {on: frozenset(key for key in every if key.startswith(PREFIXES[on])) for on in ways}


def _by_person(acts: tuple[PastAct, ...]) -> dict[PersonId, list[PastAct]]:
    found: dict[PersonId, list[PastAct]] = {}
    for act in acts:
        person, other = act.person, act.on_behalf_of
        if person in found:
            found[person].append(act)
        else:
            found[person] = [act]
        if other is not None and other != person:
            found.setdefault(other, []).append(act)
    return found
