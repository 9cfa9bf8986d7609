"""Rows that can never win: what was meant to decide, or to protect, and does not.

A row is tried in the order in which things may keep it from deciding: its own tests, the types and
entities of its file, the header, exception rows, matrices of narrower scope. The first that leaves
no document is what is reported. A protection that never protects (a hold, a refusal, an exception
that asks somebody) is an error, any other row a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.facts.conditions import ALWAYS
from engine.organization import Entity
from engine.policy import Approve, Hold, Matrix, PolicySet, Refuse, Row
from engine.scopes import Effective
from rules.checks.matrices import narrower_matrices, stretches
from rules.checks.space.cells import Box, Space, TooManyBoxes
from rules.checks.space.covering import all_covered, exist, hidden_by
from rules.checks.space.ground import (
    WORK,
    Ground,
    domains,
    entity_facts,
    ground,
    instead_of,
    is_absolute,
    scope_entities,
)
from rules.checks.space.possible import Amount, Possible
from rules.checks.space.regions import Budget, Search
from rules.checks.wording import NOT_PROVED_HELP, condition_text, matrix_name
from rules.diagnostics import Diagnostic, Diagnostics, Severity

CODE: Final = "never-matches"
WHOLE_MATRIX: Final = -1
SHOWN: Final = 3  # rows or matrices that are named


@dataclass(frozen=True, slots=True)
class Why:
    """What keeps a row from deciding, and what to do about it."""

    message: str
    help: str
    is_harmless: bool = False


def check_reachable(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Every row of every matrix, on every day on which the matrix is in force."""
    dated = [matrix.effective for matrix in policy.matrices]
    for matrix in policy.matrices:
        each = list(_by_stretch(policy, matrix, dated, diagnostics))
        reached = [found for found in each if WHOLE_MATRIX not in found]
        never = (reached or each)[0]
        for found in reached:
            never = {position: why for position, why in never.items() if position in found}
        for position, why in never.items():
            diagnostics.add(_report(matrix, position, why))


def _by_stretch(
    policy: PolicySet, matrix: Matrix, dated: Sequence[Effective], diagnostics: Diagnostics
) -> Iterator[dict[int, Why]]:
    """The rows that never decide, for each stretch of days with other narrower matrices."""
    seen: set[tuple[int, ...]] = set()
    for day in stretches(matrix.effective, matrix.effective, dated):
        narrower = narrower_matrices(policy, matrix, day)
        key = tuple(map(id, narrower))
        if key in seen:
            continue
        seen.add(key)
        try:
            yield _unreached(policy, matrix, narrower, diagnostics)
        except TooManyBoxes:
            yield {}  # reported by `check_coverage`


def _report(matrix: Matrix, position: int, why: Why) -> Diagnostic:
    if position == WHOLE_MATRIX:
        severity = Severity.NOTE if why.is_harmless else Severity.WARNING
        return Diagnostic(CODE, severity, matrix.place, why.message, why.help)
    row = matrix.rows[position]
    severity = Severity.ERROR if _protects(row) else Severity.WARNING
    return Diagnostic(CODE, severity, row.place, why.message, why.help)


def _protects(row: Row) -> bool:
    """Whether something is lost where the row never decides."""
    if isinstance(row.answer, Hold | Refuse):
        return True
    return row.exception and isinstance(row.answer, Approve)


def _unreached(
    policy: PolicySet, matrix: Matrix, narrower: Sequence[Matrix], diagnostics: Diagnostics
) -> dict[int, Why]:
    """The rows that never decide, by position; `WHOLE_MATRIX` where nothing reaches any."""
    on = ground(policy, matrix, narrower=narrower)
    search = on.search(Budget(WORK))
    others = _elsewhere(policy, on, narrower)
    hiding = hidden_by(search, on.start, others)
    if hiding is not None:
        return {WHOLE_MATRIX: _no_document(matrix, [narrower[-1 - number] for number in hiding])}
    exceptions = dict(others)
    for entry in on.possible:
        if matrix.rows[entry.row].exception:
            exceptions.setdefault(entry.row, []).append(entry.box)
    found = {}
    for position, row in enumerate(matrix.rows):
        covers = others if row.exception else exceptions
        boxes = _boxes(on, position)
        hiding = hidden_by(search, boxes, covers) if covers else _nothing(search, boxes)
        if hiding:
            found[position] = _taken(matrix, hiding, narrower)
        elif hiding is not None:
            found[position] = _contradicted(policy, on, row)
    if search.unexamined:
        message = f"{matrix_name(matrix)} has too many combinations to examine all: "
        message += "rows that never decide were not looked for everywhere"
        diagnostics.note("not-proved", matrix.place, message, NOT_PROVED_HELP)
    return found


def _elsewhere(policy: PolicySet, on: Ground, narrower: Sequence[Matrix]) -> dict[int, list[Box]]:
    """Where each of the narrower matrices may decide; they are numbered from -1 downwards."""
    inside = scope_entities(policy, on.matrix.scope)
    return {
        -1 - number: on.space.boxes(instead_of(on.matrix, each, inside), certain=False)
        for number, each in enumerate(narrower)
    }


def _boxes(on: Ground, position: int) -> list[Box]:
    """The documents of the matrix for which a row is certainly true."""
    met = (own.meet(start) for own in on.of_row(position) for start in on.start)
    return [box for box in met if box is not None]


def _nothing(search: Search, boxes: Sequence[Box]) -> tuple[int, ...] | None:
    """Empty where the boxes hold no document at all."""
    return () if all_covered(search, boxes, ()) else None


def _no_document(matrix: Matrix, instead: Sequence[Matrix]) -> Why:
    if instead:
        message = f"{matrix_name(matrix)} decides nothing: {_listed(map(_placed_matrix, instead))}"
        message += ", of narrower scope, decide every document that it covers"
        help = "keep it for entities to come, or take the file out"
        return Why(message, help, is_harmless=True)
    message = f"{matrix_name(matrix)} decides nothing: no document of its types and entities "
    message += f"fulfils its `when` (`{condition_text(matrix.when)}`)"
    return Why(message, "take the file out, or mend its `when`")


def _taken(matrix: Matrix, hiding: Sequence[int], narrower: Sequence[Matrix]) -> Why:
    """The row is right in itself, and others decide everything that it matches."""
    rows = [_placed_row(matrix.rows[number]) for number in hiding if number >= 0]
    matrices = [_placed_matrix(narrower[-1 - number]) for number in hiding if number < 0]
    message = "this row never decides: every document that it matches is decided by "
    message += " and by ".join(filter(None, (_listed(rows), _listed(matrices))))
    if rows:
        message += ", which are exceptions" if len(rows) > 1 else ", which is an exception"
    help = "take this row out, or let fewer documents match there, with `when` or bounds"
    return Why(message, help)


def _placed_row(row: Row) -> str:
    return f"row `{row.name}` ({row.place})" if row.name else f"the row at {row.place}"


def _placed_matrix(matrix: Matrix) -> str:
    return f"{matrix_name(matrix)} ({matrix.file})"


def _listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b, c and 4 more`."""
    found = list(names)
    shown, more = found[:SHOWN], len(found) - SHOWN
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def _contradicted(policy: PolicySet, on: Ground, row: Row) -> Why:
    """No document of the matrix fulfils the row: what stands in the way."""
    matrix = on.matrix
    tests = f" (`{condition_text(row.when)}`)" if row.when != ALWAYS else ""
    inside = scope_entities(policy, matrix.scope)
    if not _matches(policy, on, row, frozenset(), ()):
        message = f"no document can match this row: its tests{tests} leave nothing"
        return Why(message, "take the row out, or change one of these tests")
    if not _matches(policy, on, row, matrix.documents, inside):
        message = f"no document of this file matches this row: its tests{tests} leave none of the "
        message += "file's `documents` and `scope`"
        return Why(message, "take the row out, or write it in a file for such documents")
    if row.high < on.lowest:
        message = "no document can match this row: its bounds are negative, and here an amount is "
        message += "compared without its sign"
        return Why(message, "take the row out")
    message = f"no document of this file matches this row: what its tests{tests} leave, the file's "
    message += f"own `when` (`{condition_text(matrix.when)}`) excludes"
    return Why(message, "take the row out, or take the test out of the `when` of the file")


def _matches(
    policy: PolicySet,
    on: Ground,
    row: Row,
    documents: frozenset[str],
    entities: Sequence[Entity],
) -> bool:
    """Whether a document of these types and entities (empty: any) fulfils the row's own tests."""
    known = domains(documents, entities, policy.facts)
    space = Space((row.when,), on.space.currency, known, on.space.between)
    amount = Amount(on.matrix.amount, is_absolute(policy, on.matrix.amount))
    possible = Possible(space, amount, [entity_facts(entity) for entity in entities])
    return exist(space.boxes(row.when, certain=True), possible, row.low, row.high)
