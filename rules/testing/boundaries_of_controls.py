"""Documents at both sides of each constant bound of a control."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from engine.facts.conditions import All, Compare, Constant
from engine.facts.kinds import FactValue
from engine.money import Money
from engine.organization import Entity
from engine.policy import Additional, Matrix, PolicySet
from rules.checks.space.ground import in_scope, scope_entities
from rules.testing.bounds import next_to, sites
from rules.testing.reaching import deciding, known_of
from rules.testing.specimens import SUMS, usual_type
from rules.testing.trying import Try, day_in, said


def of_control(
    policy: PolicySet, control: Additional, matrix: Matrix, entity: Entity, today: date
) -> Iterator[Try]:
    """What to try for the bounds of a control in one matrix and entity."""
    day = day_in(control.effective, today) or today
    types = sorted(control.documents & matrix.documents or matrix.documents)
    kind = usual_type(types)
    unsaid = kind == usual_type(sorted(matrix.documents))  # what a document is if nothing is said
    fixed: dict[str, FactValue] = {**known_of(entity), "document.type": kind}
    condition = All((*control.bounds, control.when))
    for site in sites(condition):
        bound = site.test.bound
        if site.on_lines or not isinstance(bound, Constant):
            continue
        for value in (bound.value, next_to(bound.value, site.test)):
            if value is None:
                continue
            at = {**fixed, site.test.fact: value}
            more = deciding(policy, condition, site, at, day)
            if more is not None:
                facts = more if unsaid else {"document.type": kind, **more}
                facts[site.test.fact] = value
                yield _try(control, matrix, facts, site.test, day if day != today else None)


def _try(
    control: Additional,
    matrix: Matrix,
    facts: Mapping[str, FactValue],
    test: Compare,
    day: date | None,
) -> Try:
    """The document with these facts, its amount and its day apart."""
    stated = dict(facts)
    named = said(test, stated[test.fact])
    now = stated.pop("now", None)
    amount = stated.pop("amount", None)
    if isinstance(amount, Money) and {control.amount, matrix.amount or "document.net"} - SUMS:
        stated[control.amount] = amount
        amount = None
    on = now if isinstance(now, date) else day
    return Try(stated, amount if isinstance(amount, Money) else None, named, on)


def places(policy: PolicySet, control: Additional) -> Iterator[tuple[Matrix, Entity]]:
    """Where a control adds to what a matrix answers: each matrix with its first entity there."""
    for matrix in policy.matrices:
        if control.documents and not control.documents & matrix.documents:
            continue
        within = (e for e in scope_entities(policy, matrix.scope) if in_scope(e, control.scope))
        entity = next(within, None)
        if entity is not None:
            yield matrix, entity
