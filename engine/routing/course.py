"""What people have done on a route so far, and which places they can fill by it.

A course outlives the decision it was made on: people, holders and delegations change, and the route
is worked out again, but an approval that was given stands for every place that asks for the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.decision import Assignee, Assignment, Decision, Step, Via
from engine.master_data import PersonId
from engine.routing.distinct import leaves
from engine.values import value


class ActKind(StrEnum):
    """What a person does on a route."""

    APPROVE = "approve"
    REJECT = "reject"
    ANSWER = "answer"
    VOTE_FOR = "vote_for"
    VOTE_AGAINST = "vote_against"
    RECORD = "record"
    RATIFY = "ratify"
    REFUSE_RATIFICATION = "refuse_ratification"


# What is done when nothing more has to be approved.
AFTERWARDS: Final = (ActKind.RATIFY, ActKind.REFUSE_RATIFICATION)


@dataclass(frozen=True, slots=True)
class Act:
    """`by` is a person id or login, `on_behalf_of` the delegator, `body` the body voted in."""

    by: str
    at: datetime
    kind: ActKind = ActKind.APPROVE
    on_behalf_of: str = ""
    body: str = ""


# What an approval is for: the rule's place, the word, its object and amount, which of several
# alike. Who is asked on the way up a chain is asked for himself, so there the key names him.
PlaceKey = tuple[str, str, str, str, int]


@value
class Escalation:
    """A place was silent once. `persons` had it then; it counts while one of them still has it.

    Whoever is new in a place, because it has another holder, has his own time. `at` is since when
    the next one up is asked, where a decision depends on that.
    """

    key: PlaceKey
    persons: tuple[PersonId, ...]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """An accepted act and the places it can fill."""

    assignee: Assignee
    kind: ActKind
    keys: frozenset[PlaceKey]


@dataclass(slots=True)
class Course:
    """What was accepted so far, in order."""

    given: list[Given] = field(default_factory=list)
    is_rejected: bool = False


def keyed(decision: Decision) -> Iterator[tuple[PlaceKey, Assignment]]:
    """Every place of the route with what an approval of it is for."""
    return keyed_steps(decision.steps)


def keyed_steps(steps: tuple[Step, ...]) -> Iterator[tuple[PlaceKey, Assignment]]:
    """The same of steps that are not part of a decision yet."""
    seen: dict[tuple[str, str, str, str], int] = {}
    for step in steps:
        for part in step.parts:
            for place in leaves(part):
                name = (str(place.place), place.word, _object(place), place.amount)
                seen[name] = seen.get(name, 0) + 1
                yield (*name, seen[name]), place


def _object(place: Assignment) -> str:
    if "on_the_way" not in place.notes:
        return place.object
    # Who was added above them is asked for what they are asked for: the name stays theirs.
    above = {a.person for a in place.assignees if a.via is Via.ESCALATED}
    return " ".join(sorted({a.on_behalf_of or a.person for a in place.assignees} - above))
