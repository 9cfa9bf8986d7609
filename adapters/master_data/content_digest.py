"""The name of a snapshot: a digest over what was loaded, in one order, however it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from fractions import Fraction

from engine.canonical import digest
from engine.money import Money


def digest_of(content: Mapping[str, object]) -> str:
    """The digest over the rows of a snapshot by what they are, without its indexes.

    Lists keep their order (the loader has sorted what came in the order of rows); sets and
    mappings have none.
    """
    return digest(plain(content))


def plain(value: object) -> object:
    """A value as text, lists and mappings; amounts and fractions as exact text."""
    match value:
        case str() | bool() | None:
            return value
        case datetime() | date():
            return value.isoformat()
        case Money(minor, currency):
            return f"{minor} {currency}"
        case int() | Fraction():
            return str(value)
        case Enum():
            return str(value.value)
        case Mapping():
            return {_name(key): plain(item) for key, item in value.items()}
        case tuple() | list():
            return [plain(item) for item in value]
        case frozenset():
            return sorted((plain(item) for item in value), key=str)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return [plain(getattr(value, field.name)) for field in fields(value)]
        case _:
            raise TypeError(f"a snapshot has no {type(value).__name__}")


def _name(key: object) -> str:
    return key if isinstance(key, str) else "\n".join(str(part) for part in _parts(key))


def _parts(key: object) -> tuple[object, ...]:
    return key if isinstance(key, tuple) else (key,)
