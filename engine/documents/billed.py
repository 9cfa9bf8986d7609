"""What invoices and credit notes of suppliers have in common.

Much of it is what the supplier says of himself and of what is to be paid. None of it is checked
against master data here, and none of it decides who is asked: `supplier`, `entity` and the coding
of lines do, and these are not the supplier's to choose.

The words are those of EN 16931-1 where it has one (`BT-10` is the buyer reference).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from pydantic import PlainValidator

from engine.documents.fields import (
    CONFIDENTIAL,
    INTERNAL,
    RESTRICTED,
    Amount,
    Day,
    Name,
    Names,
    Share,
    Text,
    one_of,
)
from engine.documents.header import (
    BankAccounts,
    Complaint,
    Lines,
    LineSheet,
    OrderedLine,
    PartySheet,
    Valued,
    not_before,
)
from engine.money import decimal_text

MOST_ROUNDING: Final = 500  # minor units: coins of 5.00 are the largest that totals are rounded to

Adjustment = Annotated[
    str,
    PlainValidator(one_of("allowance", "charge", "third_party"), json_schema_input_type=str),
]


class BilledLine(OrderedLine):
    """One line of an invoice.

    `adjustment` says that it is none of the goods: an allowance or charge on the whole document, or
    what the supplier collects for somebody else. `item` is our number of the goods,
    `supplier_item` the supplier's, `standard_item` a number such as a GTIN. `order_line_reference`
    is the order's line as the supplier writes it, where it is no number.
    """

    adjustment: Annotated[Adjustment, INTERNAL] = ""
    tax_category: Annotated[Name, INTERNAL] = ""
    tax_rate: Annotated[Share | None, INTERNAL] = None
    supplier_item: Annotated[Name, INTERNAL] = ""
    standard_item: Annotated[Name, INTERNAL] = ""
    order_line_reference: Annotated[Name, INTERNAL] = ""
    accounting_reference: Annotated[Name, INTERNAL] = ""
    period_start: Annotated[Day | None, INTERNAL] = None
    period_end: Annotated[Day | None, INTERNAL] = None


class Billed(Valued):
    """A document by which a supplier asks for money or gives it back.

    `prepaid` was paid before, `rounding` is added so that a round amount remains, and `payable` is
    what the supplier says remains. All three have the sign of the lines.
    """

    line_sheet: ClassVar[type[LineSheet] | None] = BilledLine
    needs_amount: ClassVar[bool] = True

    lines: Annotated[Lines[BilledLine], CONFIDENTIAL] = ()
    seller: Annotated[PartySheet | None, INTERNAL] = None
    billed_to: Annotated[PartySheet | None, INTERNAL] = None
    payable_to: Annotated[PartySheet | None, INTERNAL] = None
    tax_representative: Annotated[PartySheet | None, INTERNAL] = None
    buyer_reference: Annotated[Name, INTERNAL] = ""
    accounting_reference: Annotated[Name, INTERNAL] = ""
    preceding: Annotated[Names, INTERNAL] = ()
    tax_point_date: Annotated[Day | None, INTERNAL] = None
    delivered_on: Annotated[Day | None, INTERNAL] = None
    period_start: Annotated[Day | None, INTERNAL] = None
    period_end: Annotated[Day | None, INTERNAL] = None
    due_date: Annotated[Day | None, INTERNAL] = None
    payment_terms: Annotated[Text, INTERNAL] = ""
    payment_means: Annotated[Name, INTERNAL] = ""
    payment_reference: Annotated[Name, INTERNAL] = ""
    pay_to: Annotated[BankAccounts, RESTRICTED] = ()
    prepaid: Annotated[Amount | None, CONFIDENTIAL] = None
    rounding: Annotated[Amount | None, CONFIDENTIAL] = None
    payable: Annotated[Amount | None, CONFIDENTIAL] = None
    clearance_id: Annotated[Name, INTERNAL] = ""

    def complaints(self) -> Iterator[Complaint]:
        """What shall be paid is what the lines say, less what was paid, and rounded a little."""
        yield from super().complaints()
        yield from not_before("period_end", self.period_end, self.period_start)
        rounding = self.rounding.minor if self.rounding is not None else 0
        if abs(rounding) > MOST_ROUNDING:
            most = decimal_text(MOST_ROUNDING, self.currency)
            found = decimal_text(rounding, self.currency)
            yield "rounding", "out_of_range", f"expected at most `{most}`, found `{found}`"
        if self.payable is None or not self.lines:
            return
        due = rounding - (self.prepaid.minor if self.prepaid is not None else 0)
        for line in self.lines:
            if line.net is None or line.tax is None:
                return
            due += line.net.minor + line.tax.minor
        if due != self.payable.minor:
            expected = decimal_text(due, self.currency)
            found = decimal_text(self.payable.minor, self.currency)
            message = (
                f"expected `{expected}`, the lines with their tax less `prepaid` and with"
                f" `rounding`, found `{found}`"
            )
            yield "payable", "wrong_sum", message
