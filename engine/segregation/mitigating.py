"""Mitigations: a named person is let through a conflict, within bounds and under somebody's eyes.

A mitigation ends with its last local day. It is suspended while a use of it has gone unreviewed for
more local days than it says, and it never lets through somebody who would monitor himself.
"""

from __future__ import annotations

from dataclasses import replace

from engine.business_time import local_day
from engine.knowing import Situation
from engine.master_data import PersonId
from engine.money import key
from engine.policy import Mitigation
from engine.rates import Shortage
from engine.segregation.ground import Match


def let_through(situation: Situation, match: Match, person: PersonId) -> Match:
    """The match with the mitigation that lets the person through, or with those that do not."""
    if match.conflict.outcome == "warn":
        return match
    lapsed: list[tuple[str, str]] = []
    for mitigation in situation.policy.mitigations:
        if mitigation.conflict != match.conflict.name:
            continue
        if situation.data.person_of(mitigation.person, situation.now) != person:
            continue
        why = _lapse(situation, mitigation, person)
        if not why:
            return replace(match, mitigation=mitigation)
        lapsed.append((why, mitigation.name))
    return replace(match, lapsed=tuple(lapsed)) if lapsed else match


def _lapse(situation: Situation, mitigation: Mitigation, person: PersonId) -> str:
    """Why the mitigation does not hold for this document now; empty where it does."""
    if situation.day > mitigation.until:
        return "ended"
    if situation.data.person_of(mitigation.monitor, situation.now) == person:
        return "self_monitored"
    oldest = situation.history.unreviewed.get(mitigation.name)
    if oldest is not None:
        unseen = situation.day - local_day(oldest, situation.entity.zone)
        if unseen.days > mitigation.review_every:
            return "unreviewed"
    return "" if _is_within_cap(situation, mitigation) else "over_cap"


def _is_within_cap(situation: Situation, mitigation: Mitigation) -> bool:
    if mitigation.cap is None:
        return True
    if situation.amount is None:
        return False
    amount = situation.known.converter.convert(situation.amount, mitigation.cap.currency)
    return not isinstance(amount, Shortage) and key(amount.minor) <= 2 * mitigation.cap.minor
