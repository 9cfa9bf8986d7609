"""The comments of a file, each with the row it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from rules.editing.pieces import Kind as PieceKind
from rules.editing.pieces import Piece


def comments_of(text: str, root: Piece, list_key: str) -> tuple[tuple[int, str], ...]:
    """Number of the row (0 for the file) and text of every comment, in the order written.

    A comment on lines of its own belongs to the row that follows, one behind a value to its row.
    """
    spans = sorted(_spans(root))
    rows = root.get(list_key)
    parts = () if rows is None or rows.kind is not PieceKind.SEQUENCE else rows.parts
    found: list[tuple[int, str]] = []
    at = index = 0
    while (mark := text.find("#", at)) >= 0:
        while index < len(spans) and spans[index][1] <= mark:
            index += 1
        if index < len(spans) and spans[index][0] <= mark:
            at = spans[index][1]
            continue
        end = text.find("\n", mark)
        if said := text[mark:end].strip("# "):
            found.append((_row_at(text, mark, parts), said))
        at = end
    return tuple(found)


def _row_at(text: str, mark: int, rows: tuple[Piece, ...]) -> int:
    is_alone = not text[text.rfind("\n", 0, mark) + 1 : mark].strip()
    for number, row in enumerate(rows, 1):
        line_end = text.find("\n", row.end)
        if row.start <= mark < line_end or (is_alone and number > 1 and mark < row.start):
            return number
        if is_alone and number == 1 and mark < row.start:
            starts = text.rfind("\n", 0, mark)
            return 1 if text[: starts + 1].rstrip().endswith(":") or _is_inside(text, mark) else 0
    return 0


def _is_inside(text: str, mark: int) -> bool:
    """Whether a line is indented, and so belongs to what it is indented under."""
    return text[text.rfind("\n", 0, mark) + 1 : mark] != ""


def _spans(piece: Piece) -> Iterator[tuple[int, int]]:
    if piece.kind is PieceKind.SCALAR:
        if piece.start < piece.end:
            yield piece.start, piece.end
        return
    for part in piece.parts:
        yield from _spans(part)
