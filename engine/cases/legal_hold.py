"""A legal hold: whatever it covers is not erased until it is lifted, whatever the law on retention.

What a case is asked for is read generously: a hold that covers too much is harmless.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Subject:
    """What a hold may name of a case, in whichever of its contents. `names` are all persons and
    suppliers that they mention; `first` and `last` the days (UTC) on which it first came in, and
    was changed last."""

    case: str
    entity: str
    type: str
    names: frozenset[str]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Scope:
    """What cases must have in common to be held; empty words ask for nothing. Days are in UTC, both
    included: a case is of these days where any of its own is."""

    case: str = ""
    entity: str = ""
    type: str = ""
    supplier: str = ""
    person: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def is_stated(self) -> bool:
        """Whether it asks for anything: a hold on everything is not placed by forgetting a word."""
        return self != Scope()

    def covers(self, subject: Subject) -> bool:
        """Whether the hold is on this case."""
        return (
            self.case in ("", subject.case)
            and self.entity in ("", subject.entity)
            and self.type in ("", subject.type)
            and {self.supplier, self.person} - {""} <= subject.names
            and (self.first is None or self.first <= subject.last)
            and (self.last is None or subject.first <= self.last)
        )

    def plain(self) -> dict[str, str]:
        """As it is kept and recorded: only what is asked for."""
        words = {name: str(getattr(self, name) or "") for name in self.__slots__}
        return {name: word for name, word in words.items() if word}


def scope_of(plain: Mapping[str, str]) -> Scope:
    """What was kept, as a scope again. Raises `ValueError` for a day that is none, and `TypeError`
    for a word that nobody knows."""
    days = {name: date.fromisoformat(plain[name]) for name in ("first", "last") if name in plain}
    return Scope(**{**plain, **days})  # type: ignore[arg-type]
