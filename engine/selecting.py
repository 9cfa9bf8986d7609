"""Which matrix decides, and which of its rows wins. The order of rows and files means nothing.

The most specific matrix that covers the document is the matrix; there is no falling through to a
wider one. An `exception` row beats plain rows. What cannot be told for want of a fact is held.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.decision import Held
from engine.facts.conditions import Condition
from engine.facts.truth import Known, holds, shortages
from engine.index import RowIndex
from engine.knowing import Basis, Situation, as_compared
from engine.money import AMOUNTS, HIGHEST, LOWEST, key
from engine.places import NOWHERE, Place
from engine.policy import Additional, Answer, Matrix, Requirement, Row
from engine.rates import Shortage
from engine.values import value


@value
class Chosen:
    """The answer of the matrix: the winning row, or what stands under `otherwise`."""

    matrix: Matrix
    row: str
    place: Place
    answer: Answer
    tested: tuple[Condition, ...]
    require: tuple[Requirement, ...]


def held(code: str, detail: str, place: Place = NOWHERE, owner: str = "") -> Held:
    """A hold with one detail, as the catalogue words it."""
    return Held(code, (("detail", detail),) if detail else (), place, owner)


def held_for(lacking: Iterable[Shortage], place: Place, owner: str) -> Held:
    """A hold for what is lacking, all of it named; the code is that of the first."""
    found = sorted(set(lacking), key=lambda shortage: (shortage.code, shortage.detail))
    if not found:
        return held("fact_missing", "", place, owner)
    # A reason more telling than a plain missing fact comes first.
    code = next((s.code for s in found if s.code != "fact_missing"), "fact_missing")
    return held(code, ", ".join(dict.fromkeys(s.detail for s in found)), place, owner)


def choose_matrix(situation: Situation) -> Matrix | Held:
    """The one matrix that decides, or why there is none."""
    lookup = situation.policy.lookup
    keys = situation.scopes
    for position in range(0, len(keys), 2):  # of each scope: for the type, and for every type
        covering: list[Matrix] = []
        lacking: list[Shortage] = []
        place = NOWHERE
        for key_ in keys[position : position + 2]:
            for matrix in lookup.matrices.get(key_, ()) if lookup is not None else ():
                if not matrix.effective.covers(situation.day):
                    continue
                truth = holds(matrix.when, situation.known)
                if truth:
                    covering.append(matrix)
                elif truth is None:
                    place = matrix.place
                    lacking += shortages(matrix.when, situation.known).values()
        if lacking or place != NOWHERE:
            return held_for(lacking, place, "")
        if len(covering) == 1:
            return covering[0]
        if covering:
            names = ", ".join(sorted(str(matrix.place) for matrix in covering))
            return held("ambiguous_matrices", names, covering[0].place, covering[0].owner)
    changes = situation.policy.set_changes
    if changes is not None and changes.matrix is not None:
        if situation.document.type in changes.matrix.documents:
            return changes.matrix
    detail = f"{situation.document.type}, {situation.entity.id}"
    return held("no_matrix", detail)


def measured(situation: Situation, matrix: Matrix) -> Basis | Held:
    """The amount of the deciding matrix, from now on that of the situation."""
    on = basis(situation, matrix.amount, matrix.currency)
    situation.is_unmeasured = not matrix.amount
    situation.amount = None if isinstance(on, Held) else on.stated
    return on


def basis(situation: Situation, fact: str, currency: str) -> Basis | Held:
    """The named amount in the currency of the bounds, absolute where credits are; found once."""
    known = situation.known
    found = situation.bases.get((fact, currency))
    if found is None or found[0] is not known:  # it rests on what was known then
        found = situation.bases[fact, currency] = known, _basis(situation, fact, currency)
    return found[1]


def _basis(situation: Situation, fact: str, currency: str) -> Basis | Held:
    known = situation.known
    if not fact:
        return Basis(None, None, known)
    stated = known.values.get(fact)
    if not isinstance(stated, AMOUNTS):
        return Basis(None, None, _without(known, known.why_missing.get(fact), fact))
    if stated.minor < 0 and not _is_total(situation, fact):
        if not situation.policy.credits:
            return held("credits_not_stated", str(stated))
        stated = as_compared(situation.policy, stated)
    amount = known.converter.convert(stated, currency or stated.currency)
    if isinstance(amount, Shortage):
        return Basis(None, None, _without(known, amount, fact))
    return Basis(amount, key(amount.minor), known.also({"amount": stated}), stated)


def _is_total(situation: Situation, fact: str) -> bool:
    """Whether the fact is a total: it counts credits with their sign."""
    declared = situation.policy.facts.get(fact)
    return declared is not None and declared.total is not None


def _without(known: Known, why: Shortage | None, fact: str) -> Known:
    shortage = why or Shortage("fact_missing", fact)
    missing = {**known.why_missing, "amount": shortage}
    return Known(known.values, known.converter, known.lines, missing)


@dataclass(slots=True)
class Matches:
    """Rows found true, and rows that are undecided."""

    true: list[Row]
    undecided: list[Row]


def choose_row(situation: Situation, matrix: Matrix, on: Basis) -> Chosen | Held:
    """The row that wins, what the matrix says otherwise, or why there is no one answer."""
    if matrix.index is None:
        return held("no_row", "", matrix.place, matrix.owner)
    exceptions, plain = Matches([], []), Matches([], [])
    for candidate in matrix.index.candidates(on.known.values, on.key):
        row = candidate.row
        truth = match_row(row, candidate.rest, on)
        if truth is not False:
            rank = exceptions if row.exception else plain
            (rank.true if truth else rank.undecided).append(row)
    rank = exceptions if exceptions.true or exceptions.undecided else plain
    if rank.undecided:
        lacking = [s for row in rank.undecided for s in _row_lacks(row, on)]
        place = min(row.place for row in rank.undecided)
        return held_for(lacking, place, matrix.owner)
    if rank.true:
        return _one_answer(matrix, sorted(rank.true, key=lambda row: row.place))
    if matrix.otherwise is not None:
        return Chosen(matrix, "otherwise", matrix.otherwise_place, matrix.otherwise, (), ())
    return held("no_row", str(on.amount or ""), matrix.place, matrix.owner)


def _one_answer(matrix: Matrix, rows: list[Row]) -> Chosen | Held:
    first = rows[0]
    if any(row.answer != first.answer or row.require != first.require for row in rows):
        places = ", ".join(str(row.place) for row in rows)
        return held("ambiguous_rows", places, first.place, matrix.owner)
    tested = (*first.bounds, first.when)
    return Chosen(matrix, first.name, first.place, first.answer, tested, first.require)


def match_row(row: Row | Additional, rest: Condition, on: Basis) -> bool | None:
    """Whether a row that its bucket and key allow is true, false or undecided."""
    truth = holds(rest, on.known)
    if truth is False or on.key is not None:
        return truth
    return truth if row.low == LOWEST and row.high == HIGHEST else None


def _row_lacks(row: Row | Additional, on: Basis) -> list[Shortage]:
    lacking = list(shortages(row.when, on.known).values())
    if on.key is None and (row.low != LOWEST or row.high != HIGHEST):
        lacking.append(on.known.why_missing.get("amount") or Shortage("fact_missing", "amount"))
    return lacking


@value
class Applied:
    """A control that applies, and the knowledge that its bounds were compared with."""

    control: Additional
    known: Known


def applying(situation: Situation) -> tuple[list[Applied], list[Held]]:
    """The controls of every layer that apply, in the order of their places; and the undecided."""
    found: list[Applied] = []
    undecided: list[Held] = []
    lookup = situation.policy.lookup
    for scope in situation.scopes:
        for fact, currency, index in lookup.additional.get(scope, ()) if lookup else ():
            on = basis(situation, fact, currency)
            if isinstance(on, Held):
                undecided.append(on)
            else:
                _collect(situation, index, on, found, undecided)
    found.sort(key=lambda applied: applied.control.place)
    return found, undecided


def _collect(
    situation: Situation,
    index: RowIndex[Additional],
    on: Basis,
    found: list[Applied],
    undecided: list[Held],
) -> None:
    for candidate in index.candidates(on.known.values, on.key):
        control = candidate.row
        if not control.effective.covers(situation.day):
            continue
        truth = match_row(control, candidate.rest, on)
        if truth:
            found.append(Applied(control, on.known))
        elif truth is None:
            undecided.append(held_for(_row_lacks(control, on), control.place, control.owner))
