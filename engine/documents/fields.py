"""What the fields of documents are made of: their classes, their limits, and how text is read.

Every field carries a `FieldClass`; masking, encryption and logs follow from it. Text is read into
exact values here, and whatever is wrong is a `PydanticCustomError` whose type is our own code and
whose message is ours, so that pydantic gathers all of them with their places.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from engine.errors import MoneyError
from engine.money import EXPONENTS, Exact, Money, parse_amount
from engine.quoting import found, quoted, suggestion


class FieldClass(StrEnum):
    """How closely a field is kept: who may read it, and whether it is encrypted."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


PUBLIC: Final = FieldClass.PUBLIC
INTERNAL: Final = FieldClass.INTERNAL
CONFIDENTIAL: Final = FieldClass.CONFIDENTIAL
RESTRICTED: Final = FieldClass.RESTRICTED

MOST_LINES: Final = 10_000
MOST_FACTS: Final = 1_000
MOST_LINE_FACTS: Final = 100
MOST_ENTRIES: Final = 1_000
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 4_000

# Characters that are not seen: one word could be written in two ways that look the same.
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_UNSEEN_IN_TEXT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_NUMBER: Final = re.compile(r"-?\d{1,18}(?:\.\d{1,12})?", re.ASCII)
_RATIO: Final = re.compile(r"(-?\d{1,18}(?:\.\d{1,12})?)/([1-9]\d{0,17})", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
    r"(?P<zone>Z|[+-](?:0\d|1[0-4]):[0-5]\d)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What validators need to know: the document's currency, empty while that is not clear."""

    currency: str


def refusal(code: str, message: str) -> PydanticCustomError:
    """A value that cannot be accepted, with a code and words of our own."""
    return PydanticCustomError(code, "{message}", {"message": message})


def clean_name(text: str) -> str:
    """A name, number or word: one line, seen as it is, in the one form Unicode has for it."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable() and _UNSEEN.search(text):
        raise refusal("invalid_text", f"expected only visible characters, found {quoted(text)}")
    if text.strip() != text:
        raise refusal("invalid_text", f"expected no space at either end, found {quoted(text)}")
    return text


def clean_text(text: str) -> str:
    """Free text, which may have several lines."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable() and _UNSEEN_IN_TEXT.search(text):
        raise refusal("invalid_text", f"expected no control characters, found {quoted(text)}")
    return text


def amount_of(value: object, currency: str) -> Money:
    """An amount in the document's currency, with or without that currency written after it.

    While the document's currency is not clear (reported elsewhere), only the form is looked at.
    """
    if not isinstance(value, str):
        raise refusal(
            "wrong_type", f"expected an amount as text, such as `10000.00`, found {found(value)}"
        )
    number, suffix = _with_currency(value)
    if suffix and currency and suffix != currency:
        raise refusal(
            "currency_mismatch",
            f"expected an amount in {currency}, the document's currency, found {quoted(value)}",
        )
    try:
        return parse_amount(number, suffix or currency or "CLF")
    except MoneyError as error:
        if not (suffix or currency) and error.code == "invalid_minor_unit":
            return Money(0, "")
        raise refusal(error.code, error.message + _hint(number)) from None


def _with_currency(text: str) -> tuple[str, str]:
    """`1.00 EUR` as its two parts; what does not look like that is left whole."""
    number, _, suffix = text.partition(" ")
    if not (number[-1:].isdigit() and suffix.isalpha()):
        return text, ""
    if suffix not in EXPONENTS:
        raise _unknown_currency(suffix)
    return number, suffix


def _hint(number: str) -> str:
    grouped = any(mark in number for mark in ",_' ")
    return "; write digits without grouping, and a point before decimals" if grouped else ""


def money_of(value: object) -> Money:
    """An amount that names its own currency: `1.00 EUR` or `{"amount": "1.00", ...}`."""
    match value:
        case str():
            number, currency = _with_currency(value)
        case {"amount": str(number), "currency": str(currency), **rest} if not rest:
            pass
        case _:
            number = currency = ""
    if not currency:
        raise refusal(
            "wrong_type",
            f"expected an amount with its currency, such as `1.00 EUR`, found {found(value)}",
        )
    if currency not in EXPONENTS:
        raise _unknown_currency(currency)
    try:
        return parse_amount(number, currency)
    except MoneyError as error:
        raise refusal(error.code, error.message + _hint(number)) from None


def _unknown_currency(currency: str) -> PydanticCustomError:
    close = f"; did you mean `{currency.upper()}`?" if currency.upper() in EXPONENTS else ""
    return refusal(
        "unknown_currency", f"expected a currency of ISO 4217, found {quoted(currency)}{close}"
    )


def currency_of(value: object) -> str:
    """A currency by its three letters."""
    if not isinstance(value, str):
        raise refusal("wrong_type", f"expected a currency, such as `EUR`, found {found(value)}")
    if value not in EXPONENTS:
        raise _unknown_currency(value)
    return value


def number_of(value: object) -> Fraction:
    """A plain decimal number as text, or a whole number."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return Fraction(value)
    if not isinstance(value, str):
        raise refusal(
            "wrong_type", f"expected a number as text, such as `2.5`, found {found(value)}"
        )
    if _NUMBER.fullmatch(value) is None:
        raise refusal(
            "invalid_number", f"expected a decimal number, such as `2.5`, found {quoted(value)}"
        )
    return Fraction(value)


def count_of(value: object) -> Fraction:
    """A whole number of at least 1, as number or text."""
    number = number_of(value)
    if number.denominator != 1 or number < 1:
        raise refusal("out_of_range", f"expected a whole number from 1, found {found(value)}")
    return number


def share_of(value: object) -> Fraction:
    """A share from 0 to 1: `0.5`, or `50%`."""
    is_percent = isinstance(value, str) and value.endswith("%")
    number = number_of(value[:-1] if isinstance(value, str) and is_percent else value)
    share = number / 100 if is_percent else number
    if not 0 <= share <= 1:
        raise refusal("out_of_range", f"expected a share from 0 to 1, found {found(value)}")
    return share


def price_of(value: object, info: ValidationInfo) -> Exact:
    """A price per unit in the document's currency; it may have more decimals than that has.

    A price for several units is divided by them, and written as `10/3` where decimals repeat.
    """
    currency = info.context.currency if isinstance(info.context, Reading) else ""
    text, _, suffix = value.partition(" ") if isinstance(value, str) else (value, "", "")
    if suffix and suffix != (currency or suffix):
        raise refusal(
            "currency_mismatch",
            f"expected a price in {currency}, the document's currency, found {found(value)}",
        )
    if isinstance(value, int):
        raise refusal(
            "wrong_type", f"expected a price as text, such as `12.50`, found {found(value)}"
        )
    ratio = _RATIO.fullmatch(text) if isinstance(text, str) else None
    price = Fraction(ratio[1]) / int(ratio[2]) if ratio is not None else number_of(text)
    return Exact(price * 10 ** EXPONENTS.get(currency, 0), currency)


def day_of(value: object) -> date:
    """A day as `2027-03-15`."""
    if not isinstance(value, str):
        raise refusal("wrong_type", f"expected a date, such as `2027-03-15`, found {found(value)}")
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        raise refusal(
            "invalid_date", f"expected a day of the calendar, found {quoted(value)}"
        ) from None
    raise refusal("invalid_date", f"expected a date, such as `2027-03-15`, found {quoted(value)}")


def moment_of(value: object) -> datetime:
    """A moment with its offset, as `2027-03-15T09:00:00-04:00`; in UTC from here on."""
    if not isinstance(value, str):
        raise refusal(
            "wrong_type",
            f"expected a moment, such as `2027-03-15T09:00:00-04:00`, found {found(value)}",
        )
    match = _MOMENT.fullmatch(value)
    if match is None:
        raise refusal(
            "invalid_moment",
            f"expected a moment, such as `2027-03-15T09:00:00-04:00`, found {quoted(value)}",
        )
    if match["zone"] is None:
        raise refusal(
            "invalid_moment",
            f"expected an offset after the time, such as `Z` or `-04:00`, found {quoted(value)}",
        )
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise refusal(
            "invalid_moment", f"expected a moment of the calendar, found {quoted(value)}"
        ) from None


def one_of(*words: str) -> Callable[[object], str]:
    """A reader of one of these words."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise not_one_of(value, words)

    return read


def not_one_of(value: object, words: tuple[str, ...]) -> PydanticCustomError:
    """The refusal of a word that is none of those listed."""
    listed = ", ".join(f"`{word}`" for word in words[:12])
    listed += f" and {len(words) - 12} more" if len(words) > 12 else ""
    close = suggestion(value, words) if isinstance(value, str) else ""
    code = "unknown_value" if isinstance(value, str) else "wrong_type"
    return refusal(code, f"expected one of {listed}, found {found(value)}{close}")


def _amount(value: object, info: ValidationInfo) -> Money:
    return amount_of(value, info.context.currency if isinstance(info.context, Reading) else "")


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """Entries whose order means nothing, each once."""
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise refusal("duplicate_entry", f"expected each entry once, found {quoted(twice)} twice")
    return tuple(sorted(names))


Name = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_NAME), AfterValidator(clean_name)
]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_TEXT), AfterValidator(clean_text)
]
Names = Annotated[
    tuple[Name, ...], Field(strict=False, max_length=MOST_ENTRIES), AfterValidator(_distinct)
]
Words = Annotated[dict[Name, Name], Field(max_length=MOST_ENTRIES)]
Currency = Annotated[str, PlainValidator(currency_of, json_schema_input_type=str)]
Amount = Annotated[Money, PlainValidator(_amount, json_schema_input_type=str)]
Price = Annotated[Exact, PlainValidator(price_of, json_schema_input_type=str)]
Number = Annotated[Fraction, PlainValidator(number_of, json_schema_input_type=str | int)]
Count = Annotated[Fraction, PlainValidator(count_of, json_schema_input_type=str | int)]
Share = Annotated[Fraction, PlainValidator(share_of, json_schema_input_type=str | int)]
Day = Annotated[date, PlainValidator(day_of, json_schema_input_type=date)]
Moment = Annotated[datetime, PlainValidator(moment_of, json_schema_input_type=datetime)]
Hash = Annotated[str, StringConstraints(max_length=71), AfterValidator(clean_name)]
