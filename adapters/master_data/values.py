"""What one cell says: days, moments, amounts, shares, durations and the company's own facts.

Every function takes text and returns a value or raises `CellError`; nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Final, assert_never

from adapters.master_data.reports import CellError, Suggestion, shown
from engine.errors import MoneyError
from engine.facts.kinds import Duration, FactValue, Kind
from engine.facts.vocabulary import Fact
from engine.money import EXPONENTS, Money, parse_amount
from engine.tokens import Tokens, bare, is_keyed

FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2999
OPEN_END: Final = "9999-12-31"  # how many systems write "until further notice"

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_NUMBER: Final = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,12})?) ?%", re.ASCII)
_MONEY: Final = re.compile(r"(\S+) ([A-Z]{3})", re.ASCII)
_LENGTH: Final = re.compile(r"(\d{1,6}) (year|month|week|day)s?", re.ASCII)
_YES: Final = frozenset({"yes", "true", "y", "1"})
_NO: Final = frozenset({"no", "false", "n", "0"})
_TOKEN_LEAST: Final = 4  # shorter account numbers and tax ids are "n/a", "none", "0"


def parse_day(text: str) -> date:
    """A local day, `2027-05-31`."""
    if not _DAY.fullmatch(text):
        raise CellError(
            "bad-date", f"expected a day such as `2027-05-31`, found {shown(text)}", _day_help(text)
        )
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CellError("bad-date", f"there is no day {shown(text)}") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellError(
            "bad-date",
            f"{shown(text)} is not between {FIRST_YEAR} and {LAST_YEAR}",
            f"leave an open end empty, or write `{OPEN_END}`",
        )
    return day


def parse_moment(text: str) -> datetime:
    """A moment with an offset, `2027-05-31T17:00:00-04:00`, in UTC."""
    if not _MOMENT.fullmatch(text):
        raise CellError(
            "bad-date",
            f"expected a moment such as `2027-05-31T17:00:00-04:00`, found {shown(text)}",
        )
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CellError("bad-date", f"there is no moment {shown(text)}") from None
    if moment.tzinfo is None:
        raise CellError(
            "no-offset",
            f"{shown(text)} does not say in which zone",
            "add the offset: `-04:00`, or `Z` for UTC",
        )
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise CellError("bad-date", f"{shown(text)} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return moment.astimezone(UTC)


def is_day(text: str) -> bool:
    """Whether the text has the form of a day, rather than of a moment."""
    return len(text) <= len(OPEN_END)


def parse_yes_no(text: str) -> bool:
    """`yes` or `no`, as people and machines write it."""
    word = text.lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise CellError("not-yes-or-no", f"expected `yes` or `no`, found {shown(text)}")


def parse_currency(text: str) -> str:
    """A currency of ISO 4217."""
    if text not in EXPONENTS:
        raise CellError(
            "unknown-currency",
            f"{shown(text)} is not a currency of ISO 4217",
            Suggestion(text, EXPONENTS),
        )
    return text


def parse_money(text: str) -> Money:
    """An amount with its currency, `100000.00 USD`; `100_000.00 USD` means the same."""
    match = _MONEY.fullmatch(text)
    if match is None:
        raise CellError(
            "bad-amount", f"expected an amount such as `100000.00 USD`, found {shown(text)}"
        )
    amount, currency = match.group(1), parse_currency(match.group(2))
    try:
        return parse_amount(_ungrouped(amount), currency)
    except MoneyError as error:
        raise CellError(
            "bad-amount",
            error.message,
            "write thousands without a comma" if "," in amount else None,
        ) from None


def parse_number(text: str) -> Fraction:
    """A plain decimal number, exactly."""
    plain = _ungrouped(text)
    if not _NUMBER.fullmatch(plain):
        raise CellError("bad-number", f"expected a decimal number, found {shown(text)}")
    return Fraction(plain)


def parse_rate(text: str) -> Fraction:
    """An exchange rate: a decimal number above zero."""
    rate = parse_number(text)
    if rate <= 0:
        raise CellError("bad-rate", f"a rate is above zero, found {shown(text)}")
    return rate


def parse_share(text: str) -> Fraction:
    """A share from 0% to 100%; the sign is needed, since `1` could be one or a hundred percent."""
    match = _PERCENT.fullmatch(text)
    share = Fraction(match.group(1)) / 100 if match else None
    if share is None or share > 1:
        raise CellError("bad-share", f"expected a share from `0%` to `100%`, found {shown(text)}")
    return share


def parse_duration(text: str) -> Duration:
    """`3 years`, `18 months`, `2 weeks`, `10 days`, or several joined by spaces."""
    words = text.split(" ")
    months = days = 0
    for start in range(0, len(words), 2):
        match = _LENGTH.fullmatch(" ".join(words[start : start + 2]))
        if match is None:
            raise CellError(
                "bad-duration", f"expected a length such as `3 years`, found {shown(text)}"
            )
        count = int(match.group(1))
        match match.group(2):
            case "year":
                months += 12 * count
            case "month":
                months += count
            case "week":
                days += 7 * count
            case _:
                days += count
    return Duration(months, days)


def parse_fact(fact: Fact, text: str) -> FactValue:
    """The value of one of the company's own facts."""
    match fact.kind:
        case Kind.YES_NO:
            return parse_yes_no(text)
        case Kind.PAPER:
            return _present(text)
        case Kind.CHOICE | Kind.SCALE:
            if fact.values and text not in fact.values:
                raise CellError(
                    "unknown-value",
                    f"{shown(text)} is no value of `{fact.name}`",
                    Suggestion(text, fact.values, f"one of: {', '.join(fact.values)}"),
                )
            return text
        case Kind.MONEY:
            return parse_money(text)
        case Kind.NUMBER:
            return parse_number(text)
        case Kind.DURATION:
            return parse_duration(text)
        case Kind.DATE:
            return parse_day(text)
        case Kind.TEXT:
            return text
        case kind:
            assert_never(kind)


def token(kind: str, text: str, tokens: Tokens) -> str:
    """A value for comparing that does not show what it was made of: `bank_account:9f86d0...`.

    What is a keyed token already stays one.
    Case, spaces, dashes and accents do not matter. Raises `CellError` where too little is left to
    be a number of anything.
    """
    if is_keyed(kind, text):
        return text
    plain = bare(text)
    if len(plain) < _TOKEN_LEAST or not plain.strip("0"):
        raise CellError(
            "too-short", f"{shown(text)} is too short to be compared", "leave unknown values empty"
        )
    return tokens(kind, text)


def _present(text: str) -> bool:
    if text in ("present", "missing"):
        return text == "present"
    return parse_yes_no(text)


def _ungrouped(text: str) -> str:
    """Digits without `_` between them, as policies may write amounts."""
    return re.sub(r"(?<=\d)_(?=\d)", "", text)


def _day_help(text: str) -> str | None:
    if re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", text, re.ASCII):
        return "write year-month-day: `01/02/2027` is two days in two countries"
    return None
