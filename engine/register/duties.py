"""Who has, or could come to have, both duties of a conflict: by roles, for another, by documents.

What is found says how each of the two duties can come to a person, and what stops him from joining
them: nothing here decides a document. Roles are compared whatever they are held for, so that two
entities' roles of one person show, too; the text of a ground names what it is held for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from engine.business_time import local_day
from engine.master_data import MasterData, Person, PersonId
from engine.places import Place
from engine.policy import Conflict, Duty, Mitigation, PolicySet
from engine.register.asking import in_force
from engine.register.entries import entries
from engine.register.entry import Employment, Entry
from engine.register.ground import Ground, ground

APPROVE = "approve"


class Stop(StrEnum):
    """What keeps a person from joining the two duties of a conflict."""

    BLOCKED = "blocked"  # whoever has the one is not asked for the other
    WARNED = "warned"  # only told
    MITIGATED = "mitigated"  # let through, up to the cap and until the last day


@dataclass(frozen=True, slots=True)
class Means:
    """How a duty comes to a person. `is_own`: by a role that he holds himself.

    `kind` is role, level, asked, delegation, acting, stand_in or anybody; `detail` says which.
    """

    kind: str
    detail: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """A person with means for both duties of a conflict. `is_held`: by his own roles, today."""

    conflict: Conflict
    person: PersonId
    first: tuple[Means, ...]
    second: tuple[Means, ...]
    stop: Stop
    mitigations: tuple[Mitigation, ...]
    logins: tuple[str, ...]
    is_held: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """Two active persons who share a detail that one human being has: perhaps they are one."""

    first: PersonId
    second: PersonId
    by: str  # bank_account | tax_id


def joined_duties(policy: PolicySet, data: MasterData, now: datetime) -> tuple[Joined, ...]:
    """Everybody for whom both duties of a conflict can come together, by conflict and person."""
    on = ground(policy, data, now)
    ways = _Ways(on)
    people = [person for person in data.people if data.people[person].is_active(now)]
    known = {entry.person.id: entry for entry in entries(policy, data, people, now)}
    return tuple(_joined(on, ways, known))


def alike(data: MasterData, now: datetime) -> tuple[Alike, ...]:
    """Pairs of active persons with one bank account or tax id: a second login may be a person."""
    seen: dict[tuple[str, str], list[PersonId]] = {}
    for person in sorted(data.people):
        who = data.people[person]
        if who.is_active(now):
            for name in _details(who):
                seen.setdefault(name, []).append(person)
    found = {
        Alike(first, second, kind)
        for (kind, _), persons in seen.items()
        for at, first in enumerate(persons)
        for second in persons[at + 1 :]
    }
    return tuple(sorted(found, key=lambda each: (each.first, each.second, each.by)))


def _details(who: Person) -> Iterator[tuple[str, str]]:
    yield from (("bank_account", account) for account in who.accounts)
    yield from (("tax_id", number) for number in who.tax_ids)


@dataclass(frozen=True, slots=True)
class _Ways:
    """Where rules ask for approvals, by document type."""

    on: Ground

    def places(self, duty: Duty) -> frozenset[Place]:
        """The rows and controls that ask for approvals of the duty's documents."""
        policy, found = self.on.policy, set()
        for matrix in policy.matrices:
            if not duty.documents or duty.documents & matrix.documents:
                found |= {row.place for row in matrix.rows} | {matrix.otherwise_place}
        for control in policy.additional:
            if not duty.documents or not control.documents or duty.documents & control.documents:
                found.add(control.place)
        return frozenset(found)


def _joined(on: Ground, ways: _Ways, known: dict[PersonId, Entry]) -> Iterator[Joined]:
    for conflict in on.policy.conflicts:
        if not in_force(on, conflict.scope, conflict.effective):
            continue
        first, second = (on.policy.duties[name] for name in conflict.duties)
        places = ways.places(first), ways.places(second)
        for person, entry in known.items():
            one = tuple(dict.fromkeys(_means(on, entry, first, places[0], known)))
            two = tuple(dict.fromkeys(_means(on, entry, second, places[1], known)))
            if one and two and not _is_anybody(one, two):
                yield _found(on, conflict, entry, person, one, two)


def _found(
    on: Ground,
    conflict: Conflict,
    entry: Entry,
    person: PersonId,
    one: tuple[Means, ...],
    two: tuple[Means, ...],
) -> Joined:
    mitigations = tuple(_in_force(on, conflict, person))
    stop = Stop.BLOCKED
    if conflict.outcome == "warn":
        stop = Stop.WARNED
    elif mitigations:
        stop = Stop.MITIGATED
    return Joined(
        conflict=conflict,
        person=person,
        first=one,
        second=two,
        stop=stop,
        mitigations=mitigations,
        logins=entry.logins,
        is_held=any(each.is_own for each in one) and any(each.is_own for each in two),
    )


def _is_anybody(one: Iterable[Means], two: Iterable[Means]) -> bool:
    """Whether both are what anybody can do: then it says nothing about a person."""
    return all(each.kind == "anybody" for each in (*one, *two))


def _in_force(on: Ground, conflict: Conflict, person: PersonId) -> Iterator[Mitigation]:
    today = _latest_day(on)
    for each in on.policy.mitigations:
        is_his = on.data.person_of(each.person, on.now) == person
        if each.conflict == conflict.name and is_his and today <= each.until:
            yield each


def _latest_day(on: Ground) -> date:
    """The day where it is latest: a mitigation that has ended somewhere is not counted on."""
    return max(local_day(on.now, each.zone) for each in on.policy.organization.entities.values())


def _means(
    on: Ground,
    entry: Entry,
    duty: Duty,
    places: frozenset[Place],
    known: dict[PersonId, Entry],
) -> Iterator[Means]:
    """How the duty comes to a person: by himself, or for somebody else."""
    yield from _own(entry, duty, places)
    for other in entry.received:
        delegator = known.get(other.delegation.delegator)
        if other.state == "in_force" and other.worth and delegator is not None:
            types = {type for worth in other.worth for type in worth.documents}
            is_of_type = not duty.documents or not types or duty.documents & types
            if is_of_type and any(_own(delegator, duty, places)):
                yield Means("delegation", f"{other.delegation.id} of {delegator.person.id}")
    for post in entry.acting:
        holder = known.get(post.position) or _left(on, post.position)
        if post.span.holds(on.now) and holder is not None and any(_own(holder, duty, places)):
            yield Means("acting", f"in the position of {post.position}")
    for stands in entry.stands_in:
        rule = stands.rule
        is_of_type = not duty.documents or not rule.documents or duty.documents & rule.documents
        if rule.for_role in duty.roles and is_of_type:
            yield Means("stand_in", f"for {rule.for_role}")
    yield from (Means("anybody", act) for act in sorted(duty.acts - {APPROVE}))


def _own(entry: Entry, duty: Duty, places: frozenset[Place]) -> Iterator[Means]:
    """By what he is himself: a role or level of the duty, or a rule that can ask him."""
    for held in entry.roles:
        if held.role.name in duty.roles:
            scope = "everything" if held.holding.scope == "*" else held.holding.scope
            yield Means("role", f"{held.role.name} for {scope}", is_own=True)
    level = entry.level.value if entry.level is not None else ""
    if level in duty.roles:
        yield Means("level", level, is_own=True)
    if APPROVE in duty.acts and entry.employment is Employment.ACTIVE:
        rows = [asked for asked in entry.asked if asked.place in places]
        words = sorted({way for asked in rows for way in asked.ways} - {"requester"})
        if words:
            yield Means("asked", f"as {', '.join(words)}")


def _left(on: Ground, person: PersonId) -> Entry | None:
    """Who held a position that another acts in, though he is not active any more."""
    if person not in on.data.people:
        return None
    return next(entries(on.policy, on.data, [person], on.now))
