"""What is answered about delegations, declared."""

from __future__ import annotations

from pydantic import Field

from api.web.answers import Declared


class UseAnswer(Declared):
    """One accepted act of the delegate, with both names."""

    case: str
    version: int
    action: str
    decided_by: str
    on_behalf_of: str
    at: str


class DelegationAnswer(Declared):
    """One person lets another act for him. Empty lists mean all; `capex` `null` means both.

    `from` and `until` are moments, empty for none. Who made or revoked it, and why, is known where
    that was done in the service. `times_used` and `uses` count what the reader may see.
    """

    id: str
    source: str = Field(description="service: made here; load: of the loaded master data")
    delegator: str
    delegate: str
    state: str = Field(
        description="requested, rejected, withdrawn or lapsed; future, in_force, over or revoked"
    )
    from_: str = Field(alias="from")
    until: str
    documents: list[str]
    entities: list[str]
    categories: list[str]
    capex: bool | None
    cap: str
    papers: list[str]
    case: str = Field(description="where it is approved, if somebody has to agree to it")
    code: str = Field(description="why it lapsed when it was approved")
    requested_at: str
    made_by: str
    made_at: str
    because: str
    revoked_at: str
    revoked_by: str
    revoked_because: str
    times_used: int
    uses: list[UseAnswer]


class DelegationsAnswer(Declared):
    """Delegations in the order of their ids; `next` is what to ask for as `after`."""

    delegations: list[DelegationAnswer]
    next: str | None
