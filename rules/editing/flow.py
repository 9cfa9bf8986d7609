"""Values as text on one line, exactly: what is written reads back as the same value.

A text stays without quotes only where reading proves that it comes back unchanged between brackets,
so that what is written may be put anywhere in a file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from engine.places import NOWHERE
from rules.diagnostics import Diagnostics
from rules.reading.nodes import Mapping, Node, Scalar, Sequence
from rules.reading.reader import read

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.]*|[0-9][0-9_]*(?:\.[0-9]+)?", re.ASCII)
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def flow(node: Node) -> str:
    """The value as it stands between brackets: `{all: [cfo, "the ceo"]}`."""
    match node:
        case Scalar():
            return scalar_text(node)
        case Sequence():
            return f"[{', '.join(map(flow, node.items))}]"
        case Mapping():
            return f"{{{', '.join(entry_text(key, value) for key, value in node.entries)}}}"


def entry_text(key: Scalar, value: Node) -> str:
    """One entry of a mapping: `up_to: 10_000.00`."""
    return f"{scalar_text(key)}: {flow(value)}"


def scalar_text(node: Scalar) -> str:
    """A text, quoted where it was quoted or has to be."""
    return quoted(node.text) if node.quoted or not is_plain(node.text) else node.text


def as_written(node: Node) -> Node:
    """The value with quotes where `flow` writes them, so that reading it gives exactly this."""
    match node:
        case Scalar():
            return Scalar(node.text, node.quoted or not is_plain(node.text), node.place)
        case Sequence():
            return Sequence(tuple(map(as_written, node.items)), node.place)
        case Mapping():
            written = ((_key(key), as_written(value)) for key, value in node.entries)
            return Mapping(tuple(written), node.place)


def _key(key: Scalar) -> Scalar:
    return Scalar(key.text, key.quoted or not is_plain(key.text), key.place)


def word(text: str) -> Scalar:
    """A text with no place, quoted only where it has to be."""
    return Scalar(text, not is_plain(text), NOWHERE)


@lru_cache(maxsize=4_096)
def is_plain(text: str) -> bool:
    """Whether a text can stand without quotes, as a key and as a value, between brackets."""
    if _WORD.fullmatch(text):
        return True
    if not text or "\n" in text:
        return False
    found = Diagnostics()
    node = read("text", f"[{text}, {{{text}: {text}}}]".encode(), found)
    if found.has_errors or not isinstance(node, Sequence) or len(node.items) != 2:
        return False
    alone, pair = node.items
    texts = [alone, *pair.entries[0]] if isinstance(pair, Mapping) and pair.entries else [alone]
    return len(texts) == 3 and all(
        isinstance(part, Scalar) and not part.quoted and part.text == text for part in texts
    )


def quoted(text: str) -> str:
    """A text in double quotes; what cannot be seen is an escape."""
    return f'"{"".join(_ESCAPES.get(char) or _seen(char) for char in text)}"'


def _seen(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def read_flow(text: str) -> Node | str:
    """The value that a text on its own says, or why it says none."""
    found = Diagnostics()
    node = read("text", text.strip().encode(), found)
    if found.has_errors or node is None:
        first = next((report for report in found if report.severity == "error"), None)
        return first.message if first is not None else "it says nothing"
    return node
