"""How many spaces stand between two tokens of one line, and which of them an author aligned.

More spaces than needed are kept where they put a value below or above another one, by its first
or its last character, in one of the two lines before or after; they are taken out elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rules.formatting.tokens import Mark, Token

NEAR: Final = 2
BEFORE_COMMENT: Final = 2
_GLUED: Final = frozenset({Mark.CLOSE, Mark.COLON, Mark.COMMA})  # to what is before


def needed(before: Token, token: Token) -> int:
    """The number of spaces between two tokens of one line where nothing is aligned."""
    if token.mark is Mark.COMMENT:
        return BEFORE_COMMENT
    if before.mark is Mark.COLON:
        return 1  # `{a:}` would be a word
    return 0 if token.mark in _GLUED or before.mark is Mark.OPEN else 1


class Rows:
    """The columns of each line that holds more than a comment: where values begin after a space,
    and where single values end.
    """

    def __init__(self, tokens: Iterable[Token]) -> None:
        self._begin: dict[int, set[int]] = {}
        self._end: dict[int, set[int]] = {}
        for token in tokens:
            if token.mark in (Mark.COMMENT, Mark.BODY):
                continue
            begin = self._begin.setdefault(token.line, set())
            end = self._end.setdefault(token.line, set())
            if token.gap and token.mark not in _GLUED:
                begin.add(token.column)
                end |= {token.end_column} if token.mark is Mark.VALUE else set()
        self._lines = sorted(self._begin)
        self._numbers = {line: number for number, line in enumerate(self._lines)}

    def is_aligned(self, token: Token) -> bool:
        """Whether the spaces before a token put it into a column."""
        if token.mark in _GLUED or token.gap is None or token.gap < 2:
            return False
        number = self._numbers[token.line]
        near = {*self._lines[max(0, number - NEAR) : number + NEAR + 1]} - {token.line}
        is_value = token.mark is Mark.VALUE
        return any(
            token.column in self._begin[line] or (is_value and token.end_column in self._end[line])
            for line in near
        )


def is_cut_amount(text: str, tokens: Sequence[Token], index: int) -> bool:
    """Whether a comma without a space stands between digits, as in `5,000`.

    The linter asks what is meant by it. With a space it would be two numbers without a question.
    """
    if index < 2 or tokens[index].gap != 0 or tokens[index - 1].mark is not Mark.COMMA:
        return False
    before, token = tokens[index - 2], tokens[index]
    return text[before.end - 1].isdigit() and text[token.start].isdigit()
