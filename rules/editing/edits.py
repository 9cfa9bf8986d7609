"""Edits between positions of a text, and the guard that they changed what was meant and no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.diagnostics import Diagnostics
from rules.reading.nodes import Mapping, Node, Scalar, Sequence
from rules.reading.reader import read

Values = str | bool | tuple["Values", ...]


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replaces `text[start:end]` by `written`; an insertion where both are the same."""

    start: int
    end: int
    written: str


class EditsOverlap(ValueError):
    """Two edits change the same characters."""


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits, whose positions are those of the given text.

    Raises `EditsOverlap`. Insertions at one position stand in the order given.
    """
    done: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise EditsOverlap(f"the edit at {edit.start} meets the one that ends at {at}")
        done += [text[at : edit.start], edit.written]
        at = edit.end
    return "".join([*done, text[at:]])


def values(node: Node) -> Values:
    """All keys and texts of a tree in their order and whether they are quoted, without places."""
    match node:
        case Scalar():
            return (node.text, node.quoted)
        case Sequence():
            return ("list", *map(values, node.items))
        case Mapping():
            return ("mapping", *((values(key), values(value)) for key, value in node.entries))


def same_values(before: bytes, after: bytes) -> bool:
    """Whether two files, both readable, say the same: the guard of everything that rewrites one."""
    found = Diagnostics()
    trees = [read("file.yaml", data, found) for data in (before, after)]
    if found.has_errors:
        return False
    first, second = trees
    return first is not None and second is not None and values(first) == values(second)
