"""Money, exact: integer minor units with a currency, and exact rationals after a conversion.

Nothing here rounds. An amount comes in as text, becomes integer minor units once, and is compared
either as such or, after a conversion, as a `Fraction` of minor units. Since a written bound is a
whole number of minor units, four comparisons need only the floor and the ceiling of the amount:

    x <= b  is  ceil(x) <= b        x > b   is  ceil(x) > b
    x <  b  is  floor(x) < b        x >= b  is  floor(x) >= b

Both are carried in one integer, `key(x) = floor(x) + ceil(x)`: even for a whole number of minor
units, odd between two of them. `2 * b` is then the key of the bound, and intervals of keys are
what matchers bisect and what the linter splits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from engine.errors import MoneyError, UnknownCurrency
from engine.quoting import quoted
from engine.values import value

INT64_MAX: Final = 2**63 - 1

# ISO 4217 (list one, 2026-01): currencies whose minor unit is not two digits, then the others.
# Not CLDR: display digits differ (IQD 0 there, 3 here).
_ZERO: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR: Final = "CLF UYW"
_TWO: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR "
    "LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD "
    "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
    "SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR "
    "ZMW ZWG"
)
EXPONENTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        code: digits
        for digits, codes in ((0, _ZERO), (2, _TWO), (3, _THREE), (4, _FOUR))
        for code in codes.split()
    }
)
_AMOUNT: Final = re.compile(r"(-?)(\d{1,40})(?:\.(\d{1,40}))?", re.ASCII)


@value
class Money:
    """A whole number of minor units of one currency (`Money(1000000, "USD")` is 10,000.00 USD)."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{decimal_text(self.minor, self.currency)} {self.currency}"


@value
class Exact:
    """An amount after conversion: an exact rational number of minor units of `currency`."""

    minor: Fraction
    currency: str

    def __str__(self) -> str:
        return f"{decimal_text(self.minor, self.currency)} {self.currency}"


AMOUNTS: Final = (Money, Exact)  # for `isinstance` on the path of every decision: `|` is slower


def exponent(currency: str) -> int:
    """Digits of the minor unit by ISO 4217 (USD 2, JPY 0, KWD 3). Raises `UnknownCurrency`."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def parse_amount(text: str, currency: str) -> Money:
    """Plain decimal text (`-10000.00`) to minor units, never rounded.

    Raises `MoneyError`: `invalid_amount` for what is not a plain decimal, `invalid_minor_unit` for
    more decimals than the currency has, `amount_overflow` beyond 64-bit minor units.
    """
    digits = exponent(currency)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise MoneyError("invalid_amount", f"expected a decimal amount, found {quoted(text)}")
    sign, whole, decimals = match.group(1), match.group(2), match.group(3) or ""
    if len(decimals) > digits:
        raise MoneyError(
            "invalid_minor_unit",
            f"expected at most {digits} decimals for {currency}, found {quoted(text)}",
        )
    minor = int(whole + decimals.ljust(digits, "0"))
    if minor > INT64_MAX:
        raise MoneyError("amount_overflow", f"{quoted(text)} is larger than can be kept exactly")
    return Money(-minor if sign else minor, currency)


def decimal_text(minor: int | Fraction, currency: str) -> str:
    """Major units as text, unrounded: `10000.00`, `10000.001`; `1/3` where decimals repeat."""
    if isinstance(minor, int):
        return _whole_text(minor, currency)
    if minor.denominator == 1:
        return _whole_text(minor.numerator, currency)
    return fraction_text(minor / 10 ** exponent(currency))


@lru_cache(maxsize=16_384)  # the same bounds and amounts are printed in decision after decision
def _whole_text(minor: int, currency: str) -> str:
    digits = exponent(currency)
    sign = "-" if minor < 0 else ""
    text = str(abs(minor)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"


def fraction_text(value: Fraction) -> str:
    """A rational as a terminating decimal where it has one, otherwise as `1/3`."""
    rest, places = value.denominator, 0
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    scaled = abs(value.numerator) * 10**places // value.denominator
    text = str(scaled).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{text[:-places]}.{text[-places:]}" if places else f"{sign}{text}"


def amount_floor(minor: int | Fraction) -> int:
    """The largest whole number of minor units not above the amount."""
    return minor if isinstance(minor, int) else minor.numerator // minor.denominator


def amount_ceil(minor: int | Fraction) -> int:
    """The smallest whole number of minor units not below the amount."""
    return minor if isinstance(minor, int) else -(-minor.numerator // minor.denominator)


LOWEST: Final = -(2**80)  # below and above every key of an amount
HIGHEST: Final = 2**80


def key(minor: int | Fraction) -> int:
    """Floor plus ceiling: even for whole minor units, odd between two (see the module's note)."""
    return 2 * minor if isinstance(minor, int) else amount_floor(minor) + amount_ceil(minor)


def parse_decimal(text: str) -> tuple[Fraction, str] | None:
    """What `str` of an amount states: major units exactly, and the currency; `None` for no amount.

    Thirds are written as fractions, so that nothing is lost on the way.
    """
    number, _, currency = text.partition(" ")
    try:
        return (Fraction(number), currency) if currency else None
    except (ValueError, ZeroDivisionError):
        return None
