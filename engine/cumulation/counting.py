"""What one document adds to the totals of others, and which sums it is measured by itself.

Both are plain values, so that whoever keeps documents can keep what they add, and only has to look
up a key, compare two moments and add whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from engine.business_time import calendar_of, days_between, first_day, local_day
from engine.cumulation.keys import (
    HeadroomKey,
    is_left_out,
    key_of,
    same_values,
    year_of,
    years,
)
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import Fact, Total
from engine.knowing import Situation
from engine.money import INT64_MAX, Exact, Money
from engine.rates import Converter, Shortage

PENDING: Final = "pending"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts that are converted alike: in minor units of one currency, by the rates of one day.

    `lacking` says why the amount of one of them is not known.
    """

    currency: str
    rate_day: date | None
    minor: Fraction
    lacking: Shortage | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a document adds to every total with this key that looks at its moment."""

    key: HeadroomKey
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Measure:
    """One total of the document that is decided: what is added up under `key`.

    Counted is what has one of `statuses` and its moment in `since <= moment < before` (UTC).
    `value` is the total already where the total leaves the document out. `currency` is that of the
    sum, `own` what the document adds itself.
    """

    name: str
    key: HeadroomKey
    statuses: frozenset[str]
    since: datetime
    before: datetime
    currency: str
    own: Amounts
    value: FactValue | None = None


def contributions(situation: Situation) -> tuple[Contribution, ...]:
    """What the document adds at the moment of its situation, in the order of keys.

    One that a total leaves out, or that lacks a fact which must be the same, adds nothing to it.
    """
    found: dict[HeadroomKey, Contribution] = {}
    for fact, total in _declared(situation):
        if is_left_out(total, situation.known):
            continue
        values = same_values(total, situation.known)
        if values is not None:
            amounts = _amounts(total, situation)
            for start in years(total, situation):
                key = key_of(fact.name, start, values)
                found[key] = Contribution(key, amounts)
    return tuple(found[key] for key in sorted(found))


def measures(situation: Situation) -> Iterator[Measure | tuple[str, Shortage]]:
    """Every declared total of the document at the moment of its situation; or why it has none."""
    calendar = calendar_of(situation.entity, situation.data.holidays)
    today = local_day(situation.now, calendar.zone)
    currency = situation.document.currency or situation.entity.currency
    for fact, total in _declared(situation):
        values = same_values(total, situation.known)
        is_out = is_left_out(total, situation.known)
        if values is None and not is_out:
            lacking = (name for name in total.same if situation.known.values.get(name) is None)
            yield fact.name, Shortage("fact_missing", next(lacking))
            continue
        since, before = days_between(first_day(total.window, today, calendar), today, calendar.zone)
        yield Measure(
            name=fact.name,
            key=key_of(fact.name, year_of(total, calendar, today), values or ()),
            statuses=total.counts,
            since=since,
            before=before,
            currency=currency,
            own=_amounts(total, situation),
            value=Money(0, currency) if is_out else None,
        )


def does_count(measure: Measure, status: str, at: datetime, amounts: Amounts) -> bool:
    """Whether what another document adds under the key is counted.

    A credit that nobody has approved gives nothing back: whoever splits could hide it so.
    """
    return (
        measure.value is None
        and status in measure.statuses
        and measure.since <= at < measure.before
        and not (status == PENDING and amounts.minor < 0)
    )


def added(
    measure: Measure, counted: Iterable[Amounts], situation: Situation
) -> FactValue | Shortage:
    """The total: what the document adds, and what was counted, converted by its own rates."""
    if measure.value is not None:
        return measure.value
    result = Fraction(0)
    for amounts in (measure.own, *counted):
        converted = _converted(amounts, measure.currency, situation)
        if isinstance(converted, Shortage):
            return converted
        result += converted
    if abs(result) > INT64_MAX:
        return Shortage("amount_overflow", "total")
    if result.denominator == 1:
        return Money(result.numerator, measure.currency)
    return Exact(result, measure.currency)


def _converted(amounts: Amounts, currency: str, situation: Situation) -> Fraction | Shortage:
    if amounts.lacking is not None:
        return amounts.lacking
    if amounts.currency == currency:
        return amounts.minor
    converter = Converter(situation.data.rates, situation.policy.fx, amounts.rate_day)
    converted = converter.convert(Exact(amounts.minor, amounts.currency), currency)
    return converted if isinstance(converted, Shortage) else Fraction(converted.minor)


def _declared(situation: Situation) -> Iterator[tuple[Fact, Total]]:
    for fact in situation.policy.facts.values():
        if fact.total is not None:
            yield fact, fact.total


def _amounts(total: Total, situation: Situation) -> Amounts:
    rate_day = situation.known.converter.day
    value = situation.known.values.get(total.of)
    if isinstance(value, Money | Exact):
        return Amounts(value.currency, rate_day, Fraction(value.minor))
    known = situation.known.why_missing.get(total.of)
    lacking = known or Shortage("fact_missing", f"{total.of} of {situation.document.id}")
    return Amounts("", rate_day, Fraction(0), lacking)
