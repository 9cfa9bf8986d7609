"""Before a document is released: every act of its chain, and the pairs that a conflict forbids.

However the acts came in (before a rule was in force, from another system, by way of a role that
somebody was given later), no pair that a conflict forbids may stand when money leaves. Acts that a
mitigation let through carry its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from engine.documents.model import Document
from engine.history import History, PastAct
from engine.knowing import Situation, situate
from engine.master_data import MasterData, PersonId
from engine.policy import Conflict, Duty, PolicySet, Ruling
from engine.rates import Shortage
from engine.segregation.conflicts import deeds_of, grounds, holds_duty
from engine.segregation.ground import PREFIXES, Ground
from engine.segregation.keys import about
from engine.segregation.rulings import HELD_ROLES, counts, is_in_force, pairs, ruling_of
from engine.values import value


@value
class Breach:
    """Two acts that one person may not both have done, or an act and a role that he holds.

    `other` is `None` where it is a role held. The caller lets a document with a breach of which
    the conflict's outcome is not `warn` go nowhere.
    """

    conflict: Conflict
    person: PersonId
    act: PastAct
    other: PastAct | None = None


def chain_conflicts(
    policy: PolicySet, data: MasterData, document: Document, now: datetime, history: History
) -> tuple[Breach, ...] | Shortage:
    """Every breach among the acts of the document, its chain, and what they are compared with.

    `history` has the approvals of the document itself, and no act that no longer stands (of an
    older version, or withdrawn). A shortage says why it cannot be told: the document then waits.
    """
    situation = situate(policy, data, document, now, {})
    if isinstance(situation, Shortage):
        return situation
    situation.history = history
    ground = grounds(situation)
    every = about(data, document, now)
    acts = [
        act for act in sorted(set(_all(ground)), key=_in_order) if _in_chain(ground, act, every)
    ]
    found: dict[tuple[str, frozenset[PastAct]], Breach] = {}
    rulings = [
        ruling_of(policy, conflict, document.type)
        for conflict in policy.conflicts
        if is_in_force(conflict, situation.day, situation.scopes)
    ]
    for ruling in rulings:
        for act in acts:
            for breach in _breaches(situation, ruling, act, every):
                both = frozenset({act, breach.other or act})
                found.setdefault((ruling.conflict.name, both), breach)
    return tuple(found.values())


def _all(ground: Ground) -> Iterator[PastAct]:
    for acts in ground.acts.values():
        yield from acts


def _in_order(act: PastAct) -> tuple[object, ...]:
    other = act.on_behalf_of or ""
    return act.at, act.document_type, act.document_id, act.act, act.person, other


def _in_chain(ground: Ground, act: PastAct, every: frozenset[str]) -> bool:
    """Whether it was done on the document, on its chain, or on one that it is linked with."""
    name = act.document_type, act.document_id
    if name == ground.document or name in ground.chain:
        return True
    return any(key.startswith(PREFIXES["same_chain"]) for key in act.keys & every)


def _breaches(
    situation: Situation, ruling: Ruling, act: PastAct, every: frozenset[str]
) -> Iterator[Breach]:
    conflict = ruling.conflict
    others = [other for one, other in pairs(ruling) if counts(one, act.act, act.document_type)]
    if not others:
        return
    for person in dict.fromkeys(filter(None, (act.person, act.on_behalf_of))):
        if conflict.on == HELD_ROLES:
            held = any(_held(situation, person, other, conflict, act) for other in others)
            if held and not is_accepted(situation.policy, conflict, act.under):
                yield Breach(conflict, person, act)
            continue
        for other, _ in deeds_of(situation, person, conflict):
            if (
                other != act
                and any(counts(duty, other.act, other.document_type) for duty in others)
                and _related(situation, conflict.on, act, other, every)
                and _near(situation, conflict, act, other)
                and not is_accepted(situation.policy, conflict, act.under | other.under)
            ):
                yield Breach(conflict, person, act, other)


def _held(
    situation: Situation, person: PersonId, duty: Duty, conflict: Conflict, act: PastAct
) -> bool:
    """Whether the role was held when the act was done, or is held now."""
    then = replace(situation, now=act.at, held={}, ground=None)
    return any(holds_duty(each, person, duty, conflict) for each in (situation, then))


def _related(
    situation: Situation, on: str, act: PastAct, other: PastAct, every: frozenset[str]
) -> bool:
    """Whether the documents of two acts are related; this document by what is known of it now."""
    if (act.document_type, act.document_id) == (other.document_type, other.document_id):
        return True
    ground = grounds(situation)
    if on == "same_chain" and _in_chain(ground, other, every):
        return True
    keys = [each.keys | every if ground.is_own(each) else each.keys for each in (act, other)]
    return any(key.startswith(PREFIXES[on]) for key in frozenset.intersection(*keys))


def _near(situation: Situation, conflict: Conflict, act: PastAct, other: PastAct) -> bool:
    ground = grounds(situation)
    return conflict.within is None or ground.days_from(other, ground.day_of(act)) <= conflict.within


def is_accepted(policy: PolicySet, conflict: Conflict, under: frozenset[str]) -> bool:
    """Whether what was done under these mitigations is accepted by one of this conflict."""
    return any(each.name in under and each.conflict == conflict.name for each in policy.mitigations)
