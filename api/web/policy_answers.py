"""What is answered about policy sets, declared."""

from __future__ import annotations

from pydantic import Field

from api.web.answers import Declared


class HeldSetAnswer(Declared):
    """One set while it was in force; `how` is the kind of the record at `position`."""

    set: str
    since: str
    until: str
    how: str
    position: int


class SetsAnswer(Declared):
    """The set in force, the one that going back would put in its place (or none), and all."""

    in_force: str
    before: str
    history: list[HeldSetAnswer]


class DifferenceAnswer(Declared):
    """One difference in words; looser, stricter or different."""

    area: str
    direction: str
    says: str


class EffectAnswer(Declared):
    """Documents that the two sets answer differently, with one of them."""

    direction: str
    documents: str
    before: str
    after: str
    witness: str


class ProposalAnswer(Declared):
    """A proposed set. It is approved by acting on its case, like any document."""

    case: str
    set: str
    based_on: str
    proposed_by: str
    proposed_at: str
    because: str
    effective_at: str
    status: str = Field(description="proposed, scheduled, activated, cancelled or lapsed")
    approval: str = Field(description="the status of the case")
    code: str = Field(description="why it lapsed")
    changed_by: str
    changed_at: str
    is_based_on_what_is_in_force: bool
    differences: list[DifferenceAnswer]
    effects: list[EffectAnswer]
    not_proved: list[str]


class ProposalsAnswer(Declared):
    """Proposals, newest first; `next` is what to ask for as `before`."""

    proposals: list[ProposalAnswer]
    next: int | None


class RolledBackAnswer(Declared):
    """What was in force, and what is."""

    before: str
    after: str
