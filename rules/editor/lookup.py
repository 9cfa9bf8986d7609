"""What the schema says of a spot: the keys and words that may stand there, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from rules.editor.singles import Schema
from rules.editor.spots import Spot, Step


def keys_for(schema: Schema, spot: Spot) -> dict[str, str]:
    """The keys that may still be written in a mapping, each with its meaning."""
    found: dict[str, str] = {}
    for mapping in _mappings(schema, spot.way, spot.beside):
        for key, value in mapping.get("properties", {}).items():
            if key not in spot.beside:
                found.setdefault(key, meaning(value))
    return found


def words_for(schema: Schema, spot: Spot) -> list[str]:
    """The words that may stand as a value, or in a list, and examples of other values."""
    found: dict[str, None] = {}
    for value in _at(schema, spot.way):
        for word in (*value.get("enum", ()), *value.get("examples", ())):
            if isinstance(word, str):
                found[word] = None
    return [*found]


def meaning_of_key(schema: Schema, spot: Spot) -> str:
    """What a key means where it stands; empty where nothing is said about it."""
    for mapping in _mappings(schema, spot.way, spot.beside):
        value = mapping.get("properties", {}).get(spot.word)
        if value is not None and meaning(value):
            return meaning(value)
    return ""


def meaning(value: Schema) -> str:
    """The description of a part of the schema."""
    text = value.get("description", "")
    return text if isinstance(text, str) else ""


def _mappings(schema: Schema, way: tuple[Step, ...], beside: frozenset[str]) -> list[Schema]:
    """The mappings that may stand at the end of a way; those that have the other keys, if any."""
    found = [value for value in _at(schema, way) if "properties" in value]
    fitting = [value for value in found if beside <= value["properties"].keys()]
    return fitting or found


def _at(schema: Schema, way: tuple[Step, ...]) -> list[Schema]:
    """Every part of the schema that describes what stands at the end of a way."""
    here = [*_ways(schema, schema)]
    for step in way:
        here = [part for value in here for part in _next(value, step, schema)]
    return here


def _next(value: Schema, step: Step, root: Schema) -> Iterator[Schema]:
    if isinstance(step, int):
        inner = value.get("items")
    else:
        inner = value.get("properties", {}).get(step)
        if inner is None and value.get("additionalProperties"):
            inner = value["additionalProperties"]
        if inner is None:
            inner = next(iter(value.get("patternProperties", {}).values()), None)
    if isinstance(inner, dict):
        yield from _ways(inner, root)


def _ways(value: Schema, root: Schema) -> Iterator[Schema]:
    """A part of the schema, with references followed and alternatives each on their own."""
    reference = value.get("$ref")
    if reference is not None:
        value = root["definitions"][reference.rpartition("/")[2]]
    yield value
    for several in ("allOf", "anyOf"):
        for part in value.get(several, ()):
            yield from _ways(part, root)
