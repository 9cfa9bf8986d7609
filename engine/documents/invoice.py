"""A supplier's invoice. `clearance_id` is what the country's clearance system gave it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.documents.fields import CONFIDENTIAL, INTERNAL, RESTRICTED, Day, Name
from engine.documents.header import BankAccounts, Lines, LineSheet, OrderedLine, Valued


class Invoice(Valued):
    """What a supplier asks to be paid; `number` is the supplier's own."""

    line_sheet: ClassVar[type[LineSheet] | None] = OrderedLine
    needs_amount: ClassVar[bool] = True

    lines: Annotated[Lines[OrderedLine], CONFIDENTIAL] = ()
    due_date: Annotated[Day | None, INTERNAL] = None
    payment_terms: Annotated[Name, INTERNAL] = ""
    clearance_id: Annotated[Name, INTERNAL] = ""
    pay_to: Annotated[BankAccounts, RESTRICTED] = ()
