"""A log as XES (IEEE 1849): traces of events, each with typed attributes.

`defusedxml` refuses every document type declaration, and with it entities of any kind. What is
read is given away trace by trace, so that the size of a log is not the size of memory. Attributes
within attributes, lists and containers are not read, nor what a log states as defaults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from adapters.sources.event_logs.rows import (
    MOST_ATTRIBUTES,
    Columns,
    Gathering,
    LogRefused,
    Quarantined,
)
from adapters.sources.event_logs.streams import chunks
from engine.conformance.traces import Trace

DEEPEST: Final = 40
_VALUES: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})


def read_xes_log(stream: BinaryIO, columns: Columns) -> Iterator[Trace | Quarantined]:
    """Each trace in the order of the file. Raises `LogRefused`."""
    target = _Target(columns)
    parser: Any = DefusedXMLParser(target=target, forbid_dtd=True)
    target.expat = parser.parser
    try:
        for piece in chunks(stream):
            parser.feed(piece)
            yield from target.taken()
        parser.close()
        yield from target.taken()
    except DefusedXmlException:
        message = "expected no document type declaration and no entities, found one"
        raise LogRefused(f"line {target.line}: {message}") from None
    except ParseError as problem:
        line, column = problem.position
        reason = str(problem).partition(":")[0]
        place = f"line {line}, column {column + 1}"
        raise LogRefused(f"{place}: expected XML, found: {reason}") from None
    except (ValueError, LookupError):
        raise LogRefused("line 1: expected UTF-8") from None
    if not target.is_log:
        raise LogRefused("expected a log of XES, found none")


class _Target:
    """What the parser calls for each element, in order."""

    def __init__(self, columns: Columns) -> None:
        self.expat: Any = None
        self.is_log = False
        self._columns = columns
        self._open: list[str] = []
        self._trace: Gathering | None = None
        self._event: dict[str, str] | None = None
        self._event_line = 0
        self._done: list[Trace | Quarantined] = []

    @property
    def line(self) -> int:
        return int(self.expat.CurrentLineNumber)

    def taken(self) -> Iterator[Trace | Quarantined]:
        """What is complete, once."""
        done, self._done = self._done, []
        yield from done

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition("}")[2]
        outer = self._open[-1] if self._open else ""
        if len(self._open) >= DEEPEST:
            raise LogRefused(
                f"line {self.line}: expected at most {DEEPEST} levels of elements, found more"
            )
        self._open.append(name)
        if not outer:
            self._begin(name)
        elif name in _VALUES:
            self._keep(outer, attributes)
        elif name == "trace" and outer == "log":
            self._trace = Gathering("", f"line {self.line}")
        elif name == "event" and outer == "trace" and self._trace is not None:
            self._event, self._event_line = {}, self.line

    def _begin(self, name: str) -> None:
        if name != "log":
            raise LogRefused(f"line {self.line}: expected a log of XES, found `{name[:60]}`")
        self.is_log = True

    def _keep(self, outer: str, attributes: Mapping[str, str]) -> None:
        key, value = attributes.get("key", ""), attributes.get("value", "")
        if outer == "event" and self._event is not None:
            kept: dict[str, str] = self._event
        elif outer == "trace" and self._trace is not None:
            kept = self._trace.attributes
        else:
            return
        if len(kept) > MOST_ATTRIBUTES:
            raise LogRefused(f"line {self.line}: expected at most {MOST_ATTRIBUTES:,} attributes")
        if key in kept and self._trace is not None:
            place = f"line {self.line}"
            self._trace.refuse(place, "stated_twice", f"expected `{key[:60]}` once, found it twice")
        kept[key] = value

    def end(self, tag: str) -> None:
        name = self._open.pop()
        if name == "event" and self._event is not None and self._trace is not None:
            self._trace.add(self._event, self._columns, f"line {self._event_line}")
            self._event = None
        elif name == "trace" and self._trace is not None and self._open == ["log"]:
            self._trace.id = self._trace.attributes.get(self._columns.case, "")
            self._done.append(self._trace.done())
            self._trace = None

    def data(self, text: str) -> None:
        """Text between elements means nothing here."""

    def close(self) -> None:
        """The end of the log."""
