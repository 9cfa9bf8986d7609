"""Totals: what earlier documents add up to, together with the one that is decided.

A total is a fact that the policy declares (`total_of`, `same`, `in`, `counts`, `leaves_out`). The
sum is exact. Amounts in another currency are converted by the rate of the document they stand on,
once; credits count with their sign, and give nothing back while they are pending. Days are local
days of the entity of the decided document.

A document that the total leaves out is not measured by it: its own total is zero. Where the sum
cannot be told (a fact that must be the same is missing, an amount cannot be converted) there is no
value, and the reason is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from engine.business_time import BusinessCalendar, calendar_of, first_day, local_day
from engine.documents.model import Document
from engine.facts.kinds import FactValue
from engine.facts.truth import Known, holds
from engine.facts.vocabulary import Fact, Total
from engine.knowing import Situation, situate
from engine.master_data import MasterData
from engine.money import INT64_MAX, Exact, Money
from engine.policy import PolicySet
from engine.rates import Shortage

PENDING: Final = "pending"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
STATUSES: Final = (PENDING, APPROVED, REJECTED)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A document that is already known, its status, and from when on it counts (aware).

    `name` is what its keeper calls it. One that has a name is another document than the decided
    one, also where both have one id: two systems may use the same.
    """

    document: Document
    status: str
    at: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The total facts of one document; `counted` are the names of the earlier ones in each, or ids.

    `missing` says why a total has no value.
    """

    values: Mapping[str, FactValue]
    counted: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, Shortage]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An earlier document with what is known of it."""

    earlier: Earlier
    situation: Situation


def totals(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    earlier: Iterable[Earlier],
    now: datetime,
) -> Totals:
    """Every declared total for the document at the moment `now` (aware).

    An earlier version of the document itself, known by type and id, is not counted beside it.
    """
    values: dict[str, FactValue] = {}
    counted: dict[str, tuple[str, ...]] = {}
    missing: dict[str, Shortage] = {}
    declared = [fact for fact in policy.facts.values() if fact.total is not None]
    own = situate(policy, data, document, now, {}) if declared else None
    if not isinstance(own, Situation):
        return Totals(values, counted, missing)
    calendar = calendar_of(own.entity, data.holidays)
    today = local_day(now, calendar.zone)
    entries = [
        _Entry(one, situation)
        for one in earlier
        if not _is_version_of(one, document)
        and isinstance(situation := situate(policy, data, one.document, one.at, {}), Situation)
    ]
    for fact in declared:
        found = _total(fact, own, entries, calendar, today)
        if isinstance(found, Shortage):
            missing[fact.name] = found
        else:
            values[fact.name], counted[fact.name] = found
    return Totals(values, counted, missing)


def _total(
    fact: Fact, own: Situation, entries: list[_Entry], calendar: BusinessCalendar, today: date
) -> tuple[FactValue, tuple[str, ...]] | Shortage:
    total = fact.total
    if total is None:
        return Shortage("fact_missing", fact.name)
    currency = own.document.currency or own.entity.currency
    if is_left_out(total, own.known):
        return Money(0, currency), ()
    same = same_values(total, own.known)
    if same is None:
        lacking = (name for name in total.same if own.known.values.get(name) is None)
        return Shortage("fact_missing", next(lacking))
    start = first_day(total.window, today, calendar)
    counted = [
        entry
        for entry in entries
        if entry.earlier.status in total.counts
        and start <= local_day(entry.earlier.at, calendar.zone) <= today
        and _belongs(entry, total, same)
        and not _is_open_credit(entry, total.of)
    ]
    amount = _sum(_amounts(total.of, own, counted, currency))
    if isinstance(amount, Shortage):
        return amount
    value = (
        Money(amount.numerator, currency) if amount.denominator == 1 else Exact(amount, currency)
    )
    names = (entry.earlier.name or entry.earlier.document.id for entry in counted)
    return value, tuple(names)


def _is_version_of(earlier: Earlier, document: Document) -> bool:
    """Whether it is the decided document itself, as it was before."""
    other = earlier.document
    return not earlier.name and (other.type, other.id) == (document.type, document.id)


def is_left_out(total: Total, known: Known) -> bool:
    """Whether the total leaves the document out for certain."""
    return total.leaves_out is not None and holds(total.leaves_out, known) is True


def same_values(total: Total, known: Known) -> tuple[FactValue, ...] | None:
    """What the document has of the facts that must be the same; `None` where it lacks one."""
    values = [known.values.get(name) for name in total.same]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(values) else None


def _belongs(entry: _Entry, total: Total, same: tuple[FactValue, ...]) -> bool:
    """Whether an earlier document shares the facts and is not left out for certain."""
    known = entry.situation.known
    return same_values(total, known) == same and not is_left_out(total, known)


def _is_open_credit(entry: _Entry, name: str) -> bool:
    """Whether it would give back what nobody has approved yet: whoever splits could hide it so."""
    value = entry.situation.known.values.get(name)
    is_credit = isinstance(value, Money | Exact) and value.minor < 0
    return is_credit and entry.earlier.status == PENDING


def _amounts(
    name: str, own: Situation, counted: list[_Entry], currency: str
) -> Iterator[Fraction | Shortage]:
    """The amount of each document in `currency`, the decided one first."""
    for situation in (own, *(entry.situation for entry in counted)):
        value = situation.known.values.get(name)
        if not isinstance(value, Money | Exact):
            known = situation.known.why_missing.get(name)
            yield known or Shortage("fact_missing", f"{name} of {situation.document.id}")
            continue
        converted = situation.known.converter.convert(value, currency)
        yield converted if isinstance(converted, Shortage) else Fraction(converted.minor)


def _sum(amounts: Iterable[Fraction | Shortage]) -> Fraction | Shortage:
    result = Fraction(0)
    for amount in amounts:
        if isinstance(amount, Shortage):
            return amount
        result += amount
    if abs(result) > INT64_MAX:
        return Shortage("amount_overflow", "total")
    return result
