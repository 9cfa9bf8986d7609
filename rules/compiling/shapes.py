"""The mappings of the language as tables: every key with its form, its line of help, its necessity.

The module exists so that what may be written is said once: the compiler reads by these tables, the
editor schema is made from them, and a test asks that every key of them is read. A `Form` is a kind
of value (an amount, a list of documents); it knows how to read one and what the schema calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from engine.places import Place
from rules.compiling.context import Context
from rules.diagnostics import shown
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, comma_amount_hint, described

HELPED_MAX: Final = 20  # unknown keys of one mapping for which a better one is looked for

T = TypeVar("T")
Reader = Callable[[Node, Context], T | None]  # `None` once it has reported an error


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A kind of value. `words` lists what may be written where that is a closed list of words.

    `shape` and `item` describe the mapping or the items of the list where it is one; `alone` says
    that one item may stand without a list, and `named` describes what a mapping holds by name.
    """

    name: str
    read: Reader[T]
    words: tuple[str, ...] = ()
    shape: Shape | None = None
    item: Form[Any] | None = None
    alone: bool = False
    named: Form[Any] | None = None


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """One key of a mapping. `doc` is the line an editor shows."""

    name: str
    form: Form[T]
    doc: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A mapping of the language: what it is called, and its keys."""

    name: str
    keys: tuple[Key[Any], ...]
    by_name: Mapping[str, Key[Any]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = MappingProxyType({key.name: key for key in self.keys})
        object.__setattr__(self, "by_name", by_name)

    def open(self, node: Node, context: Context) -> Fields | None:
        """The fields of a node, once its keys are checked; `None` where it is not a mapping."""
        if not isinstance(node, MappingNode):
            message = f"expected {self.name} (a mapping), found {described(node)}"
            context.error("expected-mapping", node.place, message)
            return None
        found: dict[str, tuple[Place, Node]] = {}
        unknown = 0
        for index, (key, value) in enumerate(node.entries):
            if key.text in self.by_name:
                found[key.text] = (key.place, value)
            else:
                unknown += 1
                self._report_unknown(node, index, unknown <= HELPED_MAX, context)
        fields = Fields(self, node.place, found, is_whole=not unknown)
        if fields.is_whole:
            self._report_missing(fields, context)
        return fields

    def _report_unknown(
        self, node: MappingNode, index: int, is_helped: bool, context: Context
    ) -> None:
        key = node.entries[index][0]
        help = comma_amount_hint(node, index) if is_helped else None
        if help is None and is_helped:
            written = frozenset(node.keys)
            others = [name for name in self.by_name if name not in written]
            help = context.suggester.near(self.name, key.text, others)
        if help is None:
            help = "allowed are " + ", ".join(f"`{name}`" for name in self.by_name)
        context.error("unknown-key", key.place, f"{self.name} has no {shown(key.text)}", help)

    def _report_missing(self, fields: Fields, context: Context) -> None:
        for key in self.keys:
            if key.required and key.name not in fields.found:
                message = f"{self.name} needs `{key.name}`"
                context.error("missing-key", fields.place, message, key.doc)


@dataclass(frozen=True, slots=True)
class Fields:
    """The known keys of one mapping that were written, not yet read.

    `is_whole` is false where an unknown key stood beside them: what seems to be missing was
    probably misspelt, and is not reported again.
    """

    shape: Shape
    place: Place
    found: Mapping[str, tuple[Place, Node]]
    is_whole: bool

    def read(self, key: Key[T], context: Context) -> T | None:
        """The value of a key; `None` where it is not written or has an error, now reported."""
        entry = self.found.get(key.name)
        return None if entry is None else key.form.read(entry[1], context)

    def has(self, key: Key[Any]) -> bool:
        """Whether the key is written, well or badly."""
        return key.name in self.found

    def at(self, key: Key[Any]) -> Place:
        """Where the key is written; the mapping's place where it is not."""
        entry = self.found.get(key.name)
        return self.place if entry is None else entry[0]

    def node(self, key: Key[Any]) -> Node | None:
        """The value as written."""
        entry = self.found.get(key.name)
        return None if entry is None else entry[1]

    def written(self, *keys: Key[Any]) -> list[Key[Any]]:
        """Those of the keys that are written, in the order of the arguments."""
        return [key for key in keys if key.name in self.found]

    def exactly_one(self, keys: tuple[Key[Any], ...], context: Context) -> Key[Any] | None:
        """The one key of several that is written; an error where it is none or more than one."""
        written = self.written(*keys)
        if len(written) == 1:
            return written[0]
        names = ", ".join(f"`{key.name}`" for key in keys)
        if written:
            both = " and ".join(f"`{key.name}`" for key in written)
            message = f"{self.shape.name} has {both}, and takes one of {names}"
            context.error("more-than-one", self.at(written[1]), message)
        elif self.is_whole:
            context.error("missing-key", self.place, f"{self.shape.name} needs one of {names}")
        return None


def shaped(shape: Shape, build: Callable[[Fields, Context], T | None]) -> Form[T]:
    """The form of a mapping: its keys are checked, then `build` reads them."""

    def read(node: Node, context: Context) -> T | None:
        fields = shape.open(node, context)
        return None if fields is None else build(fields, context)

    return Form(shape.name, read, shape=shape)
