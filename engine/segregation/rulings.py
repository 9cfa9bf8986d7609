"""Which conflicts speak of documents of a type: worked out once for a set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from engine.policy import Barred, Conflict, Duty, PolicySet, Ruling, Rulings, ScopeKey
from engine.scopes import Scope

ACT_WORDS: Final = ("submit", "request", "buy", "receive", "approve")
HELD_ROLES: Final = "person"  # the conflicts that compare roles held, and not two acts
NO_RULINGS: Final = Rulings((), MappingProxyType({}))


def counts(duty: Duty, act: str, document_type: str) -> bool:
    """Whether an act on a document of a type belongs to the duty."""
    return act in duty.acts and (not duty.documents or document_type in duty.documents)


def pairs(ruling: Ruling) -> tuple[tuple[Duty, Duty], ...]:
    """The two duties in both orders; once where they are one."""
    if ruling.first is ruling.second:
        return ((ruling.first, ruling.second),)
    return (ruling.first, ruling.second), (ruling.second, ruling.first)


def rulings_by_type(policy: PolicySet) -> Mapping[str, Rulings]:
    """For each document type of the set, the conflicts that speak of it."""
    if not policy.conflicts:
        return MappingProxyType({})
    return MappingProxyType({name: _rulings(policy, name) for name in policy.documents})


def ruling_of(policy: PolicySet, conflict: Conflict, document_type: str) -> Ruling:
    """The conflict with its duties, and what of them concerns documents of the type."""
    first, second = (policy.duties[name] for name in conflict.duties)
    return Ruling(
        conflict=conflict,
        first=first,
        second=second,
        others=tuple(
            other
            for approving, other in ((first, second), (second, first))
            if counts(approving, "approve", document_type)
        ),
        own=frozenset(
            act
            for act in ACT_WORDS
            if counts(first, act, document_type) or counts(second, act, document_type)
        ),
        is_once=conflict.on != HELD_ROLES
        and conflict.outcome != "warn"
        and all(counts(duty, "approve", document_type) for duty in (first, second)),
    )


def is_in_force(rule: Conflict | Barred, day: date, scopes: tuple[ScopeKey, ...]) -> bool:
    """Whether the rule applies on the local day, to an entity with these keys."""
    return rule.effective.covers(day) and _is_within(rule.scope, scopes)


def _rulings(policy: PolicySet, document_type: str) -> Rulings:
    made = (ruling_of(policy, conflict, document_type) for conflict in policy.conflicts)
    every = tuple(each for each in made if _speaks_of(each, document_type))
    found: dict[tuple[str, str], tuple[Ruling, ...]] = {}
    for other in policy.documents:
        for act in ACT_WORDS:
            found[other, act] = barring(every, other, act)
    return Rulings(every, MappingProxyType(found))


def _speaks_of(ruling: Ruling, document_type: str) -> bool:
    """Whether the conflict can matter to somebody on a document of the type."""
    if ruling.conflict.on != HELD_ROLES:
        return bool(ruling.own)
    return any(
        one.roles
        and (
            any(counts(other, act, document_type) for act in other.acts)
            or (other.roles and (not other.documents or document_type in other.documents))
        )
        for one, other in pairs(ruling)
    )


def barring(every: tuple[Ruling, ...], document_type: str, act: str) -> tuple[Ruling, ...]:
    """The rulings under which who did this may not approve the document."""
    return tuple(
        ruling
        for ruling in every
        if ruling.conflict.on != HELD_ROLES
        and any(counts(other, act, document_type) for other in ruling.others)
    )


def _is_within(scope: Scope, scopes: tuple[ScopeKey, ...]) -> bool:
    if not (scope.entities or scope.countries or scope.regions):
        return True
    names = {(kind, name) for kind, name, _ in scopes}
    wanted = [("entity", name) for name in scope.entities]
    wanted += [("country", name) for name in scope.countries]
    wanted += [("region", name) for name in scope.regions]
    return any(each in names for each in wanted)
