"""Rows that cannot keep a guarantee, whoever holds what: found before any document comes.

Counting is generous: every place is taken to be another person, and a chain upwards may reach
anybody. What is reported here is broken for certain; the rest is checked on every route.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from engine.facts.conditions import Condition
from engine.money import HIGHEST, LOWEST
from engine.organization import Entity
from engine.policy import (
    Additional,
    Approve,
    Guarantee,
    Hold,
    Matrix,
    NotNeeded,
    PolicySet,
    Refuse,
    Row,
)
from engine.routing.words import Word
from rules.checks.answers import asks_upwards, counted, roles_named, words_of
from rules.checks.matrices import narrower_matrices, stretches
from rules.checks.orders import check_order
from rules.checks.space.cells import Box, TooManyBoxes
from rules.checks.space.ground import (
    WORK,
    Ground,
    control_condition,
    ground,
    in_scope,
    scope_entities,
)
from rules.checks.space.regions import Budget, Region
from rules.checks.wording import NOT_PROVED_HELP, matrix_name, witness
from rules.diagnostics import Diagnostics

MOST_TOGETHER: Final = 3  # additional rows counted together
MOST_COMBINATIONS: Final = 300


@dataclass(frozen=True, slots=True)
class Meeting:
    """A guarantee and a matrix, and the documents for which both hold.

    `controls` are the additional rows in force on one of the days on which both are, `narrower`
    the matrices of narrower scope that decide instead of this one on that day.
    """

    guarantee: Guarantee
    matrix: Matrix
    entities: tuple[Entity, ...]
    documents: frozenset[str]
    controls: tuple[Additional, ...]
    above: int
    narrower: tuple[Matrix, ...]


def check_guarantees(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Every guarantee against every matrix that it speaks about."""
    for guarantee in policy.guarantees:
        for matrix in policy.matrices:
            for found in meetings(policy, guarantee, matrix):
                try:
                    _check(policy, found, diagnostics)
                except TooManyBoxes as error:
                    message = f"`{guarantee.name}` was not compared with {matrix_name(matrix)}: "
                    diagnostics.note(
                        "not-proved", matrix.place, f"{message}{error}", NOT_PROVED_HELP
                    )


def meetings(policy: PolicySet, guarantee: Guarantee, matrix: Matrix) -> Iterator[Meeting]:
    """The guarantee and the matrix, once for each set of rules in force beside them."""
    documents = matrix.documents & (guarantee.documents or matrix.documents)
    entities = tuple(
        entity
        for entity in scope_entities(policy, matrix.scope)
        if in_scope(entity, guarantee.scope)
    )
    above = _above(guarantee, matrix)
    if not documents or not entities or above is None:
        return
    dated = [rule.effective for rule in policy.additional]
    dated += [rule.effective for rule in policy.matrices]
    seen: set[tuple[int, ...]] = set()
    for day in stretches(guarantee.effective, matrix.effective, dated):
        controls = tuple(
            control
            for control in policy.additional
            if control.effective.covers(day)
            and (not control.documents or control.documents & documents)
            and any(in_scope(entity, control.scope) for entity in entities)
        )
        narrower = narrower_matrices(policy, matrix, day)
        key = tuple(id(each) for each in (*controls, *narrower))
        if key not in seen:
            seen.add(key)
            yield Meeting(guarantee, matrix, entities, documents, controls, above, narrower)


def _above(guarantee: Guarantee, matrix: Matrix) -> int | None:
    """The first key for which the guarantee speaks; `None` where another amount decides that."""
    if not guarantee.above:
        return LOWEST
    bound = guarantee.above.get(matrix.currency)
    if bound is None or guarantee.amount != matrix.amount:
        return None
    return 2 * bound.minor + 1


def prepared(
    policy: PolicySet, found: Meeting
) -> tuple[Ground, list[tuple[Additional, Condition]]]:
    """The matrix with the controls that apply on top, each with its condition."""
    controls = [
        (control, control_condition(control, found.matrix, found.entities))
        for control in found.controls
    ]
    others = (found.guarantee.when, *(condition for _, condition in controls))
    on = ground(policy, found.matrix, others, found.documents, found.entities, found.narrower)
    return on, controls


def _check(policy: PolicySet, found: Meeting, diagnostics: Diagnostics) -> None:
    on, controls = prepared(policy, found)
    if found.guarantee.order:
        check_order(on, found.guarantee, diagnostics)
        return
    where = [
        met
        for box in on.space.boxes(found.guarantee.when, certain=True)
        if (met := box.meet(Box(found.above, HIGHEST, {}))) is not None
    ]
    for position, row in enumerate(found.matrix.rows):
        if isinstance(row.answer, Approve | NotNeeded):
            _check_row(on, found, position, where, controls, diagnostics)


def _check_row(
    on: Ground,
    found: Meeting,
    position: int,
    where: Sequence[Box],
    controls: Sequence[tuple[Additional, Condition]],
    diagnostics: Diagnostics,
) -> None:
    row = found.matrix.rows[position]
    guarantee, words = found.guarantee, words_of(row.answer)
    count = counted(words).number
    if count < guarantee.at_least:
        enough = adding_up(words, guarantee.at_least, controls)
        region = uncovered(on, position, where, enough)
        if region is not None:
            so_many = "nobody" if count == 0 else f"{count}"
            message = f"`{guarantee.name}` wants {guarantee.at_least} approvers, and this row asks "
            help = f"ask {guarantee.at_least} different persons here, such as "
            help += f"`{{at_least: {guarantee.at_least}, of: [..]}}`"
            _report(on, found, row, region, (f"{message}{so_many}", help), diagnostics)
    for role in guarantee.by:
        named = frozenset(name for word in words for name in roles_named(word))
        if role in named or any(asks_upwards(word) for word in words):
            continue
        adding = [
            (condition,)
            for control, condition in controls
            if _ends_it(control) or any(role in roles_named(w) for w in words_of(control.answer))
        ]
        region = uncovered(on, position, where, adding)
        if region is not None:
            message = f"`{guarantee.name}` wants an approval by `{role}`, and this row asks no such"
            help = f"add a step `{role}` to this row"
            _report(on, found, row, region, (message, help), diagnostics)


def adding_up(
    words: tuple[Word, ...], wanted: int, controls: Sequence[tuple[Additional, Condition]]
) -> list[tuple[Condition, ...]]:
    """The sets of controls that together with the row ask enough people, or leave no route."""
    enough: list[tuple[Condition, ...]] = [
        (condition,) for control, condition in controls if _ends_it(control)
    ]
    asking = [(control, condition) for control, condition in controls if words_of(control.answer)]
    for size in range(1, MOST_TOGETHER + 1):
        for number, chosen in enumerate(combinations(asking, size)):
            added = tuple(word for control, _ in chosen for word in words_of(control.answer))
            if number < MOST_COMBINATIONS and counted(words + added).number >= wanted:
                enough.append(tuple(condition for _, condition in chosen))
    return enough


def _ends_it(control: Additional) -> bool:
    return isinstance(control.answer, Hold | Refuse)


def uncovered(
    on: Ground, position: int, where: Sequence[Box], enough: Sequence[tuple[Condition, ...]]
) -> Region | None:
    """Documents that the row decides and for which none of the sets of controls applies."""
    covers = list(on.others_decide(position))
    for conditions in enough:
        boxes = [Box(LOWEST, HIGHEST, {})]
        for condition in conditions:
            each = on.space.boxes(condition, certain=False)
            boxes = [met for left in boxes for right in each if (met := left.meet(right))]
        covers += boxes
    search = on.search(Budget(WORK))
    for own in on.of_row(position):
        for start in on.start:
            for spoken in where:
                met = own.meet(start)
                box = met.meet(spoken) if met is not None else None
                if box is not None:
                    region = next(search.uncovered(box, covers), None)
                    if region is not None:
                        return region
    return None


def _report(
    on: Ground,
    found: Meeting,
    row: Row,
    region: Region,
    texts: tuple[str, str],
    diagnostics: Diagnostics,
) -> None:
    """Message and help; the guarantee itself is named in the help."""
    message, help = texts
    shown = witness(on.space, region, on.has_amount)
    help += f", or in a control; the guarantee stands at {found.guarantee.place}"
    diagnostics.error("guarantee-broken", row.place, message, help, shown)
