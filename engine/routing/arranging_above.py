"""A route as people and time have left it, and what those arrange on it who are asked above.

People arrange, then whoever is above the silent is asked; he may hand on or delegate that task,
too. Whoever takes it over is asked above in his place: he stands as high, and his limits cover what
had to be covered. Those below, who were asked first, keep the place beside him.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from engine.decision import Assignee, Assignment, Step, Via
from engine.knowing import Situation
from engine.master_data import PersonId
from engine.routing.arranging import (
    NOT_ASKED,
    Arrangement,
    Arranging,
    arranged,
    bar_today,
    delegated,
    does_not_hold,
    not_entitled,
    replaced,
)
from engine.routing.authority import covering, level_of
from engine.routing.building import Unfilled
from engine.routing.course import keyed_steps
from engine.routing.distinct import identities
from engine.routing.escalating import amounts_needed, raised
from engine.routing.guarantees import broken
from engine.routing.seating import upwards


def as_it_stands(
    situation: Situation,
    steps: tuple[Step, ...],
    arrangements: Iterable[Arrangement],
    *,
    is_once: bool = False,
) -> tuple[Step, ...] | Unfilled:
    """The steps with what people arranged and with whoever is asked above; or what nobody fills.

    `is_once`: nobody may approve twice on the route.
    """
    found = arranged(situation, steps, arrangements, is_once=is_once)
    if isinstance(found, Unfilled):
        return found
    steps, left = found
    above = raised(situation, steps, is_once=is_once)
    if isinstance(above, Unfilled):
        return above
    steps = above
    for each in left:
        made = _changed(situation, steps, each, is_once=is_once)
        if not isinstance(made, str) and broken(situation, made) and not broken(situation, steps):
            made = "guarantee_broken"  # as where somebody would be asked above
        if isinstance(made, str):
            does_not_hold(situation, each, made)
        else:
            steps = made
    return steps


def _changed(
    situation: Situation, steps: tuple[Step, ...], each: Arrangement, *, is_once: bool
) -> tuple[Step, ...] | str:
    place = next((p for key, p in keyed_steps(steps) if key == each.key), None)
    if place is None or not any(_is_above(a, each.by) for a in place.assignees):
        return NOT_ASKED
    if any(a.person == each.to for a in place.assignees):
        return "asked_already"  # one fewer would be asked, and the next one up never
    if each.kind is Arranging.DELEGATE:
        found = delegated(situation, place, each)
        return replaced(steps, place, (), found, is_once=is_once)
    mine = tuple(a for a in place.assignees if each.by in identities(a))
    others = tuple(a for a in place.assignees if a not in mine)
    code = (
        bar_today(situation, each.to, place.ask)
        or _too_low(situation, others, each.to)
        or _lacks_authority(situation, steps, place, each)
    )
    found = code or Assignee(each.to, Via.ESCALATED)
    return replaced(steps, place, mine, found, is_once=is_once)


def _is_above(assignee: Assignee, person: PersonId) -> bool:
    return assignee.person == person and assignee.via is Via.ESCALATED


def _too_low(situation: Situation, others: tuple[Assignee, ...], person: PersonId) -> str:
    """Only upwards: of a higher level than everyone else who is asked there."""
    organization = situation.policy.organization
    if not organization.levels:
        return ""
    rank = organization.rank(level_of(situation, person))
    is_higher = all(rank > organization.rank(level_of(situation, a.person)) for a in others)
    return "" if is_higher else "not_entitled"


def _lacks_authority(
    situation: Situation, steps: tuple[Step, ...], place: Assignment, each: Arrangement
) -> str:
    """He is above whoever hands it on, or may fill the place anyway; and his limits cover."""
    amounts = amounts_needed(situation, place, steps)
    if amounts is None or any(covering(situation, each.to, a) is None for a in amounts):
        return "over_limit"
    if each.to in islice(upwards(situation, each.by), 1, None):
        return ""
    return not_entitled(situation, place, each.by, each.to)
