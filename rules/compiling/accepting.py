"""Waivers: reports that a set accepts by name, with a reason, an owner and an end.

The set loads, and the engine holds. An accepted error or warning becomes a note. An entry that
meets no report is a warning, so that acceptances do not outlive what they were written for; an
entry that has ended accepts nothing any more. Reports come from compiling, from the checks
and, where somebody asks for them, from the checks with people; each stage settles the entries whose
codes are its own. No clock is read here: `on` is the day that the
caller names, and without one nothing ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from engine.money import Money, decimal_text
from engine.places import Place
from rules.compiling.context import Context
from rules.compiling.forms import AMOUNT, DAY, TEXT, list_of, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape, shaped
from rules.diagnostics import Diagnostic, Diagnostics, Severity, shown

BY_COMPILING: Final = ("signed-credits",)
ERRORS: Final = ("overlap", "gap", "two-matrices", "never-matches", "unsafe-straight-through")
WARNINGS: Final = (
    "hole-in-time",
    "limit-shadowed",
    "delegation-shadowed",
    "looser-locally",
    "unbounded-straight-through",
    "one-vote-decides",
    "ratify-without-end",
    "ratified-by-approver",
    "recorder-approves",
    "asked-once",
)
BY_CHECKS: Final = (*ERRORS, *WARNINGS)
BY_PEOPLE: Final = ("nobody-holds", "no-owner", "no-fallback", "unapprovable", "single-absence")
SOON_DAYS: Final = 30
_NUMBER: Final = re.compile(r"-?[0-9][0-9_]*(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One entry. Empty `file` and no `at` mean any; `at` is an amount that the report names.

    `until` is its last day, as the people who read the report count days; `None` for no end.
    """

    code: str
    because: str
    place: Place
    file: str = ""
    at: Money | None = None
    owner: str = ""
    until: date | None = None

    def meets(self, found: Diagnostic) -> bool:
        """Whether the entry speaks of this report."""
        if found.code != self.code or (self.file and found.place.file != self.file):
            return False
        return self.at is None or names_amount(f"{found.message} {found.witness or ''}", self.at)

    def has_ended(self, on: date | None) -> bool:
        """Whether the day is after the last one."""
        return on is not None and self.until is not None and on > self.until

    def __str__(self) -> str:
        """The entry as a report names it: who accepts it, until when, and why."""
        owner = f" by {shown(self.owner)}" if self.owner else ""
        until = f" until {self.until}" if self.until is not None else ""
        return f"accepted{owner}{until}: {self.because}"


def names_amount(text: str, amount: Money) -> bool:
    """Whether a report's text names an amount: its number, and its currency where it has one."""
    wanted = decimal_text(amount.minor, amount.currency)
    numbers = {number.replace("_", "") for number in _NUMBER.findall(text)}
    return wanted in numbers and (amount.currency in text or not re.search(r"\b[A-Z]{3}\b", text))


def _accepted(fields: Fields, context: Context) -> Accepted | None:
    code, because = fields.read(CODE, context), fields.read(BECAUSE, context)
    file, at = fields.read(FILE, context), fields.read(AT, context)
    owner, until = fields.read(OWNER, context), fields.read(UNTIL, context)
    if code is None or because is None:
        return None
    optional = ((FILE, file), (AT, at), (OWNER, owner), (UNTIL, until))
    if any(value is None and fields.has(key) for key, value in optional):
        return None
    return Accepted(code, because, fields.place, file or "", at, owner or "", until)


CODE: Final = Key(
    "code", word_of(*BY_COMPILING, *BY_CHECKS, *BY_PEOPLE), "the code of the report", True
)
FILE: Final = Key("file", TEXT, "the file it is reported in")
AT: Final = Key("at", AMOUNT, "the amount that it names")
BECAUSE: Final = Key("because", TEXT, "why it is kept", True)
OWNER: Final = Key("owner", TEXT, "who answers for it (that of `for_all_files` if unsaid)")
UNTIL: Final = Key("until", DAY, "the last day on which it is accepted")
SHAPE: Final = Shape("an accepted report", (CODE, FILE, AT, BECAUSE, OWNER, UNTIL))
ACCEPTED: Final[Form[tuple[Accepted, ...]]] = list_of(shaped(SHAPE, _accepted))


def owned(accepted: Iterable[Accepted], owner: str, context: Context) -> tuple[Accepted, ...]:
    """The entries, each with an owner; a warning where nobody answers for one."""
    found = tuple(entry if entry.owner else replace(entry, owner=owner) for entry in accepted)
    for entry in found:
        if not entry.owner:
            message = f"nobody answers for accepting {shown(entry.code)}"
            help = "write `owner:` here, or under `for_all_files`"
            context.diagnostics.warning("waiver-without-owner", entry.place, message, help)
    return found


def settle(
    found: Iterable[Diagnostic],
    accepted: Iterable[Accepted],
    codes: Iterable[str],
    diagnostics: Diagnostics,
    on: date | None = None,
) -> None:
    """Add what was found to `diagnostics`, what is accepted as notes; `codes` are of this stage.

    Entries that have ended on the day `on` accept nothing, and are reported themselves.
    """
    own = [entry for entry in accepted if entry.code in frozenset(codes)]
    own.sort(key=lambda entry: entry.has_ended(on))
    used: set[Accepted] = set()
    for report in found:
        entry = next((entry for entry in own if entry.meets(report)), None)
        if entry is not None:
            used.add(entry)
        if entry is None or report.severity is Severity.NOTE or entry.has_ended(on):
            diagnostics.add(report)
        else:
            message = f"{report.message} ({entry})"
            diagnostics.note(report.code, report.place, message, report.help, report.witness)
    for entry in own:
        if entry not in used:
            message = f"nothing is reported as {shown(entry.code)} here, so nothing is accepted"
            diagnostics.warning("accepted-nothing", entry.place, message, "take the entry out")
        else:
            _report_end(entry, on, diagnostics)


def _report_end(entry: Accepted, on: date | None, diagnostics: Diagnostics) -> None:
    if on is None or entry.until is None:
        return
    owner = f" by {shown(entry.owner)}" if entry.owner else ""
    what = f"{shown(entry.code)} is accepted{owner} until {entry.until}"
    if entry.has_ended(on):
        help = f"mend what {shown(entry.code)} reports, or let somebody accept it again: write a "
        message = f"{what}, and it is {on}: what it was accepted for is reported again"
        diagnostics.warning("waiver-expired", entry.place, message, f"{help}later `until`")
    elif (entry.until - on).days <= SOON_DAYS:
        left = (entry.until - on).days
        message = f"{what}, which is {_in_days(left)}"
        help = "mend it before, or let somebody accept it again: write a later `until`"
        diagnostics.note("waiver-ends-soon", entry.place, message, help)


def _in_days(days: int) -> str:
    if days < 2:
        return ("today", "tomorrow")[days]
    return f"in {days} days"
