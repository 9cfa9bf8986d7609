"""How the rows of a matrix differ. A bound that moves between two rows is one difference.

Which way it goes is told by two answers: that of the row, and what stood, or stands now, for the
amounts between the bounds. Where no one row tells, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.money import HIGHEST, LOWEST
from engine.policy import Answer, Approve, Matrix, Row
from rules.analysis.differences import phrases as say
from rules.analysis.differences import strictness as strict
from rules.analysis.differences.aspects import Aspect, Kind, changes, lone, phrase
from rules.analysis.differences.essence import essence, of_answer
from rules.analysis.differences.judging import condition_text
from rules.analysis.differences.model import Area, Change, Difference, Direction
from rules.analysis.differences.pairing import Likeness, paired, same
from rules.analysis.differences.strictness import Given, Scales

Pair = tuple[Row, Row]


def _overlap(one: Row, other: Row) -> bool:
    return one.low <= other.high and other.low <= one.high


LIKENESSES: Final[tuple[Likeness[Row], ...]] = (
    same(lambda row: row.name),
    lambda one, other: (
        of_answer(one) == of_answer(other)
        and essence(one.when) == essence(other.when)
        and _overlap(one, other)
    ),
    lambda one, other: (
        essence(one.when) == essence(other.when) and (one.low, one.high) == (other.low, other.high)
    ),
    lambda one, other: of_answer(one) == of_answer(other) and _overlap(one, other),
    lambda one, other: essence(one.when) == essence(other.when) and _overlap(one, other),
)


def rows(old: Matrix, new: Matrix, scales: Scales) -> Iterator[Difference]:
    """What is different in the rows of one matrix."""
    pairs, gone, come = paired(old.rows, new.rows, *LIKENESSES)
    before = _kind(new, old.currency, scales)
    kind = _kind(new, new.currency, scales)
    for one, other in pairs:
        yield from changes(kind, one, other)
    if old.currency == new.currency:
        yield from _moves(old, new, pairs, scales)
    for row in gone:
        yield lone(before, row, Change.REMOVED)
    for row in come:
        yield lone(kind, row, Change.ADDED)


def _kind(matrix: Matrix, currency: str, scales: Scales) -> Kind[Row]:
    def name(row: Row) -> str:
        told = f"`{row.name}`" if row.name else _amounts(row, currency, bool(matrix.amount))
        return f"`{matrix.name}`, {told}" if told else f"`{matrix.name}`"

    def by_answer(old: Answer, new: Answer) -> Direction | None:
        return strict.of_answers(old, new, scales)

    return Kind(
        Area.SCHEDULES,
        name,
        lambda row: row_text(row, currency),
        (
            Aspect("now asks", lambda row: row.answer, say.answer, by_answer),
            Aspect(
                "now requires", lambda row: row.require, say.requirements, strict.of_requirements
            ),
            Aspect("now where", lambda row: row.when, condition_text),
            Aspect(
                "is now",
                lambda row: row.exception,
                lambda e: "an exception" if e else "a plain row",
            ),
        ),
        LIKENESSES,
    )


def _amounts(row: Row, currency: str, has_amount: bool) -> str:
    """Which rows an unnamed row is: its amounts and its condition."""
    amounts = say.bounds(row.low, row.high, currency) if has_amount else ""
    return phrase((("", "" if amounts == "any amount" else amounts), ("", say.when(row.when))))


def row_text(row: Row, currency: str) -> str:
    """All that a row says."""
    amounts = say.bounds(row.low, row.high, currency)
    where = phrase((("", "" if amounts == "any amount" else amounts), ("", say.when(row.when))))
    required = f", requires {say.requirements(row.require)}" if row.require else ""
    rank = "exception, " if row.exception else ""
    return f"{rank}{where or 'always'}: {say.answer(row.answer)}{required}"


@dataclass(frozen=True, slots=True)
class Move:
    """A bound that moved, as the last key below it: of the upper bound of a row, or the lower."""

    row: Row
    was: int
    now: int
    is_upper: bool

    @property
    def lane(self) -> object:
        """Rows that differ by their amounts only."""
        return essence(self.row.when), self.row.exception


def _moves(old: Matrix, new: Matrix, pairs: Sequence[Pair], scales: Scales) -> Iterator[Difference]:
    upper = [Move(new_, old_.high, new_.high, True) for old_, new_ in pairs]
    lower = [Move(new_, old_.low - 1, new_.low - 1, False) for old_, new_ in pairs]
    moved = [move for move in upper if move.was != move.now]
    said = {(move.was, move.now) for move in moved}
    moved += [m for m in lower if m.was != m.now and (m.was, m.now) not in said]
    before = {id(new_): old_ for old_, new_ in pairs}
    for move in moved:
        direction = _direction(move, old, new, scales)
        yield _said(move, before[id(move.row)], new, direction)


def _direction(move: Move, old: Matrix, new: Matrix, scales: Scales) -> Direction:
    """By the answer of the row, and by those of the rows that have the amounts otherwise."""
    gains = (move.now > move.was) == move.is_upper
    low, high = sorted((move.was, move.now))
    mine: Given = (move.row.answer, move.row.require)
    found = []
    for theirs in _over(old if gains else new, move, low + 1, high):
        was, now = (theirs, mine) if gains else (mine, theirs)
        found.append(strict.of_given(was, now, scales))
    return strict.together(found) or Direction.DIFFERENT


def _over(matrix: Matrix, move: Move, low: int, high: int) -> list[Given]:
    """What may be answered for the amounts: by the row of the lane, else by any that meets them."""
    ranked = [row for row in matrix.rows if row.exception == move.row.exception]
    for row in ranked:
        if (essence(row.when), row.exception) == move.lane and row.low <= low and row.high >= high:
            return [(row.answer, row.require)]
    met: list[Given] = [
        (row.answer, row.require) for row in ranked if row.low <= high and low <= row.high
    ]
    if matrix.otherwise is not None:
        met.append((matrix.otherwise, ()))
    # What takes an exception's place is not told by the rows of its rank.
    return [] if move.row.exception else met


def _said(move: Move, before: Row, matrix: Matrix, direction: Direction) -> Difference:
    if move.is_upper:
        was, now = (say.upper(high, matrix.currency) for high in (move.was, move.now))
        bound = f"{now}, before {was}"
    else:
        was, now = (_lower(last + 1, matrix.currency) for last in (move.was, move.now))
        bound = f"{now}, before {was}"
    row = move.row
    who = say.answer(row.answer)
    where = f" where {say.when(row.when)}" if say.when(row.when) else ""
    label = f"`{matrix.name}`, `{row.name}`" if row.name else f"`{matrix.name}`"
    return Difference(
        Area.SCHEDULES,
        label,
        Change.CHANGED,
        direction,
        f"{who} now {'decides ' if isinstance(row.answer, Approve) else ''}{bound}{where}",
        was,
        now,
        before.place,
        row.place,
    )


def _lower(low: int, currency: str) -> str:
    return "any amount" if low <= LOWEST else say.bounds(low, HIGHEST, currency)
