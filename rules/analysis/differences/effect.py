"""Which documents two sets answer differently: exactly, each kind with a document as witness.

Both stacks of schedules are divided over one space; where pieces with different answers meet and
nothing else decides, there is a difference. None found and everything examined is a proof, for all
documents that state the facts asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from engine.facts.conditions import facts_of
from engine.facts.vocabulary import BUILT_IN
from engine.money import HIGHEST, LOWEST
from engine.policy import Hold, Matrix, PolicySet, Refuse
from rules.analysis.differences import strictness
from rules.analysis.differences.describing import Described, described
from rules.analysis.differences.essence import essence, of_rows
from rules.analysis.differences.model import Direction, Effect, Unproved
from rules.analysis.differences.phrases import answer as answer_text
from rules.analysis.differences.phrases import requirements, when
from rules.analysis.differences.pieces import NO_MATRIX, Piece, Unknowable, conditions, pieces
from rules.analysis.differences.stacks import Meeting, Stack, meetings
from rules.checks.space.cells import Box, Space, TooManyBoxes
from rules.checks.space.ground import SIGNED, WORK, domains, entity_facts, has_between
from rules.checks.space.pairs import Item, meeting
from rules.checks.space.possible import Amount, Possible
from rules.checks.space.regions import Budget, Region, Search

MOST_REGIONS: Final = 3_000  # of two stacks
BUILT_IN_NAMES: Final = frozenset(fact.name for fact in BUILT_IN)
ENTITY_FACTS: Final = frozenset({"entity.country", "entity.region", "entity.currency"})


@dataclass(slots=True)
class Effects:
    """What comparing all schedules found. `touched` are the ids of matrices that take part."""

    found: list[Effect] = field(default_factory=list)
    unproved: list[Unproved] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    asks_more: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Field:
    """The space in which two stacks are compared."""

    space: Space
    possible: Possible
    whole: Box
    lowest: int
    has_amount: bool


def effects(old: PolicySet, new: PolicySet) -> Effects:
    """Every document that the schedules answer differently, or that could not be examined."""
    result = Effects()
    found, periods = meetings(old, new)
    for each in sorted(found, key=Meeting.sort_key):
        if _is_equal(each.old, each.new):
            why = _redeclared(old, new, each)
            if why:
                result.unproved.append(Unproved(each.documents, each.entities, why))
            continue
        days = each.days(periods)
        try:
            why = _incomparable(old, new, each)
            if why:
                raise Unknowable(why)
            made = list(_compared(old, new, each, days))
        except (Unknowable, TooManyBoxes) as problem:
            result.unproved.append(Unproved(each.documents, each.entities, str(problem)))
            made = None
        if made is None or made:
            result.touched |= {id(matrix) for matrix in (*each.old, *each.new)}
        result.found += made or []
        result.asks_more |= set(_asks_more(each))
    return result


_ELSEWHERE: Final = frozenset({"name", "title", "scope", "effective", "documents", "owner", "rows"})


def _is_equal(old: Stack, new: Stack) -> bool:
    """Whether two stacks read alike, wherever their schedules stand."""
    return len(old) == len(new) and all(
        one is other
        or (
            one.scope.width == other.scope.width
            and essence(one, without=_ELSEWHERE) == essence(other, without=_ELSEWHERE)
            and of_rows(one) == of_rows(other)
        )
        for one, other in zip(old, new, strict=True)
    )


def _reads(stack: Stack) -> set[str]:
    found = {fact for condition in conditions(stack) for fact in facts_of(condition)}
    return found | {matrix.amount for matrix in stack if matrix.amount}


def _asks_more(each: Meeting) -> Iterator[tuple[str, str]]:
    more = _reads(each.new) - _reads(each.old) - {"amount"}
    if each.old and more:
        names = ", ".join(f"`{matrix.name}`" for matrix in each.new)
        yield from ((names, fact) for fact in more)


def _incomparable(old: PolicySet, new: PolicySet, each: Meeting) -> str:
    """Why amounts or facts of the two sets do not mean the same; empty where they do."""
    if old.credits != new.credits:
        return "the sets treat credits differently"
    if old.fx != new.fx:
        return "the sets convert foreign amounts differently"
    both = (*each.old, *each.new)
    amounts = {(matrix.amount, matrix.currency) for matrix in both if matrix.amount}
    if len(amounts) > 1:
        names = " and ".join(sorted(f"{fact} in {currency}" for fact, currency in amounts))
        return f"amounts are compared as {names}"
    return _redeclared(old, new, each)


def _redeclared(old: PolicySet, new: PolicySet, each: Meeting) -> str:
    """Which fact that a schedule asks for does not mean the same in both sets."""
    reads = _reads(each.old) | _reads(each.new)
    for name in sorted(reads - BUILT_IN_NAMES):
        if essence(old.facts.get(name)) != essence(new.facts.get(name)):
            return f"the fact `{name}` is declared differently"
    before, after = old.organization, new.organization
    if any(name.endswith(".level") for name in reads) and before.levels != after.levels:
        return "the levels have changed"
    if any(name.endswith(".limit") for name in reads) and essence(before) != essence(after):
        return "a schedule compares limits, and the organization has changed"
    for name in each.entities:
        one, other = before.entities[name], after.entities[name]
        if one.tax_recovery != other.tax_recovery and "commitment.net" in reads:
            return f"the tax recovery of {name} has changed"
        if reads & ENTITY_FACTS and entity_facts(one) != entity_facts(other):
            return f"a schedule asks about {name}, which is declared differently"
        if one.zone != other.zone and "now" in reads:
            return f"the zone of {name} has changed"
    return ""


def _field(old: PolicySet, new: PolicySet, each: Meeting) -> Field:
    matrices = (*each.old, *each.new)
    first = next((matrix for matrix in matrices if matrix.amount), matrices[0])
    inside = [new.organization.entities[name] for name in each.entities]
    between = any(has_between(policy, first.amount, inside) for policy in (old, new))
    space = Space(
        [*conditions(each.old), *conditions(each.new)],
        first.currency,
        domains(frozenset(each.documents), inside, {**old.facts, **new.facts}),
        between,
    )
    fact = new.facts.get(first.amount)
    is_total = fact is not None and fact.total is not None
    lowest = LOWEST if (new.credits == SIGNED or is_total) and first.amount else 0
    amount = Amount(first.amount, new.credits == "absolute" and not is_total)
    return Field(
        space,
        Possible(space, amount, [entity_facts(entity) for entity in inside]),
        Box(lowest, HIGHEST, {}),
        lowest,
        bool(first.amount),
    )


def divided(
    old: PolicySet, new: PolicySet, each: Meeting
) -> tuple[Field, Search, list[tuple[Piece, Piece, list[Region]]]]:
    """Where two stacks answer differently, with both answers. Raises `Unknowable`, `TooManyBoxes`.

    The regions of a pair of answers hold every document that gets the one before and the other
    after, as far as it states the facts asked for, and no other.
    """
    on = _field(old, new, each)
    budget = Budget(WORK)
    search = Search(on.space, budget, on.possible)
    sides = [pieces(stack, on.space, search, budget, on.whole) for stack in (each.old, each.new)]
    differing = _differing(sides[0], sides[1], search, budget)
    if budget.left < 0 or search.unexamined:
        raise Unknowable("there are too many combinations to examine all")
    return on, Search(on.space, Budget(WORK), on.possible), differing


def _compared(old: PolicySet, new: PolicySet, each: Meeting, days: str) -> Iterator[Effect]:
    if not each.old or not each.new:
        yield _uncovered(each, days)
        return
    on, search, differing = divided(old, new, each)
    scales = _scales(old, new, each.documents)
    for before, after, regions in differing:
        direction = _direction(before, after, scales)
        texts = _text(before, after), _text(after, before)
        for part in described(on.space, search, regions, on.lowest, on.has_amount):
            yield _effect(each, days, part, texts, direction)


def _uncovered(each: Meeting, days: str) -> Effect:
    """A whole stack that has nothing against it: what it covers is held in one of the sets."""
    stack = each.old or each.new
    texts = [f"what `{matrix.name}` says" for matrix in stack], [answer_text(NO_MATRIX)]
    before, after = (", ".join(each_text) for each_text in (texts if each.old else texts[::-1]))
    covered = [when(matrix.when) for matrix in stack]
    return Effect(
        documents=each.documents,
        entities=each.entities,
        days=days,
        amounts="",
        where="; or ".join(covered) if all(covered) else "",
        before=before,
        after=after,
        direction=Direction.DIFFERENT,
        witness=f"{each.documents[0]} in {each.entities[0]}",
    )


def _effect(
    each: Meeting, days: str, part: Described, texts: tuple[str, str], direction: Direction
) -> Effect:
    example = f"{each.documents[0]} in {each.entities[0]}"
    return Effect(
        documents=each.documents,
        entities=each.entities,
        days=days,
        amounts=part.amounts,
        where=part.where,
        before=texts[0],
        after=texts[1],
        direction=direction,
        witness=f"{example}, {part.witness}" if part.witness else example,
    )


def _text(piece: Piece, other: Piece) -> str:
    required = requirements(piece.require)
    text = answer_text(piece.answer)
    is_stopped = isinstance(piece.answer, Hold | Refuse)
    is_told = not is_stopped and required != requirements(other.require)
    return f"{text}; requires {required}" if is_told else text


def _direction(before: Piece, after: Piece, scales: strictness.Scales) -> Direction:
    given = (before.answer, before.require), (after.answer, after.require)
    return strictness.of_given(*given, scales) or Direction.DIFFERENT


def _scales(old: PolicySet, new: PolicySet, documents: Iterable[str]) -> strictness.Scales:
    """What both sets state to ascend: levels, and the orders that hold for the documents."""
    wanted = set(documents)
    orders = [
        {
            guarantee.order
            for guarantee in policy.guarantees
            if guarantee.order
            and guarantee.scope.width == 3
            and (not guarantee.documents or wanted <= guarantee.documents)
        }
        for policy in (old, new)
    ]
    levels = {old.organization.levels} & {new.organization.levels}
    return (*levels, *sorted(orders[0] & orders[1]))


def scales_of(old: PolicySet, new: PolicySet, matrix: Matrix) -> strictness.Scales:
    """The same for the documents of one matrix."""
    return _scales(old, new, matrix.documents)


def _differing(
    old: list[Piece], new: list[Piece], search: Search, budget: Budget
) -> list[tuple[Piece, Piece, list[Region]]]:
    """Pairs of pieces that answer differently, by what they answer, with where they meet."""
    both = [*old, *new]
    numbers: dict[object, int] = {}
    kinds = [numbers.setdefault(piece.kind, len(numbers)) for piece in both]
    items = [
        Item(number, kinds[number], box) for number, piece in enumerate(both) for box in piece.boxes
    ]
    found: dict[tuple[int, int], tuple[Piece, Piece, list[Region]]] = {}
    seen = set()
    total = 0
    for pair in meeting(items, budget):
        one, other = sorted(pair, key=lambda item: item.row)
        is_across = one.row < len(old) <= other.row
        if not is_across or (id(one), id(other)) in seen:
            continue
        seen.add((id(one), id(other)))
        box = one.box.meet(other.box)
        if box is None:
            continue
        before, after = both[one.row], both[other.row]
        entry = found.setdefault((one.answer, other.answer), (before, after, []))
        for region in search.uncovered(box, [*before.blocked, *after.blocked]):
            entry[2].append(region)
            total += 1
            if total > MOST_REGIONS:
                raise Unknowable(f"more than {MOST_REGIONS:,} cases differ")
    return [entry for _, entry in sorted(found.items()) if entry[2]]
