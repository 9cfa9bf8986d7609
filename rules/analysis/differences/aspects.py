"""What can differ between two rules of one kind: a table a kind, read by one function.

An aspect names one field, how it is said, and which way a difference in it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from engine.places import NOWHERE
from rules.analysis.differences.essence import essence
from rules.analysis.differences.model import Area, Change, Difference, Direction
from rules.analysis.differences.pairing import Likeness, paired
from rules.analysis.differences.strictness import turned

T = TypeVar("T")
Judge = Callable[[Any, Any], Direction | None]


def undirected(old: object, new: object) -> Direction | None:
    """A difference whose direction cannot be told."""
    return Direction.DIFFERENT


@dataclass(frozen=True, slots=True)
class Aspect(Generic[T]):
    """One thing that a rule says: `label` before its text in a sentence."""

    label: str
    get: Callable[[T], Any]
    text: Callable[[Any], str] = str
    judge: Judge = undirected


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One kind of rule: how it is named and told, and what adding one does.

    `tells` says all that one says, for a report that it was added or removed.
    """

    area: Area
    name: Callable[[T], str]
    tells: Callable[[T], str]
    aspects: tuple[Aspect[T], ...]
    likenesses: tuple[Likeness[T], ...]
    adding: Direction = Direction.DIFFERENT


def compared(kind: Kind[T], old: Iterable[T], new: Iterable[T]) -> Iterator[Difference]:
    """Every difference between the rules of one kind."""
    pairs, gone, come = paired(list(old), list(new), *kind.likenesses)
    for before, after in pairs:
        yield from changes(kind, before, after)
    for item in gone:
        yield lone(kind, item, Change.REMOVED)
    for item in come:
        yield lone(kind, item, Change.ADDED)


def changes(kind: Kind[T], before: T, after: T) -> Iterator[Difference]:
    """What is different in one rule, an aspect a difference."""
    for aspect in kind.aspects:
        old, new = aspect.get(before), aspect.get(after)
        if essence(old) == essence(new):
            continue
        was, now = aspect.text(old), aspect.text(new)
        yield Difference(
            kind.area,
            kind.name(after),
            Change.CHANGED,
            aspect.judge(old, new) or Direction.DIFFERENT,
            f"{aspect.label}{'' if 'now' in aspect.label.split() else ' now'} {now}, before {was}",
            was,
            now,
            getattr(before, "place", NOWHERE),
            getattr(after, "place", NOWHERE),
        )


def lone(kind: Kind[T], item: T, change: Change) -> Difference:
    """A rule that only one of the sets has."""
    adding = kind.adding
    direction = turned(adding) or adding if change is Change.REMOVED else adding
    place = getattr(item, "place", NOWHERE)
    told = kind.tells(item)
    is_new = change is Change.ADDED
    return Difference(
        kind.area,
        kind.name(item),
        change,
        direction,
        f"{'new' if is_new else 'no longer there'}: {told}" if told else str(change),
        before="" if is_new else told,
        after=told if is_new else "",
        old_place=NOWHERE if is_new else place,
        new_place=place if is_new else NOWHERE,
    )


def phrase(parts: Sequence[tuple[str, str]]) -> str:
    """What a rule says, without what it does not say."""
    return ", ".join(f"{label}{text}" for label, text in parts if text)
