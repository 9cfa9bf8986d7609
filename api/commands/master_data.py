"""`countersign data`: what of a folder of master data would be loaded; and loading it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from adapters.master_data import BadRow, Effect, Load, load_folder
from api.bootstrap import store_environment
from api.commands.behind import resources_in
from api.commands.decide import plain_table
from api.commands.lint import counted
from api.commands.loading import policy_of
from api.commands.options import Json, Out, Policy
from api.commands.serving import (
    DEFAULT,
    Because,
    By,
    Database,
    data_files,
    store_at,
    utc_now,
    who,
)
from api.commands.terminal import Code, Output
from api.settings import Environment
from api.texts import plain
from api.usecases.casework.activating import load_master_data

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of master data.")]

app = typer.Typer(
    help="Look at master data, and load them.", no_args_is_help=True, rich_markup_mode="rich"
)


@app.callback()
def _group() -> None:
    """Look at master data, and load them."""


def check(folder: Folder, policy: Policy, as_json: Json = False, out: Out = None) -> None:
    """Load a folder of master data as the policy needs it, and report every row left out."""
    draft = policy_of(policy)
    load = load_folder(folder, draft.policy.organization, draft.policy.facts)
    with Output(out) as output:
        if as_json:
            output.json(_plain(folder, load))
        else:
            _show(output, folder, load)
    if load.data is None:
        raise typer.Exit(int(Code.DATA))
    if any(bad.effect is Effect.LEFT_OUT for bad in load.quarantined):
        raise typer.Exit(int(Code.FOUND))


def load(
    folder: Folder,
    by: By,
    because: Because,
    database: Database = DEFAULT,
    as_json: Json = False,
) -> None:
    """Put the master data of a folder in force. Bad data replace nothing."""
    files = data_files(folder)
    with store_at(database) as store:
        resources = resources_in(store)
        now = utc_now()
        with store.reading() as connection:
            known = resources.loaded.current(connection).data.person_of(by, now)
        if known is None:
            raise typer.BadParameter("nobody in the master data has this name", param_hint="--by")
        made_for = Environment(store_environment(store))
        reports: list[BadRow] = []
        person = who(by, made_for)
        told = reports.extend
        found = load_master_data(resources, files, person, because, now, told=told)
    with Output(None) as output:
        if as_json:
            said = [_report(bad) for bad in reports]
            output.json({"in_force": dict(found), "reports": said})
            return
        for bad in reports:
            for line in str(bad).splitlines():
                output.say(line)
        for what, digest in sorted(found.items()):
            output.say(f"in force: {what.replace('_', ' ')} {digest}")


def _show(output: Output, folder: Path, load: Load) -> None:
    for bad in load.quarantined:
        for line in str(bad).splitlines():
            output.say(line)
    if load.row_counts:
        table = plain_table("table", "rows", "left out")
        table.columns[1].justify = table.columns[2].justify = "right"
        left_out = _left_out(load.quarantined)
        for name, count in sorted(load.row_counts.items()):
            if "." not in name:
                table.add_row(Text(plain(name)), f"{count:,}", f"{left_out[name]:,}")
        output.show(table)
    rows = sum(_left_out(load.quarantined).values())
    if load.data is None:
        output.say(f"{folder}: refused; the data before stay in force", "bold red")
    else:
        style = "bold yellow" if rows else "bold green"
        output.say(f"{folder}: loads, {counted(rows, 'row')} left out", style)
        output.say(f"digest {load.data.digest}", "dim")


def _left_out(reports: tuple[BadRow, ...]) -> Counter[str]:
    """Rows left out by table; a row with several faults counts once."""
    rows = {(bad.file, bad.line) for bad in reports if bad.effect is Effect.LEFT_OUT}
    return Counter(file.rpartition(".")[0] for file, _ in rows)


def _plain(folder: Path, load: Load) -> dict[str, object]:
    return {
        "folder": str(folder),
        "loads": load.data is not None,
        "digest": None if load.data is None else load.data.digest,
        "rows": {name: count for name, count in load.row_counts.items() if "." not in name},
        "left_out": dict(_left_out(load.quarantined)),
        "reports": [_report(bad) for bad in load.quarantined],
    }


def _report(bad: BadRow) -> dict[str, object]:
    return {
        "file": bad.file,
        "line": bad.line,
        "column": bad.column,
        "effect": str(bad.effect),
        "code": bad.code,
        "message": bad.message,
        "help": bad.help if bad.help is None else str(bad.help),
        "disagreement": None if bad.disagreement is None else asdict(bad.disagreement),
    }
