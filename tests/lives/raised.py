"""The slow reference, part eight: who is asked when nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from tests.lives.arranged import has_authority
from tests.lives.people import Day
from tests.lives.routes import Key, Part, Place, Route, Step, is_fillable

CLOSES: Final = 17
ESCALATE_AFTER: Final = 2  # business days
WITHDRAW_AFTER: Final = 5


@dataclass(frozen=True, slots=True)
class Silence:
    """A place was silent; it counts while one of them still has it."""

    key: Key
    persons: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody is waited for since a moment; `rung` counts how many above are asked, and `is_done`
    says that the next one was to be asked already."""

    since: datetime
    rung: int = 0
    persons: frozenset[str] = frozenset()
    is_done: bool = False


def end_of(since: datetime, days: int) -> datetime:
    """When the n-th business day after it closes. There is no holiday in these lives."""
    at = since
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < 5
    return at.replace(hour=CLOSES, minute=0)


def positions(place: Place) -> list[str]:
    """Whose place it is: who is asked for himself, and for whom others are."""
    found = [of or person for person, of in place.who if (person, of) not in place.raised]
    return list(dict.fromkeys(found))


def raised(on: Day, found: Route, silences: list[Silence], amount: int) -> Route:
    """The route with those above who are asked as well; held where nobody is left."""
    when = {
        place.number: moments
        for place in found.places()
        if (moments := _when(place, silences)) and not _is_counted(place, found, silences)
    }
    steps, left = found.steps, []
    for number, moments in when.items():
        place = next(p for p in Route("", steps).places() if p.number == number)
        silent = positions(place)
        for at in moments:
            above = next(_above(on, steps, place, silent, amount, at), None)
            if above is None:
                left.append(number)
                break
            person, place, steps = above
            silent = [person]
    for step in steps:
        for part in step:
            if sum(place.number not in left for place in part.places) < part.need:
                stuck = next(place for place in part.places if place.number in left)
                return Route("held", held=("exhausted", stuck.key.word, *_persons(stuck)))
    return replace(found, steps=steps)


def _when(place: Place, silences: list[Silence]) -> list[datetime]:
    mine = set(positions(place))
    return [each.at for each in silences if each.key == place.key and mine & each.persons]


def _is_counted(place: Place, found: Route, silences: list[Silence]) -> bool:
    """Whether another place, which fills this one too, was silent already."""
    return any(other.number == place.already and _when(other, silences) for other in found.places())


def _above(
    on: Day, steps: tuple[Step, ...], place: Place, silent: list[str], amount: int, at: datetime
) -> Iterator[tuple[str, Place, tuple[Step, ...]]]:
    if place.ask not in ("approve", "consult"):
        return
    known = _persons(place)
    highest = max(on.rank(person) for person in (*silent, *known))
    for start in silent:
        for person in islice(on.upwards(start), 1, None):
            if person not in known and on.rank(person) > highest:
                made = _with_person(on, steps, place, person, amount, at)
                if made is not None:
                    yield person, *made


def _with_person(
    on: Day, steps: tuple[Step, ...], place: Place, person: str, amount: int, at: datetime
) -> tuple[Place, tuple[Step, ...]] | None:
    """He is asked as well, with at least the authority of those below; if he may and is there."""
    seat = on.seat(person, since=at)
    if (person, "") not in seat or not has_authority(on, steps, place, person, amount):
        return None
    asked = tuple(who for who in seat if who[0] not in _persons(place))
    alone = _with(steps, replace(place, who=asked))
    if not all(is_fillable(part) for step in alone for part in step if _has(part, place)):
        return None
    wider = replace(place, who=(*place.who, *asked), raised=(*place.raised, (person, "")))
    return wider, _with(steps, wider)


def _with(steps: tuple[Step, ...], changed: Place) -> tuple[Step, ...]:
    def of(place: Place) -> Place:
        if place.number == changed.number:
            return changed
        if place.already == changed.number:
            return replace(place, who=changed.who, raised=changed.raised)
        return place

    return tuple(
        tuple(replace(part, places=tuple(map(of, part.places))) for part in step) for step in steps
    )


def _has(part: Part, place: Place) -> bool:
    return any(each.number == place.number for each in part.places)


def _persons(place: Place) -> list[str]:
    return list(dict.fromkeys(person for person, _ in place.who))
