"""The report on published spend as text, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from rich.text import Text

from adapters.sources.public_spend.headings import Column
from adapters.sources.public_spend.reading import Spend
from api.commands.decide import plain_table
from api.commands.lint import counted
from api.commands.terminal import Output
from api.texts import plain, short
from api.usecases.reports.spend.duplicates import Crowded
from api.usecases.reports.spend.findings import Finding, Section
from api.usecases.reports.spend.report import SpendReport
from engine.money import decimal_text

MOST_UNREAD: Final = 20
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
CSV_COLUMNS: Final = (
    "kind",
    "section",
    "finding",
    "why",
    "file",
    "line",
    "entity",
    "supplier",
    "day",
    "amount",
    "account",
    "description",
    "number",
)


def show(output: Output, report: SpendReport, top: int) -> None:
    """The report as text: what was read, then a table and the largest examples of each kind."""
    _show_read(output, report)
    duplicates = report.duplicates.sections
    _show_sections(output, report, ("Likely duplicates", "at stake"), duplicates, top)
    _show_crowds(output, report)
    _show_sections(output, report, ("Coding problems", "amount"), report.coding, top)


def _show_read(output: Output, report: SpendReport) -> None:
    gathered = report.gathered
    for file in report.files:
        says = ", ".join(file.columns)
        output.say(f"{file.name}: {file.encoding}, columns {says}", "dim")
    kinds = [(gathered.types["invoice"], "invoice"), (gathered.types["credit_note"], "credit note")]
    documents = ", ".join(counted(count, kind) for count, kind in kinds)
    output.say(f"{counted(len(gathered.rows), 'row')} read: {documents}", "bold")
    if gathered.unread:
        output.say(f"{counted(len(gathered.unread), 'row')} could not be read:", "red")
    for each in gathered.unread[:MOST_UNREAD]:
        column = f" {each.column}:" if each.column else ""
        output.say(f"  {each.file}:{each.line}:{column} {each.why}")
    if len(gathered.unread) > MOST_UNREAD:
        output.say(f"  and {len(gathered.unread) - MOST_UNREAD:,} more; --json has all")
    if report.hidden:
        output.say(f"{counted(report.hidden, 'row')} hide the supplier and are compared with none")
    if not any(Column.SUPPLIER_NUMBER in file.columns for file in report.files):
        output.say("no file has supplier numbers: suppliers are told apart by name")
    output.say()


def _show_sections(
    output: Output,
    report: SpendReport,
    titles: tuple[str, str],
    sections: Sequence[Section],
    top: int,
) -> None:
    output.say(titles[0], "bold underline")
    currency = report.files[0].currency
    table = plain_table("kind", "findings", "rows", f"{titles[1]}, {currency}")
    for column in table.columns[1:]:
        column.justify = "right"
    for each in sections:
        if each.not_asked:
            table.add_row(each.word, "not asked", "", "")
        else:
            amount = _grouped(each.minor, currency)
            table.add_row(each.word, f"{len(each.findings):,}", f"{each.rows_count:,}", amount)
    output.show(table)
    for each in sections:
        _show_section(output, report, each, top)
    output.say()


def _show_crowds(output: Output, report: SpendReport) -> None:
    """What was not compared each with each, in a line for each section."""
    by_section: dict[str, list[Crowded]] = {}
    for crowd in report.duplicates.crowds:
        by_section.setdefault(crowd.section, []).append(crowd)
    for word, crowds in by_section.items():
        largest = max(crowds, key=lambda crowd: crowd.rows_count)
        lots = "one lot" if len(crowds) == 1 else f"{len(crowds):,} lots"
        output.say(
            f"{word}: {lots} of rows, the largest of {largest.rows_count:,} like "
            f"{_place(report, largest.example)}, are too many to compare each with each; "
            "each row was compared with those next to it",
            "yellow",
        )


def _show_section(output: Output, report: SpendReport, section: Section, top: int) -> None:
    output.say()
    head = Text(plain(section.word), style="bold")
    output.say(head.append(f": {plain(section.not_asked or section.means)}", style="not bold"))
    for finding in section.findings[:top]:
        row = report.gathered.rows[finding.rows[0]]
        places = ", ".join(_place(report, index) for index in finding.rows[:4])
        more = f" and {len(finding.rows) - 4:,} more" if len(finding.rows) > 4 else ""
        who = short(row.supplier, 40) if len(_suppliers(report, finding)) == 1 else "several"
        output.say(f"  {who}, {_amounts(report, finding)}, {row.day}: {short(finding.why, 160)}")
        output.say(f"    {places}{more}", "dim")
    left = len(section.findings) - top
    if left > 0 and section.findings:
        output.say(f"  and {left:,} more; --csv or --json has all", "dim")


def as_plain(report: SpendReport) -> dict[str, object]:
    """The report as JSON has it, with every finding."""
    gathered = report.gathered
    return {
        "files": [
            {
                "file": file.name,
                "encoding": file.encoding,
                "lines": file.lines_count,
                "columns": dict(zip(file.header, map(str, file.columns), strict=True)),
            }
            for file in report.files
        ],
        "currency": report.files[0].currency,
        "rows": len(gathered.rows),
        "documents": dict(gathered.types),
        "unread": [
            {"file": each.file, "line": each.line, "column": each.column, "why": each.why}
            for each in gathered.unread
        ],
        "hidden_supplier": report.hidden,
        "duplicates": [_plain_section(report, each) for each in report.duplicates.sections],
        "not_compared_in_full": [
            {
                "section": each.section,
                "rows": each.rows_count,
                "example": _place(report, each.example),
            }
            for each in report.duplicates.crowds
        ],
        "coding": [_plain_section(report, each) for each in report.coding],
    }


def _plain_section(report: SpendReport, section: Section) -> dict[str, object]:
    currency = report.files[0].currency
    return {
        "kind": section.word,
        "means": section.means,
        "not_asked": section.not_asked,
        "findings": len(section.findings),
        "rows": section.rows_count,
        "amount": decimal_text(section.minor, currency),
        "found": [
            {
                "why": finding.why,
                "amount": decimal_text(finding.minor, currency),
                "rows": [_plain_row(report.gathered.rows[index]) for index in finding.rows],
            }
            for finding in section.findings
        ],
    }


def _plain_row(row: Spend) -> dict[str, object]:
    return {
        "file": row.file,
        "line": row.line,
        "entity": row.entity,
        "supplier": row.supplier,
        "day": row.day.isoformat(),
        "amount": decimal_text(row.amount.minor, row.amount.currency),
        "account": row.account,
        "description": row.description,
        "number": row.transaction,
    }


def as_csv(report: SpendReport) -> bytes:
    """Every row of every finding, in UTF-8 with a mark that spreadsheets want."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(CSV_COLUMNS)
    for number, (kind, section, finding) in enumerate(report.findings(), start=1):
        for index in finding.rows:
            said = (kind, section.word, number, finding.why)
            row = _plain_row(report.gathered.rows[index])
            writer.writerow([_cell(value) for value in (*said, *row.values())])
    return written.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    """As text that no spreadsheet takes for a formula; a negative amount is none."""
    text = str(value)
    is_number = text.removeprefix("-").replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(_FORMULAS) and not is_number else text


def _suppliers(report: SpendReport, finding: Finding) -> set[str]:
    return {report.gathered.rows[index].supplier for index in finding.rows}


def _amounts(report: SpendReport, finding: Finding) -> str:
    """`2 x 75000.00`, or each amount where they differ."""
    rows = [report.gathered.rows[index] for index in finding.rows]
    amounts = [decimal_text(row.amount.minor, row.amount.currency) for row in rows]
    if len(rows) == 1:
        return amounts[0]
    if len(set(amounts)) == 1:
        return f"{len(rows)} x {amounts[0]}"
    if len(amounts) <= 3:
        return " and ".join(amounts)
    return f"{counted(len(rows), 'row')} of {decimal_text(finding.minor, rows[0].amount.currency)}"


def _place(report: SpendReport, index: int) -> str:
    row = report.gathered.rows[index]
    return f"{row.file}:{row.line}"


def _grouped(minor: int, currency: str) -> str:
    whole, point, part = decimal_text(minor, currency).partition(".")
    return f"{int(whole):,}{point}{part}"
