"""Documents out of files: each row submitted as any other document, and told about in a report.

A file of XML is one e-invoice, and one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from adapters.sources.drop_folder import FileRefused, Told, finish, rows
from adapters.sources.e_invoice import AddressBook, KnownSuppliers
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import NotAccepted
from api.usecases.casework.submitting import submit
from api.usecases.e_invoices import SUFFIX, raw_invoice
from engine.cases.identities import Identities
from engine.errors import InputErrors

Progress = Callable[[int], None]


def file_documents(
    resources: Resources,
    path: Path,
    source: str,
    who: Identities,
    clock: Callable[[], datetime],
    progress: Progress = lambda done: None,
    book: AddressBook | None = None,
) -> Path:
    """Submits every row of a taken file and puts the file, with its report, where it belongs.

    After a crash it may be called again: what was submitted is known then. `progress` is told how
    many rows are done. `book` says whose e-invoices these are; without one they are refused. Raises
    what `submit` raises besides `InputErrors`; the file stays taken.
    """
    told: list[Told] = []
    try:
        for number, raw in _rows(resources, path, book):
            told += _submitted(resources, number, raw, source, who, clock())
            progress(number)
    except FileRefused as refusal:
        told.append(Told(0, code="file_refused", message=str(refusal)))
    return finish(path, told)


def _rows(
    resources: Resources, path: Path, book: AddressBook | None
) -> Iterable[tuple[int, object]]:
    if path.suffix != SUFFIX:
        return rows(path)
    if book is None:
        raise FileRefused("an e-invoice needs an address book: say --addresses FILE")
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
    known = KnownSuppliers.of(current.data)
    try:
        return [(1, raw_invoice(path, book, known, current.policy.facts))]
    except InputErrors as wrong:
        return [(1, wrong)]


def _submitted(
    resources: Resources, number: int, raw: object, source: str, who: Identities, now: datetime
) -> Iterator[Told]:
    """One line for a row that was accepted, otherwise one for each thing that is wrong with it."""
    id = str(raw.get("id", "")) if isinstance(raw, dict) else ""
    try:
        if isinstance(raw, InputErrors):
            raise raw
        done = submit(resources, raw, source, who, now)
    except InputErrors as wrong:
        for each in wrong.errors:
            yield Told(number, id, "", "", each.code, each.field, each.message)
        return
    if isinstance(done, NotAccepted):
        message = f"the case is {done.case.status} and takes no other content"
        yield Told(number, id, done.case.number, "", done.code, "", message)
        return
    outcome = str(done.case.status) if done.is_new else f"{done.case.status}, known already"
    yield Told(number, id, done.case.number, outcome)
