"""Where in a policy file somebody is: the way of keys that leads there, also while he types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from yaml.error import YAMLError

from rules.editing.pieces import Kind, Piece, pieces_of

Step = str | int
_Test = Callable[[Piece], bool]
_MARKER: Final = "zzmarkerzz"
_WORD: Final = re.compile(r"[^\s,:\[\]{}\"'#]+")
_CLOSING: Final = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Spot:
    """One place: `way` leads to it by keys and numbers of items.

    Where a key is written, `is_key` is true, the way leads to its mapping, and `beside` are the
    other keys of that.
    """

    kind: str
    way: tuple[Step, ...]
    is_key: bool
    beside: frozenset[str]
    word: str


def spot_of(text: str, at: int) -> Spot | None:
    """The spot of what is written there; `None` where nothing is, or the file is not YAML."""
    root = _root(text)
    return None if root is None else _found(root, lambda p: p.start <= at <= p.end and p.text != "")


def spot_for(text: str, at: int) -> Spot | None:
    """The spot of what would be typed there, although the file may be no YAML yet."""
    for attempt in _attempts(text, at):
        root = _root(attempt)
        spot = None if root is None else _found(root, lambda piece: _MARKER in piece.text)
        if spot is not None:
            return spot
    return None


def word_at(line: str, column: int) -> tuple[int, int]:
    """Where the word begins and ends that a column of a line is in; nothing where there is none."""
    for match in _WORD.finditer(line):
        if match.start() <= column <= match.end():
            return match.span()
    return column, column


def _attempts(text: str, at: int) -> Iterator[str]:
    """The text with a marker in it, as a value, as a key, and with what is open closed."""
    before, after = text[:at], text[at:]
    line_start = before.rfind("\n") + 1
    below = after.partition("\n")[2]
    yield f"{before}{_MARKER}{after}"
    yield f"{before}{_MARKER}: {after}"
    open_ = _open_brackets(before[line_start:])
    yield f"{before}{_MARKER}{open_}\n{below}"
    yield f"{before}{_MARKER}: x{open_}\n{below}"
    yield f"{before}{_MARKER}"
    yield f"{before}{_MARKER}: x{open_}"


def _open_brackets(line: str) -> str:
    found: list[str] = []
    for char in line:
        if char in _CLOSING:
            found.append(_CLOSING[char])
        elif found and char == found[-1]:
            found.pop()
    return "".join(reversed(found))


def _root(text: str) -> Piece | None:
    try:
        return pieces_of("file.yaml", text if text.endswith("\n") else f"{text}\n")
    except (YAMLError, ValueError, RecursionError):
        return None


def _found(root: Piece, is_it: _Test) -> Spot | None:
    kind = root.get("kind") if root.kind is Kind.MAPPING else None
    name = "" if kind is None else kind.text
    waiting: list[tuple[Piece, tuple[Step, ...]]] = [(root, ())]
    while waiting:
        piece, way = waiting.pop()
        beside = (
            frozenset(key.text for key, _ in piece.entries()) if _is_map(piece) else frozenset()
        )
        for index, part in enumerate(piece.parts):
            is_key = _is_map(piece) and index % 2 == 0
            if part.kind is Kind.SCALAR and is_it(part):
                step = () if is_key else (_step(piece, index),)
                word = part.text.replace(_MARKER, "")
                return Spot(name, (*way, *step), is_key, beside - {part.text}, word)
            if part.kind is not Kind.SCALAR:
                waiting.append((part, (*way, _step(piece, index))))
    return None


def _is_map(piece: Piece) -> bool:
    return piece.kind is Kind.MAPPING


def _step(piece: Piece, index: int) -> Step:
    return piece.parts[index - 1].text if _is_map(piece) else index
