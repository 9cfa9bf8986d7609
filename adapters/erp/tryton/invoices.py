"""Supplier invoices as Tryton has them: what an order becomes, and what is read back of it.

A credit note is a supplier invoice with negative amounts, as Tryton's own are. Each line is one
unit (or minus one) at its net amount, so that no product of quantity and price is rounded on the
way; quantities stay with us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from adapters.erp.connector import ErpError, Fault, PostingOrder, Receipt
from engine.documents.model import Document, Line
from engine.money import Money, exponent

# Another number whenever an order becomes something else there.
MAPPING: Final = "tryton supplier invoice 1"
TYPES: Final = ("invoice", "credit_note")
POSTED: Final = ("posted", "paid")
# Booked as any line, with its own account, amount and tax: nothing of them is lost.
ADJUSTMENTS: Final = ("allowance", "charge")
# Further along first.
PROGRESS: Final = ("paid", "posted", "validated", "draft", "cancelled")
FIELDS: Final = tuple(
    (
        "state number description reference type company.party.code party.code currency.code"
        " invoice_date accounting_date alternative_payees untaxed_amount tax_amount total_amount"
        " lines.type lines.account.code lines.taxes.name lines.amount account _timestamp"
        " move._timestamp move.lines.account move.lines.debit move.lines.credit"
        " move.lines.second_currency move.lines.amount_second_currency"
    ).split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coding:
    """Words of ours that the ERP calls otherwise; a word that is not listed is the same there.

    `companies` are our entities, there the code of the company's party. `taxes` are our tax codes,
    there the name of the tax. Suppliers go by the code of their party, accounts by their code.
    """

    companies: Mapping[str, str]
    taxes: Mapping[str, str]

    def company(self, entity: str) -> str:
        return self.companies.get(entity, entity)

    def tax(self, code: str) -> str:
        return self.taxes.get(code, code)


@dataclass(frozen=True, slots=True)
class Content:
    """What is compared of an invoice: whom it pays, how much, and where it is booked.

    `lines` are account, names of taxes and net amount, sorted. `payable` is what the ledger owes
    the supplier by the entry that is made or prepared, `None` as long as there is none.
    """

    company: str
    supplier: str
    other_payees: int
    reference: str
    currency: str
    invoice_date: date | None
    accounting_date: date | None
    lines: tuple[tuple[str, tuple[str, ...], Decimal], ...]
    untaxed: Decimal
    tax: Decimal
    total: Decimal
    payable: Decimal | None


@dataclass(frozen=True, slots=True)
class Record:
    """One invoice as it was read, with the stamps that show whether it was changed since."""

    id: int
    key: str
    state: str
    number: str
    stamps: Mapping[str, str]
    content: Content

    @property
    def is_posted(self) -> bool:
        return self.state in POSTED

    def receipt(self) -> Receipt:
        """What the caller keeps of it."""
        stamp = self.stamps[f"account.invoice,{self.id}"]
        return Receipt(self.number, str(self.id), self.state, stamp, self.is_posted)


def check(order: PostingOrder) -> None:
    """Refuses what could not be posted, or not be compared afterwards.

    Raises `invalid`; and `business` for what the document states and would be lost on the way.
    """
    document = order.document
    if document.type not in TYPES:
        words = " or ".join(f"`{word}`" for word in TYPES)
        _refuse("unsupported_document", f"expected {words}, found `{document.type}`")
    for field, value in (
        ("number", document.number),
        ("supplier", document.supplier),
        ("document_date", document.document_date),
        ("lines", document.lines),
    ):
        if not value:
            _refuse(f"{field}_missing", f"`{document.id}` states no {field}")
    for line in document.lines:
        where = f"line {line.number} of `{document.id}`"
        if not line.gl_account:
            _refuse("account_missing", f"{where} states no gl_account")
        if line.tax_code and line.tax is None:
            _refuse("tax_missing", f"{where} states a tax code and no tax to compare with")
        if line.tax is not None and line.tax.minor and not line.tax_code:
            _refuse("tax_code_missing", f"{where} states a tax of {line.tax} and no tax code")
    _check_carried_over(document)


def _check_carried_over(document: Document) -> None:
    """The ledger would owe another amount than is due, or owe it to somebody else."""
    details = document.details
    if details.get("payable_to"):
        lost = "the supplier would be paid, and not whom it names"
        _unsupported("payee_unsupported", f"`{document.id}` states `payable_to`: {lost}")
    for field in ("prepaid", "rounding"):
        value = details.get(field)
        if isinstance(value, Money) and value.minor:
            lost = f"`{document.id}` states `{field}` of {value}: another amount would be owed"
            _unsupported(f"{field}_unsupported", lost)
    total = sum(line.net.minor + (line.tax.minor if line.tax else 0) for line in document.lines)
    payable = details.get("payable")
    if isinstance(payable, Money) and payable.minor != total:
        would = Money(total, document.currency)
        message = f"`{document.id}` states `payable` of {payable}, the ledger would owe {would}"
        _unsupported("payable_unsupported", message)
    for line in document.lines:
        adjustment = line.details.get("adjustment")
        if adjustment and adjustment not in ADJUSTMENTS:
            where = f"line {line.number} of `{document.id}`"
            message = f"{where} is an adjustment `{adjustment}`: it would be booked as bought"
            _unsupported("adjustment_unsupported", message)


def _refuse(code: str, message: str) -> None:
    raise ErpError(Fault.INVALID, code, message)


def _unsupported(code: str, message: str) -> None:
    raise ErpError(Fault.BUSINESS, code, message)


def expected(order: PostingOrder, coding: Coding) -> Content:
    """What must be read back of the order."""
    document = order.document
    untaxed = sum((amount(line.net) for line in document.lines), Decimal(0))
    taxes = (line.tax for line in document.lines if line.tax is not None)
    tax = sum(map(amount, taxes), Decimal(0))
    lines = ((one.gl_account, _taxes(one, coding), amount(one.net)) for one in document.lines)
    return Content(
        company=coding.company(order.company),
        supplier=document.supplier,
        other_payees=0,
        reference=document.number,
        currency=document.currency,
        invoice_date=document.document_date,
        accounting_date=order.posting_date,
        lines=tuple(sorted(lines)),
        untaxed=untaxed,
        tax=tax,
        total=untaxed + tax,
        payable=None,
    )


def plain(order: PostingOrder, coding: Coding) -> dict[str, object]:
    """The same as plain canonical values, under the key of the posting."""
    content = expected(order, coding)
    found = {each.name: getattr(content, each.name) for each in fields(Content)}
    lines = [[account, [*taxes], str(net)] for account, taxes, net in content.lines]
    words = {name: _word(value) for name, value in found.items() if name != "lines"}
    return {**words, "lines": lines, "key": order.key}


def _word(value: object) -> str:
    return "" if value is None else str(value)


def _taxes(line: Line, coding: Coding) -> tuple[str, ...]:
    return (coding.tax(line.tax_code),) if line.tax_code else ()


def differences(wanted: Content, found: Content) -> list[str]:
    """What was read back otherwise than ordered, in words; nothing where all is as it should be."""
    pairs = [
        (field.name, getattr(wanted, field.name), getattr(found, field.name))
        for field in fields(Content)
        if field.name != "payable"
    ]
    if found.payable is not None:
        pairs.append(("payable", wanted.total, found.payable))
    return [
        f"{name.replace('_', ' ')}: expected `{_shown(ours)}`, found `{_shown(theirs)}`"
        for name, ours, theirs in pairs
        if ours != theirs
    ]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(
            f"{account} {'+'.join(taxes)} {net}".replace("  ", " ") for account, taxes, net in value
        )
    return "nothing" if value is None else str(value)


def amount(money: Money) -> Decimal:
    """Major units, exact."""
    return Decimal(money.minor).scaleb(-exponent(money.currency))


def line_values(
    line: Line, ids: Mapping[str, int], account: int, tax: int | None
) -> dict[str, Any]:
    """One line for `create`. `ids` are those of company and currency."""
    net = amount(line.net)
    return {
        **ids,
        "type": "line",
        "account": account,
        "quantity": -1 if net < 0 else 1,
        "unit_price": abs(net),
        "taxes": [["add", [tax]]] if tax is not None else [],
        "description": line.description or line.category,
    }


def header_values(order: PostingOrder, ids: Mapping[str, int], party: int) -> dict[str, Any]:
    """The header for `create`; its description is the key by which it is found again."""
    document: Document = order.document
    return {
        **ids,
        "type": "in",
        "party": party,
        "reference": document.number,
        "description": order.key,
        "invoice_date": document.document_date,
        "accounting_date": order.posting_date,
    }


def record_of(row: Mapping[str, Any]) -> Record:
    """What `FIELDS` of one invoice say."""
    number = int(row["id"])
    stamps = {f"account.invoice,{number}": str(row["_timestamp"])}
    move = row["move."]
    if move is not None:
        stamps[f"account.move,{move['id']}"] = str(move["_timestamp"])
    lines = ((one["account."]["code"], one) for one in row["lines."] if one["type"] == "line")
    content = Content(
        company=row["company."]["party."]["code"],
        supplier=row["party."]["code"],
        other_payees=len(row["alternative_payees"]),
        reference=row["reference"] or "",
        currency=row["currency."]["code"],
        invoice_date=row["invoice_date"],
        accounting_date=row["accounting_date"],
        lines=tuple(sorted((code, _names(one["taxes."]), one["amount"]) for code, one in lines)),
        untaxed=row["untaxed_amount"],
        tax=row["tax_amount"],
        total=row["total_amount"],
        payable=None if move is None else _payable(move["lines."], row["account"]),
    )
    state, key = row["state"], row["description"] or ""
    return Record(number, key, state, row["number"] or "", stamps, content)


def _names(taxes: list[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted(tax["name"] for tax in taxes))


def _payable(lines: list[Mapping[str, Any]], account: int) -> Decimal:
    """What the entry owes on the supplier's account, in the currency of the invoice.

    A line in another currency than the company's has its amount beside debit and credit.
    """
    owed = Decimal(0)
    for line in lines:
        if line["account"] == account:
            has_own = line["second_currency"] is not None
            owed += -line["amount_second_currency"] if has_own else line["credit"] - line["debit"]
    return owed
