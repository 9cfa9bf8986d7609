"""Reading the facts that a company declared: the value that was sent, by the type of the fact.

    yes_no      true or false                     number     `2.5`, as text, or a whole number
    choice      one of its words                  duration   `3 years`, `1 year 10 days`
    money       `1.00 EUR`, or an object with     date       `2027-03-15`
                `amount` and `currency`           text       text
    paper       true or `present`, false or `missing`

Facts that are computed, that come from another system, or that are about a supplier, a person or an
entity cannot be stated by a document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, assert_never

from pydantic_core import PydanticCustomError

from engine.documents.fields import (
    LONGEST_NAME,
    LONGEST_TEXT,
    clean_name,
    clean_text,
    day_of,
    money_of,
    not_one_of,
    number_of,
    refusal,
)
from engine.errors import InputError
from engine.facts.kinds import Duration, FactValue, Kind
from engine.facts.vocabulary import BUILT_IN, Fact, Of
from engine.quoting import found, quoted

BUILT_IN_NAMES: Final = frozenset(fact.name for fact in BUILT_IN)
# Facts that a document states under another name.
STATED_AS: Final[Mapping[str, str]] = {
    "document.type": "type",
    "document.number": "number",
    "document.date": "document_date",
    "document.net": "amount",
    "document.tax": "tax",
    "document.maximum": "maximum",
    "document.options": "options",
    "line.net": "net",
    "line.tax": "tax",
    "line.price": "price",
    "line.quantity": "quantity",
}
_LENGTH: Final = re.compile(
    r"(?=\d)(?:(\d{1,5}) years?)?(?:(?:^| )(\d{1,5}) months?)?"
    r"(?:(?:^| )(\d{1,5}) weeks?)?(?:(?:^| )(\d{1,6}) days?)?",
    re.ASCII,
)


def fact_value(fact: Fact, value: object) -> FactValue:
    """The value of a declared fact. Raises `PydanticCustomError` with code and message."""
    match fact.kind:
        case Kind.YES_NO:
            if not isinstance(value, bool):
                raise refusal("wrong_type", f"expected `true` or `false`, found {found(value)}")
            return value
        case Kind.PAPER:
            return _paper(value)
        case Kind.CHOICE | Kind.SCALE:
            if not fact.values:
                return _text(value, LONGEST_NAME, clean_name)
            if isinstance(value, str) and value in fact.values:
                return value
            raise not_one_of(value, fact.values)
        case Kind.TEXT:
            return _text(value, LONGEST_TEXT, clean_text)
        case Kind.MONEY:
            return money_of(value)
        case Kind.NUMBER:
            return number_of(value)
        case Kind.DURATION:
            return duration_of(value)
        case Kind.DATE:
            return day_of(value)
        case _:
            assert_never(fact.kind)


def given_value(fact: Fact, value: object) -> FactValue:
    """The same for a value that is given beside a document. Raises `InputError`."""
    try:
        return fact_value(fact, value)
    except PydanticCustomError as problem:
        raise InputError(problem.type, fact.name, problem.message()) from None


def duration_of(value: object) -> Duration:
    """A length of time in years, months, weeks and days."""
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        code = "invalid_duration" if isinstance(value, str) else "wrong_type"
        raise refusal(code, f"expected a length of time, such as `3 years`, found {found(value)}")
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    return Duration(12 * years + months, 7 * weeks + days)


def why_built_in_is_not_stated(name: str) -> str:
    """Why a built-in fact cannot be stated here under its name."""
    if name in STATED_AS:
        return f"is stated as the field `{STATED_AS[name]}`"
    return (
        "is worked out and cannot be stated" if "." in name else "is a field and stands elsewhere"
    )


def why_not_stated(fact: Fact, on_line: bool) -> str:
    """Why this declared fact cannot be stated here; empty where it can."""
    if fact.total is not None:
        return "is summed up over documents and cannot be stated"
    if fact.source:
        return f"comes from {quoted(fact.source)} and cannot be stated"
    match fact.of:
        case Of.SUPPLIER | Of.PERSON | Of.ENTITY:
            return f"is about the {fact.of} and comes from master data"
        case Of.LINE:
            return "" if on_line else "belongs on a line"
        case Of.DOCUMENT:
            return "belongs on the document, not on a line" if on_line else ""
        case _:
            assert_never(fact.of)


def _paper(value: object) -> bool:
    match value:
        case bool():
            return value
        case "present" | "missing":
            return value == "present"
        case _:
            raise refusal("wrong_type", f"expected `true` or `present`, found {found(value)}")


def _text(value: object, longest: int, clean: Callable[[str], str]) -> str:
    if not isinstance(value, str):
        raise refusal("wrong_type", f"expected text, found {found(value)}")
    if len(value) > longest:
        raise refusal("too_long", f"expected at most {longest} characters, found {len(value)}")
    return clean(value)
