"""Pairs of rows that may meet, without comparing every row with every other.

Rows are divided by the variable that most of them ask about, then swept along the amount; what is
left is compared. Work is counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rules.checks.space import variables as v
from rules.checks.space.cells import Box
from rules.checks.space.regions import Budget

FEW: Final = 24  # so many are swept at once


@dataclass(frozen=True, slots=True)
class Item:
    """One box of one row; `answer` numbers the answers, equal ones alike."""

    row: int
    answer: int
    box: Box


Pair = tuple[Item, Item]


def meeting(items: Sequence[Item], budget: Budget) -> Iterator[Pair]:
    """Pairs of different answers whose boxes meet, some of them more than once.

    Stops early when the budget is spent.
    """
    yield from _within(list(items), frozenset(), budget)


def _within(items: list[Item], used: frozenset[int], budget: Budget) -> Iterator[Pair]:
    if len({item.answer for item in items}) < 2 or not budget.spend(len(items)):
        return
    chosen = _most_asked(items, used) if len(items) > FEW else None
    if chosen is None:
        yield from _sweep(items, (), budget)
        return
    asking = [item for item in items if chosen in item.box.masks]
    rest = [item for item in items if chosen not in item.box.masks]
    yield from _within(rest, used, budget)
    for group in _groups(asking, chosen, budget):
        yield from _within(group, used | {chosen}, budget)
    yield from _across(asking, rest, used | {chosen}, budget)


def _across(
    some: list[Item], others: list[Item], used: frozenset[int], budget: Budget
) -> Iterator[Pair]:
    """Pairs of one of these and one of those."""
    if not some or not others or not budget.spend(len(some) + len(others)):
        return
    chosen = _most_asked(others, used) if len(some) * len(others) > FEW * FEW else None
    if chosen is None:
        yield from _sweep(some, others, budget)
        return
    asking = [item for item in others if chosen in item.box.masks]
    rest = [item for item in others if chosen not in item.box.masks]
    yield from _across(some, rest, used | {chosen}, budget)
    free = [item for item in some if chosen not in item.box.masks]
    yield from _across(free, asking, used | {chosen}, budget)
    bound = [item for item in some if chosen in item.box.masks]
    by_cell = _by_cell(bound, chosen, budget)
    for cell, group in _by_cell(asking, chosen, budget).items():
        yield from _across(by_cell.get(cell, []), group, used | {chosen}, budget)


def _most_asked(items: Sequence[Item], used: frozenset[int]) -> int | None:
    """The variable that most items ask about, where it divides at least a quarter of them."""
    counts: dict[int, int] = {}
    for item in items:
        for number in item.box.masks:
            if number not in used:
                counts[number] = counts.get(number, 0) + 1
    if not counts:
        return None
    chosen = max(counts, key=lambda number: (counts[number], -number))
    return chosen if counts[chosen] * 4 >= len(items) else None


def _by_cell(items: Sequence[Item], number: int, budget: Budget) -> dict[int, list[Item]]:
    by_cell: dict[int, list[Item]] = {}
    for item in items:
        for cell in v.bits(item.box.masks[number]):
            by_cell.setdefault(cell, []).append(item)
    budget.spend(sum(map(len, by_cell.values())))
    return by_cell


def _groups(items: Sequence[Item], number: int, budget: Budget) -> Iterator[list[Item]]:
    """The items of each cell, once where several cells have the same."""
    seen: set[tuple[int, ...]] = set()
    for group in _by_cell(items, number, budget).values():
        signature = tuple(id(item) for item in group)
        if signature not in seen:
            seen.add(signature)
            yield group


def _sweep(some: Sequence[Item], others: Sequence[Item], budget: Budget) -> Iterator[Pair]:
    """Compare what meets on the amount; without `others`, some with each other."""
    sides = [(item, 0) for item in some] + [(item, 1) for item in others]
    sides.sort(key=lambda side: side[0].box.low)
    open_now: list[tuple[Item, int]] = []
    for item, side in sides:
        open_now = [entry for entry in open_now if entry[0].box.high >= item.box.low]
        if not budget.spend(1 + len(open_now)):
            return
        for other, other_side in open_now:
            if (
                (not others or side != other_side)
                and item.answer != other.answer
                and item.row != other.row
                and _masks_meet(item.box, other.box)
            ):
                yield other, item
        open_now.append((item, side))


def _masks_meet(left: Box, right: Box) -> bool:
    few, many = left.masks, right.masks
    if len(few) > len(many):
        few, many = many, few
    return all(mask & many.get(number, mask) for number, mask in few.items())
