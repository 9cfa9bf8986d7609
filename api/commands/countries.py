"""`countersign countries`: the countries that come with the product, and those of a set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from adapters.whole_files import NotWritten
from api.commands.options import Json
from api.commands.terminal import Code, Output, stop
from api.texts import plain
from api.usecases.countries import CountriesRefused, State, listed, taken_over

app = typer.Typer(
    help="Countries: what comes with the product, and what a set has of it.",
    rich_markup_mode="rich",
)

OfSet = Annotated[
    Path | None,
    typer.Option("--set", metavar="FOLDER", help="Say which of them this policy set has."),
]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the policy set.")]
Codes = Annotated[list[str], typer.Argument(metavar="CODE...", help="Countries: DE IT ...")]
Force = Annotated[
    bool, typer.Option("--force", help="Also replace a file of the set that was changed.")
]
_IN_SET: Final = {
    State.SHIPPED: "not in the set",
    State.SAME: "as it comes with the product",
    State.DIFFERS: "differs from the product's",
    State.OWN: "of the set alone",
}


@app.callback(invoke_without_command=True)
def countries(context: typer.Context, of_set: OfSet = None, as_json: Json = False) -> None:
    """List the countries that come with the product, or with --set which of them a set has."""
    if context.invoked_subcommand is not None:
        return
    try:
        found = listed(of_set)
    except CountriesRefused as refusal:
        raise stop(Code.POLICY, f"error: {refusal}") from None
    with Output(None) as output:
        if as_json:
            output.json(
                [{"country": one.code, "name": one.name, "state": one.state} for one in found]
            )
            return
        table = Table("country", "name", *(() if of_set is None else ("in the set",)))
        for one in found:
            state = () if of_set is None else (_IN_SET[one.state],)
            table.add_row(one.code, plain(one.name), *state)
        output.show(table)


def add(folder: Folder, codes: Codes, force: Force = False, as_json: Json = False) -> None:
    """Copy countries into a set: all of them, or none. A changed file is left alone."""
    try:
        before = taken_over(folder, codes, may_replace=force)
    except CountriesRefused as refusal:
        raise stop(Code.POLICY, f"error: {refusal}") from None
    except NotWritten as problem:
        raise stop(Code.FILE, f"error: {problem}") from None
    with Output(None) as output:
        if as_json:
            output.json({code: state != State.SAME for code, state in before.items()})
            return
        for code, state in before.items():
            file = folder / "countries" / f"{code.lower()}.yaml"
            output.say(f"{file}: {'is there already' if state is State.SAME else 'written'}")
