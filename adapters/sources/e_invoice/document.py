"""An e-invoice as a canonical document, in the plain values that `engine.documents.accept` takes.

Read is what EN 16931-1 has: XRechnung and Peppol BIS 3 are uses of it, with one extension each that
matters here. Amounts of a credit note become negative, as everywhere. What the seller writes about
the buyer's project, account and contract is kept among the references, and never becomes the
project or the cost center of a line: the seller does not choose who approves his invoice. A
contract counts only where the master data have it, with this supplier.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from adapters.sources.e_invoice.address_book import AddressBook, KnownSuppliers
from adapters.sources.e_invoice.addressing import addressed, supplier_of
from adapters.sources.e_invoice.attachments import attachments
from adapters.sources.e_invoice.parties import party, pay_to
from adapters.sources.e_invoice.parts import Part, adjustment_parts, claim_parts, line_parts
from adapters.sources.e_invoice.reader import Reader, tidy
from adapters.sources.e_invoice.terms import (
    BUYER,
    CII,
    HEADER,
    NOTES,
    PAYEE,
    SELLER,
    TAX_REPRESENTATIVE,
    UBL,
)
from adapters.sources.e_invoice.totals import check_totals
from adapters.sources.e_invoice.tree import Node, parse, refusal, shown
from engine.documents.fields import LONGEST_TEXT
from engine.money import EXPONENTS, decimal_text, fraction_text
from engine.quoting import quoted
from engine.tokens import token

ROOTS: Final = {
    "ubl:Invoice": UBL,
    "ubl:CreditNote": UBL,
    "rsm:CrossIndustryInvoice": CII,
}
# UNTDID 1001, without what is no demand for payment (proforma, for information).
INVOICES: Final = frozenset(
    "80 82 84 211 326 380 383 384 386 388 389 393 395 456 457 875 876 877".split()
)
CREDIT_NOTES: Final = frozenset("81 83 261 262 296 308 381 396 420 458 532".split())

_TEXTS: Final = (
    "buyer_reference purchase_order accounting_reference payment_means payment_reference"
).split()
_DAYS: Final = "tax_point_date due_date delivered_on period_start period_end".split()
_REFERENCES: Final = {
    "type_code": "invoice_type",
    "process": "process",
    "specification": "specification",
    "project": "project",
    "sales_order": "sales_order",
    "receiving_advice": "goods_receipt",
    "despatch_advice": "despatch_advice",
    "tender": "tender",
    "contract": "contract",
    "invoiced_object": "invoiced_object",
}
_PARTIES: Final = {
    "seller": SELLER,
    "billed_to": BUYER,
    "payable_to": PAYEE,
    "tax_representative": TAX_REPRESENTATIVE,
}
# What a seller is recognised by, the best first: his invoice's number is only his.
_SELLER_KEYS: Final = ("vat_id", "tax_id", "registration", "id", "endpoint", "name")


def document_of(
    data: bytes, book: AddressBook, known: KnownSuppliers | None = None
) -> dict[str, object]:
    """The canonical document that an e-invoice states.

    A supplier who is not among those known is left out; the seller as he names himself is there.
    Raises `InputErrors` with everything that is wrong, each with its line and business term.
    """
    root = parse(data)
    syntax = ROOTS.get(root.name)
    if syntax is None:
        message = f"expected an invoice or credit note of UBL 2.1 or CII D16B, found {shown(root)}"
        raise refusal("unknown_document_type", f"line {root.line}", message)
    reader = Reader(root, syntax)
    is_credit = _is_credit(reader)
    reader.currency = _currency(reader)
    reader.check()
    amounts = _amounts(reader, -1 if is_credit else 1)
    header = _header(reader, is_credit)
    parties = {name: party(reader, group) for name, group in _PARTIES.items()}
    accounts = pay_to(reader)
    files, comments = attachments(reader), _comments(reader)
    buyer, buyer_reference = parties["billed_to"], str(header["buyer_reference"])
    place = reader.place(next(iter(reader.all(root, BUYER)), root), BUYER)
    to = addressed(book, buyer, buyer_reference, place, reader.errors)
    reader.check()
    numbers = tuple(account["account"] for account in accounts)
    known = known or KnownSuppliers()
    supplier = supplier_of(book, known, parties["seller"], numbers)
    contract = reader.text(root, HEADER["contract"])
    return _stated(
        {
            "type": "credit_note" if is_credit else "invoice",
            "id": _id(parties["seller"], str(header["number"]), header["document_date"]),
            "entity": to.entity,
            "requester": to.requester,
            "supplier": supplier,
            "contract": contract if supplier and known.contracts.get(contract) == supplier else "",
            "currency": reader.currency,
            **header,
            **parties,
            "pay_to": accounts,
            **amounts,
            "attachments": files,
            "comments": comments,
        }
    )


def _is_credit(reader: Reader) -> bool:
    term = HEADER["type_code"]
    code = reader.required(reader.root, term)
    is_credit = code in CREDIT_NOTES
    allowed = CREDIT_NOTES if reader.root.name == "ubl:CreditNote" else CREDIT_NOTES | INVOICES
    if code and code not in allowed:
        what = "a credit note" if allowed is CREDIT_NOTES else "what is to be paid or given back"
        message = f"expected the code of {what}, found {quoted(code)}"
        reader.complain_at("unknown_value", reader.root, term, message)
    return is_credit


def _currency(reader: Reader) -> str:
    term = HEADER["currency"]
    currency = reader.required(reader.root, term)
    if currency and currency not in EXPONENTS:
        message = f"expected a currency of ISO 4217, found {quoted(currency)}"
        reader.complain_at("unknown_currency", reader.root, term, message)
    return currency


def _header(reader: Reader, is_credit: bool) -> dict[str, object]:
    root = reader.root
    references = {to: reader.text(root, HEADER[name]) for name, to in _REFERENCES.items()}
    issued = reader.day(root, HEADER["issued_on"])
    if not issued and not reader.all(root, HEADER["issued_on"]):
        reader.missing(root, HEADER["issued_on"])
    terms = reader.all(root, HEADER["payment_terms"])
    named = (" ".join(node.text.split()) for node in reader.all(root, HEADER["preceding"]))
    preceding = sorted({number for number in named if number})
    return {
        "number": reader.required(root, HEADER["number"]),
        "document_date": issued,
        **{name: reader.text(root, HEADER[name]) for name in _TEXTS},
        **{name: reader.day(root, HEADER[name]) for name in _DAYS},
        "payment_terms": "\n".join(tidy(node.text) for node in terms),
        "preceding": preceding,
        # A credit note that names one invoice corrects it.
        "corrects": preceding[0] if is_credit and len(preceding) == 1 else "",
        "source_ids": {name: text for name, text in references.items() if text},
    }


def _id(seller: dict[str, str], number: str, issued: object) -> str:
    """The number, and a sign of the seller and the day.

    Two sellers may give the same number, or state the same wrong tax number; and a seller may begin
    to count anew each year. What is taken for one invoice though it is two would replace it.
    """
    name = next((name for name in _SELLER_KEYS if seller.get(name)), "name")
    sign = " / ".join((name, seller.get(name, ""), seller.get("name", ""), str(issued)))
    return f"{number}@{token('seller', sign).rpartition(':')[2][:20]}"


def _amounts(reader: Reader, sign: int) -> dict[str, object]:
    """The lines, and what is to be paid. Zero says what nothing says, but of what remains."""
    parts = [*line_parts(reader), *adjustment_parts(reader), *claim_parts(reader)]
    totals = check_totals(reader, parts)

    def text(minor: int) -> str:
        return decimal_text(sign * minor, reader.currency)

    lines = [
        _stated(
            {
                "number": number,
                "net": text(part.net_minor),
                "tax": text(part.tax_minor),
                "adjustment": part.kind,
                **_taxed(part),
                **part.stated,
                "quantity": _quantity(part.quantity, sign),
            }
        )
        for number, part in enumerate(parts, start=1)
    ]
    return {
        "prepaid": text(totals.prepaid_minor) if totals.prepaid_minor else "",
        "rounding": text(totals.rounding_minor) if totals.rounding_minor else "",
        "payable": text(totals.payable_minor),
        "lines": lines,
    }


def _taxed(part: Part) -> dict[str, object]:
    if part.group is None:
        return {}
    category, rate = part.group
    return {"tax_category": category, "tax_rate": fraction_text(rate / 100)}


def _quantity(quantity: Fraction | None, sign: int) -> str:
    return "" if quantity is None else fraction_text(sign * quantity)


def _comments(reader: Reader) -> list[dict[str, str]]:
    """The notes; one that is too long for a comment becomes several."""
    texts = [_note(node) for node in reader.all(reader.root, NOTES)]
    return [
        {"text": text[start : start + LONGEST_TEXT]}
        for text in texts
        for start in range(0, len(text), LONGEST_TEXT)
    ]


def _note(node: Node) -> str:
    """The text, with the code of its subject before it, as UBL writes it: `#ADU#...`."""
    if not node.children:
        return tidy(node.text)
    texts = {child.name: child.text for child in node.children}
    subject = texts.get("ram:SubjectCode", "")
    return (f"#{subject}#" if subject else "") + tidy(texts.get("ram:Content", ""))


def _stated(values: dict[str, object]) -> dict[str, object]:
    """Without what states nothing."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}
