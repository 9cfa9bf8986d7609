"""A payment, or a run of them, before it is released to the bank."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.documents.fields import CONFIDENTIAL, INTERNAL, RESTRICTED, Day, Name, Names
from engine.documents.header import BankAccounts, Lines, LineSheet, Valued


class PaymentLine(LineSheet):
    """One item of a payment run: the id of a document, and to whom and where its money goes.

    What the line does not state of the supplier and the account is what the header states. What a
    credit note takes off is a negative line.
    """

    pays: Annotated[Name, CONFIDENTIAL] = ""
    pays_supplier: Annotated[Name, INTERNAL] = ""
    pay_to: Annotated[BankAccounts, RESTRICTED] = ()


class Payment(Valued):
    """What is to be paid. `pays` are the ids of the documents that it settles.

    A run names one on each line; a payment that names them on its header only settles each in full.
    """

    line_sheet: ClassVar[type[LineSheet] | None] = PaymentLine
    needs_amount: ClassVar[bool] = True

    lines: Annotated[Lines[PaymentLine], CONFIDENTIAL] = ()
    payment_method: Annotated[Name, INTERNAL] = ""
    execution_date: Annotated[Day | None, INTERNAL] = None
    pays: Annotated[Names, CONFIDENTIAL] = ()
    pay_to: Annotated[BankAccounts, RESTRICTED] = ()
    pay_from: Annotated[BankAccounts, RESTRICTED] = ()
