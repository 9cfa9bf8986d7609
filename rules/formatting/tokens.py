"""The text of a policy file in tokens: everything that is seen, with where it stands.

Between two values stand only spaces, line ends, comments and the marks of YAML; so the values that
`rules.editing.pieces` finds are taken as they are, and what is between them is read here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rules.editing.pieces import Kind, Piece


class Mark(StrEnum):
    """What a token is. A block text (`|`, `>`) is two: its header and its body."""

    VALUE = "value"
    HEADER = "header"
    BODY = "body"
    COMMENT = "comment"
    DASH = "-"
    COLON = ":"
    COMMA = ","
    OPEN = "open"
    CLOSE = "close"
    MARKER = "marker"


@dataclass(frozen=True, slots=True)
class Token:
    """`text[start:end]`, which begins in a line and column, both counted from 0.

    `gap` is the number of spaces before it in its line, `None` where it is the first; `after` the
    number of line ends before it. `end_column` is where its last line ends.
    """

    mark: Mark
    start: int
    end: int
    line: int
    column: int
    end_column: int
    gap: int | None
    after: int


class Unexpected(ValueError):
    """Something else than spaces, comments and marks stands between two values."""


_SPACE: Final = re.compile(r"[ \n]*")
_COMMENT: Final = re.compile(r"#[^\n]*")
_HEADER: Final = re.compile(r"[|>][-+0-9]*")
_MARKS: Final = {
    "-": Mark.DASH,
    ":": Mark.COLON,
    ",": Mark.COMMA,
    "[": Mark.OPEN,
    "{": Mark.OPEN,
    "]": Mark.CLOSE,
    "}": Mark.CLOSE,
}
Span = tuple[Mark, int, int]


def tokens_of(text: str, root: Piece) -> list[Token]:
    """Every token in the order of the text. Raises `Unexpected`."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found: list[Token] = []
    end = 0
    for mark, start, stop in _spans(text, root):
        between = text[end:start]
        line = bisect_right(starts, start) - 1
        after = between.count("\n")
        column = start - starts[line]
        is_first = not found or after > 0 or text[end - 1] == "\n"
        gap = None if is_first else start - end
        last = max(start, stop - 1)
        end_column = stop - starts[bisect_right(starts, last) - 1]
        found.append(Token(mark, start, stop, line, column, end_column, gap, after))
        end = stop
    return found


def _spans(text: str, root: Piece) -> Iterator[Span]:
    at = 0
    for mark, start, end in _values(text, root):
        yield from _between(text, at, start)
        yield mark, start, end
        at = end
    yield from _between(text, at, len(text))


def _values(text: str, piece: Piece) -> Iterator[Span]:
    if piece.kind is not Kind.SCALAR:
        for part in piece.parts:
            yield from _values(text, part)
    elif not piece.flow:
        yield from _block_text(text, piece)
    elif piece.start < piece.end:
        yield Mark.VALUE, piece.start, _without_spaces(text, piece.start, piece.end)


def _without_spaces(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(" \n"))


def _block_text(text: str, piece: Piece) -> Iterator[Span]:
    """The header, and the body up to its last line that means something."""
    header = _HEADER.match(text, piece.start)
    stop = piece.start + 1 if header is None else header.end()
    yield Mark.HEADER, piece.start, stop
    start = text.find("\n", stop, piece.until) + 1
    if not start or start >= piece.until:
        return
    end = body_end(text[piece.start : stop], text[start : piece.until])
    if end:
        yield Mark.BODY, start, start + end


def keeps_line_ends(header: str) -> bool:
    """Whether the line ends after a block text are part of it."""
    return "+" in header


def has_own_indent(header: str) -> bool:
    """Whether the header says how far the body is indented."""
    return any(char.isdigit() for char in header)


def body_end(header: str, body: str) -> int:
    """The length of what means something: lines of spaces at the end do only if they are text."""
    if keeps_line_ends(header):
        return len(body)
    lines = body.splitlines(keepends=True)
    seen = [line for line in lines if line.strip(" \n")]
    indent = len(seen[0]) - len(seen[0].lstrip(" ")) if seen else len(body)
    indent = 0 if has_own_indent(header) else indent
    while lines and not lines[-1].strip(" \n") and len(lines[-1].rstrip("\n")) <= indent:
        lines.pop()
    return len("".join(lines).removesuffix("\n"))


def _between(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    while at < end:
        space = _SPACE.match(text, at, end)
        at = at if space is None else space.end()
        if at >= end:
            return
        mark, stop = _mark(text, at, end)
        yield mark, at, stop
        at = stop


def _mark(text: str, at: int, end: int) -> tuple[Mark, int]:
    char = text[at]
    if char == "#":
        comment = _COMMENT.match(text, at, end)
        return Mark.COMMENT, _without_spaces(text, at, end if comment is None else comment.end())
    if text.startswith(("---", "..."), at) and (at == 0 or text[at - 1] == "\n"):
        return Mark.MARKER, at + 3
    if char not in _MARKS:
        raise Unexpected(f"the character at {at} is none that stands between values")
    return _MARKS[char], at + 1
