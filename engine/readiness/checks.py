"""The checks of readiness that a policy may ask for, as the set states them.

They stand apart from `engine/policy.py` so that a family of checks adds its own value here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class PostingDate(StrEnum):
    """Which day of a document it is posted on. `submission` is the local day of its entity."""

    DOCUMENT_DATE = "document_date"
    POSTING_DATE = "posting_date"
    SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class PeriodOpen:
    """The period of the posting date takes postings.

    `kind` names the periods that are asked (`engine.master_data.PERIOD_KINDS`); empty is what the
    document type has (`KIND_OF_TYPE`). A holder of `special_role` may release a closed period.
    """

    posting_date: PostingDate
    kind: str = ""
    special_role: str = ""


@dataclass(frozen=True, slots=True)
class SupplierActive:
    """The supplier has one of these statuses in the master data."""

    statuses: frozenset[str]


Check = PeriodOpen | SupplierActive

ACTIVE_STATUSES: Final = ("active", "approved", "preferred")

# What posts nowhere by itself (an order, a request) has no kind: the policy must name one.
KIND_OF_TYPE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "invoice": "AP",
        "credit_note": "AP",
        "expense_report": "AP",
        "payment": "AP",
        "goods_receipt": "INV",
        "customer_refund": "AR",
        "subscription_adjustment": "AR",
        "journal_entry": "GL",
    }
)
