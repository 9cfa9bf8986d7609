"""Places that were silent too long: the next one up is asked as well, whoever that is by now.

Only upwards: a supervisor of whoever was silent, of a higher level, with at least the authority
that the place asks for and that those below him have. Whoever is barred, absent or too low is
climbed over. Nobody loses a place by it: who was asked may still act until somebody has. Where
nobody is left above, the document is held; silence never approves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from engine.decision import Ask, Assignee, Assignment, Group, Part, Step, Via
from engine.knowing import Situation
from engine.master_data import PersonId
from engine.money import AMOUNTS
from engine.places import Place
from engine.routing.authority import Amount, covering, level_of
from engine.routing.building import Unfilled
from engine.routing.course import Escalation, keyed_steps
from engine.routing.delegation import Need
from engine.routing.distinct import identities, is_fillable, leaves
from engine.routing.guarantees import broken
from engine.routing.seating import seat, upwards

EXHAUSTED: Final = "escalation_exhausted"


@dataclass(slots=True)
class _Raising:
    """A route while places of it are raised; `is_once`: nobody may approve twice."""

    situation: Situation
    steps: tuple[Step, ...]
    is_once: bool
    was_broken: bool


def may_be_raised(place: Assignment) -> bool:
    """Whether somebody above can be asked instead: a body and the requester are themselves."""
    is_awaited = place.ask in (Ask.APPROVE, Ask.CONSULT)
    return is_awaited and place.body is None and place.word != "requester"


def positions(place: Assignment) -> tuple[PersonId, ...]:
    """Whose place it is: who is asked for himself, and for whom others are."""
    found = (a.on_behalf_of or a.person for a in place.assignees if a.via is not Via.ESCALATED)
    return tuple(dict.fromkeys(found))


def raised(
    situation: Situation, steps: tuple[Step, ...], *, is_once: bool = False
) -> tuple[Step, ...] | Unfilled:
    """The steps with those who are asked above; or the place where nobody is left to be asked.

    `is_once`: nobody may approve twice on the route.
    """
    counts = _counts(steps, situation.escalations)
    if not counts:
        return steps
    state = _Raising(situation, steps, is_once, broken(situation, steps) is not None)
    left: dict[int, Assignment] = {}
    for number, moments in counts.items():
        place = next(p for _, p in keyed_steps(state.steps) if p.id == number)
        if not _raise(state, place, moments):
            left[number] = place
    for step in state.steps:
        for part in step.parts:
            if _is_stuck(part, left):
                return _unfilled(part, left)
    return state.steps


def _counts(
    steps: tuple[Step, ...], escalations: Iterable[Escalation]
) -> Mapping[int, list[datetime | None]]:
    """When each place was silent, by its id; one that another fills counts with the other."""
    made = tuple(escalations)
    counts: dict[int, list[datetime | None]] = {}
    for key, place in keyed_steps(steps) if made else ():
        now = set(positions(place))
        times = [each.at for each in made if each.key == key and not now.isdisjoint(each.persons)]
        if times and place.already not in counts:
            counts[place.id] = times
    return counts


def _raise(state: _Raising, place: Assignment, times: Sequence[datetime | None]) -> bool:
    """Asks somebody above the place each time, one after the other; whether there were as many."""
    silent = positions(place)
    for at in times:
        if not may_be_raised(place):
            return False
        found = next(_above(state, place, silent, at), None)
        if found is None:
            return False
        person, place, state.steps = found
        silent = (person,)
    return True


def _above(
    state: _Raising, place: Assignment, silent: tuple[PersonId, ...], at: datetime | None
) -> Iterator[tuple[PersonId, Assignment, tuple[Step, ...]]]:
    """Who can be asked above, nearest first, each with the place and the route with him on it.

    He is asked since `at`, where that is known.
    """
    situation = state.situation
    if _is_joint(situation, place.place):
        return  # a joint limit is theirs who are named by it, and of nobody above them
    organization = situation.policy.organization
    known = {a.person for a in place.assignees}
    highest = max(organization.rank(level_of(situation, person)) for person in (*silent, *known))
    for start in silent:
        for person in islice(upwards(situation, start), 1, None):
            is_higher = organization.rank(level_of(situation, person)) > highest
            if person in known or (organization.levels and not is_higher):
                continue
            made = _with_person(state, place, person, at)
            if made is not None:
                yield person, *made


def _with_person(
    state: _Raising, place: Assignment, person: PersonId, at: datetime | None
) -> tuple[Assignment, tuple[Step, ...]] | None:
    """The place and the route with the person asked, too; `None` where he cannot be."""
    situation = state.situation
    amounts = amounts_needed(situation, place, state.steps)
    if amounts is None or any(covering(situation, person, each) is None for each in amounts):
        return None
    amount = amounts[0] if amounts else situation.amount
    need = Need(place.word, amount, ask=place.ask, asked_at=at)
    seated = seat(situation, person, need)
    if not any(a.person == person for a in seated):
        return None  # absent, barred or gone: whoever would act for him was not asked to wait
    asked = tuple(
        replace(a, via=Via.ESCALATED) if a.person == person and a.via is Via.HOLDER else a
        for a in seated
        if a.person not in {each.person for each in place.assignees}
    )
    if state.is_once and _is_asked_elsewhere(state.steps, place, asked):
        return None
    wider = replace(place, assignees=(*place.assignees, *asked))
    alone = _steps_with(state.steps, replace(place, assignees=asked))
    if not all(is_fillable(part) for step in alone for part in step.parts if _holds(part, place)):
        return None  # different persons are needed there, and he is one of the others
    steps = _steps_with(state.steps, wider)
    if not state.was_broken and broken(situation, steps) is not None:
        return None
    return wider, steps


def amounts_needed(
    situation: Situation, place: Assignment, steps: tuple[Step, ...]
) -> tuple[Amount, ...] | None:
    """What the authority of whoever is asked must cover: what that of those below him covers.

    A chain asks for authority by itself, also one that this place satisfies. `None` where the
    amount it asked for is not known.
    """
    found = {str(each): each for each in _amounts(situation)}
    filled = [each for _, each in keyed_steps(steps) if place.id in (each.id, each.already)]
    needed = []
    for each in filled:
        if each.word == "chain" and each.amount:
            if each.amount not in found:
                return None
            needed.append(found[each.amount])
    own = situation.amount
    if own is not None and any(covering(situation, p, own) is not None for p in positions(place)):
        needed.append(own)
    return tuple(needed)


def _amounts(situation: Situation) -> Iterator[Amount]:
    for amount in (situation.amount, *situation.known.values.values()):
        if isinstance(amount, AMOUNTS):
            yield amount
            if amount.minor < 0:
                yield type(amount)(-amount.minor, amount.currency)  # type: ignore[arg-type]


def _is_joint(situation: Situation, place: Place) -> bool:
    return any(
        limit.jointly and limit.place == place for limit in situation.policy.organization.limits
    )


def _is_asked_elsewhere(
    steps: tuple[Step, ...], place: Assignment, asked: tuple[Assignee, ...]
) -> bool:
    persons = frozenset(person for each in asked for person in identities(each))
    return any(
        not persons.isdisjoint(identities(a))
        for _, other in keyed_steps(steps)
        if other.id != place.id and other.ask is Ask.APPROVE
        for a in other.assignees
    )


def _steps_with(steps: tuple[Step, ...], changed: Assignment) -> tuple[Step, ...]:
    """The steps with the place changed, and with it those places that it fills, too."""
    return tuple(
        Step(step.number, tuple(_part_with(part, changed) for part in step.parts)) for step in steps
    )


def _part_with(part: Part, changed: Assignment) -> Part:
    if isinstance(part, Group):
        return Group(part.need, tuple(_part_with(inner, changed) for inner in part.parts))
    if part.id == changed.id:
        return changed
    if part.already == changed.id:
        return replace(part, assignees=changed.assignees)
    return part


def _holds(part: Part, place: Assignment) -> bool:
    return any(leaf.id == place.id for leaf in leaves(part))


def _is_stuck(part: Part, left: Mapping[int, Assignment]) -> bool:
    """Whether the part waits for a place that nobody is left for."""
    if isinstance(part, Assignment):
        return part.id in left
    return sum(not _is_stuck(inner, left) for inner in part.parts) < part.need


def _unfilled(part: Part, left: Mapping[int, Assignment]) -> Unfilled:
    place = next(leaf for leaf in leaves(part) if leaf.id in left)
    persons = ", ".join(a.person for a in place.assignees)
    return Unfilled(EXHAUSTED, place.place, (("detail", f"{place.word}: {persons}"),))
