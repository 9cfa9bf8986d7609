"""The JSON Schema of policy files, made from the tables by which the compiler reads them.

It is draft 7, the newest that the YAML extensions of common editors understand throughout. A schema
knows keys and words and no more: what is wrong between them is said by `countersign lint`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from rules.compiling.context import Vocabulary
from rules.compiling.files import KIND
from rules.compiling.shapes import Form, Key, Shape
from rules.editor.grammar import by_name, grammar, referred
from rules.editor.singles import Schema, single
from rules.editor.tables import FILES, OPEN, inside
from rules.testing.forms import SEVERAL

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_GRAMMAR: Final = {
    "approver word": "approver",
    "condition": "condition",
    "requirements": "requirements",
    "bound": "bound",
    "person or role": "expected",
}


@dataclass(slots=True)
class _Maker:
    """The definitions made so far, and under which name each shape is."""

    words: Vocabulary | None
    definitions: dict[str, Schema] = field(default_factory=dict)
    names: dict[Shape, str] = field(default_factory=dict)


def schema_of(kind: str | None = None, words: Vocabulary | None = None) -> Schema:
    """The schema of every policy file, or of those of one kind; with the names of a set."""
    maker = _Maker(words)
    maker.definitions |= grammar(words, lambda shape: _reference(shape, maker))
    several = _reference(SEVERAL, maker)
    maker.definitions["expected"] = {
        "description": "a role or another word, a person, or several",
        "anyOf": [single("text", None), several],
    }
    files = {name: _file(name, shape, maker) for name, shape in FILES.items()}
    root: Schema = files[kind] if kind is not None else _by_kind(files)
    return {
        "$schema": DIALECT,
        "title": "Countersign policy file" if kind is None else f"Countersign, kind: {kind}",
        **({"allOf": [root]} if "$ref" in root else root),
        "definitions": dict(sorted(maker.definitions.items())),
    }


def _by_kind(files: dict[str, Schema]) -> Schema:
    """Which keys a file has, its `kind` decides."""
    kinds = {"description": KIND.doc, "enum": [*files]}
    return {
        "type": "object",
        "required": [KIND.name],
        "properties": {KIND.name: kinds},
        "allOf": [
            {
                "if": {"required": [KIND.name], "properties": {KIND.name: {"const": kind}}},
                "then": reference,
            }
            for kind, reference in files.items()
        ],
    }


def _file(kind: str, shape: Shape, maker: _Maker) -> Schema:
    reference = _reference(shape, maker)
    own = maker.definitions[maker.names[shape]]["properties"]
    own[KIND.name] = {"description": KIND.doc, "enum": [kind]}
    return reference


def _reference(shape: Shape, maker: _Maker) -> Schema:
    """A reference to the definition of a mapping, which is made where it is not there yet."""
    if shape not in maker.names:
        plain = re.sub(r"[^a-z]+", "_", shape.name.lower()).strip("_")
        taken = sum(
            re.fullmatch(f"{plain}(_[0-9]+)?", name) is not None for name in maker.definitions
        )
        name = f"{plain}_{taken + 1}" if taken else plain
        maker.names[shape] = name
        maker.definitions[name] = {}
        maker.definitions[name] = _mapping(shape, maker)
    return referred(maker.names[shape])


def _mapping(shape: Shape, maker: _Maker) -> Schema:
    schema: Schema = {
        "title": shape.name.replace("`", ""),
        "type": "object",
        "properties": {key.name: _property(key, maker) for key in shape.keys},
        "additionalProperties": shape in OPEN,
    }
    required = [key.name for key in shape.keys if key.required]
    return {**schema, "required": required} if required else schema


def _property(key: Key[Any], maker: _Maker) -> Schema:
    value = _value(inside(key), maker)
    described = {"description": key.doc} if key.doc else {}
    return {**described, **({"allOf": [value]} if "$ref" in value else value)}


def _value(form: Form[Any], maker: _Maker) -> Schema:
    """Everything that may stand for a form: words, mappings, lists, single values."""
    found: list[Schema] = []
    if form.words:
        found.append({"enum": [*form.words]})
    if form.shape is not None:
        found.append(_reference(form.shape, maker))
    if form.named is not None:
        found.append(by_name(_value(form.named, maker)))
    if form.item is not None:
        item = _value(form.item, maker)
        found.append({"type": "array", "items": item})
        found += [item] if form.alone else []
    found += _single(form, maker)
    if not found:
        raise KeyError(f"no schema for a value of the form {form.name!r}")
    return found[0] if len(found) == 1 else {"anyOf": found}


def _single(form: Form[Any], maker: _Maker) -> list[Schema]:
    if form.name in _GRAMMAR:
        return [referred(_GRAMMAR[form.name])]
    if form.name == "list of papers":
        return [{"type": "array", "items": single("paper", maker.words)}]
    value = single(form.name, maker.words)
    return [] if value is None or (form.words and form.name == "word") else [value]
