"""Where and when a file of a policy set applies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a file applies. Exactly one of the three is not empty, or none: the group."""

    entities: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    @property
    def width(self) -> int:
        """0 entities, 1 countries, 2 regions, 3 group: the smaller, the more specific."""
        return 0 if self.entities else 1 if self.countries else 2 if self.regions else 3


@dataclass(frozen=True, slots=True)
class Effective:
    """Local days on which a file decides; `to` is exclusive."""

    start: date | None = None
    to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the file is in force on the local day."""
        return (self.start is None or self.start <= day) and (self.to is None or day < self.to)
