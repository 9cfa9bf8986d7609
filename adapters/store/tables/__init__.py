"""The tables, a module for each thing they are about.

What is JSON is text as `engine.canonical` writes it, except that of a document: its restricted
fields are sealed (`adapters/encryption.py`).
"""

from adapters.store.tables.arrangements import arrangements, questions, remarks, returns
from adapters.store.tables.cases import (
    acts,
    answers,
    call_backs,
    cases,
    claims,
    releases,
    seeds,
    tasks,
    versions,
)
from adapters.store.tables.common import Moment, metadata, moment_as_kept
from adapters.store.tables.controls import (
    contributions,
    document_keys,
    mitigation_uses,
    past_acts,
    review_causes,
    review_tasks,
    reviews,
    subjects,
)
from adapters.store.tables.deadlines import deadlines, escalations, notices
from adapters.store.tables.delegations import delegation_requests, delegations
from adapters.store.tables.delivery import exceptions, outbox, receipts
from adapters.store.tables.evidence import (
    contents,
    in_force,
    in_force_history,
    trail,
    trail_end,
)
from adapters.store.tables.policy import proposals
from adapters.store.tables.retention import legal_holds, texts
from adapters.store.tables.trees import checkpoints, logs, time_stamps, tree_tiles

__all__ = [
    "Moment",
    "acts",
    "answers",
    "arrangements",
    "call_backs",
    "cases",
    "checkpoints",
    "claims",
    "contents",
    "contributions",
    "deadlines",
    "delegation_requests",
    "delegations",
    "document_keys",
    "escalations",
    "exceptions",
    "in_force",
    "in_force_history",
    "legal_holds",
    "logs",
    "metadata",
    "mitigation_uses",
    "moment_as_kept",
    "notices",
    "outbox",
    "past_acts",
    "proposals",
    "questions",
    "receipts",
    "releases",
    "remarks",
    "returns",
    "review_causes",
    "review_tasks",
    "reviews",
    "seeds",
    "subjects",
    "tasks",
    "texts",
    "time_stamps",
    "trail",
    "trail_end",
    "tree_tiles",
    "versions",
]
