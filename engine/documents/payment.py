"""A payment, or a run of them, before it is released to the bank."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.documents.fields import CONFIDENTIAL, INTERNAL, RESTRICTED, Day, Name, Names
from engine.documents.header import BankAccounts, Valued


class Payment(Valued):
    """What is to be paid. `pays` are the ids of the documents that it settles."""

    needs_amount: ClassVar[bool] = True

    payment_method: Annotated[Name, INTERNAL] = ""
    execution_date: Annotated[Day | None, INTERNAL] = None
    pays: Annotated[Names, CONFIDENTIAL] = ()
    pay_to: Annotated[BankAccounts, RESTRICTED] = ()
    pay_from: Annotated[BankAccounts, RESTRICTED] = ()
