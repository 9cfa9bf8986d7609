"""The slow reference: what the language says of a case's life, in plain lists and loops.

Written from the reference of the language for the set in `world.py` alone. It shares nothing with
the product: routes are said row by row, and whether a step is done is found by trying everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Final

from tests.lives.world import HOLDERS, LIMITS, OWNERS, PERSONS, Order, People

Who = tuple[str, str]  # who acts, and for whom; "" for himself
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that somebody is asked for. `ask`: approve, consult, ratify or vote."""

    key: Key
    word: str
    who: tuple[Who, ...]
    ask: str = "approve"


@dataclass(frozen=True, slots=True)
class Part:
    """So many of these places, each by a different person."""

    need: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Outcome `route`, `straight_through`, `held` or `refused`; the steps of a route."""

    outcome: str
    steps: tuple[tuple[Part, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """An act that was accepted, and the places it can fill."""

    kind: str
    who: Who
    keys: frozenset[Key]


class Nobody(Exception):
    """Nobody can be asked for a word."""


@dataclass(slots=True)
class Case:
    """One order on its way. `standing` is the approved content that counts while it is changed."""

    order: Order
    status: str
    version: int = 1
    highest: int = 1
    given: list[Given] = field(default_factory=list)
    claims: dict[Key, str] = field(default_factory=dict)
    standing: Case | None = None


# --- who can be asked -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """The people on one day, for one requester: he is asked for nothing of his own."""

    people: People
    number: int
    requester: str

    def may(self, person: str) -> bool:
        """Whether he is there at all and it is not his own need."""
        return person not in self.people.left and person != self.requester

    def is_absent(self, person: str) -> bool:
        first, last = self.people.absent.get(person, (1, 0))
        return first <= self.number <= last

    def seat(self, person: str) -> list[Who]:
        """Who may act for the position of a person."""
        if person == self.requester:
            return []
        if person in self.people.left:
            by = self.people.acting.get(person, "")
            return [(by, person)] if by and self.may(by) and not self.is_absent(by) else []
        found = [] if self.is_absent(person) else [(person, "")]
        for each in self.people.delegated:
            counts = not each.is_revoked and each.first <= self.number <= each.last
            to = each.delegate
            if each.delegator == person and counts and self.may(to) and not self.is_absent(to):
                found.append((to, person))
        return list(dict.fromkeys(found))

    def holders(self, role: str) -> list[str]:
        return [p for p in HOLDERS[role] if (role, p) not in self.people.unseated]

    def of_role(self, role: str) -> tuple[Who, ...]:
        """Everyone who may act for one of the holders, once each, for himself where he can."""
        found: dict[str, str] = {}
        for holder in sorted(self.holders(role)):
            for person, of in self.seat(holder):
                if found.get(person) != "":
                    found[person] = of
        if not found:
            raise Nobody(role)
        return tuple(found.items())

    def climbed(self, person: str) -> tuple[Who, ...]:
        """The first seat that is filled, from the person upwards."""
        while person:
            found = self.seat(person)
            if found:
                return tuple(found)
            person = PERSONS[person][0]
        raise Nobody("owner")

    def chain(self, amount: int) -> tuple[Who, ...]:
        """From the requester's supervisor upwards to the first whose authority covers."""
        position = PERSONS[self.requester][0]
        while position:
            able = [
                (person, of)
                for person, of in self.seat(position)
                if amount <= self._limit(person, of, position)
            ]
            if able:
                return tuple(able)
            position = PERSONS[position][0]
        raise Nobody("chain")

    def _limit(self, person: str, of: str, position: str) -> int:
        """A delegate has the authority of whom he acts for; an acting holder his own."""
        whose = person if of and position in self.people.left else position
        return LIMITS[PERSONS[whose][1]]

    def board(self) -> tuple[Who, ...]:
        members = [(p, "") for p in self.holders("trustee") if self.may(p)]
        if len(members) < 2:
            raise Nobody("board")
        return tuple(members)


# --- routes, row by row ---------------------------------------------------------------------------


def route(people: People, day: int, order: Order) -> Route:
    """Who is asked for the order on a day, or why nobody is."""
    if order.amount <= 10:
        return Route("straight_through")
    if order.amount > 180_000:
        return Route("refused")
    try:
        return Route("route", tuple(_steps(Day(people, day, order.requester), order)))
    except Nobody:
        return Route("held")


def _steps(on: Day, order: Order) -> Iterator[tuple[Part, ...]]:
    if order.amount <= 1_000:
        yield _owners(on, order)
    elif order.amount <= 2_000:
        yield _some(on, 2, ("buyer", "treasurer"))
    elif order.amount <= 3_000:
        yield _some(on, 1, ("cfo", "treasurer"))
        yield (Part(1, (Place(("consult", "buyer"), "buyer", on.of_role("buyer"), "consult"),)),)
    elif order.amount <= 150_000:
        yield _owners(on, order)
        yield (Part(1, (Place(("chain",), "chain", on.chain(order.amount)),)),)
    elif order.amount <= 160_000:
        yield _some(on, 2, ("cfo", "treasurer", "buyer"))
    elif order.amount <= 170_000:
        yield _owners(on, order)
        yield (Part(1, (Place(("board",), "board", on.board(), "vote"),)),)
    else:
        buyers = on.of_role("buyer")
        yield _fillable(Part(2, tuple(Place((f"buyer {n}",), "buyer", buyers) for n in (1, 2))))
        yield (Part(1, (Place(("ratify", "cfo"), "cfo", on.of_role("cfo"), "ratify"),)),)


def _owners(on: Day, order: Order) -> tuple[Part, ...]:
    """Each owner in parallel, for what is charged to him."""
    return tuple(
        Part(1, (Place(("owner", center), "cost_center_owner", on.climbed(OWNERS[center])),))
        for center in order.centers
    )


def _some(on: Day, need: int, roles: tuple[str, ...]) -> tuple[Part, ...]:
    found = []
    for role in roles:
        try:
            found.append(Place((role,), role, on.of_role(role)))
        except Nobody:
            continue
    if len(found) < need:
        raise Nobody("too few roles")
    return _fillable(Part(need, tuple(found)))


def _fillable(part: Part) -> tuple[Part, ...]:
    """Held before anybody is asked where different persons cannot fill the places."""
    for places in combinations(part.places, part.need):
        for chosen in product(*(place.who for place in places)):
            if _are_different(chosen):
                return (part,)
    raise Nobody("different persons")


def _are_different(chosen: Iterable[Who]) -> bool:
    """Who acts for another uses up both."""
    persons = [person for who in chosen for person in who if person]
    return len(persons) == len(set(persons))


# --- how far it is --------------------------------------------------------------------------------

NOT_AWAITED: Final = "ratify"


def votes(place: Place, given: list[Given]) -> dict[str, bool]:
    """The last vote of each."""
    return {
        each.who[0]: each.kind == "vote_for"
        for each in given
        if place.key in each.keys and each.kind in ("vote_for", "vote_against")
    }


def is_won(place: Place, given: list[Given]) -> bool:
    """Two present, and more than half of the votes in favour."""
    cast = votes(place, given)
    return len(cast) >= 2 and 2 * sum(cast.values()) > len(cast)


def is_lost(place: Place, given: list[Given]) -> bool:
    """Every member has voted, and it is not approved."""
    cast = votes(place, given)
    return all(member in cast for member, _ in place.who) and not is_won(place, given)


def takers(place: Place, given: list[Given]) -> list[Who]:
    if place.ask == "vote":
        return [("the board", "")] if is_won(place, given) else []
    kind = "answer" if place.ask == "consult" else "approve"
    return [each.who for each in given if each.kind == kind and place.key in each.keys]


def is_done(part: Part, given: list[Given]) -> bool:
    """Whether so many places are filled, each by a different person: every way is tried."""
    if all(place.ask == NOT_AWAITED for place in part.places):
        return True
    for places in combinations(part.places, part.need):
        for chosen in product(*(takers(place, given) for place in places)):
            if _are_different(chosen):
                return True
    return False


def current(found: Route, given: list[Given]) -> tuple[Part, ...]:
    """The first step that is not done; empty where all are."""
    for step in found.steps:
        if not all(is_done(part, given) for part in step):
            return step
    return ()


def standing(found: Route, given: list[Given]) -> str:
    """Where the case stands by what was decided and done."""
    if found.outcome != "route":
        return {"straight_through": "approved"}.get(found.outcome, found.outcome)
    places = [place for step in found.steps for part in step for place in part.places]
    if any(each.kind == "reject" for each in given):
        return "rejected"
    if any(place.ask == "vote" and is_lost(place, given) for place in places):
        return "rejected"
    return "pending" if current(found, given) else "approved"


def asked(found: Route, given: list[Given]) -> set[tuple[str, str, str]]:
    """Who is asked now, for whom, for which word: what is not done of the first open step."""
    return {
        (place.word, person, of)
        for part in current(found, given)
        if not is_done(part, given)
        for place in unfilled(part, given)
        for person, of in place.who
    }


def unfilled(part: Part, given: list[Given]) -> list[Place]:
    """The places that bring the part on: of a choice each; of all, those that a best way leaves."""
    if part.need < len(part.places):
        return [*part.places]
    for size in range(len(part.places), -1, -1):
        ways = [some for some in combinations(part.places, size) if _can_be(some, given)]
        if ways:
            return [place for place in part.places if any(place not in way for way in ways)]
    return []


def _can_be(places: tuple[Place, ...], given: list[Given]) -> bool:
    return any(map(_are_different, product(*(takers(place, given) for place in places))))


def take(found: Route, given: list[Given], kind: str, person: str, of: str) -> Given | str:
    """The act as it is accepted, or why not: a code, or `""` for one that is not foretold."""
    offered = [
        (place.key, who)
        for step in found.steps
        for part in step
        for place in part.places
        for who in place.who
        if who[0] == person and (not of or who[1] == of) and _fits(place, kind)
    ]
    step = current(found, given)
    is_open = {p.key for part in step if not is_done(part, given) for p in part.places}
    is_closed = {p.key for part in step for p in part.places} - is_open
    usable = [each for each in offered if each[0] in is_open]
    if not usable:
        if any(key in is_closed for key, _ in offered):
            return "not_open"
        return "step_not_current" if offered else ""
    own = [each for each in usable if not each[1][1]]
    who = (own or usable)[0][1]
    return Given(kind, who, frozenset(key for key, each in offered if each == who))


def _fits(place: Place, kind: str) -> bool:
    if place.ask == "vote":
        return kind in ("vote_for", "vote_against")
    return kind in (("answer",) if place.ask == "consult" else ("approve", "reject"))


# --- the life of a case ---------------------------------------------------------------------------


def submitted(case: Case | None, order: Order, people: People, day: int) -> Case:
    """The case when an order comes in: new, the same, or with other content."""
    if case is not None and case.order == order:
        return case
    status = standing(route(people, day, order), [])
    if case is None:
        return Case(order, status)
    before = case.standing or (replace(case) if case.status == "approved" else None)
    number = case.highest + 1
    return settled(Case(order, status, number, number, standing=before))


def settled(case: Case) -> Case:
    """A change that is approved takes its place; one that came to nothing leaves what stood."""
    if case.standing is None:
        return case
    if case.status == "approved":
        return replace(case, standing=None)
    if case.status in ("refused", "rejected", "withdrawn"):
        return replace(case.standing, highest=case.highest, standing=None, claims={})
    return case


def looked_at(case: Case, people: People, day: int) -> Case:
    """An open case when people have changed: what was approved stands."""
    if case.status != "pending":
        return case
    return settled(replace(case, status=standing(route(people, day, case.order), case.given)))


def asked_again(case: Case, people: People, day: int) -> Case:
    """A held case that is decided again."""
    if case.status != "held":
        return case
    return settled(replace(case, status=standing(route(people, day, case.order), case.given)))


def acted(
    case: Case, people: People, day: int, kind: str, person: str, of: str
) -> tuple[Case, str | None]:
    """The case after an act, and `None` where it is accepted, or the code as `take` says it."""
    if kind == "withdraw":
        if person != case.order.requester:
            return case, "not_asked"
        if case.status not in ("pending", "held", "approved"):
            return case, "not_open"
        return settled(replace(case, status="withdrawn", claims={})), None
    if case.status != "pending":
        return case, "not_open"
    found = route(people, day, case.order)
    taken = take(found, case.given, kind, person, of)
    if isinstance(taken, str):
        return case, taken
    owners = {case.claims[key] for key in taken.keys if key in case.claims}
    if owners and person not in owners:
        return case, "claimed_by_another"
    given = [*case.given, taken]
    return settled(replace(case, status=standing(found, given), given=given)), None
