"""What the formats share: which column is what, how events are read, what is left out and why.

One event that cannot be read takes its whole case along: what is missing of a case would make the
others look like a violation, or hide one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from engine.conformance.traces import Event, Trace, in_order
from engine.quoting import quoted

MOST_EVENTS: Final = 100_000  # of one case
MOST_ATTRIBUTES: Final = 2_000  # of one event, or of one case
LONGEST_TEXT: Final = 10_000  # characters of one value
LONGEST_NAME: Final = 500
COMPLETE: Final = "complete"


class LogRefused(Exception):
    """The log as a whole cannot be read. The message is one line: place, expected, found."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column or attribute is what; those of the standard XES, if nothing else is said.

    `person`, `role` and `lifecycle` may be empty: the log has none. With `lifecycle` only events
    count that are complete. `format` is that of moments, as `datetime.strptime` reads it, empty
    for ISO 8601; `zone` is where moments without an offset are local, empty where none is.
    """

    case: str = "concept:name"
    activity: str = "concept:name"
    at: str = "time:timestamp"
    person: str = "org:resource"
    role: str = "org:role"
    lifecycle: str = "lifecycle:transition"
    format: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A case that was left out. `place` is the line of the first thing that is wrong with it."""

    case: str
    place: str
    code: str
    message: str


class NotRead(Exception):
    """One event that is none."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def moment_of(text: str, columns: Columns) -> datetime:
    """The aware moment that a text states. Raises `NotRead`."""
    try:
        found = (
            datetime.strptime(text, columns.format)  # noqa: DTZ007  the zone is looked at below
            if columns.format
            else datetime.fromisoformat(text)
        )
    except ValueError:
        wanted = f"as `{columns.format}`" if columns.format else "like 2027-03-15T09:00:00+01:00"
        raise NotRead(
            "invalid_moment", f"expected a moment {wanted}, found {quoted(text)}"
        ) from None
    if found.utcoffset() is not None:
        return found
    if not columns.zone:
        message = f"expected a moment with its offset from UTC, found {quoted(text)}"
        raise NotRead("moment_without_zone", message)
    return found.replace(tzinfo=ZoneInfo(columns.zone))


def event_of(values: Mapping[str, str], columns: Columns) -> Event | None:
    """The event that a row states; `None` for one that is not complete. Raises `NotRead`."""
    if len(values) > MOST_ATTRIBUTES:
        raise NotRead("too_many", f"expected at most {MOST_ATTRIBUTES:,} values, found more")
    if any(len(text) > LONGEST_TEXT for text in values.values()):
        raise NotRead("text_too_long", f"expected at most {LONGEST_TEXT:,} characters, found more")
    moved = values.get(columns.lifecycle, "") if columns.lifecycle else ""
    if moved and moved.lower() != COMPLETE:
        return None
    activity = values.get(columns.activity, "")
    if not activity or len(activity) > LONGEST_NAME:
        expected = f"expected an activity of 1 to {LONGEST_NAME} characters in `{columns.activity}`"
        raise NotRead("no_activity", f"{expected}, found {quoted(activity)}")
    return Event(
        activity,
        moment_of(values.get(columns.at, ""), columns),
        values.get(columns.person, "") if columns.person else "",
        values.get(columns.role, "") if columns.role else "",
        MappingProxyType(values),
    )


class Gathering:
    """The events of one case while they are read."""

    def __init__(self, id: str, place: str) -> None:
        self.id = id
        self.attributes: dict[str, str] = {}
        self._place = place
        self._events: list[Event] = []
        self._wrong: tuple[str, str, str] | None = None

    def add(self, values: Mapping[str, str], columns: Columns, place: str) -> None:
        """One more event, or what is wrong with it."""
        if self._wrong is not None:
            return
        try:
            event = event_of(values, columns)
            if len(self._events) >= MOST_EVENTS:
                raise NotRead("too_many", f"expected at most {MOST_EVENTS:,} events of one case")
        except NotRead as problem:
            self.refuse(place, problem.code, problem.message)
            return
        if event is not None:
            self._events.append(event)

    def refuse(self, place: str, code: str, message: str) -> None:
        """The whole case is left out."""
        if self._wrong is None:
            self._wrong = place, code, message
            self._events.clear()

    def done(self) -> Trace | Quarantined:
        """The case, or why it is left out."""
        if self._wrong is None and (not self.id or len(self.id) > LONGEST_NAME):
            message = f"expected a case of 1 to {LONGEST_NAME} characters, found {quoted(self.id)}"
            self.refuse(self._place, "no_case", message)
        if self._wrong is not None:
            return Quarantined(self.id[:LONGEST_NAME], *self._wrong)
        return Trace(self.id, in_order(self._events), MappingProxyType(self.attributes))
