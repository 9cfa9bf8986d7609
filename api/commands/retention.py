"""`countersign retention`: cases whose time is over, and their erasure."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer
from rich.text import Text

from api.commands.behind import resources_in, who_in
from api.commands.decide import plain_table
from api.commands.lint import counted
from api.commands.options import Json, Out
from api.commands.serving import DEFAULT, Because, By, Database, failures, store_at, utc_now
from api.commands.terminal import Code, Output, progress, stop
from api.texts import short
from api.usecases.casework.resources import Resources
from api.usecases.retention.due import Due, due
from api.usecases.retention.erasing import Behind, erase
from api.usecases.retention.refusing import RetentionRefused

app = typer.Typer(
    help="Erase what was kept as long as it had to be.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
MOST_SHOWN = 50
Confirmed = Annotated[
    str,
    typer.Option("--confirmed-by", metavar="PERSON", help="Somebody else, who confirms it."),
]
Of = Annotated[str, typer.Option("--entity", help="Cases of this entity only.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether to go on.")]


@app.callback()
def _group() -> None:
    """Erase what was kept as long as it had to be."""


def list_due(
    entity: Of = "", database: Database = DEFAULT, as_json: Json = False, out: Out = None
) -> None:
    """List cases whose time of retention is over, and what keeps some of them all the same."""
    with failures(), store_at(database) as store:
        found = _due(resources_in(store), entity)
    with Output(out) as output:
        if as_json:
            output.json({"due": [each.plain() for each in found]})
        else:
            _show(output, found)


def erase_due(
    by: By,
    confirmed_by: Confirmed,
    because: Because,
    entity: Of = "",
    yes: Yes = False,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Erase what `retention due` lists and nothing keeps. It cannot be undone; records stay.

    Copies elsewhere, such as backups and exports, are not reached.
    """
    with failures(), store_at(database) as store:
        resources = resources_in(store)
        found = [each.case for each in _due(resources, entity) if not each.kept_by]
        if not yes:
            typer.confirm(f"erase {counted(len(found), 'case')} for good?", abort=True)
        behind = Behind(who_in(store, by), confirmed_by, because)
        with progress("cases", len(found)) as bar:
            try:
                done = erase(
                    resources,
                    [case.id for case in found],
                    behind,
                    utc_now(),
                    lambda count: bar.advance(bar.task_ids[0], count),
                )
            except RetentionRefused as problem:
                raise stop(Code.SERVICE, f"error[{problem.code}]: {problem}") from None
    with Output(out) as output:
        if as_json:
            output.json({"erased": list(done.cases), "contents_about_people": done.contents})
        else:
            people = counted(done.contents, "snapshot")
            output.say(f"erased: {counted(len(done.cases), 'case')}, {people} of people")


def _due(resources: Resources, entity: str) -> list[Due]:
    with resources.store.snapshot() as connection:
        current = resources.loaded.current(connection)
        found = due(connection, current, utc_now())
        return [each for each in found if entity in ("", each.case.entity)]


def _show(output: Output, found: list[Due]) -> None:
    if not found:
        output.say("no case has been kept as long as it has to be")
        return
    table = plain_table("case", "entity", "document", "until", "kept by")
    for each in found[:MOST_SHOWN]:
        document = f"{each.case.type} {each.case.document_id}"
        kept = f"{each.kept_by} {each.about}".strip()
        cells = (each.case.number, each.case.entity, document, str(each.keeping.until), kept)
        table.add_row(*(Text(short(cell)) for cell in cells))
    output.show(table)
    if len(found) > MOST_SHOWN:
        output.say(f"and {len(found) - MOST_SHOWN:,} more", "dim")
    kept_by = Counter(each.kept_by for each in found)
    output.say(f"{counted(kept_by[''], 'case')} can be erased, {len(found) - kept_by['']:,} not")
