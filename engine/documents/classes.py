"""Who may read what of a document: the class of every place in it, and masking by class.

The classes are those declared on the sheets; nothing is listed again here. A value is kept as
closely as the closest field around it: what stands in `lines` is at least as confidential as
`lines`. A place that no sheet knows is restricted, so that a mistake hides too much and never too
little. So is an entry that the company or the sender named like a secret (`facts.iban`).

Loaded by what shows, stores or complains about documents; what decides does not need it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, get_args, get_origin

from engine.documents.canonical_form import Plain
from engine.documents.catalogue import DECLARED, SHEETS
from engine.documents.fields import PUBLIC, RESTRICTED, FieldClass
from engine.documents.header import Header, Sheet
from engine.documents.masking import MASK, names_a_secret

_BY_STRICTNESS: Final = tuple(FieldClass)
_INDEX: Final = re.compile(r"\[\d*\]")
_BETWEEN: Final = re.compile(r"[\W_]+")
_DIGIT: Final = re.compile(r"\d")
_SHORTEST_SECRET: Final = 4


@dataclass(frozen=True, slots=True)
class _Kept:
    """A place in documents. `is_open`: names inside are chosen by the company or the sender."""

    field_class: FieldClass
    fields: Mapping[str, _Kept] | None = None
    is_open: bool = False


_UNKNOWN: Final = _Kept(RESTRICTED)


@lru_cache(1_000)  # asked about the same few names of every document
def class_of(path: str, kind: str) -> FieldClass:
    """The class of a place (`pay_to[].account`, `lines[2].net`) in documents of type `kind`.

    Types that the company declared have the fields of every document. What is unknown is
    restricted. Source of the rule: requirement F3.
    """
    kept = _at(path, SHEETS.get(kind, DECLARED))
    return kept.field_class if kept is not None else RESTRICTED


def may_be_quoted(path: str, sheet: type[Header]) -> bool:
    """Whether a message about this place may say what was written there.

    A place may be unknown because a declared fact stands outside of `facts`; its name says then.
    """
    kept = _at(path, sheet)
    if kept is not None:
        return kept.field_class is not RESTRICTED
    return not any(names_a_secret(name) for name in _names(path))


def masked(
    plain: Mapping[str, Plain], kind: str, allowed: frozenset[FieldClass]
) -> dict[str, Plain]:
    """The canonical document as a reader sees it whose classes are `allowed`.

    Instead of a value, list or object that he may not see stands `MASK`, which tells only that
    something is there. Where he may not see what is restricted, texts and numbers in other fields
    that contain a restricted number (four signs or more, with a digit: an account in a comment, in
    whatever spacing) are masked whole. Words such as an account holder's name are hidden in their
    own place only: elsewhere they name the supplier, whom the reader has to know.

    Masking twice is masking once. Raises nothing for any canonical document, sealed ones too.
    """
    shown = replaced(plain, kind, lambda one: one not in allowed, lambda path, value: MASK)
    if RESTRICTED in allowed:
        return shown
    numbers: set[str] = set()

    def collect(path: str, value: Plain) -> Plain:
        numbers.update(_numbers(value))
        return value

    replaced(plain, kind, lambda one: one is RESTRICTED, collect)
    if not numbers:
        return shown
    return {name: _without(value, frozenset(numbers)) for name, value in shown.items()}


def replaced(
    plain: Mapping[str, Plain],
    kind: str,
    is_meant: Callable[[FieldClass], bool],
    by: Callable[[str, Plain], Plain],
) -> dict[str, Plain]:
    """The document with `by(path, value)` instead of every value whose class `is_meant`.

    Goes from the outside in: what stands inside of a replaced value is not asked about.
    """
    return replaced_at(plain, kind, is_meant, lambda place, value: by(_path(place), value))


def replaced_at(
    plain: Mapping[str, Plain],
    kind: str,
    is_meant: Callable[[FieldClass], bool],
    by: Callable[[tuple[str | int, ...], Plain], Plain],
) -> dict[str, Plain]:
    """The same by places: the names and indexes on the way, whatever signs are in a name."""

    def walk(value: Plain, kept: _Kept, place: tuple[str | int, ...]) -> Plain:
        if is_meant(kept.field_class):
            return by(place, value)
        match value:
            case dict():
                return {
                    name: walk(item, _inside(kept, name) or _UNKNOWN, (*place, name))
                    for name, item in value.items()
                }
            case list():
                return [walk(item, kept, (*place, index)) for index, item in enumerate(value)]
            case _:
                return value

    fields = _fields(SHEETS.get(kind, DECLARED), PUBLIC)
    return {name: walk(value, fields.get(name, _UNKNOWN), (name,)) for name, value in plain.items()}


def _path(place: tuple[str | int, ...]) -> str:
    first, *more = place
    return str(first) + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in more)


def _at(path: str, sheet: type[Header]) -> _Kept | None:
    """The place that a path names; `None` where no sheet knows it."""
    kept: _Kept | None = _Kept(PUBLIC, _fields(sheet, PUBLIC))
    for name in _names(path):
        kept = _inside(kept, name) if kept is not None else None
    return kept


def _names(path: str) -> list[str]:
    return _INDEX.sub("", path).split(".")


def _inside(kept: _Kept, name: str) -> _Kept | None:
    if kept.is_open:
        return _Kept(RESTRICTED if names_a_secret(name) else kept.field_class, is_open=True)
    return kept.fields.get(name) if kept.fields is not None else None


@cache
def _fields(sheet: type[Sheet], around: FieldClass) -> Mapping[str, _Kept]:
    """The fields of a sheet that stands in a field of class `around`."""
    fields = {}
    for name, field in sheet.model_fields.items():
        marks = [mark for mark in field.metadata if isinstance(mark, FieldClass)]
        own = marks[0] if len(marks) == 1 else RESTRICTED
        strictest = max(own, around, key=_BY_STRICTNESS.index)
        inner = next(_sheets(field.annotation), None)
        fields[name] = _Kept(
            strictest,
            _fields(inner, strictest) if inner is not None else None,
            is_open=get_origin(field.annotation) is dict,
        )
    return MappingProxyType(fields)


def _sheets(annotation: Any) -> Iterator[type[Sheet]]:
    """The sheets that an annotation speaks of: that of `tuple[BankSheet, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, Sheet):
        yield annotation
    for argument in get_args(annotation):
        yield from _sheets(argument)


def _numbers(value: Plain) -> Iterator[str]:
    """What is worth finding elsewhere: account numbers and tax ids, without what separates them."""
    match value:
        case dict():
            for name, item in value.items():
                yield from _numbers(name)
                yield from _numbers(item)
        case list():
            for item in value:
                yield from _numbers(item)
        case str() | int():
            number = _compact(str(value))
            if len(number) >= _SHORTEST_SECRET and _DIGIT.search(number):
                yield number


def _without(value: Plain, numbers: frozenset[str]) -> Plain:
    """The value with `MASK` instead of every text, number or object that contains one of these."""
    match value:
        case dict():
            if any(_contains(name, numbers) for name in value):
                return MASK
            return {name: _without(item, numbers) for name, item in value.items()}
        case list():
            return [_without(item, numbers) for item in value]
        case str() | int() if _contains(str(value), numbers):
            return MASK
        case _:
            return value


def _contains(text: str, numbers: frozenset[str]) -> bool:
    if not _DIGIT.search(text):
        return False
    compact = _compact(text)
    return any(number in compact for number in numbers)


def _compact(text: str) -> str:
    """A text in which only letters and digits count, however wide, accented or capital."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return _BETWEEN.sub("", text).casefold()
