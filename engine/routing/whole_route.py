"""The whole route: what is asked, what people arranged on it, and who is asked above the silent.

What stays with a delegator is found on the way, by what was asked before. Where it turns out that a
place has others by now than those who were asked, it is asked anew, and so is the route.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Final

from engine.decision import Step
from engine.knowing import Situation
from engine.routing.arranging import Arrangement
from engine.routing.arranging_above import as_it_stands
from engine.routing.asked import Asked, Moments
from engine.routing.building import Routing, Unfilled
from engine.routing.course import keyed_steps
from engine.routing.escalating import positions
from engine.routing.related_parties import add_for_interest
from engine.routing.route import Wanted, build_route

_NOTES: Final = ("passed", "bars", "held", "limits", "gaps", "reasons", "compared", "bases")


def whole_route(
    situation: Situation, wanted: Wanted, arrangements: tuple[Arrangement, ...]
) -> tuple[Step, ...] | Unfilled:
    """The steps in order, with everything that is known of them; or the word nobody can fill.

    Where that is so, the document is held, and asked anew altogether when it is decided again.
    """
    before = _Noted(situation, wanted)
    while True:
        steps = _route(situation, wanted, arrangements)
        if isinstance(steps, Unfilled) or not situation.stayed:
            return steps
        still = tuple(_still_asked(steps, situation.moments.asked))
        if still == situation.moments.asked:
            return steps
        before.restore(situation, wanted)
        situation.moments = Moments(still, situation.moments.begun)


def _route(
    situation: Situation, wanted: Wanted, arrangements: tuple[Arrangement, ...]
) -> tuple[Step, ...] | Unfilled:
    steps = build_route(routing := Routing(situation), wanted)
    if add_for_interest(situation, wanted):
        steps = build_route(routing := Routing(situation), wanted)
    if isinstance(steps, Unfilled) or not (arrangements or situation.escalations):
        return steps
    return as_it_stands(situation, steps, arrangements, is_once=routing.is_once)


def _still_asked(steps: tuple[Step, ...], asked: Iterable[Asked]) -> Iterator[Asked]:
    """What is asked of somebody who was asked it before."""
    now = {key: {*positions(place)} for key, place in keyed_steps(steps)}
    return (each for each in asked if not now.get(each.key, set()).isdisjoint(each.persons))


class _Noted:
    """What was noted before a route was worked out, so that nothing is left of one given up."""

    def __init__(self, situation: Situation, wanted: Wanted) -> None:
        self._is_needed = bool(situation.moments.asked)
        if self._is_needed:
            self._notes = {name: copy(getattr(situation, name)) for name in _NOTES}
            self._added = {at: [*words] for at, words in wanted.added.items()}

    def restore(self, situation: Situation, wanted: Wanted) -> None:
        """All of it is as it was; where nothing was asked before, no route is given up."""
        if self._is_needed:
            situation.stayed.clear()
            for name, noted in self._notes.items():
                setattr(situation, name, copy(noted))
            wanted.added = {at: [*words] for at, words in self._added.items()}
