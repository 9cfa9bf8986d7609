"""Headroom keys: what two documents that could change each other's total have in common.

Two documents submitted at one moment on two nodes must not both fit under a bound that only one of
them fits under. Each is decided with the keys of its totals locked, in ascending order: those that
could count in one another's total share a key, so that one of them sees the other. Keys follow the
master data: where a supplier moves to another group, its documents have other keys.
"""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Final, NewType, assert_never

from engine.business_time import first_day_of_year, local_day
from engine.canonical import digest
from engine.facts.kinds import Duration, FactValue, Unlimited
from engine.facts.truth import Known, holds
from engine.facts.vocabulary import Total
from engine.knowing import Situation
from engine.money import Exact, Money
from engine.organization import Entity

HeadroomKey = NewType("HeadroomKey", str)  # `supplier_year/2027-01-01/sha256:...`

_YEARS: Final = ("fiscal_year", "calendar_year")
_MOST_REMEMBERED: Final = 10_000


def key_of(name: str, start: str, same: str) -> HeadroomKey:
    """Canonical text: the total; the first local day of its year, empty for a total that looks back
    further or over a moving window; and a digest of the facts that must be the same, so that it has
    one length and names nobody."""
    return HeadroomKey(f"{name}/{start}/{same}")


def same_text(values: tuple[FactValue, ...]) -> str:
    """The facts that must be the same, as a key has them."""
    return _digest_of(tuple([_text(value) for value in values]))


@lru_cache(_MOST_REMEMBERED)  # a few suppliers and entities have most of the documents
def _digest_of(texts: tuple[str, ...]) -> str:
    return digest(texts)


def year_of(total: Total, entity: Entity, now: datetime) -> str:
    """The first day of the year of a total that goes by years; empty for other windows."""
    if total.window.unit not in _YEARS:
        return ""
    starts = entity.fiscal_year_starts if total.window.unit == "fiscal_year" else 1
    return str(first_day_of_year(local_day(now, entity.zone), starts))


def years(total: Total, situation: Situation) -> frozenset[str]:
    """The first days of all the years that the moment lies in.

    A total measures by the calendar of the entity of the measured document, and that may be any
    entity: near midnight, and where fiscal years differ, a document lies in several years.
    """
    if total.window.unit not in _YEARS:
        return frozenset({""})
    entities = situation.policy.organization.entities
    measuring = [situation.entity] if "entity" in total.same else entities.values()
    return frozenset(year_of(total, entity, situation.now) for entity in measuring)


def is_left_out(total: Total, known: Known) -> bool:
    """Whether the total leaves the document out for certain."""
    return total.leaves_out is not None and holds(total.leaves_out, known) is True


def same_values(total: Total, known: Known) -> tuple[FactValue, ...] | None:
    """What the document has of the facts that must be the same; `None` where it lacks one."""
    values = [known.values.get(name) for name in total.same]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(values) else None


def _text(value: FactValue) -> str:
    """A value as text: equal values have equal texts, and others of the same fact have others."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | Money() | Exact() | Fraction() | Duration() | date() | Unlimited():
            return str(value)
        case never:
            assert_never(never)
