"""A delegation: one person lets another act for him, for a while and within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from engine.documents.fields import CONFIDENTIAL, INTERNAL, Amount, Day, Name, Names
from engine.documents.header import Complaint, Header, not_before


class DelegationRequest(Header):
    """Who for whom, from the first day to the last (both included); empty lists mean all."""

    delegator: Annotated[Name, CONFIDENTIAL] = ""
    delegate: Annotated[Name, CONFIDENTIAL] = ""
    first_day: Annotated[Day | None, INTERNAL] = None
    last_day: Annotated[Day | None, INTERNAL] = None
    delegation_cap: Annotated[Amount | None, CONFIDENTIAL] = None
    delegated_documents: Annotated[Names, INTERNAL] = ()
    delegated_entities: Annotated[Names, INTERNAL] = ()
    delegated_categories: Annotated[Names, INTERNAL] = ()
    delegated_capex: Annotated[bool | None, INTERNAL] = None

    def complaints(self) -> Iterator[Complaint]:
        """Nobody delegates to himself, and no delegation ends before it starts."""
        yield from super().complaints()
        yield from not_before("last_day", self.last_day, self.first_day)
        if self.delegate and self.delegate == self.delegator:
            yield "delegate", "same_person", f"expected another person than `{self.delegator}`"
