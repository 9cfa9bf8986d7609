"""Reports that a set accepts by name, with a reason: the set loads, and the engine holds.

An accepted error becomes a note. An entry that meets no report is a warning, so that acceptances
do not outlive what they were written for. Reports come from compiling and from the checks; each
stage settles the entries whose codes are its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from engine.money import Money, decimal_text
from engine.places import Place
from rules.compiling.context import Context
from rules.compiling.forms import AMOUNT, TEXT, list_of, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape, shaped
from rules.diagnostics import Diagnostic, Diagnostics, Severity, shown

BY_COMPILING: Final = ("signed-credits",)
BY_CHECKS: Final = ("overlap", "gap", "two-matrices")
_NUMBER: Final = re.compile(r"-?[0-9][0-9_]*(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One entry. Empty `file` and no `at` mean any; `at` is an amount that the report names."""

    code: str
    because: str
    place: Place
    file: str = ""
    at: Money | None = None

    def meets(self, found: Diagnostic) -> bool:
        """Whether the entry speaks of this report."""
        if found.code != self.code or (self.file and found.place.file != self.file):
            return False
        return self.at is None or names_amount(f"{found.message} {found.witness or ''}", self.at)


def names_amount(text: str, amount: Money) -> bool:
    """Whether a report's text names an amount: its number, and its currency where it has one."""
    wanted = decimal_text(amount.minor, amount.currency)
    numbers = {number.replace("_", "") for number in _NUMBER.findall(text)}
    return wanted in numbers and (amount.currency in text or not re.search(r"\b[A-Z]{3}\b", text))


def _accepted(fields: Fields, context: Context) -> Accepted | None:
    code, because = fields.read(CODE, context), fields.read(BECAUSE, context)
    file, at = fields.read(FILE, context), fields.read(AT, context)
    if code is None or because is None:
        return None
    if (file is None and fields.has(FILE)) or (at is None and fields.has(AT)):
        return None
    return Accepted(code, because, fields.place, file or "", at)


CODE: Final = Key("code", word_of(*BY_COMPILING, *BY_CHECKS), "the code of the report", True)
FILE: Final = Key("file", TEXT, "the file it is reported in")
AT: Final = Key("at", AMOUNT, "the amount that it names")
BECAUSE: Final = Key("because", TEXT, "why it is kept", True)
SHAPE: Final = Shape("an accepted report", (CODE, FILE, AT, BECAUSE))
ACCEPTED: Final[Form[tuple[Accepted, ...]]] = list_of(shaped(SHAPE, _accepted))


def settle(
    found: Iterable[Diagnostic],
    accepted: Iterable[Accepted],
    codes: Iterable[str],
    diagnostics: Diagnostics,
) -> None:
    """Add what was found to `diagnostics`, accepted errors as notes; `codes` are of this stage."""
    own = [entry for entry in accepted if entry.code in frozenset(codes)]
    used: set[Accepted] = set()
    for report in found:
        entry = next((entry for entry in own if entry.meets(report)), None)
        if entry is None or report.severity is not Severity.ERROR:
            diagnostics.add(report)
        else:
            used.add(entry)
            message = f"{report.message} (accepted: {entry.because})"
            diagnostics.note(report.code, report.place, message, report.help, report.witness)
    for entry in own:
        if entry not in used:
            message = f"nothing is reported as {shown(entry.code)} here, so nothing is accepted"
            diagnostics.warning("accepted-nothing", entry.place, message, "take the entry out")
