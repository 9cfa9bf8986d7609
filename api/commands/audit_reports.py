"""`countersign report`: what an auditor asks of controls, of access, and of a period."""

from __future__ import annotations

import typer

from api.commands.decide import plain_table
from api.commands.lint import counted
from api.commands.options import First, Json, Last, Out, days
from api.commands.serving import DEFAULT, Database, store_at
from api.commands.terminal import Code, Output
from api.texts import short
from api.usecases.reports.access import Use, access
from api.usecases.reports.by_control import Control, by_control
from api.usecases.reports.completeness import Period, completeness

app = typer.Typer(help="Report for auditors.", no_args_is_help=True, rich_markup_mode="rich")

MOST_SHOWN = 50


@app.callback()
def _group() -> None:
    """Report for auditors."""


def controls(
    database: Database = DEFAULT,
    from_: First = "",
    until: Last = "",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Report how often each control applied, held, refused, and kept somebody away.

    From the decisions that the trail records.
    """
    first, last = days(from_, until)
    with store_at(database) as store:
        found = by_control(store, first, last)
    with Output(out) as output:
        if as_json:
            shown = [_control_plain(each) for each in found.controls]
            output.json({"decisions": found.decisions, "controls": shown})
            return
        table = plain_table("control", "applied", "held", "refused", "kept away", "cases", "where")
        for column in table.columns[1:6]:
            column.justify = "right"
        for each in found.controls:
            numbers = (each.applied, each.held, each.refused, each.kept_away, len(each.cases))
            table.add_row(short(each.name), *(f"{n:,}" for n in numbers), each.place)
        output.show(table)
        output.say(f"{counted(found.decisions, 'decision')} looked at", "dim")


def access_review(
    database: Database = DEFAULT,
    from_: First = "",
    until: Last = "",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Report under which logins and through which tools anything was done or refused.

    What each login may do is in the settings of the service: compare the two.
    """
    first, last = days(from_, until)
    with store_at(database) as store:
        found = access(store, first, last)
    with Output(out) as output:
        if as_json:
            output.json([_use_plain(each) for each in found])
            return
        table = plain_table("person", "through", "issuer", "done", "refused", "first", "last")
        for each in found:
            login = each.login
            issuer = "relayed" if login.is_relayed else login.issuer or "-"
            when = (str(each.first), str(each.last))
            done = f"{each.kinds.total() - each.refused:,}"
            row = (login.person, login.through, issuer, done, f"{each.refused:,}", *when)
            table.add_row(*map(short, row))
        output.show(table)
        output.say(counted(len(found), "login"), "dim")


def period(
    from_: First,
    until: Last,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Report whether a period is whole: records, cases, control totals, and what is still open.

    Ends with 1 where a record is missing.
    """
    first, last = days(from_, until)
    if first is None or last is None:
        raise typer.BadParameter("say both days", param_hint="--from, --until")
    with store_at(database) as store:
        found = completeness(store, first, last)
    with Output(out) as output:
        if as_json:
            output.json(_period_plain(found))
        else:
            _show_period(output, found)
    if not found.is_whole:
        raise typer.Exit(int(Code.FOUND))


def _show_period(output: Output, found: Period) -> None:
    positions = f"positions {found.first_position} to {found.last_position}"
    output.say(f"{counted(found.records, 'record')}, {positions}")
    if found.missing:
        shown = ", ".join(map(str, found.missing[:MOST_SHOWN]))
        output.say(f"missing: {shown}", "bold red")
    table = plain_table("type", "status", "cases")
    table.columns[2].justify = "right"
    for (type_, status), number in sorted(found.by_status.items()):
        table.add_row(type_, status, f"{number:,}")
    output.show(table)
    for currency, total in found.control_totals().items():
        output.say(f"{counted(found.cases, 'case')}, {total} {currency} without tax")
    for each in found.open[:MOST_SHOWN]:
        output.say(f"open: {each.case} {each.type} {short(each.document)} {each.status}")
    if len(found.open) > MOST_SHOWN:
        output.say(f"and {len(found.open) - MOST_SHOWN:,} more that are open; --json has all")


def _control_plain(each: Control) -> dict[str, object]:
    return {
        "control": each.name,
        "place": each.place,
        "applied": each.applied,
        "held": each.held,
        "refused": each.refused,
        "kept_away": each.kept_away,
        "cases": sorted(each.cases),
    }


def _use_plain(each: Use) -> dict[str, object]:
    login = each.login
    return {
        "person": login.person,
        "through": login.through,
        "issuer": login.issuer,
        "strength": login.strength,
        "is_relayed": login.is_relayed,
        "is_development": login.is_development,
        "records": dict(sorted(each.kinds.items())),
        "refused": each.refused,
        "first": str(each.first),
        "last": str(each.last),
    }


def _period_plain(found: Period) -> dict[str, object]:
    return {
        "is_whole": found.is_whole,
        "positions": {"first": found.first_position, "last": found.last_position},
        "records": found.records,
        "by_kind": dict(sorted(found.by_kind.items())),
        "missing": list(found.missing),
        "cases": found.cases,
        "by_status": [
            {"type": type_, "status": status, "cases": number}
            for (type_, status), number in sorted(found.by_status.items())
        ],
        "control_totals": found.control_totals(),
        "open": [
            {
                "case": each.case,
                "type": each.type,
                "document": each.document,
                "entity": each.entity,
                "status": each.status,
            }
            for each in found.open
        ],
    }
