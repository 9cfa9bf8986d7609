"""The name of a snapshot: a digest over what was loaded, in one order, however it was written."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from engine.canonical import digest
from engine.master_data import ALWAYS
from engine.money import Money

_DERIVED: Final = frozenset({"tax_numbers"})
_COLLECTIONS: Final = frozenset({frozenset, tuple, list, dict, MappingProxyType})


def digest_of(content: tuple[object, ...]) -> str:
    """The digest over the rows of a snapshot by what they are, without its indexes.

    Lists keep their order (the loader has sorted what came in the order of rows); sets and
    mappings have none.
    """
    return digest(plain(content))


def plain(value: object) -> object:
    """A value as text, lists and mappings; numbers and moments as text that says their kind.

    Asked millions of times for a large company: what is frequent comes first.
    """
    kind: type = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if value is ALWAYS or (kind in _COLLECTIONS and not value):
        return None  # where nothing is stated; a field's kind never depends on its content
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    names = _field_names(kind)
    if names:
        return [plain(getattr(value, name)) for name in names]
    match value:
        case date():  # and moments
            return f"date {value.isoformat()}"
        case Money(minor, currency):
            return f"money {minor} {currency}"
        case int() | Fraction():
            return f"number {value}"
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case frozenset():
            return sorted((plain(item) for item in value), key=str)
        case _:
            raise TypeError(f"a snapshot has no {kind.__name__}")


@lru_cache(maxsize=100)
def _field_names(kind: Hashable) -> tuple[str, ...]:
    """The fields of a dataclass, none for another type. Money is written in one piece.

    What was found of tax numbers is left out: it follows from the numbers by whatever library
    judges them, and the name of a snapshot must not change with that.
    """
    if kind is Money or not isinstance(kind, type) or not is_dataclass(kind):
        return ()
    return tuple(field.name for field in fields(kind) if field.name not in _DERIVED)
