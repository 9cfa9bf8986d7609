"""Which model reads which document type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from engine.documents.contract import Contract
from engine.documents.credit_note import CreditNote
from engine.documents.customer_refund import CustomerRefund
from engine.documents.declared import Declared
from engine.documents.delegation import DelegationRequest
from engine.documents.expense_report import ExpenseReport
from engine.documents.goods_receipt import GoodsReceipt
from engine.documents.header import Header, LineSheet, Valued
from engine.documents.invoice import Invoice
from engine.documents.journal_entry import JournalEntry
from engine.documents.payment import Payment
from engine.documents.policy_change import PolicyChange
from engine.documents.purchase_order import PurchaseOrder
from engine.documents.requisition import Requisition
from engine.documents.subscription_adjustment import SubscriptionAdjustment
from engine.documents.supplier_request import SupplierRequest

DECLARED: Final[type[Header]] = Declared
SHEETS: Final[Mapping[str, type[Header]]] = MappingProxyType(
    {
        "requisition": Requisition,
        "contract": Contract,
        "purchase_order": PurchaseOrder,
        "goods_receipt": GoodsReceipt,
        "invoice": Invoice,
        "credit_note": CreditNote,
        "expense_report": ExpenseReport,
        "supplier_request": SupplierRequest,
        "payment": Payment,
        "journal_entry": JournalEntry,
        "customer_refund": CustomerRefund,
        "subscription_adjustment": SubscriptionAdjustment,
        "policy_change": PolicyChange,
        "delegation": DelegationRequest,
    }
)
# What is a field of one type is no unknown word on another: the message can say so.
OWNERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: kind
        for kind, sheet in reversed(tuple(SHEETS.items()))
        for name in sheet.model_fields
        if name not in Header.model_fields and name not in Valued.model_fields
    }
)


@cache
def own_fields(sheet: type[Header]) -> tuple[str, ...]:
    """The fields that only this document type has."""
    return tuple(
        name
        for name in sheet.model_fields
        if name not in Header.model_fields and name not in Valued.model_fields
    )


@cache
def own_line_fields(sheet: type[LineSheet]) -> tuple[str, ...]:
    """The fields that only lines of this document type have."""
    return tuple(name for name in sheet.model_fields if name not in LineSheet.model_fields)
