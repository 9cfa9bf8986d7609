"""The slow reference, part three: how far a route is by what people did, and what is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from tests.lives.people import Who, are_different
from tests.lives.routes import NOT_AWAITED, Key, Part, Place, Route, Step

VOTES: Final = ("vote_for", "vote_against")
Task = tuple[int, str, str, str, str, int]  # place, person, on behalf of, word, ask, step


@dataclass(frozen=True, slots=True)
class Given:
    """An act that was accepted, and the places it can fill; on which version it was done."""

    kind: str
    who: Who
    keys: frozenset[Key]
    version: int = 0


def votes(place: Place, given: list[Given]) -> dict[str, bool]:
    """The last vote of each."""
    return {
        each.who[0]: each.kind == "vote_for"
        for each in given
        if place.key in each.keys and each.kind in VOTES
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
    if all(place.ask in NOT_AWAITED for place in part.places):
        return True
    return any(_can_be(places, given) for places in combinations(part.places, part.need))


def current(found: Route, given: list[Given]) -> Step:
    """The first step that is not done; empty where all are."""
    return next((s for s in found.steps if not all(is_done(part, given) for part in s)), ())


def standing(found: Route, given: list[Given]) -> str:
    """Where the case stands by what was decided and done."""
    if found.outcome != "route":
        return {"straight_through": "approved"}.get(found.outcome, found.outcome)
    if any(each.kind == "reject" for each in given):
        return "rejected"
    if any(place.ask == "vote" and is_lost(place, given) for place in found.places()):
        return "rejected"
    return "pending" if current(found, given) else "approved"


def asked(found: Route, given: list[Given]) -> frozenset[Task]:
    """Who is asked now, for whom, for what: what is not done of the first open step."""
    step = current(found, given)
    number = found.steps.index(step) + 1 if step else 0
    words = {"vote": "approve"}
    return frozenset(
        (place.number, *who, place.key.word, words.get(place.ask, place.ask), number)
        for place in open_places(found, given)
        for who in place.who
    )


def open_places(found: Route, given: list[Given]) -> list[Place]:
    """The places of the first open step that somebody still has to fill."""
    waiting = [part for part in current(found, given) if not is_done(part, given)]
    return [place for part in waiting for place in unfilled(part, given)]


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
    return any(map(are_different, product(*(takers(place, given) for place in places))))


def open_keys(found: Route, given: list[Given]) -> frozenset[Key]:
    """The places of the current step that are in parts which still need somebody."""
    step = current(found, given)
    return frozenset(p.key for part in step if not is_done(part, given) for p in part.places)


def take(
    found: Route, given: list[Given], kind: str, who: Who, claimed: frozenset[Key]
) -> Given | str:
    """The act as it is accepted, or why not: a code, or `""` for one that is not foretold.

    `who` names for whom he wants to act, where he does; others have `claimed` places.
    """
    person, of = who
    every = [
        (place.key, each)
        for place in found.places()
        for each in place.who
        if each[0] == person and (not of or each[1] == of) and _fits(place, kind)
    ]
    offered = [each for each in every if each[0] not in claimed]
    is_open = open_keys(found, given)
    closed = {p.key for part in current(found, given) for p in part.places} - is_open
    usable = [each for each in offered if each[0] in is_open]
    if not usable:
        if any(key in is_open for key, _ in every):
            return "claimed_by_another"
        if any(key in closed for key, _ in offered):
            return "not_open"
        return "step_not_current" if offered else ""
    own = [each for each in usable if not each[1][1]]
    as_whom = (own or usable)[0][1]
    return Given(kind, as_whom, frozenset(key for key, each in offered if each == as_whom))


def task(found: Route, given: list[Given], who: Who, claimed: frozenset[Key]) -> Given | str:
    """What a person could answer now; whoever could may also arrange around it."""
    taken = take(found, given, "approve", who, claimed)
    if isinstance(taken, str):
        answer = take(found, given, "answer", who, claimed)
        return taken if isinstance(answer, str) else answer
    return taken


def objects(found: Route, person: str) -> list[Place]:
    """The places in which he is told, and may object."""
    told = (place for place in found.places() if place.ask == "notify" and place.within)
    return [place for place in told if any(who[0] == person for who in place.who)]


def _fits(place: Place, kind: str) -> bool:
    if place.ask == "notify":
        return False
    if place.ask == "vote":
        return kind in VOTES
    return kind in (("answer",) if place.ask == "consult" else ("approve", "reject"))
