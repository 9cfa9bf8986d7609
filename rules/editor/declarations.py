"""Where the words of a set are declared, and what they are: roles, levels, facts, entities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.facts.vocabulary import Fact
from engine.organization import Role
from engine.places import NOWHERE, Place
from rules.codes import CODES
from rules.compiling.compiler import words_of
from rules.compiling.context import Vocabulary
from rules.diagnostics import Diagnostics
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, Sequence
from rules.reading.reader import read


@dataclass(frozen=True, slots=True)
class Declaration:
    """One word. Built-in ones stand nowhere."""

    word: str
    meaning: str
    place: Place = NOWHERE


def declarations(files: Mapping[str, bytes], words: Vocabulary) -> dict[str, Declaration]:
    """Every word of a set by its name; codes of the linter too, which stand in `accepted`."""
    found = {code: Declaration(code, f"a report of the linter: {CODES[code]}") for code in CODES}
    for fact in words.facts.values():
        found[fact.name] = Declaration(fact.name, _fact(fact), fact.place)
    for name in words.documents:
        found[name] = Declaration(name, "a document type")
    for entity in words.entities.values():
        meaning = f"an entity: {entity.country}, {entity.currency}, {entity.zone}"
        found[entity.id] = Declaration(entity.id, meaning, entity.place)
    for role in words.roles.values():
        found[role.name] = Declaration(role.name, _role(role), role.place)
    for name, meaning, place in _listed(files, words):
        found[name] = Declaration(name, meaning, place)
    return found


def words_and_declarations(
    files: Mapping[str, bytes],
) -> tuple[Vocabulary, dict[str, Declaration]]:
    """The words of a set, with errors or without, and where they are declared."""
    words = words_of(files)
    return words, declarations(files, words)


def _fact(fact: Fact) -> str:
    listed = f": {', '.join(fact.values[:20])}" if fact.values else ""
    total = "" if fact.total is None else f", a total of {fact.total.of}"
    return f"a fact ({fact.kind}, of the {fact.of}{total}){listed}"


def _role(role: Role) -> str:
    if role.body is not None:
        return "a body: it decides by vote, or its resolution is recorded"
    seats = f", {role.seats} {'seat' if role.seats == 1 else 'seats'}" if role.seats else ""
    return f"a role, held per {role.per}{seats}"


def _listed(files: Mapping[str, bytes], words: Vocabulary) -> Iterator[tuple[str, str, Place]]:
    """Levels and document types, which are items of lists."""
    for name, data in files.items():
        root = read(name, data, Diagnostics())
        if not isinstance(root, MappingNode):
            continue
        kind = root.get("kind")
        if not isinstance(kind, Scalar):
            continue
        if kind.text == "organization":
            for item in _items(root.get("levels")):
                number = words.levels.index(item.text) + 1 if item.text in words.levels else 0
                yield item.text, f"level {number} of {len(words.levels)}", item.place
        elif kind.text == "vocabulary":
            for item in _items(root.get("documents")):
                yield item.text, "a document type of this set", item.place


def _items(node: Node | None) -> Iterator[Scalar]:
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Scalar):
            yield item
