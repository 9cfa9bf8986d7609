"""Different persons for different places: whether a group can be filled, and by how few people.

Somebody fills one place of a group, whether he acts for himself or another acts for him. The
searches are exact; a group too large to be searched counts as one that cannot be filled.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from engine.decision import Ask, Assignee, Assignment, Ballot, Part, Step, Via
from engine.master_data import PersonId

MOST_TRIES: Final = 50_000


def leaves(part: Part) -> Iterator[Assignment]:
    """Every assignment in the part, in reading order."""
    if isinstance(part, Assignment):
        return iter((part,))
    return (place for inner in part.parts for place in leaves(inner))


def needed(part: Part) -> Iterator[Assignment]:
    """The assignments without which the part cannot be done."""
    if isinstance(part, Assignment):
        return iter((part,))
    if part.need != len(part.parts):
        return iter(())
    return (place for inner in part.parts for place in needed(inner))


def needs_approval(step: Step) -> bool:
    """Whether somebody else than the requester is asked to approve in the step."""
    return any(_counts(leaf) for part in step.parts for leaf in leaves(part))


def needs_answer(step: Step) -> bool:
    """Whether somebody has to act before the step is done."""
    return any(leaf.ask is not Ask.NOTIFY for part in step.parts for leaf in leaves(part))


def selections(part: Part) -> Iterator[tuple[Assignment, ...]]:
    """Every least set of assignments whose filling does the part."""
    if isinstance(part, Assignment):
        yield (part,)
        return
    for chosen in combinations(part.parts, part.need):
        yield from _joined(chosen)


def _joined(parts: tuple[Part, ...]) -> Iterator[tuple[Assignment, ...]]:
    if not parts:
        yield ()
        return
    for first in selections(parts[0]):
        for rest in _joined(parts[1:]):
            yield first + rest


class _Budget:
    """Counts the tries of one search, so that it ends."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_TRIES

    def spend(self) -> bool:
        """Whether another try is allowed."""
        self.left -= 1
        return self.left >= 0


def is_fillable(part: Part) -> bool:
    """Whether different persons can fill the places of every group in the part."""
    if isinstance(part, Assignment):
        return bool(part.assignees) or part.body is not None
    budget = _Budget()
    for chosen in selections(part):
        if not budget.spend():
            return False
        places = sorted(
            (place for place in chosen if place.body is None), key=lambda p: len(p.assignees)
        )
        if _fill(tuple(places), frozenset(), budget):
            return True
    return False


def _fill(places: tuple[Assignment, ...], used: frozenset[PersonId], budget: _Budget) -> bool:
    if not places:
        return True
    for assignee in places[0].assignees:
        if not budget.spend():
            return False
        persons = identities(assignee)
        if not persons & used and _fill(places[1:], used | persons, budget):
            return True
    return False


def identities(assignee: Assignee) -> frozenset[PersonId]:
    """The persons that an approval by this assignee uses up in a group: himself, his principal.

    A stand-in uses up himself only: nobody stands in for a holder who may act, and several may
    stand in for one together.
    """
    if assignee.on_behalf_of is None or assignee.via is Via.STAND_IN:
        return frozenset({assignee.person})
    return frozenset({assignee.person, assignee.on_behalf_of})


def can_be_done_by(parts: tuple[Part, ...], most: int) -> bool:
    """Whether all the parts could be completed with no more than `most` different approvers.

    Within one part every place takes a different person; over the parts one person may do many. A
    search that is too long says yes, so that a guarantee on the number is not taken as kept.
    """
    approving = tuple(part for part in parts if any(map(_counts, leaves(part))))
    budget = _Budget()
    choices: list[list[tuple[Assignment, ...]]] = []
    for part in approving:
        found = []
        for chosen in selections(part):
            if not budget.spend():
                return True
            found.append(tuple(filter(_counts, chosen)))
        choices.append(found)
    return _few(tuple(map(tuple, choices)), frozenset(), most, budget)


def _counts(place: Assignment) -> bool:
    """Whether the place is an approval by somebody else than the requester."""
    return place.ask is Ask.APPROVE and place.word != "requester"


Choices = tuple[tuple[tuple[Assignment, ...], ...], ...]  # per part, the sets of places that do it


def _few(choices: Choices, used: frozenset[PersonId], most: int, budget: _Budget) -> bool:
    """Whether the parts can be done with few approvers, `used` being those who act already."""
    if not choices:
        return True
    for places in choices[0]:
        people = tuple(place for place in places if place.body is None)
        ballots = tuple(place.body for place in places if place.body is not None)
        for deciding in _deciding(ballots, used, most, budget):
            for together in _approvers(people, frozenset(), deciding, most, budget):
                if _few(choices[1:], together, most, budget):
                    return True
        if budget.left < 0:
            return True
    return False


def _deciding(
    ballots: tuple[Ballot, ...], used: frozenset[PersonId], most: int, budget: _Budget
) -> Iterator[frozenset[PersonId]]:
    """Everyone who acts when the bodies have decided: whoever records it, or as many members as
    must be present. Any of them may be one who approves elsewhere."""
    if not ballots:
        yield used
        return
    first = ballots[0]
    one = ((recorder,) for recorder in first.recorders)
    can_vote = first.members and first.present <= most
    several = combinations(first.members, first.present) if can_vote else ()
    for persons in (*one, *several):
        if not budget.spend():
            return
        acting = used.union(persons)
        if len(acting) <= most:
            yield from _deciding(ballots[1:], acting, most, budget)


def _approvers(
    places: tuple[Assignment, ...],
    taken: frozenset[PersonId],
    used: frozenset[PersonId],
    most: int,
    budget: _Budget,
) -> Iterator[frozenset[PersonId]]:
    """Everyone who acts, for each way of putting different persons on these places."""
    if len(used) > most:
        return
    if not places:
        yield used
        return
    for assignee in places[0].assignees:
        if not budget.spend():
            return
        persons = identities(assignee)
        if not persons & taken:
            acting = used | {assignee.person}
            yield from _approvers(places[1:], taken | persons, acting, most, budget)
