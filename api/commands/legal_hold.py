"""`countersign legal-hold`: what must not be erased, whatever the law on retention says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from adapters.store.legal_holds import LegalHold, all_holds
from api.commands.behind import resources_in, who_in
from api.commands.decide import plain_table
from api.commands.lint import counted
from api.commands.options import First, Json, Last, Out, days
from api.commands.serving import DEFAULT, Because, By, Database, failures, store_at, utc_now
from api.commands.terminal import Code, Output, stop
from api.texts import short
from api.usecases.retention.holding import covered, lift_hold, place_hold
from api.usecases.retention.refusing import RetentionRefused
from engine.cases.legal_hold import Scope
from engine.recording import moment_text

app = typer.Typer(
    help="Keep cases from being erased.", no_args_is_help=True, rich_markup_mode="rich"
)
Number = Annotated[str, typer.Argument(metavar="HOLD", help="The number of the hold, H-000001.")]
OfCase = Annotated[str, typer.Option("--case", metavar="CASE", help="This case.")]
OfEntity = Annotated[str, typer.Option("--entity", help="Cases of this entity.")]
OfType = Annotated[str, typer.Option("--type", help="Documents of this type.")]
OfSupplier = Annotated[str, typer.Option("--supplier", help="Cases that mention this supplier.")]
OfPerson = Annotated[str, typer.Option("--person", help="Cases that this person has a part in.")]


@app.callback()
def _group() -> None:
    """Keep cases from being erased."""


def place(
    by: By,
    because: Because,
    case: OfCase = "",
    entity: OfEntity = "",
    type: OfType = "",
    supplier: OfSupplier = "",
    person: OfPerson = "",
    from_: First = "",
    until: Last = "",
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Place a hold on all cases that have everything in common that is said, now or later.

    Days are those on which cases came in.
    """
    first, last = days(from_, until)
    scope = Scope(case, entity, type, supplier, person, first, last)
    with failures(), store_at(database) as store:
        try:
            who = who_in(store, by)
            hold = place_hold(resources_in(store), scope, because, who, utc_now())
            with store.reading() as connection:
                count = covered(connection, scope)
        except RetentionRefused as problem:
            raise stop(Code.SERVICE, f"error[{problem.code}]: {problem}") from None
    _say([hold], as_json, out, count)


def lift(
    number: Number,
    by: By,
    because: Because,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Lift a hold; somebody else than placed it has to."""
    with failures(), store_at(database) as store:
        try:
            hold = lift_hold(resources_in(store), number, because, who_in(store, by), utc_now())
        except RetentionRefused as problem:
            raise stop(Code.SERVICE, f"error[{problem.code}]: {problem}") from None
    _say([hold], as_json, out)


def list_holds(database: Database = DEFAULT, as_json: Json = False, out: Out = None) -> None:
    """List every hold that was ever placed."""
    with store_at(database) as store, store.reading() as connection:
        found = all_holds(connection)
    _say(found, as_json, out)


def _say(found: Sequence[LegalHold], as_json: bool, out: Out, count: int | None = None) -> None:
    with Output(out) as output:
        if as_json:
            shown: dict[str, object] = {"holds": [_plain(each) for each in found]}
            output.json(shown if count is None else {**shown, "covers_now": count})
            return
        if not found:
            output.say("nothing is held")
            return
        table = plain_table("hold", "on", "placed by", "because", "lifted by")
        for each in found:
            scope = ", ".join(f"{name} {word}" for name, word in each.scope.plain().items())
            cells = (each.number, scope, each.placed_by, each.because, each.lifted_by)
            table.add_row(*(Text(short(cell)) for cell in cells))
        output.show(table)
        if count is not None:
            output.say(f"covers {counted(count, 'case')} now")


def _plain(hold: LegalHold) -> dict[str, object]:
    return {
        "hold": hold.number,
        "scope": hold.scope.plain(),
        "placed_by": hold.placed_by,
        "placed_at": moment_text(hold.placed_at),
        "because": hold.because,
        "lifted_by": hold.lifted_by,
        "lifted_at": "" if hold.lifted_at is None else moment_text(hold.lifted_at),
        "lifted_because": hold.lifted_because,
    }
