"""Supplier invoices posted to Tryton 8.0, exactly once.

Tryton has no idempotency key and no unique constraint on what we state. An order is posted once
because of three things together:

1. its key stands in the description, and everything begins by looking for it;
2. of several drafts with one key (two workers at once) everybody goes on with the same one;
3. Tryton refuses to validate an invoice while another one, in whatever state, has the same
   supplier and reference within 60 days. Its refusal is never skipped. Whoever validates has
   committed his draft before, so of two at least one sees the other.

What Tryton does not give: a lock over an invoice and its lines. The stamps of invoice and entry
are checked in the transaction that posts; lines that somebody rewrites between the last reading
and that transaction do not change what the ledger gets, and are found by the reading after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from adapters.erp.connector import (
    Credentials,
    ErpError,
    Fault,
    Payload,
    PeriodStatus,
    PostingOrder,
    Receipt,
    SupplierStatus,
)
from adapters.erp.tryton import invoices, lookups
from adapters.erp.tryton.invoices import Coding, Record
from adapters.erp.tryton.lookups import Books
from adapters.erp.tryton.protocol import Session
from adapters.transport import Transport
from engine.canonical import digest

_NEXT: Final = {"draft": "validate_invoice", "validated": "post"}
_SAME: Final[Mapping[str, str]] = MappingProxyType({})


class TrytonConnector:
    """One database of one Tryton. Threads may share it."""

    def __init__(
        self,
        name: str,
        transport: Transport,
        database: str,
        credentials: Credentials,
        *,
        companies: Mapping[str, str] = _SAME,
        taxes: Mapping[str, str] = _SAME,
    ) -> None:
        """`companies` and `taxes` translate where the ERP says it otherwise (`Coding`)."""
        self.name = name
        self._session = Session(transport, database, credentials)
        self._coding = Coding(companies, taxes)

    def period(self, company: str, day: date) -> PeriodStatus:
        """See `ErpConnector.period`."""
        return lookups.period(self._session, self._books(company), day)

    def supplier(self, supplier: str) -> SupplierStatus:
        """See `ErpConnector.supplier`. The code of the party is our id."""
        return lookups.supplier(self._session, supplier)

    def payload(self, order: PostingOrder) -> Payload:
        """See `ErpConnector.payload`: what must be read back of it."""
        invoices.check(order)
        plain = invoices.plain(order, self._coding)
        words = {"companies": dict(self._coding.companies), "taxes": dict(self._coding.taxes)}
        return Payload(digest(plain), invoices.MAPPING, digest(words))

    def find(self, order: PostingOrder) -> Receipt | None:
        """See `ErpConnector.find`. Changes nothing."""
        invoices.check(order)
        found = self._with_key(order, self._books(order.company))
        if not found:
            return None
        self._compare(order, found[0])
        return found[0].receipt()

    def post(self, order: PostingOrder) -> Receipt:
        """See `ErpConnector.post`.

        A draft is compared with the order before it is validated, again before it is posted, and
        again afterwards. After `conflict`, `transient` and `unknown_outcome`, call it again.
        """
        invoices.check(order)
        books = self._books(order.company)
        record = self._settled(order, books)
        if record is None:
            self._create(order, books)
            record = self._settled(order, books)
        if record is None:
            raise ErpError(Fault.CONFLICT, "concurrent_change", "somebody deleted the draft")
        self._compare(order, record)
        while button := _NEXT.get(record.state):
            record = self._click(order, books, record, button)
            self._compare(order, record)
        if not record.is_posted:
            what = f"`{record.number}` was {record.state} in the ERP"
            raise ErpError(Fault.BUSINESS, "cancelled_in_erp", what)
        return record.receipt()

    def _books(self, company: str) -> Books:
        return lookups.books(self._session, self._coding.company(company))

    def _with_key(self, order: PostingOrder, books: Books) -> list[Record]:
        """What carries the order's key, furthest along first.

        Raises `duplicate_reference` where the supplier's number is there under another key, unless
        ours is posted already.
        """
        document = order.document
        natural = [["party.code", "=", document.supplier], ["reference", "=", document.number]]
        either = ["OR", ["description", "=", order.key], natural]
        domain = [["company", "=", books.company], ["type", "=", "in"], either]
        context = {**books.context, "active_test": False}
        found = lookups.rows(self._session, "account.invoice", domain, invoices.FIELDS, context)
        records = [invoices.record_of(row) for row in found]
        ours = sorted(
            (one for one in records if one.key == order.key),
            key=lambda one: (invoices.PROGRESS.index(one.state), one.id),
        )
        others = [one for one in records if one.key != order.key]
        if others and not (ours and ours[0].is_posted):
            other = others[0]
            known = f"`{other.number or other.id}` ({other.state}), described as `{other.key}`"
            what = f"supplier's number `{document.number}` stands in the ERP already: {known}"
            raise ErpError(Fault.BUSINESS, "duplicate_reference", what)
        return ours

    def _settled(self, order: PostingOrder, books: Books) -> Record | None:
        """The one record of the order to go on with.

        Two workers that began at once have left two equal drafts; all keep the same one. What is
        not equal was not made by us (a copy that somebody took) and stays.
        """
        ours = self._with_key(order, books)
        if not ours:
            return None
        kept, *rest = ours
        for one in rest if not kept.is_posted else ():
            if one.state == "draft" and not self._differences(order, one):
                context = {**books.context, "_timestamp": dict(one.stamps)}
                self._session.write("model.account.invoice.delete", [one.id], context=context)
        return kept

    def _create(self, order: PostingOrder, books: Books) -> None:
        """A draft, with what the ERP itself fills in for the supplier: account, address, terms."""
        document, session = order.document, self._session
        ids = {
            "company": books.company,
            "currency": lookups.currency(session, document.currency),
        }
        party = lookups.party(session, document.supplier)
        accounts = lookups.accounts(session, books, (one.gl_account for one in document.lines))
        codes = {one.tax_code: self._coding.tax(one.tax_code) for one in document.lines}
        taxes = lookups.taxes(session, books, filter(None, codes.values()))
        lines = [
            invoices.line_values(one, ids, accounts[one.gl_account], taxes.get(codes[one.tax_code]))
            for one in document.lines
        ]
        header = invoices.header_values(order, ids, party)
        filled = session.read("model.account.invoice.on_change_type", header, context=books.context)
        for name in ("account", "invoice_address", "journal", "payment_term"):
            header[name] = filled.get(name)
        header["lines"] = [["create", lines]]
        session.write("model.account.invoice.create", [header], context=books.context)

    def _click(self, order: PostingOrder, books: Books, record: Record, button: str) -> Record:
        """The record after a button, which the server presses only if nobody changed it."""
        context = {**books.context, "_timestamp": dict(record.stamps)}
        try:
            self._session.write(f"model.account.invoice.{button}", [record.id], context=context)
        except ErpError as error:
            if error.code != "duplicate_reference":
                raise
            raise self._of_duplicate(order, books, error) from None
        domain = [["id", "=", record.id]]
        found = lookups.rows(
            self._session, "account.invoice", domain, invoices.FIELDS, books.context
        )
        after = invoices.record_of(found[0]) if found else None
        if after is None:
            raise ErpError(Fault.CONFLICT, "concurrent_change", "somebody deleted the invoice")
        if after.state == record.state:
            what = f"the ERP leaves the invoice {record.state}: it may want another user to confirm"
            raise ErpError(Fault.BUSINESS, "waits_in_erp", what)
        return after

    def _of_duplicate(self, order: PostingOrder, books: Books, error: ErpError) -> ErpError:
        """Of two drafts of one order each is the other's duplicate: that is settled by beginning
        again. Any other duplicate is what the ERP says it is."""
        if len(self._with_key(order, books)) > 1:
            what = "another worker posts the same order"
            return ErpError(Fault.CONFLICT, "concurrent_change", what)
        return error

    def _differences(self, order: PostingOrder, record: Record) -> list[str]:
        return invoices.differences(invoices.expected(order, self._coding), record.content)

    def _compare(self, order: PostingOrder, record: Record) -> None:
        """Raises `read_back_differs` where the ERP has something else than what was approved."""
        if differences := self._differences(order, record):
            what = f"`{record.number or record.id}` ({record.state}): {', '.join(differences)}"
            raise ErpError(Fault.BUSINESS, "read_back_differs", what)
