"""How far a route is when people have acted on it: what is open, what was refused, whether done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from engine.decision import Ask, Assignee, Assignment, Decision, Group, Outcome, Part, Step
from engine.master_data import PersonId
from engine.routing.course import ActKind, Course, PlaceKey, keyed
from engine.routing.distinct import identities, leaves

_NEVER_AWAITED: Final = frozenset({Ask.NOTIFY, Ask.RATIFY})  # completing does not wait for these


@dataclass(frozen=True, slots=True)
class Missing:
    """An open place: `need` more of these words; `people` could fill it now."""

    need: int
    words: tuple[str, ...]
    people: tuple[PersonId, ...]


def standing(decision: Decision, course: Course) -> str:
    """Outcome `waiting`, `approved` or `rejected`, or that of the decision where it is no route."""
    if decision.outcome is not Outcome.ROUTE:
        return str(decision.outcome)
    if course.is_rejected or any(_is_lost(course, place) for _, place in keyed(decision)):
        return "rejected"
    return "waiting" if open_places(decision, course) or decision.findings else "approved"


def open_places(decision: Decision, course: Course) -> tuple[Missing, ...]:
    """Every place that somebody still has to fill, of all steps."""
    keys = {place.id: key for key, place in keyed(decision)}
    return tuple(
        missing
        for step in decision.steps
        for part in step.parts
        for missing in _missing(part, course, keys)
    )


def open_now(decision: Decision, course: Course) -> Iterator[tuple[PlaceKey, Assignment]]:
    """The places of the current step that somebody still has to fill; each of several alike."""
    keys = {place.id: key for key, place in keyed(decision)}
    current = next((s for s in decision.steps if _is_open(s, course, keys)), None)
    for part in current.parts if current is not None else ():
        yield from ((keys[place.id], place) for place in _unfilled(part, course, keys))


def _unfilled(part: Part, course: Course, keys: dict[int, PlaceKey]) -> list[Assignment]:
    """The places whose filling brings the part on.

    Whoever has acted may fill either of two places; then both are open, since somebody else may be
    able to fill only the one that was counted as his.
    """
    lacking = _lacking(part, course, keys)
    if isinstance(part, Assignment) or part.need < len(part.parts) or not lacking:
        return [place for _, places in lacking for place in places]
    ways = {*_doable(part.parts, 0, course, keys, frozenset())}
    most = max(map(len, ways))
    always = frozenset.intersection(*(way for way in ways if len(way) == most))
    found: list[Assignment] = []
    for position, inner in enumerate(part.parts):
        if position not in always:
            found += _unfilled(inner, course, keys) or leaves(inner)
    return found


def keys_of_step(
    decision: Decision, number: int, course: Course
) -> tuple[frozenset[PlaceKey], frozenset[PlaceKey]]:
    """The places of the step: of parts that still need somebody, and of parts that are done."""
    keys = {place.id: key for key, place in keyed(decision)}
    parts = [part for step in decision.steps if step.number == number for part in step.parts]
    waiting = [part for part in parts if _lacking(part, course, keys)]
    open_here = frozenset(keys[place.id] for part in waiting for place in leaves(part))
    every = frozenset(keys[place.id] for part in parts for place in leaves(part))
    return open_here, every - open_here


def keys_of_part(decision: Decision, key: PlaceKey) -> frozenset[PlaceKey]:
    """The places of the part that the place stands in, itself included."""
    keys = {place.id: each for each, place in keyed(decision)}
    parts = [part for step in decision.steps for part in step.parts]
    found = [frozenset(keys[place.id] for place in leaves(part)) for part in parts]
    return next((each for each in found if key in each), frozenset({key}))


def current_step(decision: Decision, course: Course) -> int | None:
    """The first step that is not done; `None` when all are."""
    keys = {place.id: key for key, place in keyed(decision)}
    return next((s.number for s in decision.steps if _is_open(s, course, keys)), None)


def _is_open(step: Step, course: Course, keys: dict[int, PlaceKey]) -> bool:
    return any(_lacking(part, course, keys) for part in step.parts)


_Lacking = tuple[int, tuple[Assignment, ...]]  # so many of these places


def _missing(part: Part, course: Course, keys: dict[int, PlaceKey]) -> Iterator[Missing]:
    """What the part still needs, in words and persons."""
    for need, places in _lacking(part, course, keys):
        people = {
            person: None
            for place in places
            for person in (*(a.person for a in place.assignees), *_members(place))
        }
        yield Missing(need, tuple(dict.fromkeys(place.word for place in places)), tuple(people))


def _lacking(part: Part, course: Course, keys: dict[int, PlaceKey]) -> list[_Lacking]:
    """What the part still needs: each open place, or so many of several."""
    if isinstance(part, Assignment):
        if part.ask in _NEVER_AWAITED or _takers(part, course, keys):
            return []
        return [(1, (part,))]
    done = max(_doable(part.parts, 0, course, keys, frozenset()), key=len)
    if len(done) >= part.need:
        return []
    if part.need < len(part.parts):
        return [(part.need - len(done), tuple(leaves(part)))]
    found: list[_Lacking] = []
    for position, inner in enumerate(part.parts):
        if position not in done:
            # Where only a person of another place has acted, the whole part is still open.
            found += _lacking(inner, course, keys) or [(1, tuple(leaves(inner)))]
    return found


def _members(place: Assignment) -> tuple[PersonId, ...]:
    return (*place.body.members, *place.body.recorders) if place.body is not None else ()


def _takers(place: Assignment, course: Course, keys: dict[int, PlaceKey]) -> list[Assignee]:
    """The accepted acts that fill this place on their own; a body fills it by its ballot."""
    key = keys[place.id]
    if place.body is not None:
        return [Assignee(PersonId(f"body {place.word}"))] if _is_won(course, key, place) else []
    kinds = (ActKind.ANSWER,) if place.ask is Ask.CONSULT else (ActKind.APPROVE,)
    return [g.assignee for g in course.given if key in g.keys and g.kind in kinds]


def _doable(
    parts: tuple[Part, ...],
    position: int,
    course: Course,
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
    part: Part, course: Course, keys: dict[int, PlaceKey], used: frozenset[PersonId]
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
    course: Course,
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


def _is_won(course: Course, key: PlaceKey, place: Assignment) -> bool:
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


def _is_lost(course: Course, place: Assignment) -> bool:
    """Whether every member of a body voted and it did not approve."""
    ballot = place.body
    if ballot is None or not ballot.members or place.ask is not Ask.APPROVE:
        return False
    keys = {
        key for g in course.given for key in g.keys if key[:2] == (str(place.place), place.word)
    }
    return any(
        _votes(course, key).keys() >= {*ballot.members} and not _is_won(course, key, place)
        for key in keys
    )


def _votes(course: Course, key: PlaceKey) -> dict[PersonId, bool]:
    """The last vote of each member."""
    return {
        g.assignee.person: g.kind is ActKind.VOTE_FOR
        for g in course.given
        if key in g.keys and g.kind in (ActKind.VOTE_FOR, ActKind.VOTE_AGAINST)
    }
