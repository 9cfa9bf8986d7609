"""Which schedules may decide a document in each of two sets: by type, entity and period.

A stack is every matrix that covers a type for an entity in a period, the most specific first.
Types, entities and periods with the same two stacks are looked at together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from engine.organization import Entity
from engine.policy import Matrix, PolicySet
from rules.checks.space.ground import in_scope

Stack = tuple[Matrix, ...]
Period = tuple[date | None, date | None]  # the first day, and the first day after


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two stacks, and all documents that one of them decides before and the other after."""

    old: Stack
    new: Stack
    documents: tuple[str, ...]
    entities: tuple[str, ...]
    periods: tuple[Period, ...]

    def sort_key(self) -> tuple[tuple[str, ...], tuple[str, ...], date]:
        """By types, entities and first day."""
        return self.documents, self.entities, self.periods[0][0] or date.min

    def days(self, every: int) -> str:
        """On which days; empty where it is every one of the periods there are."""
        if len(self.periods) == every:
            return ""
        return " and ".join(_period_text(period) for period in _joined(self.periods))


def meetings(old: PolicySet, new: PolicySet) -> tuple[list[Meeting], int]:
    """Every two stacks that meet, for types and entities that both sets have; and the periods."""
    periods = _periods((*old.matrices, *new.matrices))
    types = sorted(old.documents & new.documents)
    before, after = old.organization.entities, new.organization.entities
    entities = sorted(before.keys() & after.keys())
    found: dict[tuple[tuple[int, ...], ...], dict[tuple[str, ...], dict[Period, list[str]]]] = {}
    stacks: dict[tuple[int, ...], Stack] = {}
    candidates = [_by_type(policy) for policy in (old, new)]
    for period in periods:
        for type_ in types:
            by_ids: dict[tuple[tuple[int, ...], ...], list[str]] = {}
            for name in entities:
                pair = tuple(
                    _stack(each.get(type_, ()), entity, period, stacks)
                    for each, entity in zip(candidates, (before[name], after[name]), strict=True)
                )
                by_ids.setdefault(pair, []).append(name)
            for pair, names in by_ids.items():
                here = found.setdefault(pair, {}).setdefault(tuple(names), {})
                here.setdefault(period, []).append(type_)
    return list(_merged(found, stacks)), len(periods)


def _by_type(policy: PolicySet) -> dict[str, list[Matrix]]:
    found: dict[str, list[Matrix]] = {}
    for matrix in sorted(policy.matrices, key=lambda each: (each.scope.width, each.name)):
        for type_ in matrix.documents:
            found.setdefault(type_, []).append(matrix)
    return found


def _stack(
    matrices: Sequence[Matrix], entity: Entity, period: Period, stacks: dict[tuple[int, ...], Stack]
) -> tuple[int, ...]:
    day = period[0] or (period[1] - timedelta(days=1) if period[1] else date.min)
    found = [m for m in matrices if m.effective.covers(day) and in_scope(entity, m.scope)]
    ids = tuple(map(id, found))
    stacks.setdefault(ids, tuple(found))
    return ids


def _merged(
    found: dict[tuple[tuple[int, ...], ...], dict[tuple[str, ...], dict[Period, list[str]]]],
    stacks: dict[tuple[int, ...], Stack],
) -> Iterator[Meeting]:
    for (old, new), by_entities in found.items():
        for names, by_period in by_entities.items():
            same: dict[tuple[str, ...], list[Period]] = {}
            for period, types in by_period.items():
                same.setdefault(tuple(types), []).append(period)
            for documents, periods in same.items():
                yield Meeting(stacks[old], stacks[new], documents, names, tuple(periods))


def _periods(matrices: Sequence[Matrix]) -> list[Period]:
    """The days between which nothing begins or ends."""
    edges = {day for m in matrices for day in (m.effective.start, m.effective.to) if day}
    days = [None, *sorted(edges), None]
    return list(pairwise(days))


def _joined(periods: Sequence[Period]) -> list[Period]:
    joined: list[Period] = []
    for start, end in periods:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _period_text(period: Period) -> str:
    start, end = period
    if start is None:
        return f"before {end}"
    return f"from {start}" if end is None else f"from {start} until before {end}"
