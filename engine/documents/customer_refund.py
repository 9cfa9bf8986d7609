"""A refund to a customer."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.documents.fields import CONFIDENTIAL, INTERNAL, RESTRICTED, Name
from engine.documents.header import BankAccounts, Valued


class CustomerRefund(Valued):
    """What a customer gets back. `refunds` is the invoice or charge that it is for."""

    needs_amount: ClassVar[bool] = True

    refunds: Annotated[Name, CONFIDENTIAL] = ""
    refund_reason: Annotated[Name, INTERNAL] = ""
    pay_to: Annotated[BankAccounts, RESTRICTED] = ()
