"""`countersign overrides`: what was let through, attempted, done for another, or is open."""

from __future__ import annotations

from collections import Counter
from typing import Final

import typer

from api.commands.decide import plain_table
from api.commands.lint import counted
from api.commands.options import First, Json, Last, Out, days
from api.commands.serving import DEFAULT, Database, store_at
from api.commands.terminal import Code, Output
from api.texts import short
from api.usecases.reports.overrides import Entry, Overrides, What, overrides

MOST_SHOWN: Final = 200


def report_overrides(
    database: Database = DEFAULT,
    from_: First = "",
    until: Last = "",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Report mitigations used, delegations used, attempts at self-approval, and what is open.

    From the records of the trail alone. Ends with 1 where a review or a ratification is open, or a
    second opinion was another one.
    """
    first, last = days(from_, until)
    with store_at(database) as store:
        found = overrides(store, first, last)
    with Output(out) as output:
        if as_json:
            output.json(_plain(found))
        else:
            _show(output, found)
    if found.needs_somebody:
        raise typer.Exit(int(Code.FOUND))


def _show(output: Output, found: Overrides) -> None:
    months = found.by_month()
    table = plain_table("", *months, "all", "open")
    for column in table.columns[1:]:
        column.justify = "right"
    every = Counter(each.what for each in found.entries)
    still = Counter(each.what for each in found.entries if each.is_open)
    for what in What:
        cells = [f"{months[month][what]:,}" for month in months]
        table.add_row(_name(what), *cells, f"{every[what]:,}", f"{still[what]:,}")
    output.show(table)
    if found.entries:
        output.say()
    for each in found.entries[:MOST_SHOWN]:
        output.say(_line(each))
    if len(found.entries) > MOST_SHOWN:
        output.say(f"and {len(found.entries) - MOST_SHOWN:,} more; --json has all")
    output.say(f"{counted(found.records, 'record')} read", "dim")


def _name(what: What) -> str:
    return str(what).replace("_", " ")


def _line(each: Entry) -> str:
    parts = [f"record {each.position}, {each.day}, {each.case}: {_name(each.what)}"]
    if each.person:
        parts.append(f"by {short(each.person)}" if not each.is_open else f"of {short(each.person)}")
    if each.other:
        parts.append(f"({short(each.other)})")
    if each.detail:
        parts.append(f"[{short(each.detail)}]")
    if each.is_open:
        parts.append("open")
    elif each.finding:
        parts.append(short(each.finding))
    return " ".join(parts)


def _plain(found: Overrides) -> dict[str, object]:
    return {
        "records": found.records,
        "needs_somebody": found.needs_somebody,
        "by_month": {
            month: {str(what): number for what, number in sorted(counts.items())}
            for month, counts in found.by_month().items()
        },
        "entries": [
            {
                "what": str(each.what),
                "position": each.position,
                "day": each.day.isoformat(),
                "case": each.case,
                "person": each.person,
                "other": each.other,
                "detail": each.detail,
                "finding": each.finding,
                "is_open": each.is_open,
            }
            for each in found.entries
        ],
    }
