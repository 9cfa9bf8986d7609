"""What a comparison of two sets says: single differences, and what they do to documents.

A direction is claimed only where it can be told exactly. `stricter` means that everything that was
needed still is, and more is; `looser` the opposite; `different` that neither can be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.places import NOWHERE, Place


class Direction(StrEnum):
    """Which way a difference goes; in the order in which a reader wants to see them."""

    LOOSER = "looser"
    STRICTER = "stricter"
    DIFFERENT = "different"


class Area(StrEnum):
    """What a difference is about, in the order of a report."""

    LIMITS = "limits"
    SCHEDULES = "schedules"
    CONTROLS = "controls"
    SEGREGATION = "segregation of duties"
    GUARANTEES = "guarantees"
    READINESS = "readiness to post"
    COUNTRIES = "countries"
    DELEGATION = "delegation and stand-ins"
    ORGANIZATION = "organization"
    VOCABULARY = "vocabulary"
    CHOICES = "stated choices"
    ACCEPTED = "accepted reports"


class Change(StrEnum):
    """What happened to it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was added, removed or changed. `says` is the whole sentence.

    `name` is what it is about (`purchases`, `role cfo`). `before` and `after` are what is compared,
    as text, where one thing has changed.
    """

    area: Area
    name: str
    change: Change
    direction: Direction
    says: str
    before: str = ""
    after: str = ""
    old_place: Place = NOWHERE
    new_place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Effect:
    """Documents that the schedules of the two sets answer differently, with one of them.

    `where` says which documents of these types and entities, `amounts` which amounts; `days` is
    empty where it is so on every day.
    """

    documents: tuple[str, ...]
    entities: tuple[str, ...]
    days: str
    amounts: str
    where: str
    before: str
    after: str
    direction: Direction
    witness: str


@dataclass(frozen=True, slots=True)
class Unproved:
    """Documents for which no more can be said than that rules differ; `why` is a sentence."""

    documents: tuple[str, ...]
    entities: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything in which two sets differ.

    `effects` are exact for documents that state the facts that their schedules ask for; `rewritten`
    names schedules that read differently and answer every such document alike. `asks_more` are
    facts that a schedule asks for now and did not before: where a document lacks one of them it may
    be held. `unproved` is what could not be examined.
    """

    found: tuple[Difference, ...]
    effects: tuple[Effect, ...] = ()
    rewritten: tuple[str, ...] = ()
    asks_more: tuple[tuple[str, str], ...] = ()
    unproved: tuple[Unproved, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether the two sets say the same, in other words or not."""
        return not (self.found or self.effects or self.unproved)
