"""What segregation of duties costs a decision: without conflicts, with them, and with 200 acts.

The three are timed in turn on the same documents, in CPU time of this process, so that what else
the machine does falls on each alike.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from bench import sets
from bench.timing import Record
from bench.workload import make_docs, make_rows
from engine.deciding import decide
from engine.decision import Outcome
from engine.documents.model import Document
from engine.history import NO_HISTORY, History, PastAct
from engine.master_data import MasterData, PersonId
from engine.policy import PolicySet
from engine.routing.distinct import leaves
from engine.segregation.keys import about
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostics

DOCUMENTS = 500
ACTS = 200
CONFLICTS = """kind: controls
scope: group
amount: document.net
currency: EUR
segregation:
  duties:
    maintain: {documents: [supplier_request], acts: [submit, approve]}
    order: {documents: [purchase_order], acts: [submit, buy]}
    receive: {documents: [goods_receipt], acts: [submit, receive]}
    submit: {acts: [submit, request]}
    approve: {acts: [approve]}
    keep_suppliers: {roles: [group_controller]}
  conflicts:
    - {name: C-1, duties: [maintain, approve], on: same_supplier, within: 90 days, outcome: block}
    - {name: C-2, duties: [order, approve], on: same_chain, within: 365 days, outcome: warn}
    - {name: C-3, duties: [receive, approve], on: same_chain, outcome: warn, between: related}
    - {name: C-4, duties: [submit, approve], on: same_object, within: 30 days, outcome: warn}
    - {name: C-5, duties: [submit, maintain], on: same_supplier, within: 30 days, outcome: warn}
    - {name: C-6, duties: [keep_suppliers, maintain], on: person, outcome: block}
"""


def measure(n: int, passes: int) -> Record:
    """CPU microseconds a decision at the median: without conflicts, with them, with a history."""
    rows = make_rows(n)
    data = sets.master_data()
    plain = _compiled(sets.files(rows, chains=True))
    ruled = _compiled(sets.files(rows, chains=True) | {"controls/duties.yaml": CONFLICTS.encode()})
    documents = [sets.document(doc) for doc in make_docs(rows, DOCUMENTS)]
    histories = [_history(plain, data, document) for document in documents]
    none = [NO_HISTORY] * len(documents)
    spent: dict[str, list[float]] = {"us_without": [], "us_with": [], "us_with_acts": []}
    routed = sum(
        decide(ruled, data, document, sets.NOW, history=history).outcome is Outcome.ROUTE
        for document, history in zip(documents, histories, strict=True)
    )
    gc.collect()
    gc.freeze()
    for _ in range(passes):
        spent["us_without"].append(_median(plain, data, documents, none))
        spent["us_with"].append(_median(ruled, data, documents, none))
        spent["us_with_acts"].append(_median(ruled, data, documents, histories))
    return {
        "acts": ACTS,
        "documents": len(documents),
        "routed": routed,
        **{name: median(each) for name, each in spent.items()},
    }


def text(record: Record) -> str:
    """The line that is printed about it."""
    return (
        f"segregation of duties, {record['n']:,} rows: {record['us_without']:.0f} us without"
        f" conflicts, {record['us_with']:.0f} us with 6 of them, {record['us_with_acts']:.0f} us"
        f" against {record['acts']} acts"
    )


def _compiled(files: dict[str, bytes]) -> PolicySet:
    found = Diagnostics()
    policy = compile_set(files, found)
    if policy is None:
        raise ValueError(found.render())
    return policy


def _median(
    policy: PolicySet,
    data: MasterData,
    documents: Sequence[Document],
    histories: Sequence[History],
) -> float:
    each = []
    for document, history in zip(documents, histories, strict=True):
        began = time.process_time_ns()
        decide(policy, data, document, sets.NOW, history=history)
        each.append(time.process_time_ns() - began)
    return median(each) / 1_000


def _history(policy: PolicySet, data: MasterData, document: Document) -> History:
    """Acts on documents that share keys with this one, by those who are asked to approve it."""
    chance = random.Random(document.id)
    decision = decide(policy, data, document, sets.NOW)
    places = [p for step in decision.steps for part in step.parts for p in leaves(part)]
    asked = {assignee.person for place in places for assignee in place.assignees}
    people = sorted(asked) or sorted(data.people)[:10]
    keys = sorted(about(data, document, sets.NOW))
    types = ("supplier_request", "purchase_order", "goods_receipt", "vendor_invoice")
    acts = tuple(
        PastAct(
            person=PersonId(chance.choice(people)),
            act=chance.choice(("submit", "approve", "buy", "receive")),
            document_type=chance.choice(types),
            document_id=f"E-{number}",
            at=sets.NOW - timedelta(days=chance.randint(0, 400)),
            keys=frozenset([f"document:other/{number}", *chance.sample(keys, 2)]),
        )
        for number in range(ACTS)
    )
    return History(acts, frozenset((act.document_type, act.document_id) for act in acts[:20]))
