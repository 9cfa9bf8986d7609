"""Which documents need no second look: every rule that may speak of them is the same.

This is a proof and no guess. Whatever deciding reads is compared: what holds for the whole set
once, and for a type and an entity the rules that are found under its scope.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from engine.matching import scope_keys
from engine.organization import Limit
from engine.policy import Lookup, PolicySet
from rules.analysis.differences.essence import essence, ordered

# Found by scope; all else that a set holds speaks of every document.
_BY_SCOPE: Final = frozenset({"name", "digest", "matrices", "additional", "barred", "guarantees"})


@dataclass(slots=True)
class Sameness:
    """Asks whether two sets decide alike; `same_data` is what their master data say of it."""

    old: PolicySet
    new: PolicySet
    same_data: bool
    _is_alike: bool = False
    _found: dict[tuple[str, str], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        old, new = self.old, self.new
        self._is_alike = (
            self.same_data
            and old.lookup is not None
            and new.lookup is not None
            and old.lookup.reads == new.lookup.reads
            and _for_all(old) == _for_all(new)
        )

    def holds(self, type_: str, entity: str) -> bool:
        """Whether both sets decide every document of the type and entity alike."""
        key = type_, entity
        if key not in self._found:
            self._found[key] = self._is_alike and self._reads_alike(type_, entity)
        return self._found[key]

    def _reads_alike(self, type_: str, entity: str) -> bool:
        known = self.old.organization.entities.get(entity)
        old, new = self.old.lookup, self.new.lookup
        if known is None or old is None or new is None:
            return False
        return all(_rules(old, key) == _rules(new, key) for key in scope_keys(known, type_))


def _bag_of(limits: tuple[Limit, ...]) -> tuple[str, ...]:
    return tuple(sorted(ordered(essence(limit)) for limit in limits))


def _for_all(policy: PolicySet) -> object:
    """What speaks of every document: limits are asked by entity, and are not among it."""
    organization = replace(policy.organization, limits=())
    return essence(replace(policy, organization=organization), without=_BY_SCOPE)


def _rules(lookup: Lookup, key: tuple[str, str, str]) -> object:
    indexed = {
        id(candidate.row): candidate.row
        for _, _, index in lookup.additional.get(key, ())
        for _, buckets in index.groups
        for ladder in buckets.values()
        for candidate in ladder.candidates
    }
    return (
        frozenset(essence(matrix) for matrix in lookup.matrices.get(key, ())),
        sorted(ordered(essence(row)) for row in indexed.values()),
        frozenset(essence(rule) for rule in lookup.barred.get(key, ())),
        frozenset(essence(rule) for rule in lookup.guarantees.get(key, ())),
    )
