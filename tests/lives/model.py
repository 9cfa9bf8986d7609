"""The slow reference, part six: the life of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from tests.lives.arranged import ADDING, Arranged, arranged, arranged_above
from tests.lives.filling import Given, Task, asked, open_places, standing
from tests.lives.people import Asked, Day
from tests.lives.raised import (
    ESCALATE_AFTER,
    WITHDRAW_AFTER,
    Silence,
    Waiting,
    end_of,
    positions,
    raised,
)
from tests.lives.routes import Key, Place, Route, route
from tests.lives.versions import Content, begins_anew, keys_of_added, stricter, what_stands
from tests.lives.world import Order, People, Policy

COUNTS: Final = ("pending", "held", "returned", "approved", "posting", "posted", "exception")
CAME_TO_NOTHING: Final = ("refused", "rejected", "withdrawn")
AGREED: Final = ("approved", "posting", "posted", "exception")
TOLD: Final = "notify"
UNCHANGEABLE: Final = ("posting", "exception", "cancelled")


@dataclass(frozen=True, slots=True)
class Now:
    """What is in force on a day. `does_post`: what is approved is posted."""

    people: People
    day: int
    policy: Policy
    time: datetime
    does_post: bool = False


@dataclass(slots=True)
class Case:
    """One order on its way. `under` is the set that it was routed under, `total` what was spent
    with the supplier when it was decided, `standing` the approved content that counts while it is
    changed, `booked` the earlier one that is posted, `past` the contents before, `held` why it is
    held, `received` when its content came in."""

    order: Order
    status: str
    under: Policy
    total: int
    received: datetime
    version: int = 1
    highest: int = 1
    given: list[Given] = field(default_factory=list)
    tasks: frozenset[Task] = frozenset()
    claims: dict[Key, str] = field(default_factory=dict)
    arranged: list[Arranged] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    waiting: dict[Key | None, Waiting] = field(default_factory=dict)
    asked: dict[Key, Asked] = field(default_factory=dict)
    past: list[Content] = field(default_factory=list)
    standing: Case | None = None
    booked: Case | None = None
    held: tuple[object, ...] = ()
    are_lines_rejected: bool = False
    is_unknown: bool = False  # whether the ERP has what was sent to it


def spent(cases: Iterable[Case], supplier: str) -> int:
    """What cases add to the total of a supplier: of a change and what stands, the greater."""
    return sum(_counted(case, supplier) for case in cases)


def _counted(case: Case, supplier: str) -> int:
    own = case.order.amount if case.status in COUNTS and case.order.supplier == supplier else 0
    return max(own, _counted(case.standing, supplier) if case.standing else 0)


def routed(case: Case, now: Now) -> tuple[Route, Policy]:
    """The route at this moment, and the set that the case is routed under from now on."""
    word = now.policy.in_flight
    if case.under == now.policy or word == "decide_again":
        return _under(case, now, now.policy), now.policy
    if word == "pin":
        return _under(case, now, case.under), case.under
    on_own, on_newer, keys = apart(case, now)
    newer = _under(on_newer, now, now.policy)
    known = {place.number for place in newer.places() if place.key in keys.values()}
    return stricter(_under(on_own, now, case.under), newer, known), case.under


def keys_added(case: Case, now: Now) -> dict[Key, Key]:
    """Of the places that a newer set adds, the key on the whole route and on the newer one."""
    if case.under == now.policy or now.policy.in_flight != "add_if_stricter":
        return {}
    return apart(case, now)[2]


def apart(case: Case, now: Now) -> tuple[Case, Case, dict[Key, Key]]:
    """The case as its own set sees it, and as the newer one does, which alone looks at what was
    arranged and where it was silent in the places that it adds; the keys of those."""
    bare = replace(case, arranged=[], silences=[])
    plain = [{p.key for p in _under(bare, now, by).places()} for by in (now.policy, case.under)]
    of_newer = plain[0] - plain[1]
    own = _with_keys(case, lambda key: None if key in of_newer else key)
    keys = keys_of_added(_under(own, now, case.under), _under(own, now, now.policy))
    newer = _with_keys(case, lambda key: keys.get(key, None if key in of_newer else key))
    return _with_keys(own, lambda key: None if key in keys else key), newer, keys


def _with_keys(case: Case, of: Callable[[Key], Key | None]) -> Case:
    """With what was arranged, and where it was silent, at places that have a key, by that key."""
    arranged = [
        replace(each, key=key)
        for each in case.arranged
        if (key := each.key if each.kind in ADDING else of(each.key))
    ]
    silences = [replace(each, key=key) for each in case.silences if (key := of(each.key))]
    return replace(case, arranged=arranged, silences=silences)


def holding(case: Case, now: Now) -> set[int]:
    """The numbers of what people arranged that holds on the route."""
    word = now.policy.in_flight
    if case.under == now.policy or word == "decide_again":
        return _worked(case, now, now.policy)[1]
    if word == "pin":
        return _worked(case, now, case.under)[1]
    on_own, on_newer, keys = apart(case, now)
    of_newer = {a.number for a in case.arranged if a.key in keys and a.kind not in ADDING}
    newer = _worked(on_newer, now, now.policy)[1] & of_newer
    return _worked(on_own, now, case.under)[1] | newer


def _under(case: Case, now: Now, policy: Policy) -> Route:
    return _worked(case, now, policy)[0]


def _worked(case: Case, now: Now, policy: Policy) -> tuple[Route, set[int]]:
    """The route under a set, and what of the arrangements holds. Who is asked of others than before
    is asked anew."""
    asked = tuple(case.asked.values())
    while True:
        on = Day(now.people, now.day, policy, case.order.requester, asked)
        found, holds = _arranged(on, case)
        has = {place.key: {*positions(place)} for place in found.places()}
        still = tuple(each for each in asked if has.get(each.key, set()) & each.persons)
        if not on.stayed or found.outcome == "held" or still == asked:
            return found, holds
        asked = still


def _arranged(on: Day, case: Case) -> tuple[Route, set[int]]:
    """People arrange, then it is asked above, and then those may arrange who are."""
    amount = case.order.amount
    found, holds = arranged(on, route(on, case.order, case.total), case.arranged, amount)
    found = raised(on, found, case.silences, amount)
    left = [
        each
        for each in case.arranged
        if each.number not in holds and each.kind not in ADDING and not each.is_ended
    ]
    found, more = arranged_above(on, found, left, amount)
    return found, holds | more


def stands(case: Case, found: Route, under: Policy, now: Now) -> Case:
    """The case where the route and what was done on it put it."""
    status = standing(found, case.given)
    tasks = asked(found, case.given) if status == "pending" else frozenset()
    case = replace(case, status=status, under=under, tasks=tasks, held=found.held)
    return settled(watched(case, found, now), now)


def watched(case: Case, found: Route, now: Now) -> Case:
    """Who is waited for, since he was asked; whoever is asked still keeps his moment."""
    wanted: dict[Key | None, Waiting] = {}
    asked: list[Place] = []
    if case.status in ("held", "returned"):
        wanted[None] = Waiting(now.time)
    elif case.status == "pending":
        waited_for = open_places(found, case.given)
        numbers = [place.number for place in waited_for]
        for place in waited_for:
            if place.already not in numbers and place.ask in ("approve", "consult"):
                persons = frozenset(person for person, _ in place.who)
                wanted[place.key] = Waiting(now.time, len(place.raised), persons)
                asked.append(place)
        asked += [place for place in found.places() if place.ask == TOLD]
    elif case.status in AGREED:
        asked = [p for p in found.places() if p.ask == TOLD or _is_to_ratify(p, case.given)]
    for key, each in wanted.items():
        old = case.waiting.get(key)
        if old and old.rung == each.rung and (not old.persons or old.persons & each.persons):
            wanted[key] = replace(each, since=old.since, is_done=old.is_done)
    known = {place.key: _asked(case.asked.get(place.key), place, now) for place in asked}
    return replace(case, waiting=wanted, asked=known)


def _is_to_ratify(place: Place, given: list[Given]) -> bool:
    return place.ask == "ratify" and not any(place.key in each.keys for each in given)


def _asked(old: Asked | None, place: Place, now: Now) -> Asked:
    """Since when, of whom it is by now: one of them had it, or it is asked anew."""
    persons = frozenset(positions(place))
    is_same = old is not None and (not old.persons or old.persons & persons)
    return Asked(place.key, persons, old.since if old is not None and is_same else now.time)


def fallen_due(case: Case, now: Now) -> Case:
    """What is due by now is done, one after the other: the next one up is asked as well, and what
    nobody works on is withdrawn."""
    while True:
        days = WITHDRAW_AFTER if None in case.waiting else ESCALATE_AFTER
        found, _ = routed(case, now)
        numbers = {place.key: place.number for place in found.places()}
        due = sorted(
            (end_of(each.since, days), numbers.get(key, 0))
            for key, each in case.waiting.items()
            if not each.is_done and end_of(each.since, days) <= now.time
        )
        if not due:
            return case
        if None in case.waiting:
            ended = replace(case, status="withdrawn", tasks=frozenset(), held=())
            case = replace(ended, waiting={}, asked={})
            return settled(case, now)
        place = next(place for place in found.places() if place.number == due[0][1])
        silent = Silence(place.key, frozenset(positions(place)), now.time)
        claims = {key: who for key, who in case.claims.items() if key != place.key}
        waiting = dict(case.waiting)
        waiting[place.key] = replace(waiting[place.key], is_done=True)
        case = replace(case, silences=[*case.silences, silent], claims=claims, waiting=waiting)
        case = stands(case, routed(case, now)[0], case.under, now)


def settled(case: Case, now: Now) -> Case:
    """A change that is approved takes its place; one that came to nothing leaves what stood, or
    what is posted."""
    if case.status == "approved":
        status = "posting" if now.does_post else "approved"
        before = case.standing or case
        booked = before if before.status == "posted" else before.booked
        return replace(case, standing=None, booked=booked, status=status)
    back = case.standing or case.booked
    if back is None or case.status not in CAME_TO_NOTHING:
        return case
    return replace(
        back,
        highest=case.highest,
        past=[*case.past, Content(case.version, case.order, case.status)],
        arranged=[each for each in case.arranged if each.kind in ADDING],
        claims={},
        tasks=frozenset(),
        silences=[],
        waiting={},
        asked={},
        questions=[],
        standing=None,
    )


def submitted(case: Case | None, order: Order, now: Now, others: int) -> Case | str:
    """The case when an order comes in: new, the same, or with other content; or why it is not
    taken. `others` is what other cases add to the total of its supplier."""
    if case is None:
        new = Case(order, "", now.policy, others + order.amount, now.time)
        return stands(new, *routed(new, now), now)
    if case.order == order:
        return case
    if case.status in UNCHANGEABLE:
        return "not_open"
    before = case.standing
    if case.status in ("approved", "posted"):
        before = replace(case)
    past = [*case.past, Content(case.version, case.order, case.status)]
    added = [each for each in case.arranged if each.kind in ADDING]
    number = case.highest + 1
    goes_on = not begins_anew(past, order)
    new = Case(order, "", now.policy, others + order.amount, now.time, number, number)
    new = replace(new, arranged=added, standing=before, past=past)
    new = replace(new, asked=case.asked if goes_on else {})
    found, under = routed(new, now)
    on = Day(now.people, now.day, now.policy, order.requester)
    new.given = what_stands(on, past, order, case.given, found)
    return stands(new, found, under, now)


def looked_at(case: Case, now: Now) -> Case:
    """An open case when people, the set or the day have changed: what was approved stands.

    Where nobody else is asked than before, nothing happens to it.
    """
    if case.status != "pending":
        return case
    found, under = routed(case, now)
    after = stands(case, found, under, now)
    if after.status == "pending" and after.tasks == case.tasks:
        return replace(case, waiting=after.waiting, asked=after.asked)
    places = {place.number: place.key for place in found.places()}
    may_keep = {(places[task[0]], task[1]) for task in after.tasks}
    kept = {key: who for key, who in after.claims.items() if (key, who) in may_keep}
    return replace(after, claims=kept)


def asked_again(case: Case, now: Now, others: int) -> Case:
    """A held case that is decided again, by the set in force and with the totals of now."""
    if case.status != "held":
        return case
    after = replace(case, total=others + case.order.amount, under=now.policy)
    found, under = routed(after, now)
    if found.outcome == "held" and found.held == case.held:
        return case
    return stands(after, found, under, now)
