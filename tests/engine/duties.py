"""A small company in which people do several things on several documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from engine.deciding import decide
from engine.decision import Decision
from engine.documents import accept
from engine.documents.model import Document
from engine.history import History, PastAct
from engine.master_data import (
    Dated,
    Delegation,
    Holding,
    MasterData,
    Person,
    PersonId,
    Relation,
    Supplier,
    snapshot,
)
from engine.policy import PolicySet
from engine.routing.distinct import leaves
from engine.segregation.keys import about
from engine.tokens import token
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostics

NOON = datetime(2027, 5, 1, 16, tzinfo=UTC)  # in New York
PAUL, PETRA, TINA, RITA, MIA = map(PersonId, ("paul", "petra", "tina", "rita", "mia"))
PEOPLE = ("paul", "petra", "tina", "rita", "mia", "noah")

FILES = {
    "policy.yaml": """
kind: set
name: duties
language: 1
credits: absolute
for_all_files: {currency: USD, owner: cfo}
""",
    "organization.yaml": """
kind: organization
entities:
  US01: {country: US, region: americas, currency: USD, zone: America/New_York, tax_recovery: 100%}
roles:
  ap: {}
  cfo: {seats: 1}
  vendor_master: {}
""",
    "handling.yaml": """
kind: handling
delegation:
  - {documents: [invoice, payment, purchase_order, supplier_request], limit: delegator}
""",
    "approvals/all.yaml": """
kind: approvals
name: all
documents: [requisition, contract, purchase_order, goods_receipt, invoice, credit_note, payment]
amount: document.net
rows:
  - {approve: ap}
""",
    "approvals/requests.yaml": """
kind: approvals
name: requests
documents: [supplier_request]
amount: none
rows:
  - {approve: ap}
""",
}
DUTIES = """
  duties:
    maintain_supplier: {documents: [supplier_request], acts: [submit, approve]}
    submit_invoice: {documents: [invoice], acts: [submit]}
    approve_invoice: {documents: [invoice], acts: [approve]}
    order: {documents: [purchase_order], acts: [submit, buy]}
    receive: {documents: [goods_receipt], acts: [receive]}
    pay: {documents: [payment], acts: [approve]}
    keep_suppliers: {roles: [vendor_master]}
"""


@cache
def policy(
    conflicts: str,
    mitigations: str = "",
    rows: str = "  - {approve: ap}\n",
    stand_ins: str = "",
) -> PolicySet:
    """The set with these conflicts, one a line, mitigations and stand-ins."""
    listed = "".join(f"    - {{{line}}}\n" for line in conflicts.strip().splitlines())
    text = f"kind: controls\namount: document.net\nsegregation:{DUTIES}  conflicts:\n{listed}"
    if mitigations:
        more = "".join(f"    - {{{line}}}\n" for line in mitigations.strip().splitlines())
        text += f"  mitigations:\n{more}"
    files = FILES | {"controls/duties.yaml": text}
    files["approvals/all.yaml"] = FILES["approvals/all.yaml"].replace("  - {approve: ap}\n", rows)
    if stand_ins:
        files["handling.yaml"] += f"stand_ins:\n  - {{{stand_ins}}}\n"
    found = Diagnostics()
    made = compile_set({name: each.encode() for name, each in files.items()}, found)
    assert made is not None, found.render()
    return made


def data(
    *,
    ap: Iterable[str] = ("paul", "petra", "noah"),
    cfo: str = "tina",
    delegations: Iterable[Delegation] = (),
    relations: Iterable[Relation] = (),
    holdings: Iterable[Holding] = (),
    groups: Mapping[str, str] | None = None,
) -> MasterData:
    """Everybody, who holds what, and three suppliers of which two are a group."""
    held = [Holding("ap", PersonId(name)) for name in ap]
    groups = {"S-1": "G-1", "S-2": "G-1"} if groups is None else groups
    return snapshot(
        "d",
        people=[Person(PersonId(name), name, "US01") for name in PEOPLE],
        logins=[(f"{name}.x", Dated(PersonId(name))) for name in PEOPLE],
        holdings=[*held, Holding("cfo", PersonId(cfo)), *holdings],
        delegations=delegations,
        suppliers=[
            Supplier(
                name,
                name,
                groups.get(name, ""),
                "active",
                tax_ids=frozenset({token("tax_id", f"TAX {name}")}),
            )
            for name in ("S-1", "S-2", "S-88")
        ],
        relations=relations,
    )


def document(policy_: PolicySet, now: datetime = NOON, **stated: Any) -> Document:
    """An invoice of S-88 over 100.00 that Rita wants and Mia submits, unless said otherwise."""
    raw: dict[str, Any] = {
        "type": "invoice",
        "id": "INV-1",
        "entity": "US01",
        "currency": "USD",
        "requester": "rita",
        "submitter": "mia",
        "supplier": "S-88",
        "amount": "100.00",
        **stated,
    }
    if raw["type"] == "supplier_request":
        del raw["amount"]
    given = {name: value for name, value in raw.items() if value is not None}
    return accept(given, policy_.facts, policy_.documents, received_at=now)


def did(
    document_: Document, person: str, act: str, at: datetime, data_: MasterData, **more: Any
) -> PastAct:
    """What somebody did on a document then, with the keys it had."""
    keys = about(data_, document_, at)
    return PastAct(PersonId(person), act, document_.type, document_.id, at, keys, **more)


def decided(
    policy_: PolicySet,
    data_: MasterData,
    document_: Document,
    *acts: PastAct,
    now: datetime = NOON,
    **more: Any,
) -> Decision:
    """The decision with these acts as history."""
    return decide(policy_, data_, document_, now, history=History(acts, **more))


def asked(decision: Decision) -> set[str]:
    """Everybody who may act on the route."""
    return {
        str(assignee.person)
        for step in decision.steps
        for part in step.parts
        for place in leaves(part)
        for assignee in place.assignees
    }


def why(decision: Decision, person: str) -> dict[str, str]:
    """Why somebody was passed over: the code and its words."""
    return next(
        {"code": passed.code, **dict(passed.words)}
        for passed in decision.passed_over
        if passed.person == person
    )
