"""Where each value of a policy file stands in its text, from the first character to the last.

The tree of `rules/reading` says where a value begins; to change a file and keep its comments
and layout, one must also know where it ends. Pieces are for texts that were read without an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from engine.places import Place
from rules.reading.events import next_event
from rules.reading.syntax import place_of


class Kind(StrEnum):
    """What a piece is."""

    SCALAR = "scalar"
    SEQUENCE = "sequence"
    MAPPING = "mapping"


@dataclass(frozen=True, slots=True)
class Piece:
    """One value: `text[start:end]` is what is written, layout and comments around it left out.

    `parts` are the items of a sequence; in a mapping keys and values alternate. `flow` is true
    between brackets or braces, and for scalars that are quoted or plain; block texts (`|`, `>`) and
    block collections are not. `text` is the value of a scalar as it is read. `until` is where the
    next thing may begin: for block texts that is after the empty lines that follow them.
    """

    kind: Kind
    place: Place
    start: int
    end: int
    flow: bool
    text: str = ""
    parts: tuple[Piece, ...] = ()
    until: int = 0

    def entries(self) -> tuple[tuple[Piece, Piece], ...]:
        """The keys of a mapping with their values, in the order written."""
        return tuple(zip(self.parts[::2], self.parts[1::2], strict=True))

    def get(self, key: str) -> Piece | None:
        """The value of a key of a mapping, or None."""
        return next((value for name, value in self.entries() if name.text == key), None)


@dataclass(slots=True)
class _Open:
    event: CollectionStartEvent
    parts: list[Piece]


def pieces_of(file: str, text: str) -> Piece:
    """The root piece of a text with `\\n` line ends, as `source_text.text_of` gives it.

    Raises `yaml.error.MarkedYAMLError` for what is not YAML, and `ValueError` for an empty text.
    """
    advance = next_event(text)
    roots: list[Piece] = []
    waiting: list[_Open] = []
    parts = roots
    while (event := advance()) is not None:
        if isinstance(event, CollectionStartEvent):
            waiting.append(_Open(event, []))
            parts = waiting[-1].parts
        elif isinstance(event, CollectionEndEvent):
            closed = _closed(file, waiting.pop(), event)
            parts = waiting[-1].parts if waiting else roots
            parts.append(closed)
        elif isinstance(event, ScalarEvent):
            parts.append(_scalar(file, text, event))
    if not roots:
        raise ValueError(f"{file} holds nothing")
    return roots[0]


def _scalar(file: str, text: str, event: ScalarEvent) -> Piece:
    start, end = _index(event.start_mark), _index(event.end_mark)
    until = end
    is_block = event.style in ("|", ">")
    if is_block:
        end = start + len(text[start:end].rstrip("\n "))
    place = place_of(file, event.start_mark)
    return Piece(Kind.SCALAR, place, start, end, not is_block, event.value, (), until)


def _closed(file: str, opened: _Open, event: Event) -> Piece:
    """A collection; one without brackets ends where its last part does."""
    start = _index(opened.event.start_mark)
    flow = bool(opened.event.flow_style)
    end = _index(event.end_mark) if flow or not opened.parts else opened.parts[-1].end
    kind = Kind.MAPPING if isinstance(opened.event, MappingStartEvent) else Kind.SEQUENCE
    place = place_of(file, opened.event.start_mark)
    return Piece(kind, place, start, end, flow, "", tuple(opened.parts), end)


def _index(mark: object) -> int:
    """The offset of a mark, of which there are two classes; every event used here has one."""
    return int(mark.index)  # type: ignore[attr-defined]
