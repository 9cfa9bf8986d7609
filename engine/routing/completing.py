"""How far a route is when people have acted on it: what is open, what was refused, whether done.

Every act is checked against the route as it is at the moment of the act: people, holders and
delegations are always fresh, an approval given earlier stands. Only the first step that is not
done can be acted on; an approval also fills the later places that the same person would fill in
the same capacity, and within a group each place takes a different person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final

from engine.decision import Ask, Assignee, Assignment, Decision, Group, Outcome, Part
from engine.master_data import MasterData, PersonId
from engine.routing.distinct import identities, leaves


class ActKind(StrEnum):
    """What a person does on a route."""

    APPROVE = "approve"
    REJECT = "reject"
    ANSWER = "answer"
    VOTE_FOR = "vote_for"
    VOTE_AGAINST = "vote_against"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Act:
    """`by` is a person id or login, `on_behalf_of` the delegator, `body` the body voted in."""

    by: str
    at: datetime
    kind: ActKind = ActKind.APPROVE
    on_behalf_of: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that was not accepted: which one, and the code of why."""

    position: int
    person: str
    code: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An open place: `need` more of these words; `people` could fill it now."""

    need: int
    words: tuple[str, ...]
    people: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Outcome `waiting`, `approved` or `rejected`, or that of the decision where it is no route."""

    outcome: str
    decision: Decision
    missing: tuple[Missing, ...] = ()
    refusals: tuple[Refusal, ...] = ()


_NEVER_AWAITED: Final = frozenset({Ask.NOTIFY, Ask.RATIFY})  # completing does not wait for these
# What an approval is for: the rule's place, the word, its object and amount, which of several
# alike. Who is asked on the way up a chain is asked for himself, so there the key names him.
PlaceKey = tuple[str, str, str, str, int]


@dataclass(slots=True)
class _Given:
    """An accepted act and the places it can fill."""

    assignee: Assignee
    kind: ActKind
    keys: frozenset[PlaceKey]


@dataclass(slots=True)
class _Course:
    """What was accepted so far."""

    given: list[_Given] = field(default_factory=list)
    is_rejected: bool = False


def progress(
    decide_at: Callable[[datetime], Decision],
    data: MasterData,
    requester: str,
    acts: tuple[Act, ...],
    now: datetime,
) -> Progress:
    """Replays the acts in order and says how far the route is at `now`.

    `decide_at` decides the same document at a moment; `requester` is the name on the document.
    """
    course = _Course()
    refusals: list[Refusal] = []
    for position, act in enumerate(acts):
        decision = decide_at(act.at)
        code = _act(course, decision, data, requester, act)
        if code:
            refusals.append(Refusal(position, act.by, code))
    decision = decide_at(now)
    open_places = tuple(_open(decision, course))
    return Progress(_outcome(decision, course, open_places), decision, open_places, tuple(refusals))


def _outcome(decision: Decision, course: _Course, open_places: tuple[Missing, ...]) -> str:
    if decision.outcome is not Outcome.ROUTE:
        return str(decision.outcome)
    if course.is_rejected or any(_is_lost(course, place) for _, place in _keyed(decision)):
        return "rejected"
    return "waiting" if open_places or decision.findings else "approved"


def _act(course: _Course, decision: Decision, data: MasterData, requester: str, act: Act) -> str:
    """Accepts the act, or says why not."""
    person = data.person_of(act.by, act.at)
    if person is None:
        return "person_unknown"
    if decision.outcome is not Outcome.ROUTE:
        return decision.held.code if decision.held is not None else str(decision.outcome)
    if course.is_rejected:
        return "not_open"
    current = _current_step(decision, course)
    if _objects(decision, person, act):
        course.is_rejected = True
        return ""
    if current is None:
        return "not_open"
    wanted = data.person_of(act.on_behalf_of, act.at) if act.on_behalf_of else None
    offered = [
        (key, assignee)
        for key, place in _keyed(decision)
        for assignee in _may_act(place, person, act)
        if not act.on_behalf_of or assignee.on_behalf_of == wanted
    ]
    own = [found for found in offered if found[1].on_behalf_of is None]
    open_here, done = _keys_of_step(decision, current, course)
    usable = [found for found in (*own, *offered) if found[0] in open_here]
    if not usable:
        if any(key in done for key, _ in offered):
            return "not_open"  # somebody else was first
        return _why_not(decision, data, person, requester, act, bool(offered))
    assignee = usable[0][1]
    if act.kind is ActKind.REJECT:
        course.is_rejected = True
    keys = frozenset(key for key, found in offered if found.on_behalf_of == assignee.on_behalf_of)
    course.given.append(_Given(assignee, act.kind, keys))
    return ""


def _objects(decision: Decision, person: PersonId, act: Act) -> bool:
    """Whether the act is the objection of somebody who is told and may object, at any time."""
    return act.kind is ActKind.REJECT and any(
        place.ask is Ask.NOTIFY and any(_may_act(place, person, act))
        for _, place in _keyed(decision)
    )


def _why_not(
    decision: Decision,
    data: MasterData,
    person: PersonId,
    requester: str,
    act: Act,
    later: bool,
) -> str:
    if later:
        return "step_not_current"
    if person == data.person_of(requester, act.at):
        return "self_approval" if act.by == requester else "same_person"
    found = [passed.code for passed in decision.passed_over if passed.person == person]
    if act.on_behalf_of:  # why he may not act for another says more than why not for himself
        found.sort(key=lambda code: not code.startswith("delegation_"))
    return found[0] if found else "not_asked"


def _may_act(place: Assignment, person: PersonId, act: Act) -> Iterator[Assignee]:
    """How the person may do this act in this place."""
    ballot = place.body
    if ballot is not None:
        if act.body and act.body != place.word:
            return
        voting = act.kind in (ActKind.VOTE_FOR, ActKind.VOTE_AGAINST) and person in ballot.members
        recording = act.kind is ActKind.RECORD and person in ballot.recorders
        if voting or recording:
            yield Assignee(person)
        return
    if place.ask is Ask.NOTIFY and not (place.within and act.kind is ActKind.REJECT):
        return
    answering = place.ask is Ask.CONSULT
    if (act.kind is ActKind.ANSWER) is answering and act.kind in (
        ActKind.APPROVE,
        ActKind.REJECT,
        ActKind.ANSWER,
    ):
        yield from (assignee for assignee in place.assignees if assignee.person == person)


def _keyed(decision: Decision) -> Iterator[tuple[PlaceKey, Assignment]]:
    seen: dict[tuple[str, str, str, str], int] = {}
    for step in decision.steps:
        for part in step.parts:
            for place in leaves(part):
                name = (str(place.place), place.word, _object(place), place.amount)
                seen[name] = seen.get(name, 0) + 1
                yield (*name, seen[name]), place


def _object(place: Assignment) -> str:
    if "on_the_way" not in place.notes:
        return place.object
    return " ".join(sorted({a.on_behalf_of or a.person for a in place.assignees}))


def _keys_of_step(
    decision: Decision, number: int, course: _Course
) -> tuple[frozenset[PlaceKey], frozenset[PlaceKey]]:
    """The places of the step: of parts that still need somebody, and of parts that are done."""
    keys = {place.id: key for key, place in _keyed(decision)}
    parts = [part for step in decision.steps if step.number == number for part in step.parts]
    waiting = [part for part in parts if _lacking(part, course, keys)]
    open_here = frozenset(keys[place.id] for part in waiting for place in leaves(part))
    every = frozenset(keys[place.id] for part in parts for place in leaves(part))
    return open_here, every - open_here


def _current_step(decision: Decision, course: _Course) -> int | None:
    """The first step that is not done; `None` when all are."""
    keys = {place.id: key for key, place in _keyed(decision)}
    for step in decision.steps:
        if any(_lacking(part, course, keys) for part in step.parts):
            return step.number
    return None


def _open(decision: Decision, course: _Course) -> Iterator[Missing]:
    keys = {place.id: key for key, place in _keyed(decision)}
    for step in decision.steps:
        for part in step.parts:
            yield from _lacking(part, course, keys)


def _lacking(part: Part, course: _Course, keys: dict[int, PlaceKey]) -> list[Missing]:
    """What the part still needs: each open place, or so many of several."""
    if isinstance(part, Assignment):
        if part.ask in _NEVER_AWAITED or _takers(part, course, keys):
            return []
        return [_missing(1, (part,))]
    done = max(_doable(part.parts, 0, course, keys, frozenset()), key=len)
    if len(done) >= part.need:
        return []
    if part.need < len(part.parts):
        return [_missing(part.need - len(done), tuple(leaves(part)))]
    found: list[Missing] = []
    for position, inner in enumerate(part.parts):
        if position not in done:
            # Where only a person of another place has acted, the whole part is still open.
            found += _lacking(inner, course, keys) or [_missing(1, tuple(leaves(inner)))]
    return found


def _missing(need: int, places: tuple[Assignment, ...]) -> Missing:
    people = {
        person: None
        for place in places
        for person in (*(a.person for a in place.assignees), *_members(place))
    }
    return Missing(need, tuple(dict.fromkeys(place.word for place in places)), tuple(people))


def _members(place: Assignment) -> tuple[PersonId, ...]:
    return (*place.body.members, *place.body.recorders) if place.body is not None else ()


def _takers(place: Assignment, course: _Course, keys: dict[int, PlaceKey]) -> list[Assignee]:
    """The accepted acts that fill this place on their own; a body fills it by its ballot."""
    key = keys[place.id]
    if place.body is not None:
        return [Assignee(PersonId(f"body {place.word}"))] if _is_won(course, key, place) else []
    kinds = (ActKind.ANSWER,) if place.ask is Ask.CONSULT else (ActKind.APPROVE,)
    return [g.assignee for g in course.given if key in g.keys and g.kind in kinds]


def _doable(
    parts: tuple[Part, ...],
    position: int,
    course: _Course,
    keys: dict[int, PlaceKey],
    used: frozenset[PersonId],
) -> Iterator[frozenset[int]]:
    """The positions of parts that can be done together, for every way of giving out persons.

    Each place takes a different person; earlier places and acts go first.
    """
    if position == len(parts):
        yield frozenset()
        return
    for persons in _ways(parts[position], course, keys, used):
        for rest in _doable(parts, position + 1, course, keys, persons):
            yield rest | {position}
    yield from _doable(parts, position + 1, course, keys, used)


def _ways(
    part: Part, course: _Course, keys: dict[int, PlaceKey], used: frozenset[PersonId]
) -> Iterator[frozenset[PersonId]]:
    """Every way of doing the part by persons not used yet: all that are used then."""
    if isinstance(part, Group):
        yield from _ways_of_some(part.parts, part.need, course, keys, used)
        return
    if part.ask in _NEVER_AWAITED:
        yield used
        return
    for assignee in _takers(part, course, keys):
        persons = identities(assignee)
        if not persons & used:
            yield used | persons


def _ways_of_some(
    parts: tuple[Part, ...],
    need: int,
    course: _Course,
    keys: dict[int, PlaceKey],
    used: frozenset[PersonId],
) -> Iterator[frozenset[PersonId]]:
    if need == 0:
        yield used
        return
    if len(parts) < need:
        return
    for persons in _ways(parts[0], course, keys, used):
        yield from _ways_of_some(parts[1:], need - 1, course, keys, persons)
    yield from _ways_of_some(parts[1:], need, course, keys, used)


def _is_won(course: _Course, key: PlaceKey, place: Assignment) -> bool:
    """Whether the body has approved: recorded, or enough present and in favour."""
    ballot = place.body
    if ballot is None:
        return False
    if any(g.kind is ActKind.RECORD and key in g.keys for g in course.given):
        return True
    weight = dict(ballot.votes)
    votes = _votes(course, key)
    share, total = Fraction(ballot.in_favour), sum(weight.get(p, 1) for p in votes)
    favour = sum(weight.get(person, 1) for person, yes in votes.items() if yes)
    if not ballot.members or len(votes) < ballot.present:
        return False
    return favour > share * total if ballot.above else favour >= share * total


def _is_lost(course: _Course, place: Assignment) -> bool:
    """Whether every member of a body voted and it did not approve."""
    ballot = place.body
    if ballot is None or not ballot.members or place.ask is not Ask.APPROVE:
        return False
    keys = {
        key for g in course.given for key in g.keys if key[:2] == (str(place.place), place.word)
    }
    return any(
        len(_votes(course, key)) == len(ballot.members) and not _is_won(course, key, place)
        for key in keys
    )


def _votes(course: _Course, key: PlaceKey) -> dict[PersonId, bool]:
    """The last vote of each member."""
    return {
        g.assignee.person: g.kind is ActKind.VOTE_FOR
        for g in course.given
        if key in g.keys and g.kind in (ActKind.VOTE_FOR, ActKind.VOTE_AGAINST)
    }
