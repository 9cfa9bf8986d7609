"""The parts of the language that nest, as JSON Schema: approver words, conditions, bounds.

They are no tables of keys: a condition has facts for keys, and what may follow depends on the fact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.facts.conditions import Op
from engine.facts.kinds import ORDERED, Kind
from engine.facts.vocabulary import BUILT_IN, Fact
from rules.compiling.context import Vocabulary
from rules.compiling.shapes import Shape
from rules.compiling.who import SHAPES
from rules.editor.singles import FACT_PATTERN, SIGNED, YES_NO, Schema, single

Reference = Callable[[Shape], Schema]

_LENGTH: Final = single("length of time", None)
_VALUES: Final[dict[Kind, Schema]] = {
    Kind.YES_NO: dict(YES_NO),
    Kind.MONEY: dict(SIGNED),
    Kind.NUMBER: {"type": ["number", "string"]},
    Kind.DURATION: dict(_LENGTH or {}),
    Kind.DATE: {"type": "string"},
    Kind.PAPER: {"enum": ["present", "missing"]},
}
_ANY: Final[Schema] = {"type": ["string", "number", "boolean"]}
_OPS: Final = {
    Op.UP_TO: "at or below this",
    Op.BELOW: "below this",
    Op.ABOVE: "above this",
    Op.FROM: "at or above this",
}
_COMBINING: Final = {
    "any": ("at least one of these conditions is true", "list"),
    "all": ("each of these conditions is true", "list"),
    "not": ("the condition inside is not true", "one"),
    "any_line": ("the condition is true of one line", "one"),
    "every_line": ("the condition is true of each line", "one"),
}


def referred(name: str) -> Schema:
    """A reference to a definition of the schema."""
    return {"$ref": f"#/definitions/{name}"}


def grammar(words: Vocabulary | None, reference: Reference) -> dict[str, Schema]:
    """The definitions by name. `words` are those of a set, if one is known."""
    found = {
        "approver": _approver(words, reference),
        "condition": _condition(words),
        "requirements": {
            "description": "conditions that must hold, or a list of papers",
            "anyOf": [
                referred("condition"),
                {"type": "array", "items": single("paper", words), "minItems": 1},
            ],
        },
        "bound": _bound(words),
    }
    for kind in Kind:
        found[f"test_{kind}"] = _test(_VALUES.get(kind, _ANY), kind in ORDERED, f"test_{kind}")
    found["test_any"] = _test(_ANY, True, "test_any")
    return found


def _approver(words: Vocabulary | None, reference: Reference) -> Schema:
    plain: Schema = {
        "description": "a role, or an owner",
        **(single("plain approver", words) or {}),
    }
    return {"anyOf": [plain, *(reference(shape) for shape, _ in SHAPES.values())]}


def _condition(words: Vocabulary | None) -> Schema:
    properties: dict[str, Schema] = {}
    for name, (meaning, how) in _COMBINING.items():
        one = referred("condition")
        value = one if how == "one" else {"type": "array", "items": one, "minItems": 1}
        properties[name] = {"description": meaning, **_with_reference(value)}
    for fact in BUILT_IN if words is None else words.facts.values():
        properties[fact.name] = _fact(fact)
    schema: Schema = {
        "type": "object",
        "description": "facts with what is asked of each; several are and",
        "minProperties": 1,
        "properties": properties,
        "additionalProperties": False,
    }
    if words is None:
        own = f"^(?!({'|'.join(_COMBINING)})$){FACT_PATTERN.removeprefix('^')}"
        schema["patternProperties"] = {own: referred("test_any")}
    return schema


def _with_reference(schema: Schema) -> Schema:
    """In draft 7 nothing counts that stands beside a reference."""
    return {"allOf": [schema]} if "$ref" in schema else schema


def _fact(fact: Fact) -> Schema:
    about = f"{fact.kind}, of the {fact.of}"
    if fact.kind in (Kind.CHOICE, Kind.SCALE) and fact.values:
        listed: Schema = {"enum": [*fact.values]}
        words = ", ".join(fact.values[:12])
        return {"description": f"{about}: {words}", **_test(listed, fact.kind is Kind.SCALE, "")}
    return {"description": about, "allOf": [referred(f"test_{fact.kind}")]}


def _test(value: Schema, has_order: bool, own: str) -> Schema:
    """A value, several, `present`, `missing`, bounds, or `{not: ...}`."""
    inner = referred(own) if own else {"anyOf": [value, {"type": "array", "items": value}]}
    properties: dict[str, Schema] = {
        "not": {"description": "does not pass the test inside", "allOf": [inner]}
    }
    if has_order:
        for op, meaning in _OPS.items():
            properties[op.value] = {"description": meaning, "allOf": [referred("bound")]}
    return {
        "anyOf": [
            value,
            {"enum": ["present", "missing"]},
            {"type": "array", "items": value, "minItems": 1},
            {
                "type": "object",
                "properties": properties,
                "additionalProperties": False,
                "minProperties": 1,
            },
        ]
    }


def _bound(words: Vocabulary | None) -> Schema:
    facts = [{"enum": sorted(words.facts)}] if words is not None else []
    several = {"type": "array", "items": dict(_ANY), "minItems": 1}
    extremes = {
        "lesser": {"description": "the least of these", **several},
        "greater": {"description": "the largest of these", **several},
    }
    return {
        "description": "a value, a fact, a share of a fact, or the lesser or greater of several",
        "anyOf": [
            *facts,
            dict(_ANY),
            {"type": "object", "properties": extremes, "additionalProperties": False},
        ],
    }


def by_name(values: Schema) -> Schema:
    """A mapping of names to values."""
    return {"type": "object", "additionalProperties": values}
