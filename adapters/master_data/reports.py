"""What is wrong with master data, row by row, and what became of the row.

    people.csv:4:level: warning[unknown-level]: no level named `mangaer`; the row is left out
      help: did you mean `manager`?

A report names the file, the line and the column by its name. `error` refuses the whole load,
`warning` left the row out, `note` kept it as the message says.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_SHOWN_MAX: Final = 60
_WORD_MAX: Final = 100
_SUGGESTIONS_MAX: Final = 100
_SUGGEST_AMONG: Final = 2000  # comparing with more words takes longer than it helps


class Effect(StrEnum):
    """What a report did: refused the load, left the row out, or kept it."""

    REFUSED = "error"
    LEFT_OUT = "warning"
    KEPT = "note"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A value of a system that is not authoritative, and what stands. Restricted ones are masked.

    `owner` clears it; `known` is empty where the authoritative system says nothing.
    """

    of: str
    id: str
    field: str
    system: str
    stated: str
    authoritative: str
    known: str
    owner: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """One thing that is wrong in one place. Line 0 is the whole file, column empty the whole row.

    `dragged`: nothing is wrong with this row, but what it names was left out.
    """

    file: str
    line: int
    column: str
    code: str
    message: str
    help: str | None = None
    effect: Effect = Effect.LEFT_OUT
    dragged: bool = False
    disagreement: Disagreement | None = None

    def __str__(self) -> str:
        """As a person reads it: place first, help on a line of its own."""
        place = ":".join(
            part for part in (self.file, str(self.line) if self.line else "", self.column) if part
        )
        end = "; the row is left out" if self.effect is Effect.LEFT_OUT else ""
        text = f"{place}: {self.effect}[{self.code}]: {self.message}{end}"
        return f"{text}\n  help: {self.help}" if self.help else text

    def sort_key(self) -> tuple[str, int, str, str, str]:
        """By file, line, column, code and message, never by discovery."""
        return self.file, self.line, self.column, self.code, self.message


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A help line that costs time: the nearest of the known words, or what to say otherwise."""

    word: str
    known: Collection[str]
    otherwise: str | None = None


Help = str | Suggestion | None


class CellError(Exception):
    """A cell that does not say what its column asks for. Raised and caught within this package."""

    def __init__(self, code: str, message: str, help: Help = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help


class Report:
    """Collects what is wrong during one load, `most` reports of a file; the rest is counted."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: list[BadRow] = []
        self._refusals: list[BadRow] = []
        self._counts: Counter[str] = Counter()
        self._faulty: dict[str, set[int]] = {}

    def add(self, bad: BadRow) -> None:
        """Adds one report."""
        if bad.effect is Effect.LEFT_OUT and not bad.dragged:
            self._faulty.setdefault(bad.file, set()).add(bad.line)
        self._counts[bad.file] += 1
        if self._counts[bad.file] > self._most and (bad.effect is not Effect.REFUSED):
            return
        if bad.effect is Effect.REFUSED:
            if len(self._refusals) < self._most:
                self._refusals.append(bad)
            return
        self._rows.append(bad)

    def refuse(
        self, file: str, line: int, column: str, code: str, message: str, help: Help = None
    ) -> None:
        """Adds what refuses the whole load."""
        said = self.said(file, help)
        self.add(BadRow(file, line, column, code, message, said, Effect.REFUSED))

    def said(self, file: str, help: Help) -> str | None:
        """The help line; nearest words are looked for in the first reports of a file only."""
        if not isinstance(help, Suggestion):
            return help
        if self._counts[file] >= _SUGGESTIONS_MAX:
            return help.otherwise
        return did_you_mean(help.word, help.known) or help.otherwise

    def faulty_count(self, file: str) -> int:
        """How many rows of a file were left out for a fault of their own."""
        return len(self._faulty.get(file, ()))

    @property
    def is_refused(self) -> bool:
        """Whether anything refuses the load."""
        return bool(self._refusals)

    def refused(self) -> str | None:
        """Everything that refuses the load, as text; `None` where nothing does."""
        found = sorted(set(self._refusals), key=BadRow.sort_key)
        return "\n".join(str(bad) for bad in found) if found else None

    def rows(self) -> tuple[BadRow, ...]:
        """Every report of a row, refusing ones too, sorted by place, once each."""
        found = sorted({*self._rows, *self._refusals}, key=BadRow.sort_key)
        kept = Counter(bad.file for bad in found)
        hidden = {file: count - kept[file] for file, count in self._counts.items()}
        more = [
            BadRow(file, 0, "", "more", f"{count} more reports", None, Effect.KEPT)
            for file, count in sorted(hidden.items())
            if self._counts[file] > self._most and count > 0
        ]
        return (*found, *more)


def shown(text: str) -> str:
    """The user's words in backticks, on one line and not endless, safe to print."""
    cut = text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"
    clean = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in cut
    )
    return f"`{clean}`"


def did_you_mean(word: str, known: Collection[str]) -> str | None:
    """The help line for a misspelt word; `None` if nothing is near, or too much to look at."""
    if len(word) > _WORD_MAX or len(known) > _SUGGEST_AMONG:
        return None
    by_lower = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean `{by_lower[near[0]]}`?" if near else None
