"""The route: the steps of the matrix, and before, beside and after them what controls add.

One person asked twice is asked once: a place that the approver of an earlier step (or of another
part of the same step) fills anyway points to it with `already`. Within a group different persons
are needed, so there a place is only handed on where the group can still be filled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final

from engine.decision import Ask, Assignment, Group, Part, Step
from engine.policy import At
from engine.routing.building import Capacity, Resolved, Routing, Unfilled
from engine.routing.chains import chain
from engine.routing.distinct import is_fillable, leaves, needed
from engine.routing.resolving import resolve, signed
from engine.routing.words import (
    LevelWord,
    OwnerWord,
    RoleChain,
    RoleWord,
    Signed,
    SupervisorChain,
    Word,
)
from engine.segregation.once import approves_once, begin, take_places, unfillable

Words = tuple[Word, ...]  # the steps of one answer, each one word


@dataclass(slots=True)
class Wanted:
    """What is asked for: the matrix's steps, and the steps that controls add to them."""

    matrix: Words = ()
    added: dict[At, list[Words]] = field(default_factory=dict)

    def add(self, at: At, words: Words) -> None:
        """Adds the steps of a control; the same steps are added once."""
        known = self.added.setdefault(at, [])
        if words not in known:
            known.append(words)


Planned = tuple[Word, bool]  # a word, and whether the matrix asks for it or a control
APPROVE: Final = Ask.APPROVE
PLAIN: Final = (RoleWord, OwnerWord, LevelWord)


def build_route(routing: Routing, wanted: Wanted) -> tuple[Step, ...] | Unfilled:
    """The steps in order, each with an assignment for every place; or the word nobody can fill."""
    steps: list[Step] = []
    situation = routing.situation
    routing.is_once = approves_once(situation)
    if routing.is_once:
        begin(situation)
    for planned in _plan(wanted):
        found = _steps(routing, planned)
        if isinstance(found, Unfilled):
            return found
        for parts in found:
            if parts:
                steps.append(Step(len(steps) + 1, _once(routing, parts)))
                if routing.is_once:
                    take_places(situation, parts)
    kept = unfillable(situation, steps) if routing.is_once else None
    if kept is not None:
        return Unfilled("approves_once", kept.place, (("detail", kept.name),))
    return tuple(steps)


def _plan(wanted: Wanted) -> Iterator[list[Planned]]:
    """The words of each step: before, the matrix's with those beside its first, after."""
    yield from _side_by_side(wanted.added.get(At.BEFORE, ()))
    matrix = [[(word, True)] for word in wanted.matrix]
    for step, beside in zip_longest(
        matrix, _side_by_side(wanted.added.get(At.BESIDE, ())), fillvalue=()
    ):
        yield [*step, *beside]
    yield from _side_by_side(wanted.added.get(At.AFTER, ()))


def _side_by_side(additions: Sequence[Words]) -> Iterator[list[Planned]]:
    """The steps of several controls in parallel: all first steps, all second ones, and so on."""
    if len(additions) == 1:
        yield from [[(word, False)] for word in additions[0]]
        return
    for words in zip_longest(*additions):
        yield [(word, False) for word in words if word is not None]


def _steps(routing: Routing, planned: Sequence[Planned]) -> tuple[tuple[Part, ...], ...] | Unfilled:
    """The parts that the words of one step ask for; a chain that asks everyone makes several."""
    found: list[tuple[tuple[Part, ...], ...]] = []
    for word, of_matrix in planned:
        routing.of_matrix = of_matrix
        first = routing.next_id
        steps = _of_word(routing, word)
        if isinstance(steps, Unfilled):
            return steps
        if not of_matrix:
            routing.of_controls.update(range(first, routing.next_id))
        found.append(steps)
    if len(found) == 1:
        return found[0]
    side_by_side = zip_longest(*found, fillvalue=())
    return tuple([tuple([part for parts in step for part in parts]) for step in side_by_side])


def _of_word(routing: Routing, word: Word) -> tuple[tuple[Part, ...], ...] | Unfilled:
    if isinstance(word, PLAIN):  # as most are
        parts = _plain(routing, word)
        return parts if isinstance(parts, Unfilled) else (parts,)
    match word:
        case SupervisorChain() | RoleChain():
            return chain(routing, word, resolve)
        case Signed(who, as_):
            steps = _of_word(routing, who)
            if isinstance(steps, Unfilled):
                return steps
            return tuple(tuple(signed(part, as_) for part in parts) for parts in steps)
        case _:
            parts = resolve(routing, word)
            return parts if isinstance(parts, Unfilled) else (parts,)


def _plain(routing: Routing, word: RoleWord | OwnerWord | LevelWord) -> Resolved:
    """A plain word; asked again (several controls ask the same) it is filled already."""
    known = routing.asked.get(word)
    if known is None:
        parts = resolve(routing, word)
        if isinstance(parts, Unfilled):
            return parts
        places = tuple([p for p in parts if isinstance(p, Assignment) and p.body is None])
        if len(places) == len(parts):
            routing.asked[word] = places
        return parts
    again: list[Part] = []
    for place in known:
        by = routing.handed.get(place.id, place)
        again.append(
            routing.assignment(
                place.word, by.assignees, word.place, place.object, place.amount, already=by.id
            )
        )
    return tuple(again)


def _once(routing: Routing, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts, with places handed on to earlier assignments that fill them anyway.

    What has to be approved in them is earlier for everything that follows, in this step too. Where
    nobody may approve twice, nothing is handed on.
    """
    if routing.is_once:
        return parts
    return tuple(
        [
            _place_once(routing, part)
            if isinstance(part, Assignment)
            else _group_once(routing, part)
            for part in parts
        ]
    )


def _group_once(routing: Routing, group: Group) -> Group:
    handed = _hand_on(routing, group)
    for place in needed(handed):
        if place.ask is APPROVE and place.already < 0:
            routing.earlier.append(place)
            routing.able[place.id] = _able(place)
    return handed


def _place_once(routing: Routing, place: Assignment) -> Assignment:
    """A place outside any group, handed on where an earlier assignment fills it."""
    if place.already >= 0 or place.ask is not APPROVE:
        return place
    able = _able(place)
    if place.body is None:
        for number, who in routing.able.items():
            if who and who <= able:
                other = next(each for each in routing.earlier if each.id == number)
                routing.handed[place.id] = other
                return _handed(place, other)
    routing.earlier.append(place)
    routing.able[place.id] = able
    return place


def _handed(place: Assignment, other: Assignment) -> Assignment:
    """The place as the earlier assignment fills it."""
    return replace(place, assignees=other.assignees, already=other.id)


def _hand_on(routing: Routing, part: Group) -> Group:
    """The group, with places handed on; one earlier assignment fills one place of it."""
    if not routing.earlier:
        return part
    places = tuple(leaves(part))
    handed = {place.already for place in places}
    for place in places:
        if place.already >= 0 or place.ask is not APPROVE or place.body is not None:
            continue
        able = _able(place)
        for other in routing.earlier:
            who = routing.able[other.id]
            if who and who <= able and other.id not in handed:
                candidate = _with(part, _handed(place, other))
                if is_fillable(candidate):
                    part = candidate
                    handed.add(other.id)
                    routing.handed[place.id] = other
                    break
    return part


def _able(assignment: Assignment) -> frozenset[Capacity]:
    """Who can do an assignment, and for whom; nobody alone can do what a body decides."""
    if assignment.body is not None:
        return frozenset()
    return frozenset([(each.person, each.on_behalf_of) for each in assignment.assignees])


def _with(group: Group, changed: Assignment) -> Group:
    return Group(
        group.need,
        tuple(
            _with(part, changed)
            if isinstance(part, Group)
            else (changed if part.id == changed.id else part)
            for part in group.parts
        ),
    )
