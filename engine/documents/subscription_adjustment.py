"""An adjustment of a customer's subscription: a credit, a discount, a change of plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from engine.documents.fields import CONFIDENTIAL, INTERNAL, Day, Name, Number
from engine.documents.header import Complaint, Valued


class SubscriptionAdjustment(Valued):
    """What changes for the customer; without an amount where only terms change."""

    subscription: Annotated[Name, CONFIDENTIAL] = ""
    adjustment_kind: Annotated[Name, INTERNAL] = ""
    adjusted_from: Annotated[Day | None, INTERNAL] = None
    discount_percent: Annotated[Number | None, CONFIDENTIAL] = None

    def complaints(self) -> Iterator[Complaint]:
        """A discount lies between nothing and everything."""
        yield from super().complaints()
        percent = self.discount_percent
        if percent is not None and not 0 <= percent <= 100:
            yield "discount_percent", "out_of_range", "expected a percentage from 0 to 100"
