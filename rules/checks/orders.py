"""`never-less-for-more`: within one matrix, a larger amount never needs a lower approver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.money import HIGHEST, LOWEST
from engine.policy import Approve, Guarantee, NotNeeded, Row
from engine.routing.words import (
    BodyWord,
    Consult,
    Distinct,
    First,
    LevelWord,
    Notify,
    Ratify,
    RoleChain,
    RoleWord,
    Signed,
    SupervisorChain,
    Together,
    Word,
)
from rules.checks.answers import words_of
from rules.checks.space.cells import Box
from rules.checks.space.ground import WORK, Ground
from rules.checks.space.pairs import Item, meeting
from rules.checks.space.regions import Budget, Masks, Region, Search, nearest_zero
from rules.checks.wording import NOT_PROVED_HELP, key_text, row_name, witness
from rules.diagnostics import Diagnostics


@dataclass(frozen=True, slots=True)
class Rank:
    """The highest place in the order that is asked for certain; `open_ended` if more may be."""

    known: int
    open_ended: bool = False


NOBODY = Rank(-1)


def check_order(on: Ground, guarantee: Guarantee, diagnostics: Diagnostics) -> None:
    """Report each row that asks less than a row for smaller amounts of the same documents."""
    rows = on.matrix.rows
    ranks = [row_rank(row, guarantee.order) for row in rows]
    items = [
        Item(entry.row, ranks[entry.row].known, Box(LOWEST, HIGHEST, entry.box.masks))
        for entry in on.certain
        if isinstance(rows[entry.row].answer, Approve | NotNeeded)
    ]
    budget, seen = Budget(WORK), set[tuple[int, int]]()
    search = on.search(Budget(WORK))
    for left, right in meeting(items, budget):
        less, more = sorted((left.row, right.row), key=lambda row: ranks[row].known)
        if (less, more) in seen or ranks[less].open_ended or waives(rows[less], guarantee):
            continue
        seen.add((less, more))
        if rows[less].high <= rows[more].low:
            continue
        found = _larger_amount(on, search, more, less)
        if found is not None:
            _report(on, guarantee, rows[less], rows[more], found, diagnostics)
    if budget.left < 0 or search.unexamined:
        message = f"`{guarantee.name}` was not looked at for every pair of rows"
        diagnostics.note("not-proved", on.matrix.place, message, NOT_PROVED_HELP)


def waives(row: Row, guarantee: Guarantee) -> bool:
    """Whether the row says, with a reason, that the guarantee is not for it."""
    return any(name == guarantee.name for name, _ in row.waives)


def row_rank(row: Row, order: Sequence[str]) -> Rank:
    """The highest that a row asks in any of its steps."""
    return highest([word_rank(word, order) for word in words_of(row.answer)])


def highest(ranks: Sequence[Rank]) -> Rank:
    """All of several are asked: the highest of them is."""
    return Rank(
        max((rank.known for rank in ranks), default=-1), any(rank.open_ended for rank in ranks)
    )


def word_rank(word: Word, order: Sequence[str]) -> Rank:
    """The highest place in the order that a word asks for certain."""
    match word:
        case RoleWord(role=name) | BodyWord(role=name) | LevelWord(level=name):
            return Rank(order.index(name)) if name in order else NOBODY
        case Together(need=need, parts=parts):
            ranks = [word_rank(part, order) for part in parts]
            if need == len(parts):
                return highest(ranks)
            least = sorted(rank.known for rank in ranks)[max(need - 1, 0)]
            return Rank(least, any(rank.open_ended for rank in ranks))
        case First(parts=parts):
            ranks = [word_rank(part, order) for part in parts]
            return Rank(min(r.known for r in ranks), any(r.open_ended for r in ranks))
        case Distinct(of=inner) | Signed(who=inner):
            return word_rank(inner, order)
        case Consult() | Notify() | Ratify():
            return NOBODY
        case SupervisorChain(to=level) if level in order:
            return Rank(order.index(level))
        case SupervisorChain() | RoleChain():
            return Rank(-1, open_ended=True)
        case _:
            return NOBODY


def _larger_amount(
    on: Ground, search: Search, lower: int, upper: int
) -> tuple[Region, Region] | None:
    """The same document decided by row `lower`, and for a larger amount by row `upper`."""
    for smaller in _decided_by(on, search, lower, LOWEST, {}):
        first = smaller.spans[0][0]
        for larger in _decided_by(on, search, upper, first + 1, smaller.masks):
            if larger.spans[-1][1] > first:
                return smaller, larger
    return None


def _decided_by(
    on: Ground, search: Search, position: int, low: int, masks: Masks
) -> Iterator[Region]:
    covers = on.others_decide(position)
    limit = Box(low, HIGHEST, masks)
    for own in on.of_row(position):
        for start in on.start:
            met = own.meet(start)
            box = met.meet(limit) if met is not None else None
            if box is not None:
                yield from search.uncovered(box, covers)


def _report(
    on: Ground,
    guarantee: Guarantee,
    less: Row,
    more: Row,
    found: tuple[Region, Region],
    diagnostics: Diagnostics,
) -> None:
    smaller, larger = found
    amount = key_text(nearest_zero(smaller.spans[0], on.space.between), on.space.currency)
    message = f"`{guarantee.name}`: this row asks less than {row_name(more)} asks for {amount}"
    help = f"ask no less here, or say `waives: {{{guarantee.name}: why}}`"
    shown = witness(on.space, larger, on.has_amount)
    diagnostics.error("guarantee-broken", less.place, message, help, shown)
