"""Acts that one person may not both have done, on the document or its chain: nothing is released.

Asked of what has happened, when nothing more has to be approved, however the acts came in.
"""

from __future__ import annotations

from datetime import datetime

from engine.documents.model import Document
from engine.history import History, PastAct
from engine.master_data import MasterData
from engine.places import NOWHERE
from engine.policy import PolicySet
from engine.rates import Shortage
from engine.readiness.finding import Evidence, Finding, Severity
from engine.segregation.standing import Breach, chain_conflicts


def duties_of(
    policy: PolicySet, data: MasterData, document: Document, now: datetime, history: History
) -> tuple[Finding, ...]:
    """A finding for each pair of acts that a conflict forbids; nobody releases one."""
    if not policy.conflicts:
        return ()
    found = chain_conflicts(policy, data, document, now, history)
    if isinstance(found, Shortage):
        words = (("detail", found.detail or found.code),)
        return (Finding("duties_undecided", words, NOWHERE, "", Evidence.OTHER_PEOPLE),)
    return tuple(_finding(breach) for breach in found)


def _finding(breach: Breach) -> Finding:
    words = {
        "conflict": breach.conflict.name,
        "person": str(breach.person),
        "act": _said(breach.act),
        "other": "" if breach.other is None else _said(breach.other),
        "risk": breach.conflict.risk,
    }
    warns = breach.conflict.outcome == "warn"
    return Finding(
        code="duties_in_conflict",
        words=tuple(sorted((name, text) for name, text in words.items() if text)),
        place=breach.conflict.place,
        owner="",
        evidence=Evidence.OTHER_PEOPLE,
        severity=Severity.WARNS if warns else Severity.BLOCKS,
    )


def _said(act: PastAct) -> str:
    return f"{act.act} {act.document_type}/{act.document_id}"
