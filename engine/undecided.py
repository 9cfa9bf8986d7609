"""What stands in the place of a decision where no rule was asked: held, with code and owner."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.decision import Decision, Held, Outcome
from engine.documents.model import Document
from engine.master_data import MasterData
from engine.places import NOWHERE
from engine.policy import PolicySet
from engine.recording import decision_digest

SET_UNUSABLE: Final = "set_unusable"


def undecided(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    at: datetime,
    held: Held,
) -> Decision:
    """A decision that says why there is none."""
    decision = Decision(
        outcome=Outcome.HELD,
        now=at,
        document=document.id,
        document_digest=document.digest,
        policy=policy.name,
        policy_digest=policy.digest,
        data_digest=data.digest,
        held=held,
    )
    object.__setattr__(decision, "digest", decision_digest(decision))  # before anybody sees it
    return decision


def set_unusable(
    policy: PolicySet, data: MasterData, document: Document, at: datetime, routed_under: str
) -> Decision:
    """The set that a case was routed under cannot be loaded with the people of today.

    `policy` is the set in force: whoever may put another one in force owns it, else the owner of a
    matrix for such documents.
    """
    held = Held(SET_UNUSABLE, (("detail", routed_under),), NOWHERE, _owner(policy, document.type))
    return undecided(policy, data, document, at, held)


def _owner(policy: PolicySet, type: str) -> str:
    changes = policy.set_changes
    owners = [*(changes.activated_by if changes is not None else ())]
    owners += [each.owner for each in policy.matrices if type in each.documents]
    return next((owner for owner in owners if owner), "")
