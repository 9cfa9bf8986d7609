"""Where lines begin: two spaces for each level of lists and mappings that are not in brackets.

What is in brackets over several lines is laid out by its author; it moves with its beginning.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rules.editing.pieces import Kind, Piece
from rules.formatting.tokens import Mark, Token

STEP: Final = 2


@dataclass(frozen=True, slots=True)
class Level:
    """The column at which the dashes of a list, or the keys of a mapping, stood and stand now."""

    was: int
    now: int


OUTSIDE: Final = Level(-STEP, -STEP)


@dataclass(slots=True)
class Columns:
    """By where a token starts: `begins` has the level of each key and dash outside of brackets,
    `within` the level that a value belongs to.
    """

    begins: dict[int, Level] = field(default_factory=dict)
    within: dict[int, Level] = field(default_factory=dict)


def columns_of(root: Piece, tokens: Sequence[Token]) -> Columns:
    """The columns of a whole file."""
    found = Columns()
    dashes = [token.start for token in tokens if token.mark is Mark.DASH]
    _add(root, OUTSIDE, dashes, found)
    return found


def _add(piece: Piece, level: Level, dashes: Sequence[int], found: Columns) -> None:
    found.within[piece.start] = level
    if piece.kind is Kind.SCALAR or piece.flow:
        return
    inner = Level(piece.place.column - 1, level.now + STEP)
    for index, part in enumerate(piece.parts):
        if piece.kind is Kind.MAPPING and index % 2 == 0:
            found.begins[part.start] = inner
            continue
        if piece.kind is Kind.SEQUENCE:
            # The last dash before an item is its own; one in which nothing stands ends with it.
            found.begins[dashes[bisect_left(dashes, part.start) - 1]] = inner
        _add(part, inner, dashes, found)


class Comments:
    """Where comments that stand alone in a line go: with the lines whose column they have."""

    def __init__(self) -> None:
        self._open: list[Level] = []

    def passed(self, level: Level) -> None:
        """A key or a dash of that level was written."""
        while self._open and self._open[-1].was >= level.was:
            self._open.pop()
        self._open.append(level)

    def column(self, was: int, following: Level | None) -> int:
        """The new column: that of the line which follows, or of a level that is open."""
        if following is not None and following.was == was:
            return following.now
        for level in reversed(self._open):
            if level.was == was:
                return level.now
        near = following or (self._open[0] if self._open else Level(0, 0))
        return max(0, was + near.now - near.was)
