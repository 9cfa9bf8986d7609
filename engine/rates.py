"""Exchange rates as a policy wants them used: which type, of which day, how old, by which way.

A conversion is exact (a `Fraction` of minor units of the target currency) and names every rate it
used. What cannot be converted is a `Shortage` with a hold code, never a guess:

    fx_not_stated        the set states no `fx`
    fx_date_missing      the day that `fx.on` names is not on the document
    fx_rate_missing      no rate, none above zero, or only the inverse where that is refused
    fx_rate_stale        the newest rate is older than `stale_after`
    amount_overflow      beyond 64-bit minor units after conversion
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.money import INT64_MAX, Exact, Money, exponent, fraction_text


@dataclass(frozen=True, slots=True)
class Rate:
    """`rate` units of `quote` for one unit of `base` on `day` (EUR/USD 1.0800: base EUR)."""

    id: str
    type: str
    base: str
    quote: str
    day: date
    rate: Fraction


RateTable = Mapping[
    tuple[str, str, str], tuple[Rate, ...]
]  # (type, base, quote) -> by day ascending


@dataclass(frozen=True, slots=True)
class FxChoice:
    """How a set wants foreign amounts converted (`fx` in `policy.yaml`).

    `on` names the day: submission | decision | document_date | posting_date (local days).
    `fallback` is true for "previous business day": the newest rate up to `stale_after_days` old.
    `via` is the pivot currency of triangulation, empty for none.
    """

    rate_type: str
    on: str
    fallback: bool
    stale_after_days: int
    inverse_allowed: bool
    via: str = ""
    recheck_drift_above: Fraction | None = None


@dataclass(frozen=True, slots=True)
class RateUse:
    """One rate that a conversion used, as the record names it."""

    rate: Rate
    inverse: bool

    def __str__(self) -> str:
        r = self.rate
        turned = " (inverse)" if self.inverse else ""
        return f"{r.type} {r.base}/{r.quote} {fraction_text(r.rate)} of {r.day}{turned} [{r.id}]"


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why an amount could not be converted: a hold code and the words that go with it."""

    code: str
    detail: str


class Converter:
    """Converts for one decision: one choice, one day, each pair looked up once."""

    __slots__ = ("_choice", "_day", "_factors", "_table")

    def __init__(self, table: RateTable, choice: FxChoice | None, day: date | None) -> None:
        self._table = table
        self._choice = choice
        self._day = day
        self._factors: dict[tuple[str, str], tuple[Fraction, tuple[RateUse, ...]] | Shortage] = {}

    @property
    def day(self) -> date | None:
        """The local day whose rates it uses."""
        return self._day

    def convert(self, amount: Money | Exact, currency: str) -> Money | Exact | Shortage:
        """The amount in `currency`, exact; the amount itself where it is in `currency` already."""
        if amount.currency == currency:
            return amount
        factor = self._factor(amount.currency, currency)
        if isinstance(factor, Shortage):
            return factor
        scale = Fraction(10) ** (exponent(currency) - exponent(amount.currency))
        minor = amount.minor * factor[0] * scale
        if abs(minor) > INT64_MAX:
            return Shortage("amount_overflow", f"{amount} in {currency}")
        return Exact(minor, currency)

    def used(self) -> tuple[RateUse, ...]:
        """Every rate used so far, in the order of first use."""
        uses = [
            use
            for found in self._factors.values()
            if not isinstance(found, Shortage)
            for use in found[1]
        ]
        return tuple(dict.fromkeys(uses))

    def _factor(self, base: str, quote: str) -> tuple[Fraction, tuple[RateUse, ...]] | Shortage:
        if (base, quote) not in self._factors:
            self._factors[base, quote] = self._look_up(base, quote)
        return self._factors[base, quote]

    def _look_up(self, base: str, quote: str) -> tuple[Fraction, tuple[RateUse, ...]] | Shortage:
        choice = self._choice
        if choice is None:
            return Shortage("fx_not_stated", f"{base}/{quote}")
        if self._day is None:
            return Shortage("fx_date_missing", choice.on)
        direct = self._leg(choice, self._day, base, quote)
        if not isinstance(direct, Shortage) or not choice.via or choice.via in (base, quote):
            return direct
        first = self._leg(choice, self._day, base, choice.via)
        second = self._leg(choice, self._day, choice.via, quote)
        if isinstance(first, Shortage) or isinstance(second, Shortage):
            stale = [leg for leg in (direct, first, second) if isinstance(leg, Shortage)]
            return next((leg for leg in stale if leg.code == "fx_rate_stale"), direct)
        return first[0] * second[0], first[1] + second[1]

    def _leg(
        self, choice: FxChoice, day: date, base: str, quote: str
    ) -> tuple[Fraction, tuple[RateUse, ...]] | Shortage:
        found = self._on_day(choice, day, base, quote)
        if isinstance(found, Rate):
            return found.rate, (RateUse(found, inverse=False),)
        if choice.inverse_allowed:
            turned = self._on_day(choice, day, quote, base)
            if isinstance(turned, Rate):
                return 1 / turned.rate, (RateUse(turned, inverse=True),)
            return turned if turned.code == "fx_rate_stale" else found
        elif found.code == "fx_rate_missing" and (choice.rate_type, quote, base) in self._table:
            return Shortage(
                found.code, f"{found.detail}; only {quote}/{base} exists, inverses are refused"
            )
        return found

    def _on_day(self, choice: FxChoice, day: date, base: str, quote: str) -> Rate | Shortage:
        name = f"{choice.rate_type} {base}/{quote} on {day}"
        rates = self._table.get((choice.rate_type, base, quote), ())
        position = bisect_right(rates, day, key=lambda rate: rate.day)
        if position == 0:
            return Shortage("fx_rate_missing", name)
        newest = rates[position - 1]
        if newest.rate <= 0:  # would make any amount small
            detail = f"{name}; the rate of {newest.day} is not above zero"
            return Shortage("fx_rate_missing", detail)
        if newest.day == day:
            return newest
        if not choice.fallback:
            return Shortage("fx_rate_missing", name)
        if (day - newest.day).days > choice.stale_after_days:
            return Shortage("fx_rate_stale", f"{name}; the newest is of {newest.day}")
        return newest
