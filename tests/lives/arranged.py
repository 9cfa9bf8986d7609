"""The slow reference, part four: what people arranged among themselves on a route."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from tests.lives.people import Day, Nobody
from tests.lives.routes import Key, Part, Place, Route, Step, is_fillable

ADDED: Final = "added_approver"
ADDING: Final = ("add_before", "add_after")


@dataclass(frozen=True, slots=True)
class Arranged:
    """`by` had the place, `made_by` arranged it; `to` is asked instead, or too."""

    number: int
    kind: str
    key: Key
    by: str
    to: str
    made_by: str
    is_ended: bool = False

    @property
    def own_key(self) -> Key:
        """Of an added approver: what he is asked for."""
        return Key("", ADDED, f"{self.number} by {self.by}")


def arranged(on: Day, found: Route, made: list[Arranged], amount: int) -> tuple[Route, set[int]]:
    """The route with what was arranged on it, and the numbers of what holds; an added approver who
    is gone holds the document."""
    if found.outcome not in ("route", "straight_through"):
        return found, set()
    steps, holding = found.steps, set()
    try:
        for each in made:
            if each.is_ended:
                continue
            if each.kind in ADDING:
                steps = _added(on, steps, each)
            elif new := _changed(on, steps, each, amount):
                steps = new
                holding.add(each.number)
    except Nobody as problem:
        return Route("held", held=problem.args), set()
    return (Route("route", steps) if steps else found), holding


def arranged_above(
    on: Day, found: Route, made: list[Arranged], amount: int
) -> tuple[Route, set[int]]:
    """The same by those who are asked because nobody answered: whoever takes over stands in for one
    of them, and so stands as high and has as much authority."""
    steps, holding = found.steps, set()
    for each in made:
        place = next((p for p in Route("", steps).places() if p.key == each.key), None)
        if place is None or (each.by, "") not in place.raised or not on.is_there(each.to):
            continue
        if any(each.to == person for person, _ in place.who):
            continue
        if each.kind == "delegate":
            new, raised, kept = (each.to, each.by), place.raised, place.who
        else:
            new = (each.to, "")
            kept = tuple(who for who in place.who if each.by not in who)
            raised = (*(who for who in place.raised if who != (each.by, "")), new)
            highest = max((on.rank(person) for person, _ in kept), default=-1)
            needed = on.rank(each.to) > highest and has_authority(on, steps, place, each.to, amount)
            is_above = each.to in [*on.upwards(each.by)][1:]
            if not needed or not (is_above or _is_entitled(on, place, each.by, each.to, amount)):
                continue
        alone = _with(steps, replace(place, who=(new,)))
        if all(is_fillable(part) for step in alone for part in step if _has(part, place)):
            steps = _with(steps, replace(place, who=(*kept, new), raised=raised))
            holding.add(each.number)
    return replace(found, steps=steps), holding


def has_authority(on: Day, steps: tuple[Step, ...], place: Place, person: str, amount: int) -> bool:
    """Whether he may sign as much as a chain asks for, and as those below him may."""
    filled = [p for p in Route("", steps).places() if place.number in (p.number, p.already)]
    below = [of or who for who, of in place.who if (who, of) not in place.raised]
    is_needed = any(p.key.word == "chain" for p in filled) or any(
        on.limit(each) >= amount for each in below
    )
    return not is_needed or on.limit(person) >= amount


def _changed(on: Day, steps: tuple[Step, ...], each: Arranged, amount: int) -> tuple[Step, ...]:
    """The steps with a task that was handed on or delegated once; none where that does not hold."""
    place = next((p for p in Route("", steps).places() if p.key == each.key), None)
    if place is None or each.by == each.to or not on.is_there(each.to):
        return ()
    if each.kind == "delegate":
        if (each.by, "") not in place.who or place.ask == "vote" or place.key.word == ADDED:
            return ()
        kept, new = place.who, (each.to, each.by)
    else:
        mine = [who for who in place.who if each.by in who]
        if not mine or not _is_entitled(on, place, mine[0][1] or each.by, each.to, amount):
            return ()
        kept, new = tuple(who for who in place.who if who not in mine), (each.to, "")
    alone = _with(steps, replace(place, who=(new,)))
    if not all(is_fillable(part) for step in alone for part in step if _has(part, place)):
        return ()
    others = tuple(who for who in kept if who[0] != each.to)
    return _with(steps, replace(place, who=(*others, new)))


def _is_entitled(on: Day, place: Place, position: str, person: str, amount: int) -> bool:
    """Whether he may fill the place on his own: a holder, above an owner, a limit that covers."""
    if place.ask == "vote":
        return False
    if (person, "") in place.who:
        return True
    if place.key.word == "cost_center_owner":
        return person in on.upwards(position)
    return place.key.word == "chain" and amount <= on.limit(person)


def _added(on: Day, steps: tuple[Step, ...], each: Arranged) -> tuple[Step, ...]:
    if not on.may(each.to):
        raise Nobody(ADDED, each.to)
    numbers = [place.number for place in Route("", steps).places()]
    new = (Part(1, (Place(max(numbers, default=0) + 1, each.own_key, ((each.to, ""),)),)),)
    at = len(steps)
    for n, step in enumerate(steps):
        if any(place.key == each.key for part in step for place in part.places):
            at = n + (each.kind == "add_after")
    return (*steps[:at], new, *steps[at:])


def _with(steps: tuple[Step, ...], place: Place) -> tuple[Step, ...]:
    def of(part: Part) -> Part:
        return replace(part, places=tuple(place if p.key == place.key else p for p in part.places))

    return tuple(tuple(of(part) for part in step) for step in steps)


def _has(part: Part, place: Place) -> bool:
    return any(each.key == place.key for each in part.places)
