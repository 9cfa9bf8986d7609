"""The state of a route while it is built, and what stands for a word that nobody can fill."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.decision import Ask, Assignee, Assignment, Part
from engine.knowing import Situation
from engine.places import Place


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
    ids of assignments that controls asked for.
    """

    situation: Situation
    earlier: list[Assignment] = field(default_factory=list)
    next_id: int = 1
    ask: Ask = Ask.APPROVE
    of_matrix: bool = True
    of_controls: set[int] = field(default_factory=set)

    def assignment(
        self, word: str, assignees: tuple[Assignee, ...], place: Place, **more: object
    ) -> Assignment:
        """A new assignment with the next id; what is asked is what the routing asks now."""
        made = Assignment(self.next_id, word, assignees, place, self.ask)
        self.next_id += 1
        return replace(made, **more) if more else made  # type: ignore[arg-type]


Resolved = tuple[Part, ...] | Unfilled
