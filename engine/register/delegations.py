"""Delegations of a person: whether a row of the set allows them now, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.facts.conditions import ALWAYS
from engine.knowing import Situation
from engine.master_data import Delegation, PersonId
from engine.money import Money
from engine.policy import DelegationRule
from engine.register.entry import Delegated, Worth
from engine.register.ground import Ground
from engine.register.limits import granted
from engine.routing.authority import widest
from engine.routing.delegation import objection


def delegated(on: Ground, delegations: tuple[Delegation, ...]) -> tuple[Delegated, ...]:
    """These delegations without those that have ended, each with what it is worth now."""
    found = []
    for delegation in delegations:
        end = delegation.span.end
        if end is not None and end <= on.now:
            continue
        state = _state(on, delegation)
        if state != "in_force":
            found.append(Delegated(delegation, state))
            continue
        worth, refused = _worth(on, delegation)
        found.append(Delegated(delegation, state, worth, () if worth else refused))
    return tuple(found)


def _state(on: Ground, delegation: Delegation) -> str:
    if delegation.revoked_at is not None and delegation.revoked_at <= on.now:
        return "delegation_revoked"
    if not delegation.span.holds(on.now):
        return "to_come"
    for person in (delegation.delegator, delegation.delegate):
        who = on.data.people.get(person)
        if who is None or not who.is_active(on.now):
            return "inactive"
    if on.data.is_absent(delegation.delegate, on.now):
        return "absent"
    return "in_force"


def _worth(on: Ground, delegation: Delegation) -> tuple[tuple[Worth, ...], tuple[str, ...]]:
    """What each row that allows it makes of it; and the codes of the rows that do not."""
    found: dict[tuple[DelegationRule, tuple[str, ...], tuple[tuple[PersonId, str], ...]], list[str]]
    found = {}
    codes: dict[str, None] = {}
    for rule in on.policy.delegation:
        for entity in _entities(on, delegation, rule):
            by_authority: dict[tuple[tuple[PersonId, str], ...], list[str]] = {}
            for document_type in _types(on, delegation, rule):
                situation = on.trying(entity, document_type)
                code = objection(situation, delegation, replace(rule, when=ALWAYS))
                if code:
                    codes[code] = None
                    continue
                counted = tuple(_authority(on, situation, delegation, rule))
                by_authority.setdefault(counted, []).append(document_type)
            for counted, types in by_authority.items():
                found.setdefault((rule, tuple(types), counted), []).append(entity)
    worth = tuple(
        Worth(rule, tuple(entities), types, counted, _caps(delegation, rule))
        for (rule, types, counted), entities in found.items()
    )
    return worth, tuple(codes) or ("delegation_not_allowed",)


def _entities(on: Ground, delegation: Delegation, rule: DelegationRule) -> Iterator[str]:
    for entity in on.policy.organization.entities:
        if (not delegation.entities or entity in delegation.entities) and (
            not rule.entities or entity in rule.entities
        ):
            yield entity


def _types(on: Ground, delegation: Delegation, rule: DelegationRule) -> Iterator[str]:
    for document_type in sorted(rule.documents or on.policy.documents):
        if not delegation.documents or document_type in delegation.documents:
            yield document_type


def _authority(
    on: Ground, situation: Situation, delegation: Delegation, rule: DelegationRule
) -> Iterator[tuple[PersonId, str]]:
    """Whose authority counts by the row, and his highest limit that needs nothing else."""
    people = {
        "delegator": (delegation.delegator,),
        "delegate": (delegation.delegate,),
        "lesser": (delegation.delegator, delegation.delegate),
    }
    for person in people[rule.limit]:
        entity, document_type = situation.entity.id, situation.document.type
        situation.limits[person] = tuple(
            each.limit
            for each in granted(on, person)
            if each.when == ALWAYS
            and each.scope == "*"
            and not each.limit.jointly
            and entity in each.entities
            and (not each.limit.documents or document_type in each.limit.documents)
        )
        yield person, str(widest(situation, person))


def _caps(delegation: Delegation, rule: DelegationRule) -> tuple[Money, ...]:
    return tuple(cap for cap in (delegation.cap, rule.cap) if cap is not None)
