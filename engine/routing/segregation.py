"""Segregation of duties on one document and between roles held.

A conflict names two duties. Somebody who did the one on this document, or holds the roles of both,
may not approve where approving is the other. A mitigation lets a named person through up to its
cap, until the end of its last local day.
"""

from __future__ import annotations

from typing import Final

from engine.knowing import Situation
from engine.master_data import PersonId
from engine.money import key
from engine.policy import Conflict, Duty, Mitigation
from engine.rates import Shortage
from engine.routing.authority import is_one_of

SUPPORTED_ON: Final = ("same_document", "person")

# What the persons a document names have done on it.
ACTS: Final = (
    ("submitter", "submit"),
    ("requester", "request"),
    ("buyer", "buy"),
    ("receiver", "receive"),
)


def conflict_of(situation: Situation, person: PersonId) -> Conflict | None:
    """The conflict that keeps the person from approving this document; `None` for none."""
    for conflict in situation.policy.conflicts:
        if conflict.outcome == "warn" or not _applies(situation, conflict):
            continue
        first, second = (situation.policy.duties[name] for name in conflict.duties)
        if _has_both(situation, person, conflict.on, first, second) and not any(
            _lets_through(situation, mitigation, conflict, person)
            for mitigation in situation.policy.mitigations
        ):
            return conflict
    return None


def _applies(situation: Situation, conflict: Conflict) -> bool:
    scope = conflict.scope
    names = {(kind, name) for kind, name, _ in situation.scopes}
    wanted = (
        {("entity", name) for name in scope.entities}
        | {("country", name) for name in scope.countries}
        | {("region", name) for name in scope.regions}
    )
    return conflict.effective.covers(situation.day) and (not wanted or bool(wanted & names))


def _has_both(situation: Situation, person: PersonId, on: str, first: Duty, second: Duty) -> bool:
    for approving, other in ((first, second), (second, first)):
        if approving.documents and situation.document.type not in approving.documents:
            continue
        if on == "person":
            if _holds_duty(situation, person, first) and _holds_duty(situation, person, second):
                return True
        elif "approve" in approving.acts and _did(situation, person, other):
            return True
    return False


def _holds_duty(situation: Situation, person: PersonId, duty: Duty) -> bool:
    return any(is_one_of(situation, person, role) for role in duty.roles)


def _did(situation: Situation, person: PersonId, duty: Duty) -> bool:
    if duty.documents and situation.document.type not in duty.documents:
        return False
    return any(act in duty.acts and situation.involved.get(part) == person for part, act in ACTS)


def _lets_through(
    situation: Situation, mitigation: Mitigation, conflict: Conflict, person: PersonId
) -> bool:
    if mitigation.conflict != conflict.name or situation.day > mitigation.until:
        return False
    if situation.data.person_of(mitigation.person, situation.now) != person:
        return False
    if mitigation.cap is None:
        return True
    if situation.amount is None:
        return False
    amount = situation.known.converter.convert(situation.amount, mitigation.cap.currency)
    return not isinstance(amount, Shortage) and key(amount.minor) <= 2 * mitigation.cap.minor
