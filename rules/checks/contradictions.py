"""Rules beside the matrices whose condition no document can ever fulfil.

A control that never applies protects nothing, although it stands there: an error. A limit, a
delegation row or a stand-in that never counts only gives nothing: a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.facts.conditions import ALWAYS, All, Condition
from engine.money import HIGHEST, LOWEST
from engine.organization import Entity
from engine.places import Place
from engine.policy import PolicySet
from engine.scopes import Scope
from rules.checks.space.cells import Box, Space, TooManyBoxes
from rules.checks.space.covering import exist
from rules.checks.space.ground import (
    domains,
    entity_facts,
    has_between,
    is_absolute,
    lowest_key,
    scope_entities,
)
from rules.checks.space.possible import Amount, Possible
from rules.checks.wording import NOT_PROVED_HELP, condition_text
from rules.diagnostics import Diagnostics

CODE: Final = "never-matches"


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is asked of a document before a rule counts. Empty `documents` mean all types."""

    what: str
    place: Place
    when: Condition
    documents: frozenset[str]
    entities: tuple[Entity, ...]
    protects: bool
    amount: str = ""
    currency: str = ""
    low: int = LOWEST
    high: int = HIGHEST


def check_conditions(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Every control, bar, guarantee, limit, delegation row and stand-in."""
    tried = _Tried(policy)
    for rule in _rules(policy):
        try:
            if tried.has_document(rule, rule.documents, rule.entities):
                continue
            is_in_itself = not tried.has_document(rule, frozenset(), ())
        except TooManyBoxes as error:
            message = f"whether {rule.what} can ever apply was not examined: it has {error}"
            diagnostics.note("not-proved", rule.place, message, NOT_PROVED_HELP)
            continue
        message, help = _reason(rule, is_in_itself)
        report = diagnostics.error if rule.protects else diagnostics.warning
        report(CODE, rule.place, message, help)


def _reason(rule: _Rule, is_in_itself: bool) -> tuple[str, str]:
    tests = f" (`{condition_text(rule.when)}`)" if rule.when != ALWAYS else ""
    if is_in_itself and rule.high < 0:
        message = f"{rule.what} never applies: its bounds are negative, and here an amount is "
        return f"{message}compared without its sign", "take it out"
    if is_in_itself:
        message = f"{rule.what} never applies: its tests{tests} leave nothing"
        return message, "take it out, or change one of these tests"
    message = f"{rule.what} never applies: its tests{tests} leave none of the documents and "
    message += "entities that it is for"
    return message, "take it out, or widen its `documents` or the scope it stands in"


@dataclass(slots=True)
class _Tried:
    """Conditions tried so far: rows of one file often share theirs, apart from bounds."""

    policy: PolicySet
    known: dict[object, tuple[list[Box], Possible]] = field(default_factory=dict)

    def has_document(
        self, rule: _Rule, documents: frozenset[str], entities: Sequence[Entity]
    ) -> bool:
        """Whether a document of these types and entities (empty: any) can fulfil the rule."""
        ids = tuple(entity.id for entity in entities)
        key = (rule.when, rule.amount, rule.currency, documents, ids)
        if key not in self.known:
            self.known[key] = self._try(rule, documents, entities)
        boxes, possible = self.known[key]
        lowest = lowest_key(self.policy, rule.amount) if rule.amount else LOWEST
        return exist(boxes, possible, max(rule.low, lowest), rule.high)

    def _try(
        self, rule: _Rule, documents: frozenset[str], entities: Sequence[Entity]
    ) -> tuple[list[Box], Possible]:
        facts = self.policy.facts
        between = has_between(self.policy, rule.amount, entities)
        known = domains(documents, entities, facts)
        space = Space((rule.when,), rule.currency, known, between)
        amount = Amount(rule.amount, is_absolute(self.policy, rule.amount))
        possible = Possible(space, amount, [entity_facts(entity) for entity in entities])
        return space.boxes(rule.when, certain=True), possible


def _rules(policy: PolicySet) -> Iterator[_Rule]:
    inside: dict[Scope, tuple[Entity, ...]] = {}

    def entities(scope: Scope) -> tuple[Entity, ...]:
        if scope not in inside:
            inside[scope] = scope_entities(policy, scope)
        return inside[scope]

    for row in policy.additional:
        yield _Rule(
            *("this control", row.place, row.when, row.documents, entities(row.scope), True),
            *(row.amount, row.currency, row.low, row.high),
        )
    for bar in policy.barred:
        yield _Rule("this bar", bar.place, bar.when, bar.documents, entities(bar.scope), True)
    for kept in policy.guarantees:
        where = (kept.when, kept.documents, entities(kept.scope))
        yield _Rule("this guarantee", kept.place, *where, True)
    yield from _granting(policy)


def _granting(policy: PolicySet) -> Iterator[_Rule]:
    """What gives somebody an authority that he would not have without it."""
    known = policy.organization.entities
    for limit in policy.organization.limits:
        where = (limit.when, limit.documents, _named(known, limit.entities))
        yield _Rule("this limit", limit.place, *where, False)
    for rule in policy.delegation:
        where = (rule.when, rule.documents, _named(known, rule.entities))
        yield _Rule("this delegation row", rule.place, *where, False)
    for stand_in in policy.stand_ins:
        required = (part.condition for part in stand_in.require)
        when = All((stand_in.when, *required)) if stand_in.require else stand_in.when
        where = (when, stand_in.documents, tuple(known.values()))
        yield _Rule("this stand-in", stand_in.place, *where, False)


def _named(known: Mapping[str, Entity], names: frozenset[str]) -> tuple[Entity, ...]:
    """The entities of these names; all where none is named."""
    return tuple(entity for name, entity in known.items() if not names or name in names)
