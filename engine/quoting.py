"""The user's words inside our messages: short, on one line, in backticks."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Real
from typing import Final

LONGEST: Final = 60


def quoted(text: str) -> str:
    """The text in backticks, cut at `LONGEST` characters, with nothing that breaks the line."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[: LONGEST + 1])
    if len(shown) > LONGEST:
        shown = shown[: LONGEST - 3] + "..."
    return f"`{shown}`"


def found(value: object) -> str:
    """What a message says was found, in the words of JSON."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "`true`" if value else "`false`"
        case str():
            return f"the text {quoted(value)}" if value else "an empty text"
        case int():
            return f"the number `{value}`" if abs(value) < 10**30 else "a huge number"
        case Real():
            return f"the number `{value}`, which is not exact"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "something that is no JSON"


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` where a known word is close to this one, otherwise nothing.

    Upper and lower case are not told apart.
    """
    by_lower = {one.lower(): one for one in sorted(known, reverse=True)}
    close = get_close_matches(word[:LONGEST].lower(), by_lower, n=1)
    return f"; did you mean `{by_lower[close[0]]}`?" if close else ""
