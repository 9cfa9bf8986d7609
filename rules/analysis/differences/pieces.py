"""What a stack of schedules answers, as pieces of one space of documents.

A piece is one answer with the boxes in which it is given for certain and those in which something
else may decide: a schedule of narrower scope, an exception, a row that answers differently. What no
row covers is a piece of its own, cut out exactly.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.facts.conditions import Condition
from engine.policy import Answer, Hold, Matrix, Requirement, Row
from rules.analysis.differences.essence import essence
from rules.analysis.differences.stacks import Stack
from rules.checks.answers import answer_shape
from rules.checks.space.cells import WHOLE, Box, Space
from rules.checks.space.pairs import Item, meeting
from rules.checks.space.regions import Budget, Search

NO_MATRIX: Final = Hold("no schedule covers it", "no_matrix")
NO_ROW: Final = Hold("no row covers it", "no_row")
SEVERAL_ROWS: Final = Hold("several rows answer differently", "ambiguous_rows")
MOST_REGIONS: Final = 2_000  # that no row of a stack covers


class Unknowable(Exception):
    """The stack cannot be divided exactly; `str` says why."""


@dataclass(slots=True)
class Piece:
    """One answer, where it is given, and where something else may decide."""

    answer: Answer
    boxes: list[Box]
    require: tuple[Requirement, ...] = ()
    blocked: list[Box] = field(default_factory=list)

    @property
    def kind(self) -> Hashable:
        """Equal for pieces that answer alike."""
        return essence(self.answer), frozenset(essence(part) for part in self.require)


def conditions(stack: Stack) -> Iterator[Condition]:
    """Every condition that a stack asks."""
    for matrix in stack:
        yield matrix.when
        yield from (row.when for row in matrix.rows)


def pieces(stack: Stack, space: Space, search: Search, budget: Budget, whole: Box) -> list[Piece]:
    """All answers of the stack. Raises `Unknowable` and `TooManyBoxes`."""
    headers = [space.boxes(matrix.when, certain=False) for matrix in stack]
    found: list[Piece] = []
    for position, matrix in enumerate(stack):
        narrower = [box for boxes in headers[:position] for box in boxes]
        _refuse_ambiguous(stack, position, headers)
        inside = [box for box in _within(space.boxes(matrix.when, certain=True), whole)]
        found += _of_matrix(matrix, inside, narrower, (space, search, budget))
    everywhere = [box for boxes in headers for box in boxes]
    boxes = _left(search, [whole], everywhere)
    return [*found, Piece(NO_MATRIX, boxes)] if boxes else found


def _refuse_ambiguous(stack: Stack, position: int, headers: list[list[Box]]) -> None:
    """Two schedules of one width that may both cover a document: the engine holds it."""
    for other in range(position):
        if stack[other].scope.width == stack[position].scope.width and any(
            one.meet(two) for one in headers[other] for two in headers[position]
        ):
            names = f"`{stack[other].name}` and `{stack[position].name}`"
            raise Unknowable(f"{names} may both cover a document")


def _of_matrix(
    matrix: Matrix, inside: list[Box], narrower: list[Box], tools: tuple[Space, Search, Budget]
) -> Iterator[Piece]:
    space, search, budget = tools
    certain, possible = (
        [list(_row_boxes(space, row, inside, certain=sure)) for row in matrix.rows]
        for sure in (True, False)
    )
    exceptions = [
        box
        for row, boxes in zip(matrix.rows, possible, strict=True)
        if row.exception
        for box in boxes
    ]
    for is_exception in (True, False):
        before = narrower if is_exception else [*narrower, *exceptions]
        ranked = [n for n, row in enumerate(matrix.rows) if row.exception is is_exception]
        others = _meeting(matrix.rows, ranked, possible, budget)
        for number in ranked:
            row = matrix.rows[number]
            if certain[number]:
                blocked = [*before, *(possible_box for _, possible_box in others.get(number, ()))]
                yield Piece(row.answer, certain[number], row.require, blocked)
        met = [
            both
            for number, partners in _meeting(matrix.rows, ranked, certain, budget).items()
            for one, two in partners
            if number >= 0 and (both := one.meet(two)) is not None
        ]
        if met:
            yield Piece(SEVERAL_ROWS, met, (), before)
    left = _left(search, inside, [*narrower, *(box for boxes in possible for box in boxes)])
    if left:
        yield Piece(_otherwise(matrix), left)


def _otherwise(matrix: Matrix) -> Answer:
    """What is answered where no row matches; a hold keeps the code of what no row covers."""
    if isinstance(matrix.otherwise, Hold) and not matrix.otherwise.code:
        return Hold(matrix.otherwise.reason, NO_ROW.code)
    return matrix.otherwise or NO_ROW


def _row_boxes(space: Space, row: Row, inside: list[Box], *, certain: bool) -> Iterator[Box]:
    if row.low > row.high:
        return
    bounds = Box(row.low, row.high, {})
    boxes = space.boxes(row.when, certain=certain)
    for box in boxes:
        met = bounds if box is WHOLE else box.meet(bounds)
        if met is not None:
            yield from _within([met], *inside)


def _within(boxes: Sequence[Box], *wholes: Box) -> Iterator[Box]:
    for whole in wholes:
        for box in boxes:
            met = box.meet(whole)
            if met is not None:
                yield met


def _meeting(
    rows: Sequence[Row], ranked: list[int], boxes: list[list[Box]], budget: Budget
) -> dict[int, list[tuple[Box, Box]]]:
    """For each row the boxes (its own and the other) of rows of its rank that answer otherwise."""
    numbers: dict[object, int] = {}
    items = [
        Item(number, numbers.setdefault(answer_shape(rows[number]), len(numbers)), box)
        for number in ranked
        for box in boxes[number]
    ]
    found: dict[int, list[tuple[Box, Box]]] = {}
    for one, other in meeting(items, budget):
        found.setdefault(one.row, []).append((one.box, other.box))
        found.setdefault(other.row, []).append((other.box, one.box))
    return found


def _left(search: Search, start: Sequence[Box], covers: list[Box]) -> list[Box]:
    """What the covers leave of some boxes, as boxes."""
    found: list[Box] = []
    for box in start:
        for region in search.uncovered(box, covers):
            found += [Box(low, high, region.masks) for low, high in region.spans]
            if len(found) > MOST_REGIONS:
                raise Unknowable(f"no row covers more than {MOST_REGIONS} cases")
    return found
