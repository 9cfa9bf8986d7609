"""Rows after which nobody is asked, where somebody always should be.

Exact, with the controls that apply on top: a row is reported only if it decides a document to which
no control adds an approval, a hold or a refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.facts.conditions import All, Compare, Condition, Op
from engine.facts.kinds import Kind
from engine.money import HIGHEST, LOWEST
from engine.places import NOWHERE
from engine.policy import Guarantee, Matrix, NotNeeded, PolicySet, Row
from engine.scopes import Effective, Scope
from rules.checks.guarantees import Meeting, adding_up, meetings, prepared, uncovered
from rules.checks.space.cells import WHOLE, Box, TooManyBoxes
from rules.checks.space.ground import SIGNED
from rules.checks.wording import NOT_PROVED_HELP, row_name
from rules.diagnostics import Diagnostics

# What moves money or authority without a document before it that was approved.
SENSITIVE: Final = frozenset({"payment", "supplier_request", "policy_change", "delegation"})
# Built-in types that stand for money, so that a matrix without an amount bounds nothing of them.
FOR_MONEY: Final = frozenset(
    "requisition contract purchase_order invoice credit_note expense_report journal_entry"
    " customer_refund subscription_adjustment".split()
)
WITHOUT_MONEY: Final = frozenset({"goods_receipt"})


def check_straight_through(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Rows with `not_needed` for a sensitive type of document, or without an upper bound."""
    for matrix in policy.matrices:
        if not any(isinstance(row.answer, NotNeeded) for row in matrix.rows):
            continue
        try:
            sensitive = _check_sensitive(policy, matrix, diagnostics)
            _check_bounds(policy, matrix, sensitive, diagnostics)
        except TooManyBoxes as error:
            message = f"rows that go straight through were not examined: a condition has {error}"
            diagnostics.note("not-proved", matrix.place, message, NOT_PROVED_HELP)


def _check_sensitive(policy: PolicySet, matrix: Matrix, diagnostics: Diagnostics) -> set[int]:
    """Report rows by which a sensitive document goes straight through; their positions."""
    reported: set[int] = set()
    for name in sorted(matrix.documents & SENSITIVE):
        for found in _meetings(policy, matrix, frozenset({name})):
            for position, row in _unasked(policy, found, [WHOLE]):
                if position in reported:
                    continue
                reported.add(position)
                message = f"a `{name}` goes straight through by {row_name(row)}: nobody looks at it"
                help = f"ask somebody in this row, or take `{name}` out of `documents`"
                diagnostics.error("unsafe-straight-through", row.place, message, help)
    return reported


def _check_bounds(
    policy: PolicySet, matrix: Matrix, reported: set[int], diagnostics: Diagnostics
) -> None:
    documents = matrix.documents - WITHOUT_MONEY if matrix.amount else matrix.documents & FOR_MONEY
    seen = set(reported)
    for found in _meetings(policy, matrix, documents) if documents else ():
        where = [Box(HIGHEST, HIGHEST, {})] if matrix.amount else [WHOLE]
        for position, row in _unasked(policy, found, where):
            if position not in seen and not _is_bounded(All((row.when, matrix.when))):
                seen.add(position)
                message = f"{row_name(row)} goes straight through at any amount"
                _report(message, _bound_help(matrix), row, diagnostics)
        credits = [Box(LOWEST, LOWEST, {})] if policy.credits == SIGNED and matrix.amount else []
        for position, row in _unasked(policy, found, credits):
            if position not in seen:
                seen.add(position)
                message = f"a credit of any size goes straight through by {row_name(row)}: here it "
                help = "write a lower bound beside the upper one, such as `from: 0`"
                _report(f"{message}keeps its sign", help, row, diagnostics)


def _report(message: str, help: str, row: Row, diagnostics: Diagnostics) -> None:
    diagnostics.warning("unbounded-straight-through", row.place, message, help)


def _bound_help(matrix: Matrix) -> str:
    if matrix.amount:
        return "write the largest amount for which nobody needs to look, such as `up_to: 500.00`"
    return "let the file have an `amount`, and write the largest one for which nobody needs to look"


def _meetings(policy: PolicySet, matrix: Matrix, documents: frozenset[str]) -> Sequence[Meeting]:
    """The matrix for these types of document, with the rules in force beside it."""
    somebody = Guarantee(
        "", NOWHERE, Scope(), Effective(), documents, matrix.amount, {}, at_least=1
    )
    return tuple(meetings(policy, somebody, matrix))


def _unasked(policy: PolicySet, found: Meeting, where: Sequence[Box]) -> list[tuple[int, Row]]:
    """Rows by which some document of these boxes goes straight through, whatever is added."""
    on, controls = prepared(policy, found)
    enough = adding_up((), 1, controls)
    return [
        (position, row)
        for position, row in enumerate(found.matrix.rows)
        if isinstance(row.answer, NotNeeded) and uncovered(on, position, where, enough) is not None
    ]


def _is_bounded(condition: Condition) -> bool:
    """Whether every document that fulfils it has an amount of money below some other bound."""
    match condition:
        case Compare(op=Op.UP_TO | Op.BELOW, kind=Kind.MONEY):
            return True
        case All(parts):
            return any(_is_bounded(part) for part in parts)
        case _:
            return False
