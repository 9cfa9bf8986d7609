"""A contract, or an amendment to one. Its value is its lines, or `maximum` for a framework."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from engine.documents.fields import INTERNAL, Day, Name
from engine.documents.header import Complaint, Valued, not_before


class Contract(Valued):
    """What is agreed with a supplier or a customer. `amends` is the contract that this changes."""

    contract_start: Annotated[Day | None, INTERNAL] = None
    contract_end: Annotated[Day | None, INTERNAL] = None
    renews_automatically: Annotated[bool | None, INTERNAL] = None
    amends: Annotated[Name, INTERNAL] = ""

    def complaints(self) -> Iterator[Complaint]:
        """A contract does not end before it starts."""
        yield from super().complaints()
        yield from not_before("contract_end", self.contract_end, self.contract_start)
