"""A refund to a customer."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.documents.fields import CONFIDENTIAL, INTERNAL, RESTRICTED, Amount, Name
from engine.documents.header import BankAccounts, Valued


class CustomerRefund(Valued):
    """What a customer gets back. `refunds` is the invoice or charge that it is for.

    `charged` is what the customer paid for it, tax included, `paid_from` where he paid it from.
    """

    needs_amount: ClassVar[bool] = True

    refunds: Annotated[Name, CONFIDENTIAL] = ""
    refund_reason: Annotated[Name, INTERNAL] = ""
    pay_to: Annotated[BankAccounts, RESTRICTED] = ()
    charged: Annotated[Amount | None, CONFIDENTIAL] = None
    paid_from: Annotated[BankAccounts, RESTRICTED] = ()
