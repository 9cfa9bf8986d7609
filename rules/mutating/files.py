"""Every fault that is tried in one file, in the order of places.

What a key means depends on where it stands: `from` bounds a row, begins a period, or names where a
fact comes from. So each kind of file says which keys it goes into.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from engine.facts.kinds import Kind as FactKind
from engine.policy import PolicySet
from rules.compiling.compiler import is_policy_file
from rules.diagnostics import Diagnostics
from rules.editing.pieces import Kind, Piece, pieces_of
from rules.mutating.amounts import neighbours
from rules.mutating.approvers import faults_of_steps, faults_of_word
from rules.mutating.conditions import BOUNDS, faults_of_bound, faults_of_condition
from rules.mutating.faults import (
    Fault,
    Words,
    became,
    entry_removed,
    items_removed,
    renamed,
    words_of,
)
from rules.reading.source_text import text_of

SET_FILE: Final = "policy.yaml"
LISTS: Final[Mapping[str, str]] = {
    "rows": "the row",
    "additional": "the control",
    "caps": "the cap",
    "limits": "the limit",
    "delegation": "the delegation row",
    "stand_ins": "the stand-in",
    "guarantees": "the guarantee",
    "conflicts": "the conflict",
    "mitigations": "the mitigation",
    "barred": "the bar",
}
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "at": ("before", "beside", "after"),
    "limit": ("delegator", "delegate", "lesser"),
    "outcome": ("block", "mitigate"),
    "on_match": ("refuse", "exclude"),
    "credits": ("absolute", "signed_with_waiver"),
    "inverse": ("refuse", "allow"),
    "exclude": ("yes", "no"),
    "tax_recovery": ("0%", "100%"),
}
# Keys without which a rule reaches further, asks for less, or is another rule.
REMOVABLE: Final = frozenset(
    "when exception require review jointly entity entities otherwise cap longest level_gap depth to"
    " leaves_out exclude add related_parties effective scope up_to below above from".split()
)
COUNTED: Final = ("longest", "level_gap", "depth", "stale_after", "until", "present", "in_favour")
NAMED: Final = ("documents", "entities", "because", "match", "counts", "same", "acts", "roles")
ROWS: Final = ("rows", "additional", "caps")
SILENT: Final = frozenset(
    "kind name title owner risk code currency amount language in_flight second_opinion accepted"
    " monitor person review_every escalation changes levels countries total total_of".split()
)


def faults(policy: PolicySet, files: Mapping[str, bytes]) -> Iterator[tuple[str, Fault]]:
    """Every fault with its file; two that write the same text are one."""
    texts = {name: text_in(files, name) for name in sorted(files) if is_policy_file(name)}
    usual = _currency(pieces_of(SET_FILE, texts[SET_FILE]).get("for_all_files"))
    for name, text in texts.items():
        root = pieces_of(name, text)
        kind = root.get("kind")
        if kind is not None and kind.text == "country":
            continue  # the vectors of a country are its tests, not those of a set that copied it
        words = words_of(policy, text, _currency(root) or usual)
        seen = {text}
        for fault in sorted(_of_entries(root, words, ""), key=lambda fault: fault.place):
            after = fault.applied(text)
            if after not in seen:
                seen.add(after)
                yield name, fault


def text_in(files: Mapping[str, bytes], name: str) -> str:
    """The text of a file of a set that loads."""
    found = Diagnostics()
    text = text_of(name, files[name], found)
    if text is None:
        raise ValueError(f"`{name}` cannot be read:\n{found.render()}")
    return text


def _currency(piece: Piece | None) -> str:
    found = piece.get("currency") if piece is not None and piece.kind is Kind.MAPPING else None
    return found.text if found is not None else ""


def _of_entries(mapping: Piece, words: Words, inside: str) -> Iterator[Fault]:
    """Faults of a mapping; `inside` is the key of the list or mapping it stands in."""
    for index, (key, value) in enumerate(mapping.entries()):
        if key.text in SILENT:
            continue
        if key.text in LISTS and len(value.parts) == 1 and value.kind is Kind.SEQUENCE:
            for fault in entry_removed(mapping, index, words):  # the only one of its list
                yield replace(
                    fault, place=value.parts[0].place, said=f"{LISTS[key.text]} was removed"
                )
        if key.text in REMOVABLE and inside not in ("facts", "acting"):
            yield from entry_removed(mapping, index, words)
        yield from _of_value(key, value, words, inside)


def _of_value(key: Piece, value: Piece, words: Words, inside: str) -> Iterator[Fault]:
    name = key.text
    if name in LISTS and value.kind is Kind.SEQUENCE:
        yield from items_removed(value, words, LISTS[name])
        for item in value.parts:
            yield from _of_entries(item, words, name)
    elif name == "approve":
        yield from _of_approve(key, value, words, inside)
    elif name in ("by", "add", "who", "for", "to", "role", "level", "of", "recorded_by"):
        yield from faults_of_word(value, words)
    elif name in ("when", "leaves_out", "require"):
        yield from faults_of_condition(value, words)
    elif name in BOUNDS:
        yield from _of_bound(key, value, words, inside)
    elif name in ("hold", "refuse") and value.kind is Kind.SCALAR:
        yield renamed(key, value, "refuse" if name == "hold" else "hold", words)
    elif name in CHOICES and value.text in CHOICES[name]:
        for other in CHOICES[name]:
            if other != value.text:
                yield became(key, value, other, words)
    elif value.kind is Kind.SCALAR:
        yield from _of_number(key, value, words)
    else:
        yield from _of_rest(key, value, words, inside)


def _of_rest(key: Piece, value: Piece, words: Words, inside: str) -> Iterator[Fault]:
    """Lists of names, and mappings that are only gone through."""
    if key.text in NAMED and value.kind is Kind.SEQUENCE:
        yield from items_removed(value, words, key.text, inside=True)
    elif value.kind is Kind.MAPPING:
        yield from _of_entries(value, words, key.text)
    else:
        for item in value.parts:
            yield from _of_entries(item, words, inside) if item.kind is Kind.MAPPING else ()


def _of_approve(key: Piece, value: Piece, words: Words, inside: str) -> Iterator[Fault]:
    """Who approves; in a row of a matrix also nobody, or somebody where it was nobody."""
    if value.kind is Kind.SCALAR and value.text == "not_needed":
        yield became(key, value, next(iter(words.roles), "requester.manager"), words)
        return
    yield from faults_of_steps(value, words)
    if inside == "rows":
        yield became(key, value, "not_needed", words)


def _of_bound(key: Piece, value: Piece, words: Words, inside: str) -> Iterator[Fault]:
    """Bounds of rows and caps also by comparison; limits, guarantees and periods only by value."""
    if inside in ROWS:
        yield from faults_of_bound(key, value, words)
    elif inside == "effective":
        for near in neighbours(value.text, FactKind.DATE, words):
            yield became(key, value, near, words)
    elif value.kind is Kind.MAPPING:
        for currency, amount in value.entries():
            for near in neighbours(amount.text, FactKind.MONEY, words, currency.text):
                yield became(currency, amount, near, words)
    else:
        for near in neighbours(value.text, FactKind.MONEY, words):
            yield became(key, value, near, words, "", value.text, near)


def _of_number(key: Piece, value: Piece, words: Words) -> Iterator[Fault]:
    """Caps and counts a unit up and down, and the window of a total."""
    kind = FactKind.MONEY if key.text == "cap" else FactKind.NUMBER
    if key.text in ("cap", "in", "at_least", *COUNTED):
        for near in neighbours(value.text, kind, words):
            yield became(key, value, near, words, "", value.text, near)
