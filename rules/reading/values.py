"""Strict readers of single values: from the text as written to a value, or to one diagnostic.

The module exists so that every number, amount, name and word of the language is read in one way,
and refused with one sentence that says what was expected and what was found. The kind of a value
is decided by where it stands, never by how it looks, so quotes make no difference here. Dates,
times and durations are read in `rules.reading.time_values`.
"""

import re
from collections.abc import Callable, Collection
from fractions import Fraction
from functools import partial
from typing import Final, NamedTuple

from engine.errors import MoneyError, UnknownCurrency
from engine.money import EXPONENTS, Money, exponent, parse_amount
from rules.diagnostics import Diagnostics, did_you_mean, shown
from rules.reading.country_codes import COUNTRIES
from rules.reading.nodes import Mapping, Node, Scalar, Sequence, described
from rules.reading.other_spellings import amount_as_meant

DIGITS_MAX: Final = 40

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_DOTTED_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_NOT_OF_A_NAME: Final = re.compile(r"[^a-z0-9.]+")
_WHOLE: Final = re.compile(r"0|[1-9][0-9]*(?:_[0-9]+)*")
_DECIMAL: Final = re.compile(r"(-?)(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]+)?")
_WITH_CURRENCY: Final = re.compile(r"(\S.*?) +([A-Za-z]{3})")
_YES_NO: Final = {"yes": True, "true": True, "no": False, "false": False}


_Help = Callable[[], str | None]  # asked for once something is reported


class Amount(NamedTuple):
    """A decimal as plain text (`10000.00`, no underscores) and its currency."""

    text: str
    currency: str


def scalar(node: Node, diagnostics: Diagnostics, expected: str) -> Scalar | None:
    """The node as a single value that is not empty; `expected` says what should stand there."""
    if not isinstance(node, Scalar):
        message = f"expected {expected}, found {described(node)}"
        diagnostics.error("expected-text", node.place, message)
        return None
    if node.empty:
        diagnostics.error("empty-value", node.place, f"expected {expected}, found nothing")
        return None
    return node


def items(
    node: Node, diagnostics: Diagnostics, expected: str = "a list"
) -> tuple[Node, ...] | None:
    """The items of a list; a single value is not taken for a list of one."""
    if isinstance(node, Sequence):
        return node.items
    message = f"expected {expected}, found {described(node)}"
    diagnostics.error("expected-list", node.place, message)
    return None


def mapping(node: Node, diagnostics: Diagnostics, expected: str = "a mapping") -> Mapping | None:
    """The node as a mapping of keys to values."""
    if isinstance(node, Mapping):
        return node
    message = f"expected {expected}, found {described(node)}"
    diagnostics.error("expected-mapping", node.place, message)
    return None


def text(node: Node, diagnostics: Diagnostics, expected: str = "a text") -> str | None:
    """Any text with something to see in it."""
    value = scalar(node, diagnostics, expected)
    if value is None:
        return None
    if not value.text.strip():
        diagnostics.error("empty-value", value.place, f"expected {expected}, found an empty one")
        return None
    return value.text


def name(
    node: Node, diagnostics: Diagnostics, expected: str = "a name", *, dotted: bool = False
) -> str | None:
    """A name like `finance_director`; with `dotted` also one like `supplier.status`."""
    value = scalar(node, diagnostics, expected)
    if value is None:
        return None
    pattern = _DOTTED_NAME if dotted else _NAME
    if pattern.fullmatch(value.text):
        return value.text
    better = name_as_meant(value.text)
    help = "a name has lower case letters, digits and underscores, and begins with a letter"
    if pattern.fullmatch(better):
        help = f"write {shown(better)}"
    message = f"expected {expected}, found {shown(value.text)}"
    diagnostics.error("not-a-name", value.place, message, help)
    return None


def name_as_meant(text: str) -> str:
    """A misspelt name as it should have been written: `Head-of-office` as `head_of_office`."""
    return _NOT_OF_A_NAME.sub("_", text.lower()).strip("_")


def one_of(
    node: Node, words: Collection[str], diagnostics: Diagnostics, expected: str = "one of"
) -> str | None:
    """One of the words allowed here, as written."""
    listed = ", ".join(f"`{word}`" for word in words)
    value = scalar(node, diagnostics, f"{expected} {listed}")
    if value is None:
        return None
    if value.text in words:
        return value.text
    message = f"expected {expected} {listed}, found {shown(value.text)}"
    diagnostics.error("not-one-of", value.place, message, did_you_mean(value.text, words))
    return None


def yes_no(node: Node, diagnostics: Diagnostics) -> bool | None:
    """`yes` or `true`, `no` or `false`, in lower case."""
    value = scalar(node, diagnostics, "`yes` or `no`")
    if value is None:
        return None
    if value.text in _YES_NO:
        return _YES_NO[value.text]
    message = f"expected `yes` or `no`, found {shown(value.text)}"
    lower = value.text.lower()
    help = f"write `{lower}`" if lower in _YES_NO else None
    diagnostics.error("not-yes-no", value.place, message, help)
    return None


def whole_number(
    node: Node,
    diagnostics: Diagnostics,
    *,
    minimum: int = 0,
    maximum: int = 1_000_000_000,
    expected: str = "a whole number",
) -> int | None:
    """A whole number without sign, such as `3` or `10_000`, within bounds."""
    value = scalar(node, diagnostics, expected)
    if value is None:
        return None
    if not _WHOLE.fullmatch(value.text):
        message = f"expected {expected}, found {shown(value.text)}"
        diagnostics.error("not-a-whole-number", value.place, message, _number_help(value.text))
        return None
    # Longer texts are out of range in any case, and Python refuses to convert very long ones.
    number = int(value.text.replace("_", "")) if len(value.text) <= DIGITS_MAX else maximum + 1
    if minimum <= number <= maximum:
        return number
    message = f"expected {expected} from {minimum} to {maximum}, found {shown(value.text)}"
    diagnostics.error("out-of-range", value.place, message)
    return None


def number(node: Node, diagnostics: Diagnostics, *, signed: bool = False) -> Fraction | None:
    """A plain decimal number, exactly."""
    plain = decimal(node, diagnostics, "a number like `2.5`", signed=signed)
    return None if plain is None else Fraction(plain)


def percent(node: Node, diagnostics: Diagnostics) -> Fraction | None:
    """A percentage as a share of one, with or without its sign: `5` and `5%` are 1/20."""
    expected = "a percentage like `5%`"
    value = scalar(node, diagnostics, expected)
    if value is None:
        return None
    plain = value.text.removesuffix("%").rstrip(" ")
    match = _DECIMAL.fullmatch(plain)
    if match is None or match.group(1) or len(plain) > DIGITS_MAX:
        message = f"expected {expected}, found {shown(value.text)}"
        diagnostics.error("not-a-percentage", value.place, message, _number_help(plain))
        return None
    return Fraction(plain.replace("_", "")) / 100


def decimal(
    node: Node,
    diagnostics: Diagnostics,
    expected: str = "an amount like `10_000.00`",
    *,
    signed: bool = False,
) -> str | None:
    """A decimal as plain text: `10_000.00` becomes `10000.00`. A minus only where `signed`."""
    value = scalar(node, diagnostics, expected)
    return None if value is None else _plain(value, value.text, expected, signed, diagnostics)


def amount(
    node: Node,
    diagnostics: Diagnostics,
    *,
    currency: str | None = None,
    signed: bool = False,
    usual: str = "",
) -> Amount | None:
    """An amount with its currency, `10_000.00 EUR`; a bare one is in `currency` if that is given.

    The currency is one of ISO 4217, and the amount has no more decimals than it. `usual` is the
    currency that is probably meant where one is missing: for the help only.
    """
    example = "`10_000.00`" if currency else "`10_000.00 EUR`"
    expected = f"an amount like {example}"
    value = scalar(node, diagnostics, expected)
    if value is None:
        return None
    match = _WITH_CURRENCY.fullmatch(value.text)
    digits, code = match.groups() if match else (value.text, currency)
    if code is None:
        _report_no_currency(value, expected, usual, diagnostics)
        return None
    if match and digits[-1].isdigit() and not _is_currency(code, value, diagnostics):
        return None
    better = partial(_better, value.text, currency or usual, is_bare=currency is not None)
    plain = _plain(value, digits, expected, signed, diagnostics, better)
    if plain is None or not _fits(plain, code, value, better, diagnostics):
        return None
    return Amount(plain, code)


def money(
    node: Node,
    diagnostics: Diagnostics,
    *,
    currency: str | None = None,
    signed: bool = False,
    usual: str = "",
) -> Money | None:
    """The same as `amount`, in minor units."""
    found = amount(node, diagnostics, currency=currency, signed=signed, usual=usual)
    return None if found is None else parse_amount(found.text, found.currency)


def currency(node: Node, diagnostics: Diagnostics) -> str | None:
    """A currency code of ISO 4217, such as `EUR`."""
    value = scalar(node, diagnostics, "a currency code like `EUR`")
    if value is None or not _is_currency(value.text, value, diagnostics):
        return None
    return value.text


def country(node: Node, diagnostics: Diagnostics) -> str | None:
    """A country code of ISO 3166-1, such as `NO`, which is Norway and never a no."""
    value = scalar(node, diagnostics, "a country code like `NO`")
    if value is None:
        return None
    if value.text in COUNTRIES:
        return value.text
    upper = value.text.upper()
    help = f"write `{upper}`" if upper in COUNTRIES else "use the two letters of ISO 3166-1"
    message = f"expected a country code like `NO`, found {shown(value.text)}"
    diagnostics.error("unknown-country", value.place, message, help)
    return None


def _is_currency(code: str, value: Scalar, diagnostics: Diagnostics) -> bool:
    try:
        exponent(code)
    except UnknownCurrency:
        upper = code.upper()
        help = f"write `{upper}`" if upper in EXPONENTS else did_you_mean(code, EXPONENTS)
        message = f"expected a currency code like `EUR`, found {shown(code)}"
        diagnostics.error("unknown-currency", value.place, message, help)
        return False
    return True


def _better(text: str, currency: str, *, is_bare: bool) -> str | None:
    """The help for an amount in another spelling, whole and with its currency."""
    meant = amount_as_meant(text, currency, is_bare=is_bare)
    return None if meant is None else f"write {shown(meant)}"


def _fits(plain: str, code: str, value: Scalar, better: _Help, diagnostics: Diagnostics) -> bool:
    """Whether the currency has such decimals and 64 bits hold the amount."""
    try:
        parse_amount(plain, code)
    except MoneyError as error:
        if error.code == "amount_overflow":
            diagnostics.error("amount-too-large", value.place, error.message)
        else:
            digits = exponent(code)
            most = f"at most {digits}" if digits else "no"
            message = f"expected {most} decimals for {code}, found {shown(value.text)}"
            diagnostics.error("too-many-decimals", value.place, message, better())
        return False
    return True


def _report_no_currency(value: Scalar, expected: str, usual: str, diagnostics: Diagnostics) -> None:
    if _DECIMAL.fullmatch(value.text):
        message = f"expected a currency after the amount, found {shown(value.text)} alone"
        help = _better(value.text, usual, is_bare=False) if usual else None
        help = help or "write the currency after it, by its three letters"
        diagnostics.error("no-currency", value.place, message, help)
        return
    help = _better(value.text, usual, is_bare=False) or _number_help(value.text)
    code = "comma-in-amount" if _is_number_with_commas(value.text) else "not-an-amount"
    diagnostics.error(code, value.place, f"expected {expected}, found {shown(value.text)}", help)


def _plain(
    value: Scalar,
    digits: str,
    expected: str,
    signed: bool,
    diagnostics: Diagnostics,
    better: _Help = lambda: None,
) -> str | None:
    """Decimal text without underscores, or the reason why it is not one."""
    match = _DECIMAL.fullmatch(digits)
    if match and len(digits) <= DIGITS_MAX and (signed or not match.group(1)):
        return digits.replace("_", "")
    code, help = "not-an-amount", None
    if digits == value.text:  # without a currency
        help = _number_help(digits)
    help = help or better() or _number_help(digits)
    if match and len(digits) > DIGITS_MAX:
        code, help = "amount-too-large", None
    elif match:
        help = "an amount has no sign here"
    elif _is_number_with_commas(digits):
        code = "comma-in-amount"
    diagnostics.error(code, value.place, f"expected {expected}, found {shown(value.text)}", help)
    return None


def _is_number_with_commas(digits: str) -> bool:
    return "," in digits and _DECIMAL.fullmatch(digits.replace(",", "")) is not None


def _number_help(digits: str) -> str | None:
    """What to write instead of a number that is spelt another way."""
    plain = digits.strip()
    if _is_number_with_commas(plain):
        if re.fullmatch(r"-?[0-9.]*,[0-9]{1,2}", plain):
            better = plain.replace(".", "_").replace(",", ".")
            return f"decimals come after a point: {shown(better)}"
        better = plain.replace(",", "_")
        return f"group digits with underscores, not commas: {shown(better)}"
    if re.fullmatch(
        r"[0-9]{1,3}(?:[ '][0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,3}(?:\.[0-9]{3}){2,}", plain
    ):
        # Only points between all the groups, or other separators and perhaps one decimal point.
        separators = "." if plain.count(".") > 1 else " '"
        better = "".join("_" if char in separators else char for char in plain)
        return f"group digits with underscores: {shown(better)}"
    if plain.startswith("+"):
        return "leave out the plus"
    if re.fullmatch(r"-?[0-9.]+[eE][+-]?[0-9]+", plain):
        return "write all the digits, without an exponent"
    if re.fullmatch(r"-?0[0-9_]+(\.[0-9]+)?", plain):
        return "leave out the leading zeros"
    return None
