"""A row of published spend as a canonical document, before it is accepted.

| of the row | in the document |
| --- | --- |
| an amount from zero on, a negative one | an invoice, a credit note |
| file and line | `id`; both change with every publication, so nothing else is named by them |
| the publisher's number | `source_ids`; `number` stays empty: the supplier's is not published |
| day of payment | `document_date`, and noon of it in UTC is `submitted_at` |
| supplier | `supplier`, by name where no number is published |
| account, description, category, capital | those of the one line |
| VAT that is not recovered | `tax` of the line, with nothing recovered |
"""

from __future__ import annotations

from typing import Final

from adapters.sources.public_spend.reading import Spend
from engine.money import decimal_text

PUBLISHER: Final = "publisher"  # nobody is named as requester
HIDDEN: Final = ("redact", "withheld", "name withheld", "personal data")


def raw_document(row: Spend) -> dict[str, object]:
    """What `engine.documents.accept` takes."""
    line: dict[str, object] = {"number": 1, "net": _text(row.amount.minor, row)}
    stated = {
        "gl_account": row.account,
        "description": row.description,
        "category": row.category,
        "capex": row.is_capital,
    }
    line.update({name: value for name, value in stated.items() if value not in ("", None)})
    if row.vat is not None and row.vat.minor:
        line |= {"tax": _text(row.vat.minor, row), "tax_recovery": "0"}
    found: dict[str, object] = {
        "type": "credit_note" if row.amount.minor < 0 else "invoice",
        "id": f"{row.file}:{row.line}",
        "entity": row.entity,
        "requester": PUBLISHER,
        "currency": row.amount.currency,
        "document_date": row.day.isoformat(),
        "submitted_at": f"{row.day.isoformat()}T12:00:00+00:00",
        "lines": [line],
    }
    more = {
        "supplier": row.supplier_number or row.supplier,
        "department": row.department,
        "project": row.project,
        "contract": row.contract,
    }
    found.update({name: value for name, value in more.items() if value})
    if row.transaction:
        found["source_ids"] = {"published": row.transaction}
    return found


def is_hidden(supplier: str) -> bool:
    """Whether the publisher hides who was paid: such rows cannot be told apart by supplier."""
    return supplier.casefold().startswith(HIDDEN)


def _text(minor: int, row: Spend) -> str:
    return decimal_text(minor, row.amount.currency)
