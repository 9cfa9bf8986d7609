"""Writing the tokens of a policy file again: each in its line, with new columns and spaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from rules.editing.pieces import pieces_of
from rules.formatting.columns import OUTSIDE, STEP, Columns, Comments, Level, columns_of
from rules.formatting.spacing import BEFORE_COMMENT, Rows, is_cut_amount, needed
from rules.formatting.tokens import Mark, Token, has_own_indent, keeps_line_ends, tokens_of


@dataclass(slots=True)
class _Line:
    """What a line says, and the comment after it, which was in the column `was`.

    `grown` is by how much what is said became longer.
    """

    said: str = ""
    comment: str = ""
    was: int = 0
    grown: int = 0


@dataclass(slots=True)
class _Page:
    """What is laid out so far. `brackets` are those that are open, each with where it and what
    follows it in its line were and are; `parent` is the level of the last value outside of
    brackets, `header` that of a block text while nothing else has followed.
    """

    text: str
    following: Sequence[Token | None]
    columns: Columns
    rows: Rows | None
    lines: list[_Line] = field(default_factory=list)
    comments: Comments = field(default_factory=Comments)
    brackets: list[list[Level]] = field(default_factory=list)
    parent: Level = OUTSIDE
    header: str = ""
    has_empty_line: bool = False


def laid_out(file: str, text: str, *, keep_columns: bool = True) -> str:
    """The text in the regular layout. Columns that no longer are any go when it is done again."""
    root = pieces_of(file, text)
    tokens = tokens_of(text, root)
    rows = Rows(tokens) if keep_columns else None
    page = _Page(text, _following(tokens), columns_of(root, tokens), rows)
    for index, token in enumerate(tokens):
        if token.start in page.columns.within and not page.brackets:
            page.parent = page.columns.within[token.start]
        match token.mark:
            case Mark.BODY:
                _write_body(page, text[token.start : token.end])
            case Mark.COMMENT:
                _write_comment(page, tokens, index)
            case _:
                _write(page, tokens, index)
    _set_comments(page.lines)
    written = "\n".join(f"{line.said}{line.comment}" for line in page.lines)
    return written if page.has_empty_line else f"{written}\n"


def comments_of(file: str, text: str) -> list[str]:
    """Every comment, in the order of the text."""
    tokens = tokens_of(text, pieces_of(file, text))
    return [text[token.start : token.end] for token in tokens if token.mark is Mark.COMMENT]


def _following(tokens: Sequence[Token]) -> list[Token | None]:
    """For each token the next one that is no comment."""
    found: list[Token | None] = []
    later: Token | None = None
    for token in reversed(tokens):
        found.append(later)
        later = later if token.mark is Mark.COMMENT else token
    return found[::-1]


def _write(page: _Page, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    if token.gap is None:
        _new_line(page, token).said = " " * _column(page, token)
    else:
        page.lines[-1].said += " " * _gap(page, tokens, index)
    level = page.columns.begins.get(token.start)
    if level is not None:
        page.comments.passed(level)
    start = len(page.lines[-1].said)
    if page.brackets and len(page.brackets[-1]) == 1 and token.gap is not None:
        page.brackets[-1].append(Level(token.column, start))
    if token.mark is Mark.OPEN:
        page.brackets.append([Level(token.column, start)])
    outermost = page.brackets[0][0] if page.brackets else Level(token.column, start)
    moved = outermost.now - outermost.was
    first, *more = page.text[token.start : token.end].split("\n")
    page.lines[-1].said += first
    page.lines += [_Line(_continued(page, line, moved)) for line in more]
    if token.mark is Mark.CLOSE:
        page.brackets.pop()
    page.header = first if token.mark is Mark.HEADER else ""


def _new_line(page: _Page, token: Token) -> _Line:
    """Begin a line, after an empty one where there was at least one."""
    if page.has_empty_line:
        page.has_empty_line = False
    else:
        page.lines += [_Line()] * (token.after > 1 and bool(page.lines))
        page.lines.append(_Line())
    return page.lines[-1]


def _column(page: _Page, token: Token) -> int:
    """Where a token begins that is the first of its line."""
    if page.brackets:
        least = page.parent.now + (0 if token.mark is Mark.CLOSE else STEP)
        return max(0, least, _in_brackets(page, token.column))
    level = _level(page, token)
    return 0 if level is None else level.now


def _in_brackets(page: _Page, column: int) -> int:
    """The new column of what begins a line in brackets: below what it was below, or moved along."""
    levels = [level for bracket in reversed(page.brackets) for level in bracket]
    below = (level.now for level in levels if level.was == column)
    outermost = page.brackets[0][0]
    return next(below, column + outermost.now - outermost.was)


def _level(page: _Page, token: Token) -> Level | None:
    """The level of a key, a dash, or a value that has a line of its own."""
    within = page.columns.within.get(token.start)
    own = None if within is None else Level(token.column, within.now + STEP)
    return page.columns.begins.get(token.start, own)


def _gap(page: _Page, tokens: Sequence[Token], index: int) -> int:
    token = tokens[index]
    if is_cut_amount(page.text, tokens, index):
        return 0
    before = tokens[index - 1]
    if page.rows is not None and before.mark is not Mark.DASH and page.rows.is_aligned(token):
        return token.gap or 0
    return needed(before, token)


def _continued(page: _Page, line: str, moved: int) -> str:
    """A further line of a text: the spaces around it mean nothing, unless a backslash keeps one."""
    said = line.lstrip(" ")
    if not said.rstrip(" ").endswith("\\"):
        said = said.rstrip(" ")
    column = max(len(line) - len(line.lstrip(" ")) + moved, page.parent.now + STEP)
    return " " * column + said if said else ""


def _write_body(page: _Page, body: str) -> None:
    lines = body.split("\n")
    indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")]
    moved = page.parent.now + STEP - (indents[0] if indents else 0)
    own = has_own_indent(page.header)
    if own:
        moved = page.parent.now - page.parent.was
    for line in lines:
        means_nothing = not line.strip(" ") and not own and len(line) <= max(indents[:1], default=0)
        page.lines.append(_Line("" if means_nothing else _moved(line, moved)))
    page.has_empty_line = keeps_line_ends(page.header)


def _moved(line: str, by: int) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return " " * max(0, indent + by) + line[indent:]


def _write_comment(page: _Page, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    text = page.text[token.start : token.end]
    if token.gap is not None:
        line = page.lines[-1]
        line.comment, line.was = text, token.column
        line.grown = len(line.said) - (token.column - token.gap)
    elif _goes_on(page, tokens, index):
        line = _new_line(page, token)
        line.comment, line.was = text, token.column
    else:
        column = _comment_column(page, tokens, index)
        _new_line(page, token).said = " " * column + text


def _goes_on(page: _Page, tokens: Sequence[Token], index: int) -> bool:
    """Whether a comment stands right below one beside a value, and goes on with it."""
    if not index or tokens[index].after != 1:
        return False
    return bool(page.lines[-1].comment) and page.lines[-1].was == tokens[index].column


def _comment_column(page: _Page, tokens: Sequence[Token], index: int) -> int:
    token = tokens[index]
    if page.brackets:
        return max(0, _in_brackets(page, token.column))
    following = page.following[index]
    level = None if following is None else _level(page, following)
    column = page.comments.column(token.column, level)
    # As far to the right as the block text before it, it would become part of the text.
    return min(column, max(0, page.parent.now)) if page.header else column


def _set_comments(lines: Sequence[_Line]) -> None:
    """Put comments beside what is said; those that stood in one column stay in one."""
    beside = [line for line in lines if line.comment]
    for was, together in groupby(beside, key=lambda line: line.was):
        group = list(together)
        said = [line for line in group if line.said.strip()]
        column = max(
            max(len(line.said) for line in said) + BEFORE_COMMENT,
            was + max(line.grown for line in said),
        )
        for line in group:
            line.said = line.said.ljust(column)
