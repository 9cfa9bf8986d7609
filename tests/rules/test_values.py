"""Single values: what is read, what is refused, and what the refusal says."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction
from importlib.resources import files
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.money import EXPONENTS, INT64_MAX, Money
from engine.places import Place
from rules.diagnostics import Diagnostics
from rules.reading import values
from rules.reading.country_codes import COUNTRIES
from rules.reading.nodes import Mapping, Node, Scalar, Sequence
from rules.reading.other_spellings import amount_as_meant
from rules.reading.time_values import Duration, day, duration, moment, time_of_day
from rules.reading.values import Amount

AT: Final = Place("f.yaml", 3, 7)
NOTHING: Final = Scalar("", False, AT)
LIST: Final = Sequence((), AT)
MAPPING: Final = Mapping((), AT)

Read = Callable[..., object]

READERS: Final[tuple[Read, ...]] = (
    values.text,
    values.name,
    values.yes_no,
    values.whole_number,
    values.number,
    values.percent,
    values.decimal,
    values.amount,
    values.money,
    values.currency,
    values.country,
    day,
    moment,
    time_of_day,
    duration,
)


def word(text: str) -> Scalar:
    return Scalar(text, False, AT)


def good(read: Read, text: str, **options: object) -> object:
    """The value of a text that is read without a word."""
    diagnostics = Diagnostics()
    value = read(word(text), diagnostics, **options)
    assert diagnostics.render() == ""
    assert value is not None
    return value


def bad(read: Read, node: Node | str, **options: object) -> tuple[str, str, str | None]:
    """Code, message and help of the one diagnostic for a text that is refused."""
    diagnostics = Diagnostics()
    node = word(node) if isinstance(node, str) else node
    assert read(node, diagnostics, **options) is None
    (found,) = diagnostics
    assert found.place == AT
    assert diagnostics.has_errors
    return found.code, found.message, found.help


# --- every reader ---------------------------------------------------------------------------------


@pytest.mark.parametrize("read", READERS)
def test_a_list_or_mapping_is_not_taken_for_a_value(read: Read) -> None:
    code, message, _ = bad(read, LIST)
    assert code == "expected-text"
    assert re.fullmatch("expected .+, found a list", message)
    assert bad(read, MAPPING)[1].endswith(", found a mapping")


@pytest.mark.parametrize("read", READERS)
def test_nothing_is_not_taken_for_a_value(read: Read) -> None:
    code, message, _ = bad(read, NOTHING)
    assert code == "empty-value"
    assert message.endswith(", found nothing")


@pytest.mark.parametrize("read", READERS)
@given(text=st.text(max_size=40) | st.text("0123456789_.,-:+% eEURTZdays", max_size=24))
def test_any_text_has_a_value_or_one_diagnostic(read: Read, text: str) -> None:
    diagnostics = Diagnostics()
    value = read(word(text), diagnostics)
    assert (value is None) == diagnostics.has_errors
    assert len(diagnostics) == (value is None)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("char", ["1", "a", "_", "1_", " ", "1 ", "-", "1."])
def test_an_endless_text_is_answered(read: Read, char: str) -> None:
    text = char * 20_000
    diagnostics = Diagnostics()
    value = read(word(text), diagnostics)
    assert (value is None) == diagnostics.has_errors
    assert len(diagnostics.render()) < 500


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (values.whole_number, "\u0663"),
        (values.percent, "\u0663%"),
        (values.decimal, "\u0663.00"),
        (values.amount, "\u0663 EUR"),
        (day, "\u0662\u0660\u0662\u0667-\u0660\u0661-\u0660\u0661"),
        (time_of_day, "\u0660\u0669:\u0660\u0660"),
        (duration, "\u0663 days"),
        (values.name, "größe"),
    ],
)
def test_digits_and_letters_of_other_scripts_are_not_digits_and_letters_here(
    read: Read, text: str
) -> None:
    bad(read, text)


# --- lists and mappings ---------------------------------------------------------------------------


def test_only_a_list_has_items_and_only_a_mapping_has_keys() -> None:
    items = (word("a"), word("b"))
    assert values.items(Sequence(items, AT), Diagnostics()) == items
    assert values.mapping(MAPPING, Diagnostics()) is MAPPING
    assert bad(values.items, "a", expected="a list of roles")[:2] == (
        "expected-list",
        "expected a list of roles, found `a`",
    )
    assert bad(values.items, MAPPING)[:2] == (
        "expected-list",
        "expected a list, found a mapping",
    )
    assert bad(values.mapping, LIST)[:2] == (
        "expected-mapping",
        "expected a mapping, found a list",
    )
    assert bad(values.mapping, NOTHING)[1] == "expected a mapping, found nothing"


# --- words ----------------------------------------------------------------------------------------


def test_a_text_is_taken_as_it_is() -> None:
    assert good(values.text, " not here: NO ") == " not here: NO "
    assert values.text(Scalar("12:30", True, AT), Diagnostics()) == "12:30"


def test_a_text_of_spaces_is_none() -> None:
    assert bad(values.text, "  ")[:2] == ("empty-value", "expected a text, found an empty one")
    assert bad(values.text, Scalar("", True, AT))[0] == "empty-value"


def test_a_name_has_lower_case_letters_digits_and_underscores() -> None:
    assert good(values.name, "finance_director_2") == "finance_director_2"
    assert good(values.name, "supplier.status", dotted=True) == "supplier.status"
    rule = "a name has lower case letters, digits and underscores, and begins with a letter"
    assert bad(values.name, "supplier.status") == (
        "not-a-name",
        "expected a name, found `supplier.status`",
        rule,
    )
    for text in ("2nd", "", "a..b", ".a", "a."):
        node = Scalar(text, True, AT)
        assert bad(values.name, node, dotted=True)[2] == rule


def test_the_help_for_a_name_is_the_name_as_it_should_be() -> None:
    assert bad(values.name, "Finance Director", expected="a role")[1:] == (
        "expected a role, found `Finance Director`",
        "write `finance_director`",
    )


def test_one_of_some_words() -> None:
    diagnostics = Diagnostics()
    allowed = ("block", "warn")
    assert values.one_of(word("block"), allowed, diagnostics) == "block"
    assert values.one_of(word("Blok"), allowed, diagnostics, "an outcome,") is None
    assert values.one_of(NOTHING, allowed, diagnostics) is None
    assert diagnostics.render() == (
        "f.yaml:3:7: error[empty-value]: expected one of `block`, `warn`, found nothing\n"
        "f.yaml:3:7: error[not-one-of]: expected an outcome, `block`, `warn`, found `Blok`\n"
        "  help: did you mean `block`?\n"
    )


def test_yes_and_no_have_two_spellings_each() -> None:
    spellings = ["yes", "true", "no", "false"]
    assert [good(values.yes_no, text) for text in spellings] == [True, True, False, False]
    assert bad(values.yes_no, "NO") == (
        "not-yes-no",
        "expected `yes` or `no`, found `NO`",
        "write `no`",
    )
    assert bad(values.yes_no, "on") == ("not-yes-no", "expected `yes` or `no`, found `on`", None)


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("3", 3), ("10_000", 10_000), ("1_0", 10)])
def test_a_whole_number(text: str, value: int) -> None:
    assert good(values.whole_number, text) == value


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("007", "leave out the leading zeros"),
        ("1,000", "group digits with underscores, not commas: `1_000`"),
        ("+3", "leave out the plus"),
        ("1e3", "write all the digits, without an exponent"),
        ("-1", None),
        ("1.0", None),
        ("0x10", None),
        ("1__0", None),
        ("_1", None),
        ("1_", None),
    ],
)
def test_what_is_not_a_whole_number(text: str, help: str | None) -> None:
    message = f"expected a whole number, found `{text}`"
    assert bad(values.whole_number, text) == ("not-a-whole-number", message, help)


def test_a_whole_number_has_its_bounds() -> None:
    options = {"minimum": 1, "maximum": 64, "expected": "a depth"}
    assert [good(values.whole_number, text, **options) for text in ("1", "64")] == [1, 64]
    for text in ("0", "65", "9" * 50):
        assert bad(values.whole_number, text, **options)[:2] == (
            "out-of-range",
            f"expected a depth from 1 to 64, found `{text}`",
        )


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("5", Fraction(1, 20)),
        ("5%", Fraction(1, 20)),
        ("5 %", Fraction(1, 20)),
        ("1.5%", Fraction(3, 200)),
        ("33.3333%", Fraction(333333, 1_000_000)),
        ("0%", Fraction(0)),
        ("150%", Fraction(3, 2)),
    ],
)
def test_a_percentage_is_an_exact_share_of_one(text: str, share: Fraction) -> None:
    assert good(values.percent, text) == share


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("1,5%", "decimals come after a point: `1.5`"),
        ("-1%", None),
        ("%", None),
        ("5%%", None),
        ("5 per cent", None),
        ("1/3", None),
        ("1e1%", "write all the digits, without an exponent"),
    ],
)
def test_what_is_not_a_percentage(text: str, help: str | None) -> None:
    message = f"expected a percentage like `5%`, found `{text}`"
    assert bad(values.percent, text) == ("not-a-percentage", message, help)


def test_a_number_is_exact_and_signed_only_where_said() -> None:
    assert good(values.number, "2.50") == Fraction(5, 2)
    assert good(values.number, "-0.1", signed=True) == Fraction(-1, 10)
    assert bad(values.number, "-0.1")[2] == "an amount has no sign here"


# --- amounts --------------------------------------------------------------------------------------


def test_an_amount_loses_its_underscores_and_nothing_else() -> None:
    assert good(values.decimal, "10_000.00") == "10000.00"
    assert good(values.decimal, "1_00_000") == "100000"
    assert good(values.decimal, "0.5") == "0.5"
    assert good(values.decimal, "-1.50", signed=True) == "-1.50"
    assert good(values.amount, "10_000.00 EUR") == Amount("10000.00", "EUR")
    assert good(values.amount, "10_000  JPY") == Amount("10000", "JPY")
    assert good(values.amount, "-1.234 KWD", signed=True) == Amount("-1.234", "KWD")


def test_a_bare_amount_is_in_the_currency_that_is_given() -> None:
    assert good(values.amount, "10_000.00", currency="USD") == Amount("10000.00", "USD")
    assert good(values.amount, "10_000.00 EUR", currency="USD") == Amount("10000.00", "EUR")
    assert good(values.money, "10_000.00", currency="USD") == Money(1_000_000, "USD")
    assert bad(values.amount, "10_000.00") == (
        "no-currency",
        "expected a currency after the amount, found `10_000.00` alone",
        "write the currency after it, by its three letters",
    )


@pytest.mark.parametrize("currency", ["EUR", None])
@pytest.mark.parametrize(
    ("text", "code", "help"),
    [
        ("5,000", "comma-in-amount", "group digits with underscores, not commas: `5_000`"),
        ("5,000.00", "comma-in-amount", "group digits with underscores, not commas: `5_000.00`"),
        ("1,00,000", "comma-in-amount", "group digits with underscores, not commas: `1_00_000`"),
        ("5.000,00", "comma-in-amount", "decimals come after a point: `5_000.00`"),
        ("5,5", "comma-in-amount", "decimals come after a point: `5.5`"),
        ("1e5", "not-an-amount", "write all the digits, without an exponent"),
        ("+5", "not-an-amount", "leave out the plus"),
        ("010000.00", "not-an-amount", "leave out the leading zeros"),
        ("5 000", "not-an-amount", "group digits with underscores: `5_000`"),
        ("5'000.50", "not-an-amount", "group digits with underscores: `5_000.50`"),
        ("5.000.000", "not-an-amount", "group digits with underscores: `5_000_000`"),
        ("nan", "not-an-amount", None),
        ("inf", "not-an-amount", None),
        (".inf", "not-an-amount", None),
        ("0x10", "not-an-amount", None),
        ("5.", "not-an-amount", None),
        (".5", "not-an-amount", None),
        ("5_", "not-an-amount", None),
        ("5._0", "not-an-amount", None),
        ("5.0_0", "not-an-amount", None),
        ("$5", "not-an-amount", "write `5.00 USD`"),
        ("5€", "not-an-amount", "write `5.00 EUR`"),
        ("--5", "not-an-amount", None),
    ],
)
def test_what_is_not_an_amount(
    text: str, code: str, help: str | None, currency: str | None
) -> None:
    example = "`10_000.00`" if currency else "`10_000.00 EUR`"
    message = f"expected an amount like {example}, found `{text}`"
    assert bad(values.amount, text, currency=currency) == (code, message, help)


@pytest.mark.parametrize(
    ("text", "code", "written"),
    [
        ("200.000,00 USD", "comma-in-amount", "200_000.00 USD"),
        ("200.000 USD", "too-many-decimals", "200_000.00 USD"),
        ("1.200.000 USD", "not-an-amount", "1_200_000.00 USD"),
        ("200,000.00 USD", "comma-in-amount", "200_000.00 USD"),
        ("200 000 USD", "not-an-amount", "200_000.00 USD"),
        ("$200_000.00", "not-an-amount", "200_000.00 USD"),
        ("200k USD", "not-an-amount", "200_000.00 USD"),
        ("1.5 Mio. EUR", "not-an-amount", "1_500_000.00 EUR"),
        ("USD 200_000", "not-an-amount", "200_000.00 USD"),
        ("200.000 JPY", "too-many-decimals", "200_000 JPY"),
        ("200.000,00 KWD", "comma-in-amount", "200_000.000 KWD"),
    ],
)
@pytest.mark.parametrize("currency", ["EUR", None])
def test_an_amount_in_another_spelling_is_written_out(
    text: str, code: str, written: str, currency: str | None
) -> None:
    found = bad(values.amount, text, currency=currency)
    assert (found[0], found[2]) == (code, f"write `{written}`")


def test_a_bare_amount_in_another_spelling_stays_bare_where_it_may() -> None:
    assert bad(values.amount, "200.000", currency="USD")[2] == "write `200_000.00`"
    assert bad(values.amount, "200k", currency="USD")[2] == "write `200_000.00`"
    assert bad(values.amount, "200k", usual="USD")[2] == "write `200_000.00 USD`"
    assert bad(values.amount, "200_000.00", usual="USD") == (
        "no-currency",
        "expected a currency after the amount, found `200_000.00` alone",
        "write `200_000.00 USD`",
    )


@pytest.mark.parametrize("text", ["EUR 5 USD", "1.234 EUR", "1.2.3 EUR", "5 XXQ", "€", "1,2,3 EUR"])
def test_what_cannot_be_told_is_not_guessed(text: str) -> None:
    meant = amount_as_meant(text, "", is_bare=False)
    assert meant == ("1_234.00 EUR" if text == "1.234 EUR" else None)


def test_the_currency_stands_after_the_amount() -> None:
    assert bad(values.amount, "EUR 5")[2] == "write `5.00 EUR`"


@pytest.mark.parametrize("text", ["5,000.00 EUR", "1e5 EUR", "+5 EUR", "nan EUR", "5 000 EUR"])
def test_a_currency_does_not_make_an_amount_of_it(text: str) -> None:
    assert bad(values.amount, text)[0] in ("comma-in-amount", "not-an-amount")


def test_a_minus_stands_only_where_it_is_said() -> None:
    assert bad(values.money, "-5 EUR") == (
        "not-an-amount",
        "expected an amount like `10_000.00 EUR`, found `-5 EUR`",
        "an amount has no sign here",
    )
    assert good(values.money, "-5 EUR", signed=True) == Money(-500, "EUR")


@pytest.mark.parametrize(
    ("text", "most"),
    [("1.5 JPY", "no"), ("1.234 EUR", "at most 2"), ("1.2345 KWD", "at most 3")],
)
def test_an_amount_has_no_more_decimals_than_its_currency(text: str, most: str) -> None:
    message = f"expected {most} decimals for {text[-3:]}, found `{text}`"
    help = "write `1_234.00 EUR`" if text == "1.234 EUR" else None
    assert bad(values.amount, text) == ("too-many-decimals", message, help)
    assert bad(values.money, text[:-4], currency=text[-3:])[0] == "too-many-decimals"


def test_an_amount_fits_into_64_bits_of_minor_units() -> None:
    largest = f"{INT64_MAX // 100}.{INT64_MAX % 100:02}"
    assert good(values.money, f"{largest} EUR") == Money(INT64_MAX, "EUR")
    assert bad(values.money, f"{INT64_MAX // 100}.{INT64_MAX % 100 + 1:02} EUR")[0] == (
        "amount-too-large"
    )
    assert bad(values.money, f"{'9' * 41} EUR")[0] == "amount-too-large"


@given(
    minor=st.integers(-INT64_MAX, INT64_MAX),
    currency=st.sampled_from(sorted(EXPONENTS)),
    cuts=st.sets(st.integers(1, 20)),
)
def test_every_amount_reads_back(minor: int, currency: str, cuts: set[int]) -> None:
    written, code = str(Money(minor, currency)).split()
    sign, digits = ("-", written[1:]) if written.startswith("-") else ("", written)
    whole, point, decimals = digits.partition(".")
    grouped = "".join(f"_{char}" if at in cuts else char for at, char in enumerate(whole))
    text = f"{sign}{grouped}{point}{decimals} {code}"
    assert good(values.money, text, signed=True) == Money(minor, currency)


def test_a_currency_is_one_of_iso_4217() -> None:
    assert good(values.currency, "EUR") == "EUR"
    expected = "expected a currency code like `EUR`, found"
    assert bad(values.currency, "eur") == ("unknown-currency", f"{expected} `eur`", "write `EUR`")
    assert bad(values.currency, "EURO")[2] == "did you mean `EUR`?"
    assert bad(values.amount, "5 XXX") == ("unknown-currency", f"{expected} `XXX`", None)


# --- countries ------------------------------------------------------------------------------------


def test_norway_is_a_country() -> None:
    assert good(values.country, "NO") == "NO"


def test_a_country_is_one_of_iso_3166() -> None:
    expected = "expected a country code like `NO`, found"
    assert bad(values.country, "no") == ("unknown-country", f"{expected} `no`", "write `NO`")
    assert bad(values.country, "UK") == (
        "unknown-country",
        f"{expected} `UK`",
        "use the two letters of ISO 3166-1",
    )


def test_the_countries_are_those_of_the_time_zone_data() -> None:
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    listed = {line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")}
    assert listed == COUNTRIES


# --- time -----------------------------------------------------------------------------------------


def test_a_day() -> None:
    assert good(day, "2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("2027-02-29", "there is no such day"),
        ("2027-13-01", "there is no such day"),
        ("0000-01-01", "there is no such day"),
        ("20270101", "year, month and day, with dashes"),
        ("31.01.2027", "write `2027-01-31`"),
        ("31.02.2027", "year, month and day, with dashes"),
        ("01/31/2027", "year, month and day, with dashes"),
        ("2027-1-31", "write `2027-01-31`"),
        ("2027-W01-1", None),
        ("2027-01-31T00:00", None),
        ("today", None),
    ],
)
def test_what_is_not_a_day(text: str, help: str | None) -> None:
    message = f"expected a date like `2027-01-31`, found `{text}`"
    assert bad(day, text) == ("not-a-date", message, help)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("09:00:00-04:00", time(9, tzinfo=timezone(timedelta(hours=-4)))),
        ("09:00+05:30", time(9, tzinfo=timezone(timedelta(hours=5, minutes=30)))),
        ("23:59:59.5Z", time(23, 59, 59, 500_000, tzinfo=UTC)),
    ],
)
def test_a_moment_has_its_offset(text: str, value: time) -> None:
    found = good(moment, f"2027-03-15T{text}")
    assert isinstance(found, datetime)
    assert found == datetime.combine(date(2027, 3, 15), value)
    assert found.utcoffset() == value.utcoffset()


def test_a_moment_without_offset_is_an_error_of_its_own() -> None:
    assert bad(moment, "2027-03-15T09:00") == (
        "no-offset",
        "expected the offset from UTC after the time, found `2027-03-15T09:00`",
        "write `2027-03-15T09:00-04:00`, say, or `2027-03-15T09:00Z` for UTC",
    )


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("2027-03-15 09:00Z", "the date and the time have a `T` between them"),
        ("2027-02-30T09:00Z", "there is no such day"),
        ("2027-03-15", None),
        ("2027-03-15T24:00Z", None),
        ("2027-03-15T09:60Z", None),
        ("2027-03-15T09:00:60Z", None),
        ("2027-03-15T09:00z", None),
        ("2027-03-15T09:00+15:00", None),
        ("2027-03-15T09:00+05:99", None),
        ("2027-03-15T09:00-04", None),
        ("2027-03-15T09:00 Europe/Berlin", None),
    ],
)
def test_what_is_not_a_moment(text: str, help: str | None) -> None:
    message = f"expected a moment like `2027-03-15T09:00:00-04:00`, found `{text}`"
    assert bad(moment, text) == ("not-a-moment", message, help)


def test_a_time_of_day() -> None:
    assert [good(time_of_day, text) for text in ("00:00", "09:05", "23:59")] == [
        time(0, 0),
        time(9, 5),
        time(23, 59),
    ]
    for text in ("9:00", "24:00", "12:60", "09:00:00", "9am", "0900"):
        assert bad(time_of_day, text) == (
            "not-a-time",
            f"expected a time like `09:00`, found `{text}`",
            "two digits for the hour and two for the minute, from 00:00 to 23:59",
        )


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("3 years", Duration(3, "years"), "3 years"),
        ("1 year", Duration(1, "years"), "1 year"),
        ("1 years", Duration(1, "years"), "1 year"),
        ("36 months", Duration(36, "months"), "36 months"),
        ("2 weeks", Duration(2, "weeks"), "2 weeks"),
        ("90 days", Duration(90, "days"), "90 days"),
        ("1 business day", Duration(1, "business_days"), "1 business day"),
        ("5  business  days", Duration(5, "business_days"), "5 business days"),
        ("9 business hours", Duration(9, "business_hours"), "9 business hours"),
        ("ever", Duration(0, "ever"), "ever"),
        ("fiscal_year", Duration(0, "fiscal_year"), "fiscal_year"),
        ("calendar_year", Duration(0, "calendar_year"), "calendar_year"),
    ],
)
def test_a_length_of_time(text: str, value: Duration, written: str) -> None:
    assert good(duration, text) == value
    assert str(value) == written


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("30", "say of what: `30 days` or `30 business days`"),
        ("90days", "write `90 days`"),
        ("5 Business Days", "write `5 business days`"),
        ("5 busines days", "did you mean `business days`?"),
        ("forever", "did you mean `ever`?"),
        ("5 d", "the units are years, months, weeks, days, business days, business hours"),
        ("1.5 years", None),
        ("-1 days", None),
        ("P90D", None),
    ],
)
def test_what_is_not_a_length_of_time(text: str, help: str | None) -> None:
    code, message, found = bad(duration, text)
    assert code == "not-a-duration"
    assert message == (
        f"expected a length of time like `90 days` or `5 business days`, found `{text}`"
    )
    assert help is None or found == help


def test_a_length_of_time_has_its_bounds() -> None:
    assert good(duration, "0 days", minimum=0) == Duration(0, "days")
    assert bad(duration, "0 days")[:2] == (
        "out-of-range",
        "expected 1 to 36500 days, found `0 days`",
    )
    for text in ("101 years", "1201 months", "9" * 5_000 + " days"):
        assert bad(duration, text)[0] == "out-of-range"


def test_what_has_no_end_is_refused_where_an_end_is_needed() -> None:
    for text in ("ever", "fiscal_year", "calendar_year"):
        assert bad(duration, text, open_ended=False)[2] == "it needs an end here"
