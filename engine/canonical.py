"""Canonical bytes: one value, one sequence of bytes, wherever and whenever it is written.

`json.dumps` with sorted keys equals RFC 8785 for strings, booleans, nulls and small whole numbers,
and is several times faster than a general implementation. Everything else (fractions, big numbers,
keys that are no text, lone surrogates) is a mistake of the program that asks, and raises.

RFC 8785 sorts keys by UTF-16 code units, `json.dumps` by code points. The two differ only where a
key has a character beyond U+FFFF; such values are sorted here first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

LARGEST: Final = 2**53 - 1
DEEPEST: Final = 100

_encode: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
).encode
_encode_as_ordered: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=False, separators=(",", ":")
).encode


def digest(value: object) -> str:
    """The name of a value: `sha256:` and the hash of its canonical bytes in hexadecimal."""
    return "sha256:" + hashlib.sha256(canonical_bytes(value)).hexdigest()


def digest_of_files(files: Mapping[str, bytes]) -> str:
    """The name of a folder of files: over their names and contents, in the order of names."""
    joined = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8"), files[name]):
            joined.update(len(part).to_bytes(8, "big") + part)
    return "sha256:" + joined.hexdigest()


def canonical_bytes(value: object) -> bytes:
    """The value as RFC 8785 writes it, in UTF-8.

    Raises `TypeError` for what is neither text, boolean, null, whole number, list nor mapping with
    text keys, and `ValueError` for a number beyond 2**53 - 1, a lone surrogate, or nesting deeper
    than `DEEPEST` (a value that contains itself is deeper than that).
    """
    text = _encode_as_ordered(_reordered(value)) if _check(value) else _encode(value)
    return text.encode("utf-8")  # raises UnicodeEncodeError, a ValueError, on a lone surrogate


class Written(str):
    """Text that is the canonical form of a value already, as `canonical_bytes` writes it."""

    __slots__ = ()


def canonical_object(parts: Mapping[str, object]) -> bytes:
    """The canonical bytes of a mapping, some values of which are `Written` already.

    Raises as `canonical_bytes` does; what `Written` says is not looked at again.
    """
    names = sorted(parts, key=lambda name: name.encode("utf-16-be"))
    written = [f"{_name(name)}:{_part(parts[name])}" for name in names]
    return f"{{{','.join(written)}}}".encode()  # raises on a lone surrogate


@lru_cache(maxsize=1024)  # names are words of ours
def _name(name: str) -> str:
    return _encode(name)


def _part(value: object) -> str:
    if isinstance(value, str):
        return value if isinstance(value, Written) else _encode(value)
    return canonical_bytes(value).decode("utf-8")


def _check(value: object) -> bool:
    """Refuses what has no canonical form; true where keys need sorting by UTF-16 code units."""
    level: list[object] = [value]
    needs_order = False
    for _ in range(DEEPEST):
        below: list[object] = []
        for item in level:
            if type(item) is str or item is None or item is True or item is False:
                continue  # as most are: looked at first, and by what is fastest
            if isinstance(item, dict):
                for name in item:
                    if not isinstance(name, str):
                        raise TypeError(f"a key of a canonical value is text, not {name!r:.100}")
                    if not name.isascii() and max(name) > "\uffff":
                        needs_order = True
                below.extend(item.values())
            elif isinstance(item, list | tuple):
                below.extend(item)
            elif isinstance(item, str):
                continue
            elif not isinstance(item, int):
                raise TypeError(f"a canonical value has no {type(item).__name__}")
            elif not -LARGEST <= item <= LARGEST:
                raise ValueError("a whole number of a canonical value is below 2**53")
        if not below:
            return needs_order
        level = below
    raise ValueError(f"a canonical value is nested at most {DEEPEST} deep")


def _reordered(value: object) -> object:
    """The same value with every mapping in the order of UTF-16 code units."""
    match value:
        case dict():
            names = sorted(value, key=lambda name: name.encode("utf-16-be"))
            return {name: _reordered(value[name]) for name in names}
        case list() | tuple():
            return [_reordered(item) for item in value]
        case _:
            return value
