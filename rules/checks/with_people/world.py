"""A set with its people, and the count of decisions that are left for trying it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.decision import Decision
from engine.documents.model import Document
from engine.facts.kinds import FactValues
from engine.master_data import MasterData
from engine.policy import PolicySet

Decide = Callable[[PolicySet, MasterData, Document, datetime, FactValues], Decision]


@dataclass(slots=True)
class World:
    """One run. `left` counts decisions down; beyond it nothing is decided any more.

    `changes` counts the changes down that are tried as fixes.
    """

    policy: PolicySet
    data: MasterData
    decide: Decide
    now: datetime
    left: int
    changes: int = 4_000

    def decided(
        self,
        document: Document,
        given: FactValues,
        data: MasterData | None = None,
        policy: PolicySet | None = None,
    ) -> Decision | None:
        """The decision, also for other people or another set; `None` where none are left."""
        if self.left <= 0:
            return None
        self.left -= 1
        return self.decide(policy or self.policy, data or self.data, document, self.now, given)
