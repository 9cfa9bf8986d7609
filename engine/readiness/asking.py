"""May the document post? One pure function, asked early and asked again when it counts.

At submission the answer is a warning. In the transaction that enqueues the posting it is binding:
the same function, with the moment and the data of then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from engine.business_time import local_day
from engine.documents.model import Document
from engine.errors import PolicyError
from engine.master_data import MasterData
from engine.matching import build, scope_keys
from engine.organization import Entity
from engine.places import Place
from engine.policy import PolicySet
from engine.readiness.check import Check, ReadinessCheck
from engine.readiness.checks import CHECKS
from engine.readiness.finding import (
    NOT_LOOKED_UP,
    Asked,
    Evidence,
    Finding,
    LookedUp,
    Release,
    unasked,
)
from engine.readiness.period import PeriodOpen, posting_day
from engine.readiness.releasing import released
from engine.readiness.surroundings import ALONE, Surroundings


def readiness(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    looked_up: LookedUp = NOT_LOOKED_UP,
    releases: Iterable[Release] = (),
    beside: Surroundings = ALONE,
) -> tuple[Finding, ...]:
    """Everything that keeps the document from posting, in the order of the policy files.

    `now` is an aware instant; `releases` are those that people gave for this document, whether
    they count or not; `beside` is what is known of other documents. The checks of every layer are
    asked. A set that asks for none finds nothing.
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
    if beside.incomplete:
        return (unasked("surroundings_incomplete", Evidence.OTHER_DOCUMENTS, beside.incomplete),)

    looked_up = looked_up.and_loaded(data.answers)

    def ask_at(moment: datetime) -> tuple[Finding, ...]:
        rules = applying(policy, entity, document, moment)
        day = books_day(rules, document, entity)
        # At the present moment all count: the clock of who received one may be ahead of ours.
        known = beside if moment == now else beside.as_of(moment)
        worked_out: dict[object, object] = {}
        shared = policy, data, document, entity, moment, day, looked_up, known, worked_out
        return tuple(finding for rule in rules for finding in rule.check.ask(Asked(rule, *shared)))

    world, given = (policy, data, document), tuple(releases)
    return tuple(released(finding, given, world, now, ask_at) for finding in ask_at(now))


def applying(
    policy: PolicySet, entity: Entity, document: Document, moment: datetime
) -> list[ReadinessCheck]:
    """The checks of every layer whose scope, documents and days cover it, in reading order."""
    if not policy.readiness:
        return []
    lookup = policy.lookup or build(policy).lookup
    by_scope = {} if lookup is None else lookup.readiness
    day = local_day(moment, entity.zone)
    found = [
        rule
        for key in scope_keys(entity, document.type)
        for rule in by_scope.get(key, ())
        if rule.effective.covers(day)
    ]
    return sorted(found, key=_by_place)


def _by_place(rule: ReadinessCheck) -> Place:
    return rule.place


@dataclass(frozen=True, slots=True)
class Interest:
    """What the checks that apply have to see beside the document itself."""

    keys: frozenset[str] = frozenset()
    totals: bool = False
    ages: bool = False


NO_INTEREST: Final = Interest()


def interest(policy: PolicySet, data: MasterData, document: Document, moment: datetime) -> Interest:
    """What has to be looked up before the document is asked about at the moment."""
    entity = policy.organization.entities.get(document.entity)
    if entity is None or document.type not in policy.documents:
        return NO_INTEREST
    checks = [rule.check for rule in applying(policy, entity, document, moment)]
    return Interest(
        frozenset(key for check in checks for key in check.looks_for(data, document)),
        any(check.sees_totals for check in checks),
        any(check.sees_ages for check in checks),
    )


def compares(policy: PolicySet) -> bool:
    """Whether some check of the set, of whatever document, looks at other documents."""
    return any(type(rule.check).looks_for is not Check.looks_for for rule in policy.readiness)


def found_by(data: MasterData, document: Document) -> frozenset[str]:
    """Every key by which the document is found when another one is asked about."""
    return frozenset(key for check in CHECKS.values() for key in check.found_by(data, document))


def books_day(rules: Iterable[ReadinessCheck], document: Document, entity: Entity) -> date:
    """The local day in the books on which the document posts.

    It is the day whose period is asked; where no period is asked, or the document does not state
    that day, its posting date, its own date, or the day of its submission.
    """
    for rule in rules:
        if isinstance(rule.check, PeriodOpen):
            day = posting_day(rule.check, document, entity)
            if day is not None:
                return day
    submitted = local_day(document.submitted_at, entity.zone)
    return document.posting_date or document.document_date or submitted
