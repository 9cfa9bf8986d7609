"""A decision in words, as values: what `explanation.py` makes and pages and terminals show.

Every text is in the language that was asked for; codes, places, digests and compared values are as
they were decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Detail = Literal["short", "full"]


@dataclass(frozen=True, slots=True)
class Message:
    """A code in words. `details` are words that came with the code and are not in the text."""

    code: str
    short: str
    full: str
    place: str
    details: tuple[str, ...] = ()

    def said(self, detail: Detail) -> str:
        """The short text, or the full one with its details."""
        if detail == "short":
            return self.short
        return f"{self.full} ({'; '.join(self.details)})" if self.details else self.full


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a document is held or refused, and who owns it."""

    message: Message
    owner: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One place on the route to fill: an assignment, or several that stand together (`parts`)."""

    id: int
    sentence: str
    place: str
    ask: str
    word: str
    persons: tuple[str, ...]
    notes: tuple[str, ...]
    parts: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One step; its places are asked in parallel."""

    number: int
    title: str
    places: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison as it was made: `10000.00 <= 10000.00 true`; `times` where lines repeat it."""

    place: str
    fact: str
    left: str
    sign: str
    right: str
    text: str
    result: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Somebody who was looked at and not asked; `person` is empty for a vacant word."""

    person: str
    word: str
    message: Message


@dataclass(frozen=True, slots=True)
class Missing:
    """A finding: what is asked for, in the policy's words, and the message about it."""

    requirement: str
    message: Message


@dataclass(frozen=True, slots=True)
class Review:
    """A review that was opened, and who does it."""

    documents: str
    message: Message
    places: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """The whole decision in one language."""

    language: str
    outcome: str
    headline: str
    sentence: str
    document: str
    decided: str
    amount: str
    rule: str
    matrix: str
    row: str
    row_place: str
    steps: tuple[ExplainedStep, ...]
    held: Stop | None
    refused: Stop | None
    findings: tuple[Missing, ...]
    reviews: tuple[Review, ...]
    compared: tuple[Compared, ...]
    rates: tuple[str, ...]
    passed_over: tuple[PassedOver, ...]
    reasons: tuple[Message, ...]
    digests: tuple[tuple[str, str, str], ...]  # (label, name, digest)
    labels: Mapping[str, str]
