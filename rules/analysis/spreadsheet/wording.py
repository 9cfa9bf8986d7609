"""Tests, lists and papers as a controller reads them in one cell, and exactly back.

    travel or hotel               [travel, hotel]
    not legal, none of a, b       {not: legal}, {not: [a, b]}
    above 5 and up_to 10          {above: 5, up_to: 10}

As with approvers, what these words cannot say exactly stands as it does in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from engine.places import NOWHERE
from rules.diagnostics import shown
from rules.editing.edits import values
from rules.editing.flow import flow, read_flow, word
from rules.reading.nodes import Mapping, Node, Scalar, Sequence

_OPS: Final = "above|from|up_to|below"
_COMPARED: Final = re.compile(rf"({_OPS}) (\S.*?)(?: and ({_OPS}) (\S.*))?")
_AS_IN_THE_FILE: Final = ("{", "[", '"', "'")


class NotWords(ValueError):
    """A text that says no value here; the message is what was expected and what was found."""


def condition_text(node: Node) -> str:
    """What is asked of one fact."""
    return _verified(_condition_words(node), node, condition_node)


def condition_node(text: str) -> Node:
    """The test that a text says. Raises `NotWords`."""
    plain = " ".join(text.split())
    if plain.startswith(_AS_IN_THE_FILE):
        return in_file(plain)
    if match := re.fullmatch(r"none of (\S.*)", plain):
        return _pairs(("not", _list(match[1], ", ")))
    if match := re.fullmatch(r"not (\S.*)", plain):
        return _pairs(("not", word(match[1])))
    compared = re.sub(r"\bup to\b", "up_to", plain)
    if match := _COMPARED.fullmatch(compared):
        pairs = [(match[1], _bound(match[2]))]
        if match[3]:
            pairs.append((match[3], _bound(match[4])))
        return _pairs(*pairs)
    if " or " in plain:
        return _list(plain, " or ")
    return _list(plain, ", ") if ", " in plain else word(plain)


def list_text(node: Node) -> str:
    """Several words, or one."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return _verified(_joined(items, ", "), Sequence(items, NOWHERE), list_node)


def list_node(text: str) -> Node:
    """The list that a text says, also of one. Raises `NotWords`."""
    plain = " ".join(text.split())
    return in_file(plain) if plain.startswith(_AS_IN_THE_FILE) else _list(plain, ", ")


def parts_text(node: Node) -> str:
    """What is required, or waived: papers, or conditions."""
    if isinstance(node, Sequence):
        return _verified(_joined(node.items, ", "), node, parts_node)
    return _verified(flow(node)[1:-1], node, parts_node)


def parts_node(text: str) -> Node:
    """The papers or conditions that a text says. Raises `NotWords`."""
    plain = " ".join(text.split())
    if plain.startswith(_AS_IN_THE_FILE):
        return in_file(plain)
    return in_file(f"{{{plain}}}") if ": " in plain else _list(plain, ", ")


def in_file(text: str) -> Node:
    """A value as it stands in a file. Raises `NotWords`."""
    node = read_flow(text)
    if isinstance(node, str):
        raise NotWords(f"in {shown(text)}: {node}")
    return node


def _bound(text: str) -> Node:
    return in_file(text) if text.startswith(_AS_IN_THE_FILE) else word(text)


def _condition_words(node: Node) -> str | None:
    match node:
        case Scalar(text):
            return text
        case Sequence(items):
            return _joined(items, " or ")
        case Mapping(((Scalar("not"), Scalar(text)),)):
            return f"not {text}"
        case Mapping(((Scalar("not"), Sequence(items)),)):
            listed = _joined(items, ", ")
            return None if listed is None else f"none of {listed}"
        case Mapping(entries):
            return " and ".join(
                f"{key.text} {value.text if isinstance(value, Scalar) else flow(value)}"
                for key, value in entries
            )


def _joined(items: tuple[Node, ...], between: str) -> str | None:
    texts = [item.text for item in items if isinstance(item, Scalar)]
    return between.join(texts) if len(texts) == len(items) else None


def _verified(text: str | None, node: Node, reader: Callable[[str], Node]) -> str:
    try:
        same = bool(text) and values(reader(text or "")) == values(node)
    except NotWords:
        same = False
    return text if same and text is not None else flow(node)


def _list(text: str, between: str) -> Sequence:
    parts = [part.strip() for part in text.split(between.strip() if between == ", " else between)]
    if not all(parts):
        raise NotWords(f"expected a word before and after each `{between.strip()}`")
    return Sequence(tuple(map(word, parts)), NOWHERE)


def _pairs(*pairs: tuple[str, Node]) -> Mapping:
    if len({key for key, _ in pairs}) < len(pairs):
        raise NotWords(f"`{pairs[0][0]}` stands twice")
    return Mapping(tuple((word(key), value) for key, value in pairs), NOWHERE)
