"""From one position to the persons who may act in it now.

A seat is filled by the person himself, by those he delegated to, or, where he has left, by the one
who acts in his position. An absent person without a delegate counts as vacant, but for an open task
that stays with him. Climbing goes up the supervisors; it never lowers what is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from engine.decision import Assignee, Via
from engine.knowing import Situation
from engine.master_data import PersonId, current
from engine.routing.delegation import Need, delegates, keeps
from engine.routing.eligibility import bar, pass_over

MOST_STEPS: Final = 64  # a chain of supervisors is bounded, whatever the data say


def seat(situation: Situation, person: PersonId, need: Need) -> tuple[Assignee, ...]:
    """Who may act for this position now; empty where nobody may (why is noted)."""
    code = bar(situation, person, need.ask)
    if code == "inactive":
        # Who acts in a position does not approve what is its former holder's own.
        is_own = person == situation.requester or person in situation.beneficiaries
        stand = () if is_own else _acting(situation, person, need)
        if not stand:
            situation.pass_over(person, "vacant", need.word)
        return stand
    if code:
        pass_over(situation, person, code, need.word)
        return ()
    data = situation.data
    others = delegates(situation, person, need) if person in data.delegations else ()
    if person not in data.absences or not data.is_absent(person, situation.now):
        return (Assignee(person), *others) if others else (Assignee(person),)
    if not others and keeps(situation, person, need):
        return (Assignee(person),)
    if not others:
        situation.pass_over(person, "absent", need.word)
    return others


def each_once(found: Iterable[Assignee]) -> tuple[Assignee, ...]:
    """Everyone in the order in which they are found: for himself where he may be asked himself,
    else once for each person he acts for."""
    ways: dict[PersonId, dict[PersonId | None, Assignee]] = {}
    for each in found:
        ways.setdefault(each.person, {}).setdefault(each.on_behalf_of, each)
    return tuple(
        each for of in ways.values() for each in ((of[None],) if None in of else of.values())
    )


def _acting(situation: Situation, position: PersonId, need: Need) -> tuple[Assignee, ...]:
    found = []
    for acting in situation.data.acting.get(position, ()):
        if not acting.span.holds(situation.now):
            continue
        code = bar(situation, acting.by, need.ask)
        if not code and situation.data.is_absent(acting.by, situation.now):
            code = "absent"
        if code:
            pass_over(situation, acting.by, code, need.word)
        else:
            found.append(Assignee(acting.by, Via.ACTING, position))
    return tuple(found)


def supervisor(situation: Situation, person: PersonId) -> PersonId | None:
    """The person's supervisor at the moment, also of somebody who has left."""
    who = situation.data.people.get(person)
    return current(who.managers, situation.now) if who is not None else None


def upwards(situation: Situation, start: PersonId | None) -> Iterator[PersonId]:
    """The person and his supervisors, each once; ends at a loop."""
    seen: set[PersonId] = set()
    person = start
    while person is not None and person not in seen and len(seen) < MOST_STEPS:
        seen.add(person)
        yield person
        person = supervisor(situation, person)


def climb(
    situation: Situation, start: PersonId, need: Need
) -> tuple[tuple[Assignee, ...], tuple[str, ...]]:
    """The first seat that is filled, from the position upwards, and `vacant_climb` if it moved."""
    assignees = seat(situation, start, need)
    if assignees:
        return assignees, ()
    for person in islice(upwards(situation, start), 1, None):
        assignees = seat(situation, person, need)
        if assignees:
            return tuple(_climbed(assignees)), ("vacant_climb",)
    return (), ()


def _climbed(assignees: tuple[Assignee, ...]) -> Iterator[Assignee]:
    for assignee in assignees:
        if assignee.via is Via.HOLDER:
            yield Assignee(assignee.person, Via.CLIMB)
        else:
            yield assignee
