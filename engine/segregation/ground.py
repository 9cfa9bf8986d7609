"""What the conflicts of a set can be about on one document: which speak of it, and who did what.

Looked up once for a decision, and only where the set has conflicts. Acts of the document itself
that nobody recorded yet (its submitter submits it now) count as done at the moment of deciding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from engine.business_time import days_between, local_day
from engine.documents.model import Document
from engine.history import History, PastAct
from engine.master_data import MasterData, PersonId
from engine.policy import Conflict, Mitigation, PolicySet, Ruling, Rulings, ScopeKey
from engine.segregation.keys import Name, about
from engine.segregation.rulings import (
    HELD_ROLES,
    NO_RULINGS,
    barring,
    is_in_force,
    rulings_by_type,
)
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


@value
class Test:
    """What an act of one kind has to be to count under a conflict, prepared for many acts.

    It was done from `first` until before `end` (`None`: ever), on this document, on one that shares
    one of the `keys`, or on one of the chain where that counts.
    """

    conflict: Conflict
    keys: frozenset[str]
    is_chain: bool
    first: datetime | None
    end: datetime | None


@dataclass(slots=True)
class Ground:
    """What the conflicts that speak of a document are asked about.

    `rulings` are those in force, `held` those of them that compare roles; `of_type` is what the set
    says of documents of the type, and `resting` what of it is not in force. `keys` are those of the
    document by the way of being related, `named` the acts of the persons that it names, `acts`
    everything that is known, by person. `once` are conflicts for which each person may approve the
    document no more than once, and `taken` who would, while a route is built. `matches` is what was
    found of persons, `tests` what an act of a kind is tested for, `bearers` who holds a role of a
    duty, `spans` the moments that lie within so many local days.
    """

    document: Name
    zone: str
    day: date
    now: datetime
    rulings: tuple[Ruling, ...]
    held: tuple[Ruling, ...]
    of_type: Rulings
    resting: frozenset[str]
    once: tuple[Conflict, ...]
    keys: Mapping[str, frozenset[str]]
    chain: frozenset[Name]
    named: tuple[PastAct, ...]
    acts: Mapping[PersonId, list[PastAct]]
    matches: dict[PersonId, tuple[Match, ...]] = field(default_factory=dict)
    taken: dict[PersonId, Conflict] = field(default_factory=dict)
    tests: dict[tuple[str, str], tuple[Test, ...]] = field(default_factory=dict)
    bearers: dict[str, frozenset[PersonId]] = field(default_factory=dict)
    spans: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)

    def is_own(self, act: PastAct) -> bool:
        """Whether it was done on the document itself."""
        return (act.document_type, act.document_id) == self.document

    def tests_of(self, kind: tuple[str, str]) -> tuple[Test, ...]:
        """What an act of the kind (document type, act) is tested for; prepared once.

        Empty where who did it may approve the document all the same.
        """
        found = self.tests.get(kind)
        if found is None:
            against = self.of_type.against.get(kind)
            if against is None:  # a type that the set does not have; duties without types count it
                against = barring(self.of_type.every, *kind)
            conflicts = [ruling.conflict for ruling in against]
            found = self.tests[kind] = tuple(
                Test(each, self.keys[each.on], each.on == "same_chain", *self.span_of(each))
                for each in conflicts
                if each.name not in self.resting
            )
        return found

    def is_in_chain(self, act: PastAct) -> bool:
        """Whether it was done on a document that leads to this one or follows from it."""
        return (act.document_type, act.document_id) in self.chain

    def relates(self, act: PastAct, on: str) -> bool:
        """Whether the act was done on a document that is related to this one in that way."""
        if self.is_own(act) or (on == "same_chain" and self.is_in_chain(act)):
            return True
        return not self.keys[on].isdisjoint(act.keys)

    def day_of(self, act: PastAct) -> date:
        """The local day on which it was done."""
        return local_day(act.at, self.zone)

    def span_of(self, conflict: Conflict) -> tuple[datetime | None, datetime | None]:
        """The moments in which an act counts: so many local days before, the last included.

        An act that was recorded later than the moment of deciding is as near as one before.
        """
        days = conflict.within
        if days is None:
            return None, None
        found = self.spans.get(days)
        if found is None:
            first, last = self.day - timedelta(days), self.day + timedelta(days)
            found = self.spans[days] = days_between(first, last, self.zone)
        return found

    def days_from(self, act: PastAct, day: date) -> int:
        """How many local days lie between the act and the day."""
        return abs((day - self.day_of(act)).days)


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
    lookup = policy.lookup
    of_type = (lookup.rulings if lookup is not None else rulings_by_type(policy)).get(
        document.type, NO_RULINGS
    )
    speaking = tuple(each for each in of_type.every if is_in_force(each.conflict, day, scopes))
    in_force = {each.conflict.name for each in speaking}
    resting = {each.conflict.name for each in of_type.every} - in_force
    acts = _by_person(history.acts)
    return Ground(
        document=(document.type, document.id),
        zone=zone,
        day=day,
        now=now,
        rulings=speaking,
        held=tuple(each for each in speaking if each.conflict.on == HELD_ROLES),
        of_type=of_type,
        resting=frozenset(resting),
        once=tuple(each.conflict for each in speaking if each.is_once),
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
