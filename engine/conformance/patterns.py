"""Which events a check means: by activity, role and person, with `*` for any text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.conformance.traces import Event, Trace


@dataclass(frozen=True, slots=True)
class Pattern:
    """Events of which each stated part is one of the texts; a part without texts may be anything.

    `*` in a text stands for any characters, and for none; upper and lower case differ.
    """

    activities: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()

    def matches(self, event: Event) -> bool:
        """Whether the event is one of these."""
        return (
            _is_one(self.activities, event.activity)
            and _is_one(self.roles, event.role)
            and _is_one(self.persons, event.person)
        )

    def found(self, trace: Trace) -> Iterator[Event]:
        """The events of these in the trace, in the order of time."""
        return (event for event in trace.events if self.matches(event))

    def __str__(self) -> str:
        parts = (
            ("activity", self.activities),
            ("role", self.roles),
            ("person", self.persons),
        )
        return ", ".join(f"{name} {' or '.join(texts)}" for name, texts in parts if texts)


def _is_one(texts: tuple[str, ...], value: str) -> bool:
    return not texts or any(_is_like(text, value) for text in texts)


@lru_cache(maxsize=4096)  # a log has few names, and very many events
def _is_like(text: str, value: str) -> bool:
    parts = (re.escape(part) for part in text.split("*"))
    return re.fullmatch(".*".join(parts), value, re.DOTALL) is not None
