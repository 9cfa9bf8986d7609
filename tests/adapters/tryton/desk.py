"""Orders for tests, connectors, and an accountant who looks and changes things by himself."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final, Self

from adapters.erp.connector import Credentials, ErpError, Fault, PostingOrder, Receipt
from adapters.erp.tryton.connection import TrytonConnector
from adapters.erp.tryton.protocol import Session
from adapters.transport import Timeouts, Transport
from engine.documents.accepting import accept
from tests.erp_seed import ADMIN, EXPENSE, TAX
from tests.erp_server import DATABASE, Tryton

# Servers of tests share two cores with everything else.
PATIENT: Final = Timeouts(piece=120, whole=120)
AGAIN: Final = (Fault.CONFLICT, Fault.TRANSIENT, Fault.UNKNOWN_OUTCOME)
_numbers: Final = count(1)


class Connections:
    """Makes connectors, and closes what they had open in the end."""

    def __init__(self) -> None:
        self._open = ExitStack()

    def to(
        self,
        base_url: str,
        login: Credentials,
        *,
        database: str = DATABASE,
        timeouts: Timeouts = PATIENT,
        **options: Any,
    ) -> TrytonConnector:
        transport = self._open.enter_context(Transport(base_url, timeouts))
        return TrytonConnector("tryton", transport, database, login, **options)

    def ledger(self, server: Tryton) -> Ledger:
        transport = self._open.enter_context(Transport(server.base_url, PATIENT))
        return Ledger(Session(transport, server.database, ADMIN))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


def order(
    *lines: dict[str, Any],
    key: str = "",
    company: str = "DE01",
    posting_date: date = date(2027, 3, 5),
    **header: Any,
) -> PostingOrder:
    """An order of its own, 100.00 with 20.00 tax where no line is given."""
    number = next(_numbers)
    line = {"net": "100.00", "tax": "20.00", "tax_code": TAX, "gl_account": EXPENSE}
    raw = {
        "type": "invoice",
        "id": f"I-{number}",
        "number": f"GX-{number}",
        "entity": company,
        "requester": "rita",
        "supplier": "S-1",
        "currency": "EUR",
        "document_date": "2027-03-01",
        "lines": [line | one for one in lines or ({},)],
    } | header
    document = accept(raw, {}, frozenset(), received_at=datetime(2027, 3, 2, tzinfo=UTC))
    return PostingOrder(
        key=key or f"C-{number:06}/1", document=document, posting_date=posting_date, company=company
    )


def insist(post: Callable[[], Receipt], times: int = 40) -> Receipt:
    """Calls again after what is worth it, as a worker of the outbox does."""
    for _ in range(times):
        try:
            return post()
        except ErpError as error:
            if error.fault not in AGAIN:
                raise
            last = error
            time.sleep(0.05)
    raise last


class Ledger:
    """Everything of the ERP, as the administrator sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def invoices(self, order: PostingOrder, *names: str) -> list[dict[str, Any]]:
        """What carries the order's key or the supplier's number."""
        domain = [
            "OR",
            ["description", "=", order.key],
            ["reference", "=", order.document.number],
        ]
        fields = ["state", "number", "description", *names]
        found: list[dict[str, Any]] = self._session.read(
            "model.account.invoice.search_read", domain, 0, None, [["id", "ASC"]], fields
        )
        return found

    def states(self, order: PostingOrder) -> list[str]:
        return [str(one["state"]) for one in self.invoices(order)]

    def entry(self, order: PostingOrder) -> dict[str, tuple[str, str]]:
        """Debit and credit of the one entry of an order, by account."""
        names = ("move.lines.account.code", "move.lines.debit", "move.lines.credit")
        (invoice,) = self.invoices(order, *names)
        return {
            one["account."]["code"]: (str(one["debit"]), str(one["credit"]))
            for one in invoice["move."]["lines."]
        }

    def write(self, order: PostingOrder, values: dict[str, Any]) -> None:
        (invoice,) = self.invoices(order)
        self._session.write("model.account.invoice.write", [invoice["id"]], values)

    def write_lines(self, order: PostingOrder, values: dict[str, Any]) -> None:
        (invoice,) = self.invoices(order, "lines")
        self._session.write("model.account.invoice.line.write", invoice["lines"], values)

    def write_entry(self, order: PostingOrder, values: dict[str, Any]) -> None:
        (invoice,) = self.invoices(order, "move")
        self._session.write("model.account.move.write", [invoice["move"]], values)

    def write_entry_lines(self, order: PostingOrder, amounts: dict[str, dict[str, Any]]) -> None:
        """Other amounts in the entry, by account."""
        (invoice,) = self.invoices(order, "move.lines.account.code")
        for line in invoice["move."]["lines."]:
            if values := amounts.get(line["account."]["code"]):
                self._session.write("model.account.move.line.write", [line["id"]], values)

    def click(self, order: PostingOrder, button: str) -> None:
        (invoice,) = self.invoices(order)
        self._session.write(f"model.account.invoice.{button}", [invoice["id"]])

    def copy(self, order: PostingOrder, changes: dict[str, Any]) -> None:
        """A second record like the first, as the copy of the desktop client makes it."""
        (invoice,) = self.invoices(order)
        self._session.write("model.account.invoice.copy", [invoice["id"]], changes)
