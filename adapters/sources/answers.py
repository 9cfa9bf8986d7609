"""What registers and other systems answered, as a file: whether a number exists, a rate is there.

The answers are a CSV file (UTF-8, with a header), a row each:

    what,of,answer
    tax_id,DE136695976,yes
    tax_id,DE814060619,no
    rate,USD/EUR,yes

A tax id is kept as its token, like everywhere else, so it may be written in any way. An answer can
only add a finding (`engine.readiness.finding.LookedUp`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from adapters.master_data.answers import WHAT, question_of
from adapters.sources.csv_rows import read_rows
from engine.errors import InputError, InputErrors
from engine.quoting import quoted
from engine.tokens import bare

COLUMNS: Final = ("what", "of", "answer")
_YES_NO: Final[Mapping[str, bool]] = MappingProxyType({"yes": True, "no": False})

Answers = Mapping[tuple[str, str], bool]


def read_answers(data: bytes) -> Answers:
    """Yes or no by what was asked and of what. Raises `InputErrors` with every bad line.

    Not one answer of a file with a bad line counts: what it says may be the `no` that matters.
    """
    return _answers(read_rows(data, COLUMNS))


def _answers(rows: Iterable[tuple[int, Mapping[str | None, object]]]) -> Answers:
    found: dict[tuple[str, str], bool] = {}
    lines: dict[tuple[str, str], int] = {}
    errors: list[InputError] = []
    for line, row in rows:
        cells = {name: str(row.get(name) or "").strip() for name in COLUMNS}
        fault = "expected three cells" if row.get(None) else _fault(**cells)
        if fault:
            errors.append(InputError("wrong_row", f"line {line}", fault))
            continue
        of = question_of(cells["what"], cells["of"])[1]
        key = cells["what"], of
        if key in lines:
            message = f"expected each question once, found it in line {lines[key]} as well"
            errors.append(InputError("duplicate_entry", f"line {line}", message))
            continue
        lines[key] = line
        found[key] = _YES_NO[cells["answer"]]
    if errors:
        raise InputErrors(tuple(errors))
    return MappingProxyType(found)


def _fault(what: str, of: str, answer: str) -> str:
    """Why the row says nothing; empty where it does."""
    if what not in WHAT:
        return f"expected one of {', '.join(WHAT)} as `what`, found {quoted(what)}"
    if not bare(of):
        return "expected in `of` what was asked about, found nothing"
    if answer not in _YES_NO:
        return f"expected `yes` or `no` as `answer`, found {quoted(answer)}"
    return ""
