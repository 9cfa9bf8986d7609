"""The facts and document types that every policy set has without declaring them.

A fact of a document has the name of the field that states it, apart from `document.type`,
`document.number` and `document.date` (fields `type`, `number`, `document_date`). What documents,
lines and their types state is kept in agreement with `engine/documents/` by test. Facts about
suppliers, people, entities and contracts come from master data.

Levels (`requester.level`, `approver.level`) are a scale without values here; the compiler fills in
those of the set. A choice without values is open: any word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.facts.conditions import Condition
from engine.facts.kinds import Kind
from engine.places import NOWHERE, Place


class Of(StrEnum):
    """What a fact is about. Line facts are asked inside `any_line` or `every_line`."""

    DOCUMENT = "document"
    LINE = "line"
    ENTITY = "entity"
    PERSON = "person"
    SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True)
class Window:
    """How far back a total looks. `count` units of `unit`; `ever` and the years have count 0."""

    count: int
    unit: str  # days | business_days | months | fiscal_year | calendar_year | ever


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over documents that share facts: `total_of`, `same`, `in`, `counts`, `leaves_out`."""

    of: str
    same: tuple[str, ...]
    window: Window
    counts: frozenset[str]
    leaves_out: Condition | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One declared word of the vocabulary.

    `values` lists the words of a choice, or of a scale in ascending order; a choice without
    values is open (any word). `source` and `vouched_by` say where the value comes from.
    """

    name: str
    kind: Kind
    of: Of = Of.DOCUMENT
    values: tuple[str, ...] = ()
    total: Total | None = None
    source: str = ""
    vouched_by: str = ""
    place: Place = NOWHERE


def totals_of(facts: Mapping[str, Fact]) -> tuple[tuple[Fact, Total], ...]:
    """The facts that add something up, each with what it adds."""
    return tuple((fact, fact.total) for fact in facts.values() if fact.total is not None)


BUILT_IN_DOCUMENTS: Final[tuple[str, ...]] = (
    "requisition",
    "contract",
    "purchase_order",
    "goods_receipt",
    "invoice",
    "credit_note",
    "expense_report",
    "supplier_request",
    "payment",
    "journal_entry",
    "customer_refund",
    "subscription_adjustment",
    "policy_change",
    "delegation",
)

# What the engine computes or takes from master data.
_KNOWN: Final = (
    (Of.DOCUMENT, Kind.MONEY, "commitment.net contract.net contract.original"),
    (Of.DOCUMENT, Kind.DATE, "now"),
    (Of.ENTITY, Kind.CHOICE, "entity.country entity.region entity.currency"),
    (Of.SUPPLIER, Kind.CHOICE, "supplier.status supplier.country"),
    (Of.SUPPLIER, Kind.TEXT, "supplier.group supplier_group"),
    (Of.PERSON, Kind.MONEY, "requester.limit approver.limit"),
    (Of.PERSON, Kind.SCALE, "requester.level approver.level"),
    (Of.PERSON, Kind.CHOICE, "requester.department approver.department"),
)
# What any document states, on its header or on every line.
_STATED: Final = (
    (Of.DOCUMENT, Kind.MONEY, "document.net document.tax document.gross"),
    (Of.DOCUMENT, Kind.MONEY, "document.maximum document.options"),
    (Of.DOCUMENT, Kind.CHOICE, "document.type entity category cost_center project department"),
    (Of.DOCUMENT, Kind.YES_NO, "capex"),
    (Of.DOCUMENT, Kind.TEXT, "document.number supplier customer contract purchase_order"),
    (Of.DOCUMENT, Kind.TEXT, "requester submitter beneficiary buyer receiver"),
    (Of.DOCUMENT, Kind.DATE, "document.date posting_date"),
    (Of.LINE, Kind.MONEY, "line.net line.tax line.price"),
    (Of.LINE, Kind.NUMBER, "line.quantity"),
    (Of.LINE, Kind.CHOICE, "gl_account tax_code expense_type"),
)
# What only some types state.
_OF_SOME_TYPES: Final = (
    (Of.DOCUMENT, Kind.DATE, "needed_by delivery_date received_on due_date execution_date"),
    (Of.DOCUMENT, Kind.DATE, "contract_start contract_end trip_start trip_end"),
    (Of.DOCUMENT, Kind.DATE, "adjusted_from in_force_from first_day last_day reverse_on"),
    (Of.DOCUMENT, Kind.DATE, "tax_point_date delivered_on"),
    (Of.DOCUMENT, Kind.TEXT, "amends changes corrects refunds reverses subscription"),
    (Of.DOCUMENT, Kind.TEXT, "recurring_plan"),
    (Of.DOCUMENT, Kind.TEXT, "delivery_note clearance_id policy_set delegator delegate"),
    (Of.DOCUMENT, Kind.TEXT, "buyer_reference payment_reference"),
    (Of.DOCUMENT, Kind.CHOICE, "payment_means"),
    (Of.DOCUMENT, Kind.CHOICE, "payment_terms payment_method credit_reason refund_reason"),
    (Of.DOCUMENT, Kind.CHOICE, "adjustment_kind ledger accounting_period supplier_country"),
    (Of.DOCUMENT, Kind.MONEY, "original_net delegation_cap charged"),
    (Of.DOCUMENT, Kind.MONEY, "prepaid rounding payable"),
    (Of.DOCUMENT, Kind.NUMBER, "change_number discount_percent"),
    (Of.DOCUMENT, Kind.YES_NO, "renews_automatically states_bank_details delegated_capex loosens"),
    (Of.LINE, Kind.TEXT, "merchant supplier_item standard_item"),
    (Of.LINE, Kind.CHOICE, "tax_category"),
    (Of.LINE, Kind.DATE, "expense_date"),
    (Of.LINE, Kind.NUMBER, "attendees tax_rate accepted_quantity"),
)
_CLOSED: Final = (
    Fact("request_kind", Kind.CHOICE, Of.DOCUMENT, ("onboarding", "change")),
    Fact("journal_kind", Kind.CHOICE, Of.DOCUMENT, ("manual", "recurring", "reversal", "accrual")),
    Fact("adjustment", Kind.CHOICE, Of.LINE, ("allowance", "charge", "third_party")),
    Fact("paid_with", Kind.CHOICE, Of.LINE, ("company_card", "own_money")),
)


def _facts(*groups: tuple[tuple[Of, Kind, str], ...]) -> Iterator[Fact]:
    for group in groups:
        for of, kind, names in group:
            yield from (Fact(name, kind, of) for name in names.split())


BUILT_IN: Final[tuple[Fact, ...]] = (*_facts(_KNOWN, _STATED, _OF_SOME_TYPES), *_CLOSED)

# Fields of documents and lines that are no facts. A company's fact cannot have such a name: at the
# top level of a document it would be read as the field.
FIELD_NAMES: Final[frozenset[str]] = frozenset(
    "type id number version currency title document_date submitted_at lines amount papers maximum"
    " options beneficiaries facts attachments comments source_ids dimensions"
    " net tax tax_recovery quantity unit_of_measure price description item source_id"
    " justification purpose pays bank_details pay_to pay_from supplier_name supplier_address"
    " tax_ids supplier_contact from_digest to_digest in_force_at change_summary"
    " pays_supplier paid_from"
    " called_back_by called_back_at called_back_number"
    " seller billed_to payable_to tax_representative preceding accounting_reference period_start"
    " period_end order_line_reference"
    " order order_line delegated_documents delegated_entities delegated_categories".split()
)
