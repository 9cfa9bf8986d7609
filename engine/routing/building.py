"""The state of a route while it is built, and what stands for a word that nobody can fill."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.decision import Ask, Assignee, Assignment, Ballot, Part
from engine.knowing import Situation
from engine.master_data import PersonId
from engine.places import Place
from engine.routing.words import Word

Capacity = tuple[PersonId, PersonId | None]  # somebody, and on whose behalf


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A word for which nobody can be asked: the hold code and the words that go with it."""

    code: str
    place: Place
    words: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Routing:
    """A route while it is built. `earlier` are the needed approvals of the steps before.

    `of_matrix` tells whether the word at hand is the matrix's or a control's, `of_controls` are the
    ids of assignments that controls asked for. `asked` are the plain words that were resolved,
    `handed` the assignments that fill others too, by the id of the other; `able` who can do the
    assignments of `earlier`, and for whom. `is_once` tells that nobody may approve twice.
    """

    situation: Situation
    earlier: list[Assignment] = field(default_factory=list)
    next_id: int = 1
    ask: Ask = Ask.APPROVE
    of_matrix: bool = True
    of_controls: set[int] = field(default_factory=set)
    asked: dict[Word, tuple[Assignment, ...]] = field(default_factory=dict)
    handed: dict[int, Assignment] = field(default_factory=dict)
    able: dict[int, frozenset[Capacity]] = field(default_factory=dict)
    is_once: bool = False

    def assignment(
        self,
        word: str,
        assignees: tuple[Assignee, ...],
        place: Place,
        object: str = "",
        amount: str = "",
        body: Ballot | None = None,
        already: int = -1,
        notes: tuple[str, ...] = (),
    ) -> Assignment:
        """A new assignment with the next id; what is asked is what the routing asks now."""
        number = self.next_id
        self.next_id = number + 1
        return Assignment(
            number,
            word,
            assignees,
            place,
            self.ask,
            object,
            amount,
            body=body,
            already=already,
            notes=notes,
        )


Resolved = tuple[Part, ...] | Unfilled
