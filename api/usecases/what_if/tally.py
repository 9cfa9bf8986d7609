"""What many compared documents come to: counts and money by kind, person and row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from typing import Final

from api.usecases.what_if.comparing import Changed, Refused
from api.usecases.what_if.many import Chunk
from engine.money import Money

MOST_REFUSED: Final = 20
MOST_TOP: Final = 10  # in one currency

Amounts = Counter[str]  # minor units by currency


@dataclass(slots=True)
class Share:
    """Documents and their money."""

    count: int = 0
    amounts: Amounts = field(default_factory=Counter)

    def add(self, amount: Money | None) -> None:
        """One document more."""
        self.count += 1
        if amount is not None:
            self.amounts[amount.currency] += amount.minor


@dataclass(slots=True)
class Tasks:
    """What one person is asked more, and what no longer, over all changed documents."""

    more: Share = field(default_factory=Share)
    fewer: Share = field(default_factory=Share)


@dataclass(slots=True)
class Tally:
    """Counts chunk after chunk; nothing but the largest documents is kept."""

    count: int = 0
    proved: int = 0
    changed: Share = field(default_factory=Share)
    refused_count: int = 0
    refused: list[Refused] = field(default_factory=list)
    kinds: dict[str, Share] = field(default_factory=dict)
    persons: dict[str, Tasks] = field(default_factory=dict)
    rows: dict[tuple[str, str], Share] = field(default_factory=dict)
    _top: dict[str, list[tuple[int, int, Changed]]] = field(default_factory=dict)

    def add(self, chunk: Chunk) -> None:
        """Counts the documents of a chunk."""
        self.count += chunk.count
        self.proved += chunk.proved
        self.refused_count += len(chunk.refused)
        self.refused += chunk.refused[: MOST_REFUSED - len(self.refused)]
        for changed in chunk.changed:
            self._add(changed)

    def _add(self, changed: Changed) -> None:
        amount = changed.amount
        self.changed.add(amount)
        for kind in changed.kinds:
            self.kinds.setdefault(kind, Share()).add(amount)
        rows = (
            _row(changed.before.matrix, changed.before.row),
            _row(changed.after.matrix, changed.after.row),
        )
        self.rows.setdefault(rows, Share()).add(amount)
        before, after = changed.before.tasks, changed.after.tasks
        for person in sorted({person for person, _ in after - before}):
            self.persons.setdefault(person, Tasks()).more.add(amount)
        for person in sorted({person for person, _ in before - after}):
            self.persons.setdefault(person, Tasks()).fewer.add(amount)
        self._keep(changed)

    def _keep(self, changed: Changed) -> None:
        currency = changed.amount.currency if changed.amount is not None else ""
        minor = abs(changed.amount.minor) if changed.amount is not None else 0
        top = self._top.setdefault(currency, [])
        entry = (minor, -changed.position, changed)
        if len(top) < MOST_TOP:
            heappush(top, entry)
        else:
            heappushpop(top, entry)

    def top(self) -> Iterator[Changed]:
        """The largest changed documents of each currency, largest first."""
        for currency in sorted(self._top):
            for _, _, changed in sorted(self._top[currency], key=lambda each: each[:2])[::-1]:
                yield changed


def _row(matrix: str, row: str) -> str:
    return f"{matrix}: {row}" if row else matrix or "no schedule"
