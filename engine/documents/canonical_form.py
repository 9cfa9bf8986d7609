"""A document as plain canonical values: what its digest names, and what is written down of it.

The same business content gives the same form, however it was written: amounts with the decimals of
their currency, moments in UTC, entries whose order means nothing sorted, nothing that is not
stated. When it was received is not business content; when it was submitted is, where the sender
says so. `accept` takes this form, and makes the same document of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Final

from engine.canonical import digest
from engine.documents.model import (
    Attachment,
    BankDetails,
    Comment,
    Detail,
    Document,
    Line,
    Party,
)
from engine.facts.kinds import FactValue
from engine.money import Exact, Money, decimal_text, fraction_text

Plain = str | bool | int | None | list["Plain"] | dict[str, "Plain"]

_DOCUMENT_TEXTS: Final = (
    "currency number title submitter buyer receiver supplier customer category cost_center project"
    " department contract purchase_order"
).split()
_LINE_TEXTS: Final = (
    "category cost_center project customer gl_account tax_code expense_type unit_of_measure"
    " description item source_id"
).split()
_ATTACHMENT_TEXTS: Final = ("name", "paper", "media_type", "digest", "source_id")
_BANK_TEXTS: Final = ("account", "holder", "bank", "country")
_PARTY_TEXTS: Final = ("name", "vat_id", "tax_id", "registration", "id", "endpoint", "country")


def document_digest(document: Document) -> str:
    """The name of the document's business content."""
    return digest(to_canonical(document))


def to_canonical(document: Document) -> dict[str, Plain]:
    """The whole business content in plain values; nothing that is not stated is there."""
    plain: dict[str, Plain] = {
        "type": document.type,
        "id": document.id,
        "entity": document.entity,
        "requester": document.requester,
        "version": document.version,
    }
    _add_texts(plain, document, _DOCUMENT_TEXTS)
    if document.capex is not None:
        plain["capex"] = document.capex
    if document.is_submission_stated:
        plain["submitted_at"] = _moment(document.submitted_at)
    if document.document_date is not None:
        plain["document_date"] = document.document_date.isoformat()
    if document.posting_date is not None:
        plain["posting_date"] = document.posting_date.isoformat()
    if document.maximum is not None:
        plain["maximum"] = _amount(document.maximum)
    if document.options is not None:
        plain["options"] = _amount(document.options)
    if document.beneficiaries:
        plain["beneficiaries"] = [*sorted(document.beneficiaries)]
    if document.papers:
        plain["papers"] = [*sorted(document.papers)]
    if document.lines:
        plain["lines"] = [_line(line) for line in document.lines]
    if document.attachments:
        plain["attachments"] = [_attachment(item) for item in document.attachments]
    if document.comments:
        plain["comments"] = [_comment(item) for item in document.comments]
    if document.source_ids:
        plain["source_ids"] = dict(document.source_ids)
    _add_open(plain, document.dimensions, document.facts, document.details)
    return plain


def _line(line: Line) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"number": line.number}
    if line.is_valued:
        plain["net"] = _amount(line.net)
    _add_texts(plain, line, _LINE_TEXTS)
    if line.tax is not None:
        plain["tax"] = _amount(line.tax)
    if line.tax_recovery is not None:
        plain["tax_recovery"] = fraction_text(line.tax_recovery)
    if line.capex is not None:
        plain["capex"] = line.capex
    if line.quantity is not None:
        plain["quantity"] = fraction_text(line.quantity)
    if line.price is not None:
        plain["price"] = _amount(line.price)
    _add_open(plain, line.dimensions, line.facts, line.details)
    return plain


def _add_texts(
    plain: dict[str, Plain],
    value: Document | Line | Attachment | BankDetails | Party,
    names: tuple[str, ...] | list[str],
) -> None:
    for name in names:
        text = getattr(value, name)
        if text:
            plain[name] = text


def _add_open(
    plain: dict[str, Plain],
    dimensions: Mapping[str, str],
    facts: Mapping[str, FactValue],
    details: Mapping[str, Detail],
) -> None:
    if dimensions:
        plain["dimensions"] = dict(dimensions)
    if facts:
        plain["facts"] = {name: _fact(value) for name, value in facts.items()}
    for name, value in details.items():
        plain[name] = _detail(value)


def _attachment(item: Attachment) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    _add_texts(plain, item, _ATTACHMENT_TEXTS)
    if item.size is not None:
        plain["size"] = item.size
    return plain


def _comment(item: Comment) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"text": item.text}
    if item.author:
        plain["author"] = item.author
    if item.written_at is not None:
        plain["written_at"] = _moment(item.written_at)
    return plain


def _fact(value: FactValue) -> Plain:
    """A fact names its own currency; everything else is as in a field."""
    match value:
        case Money(_, currency):
            return {"amount": _amount(value), "currency": currency}
        case bool() | str():
            return value
        case Fraction():
            return fraction_text(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _detail(value: Detail) -> Plain:
    match value:
        case bool() | str():
            return value
        case Money():
            return _amount(value)
        case Fraction():
            return fraction_text(value)
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
        case Party():
            party: dict[str, Plain] = {}
            _add_texts(party, value, _PARTY_TEXTS)
            return party
        case tuple():
            return [item if isinstance(item, str) else _bank(item) for item in value]


def _bank(value: BankDetails) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    _add_texts(plain, value, _BANK_TEXTS)
    return plain


def _amount(value: Money | Exact) -> str:
    return decimal_text(value.minor, value.currency)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
