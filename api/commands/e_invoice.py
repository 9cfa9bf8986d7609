"""`countersign e-invoice`: what XRechnung and Peppol invoices say, as canonical documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from adapters.sources.e_invoice import AddressBook, KnownSuppliers
from adapters.sources.e_invoice.address_book import Address
from api.commands.loading import data_of, policy_of
from api.commands.options import Data, Json, Out
from api.commands.terminal import Code, Output, progress, stop
from api.texts import plain
from api.usecases.e_invoices import Invoiced, UnreadableBook, address_book, read_invoice
from engine.documents.canonical_form import Plain
from engine.facts.vocabulary import BUILT_IN, Fact

MOST_ERRORS: Final = 20  # of one file
_FACTS: Final[Mapping[str, Fact]] = {fact.name: fact for fact in BUILT_IN}

Files = Annotated[
    list[Path], typer.Argument(metavar="FILES...", help="Invoices of UBL 2.1 or CII D16B.")
]
Addresses = Annotated[
    Path | None,
    typer.Option(
        "--addresses",
        metavar="FILE",
        help="The address book (.csv): which buyer is which entity, and who asked for it.",
    ),
]
Entity = Annotated[
    str, typer.Option("--entity", metavar="NAME", help="The entity, where no address says so.")
]
Requester = Annotated[
    str, typer.Option("--requester", metavar="PERSON", help="Whose need it was, likewise.")
]
Policy = Annotated[
    Path | None,
    typer.Option(
        "--policy", "-p", metavar="FOLDER", help="A policy set, to find suppliers in its data."
    ),
]


def book_of(path: Path | None, entity: str = "", requester: str = "") -> AddressBook:
    """The address book; ends the command with code 5 where it cannot be read."""
    try:
        book = address_book(path) if path is not None else AddressBook()
    except UnreadableBook as problem:
        lines = str(problem).splitlines()
        raise stop(Code.DATA, *(f"error: {line}" for line in lines[:MOST_ERRORS])) from None
    told = Address(entity or book.otherwise.entity, requester or book.otherwise.requester)
    return AddressBook(book.addresses, told)


def e_invoice(
    files: Files,
    addresses: Addresses = None,
    entity: Entity = "",
    requester: Requester = "",
    policy: Policy = None,
    data: Data = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Read e-invoices (XRechnung, Peppol BIS, EN 16931) and show them as canonical documents.

    With --json each file is one line: the document, or its errors. Nothing is submitted.
    """
    book = book_of(addresses, entity, requester)
    known, facts = _known(policy, data)
    now = datetime.now(UTC)
    refused_count = 0
    with Output(out) as output, progress("reading", len(files)) as bar:
        table = _table()
        for path in files:
            done = read_invoice(path, book, known, facts, now)
            refused_count += bool(done.errors)
            if as_json:
                output.json(_plain(done), None)
            elif done.document is not None:
                table.add_row(*_row(path, done.document))
            bar.advance(bar.task_ids[0])
            if done.errors:
                _show_errors(done)
        bar.stop()
        if not as_json and table.row_count:
            output.show(table)
    if refused_count:
        raise typer.Exit(int(Code.DOCUMENT))


def _known(policy: Path | None, data: Path | None) -> tuple[KnownSuppliers, Mapping[str, Fact]]:
    """The suppliers of the master data, and the facts of the set; without a set there are none."""
    if policy is not None:
        draft = policy_of(policy)
        return KnownSuppliers.of(data_of(data, draft).data), draft.policy.facts
    if data is not None:
        raise typer.BadParameter("say the policy set of these data too", param_hint="--data")
    return KnownSuppliers(), _FACTS


def _plain(done: Invoiced) -> dict[str, object]:
    if done.document is not None:
        return dict(done.document)
    errors = [
        {"code": each.code, "field": each.field, "message": each.message} for each in done.errors
    ]
    return {"file": done.path.name, "errors": errors}


def _show_errors(done: Invoiced) -> None:
    """To standard error, so that documents and errors do not mix."""
    for each in done.errors[:MOST_ERRORS]:
        where = f"{each.field}: " if each.field else ""
        text = f"{done.path}: {where}error[{each.code}]: {each.message}"
        typer.echo(plain(text), err=True)
    more = len(done.errors) - MOST_ERRORS
    if more > 0:
        typer.echo(plain(f"{done.path}: and {more} more; --json has all"), err=True)


def _table() -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("file", "number", "seller", "entity", "supplier"):
        table.add_column(name, overflow="fold")
    table.add_column("payable", justify="right", no_wrap=True)
    return table


def _row(path: Path, document: Mapping[str, Plain]) -> Iterable[Text]:
    seller = document.get("seller")
    cells = (
        path.name,
        document.get("number", ""),
        seller.get("name", "") if isinstance(seller, dict) else "",
        document["entity"],
        document.get("supplier", "unknown"),
        f"{document.get('payable', '')} {document.get('currency', '')}",
    )
    return [Text(plain(str(cell))) for cell in cells]
