"""What every document has, and what every line has, as it comes in.

These models are declarations: the fields of each type, how each is read, and its class. They exist
for a moment, between what a system sends and the plain `Document`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engine.documents.fields import (
    CONFIDENTIAL,
    INTERNAL,
    MOST_ENTRIES,
    MOST_LINES,
    RESTRICTED,
    Amount,
    Count,
    Currency,
    Day,
    Hash,
    Moment,
    Name,
    Names,
    Number,
    Price,
    Share,
    Text,
    Words,
    refusal,
)
from engine.money import INT64_MAX

Complaint = tuple[str, str, str]  # field, code, message


class Sheet(BaseModel):
    """Base of everything that comes in: exact types, no unknown fields, nothing changes later."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class AttachmentSheet(Sheet):
    """A file that belongs to the document."""

    name: Annotated[Name, INTERNAL]
    paper: Annotated[Name, INTERNAL] = ""
    media_type: Annotated[Name, INTERNAL] = ""
    size: Annotated[int | None, Field(ge=0, le=2**53 - 1), INTERNAL] = None
    digest: Annotated[Hash, INTERNAL] = ""
    source_id: Annotated[Name, INTERNAL] = ""


class CommentSheet(Sheet):
    """What somebody wrote on the document."""

    text: Annotated[Text, CONFIDENTIAL]
    author: Annotated[Name, CONFIDENTIAL] = ""
    written_at: Annotated[Moment | None, INTERNAL] = None


class BankSheet(Sheet):
    """Where money goes to or comes from."""

    account: Annotated[Name, RESTRICTED]
    holder: Annotated[Name, RESTRICTED] = ""
    bank: Annotated[Name, RESTRICTED] = ""
    country: Annotated[Name, RESTRICTED] = ""


class PartySheet(Sheet):
    """Somebody as an invoice names him: its sender, who shall pay it, who is to be paid."""

    name: Annotated[Name, INTERNAL] = ""
    vat_id: Annotated[Name, RESTRICTED] = ""
    tax_id: Annotated[Name, RESTRICTED] = ""
    registration: Annotated[Name, INTERNAL] = ""
    id: Annotated[Name, INTERNAL] = ""
    endpoint: Annotated[Name, INTERNAL] = ""
    country: Annotated[Name, INTERNAL] = ""


BankAccounts = Annotated[tuple[BankSheet, ...], Field(strict=False, max_length=100)]


class LineSheet(Sheet):
    """One line. `number` counts from 1 where it is not stated; most lines must state `net`."""

    number: Annotated[int | None, Field(ge=1, le=999_999), INTERNAL] = None
    net: Annotated[Amount | None, CONFIDENTIAL]
    tax: Annotated[Amount | None, CONFIDENTIAL] = None
    tax_recovery: Annotated[Share | None, INTERNAL] = None
    category: Annotated[Name, INTERNAL] = ""
    capex: Annotated[bool | None, INTERNAL] = None
    cost_center: Annotated[Name, INTERNAL] = ""
    project: Annotated[Name, INTERNAL] = ""
    customer: Annotated[Name, CONFIDENTIAL] = ""
    gl_account: Annotated[Name, INTERNAL] = ""
    tax_code: Annotated[Name, INTERNAL] = ""
    expense_type: Annotated[Name, INTERNAL] = ""
    quantity: Annotated[Number | None, INTERNAL] = None
    unit_of_measure: Annotated[Name, INTERNAL] = ""
    price: Annotated[Price | None, CONFIDENTIAL] = None
    description: Annotated[Text, CONFIDENTIAL] = ""
    item: Annotated[Name, INTERNAL] = ""
    source_id: Annotated[Name, INTERNAL] = ""
    dimensions: Annotated[Words, INTERNAL] = Field(default_factory=dict)
    facts: Annotated[dict[str, Any], CONFIDENTIAL] = Field(default_factory=dict)


class OrderedLine(LineSheet):
    """A line that refers to a line of an order.

    `order` is its number where it is another one than the document's `purchase_order`.
    """

    order: Annotated[Name, INTERNAL] = ""
    order_line: Annotated[Count | None, INTERNAL] = None


def _summable(lines: tuple[LineT, ...]) -> tuple[LineT, ...]:
    """Lines of which no sum of amounts, in whatever order and selection, leaves 64 bits."""
    if sum_of(lines) > INT64_MAX:
        raise refusal("amount_overflow", "the sum of the lines is larger than can be kept exactly")
    return lines


def sum_of(lines: tuple[LineSheet, ...]) -> int:
    """All amounts of the lines together, in minor units and without their signs."""
    return sum(
        abs(amount.minor) for line in lines for amount in (line.net, line.tax) if amount is not None
    )


LineT = TypeVar("LineT", bound=LineSheet)
Lines = Annotated[
    tuple[LineT, ...], Field(strict=False, max_length=MOST_LINES), AfterValidator(_summable)
]


class Header(Sheet):
    """What every document states. `facts` are the company's own and are read apart."""

    line_sheet: ClassVar[type[LineSheet] | None] = None
    needs_amount: ClassVar[bool] = False

    type: Annotated[Name, INTERNAL]
    id: Annotated[Name, INTERNAL]
    number: Annotated[Name, INTERNAL] = ""
    version: Annotated[int, Field(ge=1, le=2**31 - 1), INTERNAL] = 1
    entity: Annotated[Name, INTERNAL]
    currency: Annotated[Currency, INTERNAL] = ""
    title: Annotated[Text, CONFIDENTIAL] = ""
    requester: Annotated[Name, CONFIDENTIAL]
    submitter: Annotated[Name, CONFIDENTIAL] = ""
    beneficiaries: Annotated[Names, CONFIDENTIAL] = ()
    beneficiary: Annotated[Name, CONFIDENTIAL] = ""
    buyer: Annotated[Name, CONFIDENTIAL] = ""
    receiver: Annotated[Name, CONFIDENTIAL] = ""
    supplier: Annotated[Name, INTERNAL] = ""
    customer: Annotated[Name, CONFIDENTIAL] = ""
    category: Annotated[Name, INTERNAL] = ""
    capex: Annotated[bool | None, INTERNAL] = None
    cost_center: Annotated[Name, INTERNAL] = ""
    project: Annotated[Name, INTERNAL] = ""
    department: Annotated[Name, INTERNAL] = ""
    contract: Annotated[Name, INTERNAL] = ""
    purchase_order: Annotated[Name, INTERNAL] = ""
    submitted_at: Annotated[Moment | None, INTERNAL] = None
    document_date: Annotated[Day | None, INTERNAL] = None
    posting_date: Annotated[Day | None, INTERNAL] = None
    papers: Annotated[Names, INTERNAL] = ()
    dimensions: Annotated[Words, INTERNAL] = Field(default_factory=dict)
    facts: Annotated[dict[str, Any], CONFIDENTIAL] = Field(default_factory=dict)
    attachments: Annotated[
        tuple[AttachmentSheet, ...], Field(strict=False, max_length=MOST_ENTRIES), CONFIDENTIAL
    ] = ()
    comments: Annotated[
        tuple[CommentSheet, ...], Field(strict=False, max_length=MOST_ENTRIES), CONFIDENTIAL
    ] = ()
    source_ids: Annotated[Words, INTERNAL] = Field(default_factory=dict)

    def complaints(self) -> Iterator[Complaint]:
        """What is wrong between fields that are each right."""
        yield from ()


class Valued(Header):
    """A document with lines, or with the shorthand `amount`: one line with that net.

    Beside `amount` the header may state what else that one line has (`tax`, `gl_account` ...).
    """

    line_sheet: ClassVar[type[LineSheet] | None] = LineSheet

    lines: Annotated[Lines[LineSheet], CONFIDENTIAL] = ()
    amount: Annotated[Amount | None, CONFIDENTIAL] = None
    tax: Annotated[Amount | None, CONFIDENTIAL] = None
    tax_recovery: Annotated[Share | None, INTERNAL] = None
    gl_account: Annotated[Name, INTERNAL] = ""
    tax_code: Annotated[Name, INTERNAL] = ""
    expense_type: Annotated[Name, INTERNAL] = ""
    maximum: Annotated[Amount | None, CONFIDENTIAL] = None
    options: Annotated[Amount | None, CONFIDENTIAL] = None

    def complaints(self) -> Iterator[Complaint]:
        """What is committed is a sum of lines, maximum and options: it is kept exactly too."""
        promised = sum(abs(amount.minor) for amount in (self.maximum, self.options) if amount)
        if promised and sum_of(self.lines) + promised > INT64_MAX:
            message = "with the other amounts this is larger than can be kept exactly"
            yield "options" if self.options else "maximum", "amount_overflow", message


def not_before(field: str, day: date | None, first: date | None) -> Iterator[Complaint]:
    """Complains about a day that lies before the one it follows."""
    if day is not None and first is not None and day < first:
        yield field, "wrong_order", f"expected a day from {first} on, found `{day}`"
