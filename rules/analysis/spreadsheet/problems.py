"""Why a spreadsheet is refused: every reason, each with the cell, nothing taken over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason. `place` is a cell (`us-spending!F9`) or where something stands in a file."""

    place: str
    message: str
    help: str | None = None

    def __str__(self) -> str:
        help = "" if self.help is None else f"\n  help: {self.help}"
        return f"{self.place}: {self.message}{help}"

    def to_json(self) -> dict[str, str | None]:
        """Plain values for machines, always with the same keys."""
        return {"place": self.place, "message": self.message, "help": self.help}


class SheetRefused(Exception):
    """The spreadsheet cannot be taken over. Nothing of it was."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def refused(place: str, message: str, help: str | None = None) -> SheetRefused:
    """A refusal for one reason; the result is to be raised."""
    return SheetRefused([Problem(place, message, help)])
