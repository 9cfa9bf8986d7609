"""Reading terms of one invoice into exact values; what is wrong is gathered with its place.

Numbers are those of XML Schema's `decimal`: digits, a point, a sign, and no exponent.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Final

from adapters.sources.e_invoice.looking import elements
from adapters.sources.e_invoice.terms import CII, Term
from adapters.sources.e_invoice.tree import Node
from engine.errors import InputError, InputErrors
from engine.money import EXPONENTS, INT64_MAX, decimal_text
from engine.quoting import quoted

MOST_ERRORS: Final = 1_000
_DECIMAL: Final = re.compile(r"[+-]?(?=\.?\d)\d{0,18}(?:\.\d{0,12})?", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_CII_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_MEANT: Final = ("currencyID", "unitCode", "schemeID", "format")
_CII_DAY_FORMAT: Final = "102"  # of UNTDID 2379: CCYYMMDD


class Reader:
    """Reads one invoice of one syntax. `currency` is set as soon as it is known."""

    __slots__ = ("currency", "errors", "root", "syntax")

    def __init__(self, root: Node, syntax: str) -> None:
        self.root = root
        self.syntax = syntax
        self.currency = ""
        self.errors: list[InputError] = []

    def complain(self, code: str, node: Node, term: Term, message: str) -> None:
        """Something is wrong at this element."""
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(InputError(code, self.place(node, term), message))

    def check(self) -> None:
        """Raises `InputErrors` where anything was wrong."""
        if self.errors:
            raise InputErrors(tuple(self.errors))

    def place(self, node: Node, term: Term) -> str:
        """`line 45, BT-106 cbc:LineExtensionAmount`."""
        return f"line {node.line}, {term.number} {node.name}"

    def complain_at(self, code: str, around: Node, term: Term, message: str) -> None:
        """Something is wrong with a term: at its element, or around it where it has none."""
        path = term.path(self.syntax).partition("/@")[0]
        there = elements(around, path) if path else []
        self.complain(code, there[0] if there else around, term, message)

    def all(self, around: Node, term: Term) -> list[Node]:
        """Every element of a term inside of `around`."""
        path = term.path(self.syntax)
        return elements(around, path) if path else []

    def one(self, around: Node, term: Term) -> Node | None:
        """The element of a term that stands at most once; a second one that differs is refused."""
        found = self.all(around, term)
        for other in found[1:]:
            if _said(other) != _said(found[0]):
                first = f"{quoted(found[0].text)} in line {found[0].line}"
                message = f"expected one value, found {quoted(other.text)} and {first}"
                self.complain("duplicate_field", other, term, message)
        return found[0] if found else None

    def one_group(self, group: Term) -> Node | None:
        """The element of a group that stands at most once in the invoice."""
        found = self.all(self.root, group)
        for other in found[1:]:
            message = f"expected this once, found it in line {found[0].line} as well"
            self.complain("duplicate_field", other, group, message)
        return found[0] if found else None

    def text(self, around: Node, term: Term) -> str:
        """A text on one line; empty where it is not stated. An attribute is looked for as well."""
        path, _, attribute = term.path(self.syntax).partition("/@")
        found = self.one(around, Term(term.number, path, path)) if path else None
        if found is None:
            return ""
        return _one_line(found.attributes.get(attribute, "") if attribute else found.text)

    def required(self, around: Node, term: Term) -> str:
        """The same, with a complaint where it is not stated."""
        text = self.text(around, term)
        if not text:
            self.missing(around, term)
        return text

    def missing(self, around: Node, term: Term) -> None:
        """Complains that a term is not there."""
        path = term.path(self.syntax)
        self.complain("missing_field", around, term, f"expected `{path}`, found nothing")

    def number(self, around: Node, term: Term) -> Fraction | None:
        """A decimal number; `None` where it is not stated or none."""
        found = self.one(around, term)
        return self._decimal(found, term) if found is not None else None

    def amount(self, around: Node, term: Term) -> int | None:
        """An amount in minor units of the document's currency; `None` as above."""
        found = self.one(around, term)
        return self.amount_of(found, term) if found is not None else None

    def amount_of(self, node: Node, term: Term) -> int | None:
        """The amount that this element states."""
        number = self._decimal(node, term)
        stated = node.attributes.get("currencyID", "").strip()
        if stated and stated != self.currency:
            message = f"expected an amount in {self.currency}, found one in {quoted(stated)}"
            self.complain("currency_mismatch", node, term, message)
            return None
        if number is None:
            return None
        minor = number * 10 ** EXPONENTS[self.currency]
        if minor.denominator != 1:
            digits = EXPONENTS[self.currency]
            message = f"expected at most {digits} decimals for {self.currency}, found "
            self.complain("invalid_minor_unit", node, term, message + quoted(node.text))
            return None
        if abs(minor) > INT64_MAX:
            message = f"{quoted(node.text)} is larger than can be kept exactly"
            self.complain("amount_overflow", node, term, message)
            return None
        return int(minor)

    def day(self, around: Node, term: Term) -> str:
        """A day as `2027-03-15`; empty where it is not stated or none."""
        found = self.one(around, term)
        if found is None:
            return ""
        form = found.attributes.get("format", _CII_DAY_FORMAT).strip()
        if self.syntax == CII and form != _CII_DAY_FORMAT:
            message = f"expected the format `{_CII_DAY_FORMAT}`, found {quoted(form)}"
            self.complain("invalid_date", found, term, message)
            return ""
        match = (_CII_DAY if self.syntax == CII else _DAY).fullmatch(found.text)
        try:
            if match is not None:
                return date(*(int(part) for part in match.groups())).isoformat()
        except ValueError:
            pass
        example = "20270315" if self.syntax == CII else "2027-03-15"
        message = f"expected a day, such as `{example}`, found {quoted(found.text)}"
        self.complain("invalid_date", found, term, message)
        return ""

    def _decimal(self, node: Node, term: Term) -> Fraction | None:
        if _DECIMAL.fullmatch(node.text) is None:
            message = f"expected a decimal number, such as `12.50`, found {quoted(node.text)}"
            self.complain("invalid_number", node, term, message)
            return None
        return Fraction(node.text)

    def said(self, minor: int) -> str:
        """An amount in a message."""
        return f"`{decimal_text(minor, self.currency)}`"


def _said(node: Node) -> tuple[str | None, ...]:
    """What an element says; other attributes explain a code and say nothing."""
    return node.text, *(node.attributes.get(name) for name in _MEANT)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def tidy(text: str) -> str:
    """A text of several lines without what only lays out the file."""
    return "\n".join(_one_line(line) for line in text.strip().splitlines())
