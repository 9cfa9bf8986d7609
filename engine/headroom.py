"""Headroom keys: what two documents that could change each other's total have in common.

Two documents submitted at one moment on two nodes must not both fit under a bound that only one of
them fits under. Each is decided with the keys of its totals locked, in ascending order: those that
could count in one another's total share a key, so that one of them sees the other.

A document measures its totals when it is decided, and counts in those of others from the moment it
was submitted, which its sender may state: it has the keys of both. Keys follow the master data:
where a supplier moves to another group, its documents have other keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import NewType, assert_never

from engine.business_time import calendar_of, first_day, local_day
from engine.canonical import digest
from engine.documents.model import Document
from engine.facts.kinds import Duration, FactValue, Unlimited
from engine.facts.totals import is_left_out, same_values
from engine.facts.vocabulary import Total
from engine.knowing import Situation, situate
from engine.master_data import MasterData
from engine.money import Exact, Money
from engine.policy import PolicySet

HeadroomKey = NewType("HeadroomKey", str)  # `supplier_year/2027-01-01/sha256:...`


def headroom_keys(
    policy: PolicySet, data: MasterData, document: Document, now: datetime
) -> tuple[HeadroomKey, ...]:
    """The keys of a document that is decided at `now` (aware), in the order of locking.

    A key is canonical text: the total; the first local day of its year, empty for a total that
    looks back further or over a moving window; and a digest of the facts that must be the same, so
    that it has one length and names nobody.

    One that a total leaves out, or that lacks a fact which must be the same, has no key of it: it
    is measured by no other document and counts in none.
    """
    found: set[HeadroomKey] = set()
    for moment in {now, document.submitted_at}:
        situation = situate(policy, data, document, moment, {})
        if isinstance(situation, Situation):
            found.update(_keys(situation))
    return tuple(sorted(found))


def _keys(situation: Situation) -> Iterator[HeadroomKey]:
    for fact in situation.policy.facts.values():
        if fact.total is None or is_left_out(fact.total, situation.known):
            continue
        values = same_values(fact.total, situation.known)
        if values is not None:
            same = digest([_text(value) for value in values])
            for start in _years(fact.total, situation):
                yield HeadroomKey(f"{fact.name}/{start}/{same}")


def _years(total: Total, situation: Situation) -> frozenset[str]:
    """The first days of the years that the moment lies in; one empty text for other windows.

    A total measures by the calendar of the entity of the measured document, and that may be any
    entity: near midnight, and where fiscal years differ, a document lies in several years.
    """
    if total.window.unit not in ("fiscal_year", "calendar_year"):
        return frozenset({""})
    entities = situation.policy.organization.entities
    measuring = [situation.entity] if "entity" in total.same else entities.values()
    calendars = [calendar_of(entity, situation.data.holidays) for entity in measuring]
    return frozenset(
        str(first_day(total.window, local_day(situation.now, calendar.zone), calendar))
        for calendar in calendars
    )


def _text(value: FactValue) -> str:
    """A value as text: equal values have equal texts, and others of the same fact have others."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | Money() | Exact() | Fraction() | Duration() | date() | Unlimited():
            return str(value)
        case never:
            assert_never(never)
