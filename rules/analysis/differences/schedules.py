"""How the matrices of two sets differ: what a file says, and row by row.

A row whose amounts reach further is said once, although the row above begins later, too. Which way
that goes is told by the two answers: that of the row, and what stood there before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.policy import Answer, Hold, Matrix
from rules.analysis.differences import phrases as say
from rules.analysis.differences import strictness as strict
from rules.analysis.differences.aspects import Aspect, Kind, changes, lone
from rules.analysis.differences.judging import condition_text
from rules.analysis.differences.model import Area, Change, Difference, Direction
from rules.analysis.differences.pairing import Likeness, paired, same
from rules.analysis.differences.rows import rows
from rules.analysis.differences.strictness import Scales


def _name(matrix: Matrix) -> str:
    return f"`{matrix.name}`"


def _tells(matrix: Matrix) -> str:
    rows = "1 row" if len(matrix.rows) == 1 else f"{len(matrix.rows)} rows"
    return f"a schedule for {say.documents(matrix.documents)} in {say.scope(matrix.scope)}, {rows}"


def _amount(matrix: Matrix) -> str:
    return f"{matrix.amount} in {matrix.currency}" if matrix.amount else "no amount"


def _otherwise(old: Answer | None, new: Answer | None) -> Direction | None:
    """No `otherwise` is a hold."""
    nothing = Hold("no row covers it")
    return strict.of_answers(old or nothing, new or nothing)


REACH: Final[tuple[Aspect[Matrix], ...]] = (
    Aspect("now holds for", lambda matrix: matrix.scope, say.scope),
    Aspect("is now in force", lambda matrix: matrix.effective, say.days),
    Aspect("now decides", lambda matrix: matrix.documents, say.documents),
    Aspect("now covers", lambda matrix: matrix.when, condition_text),
    Aspect("its rows now compare", _amount),
    Aspect(
        "where no row matches:",
        lambda matrix: matrix.otherwise,
        lambda given: say.answer(given, "held"),
        _otherwise,
    ),
)
LABELS: Final[tuple[Aspect[Matrix], ...]] = (
    Aspect("its owner is", lambda matrix: matrix.owner or "nobody"),
    Aspect("is now called", lambda matrix: matrix.title or "nothing"),
    Aspect(
        "its rows now waive",
        lambda matrix: frozenset(waiver for row in matrix.rows for waiver in row.waives),
        lambda waivers: ", ".join(sorted(f"{name} ({why})" for name, why in waivers)) or "nothing",
    ),
)
LIKENESSES: Final[tuple[Likeness[Matrix], ...]] = (
    same(lambda matrix: matrix.name),
    same(lambda matrix: (matrix.documents, matrix.scope, matrix.effective, matrix.when)),
    same(lambda matrix: (matrix.documents, matrix.scope)),
)
MATRICES: Final[Kind[Matrix]] = Kind(Area.SCHEDULES, _name, _tells, (*REACH, *LABELS), LIKENESSES)


@dataclass(frozen=True, slots=True)
class Written:
    """A matrix, before and after (one of them may be absent), and how it reads differently."""

    name: str
    matrices: tuple[Matrix, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Schedules:
    """The differences of matrices by what proofs say of them.

    `labels` change no answer. Whether what is `written` differently changes one is for the
    comparison of effects to say.
    """

    labels: tuple[Difference, ...]
    written: tuple[Written, ...]


def schedules(
    old: Sequence[Matrix], new: Sequence[Matrix], scales: Callable[[Matrix], Scales]
) -> Schedules:
    """Every difference between the matrices of two sets."""
    pairs, gone, come = paired(old, new, *LIKENESSES)
    labels: list[Difference] = []
    written: list[Written] = []
    for before, after in pairs:
        labels += changes(replace(MATRICES, aspects=LABELS), before, after)
        made = [*changes(replace(MATRICES, aspects=REACH), before, after)]
        made += rows(before, after, scales(after))
        if made:
            written.append(Written(_name(after), (before, after), tuple(made)))
    for matrix, change in [(m, Change.REMOVED) for m in gone] + [(m, Change.ADDED) for m in come]:
        made = [lone(MATRICES, matrix, change)]
        written.append(Written(_name(matrix), (matrix,), tuple(made)))
    return Schedules(tuple(labels), tuple(sorted(written, key=lambda each: each.name)))
