"""Small YAML files that say how something is read: each problem with its line, all of them at once.

What they may hold is a pydantic model. Nothing is coerced: a value is text as it is written, and
an unknown word is refused with its place.
"""

from __future__ import annotations

from collections.abc import Mapping as Read
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from engine.places import Place
from engine.quoting import found, suggestion
from rules.diagnostics import Diagnostics
from rules.reading.nodes import Mapping, Node, Scalar, Sequence
from rules.reading.reader import read

MOST_BYTES: Final = 1_000_000
Model = TypeVar("Model", bound="Declared")


class Declared(BaseModel):
    """A part of such a file: frozen, and with no key that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NotDeclared(Exception):
    """The file does not say how. Each line of the message is one problem with its place."""


def _one_or_several(value: object) -> object:
    return (
        (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value
    )


def _yes_or_no(value: object) -> object:
    if isinstance(value, str) and value in ("yes", "no"):
        return value == "yes"
    raise ValueError("expected `yes` or `no`")


Texts = Annotated[tuple[str, ...], BeforeValidator(_one_or_several)]
YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]


def read_declared(path: Path, model: type[Model]) -> Model:
    """What the file says. Raises `NotDeclared`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as problem:
        why = (problem.strerror or "unreadable").lower()
        raise NotDeclared(f"`{path}` cannot be read: {why}") from None
    if len(data) > MOST_BYTES:
        raise NotDeclared(f"{path.name}: expected at most {MOST_BYTES:,} bytes, found more")
    return declared_in(path.name, data, model)


def declared_in(name: str, data: bytes, model: type[Model]) -> Model:
    """What the bytes of a file of this name say. Raises `NotDeclared`."""
    diagnostics = Diagnostics()
    tree = read(name, data, diagnostics)
    if tree is None or diagnostics.has_errors:
        lines = [str(each) for each in diagnostics.sorted()]
        raise NotDeclared("\n".join(lines) or f"{name}: expected a mapping, found nothing")
    try:
        return model.model_validate(_plain(tree))
    except ValidationError as wrong:
        raise NotDeclared("\n".join(_said(tree, {**each}) for each in wrong.errors())) from None


def _plain(node: Node) -> object:
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [_plain(item) for item in node.items]
        case Mapping():
            return {key.text: _plain(value) for key, value in node.entries}


def _said(tree: Node, error: Read[str, Any]) -> str:
    """One problem: where it is, what was expected, what was found."""
    place, words = tree.place, []
    node: Node | None = tree
    for part in error["loc"]:
        if isinstance(node, Mapping) and isinstance(part, str) and part in node.keys:
            place, node = node.place_of(part), node.get(part)
            words.append(part)
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            place = node.place
    return f"{_text(place)}: {_message(error, words)}"


def _message(error: Read[str, Any], words: list[str]) -> str:
    name = str(error["loc"][-1]) if error["loc"] else ""
    of = f" in `{words[-1]}`" if words else ""
    kind = error["type"]
    if kind == "missing":
        return f"expected `{name}`{of}, found nothing"
    if kind == "extra_forbidden":
        return f"there is no key `{name[:60]}` here"
    expected = error["msg"].removeprefix("Value error, ")
    if kind == "literal_error":
        words_known = [each.strip("' ") for each in error["ctx"]["expected"].split(" or ")]
        expected += suggestion(str(error["input"]), words_known)
    return f"{expected[:1].lower()}{expected[1:]}, found {found(error['input'])}"


def _text(place: Place) -> str:
    return f"{place.file}:{place.line}:{place.column}"
