"""The slow reference, part five: another set while a case is open, and other content of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

from tests.lives.filling import Given
from tests.lives.people import Day
from tests.lives.routes import Key, Part, Place, Route, Step
from tests.lives.world import Order

MOST_INCREASE = 10  # percent


def stricter(old: Route, new: Route, known: Collection[int] = ()) -> Route:
    """The route of the set of the case, and behind it what the newer one asks beyond; `known` are
    the numbers of places that it adds whoever is asked there by now."""
    for outcome in ("refused", "held"):
        for each in (old, new):
            if each.outcome == outcome:
                return each
    added = _beyond(old, new, known)
    if not added:
        return old
    return Route("route", (*old.steps, *_renumbered(added, old)))


def keys_of_added(old: Route, new: Route) -> dict[Key, Key]:
    """Of each place that the newer set adds: by its key on the whole route, the one that it has on
    the newer route alone."""
    if {old.outcome, new.outcome} & {"refused", "held"}:
        return {}
    added = _beyond(old, new, ())
    named = (Route("", steps).places() for steps in (_renumbered(added, old), tuple(added)))
    return {here.key: there.key for here, there in zip(*named, strict=True)}


def _beyond(old: Route, new: Route, known: Collection[int]) -> list[Step]:
    answers = [part for step in old.steps for part in step]
    beyond = [
        tuple(
            part
            for part in step
            if any(place.number in known for place in part.places)
            or not any(_answers(each, part) for each in answers)
        )
        for step in new.steps
    ]
    return [step for step in beyond if step]


def _answers(old: Part, new: Part) -> bool:
    """Whether doing the old part always does the new one."""
    if len(new.places) > 1:
        same = old.need == new.need and len(old.places) == len(new.places)
        return same and all(map(_fills, old.places, new.places))
    return old.need == len(old.places) and any(_fills(p, new.places[0]) for p in old.places)


def _fills(old: Place, new: Place) -> bool:
    if old.ask != new.ask:
        return False
    if new.ask == "vote":
        return old.key.word == new.key.word and old.who == new.who
    return set(old.who) <= set(new.who)


def _renumbered(steps: list[Step], old: Route) -> tuple[Step, ...]:
    """The added steps, with numbers that follow; each of several alike is another one."""
    known, places = old.places(), Route("", tuple(steps)).places()
    first = 1 + max((place.number for place in known), default=-1)
    numbers = {place.number: n for n, place in enumerate(places, start=first)}
    alike = Counter(replace(place.key, number=1) for place in known)

    def of(place: Place) -> Place:
        plain = replace(place.key, number=1)
        alike[plain] += 1
        key = replace(plain, number=alike[plain])
        already = numbers.get(place.already, 0)
        return replace(place, number=numbers[place.number], key=key, already=already)

    return tuple(
        tuple(replace(part, places=tuple(map(of, part.places))) for part in step) for step in steps
    )


@dataclass(frozen=True, slots=True)
class Content:
    """One version of an order as it stood when another came."""

    version: int
    order: Order
    status: str


def what_stands(
    on: Day, past: list[Content], new: Order, given: list[Given], found: Route
) -> list[Given]:
    """What of the approvals stands with other content; `past` ends with the version before."""
    if begins_anew(past, new):
        return []
    before, approved = past[-1], _approved(past)
    is_affected = before.order.centers != new.centers
    last = max((each.version for each in approved), default=0)

    def grown_since(version: int) -> bool:
        old = next(each for each in past if each.version == version)
        return version > last and _has_grown(old.order, new)

    def is_over(person: str) -> bool:
        return before.order.amount <= on.limit(person) < new.amount

    return [
        replace(each, keys=keys)
        for each in given
        if (keys := _kept(each, found, is_affected, before.order, new))
        and not grown_since(each.version)
        and not is_over(each.who[1] or each.who[0])
    ]


def _approved(past: list[Content]) -> list[Content]:
    return [each for each in past if each.status in ("approved", "posted")]


def begins_anew(past: list[Content], new: Order) -> bool:
    """Whether everything is approved again with other content."""
    before, approved = past[-1], _approved(past)
    return (
        before.status not in ("pending", "held", "returned", "approved", "posted")
        or before.order.supplier != new.supplier
        or any(_has_grown(each.order, new) for each in approved[:1] + approved[-1:])
    )


def _has_grown(old: Order, new: Order) -> bool:
    return (new.amount - old.amount) * 100 > old.amount * MOST_INCREASE


def _kept(
    given: Given, found: Route, is_affected: bool, before: Order, new: Order
) -> frozenset[Key]:
    """The places of the new route, of the same rule, word and object, that the act fills."""

    def same(key: Key) -> list[Place]:
        exact = [place for place in found.places() if place.key == key]
        return exact or [p for p in found.places() if replace(p.key, amount=key.amount) == key]

    def may_differ(old: Key, now: Key) -> bool:
        if old.amount == now.amount:
            return True
        if is_affected and old.object:
            return False
        return now.amount <= old.amount or (
            now.amount * before.amount <= old.amount * new.amount  # not faster than the whole
        )

    return frozenset(
        places[0].key
        for key in given.keys
        if (places := same(key)) and len(places) == 1
        if given.who in places[0].who and may_differ(key, places[0].key)
    )
