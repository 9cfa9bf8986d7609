"""`countersign store migrate`: the tables of the store."""

from __future__ import annotations

import typer

from adapters.store.opening import migrate as migrate_store
from api.commands.serving import DEFAULT, Database, failures
from api.commands.terminal import Output

app = typer.Typer(help="Look after the store.", no_args_is_help=True, rich_markup_mode="rich")


@app.callback()
def _group() -> None:
    """Look after the store."""


def migrate(database: Database = DEFAULT) -> None:
    """Make the tables of the store, or bring them up to date."""
    with failures():
        migrate_store(database)
    with Output(None) as output:
        output.say("the store is up to date")
