"""E-invoices as people and folders hand them in: files of XML, each one invoice."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.sources.e_invoice import (
    AddressBook,
    KnownSuppliers,
    document_of,
    read_address_book,
)
from adapters.sources.e_invoice.tree import MOST_BYTES
from engine.documents import accept
from engine.documents.canonical_form import Plain, to_canonical
from engine.errors import InputError, InputErrors
from engine.facts.vocabulary import Fact

SUFFIX: Final = ".xml"
# Facts of country files that say as what an invoice came (German and Belgian law ask for a file of
# EN 16931). What was read here did; the seller does not state it. Elsewhere a platform vouches.
FORMAT_FACTS: Final = ("de_e_invoice_format", "be_e_invoice_format")
FORMAT: Final = "en16931"


class UnreadableBook(Exception):
    """The address book cannot be read. Each line of the message is one reason."""


@dataclass(frozen=True, slots=True)
class Invoiced:
    """What became of a file: the canonical document, or what is wrong."""

    path: Path
    document: Mapping[str, Plain] | None = None
    errors: tuple[InputError, ...] = ()


def address_book(path: Path) -> AddressBook:
    """The address book in a file. Raises `UnreadableBook`."""
    try:
        return read_address_book(path.read_bytes())
    except OSError as problem:
        why = (problem.strerror or "unreadable").lower()
        raise UnreadableBook(f"`{path}` cannot be read: {why}") from None
    except InputErrors as wrong:
        lines = [f"{path}: {each}" for each in wrong.errors]
        raise UnreadableBook("\n".join(lines)) from None


def raw_invoice(
    path: Path, book: AddressBook, known: KnownSuppliers, facts: Container[str]
) -> dict[str, object]:
    """What an e-invoice in a file states, and as what it came where the set has a fact for that.

    `facts` are the names that the set knows. Raises `InputErrors` and `OSError`.
    """
    with path.open("rb") as stream:
        stated = document_of(stream.read(MOST_BYTES + 1), book, known)
    return stated | {name: FORMAT for name in FORMAT_FACTS if name in facts}


def read_invoice(
    path: Path,
    book: AddressBook,
    known: KnownSuppliers,
    facts: Mapping[str, Fact],
    received_at: datetime,
) -> Invoiced:
    """The canonical document of a file as it would be kept, or every reason why there is none."""
    try:
        raw = raw_invoice(path, book, known, facts)
        document = accept(raw, facts, frozenset(), received_at=received_at)
    except InputErrors as wrong:
        return Invoiced(path, errors=wrong.errors)
    except OSError as problem:
        why = (problem.strerror or "unreadable").lower()
        return Invoiced(path, errors=(InputError("unreadable", "", f"cannot be read: {why}"),))
    return Invoiced(path, to_canonical(document))
