"""Which rules may speak about a document: found by scope and type, rows by `engine/index.py`.

`build` makes a compiled set ready: every matrix is indexed and every rule stands under the keys of
its scope. What is found this way can be true or undecided; what is not found is false.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from engine.facts.conditions import facts_of
from engine.facts.vocabulary import totals_of
from engine.index import RowIndex, index_rows
from engine.organization import Entity, Limit, LimitsByLevel, Organization
from engine.policy import (
    Additional,
    Barred,
    Guarantee,
    Lookup,
    Matrix,
    PolicySet,
    Row,
    ScopeKey,
)
from engine.readiness.check import ReadinessCheck
from engine.scopes import Scope
from engine.segregation.rulings import rulings_by_type


def scope_keys(entity: Entity, document_type: str) -> tuple[ScopeKey, ...]:
    """The keys under which rules for this entity and document type stand, most specific first."""
    return (
        ("entity", entity.id, document_type),
        ("entity", entity.id, ""),
        ("country", entity.country, document_type),
        ("country", entity.country, ""),
        ("region", entity.region, document_type),
        ("region", entity.region, ""),
        ("group", "", document_type),
        ("group", "", ""),
    )


def keys_of(scope: Scope, documents: frozenset[str]) -> Iterator[ScopeKey]:
    """The keys under which a rule of this scope, for these document types, is found."""
    names = (
        [("entity", name) for name in sorted(scope.entities)]
        or [("country", name) for name in sorted(scope.countries)]
        or [("region", name) for name in sorted(scope.regions)]
        or [("group", "")]
    )
    for kind, name in names:
        for type_ in sorted(documents) or [""]:
            yield kind, name, type_


Scoped = TypeVar("Scoped", Matrix, Barred, Guarantee, Additional, ReadinessCheck)


def _by_scope(rules: Iterable[Scoped]) -> dict[ScopeKey, tuple[Scoped, ...]]:
    found: dict[ScopeKey, list[Scoped]] = {}
    for rule in rules:
        for key in keys_of(rule.scope, rule.documents):
            found.setdefault(key, []).append(rule)
    return {key: tuple(rules) for key, rules in found.items()}


def _controls(
    rules: tuple[Additional, ...],
) -> dict[ScopeKey, tuple[tuple[str, str, RowIndex[Additional]], ...]]:
    indexed = {}
    for key, found in _by_scope(rules).items():
        bases: dict[tuple[str, str], list[Additional]] = {}
        for rule in found:
            bases.setdefault((rule.amount, rule.currency), []).append(rule)
        indexed[key] = tuple(
            (amount, currency, index_rows(rows)) for (amount, currency), rows in bases.items()
        )
    return indexed


def _by_level(organization: Organization, entity: str, jointly: bool) -> LimitsByLevel:
    """The limits of an entity by the level of a person; roles are asked for everyone."""
    limits = [
        limit
        for limit in organization.limits
        if limit.jointly == jointly and (not limit.entities or entity in limit.entities)
    ]

    def speaking_of(level: str) -> tuple[Limit, ...]:
        return tuple(
            limit
            for limit in limits
            if level in limit.who or any(name in organization.roles for name in limit.who)
        )

    names = {name for limit in limits for name in limit.who}
    return LimitsByLevel({name: speaking_of(name) for name in names}, speaking_of(""))


def build(policy: PolicySet) -> PolicySet:
    """The same set, ready to be decided with: every matrix indexed, every rule found by scope."""
    matrices = tuple(replace(matrix, index=index_rows(matrix.rows)) for matrix in policy.matrices)
    lookup = Lookup(
        matrices=_by_scope(matrices),
        additional=_controls(policy.additional),
        barred=_by_scope(policy.barred),
        guarantees=_by_scope(policy.guarantees),
        limits={
            (entity, jointly): _by_level(policy.organization, entity, jointly)
            for entity in policy.organization.entities
            for jointly in (False, True)
        },
        rulings=rulings_by_type(policy),
        readiness=_by_scope(policy.readiness),
        reads=frozenset(_reads(policy)),
        totals=totals_of(policy.facts),
    )
    changes = policy.set_changes
    if changes is not None and changes.matrix is not None:
        rows = index_rows(changes.matrix.rows)
        changes = replace(changes, matrix=replace(changes.matrix, index=rows))
    return replace(policy, matrices=matrices, lookup=lookup, set_changes=changes)


def _reads(policy: PolicySet) -> Iterator[str]:
    """Every fact that some condition, amount or guarantee of the set reads."""
    for matrix in policy.matrices:
        yield matrix.amount
        yield from facts_of(matrix.when)
        for row in matrix.rows:
            yield from _row_reads(row)
    for control in policy.additional:
        yield control.amount
        yield from _row_reads(control)
    conditions = [barred.when for barred in policy.barred]
    conditions += [limit.when for limit in policy.organization.limits]
    conditions += [rule.when for rule in policy.delegation]
    conditions += [rule.when for rule in policy.stand_ins]
    conditions += [part.condition for rule in policy.stand_ins for part in rule.require]
    for guarantee in policy.guarantees:
        yield guarantee.amount
        conditions.append(guarantee.when)
    for condition in conditions:
        yield from facts_of(condition)


def _row_reads(row: Row | Additional) -> Iterator[str]:
    yield from facts_of(row.when)
    for part in row.require:
        yield from facts_of(part.condition)
