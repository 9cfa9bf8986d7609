"""What was done already and may not be: found when the document is decided.

Nobody can be passed over for what he has done. The document is held until somebody else has
submitted, ordered or received it, or a mitigation accepts it.
"""

from __future__ import annotations

from engine.history import PastAct
from engine.knowing import Situation
from engine.policy import Ruling
from engine.segregation.conflicts import deeds_of, grounds, holds_duty, latest
from engine.segregation.ground import Ground, Match
from engine.segregation.mitigating import let_through
from engine.segregation.rulings import HELD_ROLES, counts, pairs
from engine.values import value


@value
class Done:
    """An act on this document and what it may not be joined with. `match.act` is the other act."""

    act: PastAct
    match: Match


def done(situation: Situation) -> tuple[Done, ...]:
    """Every conflict of the persons that the document names, each with one other act."""
    ground = grounds(situation)
    found: dict[tuple[str, str], Done] = {}
    for ruling in ground.rulings:
        for act in ground.named:
            if act.act not in ruling.own:
                continue
            match = _match(situation, ground, ruling, act)
            if match is not None:
                seen = found.get((ruling.conflict.name, act.person))
                if seen is None:
                    match = let_through(situation, match, act.person)
                    found[ruling.conflict.name, act.person] = Done(act, match)
    return tuple(found.values())


def _match(situation: Situation, ground: Ground, ruling: Ruling, own: PastAct) -> Match | None:
    conflict, type_ = ruling.conflict, situation.document.type
    others = [other for one, other in pairs(ruling) if counts(one, own.act, type_)]
    if not others:
        return None
    if conflict.on == HELD_ROLES:
        held = any(holds_duty(situation, own.person, other, conflict) for other in others)
        return Match(conflict) if held else None
    found = latest(
        (act, relative)
        for act, relative in deeds_of(situation, own.person, conflict)
        if act != own
        and any(counts(other, act.act, act.document_type) for other in others)
        and ground.relates(act, conflict.on)
        and _is_near(ground, ruling, own, act)
    )
    return None if found is None else Match(conflict, *found)


def _is_near(ground: Ground, ruling: Ruling, own: PastAct, other: PastAct) -> bool:
    within = ruling.conflict.within
    return within is None or ground.days_from(other, ground.day_of(own)) <= within
