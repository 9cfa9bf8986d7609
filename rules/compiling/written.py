"""A value of a file on one line, as it could be written: for texts that quote the policy."""

from __future__ import annotations

from collections.abc import Iterator

from rules.reading.nodes import Mapping, Node, Scalar, Sequence


def written(node: Node) -> str:
    """A value on one line, as it could be written."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return f"[{', '.join(written(item) for item in node.items)}]"
        case Mapping():
            return f"{{{', '.join(_pairs(node))}}}"


def _pairs(node: Mapping) -> Iterator[str]:
    for key, value in node.entries:
        yield f"{key.text}: {written(value)}"
