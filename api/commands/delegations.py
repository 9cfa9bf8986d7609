"""`countersign delegations`: who lets whom act for him in a store, made and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from adapters.store.opening import Store
from api.commands.behind import resources_in, who_in
from api.commands.decide import plain_table
from api.commands.options import Json, Out
from api.commands.serving import DEFAULT, Because, By, Database, store_at, utc_now
from api.commands.terminal import Code, Output, stop
from api.texts import plain
from api.usecases.casework.submitting import Overtaken
from api.usecases.delegations.judging import Done, Wish
from api.usecases.delegations.making import delegate, revoke
from api.usecases.delegations.showing import Asked, Reader, State, one, register

app = typer.Typer(
    help="Who lets whom act for him: list, make and revoke delegations in the store.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
EVERY = 1_000_000
To = Annotated[str, typer.Option("--to", metavar="PERSON", help="Who may act for --by.")]
First = Annotated[str, typer.Option("--first", metavar="DAY", help="The first day, 2027-03-15.")]
Last = Annotated[str, typer.Option("--last", metavar="DAY", help="The last day, included.")]
Names = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only these; repeatable.")]
States = Annotated[list[State] | None, typer.Option("--state", help="Only these; repeatable.")]
Of = Annotated[str, typer.Option("--person", help="Only those that he gave or got.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id of the delegation.")]
Cap = Annotated[str, typer.Option("--cap", metavar="AMOUNT", help="Up to this: '10000.00 USD'.")]


@app.callback()
def _group() -> None:
    """Who lets whom act for him."""


def list_delegations(
    state: States = None,
    person: Of = "",
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """List delegations with where each stands, and every act that was done by it."""
    now = utc_now()
    with store_at(database) as store:
        resources = resources_in(store)
        with store.snapshot() as connection:
            current = resources.loaded.current(connection)
            of = current.data.person_of(person, now) if person else None
            if person and of is None:
                raise stop(Code.SERVICE, f"error: nobody is known as `{person}`")
            asked = Asked(state or (), of, most=EVERY)
            found = register(connection, current, Reader(), asked, now)
    with Output(out) as output:
        if as_json:
            output.json({"delegations": found})
        else:
            _show(output, found)


def make(
    to: To,
    first: First,
    last: Last,
    by: By,
    because: Because,
    document: Names = None,
    entity: Names = None,
    category: Names = None,
    cap: Cap = "",
    paper: Names = None,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Let another act for --by where a row of the set in force allows it: at once, or once those
    have agreed whom the set names."""
    wish = Wish(
        to,
        _day(first, "--first"),
        _day(last, "--last"),
        because,
        documents=tuple(document or ()),
        entities=tuple(entity or ()),
        categories=tuple(category or ()),
        cap=cap,
        papers=tuple(paper or ()),
    )
    now = utc_now()
    with store_at(database) as store:
        identities = who_in(store, by)
        try:
            done = delegate(resources_in(store), wish, identities, now)
        except Overtaken as problem:
            raise stop(Code.SERVICE, f"error: {problem}") from None
        _say(store, done, as_json, out)


def revoke_one(
    id: Id,
    by: By,
    because: Because,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Take a delegation back, from this moment on."""
    with store_at(database) as store:
        identities = who_in(store, by)
        try:
            done = revoke(resources_in(store), id, because, identities, utc_now())
        except Overtaken as problem:
            raise stop(Code.SERVICE, f"error: {problem}") from None
        _say(store, done, as_json, out)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("expected a day like 2027-03-15", param_hint=option) from None


def _say(store: Store, done: Done, as_json: bool, out: Path | None) -> None:
    if done.code:
        raise stop(Code.SERVICE, f"error[{done.code}]: {done.message}")
    resources = resources_in(store)
    with store.snapshot() as connection:
        current = resources.loaded.current(connection)
        shown = one(connection, current, Reader(), done.id, utc_now())
    with Output(out) as output:
        if as_json:
            output.json(shown)
        elif shown is not None:
            case = f" in {shown['case']}" if shown["state"] == "requested" else ""
            output.say(Text(plain(f"{done.id}: {shown['state']}{case}")))


def _show(output: Output, found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        output.say("there are no delegations")
        return
    table = plain_table("id", "delegator", "delegate", "stands", "from", "until", "used")
    for each in found:
        cells = (each[name] for name in ("id", "delegator", "delegate", "state", "from", "until"))
        table.add_row(*(Text(plain(cell)) for cell in cells), str(each["times_used"]))
    output.show(table)
    for each in found:
        for use in each["uses"]:
            line = (
                f"{use['at']}: {use['decided_by']} for {use['on_behalf_of']}, {use['action']}"
                f" {use['case']} (version {use['version']}) by {each['id']}"
            )
            output.say(Text(plain(line)))
