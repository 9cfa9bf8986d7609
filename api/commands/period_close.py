"""`countersign period-close`: what of a period is not approved, not ready or not posted."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

import typer
from rich.text import Text

from adapters.store.opening import open_store
from api.bootstrap import resources_of
from api.commands.decide import plain_table
from api.commands.options import Json, Out
from api.commands.serving import failures, utc_now
from api.commands.terminal import Code, Output, progress, stop
from api.settings import read_settings
from api.texts import short
from api.usecases.casework.resources import Resources
from api.usecases.reports.period_close import (
    Days,
    Left,
    PeriodUnknown,
    days_of,
    left_over,
    left_plain,
)
from engine.readiness.recording import to_plain

MOST_SHOWN: Final = 200

Entity = Annotated[str, typer.Option("--entity", "-e", metavar="ENTITY", help="Of which entity.")]
Period = Annotated[
    str, typer.Option("--period", metavar="NAME", help="As the master data call it, 2027-03.")
]
Kind = Annotated[
    str, typer.Option("--kind", metavar="KIND", help="AP, AR, GL or INV: whose periods.")
]


def period_close(
    entity: Entity, period: Period, kind: Kind = "AP", as_json: Json = False, out: Out = None
) -> None:
    """Report what of a period is not approved, not ready or not posted, from the store.

    Ends with 1 where something is left.
    """
    with failures():
        settings = read_settings()
        store = open_store(settings.database_url.get_secret_value())
        try:
            resources = resources_of(settings, store)
            days, left = _left(resources, entity, kind, period)
        finally:
            store.close()
    with Output(out) as output:
        if as_json:
            shown = {"entity": entity, "kind": kind, "period": period}
            output.json({**shown, **_days(days), "left": [_plain(each) for each in left]})
        else:
            _show(output, left, days)
    if left:
        raise typer.Exit(int(Code.FOUND))


def _left(resources: Resources, entity: str, kind: str, period: str) -> tuple[Days, list[Left]]:
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
    try:
        days = days_of(current, entity, kind, period)
    except PeriodUnknown as problem:
        raise stop(Code.USAGE, f"error: {problem}") from None
    with progress("looking", None) as bar:
        found = left_over(
            resources, entity, days, utc_now(), lambda count: bar.advance(bar.task_ids[0], count)
        )
        return days, list(found)


def _show(output: Output, left: list[Left], days: Days) -> None:
    table = plain_table("case", "document", "day", "amount", "lacks", "because", "owner")
    table.columns[3].justify = "right"
    for each in left[:MOST_SHOWN]:
        standing = [finding for finding in each.findings if finding.stands]
        owners = sorted({finding.owner for finding in standing if finding.owner})
        because = ", ".join(dict.fromkeys(finding.code for finding in standing))
        table.add_row(
            each.case,
            Text(short(f"{each.type} {each.document}", 40)),
            "unknown" if each.day is None else str(each.day),
            each.amount,
            str(each.lacks),
            Text(short(because or str(each.status), 60)),
            Text(short(", ".join(owners), 30)),
        )
    if left:
        output.show(table)
    if len(left) > MOST_SHOWN:
        output.say(f"and {len(left) - MOST_SHOWN:,} more; --json has all")
    counts = Counter(str(each.lacks) for each in left)
    said = ", ".join(f"{count:,} without {what}" for what, count in sorted(counts.items()))
    output.say(f"{days.first} to {days.last}: {said or 'nothing is left'}")


def _days(days: Days) -> dict[str, str]:
    return {"first_day": str(days.first), "last_day": str(days.last)}


def _plain(each: Left) -> dict[str, object]:
    return left_plain(each, lambda finding: {**to_plain(finding)})
