"""What is wrong with a policy set, as values: all of it, sorted by place, in one spelling.

The module exists so that reading, checking and compiling can go on after a problem and report
everything at once. A diagnostic is for the person who writes policy: the place comes first, his own
words stand in backticks, what was expected and what was found are both said, and help is apart.
"""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.places import Place
from rules.codes import CODES

_SHOWN_MAX: Final = 60


class Severity(StrEnum):
    """How much a diagnostic weighs: an error keeps the set from loading, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class UnregisteredCode(KeyError):
    """A diagnostic was given a code that `rules.codes` does not list: a mistake in this program."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem at one place. `message` is one line; `help` says what to write instead.

    `witness` is a document that shows the problem, in the words of a test.
    """

    code: str
    severity: Severity
    place: Place
    message: str
    help: str | None = None
    witness: str | None = None

    def __str__(self) -> str:
        """Write it as the command line shows it: one line, then help and witness indented."""
        lines = [f"{self.place}: {self.severity}[{self.code}]: {self.message}"]
        if self.help is not None:
            lines.append(f"  help: {self.help}")
        if self.witness is not None:
            lines.append(f"  witness: {self.witness}")
        return "\n".join(lines)

    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        """The order of reports: by place, then code, message and severity, never by discovery."""
        return (*self.place, self.code, self.message, self.severity)

    def to_json(self) -> dict[str, str | int | None]:
        """Plain values for machines, always with the same keys."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "help": self.help,
            "witness": self.witness,
        }


class Diagnostics:
    """Collects diagnostics while a set is read and checked; nothing is ever taken out again."""

    def __init__(self) -> None:
        # A dict keeps one of each: the same finding is often reached on several ways.
        self._found: dict[Diagnostic, None] = {}
        self._has_errors = False

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.sorted())

    @property
    def has_errors(self) -> bool:
        """Whether anything found keeps the set from loading."""
        return self._has_errors

    def error(
        self,
        code: str,
        place: Place,
        message: str,
        help: str | None = None,
        witness: str | None = None,
    ) -> None:
        """Add what keeps the set from loading."""
        self.add(Diagnostic(code, Severity.ERROR, place, message, help, witness))

    def warning(
        self,
        code: str,
        place: Place,
        message: str,
        help: str | None = None,
        witness: str | None = None,
    ) -> None:
        """Add what is probably a mistake."""
        self.add(Diagnostic(code, Severity.WARNING, place, message, help, witness))

    def note(
        self,
        code: str,
        place: Place,
        message: str,
        help: str | None = None,
        witness: str | None = None,
    ) -> None:
        """Add what is worth knowing."""
        self.add(Diagnostic(code, Severity.NOTE, place, message, help, witness))

    def add(self, diagnostic: Diagnostic) -> None:
        """Add one diagnostic; an exact repetition is dropped. Raises `UnregisteredCode`."""
        if diagnostic.code not in CODES:
            raise UnregisteredCode(diagnostic.code)
        self._found[diagnostic] = None
        self._has_errors = self._has_errors or diagnostic.severity is Severity.ERROR

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add several, for instance those of another collector."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Everything found, once each, by file, line, column, code and message."""
        return tuple(sorted(self._found, key=Diagnostic.sort_key))

    def render(self) -> str:
        """Everything found, as text with one line feed after each; empty if nothing was found."""
        return "".join(f"{diagnostic}\n" for diagnostic in self.sorted())


def shown(text: str, *, whole: bool = False) -> str:
    """The user's words in backticks, on one line, safe to print; not endless unless `whole`."""
    cut = text if whole or len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"
    clean = "".join(char if char.isprintable() else _escaped(char) for char in cut)
    return f"`{clean}`"


def _escaped(char: str) -> str:
    """A character that does not print, as its escape: `\\n`, `\\u202e`."""
    return char.encode("unicode_escape").decode("ascii")


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The help line for a misspelt word: the nearest known one, or None if none is near.

    Upper and lower case are not told apart, and the answer does not depend on the order of `known`.
    """
    by_lower = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f"did you mean `{by_lower[near[0]]}`?" if near else None
