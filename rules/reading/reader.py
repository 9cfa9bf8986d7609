"""From the bytes of one policy file to a tree with places, or to diagnostics: never an exception.

The module exists because a policy file comes from outside: it may be mistaken or hostile. Reading
has two steps. The text is checked and turned into events, which are counted and refused with their
place when they nest too deep, are too many, or use what the language does not have (anchors, tags,
several documents). The tree is then built from the events with a list as the stack, so the depth of
a file never becomes the depth of calls. Nothing is coerced.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeGuard

from yaml.error import MarkedYAMLError
from yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from engine.places import Place
from rules.diagnostics import Diagnostics, shown
from rules.reading.events import next_event
from rules.reading.nodes import Entries, Mapping, Node, Scalar, Sequence, cut_amount, described
from rules.reading.source_text import PROBLEMS_MAX, refused_escape, text_of, too_many_problems
from rules.reading.syntax import place_of, report_trouble

DEPTH_MAX: Final = 64
NODES_MAX: Final = 1_000_000
TEXT_LENGTH_MAX: Final = 20_000

_AGAIN: Final = "write the value again; a text that begins with `&` or `*` needs quotes"
_NO_TAG: Final = "remove it; a text that begins with `!` needs quotes"


def read(file: str, data: bytes, diagnostics: Diagnostics, *, with_c: bool = True) -> Node | None:
    """The tree of one file; None if there is none to speak of. Every problem is a diagnostic.

    A tree may come together with errors (a duplicate key, say), so that checking can go on and
    report more; whoever loads a set looks at `diagnostics.has_errors`. Without `with_c` the slower
    event parser is taken; the result is the same.
    """
    text = text_of(file, data, diagnostics)
    if text is None or _has_directive(file, text, diagnostics):
        return None
    try:
        return _Tree(file, diagnostics).build(next_event(text, with_c))
    except MarkedYAMLError as error:
        report_trouble(file, text, error, diagnostics)
    except _Stop:
        pass  # the reason is among the diagnostics
    return None


def _has_directive(file: str, text: str, diagnostics: Diagnostics) -> bool:
    """Whether a line begins with `%`: the two event parsers do not treat directives alike."""
    at = 0 if text.startswith("%") else text.find("\n%") + 1
    if not text.startswith("%", at):
        return False
    place = Place(file, text.count("\n", 0, at) + 1, 1)
    diagnostics.error(
        "directive",
        place,
        "a line cannot begin with `%`: directives are not part of the language",
        "remove the line; indent it if it belongs to a text",
    )
    return True


class _Stop(Exception):
    """Reading ends here; the reason is among the diagnostics."""


class _Open(NamedTuple):
    """A collection whose end has not come yet. A mapping's keys and values alternate."""

    is_mapping: bool
    place: Place
    nodes: list[Node]


class _Tree:
    """The tree of one file while it is built."""

    def __init__(self, file: str, diagnostics: Diagnostics) -> None:
        self._file = file
        self._diagnostics = diagnostics
        self._problems = 0
        self._documents = 0
        self._is_refused = False
        self._roots: list[Node] = []
        self._open: list[_Open] = []

    def build(self, next_event: Callable[[], Event | None]) -> Node | None:
        """The root, once all events have come."""
        nodes = self._roots
        count = 0
        while (event := next_event()) is not None:
            if isinstance(event, CollectionEndEvent):
                closed = self._closed(self._open.pop())
                nodes = self._open[-1].nodes if self._open else self._roots
                nodes.append(closed)
            elif isinstance(event, NodeEvent):
                count += 1
                if count > NODES_MAX:
                    self._stop_at_too_many(event)
                if isinstance(event, ScalarEvent):
                    nodes.append(self._scalar(event))
                elif isinstance(event, CollectionStartEvent):
                    nodes = self._opened(event).nodes
                else:
                    self._refuse_alias(event)
            elif isinstance(event, DocumentStartEvent):
                self._count_document(event)
        return self._root()

    def _scalar(self, event: ScalarEvent) -> Scalar:
        text, style, place = event.value, event.style, self._place(event)
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event, place)
        if len(text) > TEXT_LENGTH_MAX:
            self._problem(
                "text-too-long",
                place,
                f"expected at most {TEXT_LENGTH_MAX:_} characters in a text, found {len(text):_}",
            )
        if style == '"' and (found := refused_escape(text)) is not None:
            self._problem(
                "hidden-character", place, f"an escape in this text stands for {found}", "delete it"
            )
        return Scalar(text, bool(style), place)

    def _opened(self, event: CollectionStartEvent) -> _Open:
        place = self._place(event)
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event, place)
        if len(self._open) == DEPTH_MAX:
            self._diagnostics.error(
                "too-deep", place, f"lists and mappings may be nested {DEPTH_MAX} deep, not deeper"
            )
            raise _Stop
        opened = _Open(isinstance(event, MappingStartEvent), place, [])
        self._open.append(opened)
        return opened

    def _closed(self, opened: _Open) -> Node:
        if not opened.is_mapping:
            return Sequence(tuple(opened.nodes), opened.place)
        nodes = iter(opened.nodes)
        entries: Entries = []
        has_empty = False
        for key, value in zip(nodes, nodes, strict=True):
            if not self._is_key(key):
                continue
            if isinstance(value, Scalar) and value.empty:
                has_empty = True
                # Where nothing stands is for nobody to see: it is reported at its key.
                entries.append((key, Scalar("", False, key.place)))
            else:
                entries.append((key, value))
        if has_empty:
            entries = self._with_whole_amounts(entries)
        if len({key.text for key, _ in entries}) < len(entries):
            entries = self._without_doubled(entries)
        return Mapping(tuple(entries), opened.place)

    def _is_key(self, key: Node) -> TypeGuard[Scalar]:
        if not isinstance(key, Scalar):
            self._problem(
                "key-not-text", key.place, f"expected a word as the key, found {described(key)}"
            )
            return False
        if not key.text:
            self._problem("key-not-text", key.place, "expected a word as the key, found nothing")
            return False
        if key.text == "<<" and not key.quoted:
            self._problem(
                "merge-key",
                key.place,
                "the merge key `<<` is not part of the language",
                "write the keys out; what is common to all files stands under `for_all_files`",
            )
            return False
        return True

    def _with_whole_amounts(self, entries: Entries) -> Entries:
        """The entries with amounts that commas cut in pieces put together, each an error."""
        whole: Entries = []
        index = 0
        while index < len(entries):
            key, value = entries[index]
            cut = cut_amount(entries, index)
            index += 1
            if cut is not None:
                amount, pieces = cut
                rest = [piece.text for piece, _ in entries[index : index + pieces]]
                found = ",".join([value.text if isinstance(value, Scalar) else "", *rest])
                index += pieces
                self._problem(
                    "comma-in-amount",
                    value.place,
                    f"expected an amount without commas, found {shown(found)}",
                    f"group digits with underscores: {shown(f'{key.text}: {amount}')}",
                )
                value = Scalar(amount, False, value.place)
            whole.append((key, value))
        return whole

    def _without_doubled(self, entries: Entries) -> Entries:
        """The entries with the first of each key only; each further one is an error."""
        first: dict[str, tuple[Scalar, Node]] = {}
        for entry in entries:
            key = entry[0]
            kept = first.setdefault(key.text, entry)
            if kept is not entry:
                self._problem(
                    "duplicate-key",
                    key.place,
                    f"the key {shown(key.text)} is written twice, first at {kept[0].place}",
                )
        return list(first.values())

    def _root(self) -> Node | None:
        root = self._roots[0] if self._roots else None
        if root is None or (isinstance(root, Scalar) and root.empty):
            if not self._is_refused:
                place = Place(self._file, 1, 1)
                self._diagnostics.error("empty-file", place, "expected data, found an empty file")
            return None
        return None if self._is_refused else root

    def _count_document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._diagnostics.error(
                "several-documents",
                self._place(event),
                "expected one document in the file, found a second one",
                "put it into a file of its own",
            )
            raise _Stop

    def _refuse_properties(self, event: ScalarEvent | CollectionStartEvent, place: Place) -> None:
        self._is_refused = True
        if event.anchor is not None:
            anchor = shown(f"&{event.anchor}")
            self._problem("anchor", place, f"expected a value, found the anchor {anchor}", _AGAIN)
        if event.tag is not None:
            tag = shown(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._problem("tag", place, f"expected a value, found the tag {tag}", _NO_TAG)

    def _refuse_alias(self, event: NodeEvent) -> None:
        self._is_refused = True
        alias = shown(f"*{event.anchor}")
        self._problem(
            "anchor", self._place(event), f"expected a value, found the alias {alias}", _AGAIN
        )
        nodes = self._open[-1].nodes if self._open else self._roots
        nodes.append(Scalar(f"*{event.anchor}", False, self._place(event)))

    def _stop_at_too_many(self, event: Event) -> None:
        self._diagnostics.error(
            "file-too-large",
            self._place(event),
            f"expected at most {NODES_MAX:_} values in a file, found more",
            "split the file; files of one kind add up",
        )
        raise _Stop

    def _problem(self, code: str, place: Place, message: str, help: str | None = None) -> None:
        """Add an error after which reading goes on, unless there are too many of them."""
        self._problems += 1
        if self._problems > PROBLEMS_MAX:
            too_many_problems(place, self._diagnostics)
            raise _Stop
        self._diagnostics.error(code, place, message, help)

    def _place(self, event: Event) -> Place:
        return place_of(self._file, event.start_mark)
