"""One valid value for every field of every document, and the documents made of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from engine.documents import accept
from engine.documents.catalogue import SHEETS
from engine.documents.header import Header
from engine.documents.model import Document
from engine.errors import InputErrors
from engine.facts.kinds import Kind
from engine.facts.vocabulary import BUILT_IN, Fact, Of, Total, Window

RECEIVED: Final = datetime(2027, 3, 15, 14, 0, tzinfo=UTC)
OWN_FACTS: Final = (
    Fact("legal_case", Kind.TEXT),
    Fact("in_plan", Kind.YES_NO),
    Fact("term", Kind.DURATION),
    Fact("signed_on", Kind.DATE),
    Fact("score", Kind.NUMBER),
    Fact("estimated_value", Kind.MONEY),
    Fact("method", Kind.CHOICE, values=("micro_purchase", "tender")),
    Fact("reason", Kind.CHOICE),
    Fact("office_level", Kind.SCALE, values=("field", "region", "headquarters")),
    Fact("business_case", Kind.PAPER),
    Fact("tender_reference", Kind.PAPER),
    Fact("offer", Kind.PAPER),
    Fact("minute", Kind.PAPER),
    Fact("zoning_letter", Kind.PAPER),
    Fact("batch", Kind.TEXT, Of.LINE),
    Fact("weight", Kind.NUMBER, Of.LINE),
    Fact("annual_revenue", Kind.MONEY, Of.SUPPLIER),
    Fact("grade", Kind.TEXT, Of.PERSON),
    Fact("region_code", Kind.TEXT, Of.ENTITY),
    Fact("matched", Kind.YES_NO, source="erp"),
    Fact("case_total", Kind.MONEY, total=Total("document.net", (), Window(0, "ever"), frozenset())),
)
FACTS: Final = MappingProxyType({fact.name: fact for fact in (*BUILT_IN, *OWN_FACTS)})
DOCUMENTS: Final = frozenset({"lease", "bad_debt_write_off"})

_BANK: Final = [
    {"account": "DE02120300000000202051", "holder": "Globex", "bank": "X", "country": "DE"}
]
_PARTY: Final = {
    "name": "Globex",
    "vat_id": "DE123456788",
    "tax_id": "12/345/67890",
    "registration": "HRB 1",
    "id": "K-1",
    "endpoint": "0088:4012345000009",
    "country": "DE",
}
_WORDS: Final = {"region": "north", "channel": "web"}
_LINE_TEXTS: Final = (
    "category cost_center project customer gl_account tax_code expense_type unit_of_measure"
    " description item source_id merchant tax_category supplier_item standard_item"
    " order_line_reference accounting_reference order"
).split()
_TEXTS: Final = (
    "id number title entity requester submitter buyer receiver supplier customer category"
    " cost_center project department contract purchase_order justification amends changes"
    " payment_terms delivery_note clearance_id corrects credit_reason purpose supplier_name"
    " supplier_address supplier_contact payment_method ledger accounting_period reverses refunds"
    " refund_reason subscription adjustment_kind policy_set change_summary from_digest to_digest"
    " delegator delegate buyer_reference payment_reference payment_means accounting_reference"
    " supplier_country recurring_plan called_back_by called_back_number"
).split()
_DAYS: Final = (
    "document_date posting_date needed_by delivery_date received_on due_date execution_date"
    " contract_start contract_end trip_start trip_end adjusted_from in_force_from first_day"
    " last_day tax_point_date delivered_on period_start period_end reverse_on"
).split()
_LISTS: Final = (
    "preceding beneficiaries tax_ids pays delegated_documents delegated_entities"
    " delegated_categories"
).split()

LINE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        **{name: f"the {name}" for name in _LINE_TEXTS},
        "number": 1,
        "net": "-100.00",
        "tax": "-19.00",
        "tax_recovery": "0.5",
        "capex": True,
        "quantity": "2.5",
        "price": "40.0025",
        "dimensions": _WORDS,
        "facts": {"batch": "B-1"},
        "order_line": 3,
        "expense_date": "2027-03-01",
        "attendees": "4",
        "paid_with": "own_money",
        "adjustment": "charge",
        "tax_rate": "0.19",
        "accepted_quantity": "2",
        "period_start": "2027-03-01",
        "period_end": "2027-03-31",
        "pays": "the pays",
        "pays_supplier": "the pays_supplier",
        "pay_to": _BANK,
    }
)
HEADER: Final[Mapping[str, Any]] = MappingProxyType(
    {
        **{name: f"the {name}" for name in _TEXTS},
        **dict.fromkeys(_DAYS, "2027-03-15"),
        **{name: [f"one of {name}"] for name in _LISTS},
        "version": 2,
        "currency": "EUR",
        "capex": False,
        "submitted_at": "2027-03-15T09:00:00-04:00",
        "papers": ["business_case"],
        "dimensions": _WORDS,
        "facts": {"term": "3 years"},
        "attachments": [
            {
                "name": "offer.pdf",
                "paper": "tender_reference",
                "media_type": "application/pdf",
                "size": 1200,
                "digest": "sha256:00",
                "source_id": "F-1",
            }
        ],
        "comments": [{"text": "please", "author": "rita", "written_at": "2027-03-15T09:00Z"}],
        "source_ids": {"coupa": "42"},
        "maximum": "500.00",
        "options": "20.00",
        "renews_automatically": True,
        "loosens": True,
        "in_force_at": "2027-03-15T13:00:00Z",
        "change_number": 2,
        "original_net": "80.00",
        "discount_percent": "12.5",
        "delegation_cap": "1000.00",
        "charged": "200.00",
        "paid_from": _BANK,
        "called_back_at": "2027-03-15T09:30:00Z",
        "delegated_capex": False,
        "request_kind": "change",
        "journal_kind": "manual",
        "bank_details": _BANK,
        "pay_to": _BANK,
        "pay_from": _BANK,
        **dict.fromkeys(("seller", "billed_to", "payable_to", "tax_representative"), _PARTY),
        "prepaid": "-10.00",
        "rounding": "0.01",
        "payable": "-108.99",
    }
)
# Fields of the shorthand, and the one-name spelling of a list: another way of saying the same.
ANOTHER_WAY: Final = frozenset(
    {"amount", "tax", "tax_recovery", "gl_account", "tax_code", "expense_type", "beneficiary"}
)


def full(kind: str, sheet: type[Header] | None = None) -> dict[str, Any]:
    """A document of this type that states every field that it has."""
    sheet = sheet or SHEETS[kind]
    raw: dict[str, Any] = {"type": kind}
    for name in sheet.model_fields:
        if name not in ANOTHER_WAY and name not in ("type", "lines"):
            raw[name] = HEADER[name]
    if sheet.line_sheet is not None:
        raw["lines"] = [{name: LINE[name] for name in sheet.line_sheet.model_fields}]
    return raw


def order(**changes: Any) -> dict[str, Any]:
    """A small purchase order with changes; `None` takes a field away."""
    raw = {
        "type": "purchase_order",
        "id": "PO-1",
        "entity": "US01",
        "requester": "rita",
        "currency": "USD",
        "amount": "10000.00",
    }
    return {name: value for name, value in (raw | changes).items() if value is not None}


def take(raw: object) -> Document:
    """What comes of it."""
    return accept(raw, FACTS, DOCUMENTS, received_at=RECEIVED)


def complaints(raw: object) -> list[tuple[str, str]]:
    """Code and field of everything that is wrong with it; empty where it is accepted."""
    return [(code, field) for code, field, _ in faults(raw)]


def faults(raw: object) -> list[tuple[str, str, str]]:
    """Code, field and message of everything that is wrong with it."""
    try:
        take(raw)
    except InputErrors as error:
        return [(one.code, one.field, one.message) for one in error.errors]
    return []
