"""The forms of single values and lists, as the tables of keys name them.

A form is what an editor has to know of a value, together with the reader of it. Reading itself is
in `rules.reading.values` and `rules.reading.time_values`; here stands which words a context allows.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from fractions import Fraction
from typing import Final, TypeVar

from engine.money import Money
from engine.places import Place
from rules.compiling.context import ITEMS_MAX, Context
from rules.compiling.shapes import Form
from rules.diagnostics import shown
from rules.reading import time_values, values
from rules.reading.nodes import Node, Scalar, Sequence, described

T = TypeVar("T")
TEXT_MAX: Final = 2_000


def as_written(node: Node, _context: Context) -> Node:
    """The node itself, to be read further by who asked for it."""
    return node


def _read_text(node: Node, context: Context) -> str | None:
    text = values.text(node, context.diagnostics)
    if text is not None and len(text) > TEXT_MAX:
        message = f"a text has at most {TEXT_MAX} characters here, this one has {len(text)}"
        context.error("text-too-long", node.place, message)
        return None
    return text


def _read_amount(node: Node, context: Context) -> Money | None:
    currency = context.currency or None
    return values.money(node, context.diagnostics, currency=currency, usual=context.usual)


def percentage_of(node: Node, context: Context) -> Fraction | None:
    """A percentage as a share of one."""
    return values.percent(node, context.diagnostics)


TEXT: Final[Form[str]] = Form("text", _read_text)
NAME: Final[Form[str]] = Form("name", lambda node, c: values.name(node, c.diagnostics))
YES_NO: Final[Form[bool]] = Form("yes or no", lambda node, c: values.yes_no(node, c.diagnostics))
AMOUNT: Final[Form[Money]] = Form("amount", _read_amount)
CURRENCY: Final[Form[str]] = Form("currency", lambda node, c: values.currency(node, c.diagnostics))
COUNTRY: Final[Form[str]] = Form("country", lambda node, c: values.country(node, c.diagnostics))
PERCENT: Final[Form[Fraction]] = Form("percentage", percentage_of)


def _read_span(node: Node, context: Context) -> str | None:
    length = time_values.duration(node, context.diagnostics, open_ended=False)
    return None if length is None else str(length)


def _read_days(node: Node, context: Context) -> int | None:
    length = time_values.duration(node, context.diagnostics, open_ended=False)
    if length is None:
        return None
    if length.unit not in ("days", "weeks"):
        message = f"expected a number of days like `90 days`, found {described(node)}"
        context.error("not-days", node.place, message)
        return None
    return length.count * (7 if length.unit == "weeks" else 1)


def _read_longest(node: Node, context: Context) -> int | None:
    length = time_values.duration(node, context.diagnostics, open_ended=False)
    if length is None:
        return None
    if length.unit in ("months", "years"):
        return longest_days(length.count * (12 if length.unit == "years" else 1))
    return _read_days(node, context)


def longest_days(months: int) -> int:
    """The most days that so many months in a row can have: 31 for one, 366 for twelve."""
    starts = [date(2000, month, 1) for month in range(1, 13)]
    starts += [date(year, month, 1) for year in (2001, 2002, 2003) for month in range(1, 13)]
    return max((_months_later(start, months) - start).days for start in starts)


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1)


LONGEST: Final[Form[int]] = Form("number of days at most", _read_longest)
SPAN: Final[Form[str]] = Form("length of time", _read_span)
DAYS: Final[Form[int]] = Form("number of days", _read_days)
DAY: Final[Form[date]] = Form("date", lambda node, c: time_values.day(node, c.diagnostics))


def word_of(*words: str) -> Form[str]:
    """One of some words."""

    def read(node: Node, context: Context) -> str | None:
        return values.one_of(node, words, context.diagnostics)

    return Form("word", read, words=words)


def whole(least: int, most: int) -> Form[int]:
    """A whole number within bounds."""

    def read(node: Node, context: Context) -> int | None:
        return values.whole_number(node, context.diagnostics, minimum=least, maximum=most)

    return Form(f"whole number from {least} to {most}", read)


def list_of(item: Form[T], least: int = 1) -> Form[tuple[T, ...]]:
    """A list of items, each once."""

    def read(node: Node, context: Context) -> tuple[T, ...] | None:
        expected = f"a list ({item.name}s)"
        nodes = values.items(node, context.diagnostics, expected)
        if nodes is None or not _has_length(node, nodes, least, context):
            return None
        found = [item.read(each, context) for each in nodes]
        known = tuple(value for value in found if value is not None)
        if len(known) < len(found) or not _are_different(nodes, known, context):
            return None
        return known

    return Form(f"list of {item.name}s", read, item=item)


def one_or_more(item: Form[T], least: int = 1) -> Form[tuple[T, ...]]:
    """One item, or a list of them."""
    several = list_of(item, least)

    def read(node: Node, context: Context) -> tuple[T, ...] | None:
        if isinstance(node, Sequence):
            return several.read(node, context)
        value = item.read(node, context)
        return None if value is None else (value,)

    return Form(f"{item.name}, or list of {item.name}s", read, item=item, alone=True)


def names_in(node: Node, context: Context) -> list[tuple[str, Place]]:
    """The names that a list declares, each with its place; what is no name is reported.

    Those with an error are declared too where they can be, so that nobody misses them.
    """
    nodes = values.items(node, context.diagnostics, "a list of names") or ()
    if isinstance(node, Sequence):
        _has_length(node, nodes, 1, context)
    found = []
    for item in nodes:
        name = NAME.read(item, context)
        if name is not None:
            found.append((name, item.place))
        elif isinstance(item, Scalar) and not item.empty:
            found.append((item.text, item.place))
    return found


def _has_length(node: Node, nodes: tuple[Node, ...], least: int, context: Context) -> bool:
    if not nodes and least:
        context.error("empty-list", node.place, "expected at least one item, found none")
    elif len(nodes) < least:
        message = f"expected at least {least} items, found {len(nodes)}"
        context.error("list-length", node.place, message)
    elif len(nodes) > ITEMS_MAX:
        message = f"a list has at most {ITEMS_MAX} items, this one has {len(nodes)}"
        context.error("too-many", node.place, message)
    else:
        return True
    return False


def _are_different(nodes: tuple[Node, ...], found: tuple[object, ...], context: Context) -> bool:
    seen: set[object] = set()
    for node, value in zip(nodes, found, strict=True):
        if value in seen:
            context.error("twice", node.place, f"{described(node)} stands twice in this list")
            return False
        seen.add(value)
    return True


def declared(
    what: str, code: str, node: Node, known: Collection[str], context: Context
) -> str | None:
    """A word that the set declares, such as a role; an unknown one gets a suggestion."""
    value = values.scalar(node, context.diagnostics, f"the name of a {what}")
    if value is None:
        return None
    if value.text in known:
        return value.text
    context.unknown(code, value.place, what, value.text, known)
    return None


def _read_document(node: Node, context: Context) -> str | None:
    return declared("document type", "unknown-document", node, context.words.documents, context)


def _read_role(node: Node, context: Context) -> str | None:
    if isinstance(node, Scalar) and node.text in context.words.levels:
        message = f"{shown(node.text)} is a level, and a role is expected"
        context.error("unknown-role", node.place, message)
        return None
    return declared("role", "unknown-role", node, context.words.roles, context)


def _read_level(node: Node, context: Context) -> str | None:
    if isinstance(node, Scalar) and node.text in context.words.roles:
        message = f"{shown(node.text)} is a role, and a level is expected"
        context.error("unknown-level", node.place, message)
        return None
    return declared("level", "unknown-level", node, context.words.levels, context)


def _read_role_or_level(node: Node, context: Context) -> str | None:
    known = (*context.words.roles, *context.words.levels)
    return declared("role or level", "unknown-role", node, known, context)


def _read_entity(node: Node, context: Context) -> str | None:
    return declared("entity", "unknown-entity", node, context.words.entities, context)


DOCUMENT: Final[Form[str]] = Form("document type", _read_document)
ROLE: Final[Form[str]] = Form("role", _read_role)
LEVEL: Final[Form[str]] = Form("level", _read_level)
ROLE_OR_LEVEL: Final[Form[str]] = Form("role or level", _read_role_or_level)
ENTITY: Final[Form[str]] = Form("entity", _read_entity)
DOCUMENTS: Final = list_of(DOCUMENT)
