"""Faults in conditions: another bound, another comparison, a word less, its opposite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.facts.kinds import Kind as FactKind
from rules.editing.edits import Edit
from rules.editing.pieces import Kind, Piece
from rules.mutating.amounts import levels_beside, neighbours
from rules.mutating.faults import (
    Fault,
    Words,
    became,
    entry_removed,
    items_removed,
    renamed,
)

OPPOSITE: Final = {
    "up_to": "below",
    "below": "up_to",
    "above": "from",
    "from": "above",
    "any": "all",
    "all": "any",
    "any_line": "every_line",
    "every_line": "any_line",
    "lesser": "greater",
    "greater": "lesser",
    "yes": "no",
    "no": "yes",
    "true": "false",
    "false": "true",
    "present": "missing",
    "missing": "present",
}
BOUNDS: Final = ("up_to", "below", "above", "from")
_GROUPS: Final = ("any", "all", "any_line", "every_line")


def faults_of_condition(piece: Piece, words: Words) -> Iterator[Fault]:
    """Everything that can be wrong with a condition, or with a list of conditions or papers."""
    if piece.kind is Kind.SEQUENCE:
        yield from items_removed(piece, words)
        for part in piece.parts:
            yield from faults_of_condition(part, words)
    for index, (key, value) in enumerate(piece.entries() if piece.kind is Kind.MAPPING else ()):
        yield from entry_removed(piece, index, words, key.text)
        if key.text in _GROUPS:
            yield renamed(key, value, OPPOSITE[key.text], words)
            yield from faults_of_condition(value, words)
        elif key.text == "not":
            yield from faults_of_condition(value, words)
        else:
            yield from _of_test(key, value, words)


def faults_of_bound(key: Piece, value: Piece, words: Words, fact: str = "") -> Iterator[Fault]:
    """A bound a unit away, and the comparison that treats the bound itself the other way."""
    known = words.facts.get(fact)
    kind = FactKind.MONEY if known is None else known.kind
    yield renamed(key, value, OPPOSITE[key.text], words, fact)
    if value.kind is Kind.SCALAR:
        for near in neighbours(value.text, kind, words):
            yield became(key, value, near, words, fact, value.text, near)
        scale = known.values or words.levels if known is not None else ()
        for level in levels_beside(value.text, scale) if value.text in scale else ():
            yield became(key, value, level, words, fact, value.text, level)
    elif value.kind is Kind.MAPPING:
        for inner, parts in value.entries():
            yield renamed(inner, parts, OPPOSITE.get(inner.text, inner.text), words)
            yield from items_removed(parts, words)


def _of_test(key: Piece, value: Piece, words: Words) -> Iterator[Fault]:
    """A test of one fact: `category: [a, b]`, `term: {above: 3 years}`."""
    fact = key.text
    if value.kind is Kind.SCALAR:
        is_open = _is_word(fact, words) and value.text not in ("present", "missing")
        opposite = "" if is_open else OPPOSITE.get(value.text, "")
        yield became(key, value, opposite or f"{{not: {value.text}}}", words, fact, value.text)
    elif value.kind is Kind.SEQUENCE:
        yield from items_removed(value, words, fact, fact, inside=True)
        text = words.text[value.start : value.end]
        if value.flow:
            yield became(key, value, f"{{not: {text}}}", words, fact)
    for inner, bound in value.entries() if value.kind is Kind.MAPPING else ():
        if inner.text in BOUNDS:
            yield from faults_of_bound(inner, bound, words, fact)
        elif inner.text == "not":
            said = f"`{fact}: {words.source(value)}` became `{fact}: {words.source(bound)}`"
            edit = Edit(value.start, value.end, words.text[bound.start : bound.end])
            yield Fault(value.place, (edit,), said, fact, (bound.text,))
            if bound.kind is Kind.SEQUENCE:
                yield from items_removed(bound, words, fact, fact, inside=True)
    if value.kind is Kind.MAPPING and len(value.parts) == 4:
        for index in range(2):
            yield from entry_removed(value, index, words, fact)


def _is_word(fact: str, words: Words) -> bool:
    """Whether the fact takes words, so that `no` is Norway."""
    known = words.facts.get(fact)
    return known is not None and known.kind in (FactKind.CHOICE, FactKind.TEXT, FactKind.SCALE)
