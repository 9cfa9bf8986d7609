"""Conversions are exact, say which rates they used, and never guess one (B1)."""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.money import EXPONENTS, INT64_MAX, Exact, Money
from engine.rates import Converter, FxChoice, Rate, RateTable, RateUse, Shortage

MONDAY = date(2027, 3, 15)
CHOICE = FxChoice("corporate", "submission", True, 7, inverse_allowed=False)
STRICT = FxChoice("corporate", "submission", False, 7, inverse_allowed=False)
BOTH_WAYS = FxChoice("corporate", "submission", True, 7, inverse_allowed=True)
VIA_EUR = FxChoice("corporate", "submission", True, 7, inverse_allowed=False, via="EUR")
RATES = st.fractions(Fraction(1, 1000), 1000, max_denominator=100_000)
MINOR = st.integers(-(10**12), 10**12)


def rate(pair: str, value: str | Fraction, day: date = MONDAY, type: str = "corporate") -> Rate:
    base, quote = pair.split("/")
    return Rate(f"{pair}:{day}", type, base, quote, day, Fraction(value))


def table(*rates: Rate) -> RateTable:
    found: dict[tuple[str, str, str], tuple[Rate, ...]] = {}
    for one in sorted(rates, key=lambda one: one.day):
        name = (one.type, one.base, one.quote)
        found[name] = (*found.get(name, ()), one)
    return found


def converter(
    *rates: Rate, choice: FxChoice | None = CHOICE, day: date | None = MONDAY
) -> Converter:
    return Converter(table(*rates), choice, day)


def ids(uses: Iterable[RateUse]) -> list[str]:
    return [use.rate.id for use in uses]


ACME = (
    rate("EUR/USD", "1.0800", date(2027, 3, 1)),
    rate("EUR/USD", "1.0950", date(2027, 3, 12)),
    rate("EUR/USD", "1.1000", MONDAY),
    rate("JPY/EUR", "0.00620", date(2027, 3, 1)),
)


def test_a_tenth_of_a_cent_above_ten_thousand_is_kept() -> None:
    found = converter(*ACME).convert(Money(909_091, "EUR"), "USD")
    assert found == Exact(Fraction(10_000_001, 10), "USD")
    assert str(found) == "10000.001 USD"


def test_on_a_sunday_the_rate_of_friday_is_used_and_named() -> None:
    friday = converter(*ACME, day=date(2027, 3, 14))
    assert friday.convert(Money(100, "EUR"), "USD") == Exact(Fraction(219, 2), "USD")
    assert [str(use) for use in friday.used()] == [
        "corporate EUR/USD 1.095 of 2027-03-12 [EUR/USD:2027-03-12]"
    ]


@pytest.mark.parametrize(("days", "code"), [(7, ""), (8, "fx_rate_stale")])
def test_a_rate_may_be_as_old_as_stated_and_not_a_day_older(days: int, code: str) -> None:
    found = converter(*ACME, day=MONDAY + timedelta(days)).convert(Money(100, "EUR"), "USD")
    assert (found.code if isinstance(found, Shortage) else "") == code


def test_a_stale_rate_says_which_was_the_newest() -> None:
    found = converter(*ACME, day=date(2027, 3, 23)).convert(Money(100, "EUR"), "USD")
    assert found == Shortage(
        "fx_rate_stale", "corporate EUR/USD on 2027-03-23; the newest is of 2027-03-15"
    )


def test_without_fallback_only_the_rate_of_the_day_counts() -> None:
    assert isinstance(converter(*ACME, choice=STRICT).convert(Money(1, "EUR"), "USD"), Exact)
    found = converter(*ACME, choice=STRICT, day=date(2027, 3, 14)).convert(Money(1, "EUR"), "USD")
    assert found == Shortage("fx_rate_missing", "corporate EUR/USD on 2027-03-14")


def test_a_rate_of_tomorrow_is_not_used_today() -> None:
    found = converter(rate("EUR/USD", "1.1", MONDAY + timedelta(1))).convert(Money(1, "EUR"), "USD")
    assert isinstance(found, Shortage)
    assert found.code == "fx_rate_missing"


def test_a_rate_of_another_type_is_not_used() -> None:
    found = converter(rate("EUR/USD", "1.1", type="spot")).convert(Money(1, "EUR"), "USD")
    assert isinstance(found, Shortage)


@pytest.mark.parametrize(
    ("choice", "day", "code"),
    [(None, MONDAY, "fx_not_stated"), (CHOICE, None, "fx_date_missing")],
)
def test_without_a_choice_or_a_day_nothing_is_converted(
    choice: FxChoice | None, day: date | None, code: str
) -> None:
    found = converter(*ACME, choice=choice, day=day).convert(Money(1, "EUR"), "USD")
    assert isinstance(found, Shortage)
    assert found.code == code


@given(MINOR)
def test_an_amount_in_the_wanted_currency_needs_no_rate(minor: int) -> None:
    blind = converter(choice=None, day=None)
    assert blind.convert(Money(minor, "USD"), "USD") == Money(minor, "USD")
    assert blind.used() == ()


def test_an_inverse_is_refused_unless_it_is_allowed_and_the_refusal_says_so() -> None:
    found = converter(*ACME).convert(Money(110, "USD"), "EUR")
    assert isinstance(found, Shortage)
    assert (found.code, "inverses are refused" in found.detail) == ("fx_rate_missing", True)


def test_an_allowed_inverse_is_exact_and_named() -> None:
    allowed = converter(*ACME, choice=BOTH_WAYS)
    assert allowed.convert(Money(100, "USD"), "EUR") == Exact(Fraction(1000, 11), "EUR")
    assert str(allowed.used()[0]).startswith("corporate EUR/USD 1.1 of 2027-03-15 (inverse)")


def test_a_direct_rate_is_used_before_an_inverse() -> None:
    allowed = converter(rate("USD/EUR", "0.9"), *ACME, choice=BOTH_WAYS)
    assert allowed.convert(Money(100, "USD"), "EUR") == Exact(Fraction(90), "EUR")


def test_a_stale_inverse_is_stale_and_not_missing() -> None:
    late = converter(*ACME, choice=BOTH_WAYS, day=date(2027, 4, 1))
    found = late.convert(Money(100, "USD"), "EUR")
    assert isinstance(found, Shortage)
    assert found.code == "fx_rate_stale"


def test_triangulation_multiplies_both_legs_and_names_them() -> None:
    rates = (rate("JPY/EUR", "0.0062"), rate("EUR/USD", "1.1"))
    pivot = converter(*rates, choice=VIA_EUR)
    assert pivot.convert(Money(1_000_000, "JPY"), "USD") == Exact(Fraction(682_000), "USD")
    assert ids(pivot.used()) == ["JPY/EUR:2027-03-15", "EUR/USD:2027-03-15"]


def test_triangulation_is_not_used_where_it_is_not_stated_or_not_needed() -> None:
    rates = (rate("JPY/EUR", "0.0062"), rate("EUR/USD", "1.1"))
    assert isinstance(converter(*rates).convert(Money(1, "JPY"), "USD"), Shortage)
    direct = converter(*rates, rate("JPY/USD", "0.007"), choice=VIA_EUR)
    assert direct.convert(Money(1000, "JPY"), "USD") == Exact(Fraction(700), "USD")
    assert ids(direct.used()) == ["JPY/USD:2027-03-15"]


@pytest.mark.parametrize(
    ("rates", "code"),
    [
        ((rate("EUR/USD", "1.1"),), "fx_rate_missing"),
        ((rate("JPY/EUR", "0.0062", date(2027, 3, 1)), rate("EUR/USD", "1.1")), "fx_rate_stale"),
    ],
)
def test_triangulation_needs_both_legs_and_both_fresh(rates: tuple[Rate, ...], code: str) -> None:
    found = converter(*rates, choice=VIA_EUR).convert(Money(1, "JPY"), "USD")
    assert isinstance(found, Shortage)
    assert found.code == code


@pytest.mark.parametrize("value", ["0", "-1.1"])
def test_a_rate_that_is_not_above_zero_is_no_rate(value: str) -> None:
    for choice in (CHOICE, BOTH_WAYS):
        for pair in ("EUR/USD", "USD/EUR"):
            found = converter(rate(pair, value), choice=choice).convert(Money(1, "EUR"), "USD")
            assert isinstance(found, Shortage)
            assert found.code == "fx_rate_missing"


def test_beyond_64_bits_after_conversion_is_an_overflow_and_no_amount() -> None:
    double = converter(rate("EUR/USD", "2"))
    most = INT64_MAX // 2
    assert isinstance(double.convert(Money(most, "EUR"), "USD"), Exact)
    for minor in (most + 1, -most - 1):
        found = double.convert(Money(minor, "EUR"), "USD")
        assert isinstance(found, Shortage)
        assert found.code == "amount_overflow"


def test_each_rate_is_named_once_in_the_order_of_first_use() -> None:
    both = converter(rate("GBP/USD", "1.3"), *ACME)
    for currency in ("GBP", "EUR", "GBP"):
        both.convert(Money(1, currency), "USD")
    assert ids(both.used()) == ["GBP/USD:2027-03-15", "EUR/USD:2027-03-15"]


def test_a_pair_without_a_rate_is_not_named_as_used() -> None:
    none = converter(*ACME)
    none.convert(Money(1, "CHF"), "USD")
    assert none.used() == ()


@given(MINOR, RATES, st.sampled_from(("USD", "JPY", "KWD", "CLF")))
def test_a_conversion_is_the_product_in_major_units(
    minor: int, value: Fraction, currency: str
) -> None:
    found = converter(rate(f"EUR/{currency}", value)).convert(Money(minor, "EUR"), currency)
    assert isinstance(found, Exact)
    major = found.minor / 10 ** EXPONENTS[currency]
    assert major == Fraction(minor, 100) * value


@given(MINOR, RATES, st.integers(-(10**12), 10**12))
def test_an_inverse_compares_as_by_cross_multiplication(
    minor: int, value: Fraction, bound: int
) -> None:
    found = converter(rate("EUR/USD", value), choice=BOTH_WAYS).convert(Money(minor, "USD"), "EUR")
    assert isinstance(found, Exact)
    assert (found.minor <= bound) == (minor <= bound * value)
    assert (found.minor < bound) == (minor < bound * value)


@given(MINOR, RATES)
def test_there_and_back_by_one_rate_is_where_it_began(minor: int, value: Fraction) -> None:
    way = converter(rate("EUR/JPY", value), choice=BOTH_WAYS)
    there = way.convert(Money(minor, "EUR"), "JPY")
    assert isinstance(there, Exact)
    assert way.convert(there, "EUR") == Exact(Fraction(minor), "EUR")


@given(st.lists(st.integers(0, 40), unique=True, max_size=6), st.integers(0, 40), st.integers(0, 9))
def test_the_newest_rate_up_to_the_day_is_the_one_used(
    days: list[int], day: int, stale_after: int
) -> None:
    choice = FxChoice("corporate", "submission", True, stale_after, inverse_allowed=False)
    rates = [rate("EUR/USD", str(n + 1), MONDAY + timedelta(n)) for n in days]
    at = converter(*rates, choice=choice, day=MONDAY + timedelta(day))
    found = at.convert(Money(100, "EUR"), "USD")
    usable = [n for n in days if 0 <= day - n <= stale_after]
    if usable:
        assert found == Exact(Fraction(100 * (max(usable) + 1)), "USD")
    else:
        assert isinstance(found, Shortage)
        is_old = any(n < day for n in days)
        assert found.code == ("fx_rate_stale" if is_old else "fx_rate_missing")


@given(MINOR, MINOR, RATES)
def test_more_money_is_more_money_in_every_currency(one: int, other: int, value: Fraction) -> None:
    assume(one < other)
    way = converter(rate("EUR/USD", value))
    low, high = (way.convert(Money(minor, "EUR"), "USD") for minor in (one, other))
    assert isinstance(low, Exact)
    assert isinstance(high, Exact)
    assert low.minor < high.minor
