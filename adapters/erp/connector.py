"""What every ERP connector answers to, whatever ERP stands behind it.

A connector is given one approved document as a `PostingOrder` and has it posted exactly once. All
that can go wrong is an `ErpError`: its `fault` says what the caller does next, its `code` what it
is, its message is for people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from adapters.transport import one_line
from engine.documents.model import Document
from engine.quoting import quoted


class Fault(StrEnum):
    """What kind of failure it is, and so what follows from it."""

    AUTH = "auth"  # an administrator mends the login or its rights
    THROTTLED = "throttled"  # later, not before `retry_after`
    TRANSIENT = "transient"  # not now: again later
    CONFLICT = "conflict"  # somebody changed it meanwhile; again, from what is there now
    NOT_FOUND = "not_found"  # the address or the database is wrong
    INVALID = "invalid"  # the request cannot be posted as it is: an error of ours or of a mapping
    BUSINESS = "business"  # the ERP says no: an exception with an owner
    UNKNOWN_OUTCOME = "unknown_outcome"  # perhaps done; wait, then `post` again


class ErpError(Exception):
    """Why an ERP did not do as asked.

    `code` is stable and ours (`period_closed`, `duplicate_reference` ...), `business_rule` where
    the ERP gives a reason that has no code. `message` is one line of at most 500 characters.
    `retry_after` is in seconds, where the ERP states it.
    """

    def __init__(
        self, fault: Fault, code: str, message: str, retry_after: int | None = None
    ) -> None:
        self.fault = fault
        self.code = code
        self.message = one_line(message)
        self.retry_after = retry_after
        super().__init__(f"{code}: {self.message}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A login of ours at an ERP. The secret shows in no representation."""

    user: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingOrder:
    """One approved document that is to be posted.

    `key` names the posting for ever: number of the case and number of the posting
    (`C-000123/1`). `company` is our id of the legal entity whose books it goes to. Raises
    `ValueError` for an order without a key: it could never be found again.
    """

    key: str
    document: Document
    posting_date: date
    company: str

    def __post_init__(self) -> None:
        if self.key != self.key.strip() or not self.key:
            raise ValueError(f"expected a key such as `C-000123/1`, found {quoted(self.key)}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the ERP made of an order.

    `number` is the ERP's own, empty as long as it gave none; `erp_id` is its key of the record,
    `state` its word for how far it is, `erp_version` its stamp of the record as it was read.
    """

    number: str
    erp_id: str
    state: str
    erp_version: str
    is_posted: bool


@dataclass(frozen=True, slots=True)
class Payload:
    """What an order becomes for an ERP: its digest, and the mapping by which it did.

    `mapping` names the translation and its version; `mapping_digest` is over the words that are
    translated by settings.
    """

    digest: str
    mapping: str
    mapping_digest: str


@dataclass(frozen=True, slots=True)
class PeriodStatus:
    """The accounting period of a day: its name, empty where there is none.

    `first_open` is the first day from the asked one on that can be posted to.
    """

    name: str
    is_open: bool
    first_open: date | None


@dataclass(frozen=True, slots=True)
class SupplierStatus:
    """Whether the ERP knows a supplier, and whether it is in use there."""

    is_known: bool
    is_active: bool


class ErpConnector(Protocol):
    """One ERP instance. Every method may raise `ErpError`."""

    @property
    def name(self) -> str:
        """The word by which people know the connection."""
        ...

    def period(self, company: str, day: date) -> PeriodStatus:
        """The period of a day (a date of the company's books) in the books of `company`."""
        ...

    def supplier(self, supplier: str) -> SupplierStatus:
        """What the ERP knows of a supplier, by our id of it."""
        ...

    def payload(self, order: PostingOrder) -> Payload:
        """What the order becomes, without asking the ERP: the same order gives the same."""
        ...

    def find(self, order: PostingOrder) -> Receipt | None:
        """What an earlier attempt left of this order; `None` where there is nothing.

        Raises `business` / `duplicate_reference` where the supplier's invoice number is there
        under another key: that is somebody else's document and never our receipt. Raises
        `business` / `read_back_differs` where what carries our key is not what was ordered.
        """
        ...

    def post(self, order: PostingOrder) -> Receipt:
        """Posts the order, or goes on from what an earlier attempt left of it.

        May be called again after anything: the same order never ends in two posted documents.
        """
        ...
