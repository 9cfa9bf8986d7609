"""One fault in one policy file: what is edited, and what that means in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from engine.facts.vocabulary import Fact
from engine.places import Place
from engine.policy import PolicySet
from rules.editing.edits import Edit, apply
from rules.editing.pieces import Kind, Piece

_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
LONGEST: Final = 60  # characters of the policy's text that a sentence quotes


@dataclass(frozen=True, slots=True)
class Fault:
    """A change of the text of one file.

    `said` is what happened in words. `fact` and `values` name the fact whose test was changed and
    values worth trying; they help to find a document that tells the two sets apart.
    """

    place: Place
    edits: tuple[Edit, ...]
    said: str
    fact: str = ""
    values: tuple[str, ...] = ()
    currency: str = ""

    def applied(self, text: str) -> str:
        """The file with the fault in it."""
        return apply(text, self.edits)


@dataclass(frozen=True, slots=True)
class Words:
    """What a file is read with: its text, the words of the set, and the file's own currency."""

    text: str
    currency: str
    roles: tuple[str, ...]
    bodies: tuple[str, ...]
    levels: tuple[str, ...]
    facts: Mapping[str, Fact]
    documents: frozenset[str]

    def source(self, piece: Piece) -> str:
        """What is written there, on one line and not too long."""
        written = self.text[piece.start : piece.end].splitlines()
        found = " ".join(" ".join(_COMMENT.sub("", line) for line in written).split())
        return found if len(found) <= LONGEST else f"{found[: LONGEST - 3].rstrip()}..."

    def quoted(self, piece: Piece) -> str:
        """The same between the marks of a quotation."""
        return f"`{self.source(piece)}`"


def words_of(policy: PolicySet, text: str, currency: str) -> Words:
    """The words of a set for one of its files."""
    roles = policy.organization.roles.values()
    return Words(
        text,
        currency,
        tuple(role.name for role in roles if role.body is None),
        tuple(role.name for role in roles if role.body is not None),
        policy.organization.levels,
        policy.facts,
        policy.documents,
    )


def rewritten(
    piece: Piece, after: str, said: str, fact: str = "", values: tuple[str, ...] = ()
) -> Fault:
    """A fault that writes something else in the place of a piece."""
    return Fault(piece.place, (Edit(piece.start, piece.end, after),), said, fact, values)


def became(
    key: Piece, value: Piece, after: str, words: Words, fact: str = "", *values: str
) -> Fault:
    """`up_to: 10_000.00` became `up_to: 10_000.01`."""
    said = f"`{key.text}: {words.source(value)}` became `{key.text}: {after}`"
    return replace(rewritten(value, after, said, fact, values), currency=words.currency)


def renamed(key: Piece, value: Piece, after: str, words: Words, fact: str = "") -> Fault:
    """`up_to: 10_000.00` became `below: 10_000.00`."""
    found = words.source(value)
    said = f"`{key.text}: {found}` became `{after}: {found}`"
    fault = rewritten(key, after, said, fact, _texts(value))
    return replace(fault, currency=words.currency)


def removed(parts: tuple[tuple[Piece, Piece], ...], index: int) -> Edit | None:
    """The edit that takes one of several parts out, by first and last piece of each.

    `None` for the only one: a list or mapping without anything means something else.
    """
    if len(parts) == 1:
        return None
    if index + 1 < len(parts):
        return Edit(parts[index][0].start, parts[index + 1][0].start, "")
    return Edit(parts[index - 1][1].end, parts[index][1].end, "")


def without_entry(mapping: Piece, index: int) -> Edit | None:
    """The edit that takes an entry out of a mapping."""
    return removed(mapping.entries(), index)


def without_item(items: Piece, index: int) -> Edit | None:
    """The edit that takes an item out of a list."""
    return removed(tuple((part, part) for part in items.parts), index)


def entry_removed(mapping: Piece, index: int, words: Words, fact: str = "") -> Iterator[Fault]:
    """A key and its value are gone."""
    edit = without_entry(mapping, index)
    if edit is not None:
        key, value = mapping.entries()[index]
        said = f"`{key.text}: {words.source(value)}` was removed"
        yield Fault(key.place, (edit,), said, fact, _texts(value), words.currency)


def items_removed(
    items: Piece, words: Words, what: str = "", fact: str = "", inside: bool = False
) -> Iterator[Fault]:
    """Each item of a list is gone, one at a time; `what` is a whole row, or the key of the list."""
    for index, item in enumerate(items.parts):
        edit = without_item(items, index)
        if edit is not None:
            found = words.quoted(item)
            said = (
                f"{found} was removed from `{what}`" if inside else f"{what or found} was removed"
            )
            yield Fault(item.place, (edit,), said, fact, _texts(item), words.currency)


def items_swapped(items: Piece, words: Words) -> Iterator[Fault]:
    """Each two neighbours of a list have changed places."""
    for first, second in zip(items.parts, items.parts[1:], strict=False):
        there, here = (words.text[p.start : p.end] for p in (first, second))
        edits = (Edit(first.start, first.end, here), Edit(second.start, second.end, there))
        said = f"{words.quoted(first)} and {words.quoted(second)} changed places"
        yield Fault(first.place, edits, said)


def _texts(piece: Piece) -> tuple[str, ...]:
    """Every plain text in a piece, as values to try."""
    if piece.kind is Kind.SCALAR:
        return (piece.text,)
    return tuple(text for part in piece.parts for text in _texts(part))
