"""XRechnung, Peppol BIS 3 and every other invoice of EN 16931, in UBL 2.1 or CII D16B."""

from __future__ import annotations

from adapters.sources.e_invoice.address_book import (
    AddressBook,
    KnownSuppliers,
    read_address_book,
)
from adapters.sources.e_invoice.document import document_of

__all__ = ["AddressBook", "KnownSuppliers", "document_of", "read_address_book"]
