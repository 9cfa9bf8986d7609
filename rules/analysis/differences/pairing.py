"""Which thing of the new set is which of the old. The order of writing means nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from rules.analysis.differences.essence import essence, ordered

T = TypeVar("T")
Likeness = Callable[[T, T], bool]


def unequal(old: Iterable[T], new: Iterable[T]) -> tuple[list[T], list[T]]:
    """What is not found word for word on the other side, in an order of its own."""
    left: dict[Hashable, list[T]] = {}
    for item in new:
        left.setdefault(essence(item), []).append(item)
    gone = []
    for item in old:
        same = left.get(essence(item))
        if same:
            same.pop()
        else:
            gone.append(item)
    come = [item for items in left.values() for item in items]
    return sorted(gone, key=_written), sorted(come, key=_written)


def _written(item: object) -> str:
    return ordered(essence(item))


def paired(
    old: Sequence[T], new: Sequence[T], *likenesses: Likeness[T]
) -> tuple[list[tuple[T, T]], list[T], list[T]]:
    """Pairs, and what has no partner. The first likeness is tried for all, then the next."""
    gone, come = unequal(old, new)
    pairs: list[tuple[T, T]] = []
    for is_like in likenesses:
        for item in list(gone):
            partner = next((other for other in come if is_like(item, other)), None)
            if partner is not None:
                pairs.append((item, partner))
                gone = [left for left in gone if left is not item]
                come = [left for left in come if left is not partner]
    return pairs, gone, come


def same(key: Callable[[T], Hashable]) -> Likeness[T]:
    """Alike where the key is the same, and there is one."""

    def is_like(one: T, other: T) -> bool:
        return bool(key(one)) and key(one) == key(other)

    return is_like
