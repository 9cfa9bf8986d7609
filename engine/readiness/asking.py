"""May the document post? One pure function, asked early and asked again when it counts.

At submission the answer is a warning. In the transaction that enqueues the posting it is binding:
the same function, with the moment and the data of then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import assert_never

from engine.business_time import local_day
from engine.documents.model import Document
from engine.errors import PolicyError
from engine.master_data import MasterData
from engine.matching import build, keys_of, scope_keys
from engine.organization import Entity
from engine.policy import PolicySet, ReadinessCheck
from engine.readiness.checks import PeriodOpen, SupplierActive
from engine.readiness.finding import (
    NOT_LOOKED_UP,
    Asked,
    Evidence,
    Finding,
    LookedUp,
    Release,
    unasked,
)
from engine.readiness.period import ask_period
from engine.readiness.releasing import released
from engine.readiness.supplier import ask_supplier


def readiness(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    looked_up: LookedUp = NOT_LOOKED_UP,
    releases: Iterable[Release] = (),
) -> tuple[Finding, ...]:
    """Everything that keeps the document from posting, in the order of the policy files.

    `now` is an aware instant; `releases` are those that people gave for this document, whether
    they count or not. The checks of every layer are asked. A set that asks for none finds nothing.
    `engine.readiness.finding.is_ready` says what the answer amounts to. Raises `PolicyError` for a
    naive moment and nothing else.
    """
    if now.tzinfo is None:
        raise PolicyError("the moment at which readiness is asked needs a time zone")
    if policy.lookup is None:
        policy = build(policy)
    entity = policy.organization.entities.get(document.entity)
    if entity is None:
        return (unasked("entity_unknown", Evidence.DOCUMENT, document.entity),)
    if document.type not in policy.documents:
        return (unasked("document_type_unknown", Evidence.DOCUMENT, document.type),)

    def ask_at(moment: datetime) -> tuple[Finding, ...]:
        rules = applying(policy, entity, document, moment)
        asked = (Asked(rule, data, document, entity, moment, looked_up) for rule in rules)
        return tuple(finding for one in asked for finding in _ask(one))

    world, given = (policy, data, document), tuple(releases)
    return tuple(released(finding, given, world, now, ask_at) for finding in ask_at(now))


def applying(
    policy: PolicySet, entity: Entity, document: Document, moment: datetime
) -> list[ReadinessCheck]:
    """The checks of every layer whose scope, documents and days cover it, in reading order."""
    keys, day = frozenset(scope_keys(entity, document.type)), local_day(moment, entity.zone)
    return [
        rule
        for rule in sorted(policy.readiness, key=lambda rule: rule.place)
        if rule.effective.covers(day) and not keys.isdisjoint(keys_of(rule.scope, rule.documents))
    ]


def _ask(on: Asked) -> Iterator[Finding]:
    match on.rule.check:
        case PeriodOpen() as check:
            yield from ask_period(check, on)
        case SupplierActive() as check:
            yield from ask_supplier(check, on)
        case never:
            assert_never(never)
