"""An expense report: what somebody spent for the company and on what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import PlainValidator

from engine.documents.fields import (
    CONFIDENTIAL,
    INTERNAL,
    RESTRICTED,
    Count,
    Day,
    Name,
    Text,
    one_of,
)
from engine.documents.header import BankAccounts, Complaint, Lines, LineSheet, Valued, not_before

PaidWith = Annotated[
    str, PlainValidator(one_of("company_card", "own_money"), json_schema_input_type=str)
]


class ExpenseLine(LineSheet):
    """One expense."""

    merchant: Annotated[Name, CONFIDENTIAL] = ""
    expense_date: Annotated[Day | None, INTERNAL] = None
    attendees: Annotated[Count | None, INTERNAL] = None
    paid_with: Annotated[PaidWith, INTERNAL] = ""


class ExpenseReport(Valued):
    """What is to be reimbursed, or accounted for."""

    line_sheet: ClassVar[type[LineSheet] | None] = ExpenseLine
    needs_amount: ClassVar[bool] = True

    lines: Annotated[Lines[ExpenseLine], CONFIDENTIAL] = ()
    purpose: Annotated[Text, CONFIDENTIAL] = ""
    trip_start: Annotated[Day | None, INTERNAL] = None
    trip_end: Annotated[Day | None, INTERNAL] = None
    pay_to: Annotated[BankAccounts, RESTRICTED] = ()

    def complaints(self) -> Iterator[Complaint]:
        """A trip does not end before it starts."""
        yield from super().complaints()
        yield from not_before("trip_end", self.trip_end, self.trip_start)
