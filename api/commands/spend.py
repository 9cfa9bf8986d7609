"""`countersign spend`: likely duplicates and coding problems in what public bodies publish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.sources.public_spend.documents import is_hidden
from adapters.sources.public_spend.headings import Column
from adapters.sources.public_spend.reading import SpendFile, SpendRefused, look_at
from adapters.whole_files import NotWritten, write_whole
from api.commands.lint import counted
from api.commands.options import Json, Out
from api.commands.spend_shown import as_csv, as_plain, show
from api.commands.terminal import Code, Output, progress, stop
from api.usecases.reports.spend.coding import Days, coding_problems
from api.usecases.reports.spend.duplicates import likely_duplicates
from api.usecases.reports.spend.gathering import gather
from api.usecases.reports.spend.report import SpendReport
from engine.duplicates.criterion import MOST_PERCENT, Near
from engine.errors import MoneyError
from engine.money import exponent, parse_amount
from engine.quoting import quoted, suggestion

_MOST_TAX: Final = 100

Files = Annotated[
    list[Path], typer.Argument(metavar="FILES", help="CSV as published, packed with gzip or not.")
]
Entity = Annotated[
    str, typer.Option("--entity", metavar="NAME", help="Who paid, where no column says it.")
]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="Of the amounts.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="HEADING=MEANING",
        help="What a heading means that is not known, as `Paid to=supplier`; or `ignored`.",
    ),
]
From = Annotated[str, typer.Option("--from", metavar="DAY", help="First day of the payments.")]
Until = Annotated[str, typer.Option("--until", metavar="DAY", help="Last day of the payments.")]
Percent = Annotated[
    str, typer.Option("--near", metavar="PERCENT", help="How far apart near amounts may be.")
]
NearAmount = Annotated[
    str, typer.Option("--near-amount", metavar="AMOUNT", help="The same as an amount.")
]
Tax = Annotated[
    str, typer.Option("--tax", metavar="PERCENT", help="The rate of tax that may have been added.")
]
Top = Annotated[int, typer.Option("--top", min=0, help="How many of each kind are shown.")]
Csv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write every row of every finding to this file."),
]


def spend(
    files: Files,
    entity: Entity = "",
    currency: Currency = "GBP",
    column: Columns = None,
    first: From = "",
    last: Until = "",
    near: Percent = "0.1",
    near_amount: NearAmount = "1.00",
    tax: Tax = "20",
    top: Top = 3,
    as_json: Json = False,
    csv: Csv = None,
    out: Out = None,
) -> None:
    """Report likely duplicates and coding problems in published spend, in one run.

    A row becomes an invoice or a credit note. Ends with 1 where something is found.
    """
    _check_currency(currency)
    days = Days(_day(first, "--from"), _day(last, "--until"))
    close = _near(near, near_amount, currency)
    percent = _percent(tax, "--tax", _MOST_TAX)
    looked_at = _look_at(files, entity, currency, _mapped(column or []))
    total = sum(file.lines_count for file in looked_at)
    with progress("reading", total) as bar:
        try:
            gathered = gather(looked_at, lambda lines: bar.advance(bar.task_ids[0], lines))
        except SpendRefused as problem:
            raise stop(Code.DOCUMENT, f"error: {problem}") from None
        bar.update(bar.task_ids[0], description="comparing")
        duplicates = likely_duplicates(gathered, close, percent)
        coding = coding_problems(gathered, looked_at, days)
    hidden = Counter(row.file for row in gathered.rows if is_hidden(row.supplier))
    report = SpendReport(looked_at, gathered, duplicates, coding, hidden.total())
    if csv is not None:
        try:
            write_whole(csv, as_csv(report))
        except NotWritten as problem:
            raise stop(Code.FILE, f"error: {problem}") from None
    with Output(out) as output:
        if as_json:
            output.json(as_plain(report))
        else:
            show(output, report, top)
            if csv is not None:
                output.say(f"{counted(report.found_rows_count, 'row')} written to {csv}", "dim")
    if report.found_rows_count or gathered.unread:
        raise typer.Exit(int(Code.FOUND))


def _look_at(
    paths: Sequence[Path], entity: str, currency: str, mapped: dict[str, Column]
) -> tuple[SpendFile, ...]:
    """Every file with its columns; all that are not understood are told at once."""
    names = Counter(path.name for path in paths)
    if len({path.resolve() for path in paths}) < len(paths):
        raise typer.BadParameter("a file is named twice", param_hint="FILES")
    found: list[SpendFile] = []
    wrong: list[str] = []
    for path in paths:
        name = path.name if names[path.name] == 1 else path.as_posix()
        try:
            found.append(look_at(path, mapped=mapped, entity=entity, currency=currency, name=name))
        except SpendRefused as problem:
            wrong.append(f"error: {problem}")
    if wrong:
        raise stop(Code.DOCUMENT, *wrong, "  help: say with --column what a heading means")
    return tuple(found)


def _mapped(texts: Sequence[str]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for text in texts:
        heading, sign, meaning = text.rpartition("=")
        if not sign or not heading.strip():
            message = f"expected HEADING=MEANING, found {quoted(text)}"
            raise typer.BadParameter(message, param_hint="--column")
        if meaning not in list(Column):
            message = f"nothing is called {quoted(meaning)}{suggestion(meaning, list(Column))}"
            known = ", ".join(Column)
            raise typer.BadParameter(f"{message}; known are {known}", param_hint="--column")
        found[heading] = Column(meaning)
    return found


def _check_currency(code: str) -> None:
    try:
        exponent(code)
    except MoneyError as problem:
        raise typer.BadParameter(str(problem), param_hint="--currency") from None


def _near(percent: str, amount: str, currency: str) -> Near:
    share = _percent(percent, "--near", MOST_PERCENT)
    try:
        money = parse_amount(amount, currency)
    except MoneyError as problem:
        raise typer.BadParameter(str(problem), param_hint="--near-amount") from None
    if money.minor < 0:
        message = f"expected an amount from zero on, found {quoted(amount)}"
        raise typer.BadParameter(message, param_hint="--near-amount")
    return Near(share, money)


def _percent(text: str, hint: str, most: int) -> Fraction:
    is_decimal = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) < 10
    found = Fraction(text) if is_decimal and not text.startswith(".") else None
    if found is None or not 0 <= found <= most:
        message = f"expected 0 to {most} percent, found {quoted(text)}"
        raise typer.BadParameter(message, param_hint=hint)
    return found


def _day(text: str, hint: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("expected a day like 2027-03-15", param_hint=hint) from None
