"""The ready controls: every pair is there, and each is violated once and seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import pytest
import yaml

from engine.deciding import decide
from engine.decision import Decision, Outcome
from engine.documents import accept
from engine.documents.model import Document
from engine.history import History, PastAct
from engine.master_data import Holding, MasterData, Person, PersonId, Supplier, snapshot
from engine.policy import Conflict, Duty, PolicySet
from engine.segregation.keys import about
from tests.policies.sets import POLICIES, ROOT, checked
from tests.rules.test_reference_examples import base

NOW: Final = datetime(2027, 3, 15, 14, tzinfo=UTC)
PAIRS: Final[list[dict[str, str]]] = yaml.safe_load(
    (ROOT / "tests" / "policies" / "duty_pairs.yaml").read_text()
)["pairs"]
EVERYTHING: Final = b"""kind: approvals
name: everything
documents: [requisition, contract, purchase_order, goods_receipt, invoice, credit_note,
            expense_report, supplier_request, payment, journal_entry,
            customer_refund, policy_change, delegation]
amount: none
rows:
  - {approve: buyer}
"""
PAUL: Final = PersonId("paul")
PARTS: Final = {
    "submit": "submitter",
    "request": "requester",
    "buy": "buyer",
    "receive": "receiver",
}
WORTHLESS: Final = ("supplier_request", "policy_change", "delegation")


@cache
def policy() -> PolicySet:
    files = base()
    files["approvals/purchases.yaml"] = EVERYTHING
    for name, folder in (("segregation_of_duties", "controls/"), ("access_roles", "")):
        files[f"{folder}{name}.yaml"] = (POLICIES / "controls" / f"{name}.yaml").read_bytes()
    made, found = checked(files)
    assert made is not None, found.render()
    return made


def conflicts() -> list[Conflict]:
    return list(policy().conflicts)


def data(*roles: str) -> MasterData:
    """Paul and Ann may approve everything; Paul has access to these functions as well."""
    return snapshot(
        "d",
        people=[Person(PersonId(name), name, "US01") for name in ("paul", "ann", "rita", "mia")],
        holdings=[
            Holding("buyer", PAUL),
            Holding("buyer", PersonId("ann")),
            *(Holding(role, PAUL) for role in roles),
        ],
        suppliers=[Supplier("S-1", "Globex", status="active")],
    )


def document(type_: str, id_: str, **stated: Any) -> Document:
    """One document of supplier S-1 within the chain of contract C-1, by Rita and Mia."""
    raw = {
        "type": type_,
        "id": id_,
        "entity": "US01",
        "currency": "USD",
        "requester": "rita",
        "submitter": "mia",
        "supplier": "S-1",
        "contract": "C-1",
        **({} if type_ in WORTHLESS else {"amount": "-1.00" if type_ == "credit_note" else "1.00"}),
        **stated,
    }
    return accept(raw, policy().facts, policy().documents, received_at=NOW)


def decided(held: MasterData, of: Document, *acts: PastAct) -> Decision:
    return decide(policy(), held, of, NOW, history=History(acts))


def named(decision: Decision) -> set[str]:
    """The conflicts that the decision says something about Paul under."""
    words = [passed.words for passed in decision.passed_over if passed.person == PAUL]
    words += [reason.words for reason in decision.reasons if ("person", "paul") in reason.words]
    if decision.held is not None and ("person", "paul") in decision.held.words:
        words.append(decision.held.words)
    return {text for each in words for name, text in each if name == "detail"}


def joined(one: Duty, other: Duty) -> list[Decision]:
    """Paul did the one and would do, or did, the other: every way to bring the two together."""
    found = []
    for first in sorted(one.documents):
        for act in sorted(one.acts):
            for second in sorted(other.documents):
                for then in sorted(other.acts):
                    found.append(_joined(first, act, second, then))
    return found


def _joined(first: str, act: str, second: str, then: str) -> Decision:
    held = data()
    before = document(first, "D-1")
    at = NOW - timedelta(days=1)
    past = PastAct(PAUL, act, first, "D-1", at, about(held, before, at))
    stated = {PARTS[then]: "paul"} if then in PARTS else {}
    id_ = "D-1" if first == second else "D-2"
    return decided(held, document(second, id_, **stated), past)


def holding(conflict: Conflict) -> list[Decision]:
    """Paul has access to both, or to the one and does the other."""
    one, other = (policy().duties[name] for name in conflict.duties)
    both = data(*one.roles, *other.roles)
    types = sorted(one.documents | other.documents) or ["invoice"]
    found = [decided(both, document(name, "D-1")) for name in types]
    for role, act in ((one, other), (other, one)):
        for word in sorted(act.acts - {"approve"}):
            for name in sorted(act.documents):
                stated = document(name, "D-1", **{PARTS[word]: "paul"})
                found.append(decided(data(*role.roles), stated))
    return found


@pytest.mark.parametrize("conflict", conflicts(), ids=lambda conflict: conflict.name)
def test_whoever_violates_a_pair_is_seen(conflict: Conflict) -> None:
    one, other = (policy().duties[name] for name in conflict.duties)
    if conflict.on == "person":
        found = holding(conflict)
    else:
        found = [*joined(one, other), *joined(other, one)]
    assert found, "no way to violate it"
    assert any(conflict.name in named(decision) for decision in found)
    for decision in found if conflict.outcome == "block" else ():
        parts = [part for step in decision.steps for part in step.parts]
        asked = {assignee.person for part in parts for assignee in part.assignees}  # type: ignore[union-attr]
        assert decision.outcome is Outcome.HELD or PAUL not in asked


@pytest.mark.parametrize("conflict", conflicts(), ids=lambda conflict: conflict.name)
def test_whoever_does_one_of_the_two_is_not(conflict: Conflict) -> None:
    """Ann does the other: nothing is said of Paul under this conflict."""
    for type_ in ("invoice", "payment", "purchase_order"):
        assert conflict.name not in named(decided(data(), document(type_, "D-9")))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["id"])
def test_every_pair_is_there_with_its_risk_and_level(pair: dict[str, str]) -> None:
    found = [c for c in conflicts() if c.name in (pair["id"], f"{pair['id']}-access")]
    assert pair["id"] in {conflict.name for conflict in found}
    for conflict in found:
        assert conflict.duties == (pair["a"], pair["b"])
        assert conflict.risk == pair["risk"]
        assert conflict.outcome == ("block" if pair["level"] in "CH" else "warn")
    ways = {conflict.on for conflict in found}
    assert pair["scope"] != "user" or ways == {"person"}
    duties = [policy().duties[pair[side]] for side in "ab"]
    if pair["scope"] != "user" and all(duty.acts for duty in duties):
        assert ways - {"person"}, "both are acts on documents, and nothing compares them"


def test_nothing_else_is_in_the_file() -> None:
    ids = {pair["id"] for pair in PAIRS}
    assert {conflict.name.removesuffix("-access") for conflict in conflicts()} == ids
    used = {name for conflict in conflicts() for name in conflict.duties}
    assert used == policy().duties.keys()
