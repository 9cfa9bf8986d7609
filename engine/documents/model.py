"""A document as the engine sees it: plain frozen values, whatever system it came from.

`engine/documents/accepting.py` makes these out of what a system sends and refuses what is wrong;
deciding takes them. Nothing here needs more than the standard library, so that a decision can be
performed again wherever Python runs.

Text that is not stated is empty, everything else that is not stated is `None`. Every amount is in
the document's currency. Names of people are person ids or logins, as the source says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from types import MappingProxyType

from engine.facts.kinds import FactValue
from engine.money import Exact, Money


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to the document; its content stays where it is.

    `paper` names the paper that the file is (`business_case`), `digest` its content
    (`sha256:...`), `size` is in bytes.
    """

    name: str
    paper: str = ""
    media_type: str = ""
    size: int | None = None
    digest: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote on the document."""

    text: str
    author: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where money goes to or comes from."""

    account: str
    holder: str = ""
    bank: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody as an invoice names him; whom of the master data that is, is another question.

    `id` is the number that the other side knows him by, `registration` that of a company register,
    `endpoint` an electronic address with its scheme before it (`0088:4012345000009`).
    """

    name: str = ""
    vat_id: str = ""
    tax_id: str = ""
    registration: str = ""
    id: str = ""
    endpoint: str = ""
    country: str = ""


Detail = str | bool | Money | Fraction | date | tuple[str, ...] | tuple[BankDetails, ...] | Party


def _nothing() -> Mapping[str, FactValue]:
    return _NOTHING


def _no_text() -> Mapping[str, str]:
    return _NO_TEXT


def _no_details() -> Mapping[str, Detail]:
    return _NO_DETAILS


_NOTHING: Mapping[str, FactValue] = MappingProxyType({})
_NO_TEXT: Mapping[str, str] = MappingProxyType({})
_NO_DETAILS: Mapping[str, Detail] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Line:
    """One line, with its own coding; what only the header states is filled in already.

    `tax_recovery` is the share of the tax that is recovered (0 to 1). `price` is per unit and may
    have more decimals than the currency. `is_valued` is false on a line that states no amount (a
    goods receipt of quantities); its `net` is zero then and is no fact. `details` are the fields
    that only lines of this document type have (`merchant`), `facts` the company's own.
    """

    number: int
    net: Money
    tax: Money | None = None
    tax_recovery: Fraction | None = None
    category: str = ""
    capex: bool | None = None
    cost_center: str = ""
    project: str = ""
    customer: str = ""
    gl_account: str = ""
    tax_code: str = ""
    expense_type: str = ""
    quantity: Fraction | None = None
    unit_of_measure: str = ""
    price: Exact | None = None
    description: str = ""
    item: str = ""
    source_id: str = ""
    dimensions: Mapping[str, str] = field(default_factory=_no_text)
    facts: Mapping[str, FactValue] = field(default_factory=_nothing)
    details: Mapping[str, Detail] = field(default_factory=_no_details)
    is_valued: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of one business document.

    `id` names it for ever in the system that sends it, `number` is what is printed on it.
    `submitted_at` is when it was submitted, or when it was received where the sender does not say
    (`is_submission_stated`). `maximum` is the value of a framework or blanket order, `options` what
    options and renewals add. `papers` are present. `details` are the fields that only this document
    type has, by name; `facts` are the company's own. `digest` names the business content
    (`engine/documents/canonical_form.py`).
    """

    type: str
    id: str
    entity: str
    requester: str
    submitted_at: datetime
    currency: str = ""
    number: str = ""
    version: int = 1
    title: str = ""
    submitter: str = ""
    beneficiaries: tuple[str, ...] = ()
    buyer: str = ""
    receiver: str = ""
    supplier: str = ""
    customer: str = ""
    category: str = ""
    capex: bool | None = None
    cost_center: str = ""
    project: str = ""
    department: str = ""
    contract: str = ""
    purchase_order: str = ""
    document_date: date | None = None
    posting_date: date | None = None
    lines: tuple[Line, ...] = ()
    maximum: Money | None = None
    options: Money | None = None
    papers: frozenset[str] = frozenset()
    dimensions: Mapping[str, str] = field(default_factory=_no_text)
    facts: Mapping[str, FactValue] = field(default_factory=_nothing)
    details: Mapping[str, Detail] = field(default_factory=_no_details)
    attachments: tuple[Attachment, ...] = ()
    comments: tuple[Comment, ...] = ()
    source_ids: Mapping[str, str] = field(default_factory=_no_text)
    is_submission_stated: bool = True
    digest: str = ""
