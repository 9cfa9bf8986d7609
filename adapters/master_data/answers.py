"""What registers and other systems answered: loaded like everything else, so that it is on record.

A row that cannot be read refuses the load: it may be the `no` that matters. A file of answers that
is handed over for one run is read in the same way (`load_answers` of this package).
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from adapters.master_data.cells import Cells
from adapters.master_data.reports import shown
from adapters.master_data.values import parse_moment
from engine.master_data import Answer, Question
from engine.tokens import Tokens, bare, is_keyed, token

# What is asked of a number or name that is kept as a token only.
BY_TOKEN: Final = frozenset({"tax_id", "sanctions"})
WHAT: Final = (*sorted(BY_TOKEN), "account_combination", "order_open", "rate", "tax_code")


def question_of(what: str, of: str, tokens: Tokens = token) -> Question:
    """The question as it is kept: of a number or name, by its token."""
    return what, tokens(what, of) if what in BY_TOKEN and not is_keyed(what, of) else of


def read_answers(
    rows: Iterable[Cells], tokens: Tokens = token
) -> MappingProxyType[Question, Answer]:
    """Yes or no by what was asked and of what, in a stable order."""
    found: dict[Question, Answer] = {}
    for cells in rows:
        what = cells.one_of("what", WHAT, "question", required=True)
        of, says = cells.text("of", required=True), cells.yes_no("answer")
        if of and not bare(of):
            cells.fail("of", "missing-value", f"{shown(of)} has no letter and no digit")
        at = cells.parsed("answered_at", parse_moment)
        if says is None and cells.ok():
            cells.fail("answer", "missing-value", "`answer` is empty")
        question = question_of(what, of, tokens)
        if cells.ok() and question in found:
            cells.fail("of", "duplicate-id", f"{shown(of)} was asked in another row as well")
        if cells.ok() and says is not None:
            found[question] = Answer(says, at)
    return MappingProxyType(dict(sorted(found.items())))
