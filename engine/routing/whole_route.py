"""The whole route: what is asked, what people arranged on it, and who is asked above the silent.

What stays with a delegator is found on the way, by what was asked before. Where it turns out that a
place has others by now than those who were asked, it is asked anew, and so is the route.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.decision import Step
from engine.knowing import Situation
from engine.routing.arranging import Arrangement, arranged
from engine.routing.asked import Asked, Moments
from engine.routing.building import Routing, Unfilled
from engine.routing.course import keyed_steps
from engine.routing.delegation import STAYS
from engine.routing.escalating import positions, raised
from engine.routing.related_parties import add_for_interest
from engine.routing.route import Wanted, build_route


def whole_route(
    situation: Situation, wanted: Wanted, arrangements: tuple[Arrangement, ...]
) -> tuple[Step, ...] | Unfilled:
    """The steps in order, with everything that is known of them; or the word nobody can fill.

    Where that is so, the document is held, and asked anew altogether when it is decided again.
    """
    while True:
        steps = _route(situation, wanted, arrangements)
        if isinstance(steps, Unfilled) or not situation.stayed:
            return steps
        still = tuple(_still_asked(steps, situation.moments.asked))
        if still == situation.moments.asked:
            return steps
        _begin_again(situation, still)


def _route(
    situation: Situation, wanted: Wanted, arrangements: tuple[Arrangement, ...]
) -> tuple[Step, ...] | Unfilled:
    steps = build_route(routing := Routing(situation), wanted)
    if add_for_interest(situation, wanted):
        steps = build_route(routing := Routing(situation), wanted)
    if arrangements and not isinstance(steps, Unfilled):
        steps = arranged(situation, steps, arrangements, is_once=routing.is_once)
    if situation.escalations and not isinstance(steps, Unfilled):
        steps = raised(situation, steps, is_once=routing.is_once)
    return steps


def _still_asked(steps: tuple[Step, ...], asked: Iterable[Asked]) -> Iterator[Asked]:
    """What is asked of somebody who was asked it before."""
    now = {key: {*positions(place)} for key, place in keyed_steps(steps)}
    return (each for each in asked if not now.get(each.key, set()).isdisjoint(each.persons))


def _begin_again(situation: Situation, still: tuple[Asked, ...]) -> None:
    situation.moments = Moments(still, situation.moments.begun)
    situation.stayed.clear()
    situation.passed = {k: each for k, each in situation.passed.items() if each.code != STAYS}
