"""Guarantees, checked on each route: so many different approvers, and these roles among them."""

from __future__ import annotations

from engine.decision import Ask, Assignment, Held, Part, Step
from engine.facts.truth import holds, shortages
from engine.knowing import Situation
from engine.money import Money, key
from engine.policy import Guarantee
from engine.rates import Shortage
from engine.routing.authority import is_one_of
from engine.routing.distinct import can_be_done_by
from engine.selecting import basis, held, held_for


def broken(situation: Situation, steps: tuple[Step, ...]) -> Held | None:
    """The first guarantee that some completion of the route would break; `None` for none."""
    lookup = situation.policy.lookup
    if lookup is None or not lookup.guarantees:
        return None
    for scope in situation.scopes:
        for guarantee in lookup.guarantees.get(scope, ()):
            if guarantee.order or not guarantee.effective.covers(situation.day):
                continue
            applies = _applies(situation, guarantee)
            if isinstance(applies, Held):
                return applies
            if applies and not _is_kept(situation, guarantee, steps):
                return held("guarantee_broken", guarantee.name, guarantee.place)
    return None


def _applies(situation: Situation, guarantee: Guarantee) -> bool | Held:
    truth = holds(guarantee.when, situation.known)
    if truth is False:
        return False
    is_above = _is_above(situation, guarantee)
    if is_above is False or truth is True:
        return is_above
    lacking = shortages(guarantee.when, situation.known).values()
    return held_for(lacking, guarantee.place, "")


def _is_above(situation: Situation, guarantee: Guarantee) -> bool | Held:
    if not guarantee.above:
        return True
    for bound in _bounds(situation, guarantee):
        on = basis(situation, guarantee.amount, bound.currency)
        if isinstance(on, Held):
            return on
        if on.key is None:
            why = on.known.why_missing.get("amount") or Shortage("fact_missing", guarantee.amount)
            return held_for([why], guarantee.place, "")
        if on.key > key(bound.minor):
            return True
    return False


def _bounds(situation: Situation, guarantee: Guarantee) -> tuple[Money, ...]:
    """The bound in the document's currency, else in the entity's, else every one."""
    for currency in (situation.document.currency, situation.entity.currency):
        if currency in guarantee.above:
            return (guarantee.above[currency],)
    return tuple(guarantee.above.values())


def _is_kept(situation: Situation, guarantee: Guarantee, steps: tuple[Step, ...]) -> bool:
    parts = tuple(part for step in steps for part in step.parts)
    if guarantee.at_least and can_be_done_by(parts, guarantee.at_least - 1):
        return False
    return all(any(_always_by(situation, part, role) for part in parts) for role in guarantee.by)


def _always_by(situation: Situation, part: Part, name: str) -> bool:
    """Whether every completion of the part has an approval by a holder of the role or level."""
    if isinstance(part, Assignment):
        if part.ask is not Ask.APPROVE:
            return False
        if part.body is not None:
            return part.word == name
        return bool(part.assignees) and all(
            is_one_of(situation, assignee.on_behalf_of or assignee.person, name)
            for assignee in part.assignees
        )
    sure = sum(_always_by(situation, inner, name) for inner in part.parts)
    return sure > len(part.parts) - part.need
