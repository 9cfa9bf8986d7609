"""Faults in who is asked: another role, a step less, other counts, a chain that ends elsewhere."""

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
    items_swapped,
    renamed,
    rewritten,
)

OWNERS: Final = ("cost_center_owner", "budget_holder", "project_manager", "requester.manager")
_REMOVABLE: Final = ("asks", "counts", "of")  # of a chain


def faults_of_word(piece: Piece, words: Words) -> Iterator[Fault]:
    """Everything that can be wrong with one approver word, or with a list of them."""
    match piece.kind:
        case Kind.SCALAR:
            yield from _other_role(piece, words)
        case Kind.SEQUENCE:
            yield from items_removed(piece, words)
            for part in piece.parts:
                yield from faults_of_word(part, words)
        case Kind.MAPPING:
            yield from _of_mapping(piece, words)


def faults_of_steps(piece: Piece, words: Words) -> Iterator[Fault]:
    """The same for the steps of a row, whose order counts."""
    yield from faults_of_word(piece, words)
    if piece.kind is Kind.SEQUENCE:
        yield from items_swapped(piece, words)


def other_name(name: str, words: Words) -> str:
    """Another role to ask instead: the next one declared; empty where there is none."""
    for names in (words.roles, words.bodies):
        if name in names:
            others = (*names, *words.roles) if len(names) == 1 else names
            after = others[(others.index(name) + 1) % len(others)]
            return after if after != name else "requester.manager"
    if name in OWNERS:
        return words.roles[0] if words.roles else ""
    return ""


def _other_role(piece: Piece, words: Words) -> Iterator[Fault]:
    other = other_name(piece.text, words)
    if other:
        yield rewritten(piece, other, f"`{piece.text}` became `{other}`")
    elif piece.text in words.levels:
        for level in levels_beside(piece.text, words.levels):
            yield rewritten(piece, level, f"`{piece.text}` became `{level}`")


def _of_mapping(piece: Piece, words: Words) -> Iterator[Fault]:
    keys = [key.text for key, _ in piece.entries()]
    if "chain" in keys and "asks" not in keys and piece.flow:
        end = piece.end - 1
        said = f"`asks: all` was added to {words.quoted(piece)}"
        yield Fault(piece.place, (_insertion(end, ", asks: all"),), said)
    for index, (key, value) in enumerate(piece.entries()):
        if (key.text in _REMOVABLE and "chain" in keys) or key.text == "among_them":
            yield from entry_removed(piece, index, words)
        yield from _of_entry(key, value, words)


def _of_entry(key: Piece, value: Piece, words: Words) -> Iterator[Fault]:
    match key.text:
        case "any" | "all":
            yield renamed(key, value, "all" if key.text == "any" else "any", words)
            yield from faults_of_word(value, words)
        case "at_least" | "steps":
            for count in neighbours(value.text, FactKind.NUMBER, words):
                yield became(key, value, count, words)
        case "asks":
            other = "all" if value.text == "last" else "last"
            yield became(key, value, other, words)
        case "until" if value.kind is Kind.SCALAR:
            said = f"`until: {value.text}` became `steps: 1`"
            yield Fault(key.place, (_rewriting(key, value, "steps: 1"),), said)
        case "consult" | "notify":
            yield renamed(key, value, "notify" if key.text == "consult" else "consult", words)
            yield from faults_of_word(value, words)
        case "chain":
            yield from faults_of_steps(value, words) if value.parts else ()
        case "as" | "within" | "may_object_in" | "counts" | "until":
            return  # for the record, or changed above
        case _:
            yield from faults_of_word(value, words)


def _insertion(at: int, text: str) -> Edit:
    return Edit(at, at, text)


def _rewriting(key: Piece, value: Piece, text: str) -> Edit:
    return Edit(key.start, value.end, text)
