"""When a connection fails again and again it pauses: its documents wait, those of others go on.

After the pause one document is tried. If it gets through, the others follow; if not, the
connection pauses again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MOST_FAILURES: Final = 5
PAUSE: Final = timedelta(seconds=30)


@dataclass(slots=True)
class _Line:
    """How a connection fares; `until` is when its pause ends."""

    failures: int = 0
    until: datetime | None = None
    is_tried: bool = False


class Breaker:
    """Which connections pause. Threads share it; moments are aware and given."""

    def __init__(self, most_failures: int = MOST_FAILURES, pause: timedelta = PAUSE) -> None:
        self._most_failures = most_failures
        self._pause = pause
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def paused(self, now: datetime) -> frozenset[str]:
        """Connections to which nothing is sent now."""
        with self._lock:
            return frozenset(
                name
                for name, line in self._lines.items()
                if line.until is not None and (now < line.until or line.is_tried)
            )

    def began(self, name: str) -> None:
        """A document goes to the connection; after a pause it is the only one until it ended."""
        with self._lock:
            line = self._lines.get(name)
            if line is not None and line.until is not None:
                line.is_tried = True

    def got_through(self, name: str) -> None:
        """The other side answered, whatever it said."""
        with self._lock:
            self._lines.pop(name, None)

    def failed(self, name: str, now: datetime, at_least_until: datetime | None = None) -> bool:
        """The connection failed; true where it pauses from now on.

        `at_least_until` is what the other side asked for: it pauses until then at once.
        """
        with self._lock:
            line = self._lines.setdefault(name, _Line())
            line.failures += 1
            line.is_tried = False
            if line.failures >= self._most_failures:
                line.until = max(now + self._pause, at_least_until or now)
            elif at_least_until is not None:
                line.until = at_least_until
            return line.until is not None and line.until > now

    def let_go(self, name: str) -> None:
        """Nothing was learnt: the next document is tried."""
        with self._lock:
            line = self._lines.get(name)
            if line is not None:
                line.is_tried = False
