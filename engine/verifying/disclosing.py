"""Step 7: what is disclosed fits what the record committed to, and goes back into its place.

A disclosure names a place of a record (`document/lines`), and shows the salt and the value whose
digest stands there instead. Disclosures may stand inside of others; the outer ones come first.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.canonical import digest
from engine.documents.reading_back import COMMITTED, is_withheld

MOST_DEPTH: Final = 20


class DisclosureRefused(Exception):
    """A disclosure does not fit. The message names the place."""


def with_disclosed(
    body: Mapping[str, Any], disclosures: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """The body with every disclosed value in its place. Raises `DisclosureRefused`."""
    whole: dict[str, Any] = copy.deepcopy(dict(body))
    for each in sorted(disclosures, key=_depth):
        match each:
            case {"path": str(path), "salt": str(salt), "value": value}:
                _put(whole, path, salt, value)
            case _:
                raise DisclosureRefused("expected a disclosure of `path`, `salt` and `value`")
    return whole


def _depth(disclosure: Mapping[str, Any]) -> int:
    return str(disclosure.get("path", "")).count("/")


def _put(whole: dict[str, Any], path: str, salt: str, value: object) -> None:
    parts = path.split("/")
    if len(parts) > MOST_DEPTH:
        raise DisclosureRefused(f"`{path}` is nested too deep")
    around: Any = whole
    for part in parts[:-1]:
        around = _inside(around, part, path)
    there = _inside(around, parts[-1], path)
    if not is_withheld(there):
        raise DisclosureRefused(f"nothing is withheld in `{path}`")
    try:
        found = digest({"salt": salt, "value": value})
    except (ValueError, TypeError) as problem:
        raise DisclosureRefused(f"`{path}` has no canonical form") from problem
    if there[COMMITTED] != found:
        raise DisclosureRefused(f"`{path}`: committed is `{there[COMMITTED]}`, found `{found}`")
    key: Any = int(parts[-1]) if isinstance(around, list) else _name(parts[-1])
    around[key] = value


def _inside(around: Any, part: str, path: str) -> Any:
    if isinstance(around, list) and part.isascii() and part.isdigit() and int(part) < len(around):
        return around[int(part)]
    if isinstance(around, dict) and _name(part) in around:
        return around[_name(part)]
    raise DisclosureRefused(f"there is no place `{path}`")


def _name(part: str) -> str:
    """A name of a path: `/` in it is written `~1`, and `~` is `~0` (RFC 6901)."""
    return part.replace("~1", "/").replace("~0", "~")
