"""Money is exact: what is read is what is printed, and nothing on the way rounds (B1)."""

import math
import operator
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import MoneyError, UnknownCurrency
from engine.money import (
    EXPONENTS,
    INT64_MAX,
    Exact,
    Money,
    amount_ceil,
    amount_floor,
    decimal_text,
    exponent,
    fraction_text,
    key,
    parse_amount,
)

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
MINOR = st.integers(-INT64_MAX, INT64_MAX)
SMALL = st.integers(-50, 50)
# Not what it looks like: other digits, another minus, another space.
ALIKE = ("\u0661\u0662", "\uff11", "\u22125", "1\u2009000", "1\u00a0000")
NO_AMOUNTS = (
    *("", " ", "1 ", " 1", "1\n", "+1", "--1", "1.", ".5", ".", "-", "1e3", "1E3", "NaN", "1.2.3"),
    *("1,000.00", "1_000", "1'000", "0x10", "1/2", "Infinity", "9" * 41, "0." + "0" * 41),
    *ALIKE,
)
EXACT = st.fractions(-20, 20, max_denominator=12)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        *(("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("BHD", 3), ("TND", 3)),
        # ISO 4217 and not CLDR, which shows these with other digits
        *(("IQD", 3), ("ISK", 0), ("UGX", 0), ("HUF", 2), ("TWD", 2), ("CLF", 4), ("UYW", 4)),
    ],
)
def test_minor_units_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert exponent(currency) == digits


def test_every_currency_stands_in_one_group_and_has_three_letters() -> None:
    assert len(EXPONENTS) == 165
    assert all(len(c) == 3 and c.isascii() and c.isupper() for c in EXPONENTS)
    assert set(EXPONENTS.values()) == {0, 2, 3, 4}


@pytest.mark.parametrize("currency", ["", "usd", "US", "XXX", "BGN", "DEM", "EURO"])
def test_a_currency_that_is_not_listed_is_unknown(currency: str) -> None:
    with pytest.raises(UnknownCurrency) as caught:
        parse_amount("1", currency)
    assert caught.value.code == "unknown_currency"


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("10000.00", "USD", 1_000_000),
        ("10000.0", "USD", 1_000_000),
        ("10000", "USD", 1_000_000),
        ("10000.01", "USD", 1_000_001),
        ("-12000.00", "USD", -1_200_000),
        ("0", "USD", 0),
        ("-0.00", "USD", 0),
        ("007.50", "USD", 750),
        ("1000000", "JPY", 1_000_000),
        ("3000.001", "KWD", 3_000_001),
        ("0.0001", "CLF", 1),
        ("92233720368547758.07", "USD", INT64_MAX),
        ("-92233720368547758.07", "USD", -INT64_MAX),
    ],
)
def test_a_plain_decimal_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("1000000.50", "JPY", "invalid_minor_unit"),
        ("1000000.0", "JPY", "invalid_minor_unit"),
        ("3000.0005", "KWD", "invalid_minor_unit"),
        ("1.000", "USD", "invalid_minor_unit"),
        ("92233720368547758.08", "USD", "amount_overflow"),
        ("-92233720368547758.08", "USD", "amount_overflow"),
        ("9223372036854775808", "JPY", "amount_overflow"),
        *((text, "USD", "invalid_amount") for text in NO_AMOUNTS),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused(text: str, currency: str, code: str) -> None:
    with pytest.raises(MoneyError) as caught:
        parse_amount(text, currency)
    assert caught.value.code == code


@given(st.text(max_size=200), CURRENCIES)
@example("1\n2", "USD")
@example("9" * 200, "USD")
@example("\ud800", "USD")
def test_any_text_is_an_amount_or_refused_on_one_line(text: str, currency: str) -> None:
    message = ""
    try:
        money = parse_amount(text, currency)
    except MoneyError as error:
        message = error.message
    else:
        assert Fraction(text) == Fraction(money.minor, 10 ** exponent(currency))
    assert not message or (message.isprintable() and len(message) < 200)


@given(MINOR, CURRENCIES)
def test_what_is_printed_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert parse_amount(decimal_text(minor, currency), currency) == money
    assert str(money) == f"{decimal_text(minor, currency)} {currency}"


@given(MINOR, CURRENCIES)
def test_the_printed_text_says_the_exact_amount(minor: int, currency: str) -> None:
    text = decimal_text(minor, currency)
    assert Fraction(text) == Fraction(minor, 10 ** exponent(currency))
    assert len(text.partition(".")[2]) == exponent(currency)


@given(st.fractions(max_denominator=10_000), CURRENCIES)
def test_an_amount_between_two_minor_units_is_printed_without_rounding(
    minor: Fraction, currency: str
) -> None:
    assert Fraction(decimal_text(minor, currency)) == minor / 10 ** exponent(currency)
    assert str(Exact(minor, currency)).endswith(f" {currency}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 3), "-1/3"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(27, 25), "1.08"),
        (Fraction(31, 5000), "0.0062"),
        (Fraction(5), "5"),
        (Fraction(-1, 20), "-0.05"),
        (Fraction(0), "0"),
    ],
)
def test_a_rational_is_a_decimal_where_it_ends(value: Fraction, text: str) -> None:
    assert fraction_text(value) == text


@given(st.fractions())
def test_the_text_of_a_rational_is_that_rational(value: Fraction) -> None:
    assert Fraction(fraction_text(value)) == value


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1_000_000, "USD", "10000.00"),
        (Fraction(1_000_000), "USD", "10000.00"),
        (Fraction(10_000_001, 10), "USD", "10000.001"),
        (5, "USD", "0.05"),
        (-5, "USD", "-0.05"),
        (-5, "JPY", "-5"),
        (Fraction(1, 2), "JPY", "0.5"),
        (1, "KWD", "0.001"),
        (Fraction(100, 3), "USD", "1/3"),
    ],
)
def test_amounts_are_printed_in_major_units(
    minor: int | Fraction, currency: str, text: str
) -> None:
    assert decimal_text(minor, currency) == text


@given(EXACT)
def test_floor_and_ceiling_are_the_nearest_whole_units(minor: Fraction) -> None:
    assert (amount_floor(minor), amount_ceil(minor)) == (math.floor(minor), math.ceil(minor))


@given(SMALL)
def test_a_whole_amount_is_its_own_floor_and_ceiling(minor: int) -> None:
    for value in (minor, Fraction(minor)):
        assert (amount_floor(value), amount_ceil(value), key(value)) == (minor, minor, 2 * minor)


@given(EXACT | SMALL, SMALL)
@pytest.mark.parametrize("compare", [operator.le, operator.lt, operator.gt, operator.ge])
def test_keys_compare_with_a_bound_as_the_amounts_do(
    compare: Callable[[object, object], bool], minor: int | Fraction, bound: int
) -> None:
    assert compare(key(minor), 2 * bound) == compare(Fraction(minor), bound)


@given(EXACT | SMALL, SMALL)
def test_floor_and_ceiling_decide_as_the_language_says(minor: int | Fraction, bound: int) -> None:
    exact = Fraction(minor)
    assert (exact <= bound) == (amount_ceil(minor) <= bound)
    assert (exact > bound) == (amount_ceil(minor) > bound)
    assert (exact < bound) == (amount_floor(minor) < bound)
    assert (exact >= bound) == (amount_floor(minor) >= bound)


@given(EXACT | SMALL)
def test_a_key_is_even_exactly_for_whole_minor_units(minor: int | Fraction) -> None:
    assert (key(minor) % 2 == 0) == (Fraction(minor).denominator == 1)


@given(EXACT, EXACT)
def test_keys_never_turn_the_order_of_amounts_around(one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    assert key(low) <= key(high)
