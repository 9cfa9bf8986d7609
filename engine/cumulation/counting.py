"""What one document adds to the totals of others, and which sums it is measured by itself.

Both are plain values, so that whoever keeps documents can keep what they add, and only has to look
up a key, compare two moments and add whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Final

from engine.business_time import (
    BusinessCalendar,
    calendar_of,
    days_between,
    first_day,
    local_day,
)
from engine.cumulation.keys import (
    HeadroomKey,
    is_left_out,
    key_of,
    same_text,
    same_values,
    year_of,
    years,
)
from engine.cumulation.parts import Part, amount_in, parts_of, same_in
from engine.documents.model import Line
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import Fact, Total, Window, totals_of
from engine.knowing import Situation
from engine.money import INT64_MAX, Exact, Money
from engine.policy import PolicySet
from engine.rates import Converter, Shortage

PENDING: Final = "pending"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
_MOST_SPANS: Final = 1_000  # windows of days and calendars that are remembered


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
    sum, `own` what the document adds itself. Of a document that is divided among cost centers or
    the like, `part` says of which part of it this is the total.
    """

    name: str
    key: HeadroomKey
    statuses: frozenset[str]
    since: datetime
    before: datetime
    currency: str
    own: Amounts
    value: FactValue | None = None
    part: Part = ()


def contributions(situation: Situation) -> tuple[Contribution, ...]:
    """What the document adds at the moment of its situation, in the order of keys.

    One that a total leaves out adds nothing to it. One that lacks a fact which must be the same
    adds what its lines say of it, each part by itself, and nothing where they say nothing.
    """
    return _added(situation, list(_shares(situation)))


def declared(policy: PolicySet) -> tuple[tuple[Fact, Total], ...]:
    """The totals of a set, each with what it adds up."""
    return totals_of(policy.facts) if policy.lookup is None else policy.lookup.totals


def measures(situation: Situation) -> Iterator[Measure | tuple[str, Shortage]]:
    """Every declared total of the document at the moment of its situation; or why it has none.

    A document that is divided has no such total, and one for each of its parts.
    """
    return _measured(situation, list(_shares(situation)))


def shares_of(situation: Situation) -> tuple[tuple[Contribution, ...], tuple[Measure, ...]]:
    """What the document adds, and the sums that it is measured by where they can be told."""
    shares = list(_shares(situation))
    measured = (each for each in _measured(situation, shares) if isinstance(each, Measure))
    return _added(situation, shares), tuple(measured)


@dataclass(frozen=True, slots=True)
class _Share:
    """What a document, or a part of it, is to one total.

    `same` is `None` where it lacks what must be the same.
    """

    fact: Fact
    total: Total
    is_out: bool
    same: str | None
    amounts: Amounts
    part: Part = ()


def _shares(situation: Situation) -> Iterator[_Share]:
    known = situation.known
    for fact, total in declared(situation.policy):
        values, is_out = same_values(total, known), is_left_out(total, known)
        same = None if values is None else same_text(values)
        yield _Share(fact, total, is_out, same, _amounts(total, situation))
        if values is not None or is_out:
            continue
        for part, lines in parts_of(total, situation).items():
            same = same_text(same_in(total, part, situation))
            amounts = _amounts_in(total, lines, situation)
            yield _Share(fact, total, is_out, same, amounts, part)


def _added(situation: Situation, shares: Iterable[_Share]) -> tuple[Contribution, ...]:
    found: dict[HeadroomKey, Contribution] = {}
    for each in shares:
        if each.is_out or each.same is None:
            continue
        for start in years(each.total, situation):
            key = key_of(each.fact.name, start, each.same)
            found[key] = Contribution(key, each.amounts)
    return tuple(found[key] for key in sorted(found))


def _measured(
    situation: Situation, shares: Iterable[_Share]
) -> Iterator[Measure | tuple[str, Shortage]]:
    calendar = calendar_of(situation.entity, situation.data.holidays)
    today = local_day(situation.now, calendar.zone)
    currency = situation.document.currency or situation.entity.currency
    for each in shares:
        total, name = each.total, each.fact.name
        if each.same is None and not each.is_out:
            lacking = (name for name in total.same if situation.known.values.get(name) is None)
            yield name, Shortage("fact_missing", next(lacking))
            continue
        since, before = _span(total.window, today, calendar)
        yield Measure(
            name=name,
            key=key_of(name, year_of(total, situation.entity, situation.now), each.same or ""),
            statuses=total.counts,
            since=since,
            before=before,
            currency=currency,
            own=each.amounts,
            value=Money(0, currency) if each.is_out else None,
            part=each.part,
        )


@lru_cache(_MOST_SPANS)
def _span(window: Window, today: date, calendar: BusinessCalendar) -> tuple[datetime, datetime]:
    """The instants of a window that ends today, the same for every document of an entity."""
    return days_between(first_day(window, today, calendar), today, calendar.zone)


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


def _amounts(total: Total, situation: Situation) -> Amounts:
    rate_day = situation.known.converter.day
    value = situation.known.values.get(total.of)
    if isinstance(value, Money | Exact):
        return Amounts(value.currency, rate_day, Fraction(value.minor))
    known = situation.known.why_missing.get(total.of)
    lacking = known or Shortage("fact_missing", f"{total.of} of {situation.document.id}")
    return Amounts("", rate_day, Fraction(0), lacking)


def _amounts_in(total: Total, lines: tuple[Line, ...], situation: Situation) -> Amounts:
    rate_day = situation.known.converter.day
    minor = amount_in(total.of, lines, situation)
    if isinstance(minor, Shortage):
        return Amounts("", rate_day, Fraction(0), minor)
    return Amounts(situation.document.currency, rate_day, minor)
