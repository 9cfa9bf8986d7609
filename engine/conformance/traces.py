"""What another system logged of one case: events in the order of time, and what it says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Event:
    """One event at an aware moment. `person` and `role` are empty where the log has none.

    `attributes` is everything that the log says of it, as text and under the log's own names.
    """

    activity: str
    at: datetime
    person: str = ""
    role: str = ""
    attributes: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), compare=False
    )


@dataclass(frozen=True, slots=True)
class Trace:
    """The events of one case of another system, as the standard for logs calls it."""

    id: str
    events: tuple[Event, ...]
    attributes: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), compare=False
    )

    def value(self, name: str) -> str:
        """What the log says of the case under this name: of the case itself, or of its first event
        that says something. Empty where nothing does."""
        said = self.attributes.get(name, "")
        return said or next((e.attributes[name] for e in self.events if e.attributes.get(name)), "")


def in_order(events: Sequence[Event]) -> tuple[Event, ...]:
    """Events in the order of time; those of one moment as the log has them."""
    return tuple(sorted(events, key=lambda event: event.at))
