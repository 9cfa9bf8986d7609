"""The slow reference, part two: what each row asks of whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, count, product
from typing import Final

from tests.lives.people import Day, Nobody, Who, are_different
from tests.lives.world import MOST_WITH_ONE, Order

NOT_AWAITED: Final = ("ratify", "notify")


@dataclass(frozen=True, slots=True)
class Key:
    """What an approval is for: a word of a row, its object and cents, which of several alike."""

    rule: str
    word: str
    object: str = ""
    amount: int = 0
    number: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that somebody is asked for. `ask`: approve, consult, ratify, notify or vote.

    Who is told may object for `within` business days, where that is any. `raised` are those of
    `who` who are asked because nobody answered; whoever fills the place of the number `already`
    fills this one, too.
    """

    number: int
    key: Key
    who: tuple[Who, ...]
    ask: str = "approve"
    raised: tuple[Who, ...] = ()
    already: int = 0
    within: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """So many of these places, each by a different person."""

    need: int
    places: tuple[Place, ...]


Step = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Outcome `route`, `straight_through`, `held` or `refused`; `held` says why, to be compared."""

    outcome: str
    steps: tuple[Step, ...] = ()
    held: tuple[object, ...] = ()

    def places(self) -> list[Place]:
        return [place for step in self.steps for part in step for place in part.places]


def route(on: Day, order: Order, total: int) -> Route:
    """Who is asked for the order on a day, or why nobody is. `total` is spent with the supplier."""
    if order.amount > 180_000:
        return Route("refused")
    if total > MOST_WITH_ONE:
        return Route("held", held=("total",))
    if order.amount <= on.policy.trifle:
        return Route("straight_through")
    row = row_of(on, order.amount)
    try:
        return Route("route", handed_on(tuple(_steps(on, row, order))))
    except Nobody as found:
        return Route("held", held=(row, *found.args))


def row_of(on: Day, amount: int) -> str:
    """The row that decides, but for the exception."""
    bounds = (1_000, 2_000, 3_000, 4_000, on.policy.chain, 160_000, 170_000, 180_000)
    names = ("owner", "both", "any", "soon", "chain", "group", "board", "emergency")
    return next(name for name, up_to in zip(names, bounds, strict=True) if amount <= up_to)


def _steps(on: Day, row: str, order: Order) -> Iterator[Step]:
    ids = count(1)

    def place(nth: int, word: str, who: tuple[Who, ...], ask: str = "approve") -> Place:
        return Place(next(ids), Key(f"{row} {nth}", word), who, ask)

    def owners() -> Step:
        """Each owner in parallel, for what is charged to him."""
        return tuple(
            Part(1, (replace(found, key=replace(found.key, object=objects, amount=cents)),))
            for owner, (objects, cents) in _charged(on, order).items()
            for found in [place(1, "cost_center_owner", on.owner(owner, objects, f"{row} 1"))]
        )

    def some(need: int, *roles: str) -> Step:
        found = []
        failed = []
        for nth, role in enumerate(roles, start=1):
            try:
                found.append(place(nth, role, on.of_role(role, f"{row} {nth}")))
            except Nobody as problem:
                failed.append(problem)
        if len(found) < need:
            raise failed[0]
        return (fillable(Part(need, tuple(found))),)

    def told(nth: int, role: str, within: int = 0) -> Step:
        found = place(nth, role, on.of_role(role, f"{row} {nth}", is_told=True), "notify")
        return (Part(1, (replace(found, within=within),)),)

    match row:
        case "owner":
            yield owners()
            if on.policy.is_strict:
                yield (Part(1, (place(2, "buyer", on.of_role("buyer", f"{row} 2")),)),)
        case "both":
            yield some(2, "buyer", "treasurer")
            yield told(3, "cfo", 2)
        case "any":
            yield some(1, "cfo", "treasurer")
            yield (Part(1, (place(3, "buyer", on.of_role("buyer", f"{row} 3"), "consult"),)),)
        case "soon":
            yield owners()
            asked = on.of_role("treasurer", f"{row} 2")
            yield (Part(1, (place(2, "treasurer", asked, "ratify"),)),)
            yield told(3, "trustee", 1)
        case "chain":
            yield owners()
            asked = place(2, "chain", on.chain(order.amount, f"{row} 2"))
            key = replace(asked.key, amount=order.amount * 100)
            yield (Part(1, (replace(asked, key=key),)),)
            yield told(3, "cfo")
        case "group":
            yield some(2, "cfo", "treasurer", "buyer")
        case "board":
            yield owners()
            yield (Part(1, (place(2, "board", on.board(), "vote"),)),)
        case "emergency":
            one, two = (place(1, "buyer", on.of_role("buyer", f"{row} 1")) for _ in range(2))
            yield (fillable(Part(2, (one, replace(two, key=replace(two.key, number=2))))),)
            yield (Part(1, (place(2, "cfo", on.of_role("cfo", f"{row} 2"), "ratify"),)),)


def handed_on(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps, with each place that whoever fills an earlier one fills, too."""
    earlier: list[Place] = []
    made = []
    for step in steps:
        parts: list[Part] = []
        for part in step:
            place = part.places[0]
            is_plain = len(part.places) == 1 and place.ask == "approve"
            other = next((e for e in earlier if set(e.who) <= set(place.who)), None)
            if is_plain and other is not None:
                handed = replace(place, who=other.who, already=other.number)
                parts.append(Part(1, (handed,)))
                continue
            if is_plain:
                earlier.append(place)
            parts.append(part)
        made.append(tuple(parts))
    return tuple(made)


def _charged(on: Day, order: Order) -> dict[str, tuple[str, int]]:
    """By owner, what he is asked for: his cost centers, and what is charged to them in cents."""
    share = order.amount * 100 // len(order.centers)
    found: dict[str, tuple[str, int]] = {}
    for center in order.centers:
        objects, cents = found.get(on.people.owner(center), ("", 0))
        found[on.people.owner(center)] = (f"{objects} {center}".strip(), cents + share)
    return found


def fillable(part: Part) -> Part:
    """Held before anybody is asked where different persons cannot fill the places."""
    if not is_fillable(part):
        raise Nobody(f"{part.need} different persons")
    return part


def is_fillable(part: Part) -> bool:
    return any(
        are_different(chosen)
        for places in combinations(part.places, part.need)
        for chosen in product(*(place.who for place in places))
    )
