"""A goods receipt: what arrived, in quantities, and in amounts where the receiver knows them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.documents.fields import CONFIDENTIAL, INTERNAL, Amount, Day, Name, Number
from engine.documents.header import Lines, LineSheet, OrderedLine, Valued


class ReceivedLine(OrderedLine):
    """What arrived of one line of the order. Without `net` the line has no value of its own.

    `accepted_quantity` is how much of it passed inspection; without it nothing was inspected.
    """

    net: Annotated[Amount | None, CONFIDENTIAL] = None
    accepted_quantity: Annotated[Number | None, INTERNAL] = None


class GoodsReceipt(Valued):
    """Something ordered has arrived."""

    line_sheet: ClassVar[type[LineSheet] | None] = ReceivedLine
    needs_amount: ClassVar[bool] = True

    lines: Annotated[Lines[ReceivedLine], CONFIDENTIAL] = ()
    received_on: Annotated[Day | None, INTERNAL] = None
    delivery_note: Annotated[Name, INTERNAL] = ""
