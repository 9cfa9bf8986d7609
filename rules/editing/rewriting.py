"""The edits that make a text say another value: what stays the same stays as it is, to the byte.

Values are compared part by part. A key that is replaced by another in its place is renamed, so
that `above: 10_000.00` becomes `from: 10_000.00` and the comment behind it stays. Comments right
above an entry or item go with it, unless they head more: then the next one follows directly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rules.editing.edits import Edit, Values, values
from rules.editing.flow import entry_text, flow, scalar_text
from rules.editing.pieces import Kind, Piece
from rules.reading.nodes import Mapping, Node, Scalar
from rules.reading.nodes import Sequence as List


@dataclass(frozen=True, slots=True)
class _Part:
    """An item, or a key with its value: where it stands, from its dash or key to its end."""

    start: int
    end: int


Entry = tuple[Scalar, Node]


@dataclass(frozen=True, slots=True)
class _Gap:
    """What changes between two parts that are kept: some go, `added` come."""

    first: int  # of the parts after the kept one before
    after: int  # the kept one behind, or the number of parts
    added: tuple[Node | Entry, ...]


def value_edits(text: str, piece: Piece, after: Node) -> list[Edit]:
    """The edits that make one value another."""
    if values_of(text, piece) == values(after):
        return []
    if piece.kind is Kind.MAPPING and isinstance(after, Mapping) and piece.parts and after.entries:
        found = _mapping_edits(text, piece, after)
        if found is not None:
            return found
    if piece.kind is Kind.SEQUENCE and isinstance(after, List) and piece.parts and after.items:
        before = [values_of(text, part) for part in piece.parts]
        return list_edits(text, piece, _aligned(before, after.items))
    return [_replaced(text, piece, after)]


def list_edits(text: str, piece: Piece, items: Sequence[tuple[int | None, Node]]) -> list[Edit]:
    """The edits that make a list another. An item is one of before, by its index, or new."""
    kept = [index for index, _ in items if index is not None]
    if not kept or kept != sorted(set(kept)) or not _stands_alone(text, piece):
        whole = List(tuple(node for _, node in items), piece.place)
        return [_replaced(text, piece, whole)]
    edits: list[Edit] = []
    for index, node in items:
        if index is not None:
            edits += value_edits(text, piece.parts[index], node)
    parts = [_Part(_dash(text, piece, part), part.end) for part in piece.parts]
    for gap in _gaps(len(parts), items):
        edits += _gap_edits(text, piece, parts, gap)
    return edits


def values_of(text: str, piece: Piece) -> Values:
    """What a piece says, in the words of `values`."""
    if piece.kind is Kind.SCALAR:
        is_quoted = not piece.flow or text[piece.start : piece.start + 1] in ('"', "'")
        return (piece.text, is_quoted and piece.start < piece.end)
    if piece.kind is Kind.SEQUENCE:
        return ("list", *(values_of(text, part) for part in piece.parts))
    pairs = ((values_of(text, key), values_of(text, value)) for key, value in piece.entries())
    return ("mapping", *pairs)


def _aligned(before: Sequence[Values], after: Sequence[Node]) -> list[tuple[int | None, Node]]:
    """Which items of a list are those of before: equal ones, and those changed in their place."""
    found: list[tuple[int | None, Node]] = []
    matcher = SequenceMatcher(None, before, [values(node) for node in after], autojunk=False)
    for _, low, high, start, end in matcher.get_opcodes():
        is_paired = high - low == end - start
        for offset in range(end - start):
            found.append((low + offset if is_paired else None, after[start + offset]))
    if found and all(index is None for index, _ in found):
        found = [(i if i < len(before) else None, node) for i, (_, node) in enumerate(found)]
    return found


def _mapping_edits(text: str, piece: Piece, after: Mapping) -> list[Edit] | None:
    """The edits of a mapping; `None` where nothing of it is kept, or its order changes."""
    entries = piece.entries()
    at = {key.text: index for index, (key, _) in enumerate(entries)}
    items: list[tuple[int | None, Entry]] = [
        (at.get(entry[0].text), entry) for entry in after.entries
    ]
    items = _renamed(len(entries), items)
    kept = [index for index, _ in items if index is not None]
    if not kept or kept != sorted(kept):
        return None
    edits: list[Edit] = []
    for index, (name, node) in items:
        if index is not None:
            key, value = entries[index]
            if key.text != name.text:
                edits.append(Edit(key.start, key.end, scalar_text(name)))
            edits += _entry_value_edits(text, key, value, node)
    parts = [_Part(key.start, value.end) for key, value in entries]
    for gap in _gaps(len(parts), items):
        edits += _gap_edits(text, piece, parts, gap)
    return edits


def _renamed(count: int, items: list[tuple[int | None, Entry]]) -> list[tuple[int | None, Entry]]:
    """Keys that are new and stand where as many others went are those, renamed."""
    found = list(items)
    position = last = 0
    while position < len(items):
        index = items[position][0]
        if index is not None:
            position, last = position + 1, index + 1
            continue
        end = position
        while end < len(items) and items[end][0] is None:
            end += 1
        following = items[end][0] if end < len(items) else None
        behind = count if following is None else following
        if behind - last == end - position:
            for offset in range(end - position):
                found[position + offset] = (last + offset, items[position + offset][1])
        position = end
    return found


def _gaps(count: int, items: Sequence[tuple[int | None, Node | Entry]]) -> list[_Gap]:
    """Every place where parts go or come."""
    found: list[_Gap] = []
    first = 0
    added: list[Node | Entry] = []
    for index, item in items:
        if index is None:
            added.append(item)
            continue
        if added or index > first:
            found.append(_Gap(first, index, tuple(added)))
        first, added = index + 1, []
    return [*found, _Gap(first, count, tuple(added))] if added or count > first else found


def _part_text(item: Node | Entry, piece: Piece, neighbour: Piece) -> str:
    """A new part, looking like its neighbour: on one line, or with a line for each key."""
    if isinstance(item, tuple):
        return entry_text(*item)
    if piece.flow:
        return flow(item)
    if isinstance(item, Mapping) and neighbour.kind is Kind.MAPPING and not neighbour.flow:
        indent = " " * (neighbour.place.column - 1)
        return "- " + f"\n{indent}".join(entry_text(*entry) for entry in item.entries)
    return f"- {flow(item)}"


def _gap_edits(text: str, piece: Piece, parts: Sequence[_Part], gap: _Gap) -> list[Edit]:
    """The edits of one gap; at least one part of the piece is kept."""
    step = 2 if piece.kind is Kind.MAPPING else 1
    neighbour = piece.parts[step * (gap.first - 1 if gap.first else gap.after)]
    written = [_part_text(item, piece, neighbour) for item in gap.added]
    if piece.flow:
        return [_flow_gap(parts, gap, written)]
    indent = " " * (piece.place.column - 1)
    between = "\n\n" if _is_spaced(text, piece, parts) else "\n"
    if gap.first > 0:
        end = _line_end(text, parts[gap.first - 1].end)
        edits = [Edit(end, end, "".join(f"{between}{indent}{new}" for new in written))]
        return edits + [_removed(text, parts, index) for index in range(gap.first, gap.after)]
    start = _own_start(text, piece, parts[0], is_alone=gap.after > 0)
    behind = start
    if gap.after > 0:
        behind = _line_end(text, parts[gap.after - 1].end)
        behind += len(text[behind:]) - len(text[behind:].lstrip())
    return [Edit(start, behind, "".join(f"{new}{between}{indent}" for new in written))]


def _own_start(text: str, piece: Piece, first: _Part, *, is_alone: bool) -> int:
    """Where the first part of a block begins, with the comment lines directly above it.

    A comment that heads the parts behind as well is not its own.
    """
    start = first.start
    if piece.kind is Kind.MAPPING:
        return start
    following = _line_end(text, first.end) + 1
    if is_alone and text[following:].lstrip(" ").startswith("-"):
        return start
    line = _line_start(text, start)
    while line and text[(above := _line_start(text, line - 1)) : line].lstrip(" ").startswith("#"):
        start = above + text[above:line].index("#")
        line = above
    return start


def _flow_gap(parts: Sequence[_Part], gap: _Gap, written: Sequence[str]) -> Edit:
    if gap.first > 0:
        start = parts[gap.first - 1].end
        end = parts[gap.after - 1].end if gap.after > gap.first else start
        return Edit(start, end, "".join(f", {new}" for new in written))
    return Edit(parts[0].start, parts[gap.after].start, "".join(f"{new}, " for new in written))


def _removed(text: str, parts: Sequence[_Part], index: int) -> Edit:
    """A part of a block that goes, not the first, with its line end before and its own comments."""
    end = _line_end(text, parts[index].end)
    start = _line_start(text, parts[index].start) - 1
    before = _line_end(text, parts[index - 1].end)
    is_last = index + 1 == len(parts)
    heads_more = not is_last and _line_start(text, parts[index + 1].start) == end + 1
    has_comment = "#" in text[before:start]
    return Edit(start if has_comment and heads_more else before, end, "")


def _entry_value_edits(text: str, key: Piece, value: Piece, after: Node) -> list[Edit]:
    found = value_edits(text, value, after)
    is_whole = found == [_replaced(text, value, after)]
    if not is_whole:
        return found
    if value.start == value.end:
        at = text.index(":", key.end) + 1
        return [Edit(at, at, f" {flow(after)}")]
    between = text[key.end : value.start]
    if "\n" in between and "#" not in between:
        return [Edit(text.index(":", key.end) + 1, value.end, f" {flow(after)}")]
    return found


def _replaced(text: str, piece: Piece, after: Node) -> Edit:
    return Edit(piece.start, piece.end, flow(after))


def _is_spaced(text: str, piece: Piece, parts: Sequence[_Part]) -> bool:
    """Whether an empty line stands between the items of a list."""
    if piece.kind is not Kind.SEQUENCE or len(parts) < 2:
        return False
    return "\n\n" in text[parts[0].end : parts[1].start]


def _stands_alone(text: str, piece: Piece) -> bool:
    """Whether nothing but spaces stands before the dashes of a block list."""
    if piece.flow:
        return True
    column = piece.place.column - 1
    return all(
        not text[(start := _line_start(text, _dash(text, piece, part))) : start + column].strip()
        for part in piece.parts
    )


def _dash(text: str, piece: Piece, item: Piece) -> int:
    """Where an item begins: its dash in a block, itself between brackets."""
    if piece.flow:
        return item.start
    column = piece.place.column - 1
    start = _line_start(text, item.start)
    while text[start + column : start + column + 1] != "-" and start > piece.start:
        start = _line_start(text, start - 1)
    return start + column


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """Where the line ends; the last line of a text is ended too."""
    return text.index("\n", at)
