"""Words from outside, made safe to show: one line, nothing that moves a cursor or turns text round.

What a document or a file says is shown to people on terminals and pages. Escape sequences, line
breaks and marks that reorder text would let it say something else than it holds.
"""

from __future__ import annotations


def plain(text: str) -> str:
    """The text with every character that cannot be seen written out (`\\x1b`, `\\u202e`)."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def short(text: str, most: int = 60) -> str:
    """The same, and not longer than `most` characters."""
    shown = plain(text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
