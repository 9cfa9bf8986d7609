"""A purchase order, or a change order to one.

A change order states the whole order as it will be. `changes` is the number of the order that it
changes, `change_number` counts the changes from 1, and `original_net` is what the order was worth
before the first of them: creeping increases are measured against that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from engine.documents.fields import CONFIDENTIAL, INTERNAL, Amount, Count, Day, Name
from engine.documents.header import Complaint, Valued


class PurchaseOrder(Valued):
    """What is ordered from a supplier; `maximum` for a blanket order."""

    needs_amount: ClassVar[bool] = True

    changes: Annotated[Name, INTERNAL] = ""
    change_number: Annotated[Count | None, INTERNAL] = None
    original_net: Annotated[Amount | None, CONFIDENTIAL] = None
    delivery_date: Annotated[Day | None, INTERNAL] = None
    payment_terms: Annotated[Name, INTERNAL] = ""

    def complaints(self) -> Iterator[Complaint]:
        """A change order says which order it changes, what it was worth, and which change it is."""
        yield from super().complaints()
        stated = {
            "changes": bool(self.changes),
            "change_number": self.change_number is not None,
            "original_net": self.original_net is not None,
        }
        if any(stated.values()):
            there = ", ".join(f"`{name}`" for name, is_there in stated.items() if is_there)
            for name, is_there in stated.items():
                if not is_there:
                    yield name, "missing_field", f"expected in a change order, as {there} is stated"
