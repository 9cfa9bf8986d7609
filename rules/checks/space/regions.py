"""What a list of boxes leaves uncovered, found by splitting on one variable at a time.

Boxes that allow every remaining cell cover by their amounts alone; once those amounts leave no gap
nothing is split any further, so a ladder with a hundred conditional exceptions costs one pass.
Work is counted: a search that has used up its budget says which region it did not examine.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.money import HIGHEST, LOWEST
from rules.checks.space import variables as v
from rules.checks.space.cells import Box, Space

Span = tuple[int, int]  # keys of the amount, both inclusive
Masks = Mapping[int, int]


@dataclass(slots=True)
class Budget:
    """Steps that are left; a step is one box looked at. It may be shared by several searches."""

    left: int

    def spend(self, steps: int) -> bool:
        """Take the steps; false when there are not enough left."""
        self.left -= steps
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Region:
    """Documents with some facts in some cells and an amount in one of the spans.

    `numbers` are example values of facts, by name and currency, where facts are compared.
    """

    masks: Masks
    spans: tuple[Span, ...]
    numbers: Mapping[str, Fraction]


Possible = Callable[[Masks, Span], Mapping[str, Fraction] | None]


class Search:
    """Looks for what is not covered. `possible` rules out combinations that cannot exist."""

    def __init__(self, space: Space, budget: Budget, possible: Possible) -> None:
        self._space = space
        self._full = [v.full(variable) for variable in space.variables]
        self._budget = budget
        self._possible = possible
        self.unexamined: list[Masks] = []

    def uncovered(self, start: Box, covers: Sequence[Box]) -> Iterator[Region]:
        """Every part of `start` that no cover reaches; parts do not intersect."""
        span = (start.low, start.high)
        spans = [span] if self._exists(span) else []
        if spans and all(start.masks.values()):
            yield from self._split(dict(start.masks), spans, covers)

    def _split(
        self, masks: dict[int, int], spans: list[Span], covers: Sequence[Box]
    ) -> Iterator[Region]:
        if not self._budget.spend(1 + len(covers)):
            self.unexamined.append(masks)
            return
        inside: list[Span] = []
        partial: list[Box] = []
        mentions: dict[int, int] = {}
        for box in covers:
            open_variables = self._open(box, masks)
            if open_variables is None:
                continue
            if not open_variables:
                inside.append((box.low, box.high))
            else:
                partial.append(box)
        spans = self._without(spans, inside)
        if not spans:
            return
        partial = [box for box in partial if _reaches(box, spans)]
        for box in partial:
            for number in self._open(box, masks) or ():
                mentions[number] = mentions.get(number, 0) + 1
        if not mentions:
            yield from self._leaf(masks, spans)
            return
        chosen = max(mentions, key=lambda number: (mentions[number], -number))
        for mask, boxes in self._groups(chosen, masks.get(chosen, self._full[chosen]), partial):
            yield from self._split({**masks, chosen: mask}, spans, boxes)

    def _open(self, box: Box, masks: Masks) -> list[int] | None:
        """The variables that still decide whether the box covers; `None` if it cannot."""
        undecided = []
        for number, mask in box.masks.items():
            here = masks.get(number, self._full[number])
            if not here & mask:
                return None
            if here & ~mask:
                undecided.append(number)
        return undecided

    def _groups(
        self, number: int, mask: int, boxes: Sequence[Box]
    ) -> Iterator[tuple[int, list[Box]]]:
        """Cells that the same boxes allow are examined together."""
        everywhere: list[Box] = []
        by_cell: dict[int, list[int]] = {}
        for position, box in enumerate(boxes):
            allowed = box.masks.get(number)
            if allowed is None or not mask & ~allowed:
                everywhere.append(box)
                continue
            for cell in v.bits(allowed & mask):
                by_cell.setdefault(cell, []).append(position)
        self._budget.spend(sum(map(len, by_cell.values())))
        groups: dict[tuple[int, ...], int] = {}
        for cell in v.bits(mask):
            signature = tuple(by_cell.get(cell, ()))
            groups[signature] = groups.get(signature, 0) | 1 << cell
        for signature, cells in groups.items():
            yield cells, [boxes[position] for position in signature] + everywhere

    def _leaf(self, masks: Masks, spans: list[Span]) -> Iterator[Region]:
        found = [(span, self._possible(masks, span)) for span in spans]
        real = [(span, numbers) for span, numbers in found if numbers is not None]
        if real:
            yield Region(masks, tuple(span for span, _ in real), real[0][1])

    def _without(self, spans: list[Span], taken: list[Span]) -> list[Span]:
        """The ascending spans minus those taken, without what holds no amount."""
        left: list[Span] = []
        merged = _merged(taken)
        position = 0
        for low, high in spans:
            at = low
            while position < len(merged) and merged[position][1] < low:
                position += 1
            here = position
            while here < len(merged) and merged[here][0] <= high:
                left.append((at, merged[here][0] - 1))
                at = merged[here][1] + 1
                here += 1
            left.append((at, high))
        return [span for span in left if self._exists(span)]

    def _exists(self, span: Span) -> bool:
        """Whether the span has an amount: odd keys lie between two minor units."""
        low, high = span
        return low <= high and (self._space.between or low != high or low % 2 == 0)


def _merged(spans: list[Span]) -> list[Span]:
    """The same keys as ascending spans that do not touch."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _reaches(box: Box, spans: Sequence[Span]) -> bool:
    """Whether the box has an amount in one of the ascending spans."""
    position = bisect_left(spans, box.low, key=lambda span: span[1])
    return position < len(spans) and spans[position][0] <= box.high


def nearest_zero(span: Span, between: bool) -> int:
    """A key of the span to show: of a whole amount if there is one, as near to zero as can be."""
    low, high = span
    if low <= 0 <= high:
        return 0
    start, step = (low, 1) if low > 0 else (high, -1)
    if start % 2 and (start + step) in range(low, high + 1):
        return start + step
    return start


def is_unbounded(span: Span) -> tuple[bool, bool]:
    """Whether the span has no lower, and no upper end."""
    return span[0] <= LOWEST, span[1] >= HIGHEST
