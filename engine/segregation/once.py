"""Nobody approves one document twice, where a conflict joins approving with approving.

Then every place of the route takes another person. Who is the only one for a place is not asked for
a later one; a route that different persons cannot fill is held before anybody is asked.
"""

from __future__ import annotations

from dataclasses import replace

from engine.decision import Ask, Assignee, Assignment, Group, Part, Step
from engine.knowing import Situation
from engine.master_data import PersonId
from engine.policy import Conflict
from engine.routing.distinct import identities, is_fillable, leaves, needed
from engine.segregation.conflicts import grounds
from engine.segregation.ground import Match
from engine.segregation.mitigating import let_through
from engine.segregation.wording import words_of


def approves_once(situation: Situation) -> bool:
    """Whether each person may approve this document no more than once."""
    return bool(situation.policy.conflicts) and bool(grounds(situation).once)


def begin(situation: Situation) -> None:
    """Nobody has a place yet; a route is built anew."""
    for person in grounds(situation).taken:
        situation.bars.pop(person, None)
    grounds(situation).taken.clear()


def take_places(situation: Situation, parts: tuple[Part, ...]) -> None:
    """Whoever is the only one for a place of these parts is barred from every later one."""
    for place in (place for part in parts for place in needed(part)):
        if not _is_approval(place) or place.body is not None:
            continue
        if len({assignee.person for assignee in place.assignees}) == 1:
            for person in set.intersection(*map(_used, place.assignees)):
                _take(situation, person)


def unfillable(situation: Situation, steps: list[Step]) -> Conflict | None:
    """The conflict that keeps these steps from being done; `None` where each takes another."""
    parts = tuple(
        part for step in steps for part in step.parts if any(map(_is_approval, leaves(part)))
    )
    whole = Group(len(parts), tuple(_with_exempt(situation, part) for part in parts))
    return None if not parts or is_fillable(whole) else grounds(situation).once[0]


def _used(assignee: Assignee) -> set[PersonId]:
    return set(identities(assignee))


def _is_approval(place: Assignment) -> bool:
    return place.ask is Ask.APPROVE and place.already < 0 and place.word != "requester"


def _take(situation: Situation, person: PersonId) -> None:
    conflict = _barring(situation, person)
    if conflict is not None:
        grounds(situation).taken[person] = conflict
        situation.bars[person] = "segregation", words_of(situation, Match(conflict))


def _barring(situation: Situation, person: PersonId) -> Conflict | None:
    """The conflict under which the person may not approve again; `None` where he is let through."""
    for conflict in grounds(situation).once:
        if let_through(situation, Match(conflict), person).bars:
            return conflict
    return None


def _with_exempt(situation: Situation, part: Part) -> Part:
    """The part with a person of its own in each place for whom a mitigation lets through."""
    if isinstance(part, Group):
        return Group(part.need, tuple(_with_exempt(situation, inner) for inner in part.parts))
    assignees = tuple(
        replace(each, person=PersonId(f"{each.person} {part.id}"))
        if _barring(situation, each.person) is None
        else each
        for each in part.assignees
    )
    return replace(part, assignees=assignees)
