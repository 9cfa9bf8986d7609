"""What was merged, put into the text of a file: the tree it shall say, and the edits for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.places import NOWHERE
from rules.analysis.spreadsheet.cells import Entry
from rules.analysis.spreadsheet.fields import OTHERWISE, ROW_KEYS, WHEN, Field, Kind
from rules.analysis.spreadsheet.merging import Merged
from rules.analysis.spreadsheet.tables import list_key
from rules.editing.edits import Edit
from rules.editing.flow import as_written, word
from rules.editing.pieces import pieces_of
from rules.editing.rewriting import list_edits, value_edits
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar
from rules.reading.nodes import Sequence as List

Items = list[tuple[int | None, Node]]


def intended(root: MappingNode, kind: Kind, merged: Merged) -> tuple[MappingNode, Items]:
    """The tree that a file shall say, and its rows with the index of what they were."""
    name = list_key(kind)
    node = root.get(name)
    rows = (
        [item for item in node.items if isinstance(item, MappingNode)]
        if isinstance(node, List)
        else []
    )
    items: Items = []
    added = list(merged.added)
    items += _added(added, None, rows, rows[0] if rows else None)
    for index, row in enumerate(rows):
        if index not in merged.removed:
            items.append((index, _edited(row, merged.edited.get(index, {}), rows)))
        items += _added(added, index, rows, row)
    new = List(tuple(item for _, item in items), NOWHERE)
    entries = [(key, new if key.text == name else value) for key, value in root.entries]
    return _with_otherwise(MappingNode(tuple(entries), root.place), merged, rows), items


def edits_for(
    file: str, text: str, root: MappingNode, kind: Kind, after: MappingNode, items: Items
) -> list[Edit]:
    """The edits that make a text say the tree; what stays the same stays as it is."""
    name = list_key(kind)
    pieces = pieces_of(file, text)
    piece, before = pieces.get(name), root.get(name)
    if piece is None or before is None:
        return value_edits(text, pieces, after)
    entries = ((key, before if key.text == name else value) for key, value in after.entries)
    beside = MappingNode(tuple(entries), after.place)
    return [*list_edits(text, piece, items), *value_edits(text, pieces, beside)]


def _with_otherwise(root: MappingNode, merged: Merged, rows: Sequence[MappingNode]) -> MappingNode:
    if merged.otherwise is None and not merged.otherwise_removed:
        return root
    before = root.get(OTHERWISE)
    start = before if isinstance(before, MappingNode) else MappingNode((), NOWHERE)
    after = _edited(start, merged.otherwise or {}, rows)
    entries = list(root.entries)
    if merged.otherwise_removed or not after.entries:
        entries = [entry for entry in entries if entry[0].text != OTHERWISE]
    elif before is None:
        entries.append((word(OTHERWISE), after))
    else:
        entries = [(key, after if key.text == OTHERWISE else old) for key, old in entries]
    return MappingNode(tuple(entries), root.place)


def _added(
    added: Iterable[tuple[int | None, Mapping[Field, Entry]]],
    behind: int | None,
    rows: Sequence[MappingNode],
    like: MappingNode | None,
) -> Items:
    """The new rows that go behind one, their keys in its order."""
    examples = [like, *rows] if like is not None else list(rows)
    found: Items = []
    for index, fields in added:
        if index == behind:
            changes: dict[Field, Entry | None] = dict(fields)
            found.append((None, _edited(MappingNode((), NOWHERE), changes, examples)))
    return found


def _edited(
    row: MappingNode, changes: Mapping[Field, Entry | None], examples: Sequence[MappingNode]
) -> MappingNode:
    """A row with some of its fields changed; a key that comes stands where other rows have it."""
    entries = list(row.entries)
    for field, entry in changes.items():
        if field.inside:
            _change_inside(entries, field, entry, examples)
        else:
            _change(entries, field.keys, entry, examples)
    return MappingNode(tuple(entries), row.place)


def _change_inside(
    entries: list[tuple[Scalar, Node]],
    field: Field,
    entry: Entry | None,
    examples: Sequence[MappingNode],
) -> None:
    node = next((value for key, value in entries if key.text == field.inside), None)
    inner = list(node.entries) if isinstance(node, MappingNode) else []
    others = [each for row in examples if isinstance(each := row.get(WHEN), MappingNode)]
    _change(inner, field.keys, entry, others)
    place = NOWHERE if node is None else node.place
    whole = Entry(field.inside, MappingNode(tuple(inner), place)) if inner else None
    _change(entries, (field.inside,), whole, examples, is_new=False)


def _change(
    entries: list[tuple[Scalar, Node]],
    keys: Sequence[str],
    entry: Entry | None,
    examples: Sequence[MappingNode],
    *,
    is_new: bool = True,
) -> None:
    """Put, replace or take away the one entry that has one of the keys."""
    at = next((i for i, (key, _) in enumerate(entries) if key.text in keys), None)
    if entry is None:
        if at is not None:
            del entries[at]
        return
    value = as_written(entry.node) if is_new else entry.node
    if at is None:
        at = _position([key.text for key, _ in entries], entry.key, examples)
        entries.insert(at, (word(entry.key), value))
    else:
        key = entries[at][0]
        entries[at] = (key if key.text == entry.key else word(entry.key), value)


def _position(there: Sequence[str], key: str, examples: Sequence[MappingNode]) -> int:
    """Where a key goes among those of a row: as in a row that has it, else in the usual order."""
    orders = [row.keys for row in examples if key in row.keys]
    for order in (*orders, ROW_KEYS):
        if key not in order:
            continue
        before = order[: order.index(key)]
        behind = [index for index, each in enumerate(there) if each in before]
        if behind or set(there) & set(order):
            return behind[-1] + 1 if behind else 0
    return len(there)
