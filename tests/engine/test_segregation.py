"""Segregation of duties over documents and time (B4): scenarios 24 and 25."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.decision import Outcome
from engine.history import NO_HISTORY, PastAct
from engine.master_data import Delegation, Holding, PersonId, Relation, Span
from engine.routing.distinct import leaves
from engine.segregation.keys import about, chain_of
from engine.segregation.recorded import uses
from tests.engine.duties import (
    NOON,
    PAUL,
    PETRA,
    TINA,
    asked,
    data,
    decided,
    did,
    document,
    policy,
    why,
)

CREATED = datetime(2027, 2, 1, 15, tzinfo=UTC)
CREATOR = policy(
    "name: P2P-01, duties: [maintain_supplier, approve_invoice], on: same_supplier,"
    " within: 90 days, outcome: block"
)
REQUEST = document(CREATOR, CREATED, type="supplier_request", id="SR-88", submitter="paul")


def on(day: str, hour: int = 16) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00")


# --- scenario 24


@pytest.mark.parametrize(
    ("day", "is_asked"),
    [("2027-05-01", False), ("2027-05-02", False), ("2027-05-03", True)],
)
def test_who_created_a_supplier_does_not_approve_its_invoices_for_90_days(
    day: str, is_asked: bool
) -> None:
    act = did(REQUEST, "paul", "submit", CREATED, data())
    decision = decided(CREATOR, data(), document(CREATOR), act, now=on(day))
    assert asked(decision) == {"petra", "noah"} | ({"paul"} if is_asked else set())
    if not is_asked:
        assert why(decision, "paul") == {
            "code": "segregation",
            "detail": "P2P-01",
            "act": "submit",
            "document": "supplier_request SR-88",
            "day": "2027-02-01",
        }


def test_days_are_those_of_the_entity() -> None:
    """At 03:00 UTC it is still the day before in New York."""
    act = did(REQUEST, "paul", "submit", CREATED, data())
    invoice = document(CREATOR)
    assert "paul" not in asked(decided(CREATOR, data(), invoice, act, now=on("2027-05-03", 3)))
    assert "paul" in asked(decided(CREATOR, data(), invoice, act, now=on("2027-05-03", 5)))


def test_of_several_acts_the_latest_is_named() -> None:
    first = did(REQUEST, "paul", "submit", CREATED, data())
    later = did(replace(REQUEST, id="SR-89"), "paul", "approve", on("2027-03-01"), data())
    for acts in ((first, later), (later, first)):
        decision = decided(CREATOR, data(), document(CREATOR), *acts)
        assert why(decision, "paul")["document"] == "supplier_request SR-89"


# --- scenario 25

ME_12 = (
    "name: ME-12, conflict: P2P-01, person: petra, cap: 5_000.00 USD, until: 2027-06-30,"
    " monitor: tina, review_every: 30 days"
)
MITIGATED = policy(
    "name: P2P-01, duties: [maintain_supplier, approve_invoice], on: same_supplier,"
    " within: 365 days, outcome: mitigate",
    ME_12,
)
BY_PETRA = did(REQUEST, "petra", "submit", CREATED, data())


def test_a_mitigation_lets_through_up_to_its_cap_and_is_named_with_its_monitor() -> None:
    invoice = document(MITIGATED, amount="5000.00")
    decision = decided(MITIGATED, data(), invoice, BY_PETRA, now=on("2027-05-01"))
    assert "petra" in asked(decision)
    (use,) = [reason for reason in decision.reasons if reason.code == "mitigated"]
    words = dict(use.words)
    assert (words["mitigation"], words["monitor"], words["person"]) == ("ME-12", "tina", "petra")
    assert (words["detail"], words["document"]) == ("P2P-01", "supplier_request SR-88")
    assert uses(decision, PETRA) == {"ME-12"}
    assert uses(decision, PAUL) == frozenset()


@pytest.mark.parametrize(
    ("amount", "day", "why_not"),
    [
        ("5000.01", "2027-05-01", "over_cap"),
        ("1.00", "2027-07-01", "ended"),
        ("5000.01", "2027-07-01", "ended"),
    ],
)
def test_a_mitigation_ends_with_its_cap_and_its_last_day(
    amount: str, day: str, why_not: str
) -> None:
    invoice = document(MITIGATED, amount=amount)
    decision = decided(MITIGATED, data(), invoice, BY_PETRA, now=on(day))
    assert "petra" not in asked(decision)
    assert why(decision, "petra")[why_not] == "ME-12"
    assert not [reason for reason in decision.reasons if reason.code == "mitigated"]


def test_a_mitigation_holds_until_the_end_of_its_last_day() -> None:
    invoice = document(MITIGATED)
    for moment, is_asked in ((on("2027-06-30", 23), True), (on("2027-07-01", 3), True)):
        assert ("petra" in asked(decided(MITIGATED, data(), invoice, BY_PETRA, now=moment))) is (
            is_asked
        )
    late = decided(MITIGATED, data(), invoice, BY_PETRA, now=on("2027-07-01", 5))
    assert "petra" not in asked(late)


@pytest.mark.parametrize(("day", "is_asked"), [("2027-05-31", True), ("2027-06-01", False)])
def test_unreviewed_uses_suspend_a_mitigation_after_30_days(day: str, is_asked: bool) -> None:
    used = {"ME-12": on("2027-05-01")}
    decision = decided(
        MITIGATED, data(), document(MITIGATED), BY_PETRA, now=on(day), unreviewed=used
    )
    assert ("petra" in asked(decision)) is is_asked
    if not is_asked:
        assert why(decision, "petra")["unreviewed"] == "ME-12"


def test_a_mitigation_is_for_one_person_and_one_conflict() -> None:
    act = did(REQUEST, "paul", "submit", CREATED, data())
    assert "paul" not in asked(decided(MITIGATED, data(), document(MITIGATED), act))
    other = policy(
        "name: P2P-01, duties: [maintain_supplier, pay], on: same_supplier, outcome: mitigate\n"
        "name: P2P-02, duties: [maintain_supplier, approve_invoice], on: same_supplier,"
        " outcome: mitigate",
        ME_12,
    )
    assert "petra" not in asked(decided(other, data(), document(other), BY_PETRA))


def test_nobody_monitors_himself_under_another_name() -> None:
    set_ = policy(
        "name: P2P-01, duties: [maintain_supplier, approve_invoice], on: same_supplier,"
        " outcome: mitigate",
        ME_12.replace("monitor: tina", "monitor: petra.x"),
    )
    decision = decided(set_, data(), document(set_), BY_PETRA)
    assert why(decision, "petra")["self_monitored"] == "ME-12"


# --- how documents are related

ON = {
    on_: policy(
        f"name: C, duties: [maintain_supplier, approve_invoice], on: {on_}, outcome: block\n"
        f"name: D, duties: [order, approve_invoice], on: {on_}, outcome: block\n"
        f"name: E, duties: [receive, pay], on: {on_}, outcome: block\n"
        f"name: F, duties: [submit_invoice, pay], on: {on_}, outcome: block"
    )
    for on_ in ("same_chain", "same_supplier", "same_object")
}
ORDER: dict[str, Any] = {"type": "purchase_order", "id": "PO-1", "buyer": "paul"}


RUN = {
    "type": "payment",
    "id": "RUN-1",
    "supplier": "S-88",
    "amount": None,
    "lines": [
        {"net": "1.00", "pays": "INV-7", "pays_supplier": "S-2", "pay_to": [{"account": "1234"}]}
    ],
}


def is_barred(set_: str, first: Mapping[str, Any], act: str, second: Mapping[str, Any]) -> bool:
    """Whether Paul, who did that on the first document, may not approve the second."""
    policy_, data_ = ON[set_], data()
    past = did(document(policy_, CREATED, **first), "paul", act, CREATED, data_)
    return "paul" not in asked(decided(policy_, data_, document(policy_, **second), past))


@pytest.mark.parametrize(
    ("set_", "first", "act", "second", "barred"),
    [
        ("same_chain", ORDER, "buy", {"purchase_order": "PO-1"}, True),
        ("same_chain", {**ORDER, "number": "4711"}, "buy", {"purchase_order": "4711"}, True),
        ("same_chain", ORDER, "buy", {"purchase_order": "PO-2"}, False),
        ("same_chain", {**ORDER, "contract": "C-1"}, "buy", {"contract": "C-1"}, True),
        ("same_chain", ORDER, "submit", {"source_ids": {"purchase_order": "PO-1"}}, True),
        ("same_chain", ORDER, "submit", {"source_ids": {"coupa": "PO-1"}}, False),
        (
            "same_chain",
            {"type": "goods_receipt", "id": "GR-2", "purchase_order": "PO-1"},
            "receive",
            {"type": "payment", "id": "PAY-1", "purchase_order": "PO-1"},
            True,
        ),
        ("same_chain", {}, "submit", {"type": "payment", "id": "P", "pays": ["INV-1"]}, True),
        ("same_chain", {}, "submit", {**RUN, "lines": [{"net": "1.00", "pays": "INV-1"}]}, True),
        ("same_chain", {}, "submit", {**RUN, "lines": [{"net": "1.00", "pays": "INV-2"}]}, False),
        ("same_supplier", {**ORDER, "supplier": "S-1"}, "buy", {"supplier": "S-2"}, True),
        ("same_supplier", {**ORDER, "supplier": "S-1"}, "buy", {"supplier": "S-88"}, False),
        ("same_supplier", {**ORDER, "supplier": None}, "buy", {"supplier": None}, False),
        ("same_object", {**ORDER, "project": "P-1"}, "buy", {"project": "P-1"}, True),
        ("same_object", {**ORDER, "project": "P-1"}, "buy", {"project": "P-2"}, False),
        ("same_object", {**ORDER, "contract": "C-1"}, "buy", {"contract": "C-1"}, True),
        ("same_object", ORDER, "buy", {"purchase_order": "PO-1"}, False),
    ],
)
def test_documents_are_related_by_what_they_name(
    set_: str, first: Mapping[str, Any], act: str, second: Mapping[str, Any], barred: bool
) -> None:
    assert is_barred(set_, first, act, second) is barred


def test_lines_count_for_the_object_of_a_document() -> None:
    """A split by line names the project on one line only."""
    lines = [{"net": "50.00"}, {"net": "50.00", "project": "P-1"}]
    first = {**ORDER, "amount": None, "lines": lines}
    assert is_barred("same_object", first, "buy", {"project": "P-1"})
    assert is_barred(
        "same_object", {**ORDER, "project": "P-1"}, "buy", {"amount": None, "lines": lines}
    )


def test_a_payment_run_is_about_the_supplier_and_the_account_of_each_line() -> None:
    set_, data_ = ON["same_supplier"], data()
    run = about(data_, document(set_, **RUN), NOON)
    paid = document(set_, type="payment", id="P", supplier=None, pay_to=[{"account": "12 34"}])
    for other in (document(set_, id="INV-9", supplier="S-1"), paid):
        shared = {key for key in run & about(data_, other, NOON) if not key.startswith("document")}
        assert shared, other


def test_a_supplier_without_an_id_is_known_by_its_tax_id() -> None:
    request = {"type": "supplier_request", "id": "SR", "supplier": None, "tax_ids": ["tax-s.88"]}
    assert is_barred("same_supplier", request, "submit", {"supplier": "S-88"})
    assert not is_barred("same_supplier", request, "submit", {"supplier": "S-1"})


def test_neither_joining_nor_leaving_a_group_hides_an_act() -> None:
    set_, apart = ON["same_supplier"], data(groups={})
    for then, now in ((data(), apart), (apart, data())):
        first = document(set_, CREATED, **{**ORDER, "supplier": "S-1"})
        act = did(first, "paul", "buy", CREATED, then)
        assert "paul" not in asked(decided(set_, now, document(set_, supplier="S-2"), act))


def test_a_chain_leads_over_any_number_of_documents() -> None:
    set_, data_ = ON["same_chain"], data()
    receipt = document(set_, type="goods_receipt", id="GR-1", purchase_order="PO-1")
    invoice = document(set_, id="INV-1", purchase_order="PO-1", number="77")
    note = document(set_, type="credit_note", id="CN-1", corrects="77", amount="-1.00")
    payment = document(set_, type="payment", id="PAY-1", pays=["CN-1"])
    other = document(set_, type="payment", id="PAY-2", pays=["INV-9"])
    kept = {(d.type, d.id): about(data_, d, NOON) for d in (receipt, invoice, note, payment, other)}

    def look_up(keys: frozenset[str]) -> list[tuple[tuple[str, str], frozenset[str]]]:
        return [(name, theirs) for name, theirs in kept.items() if keys & theirs]

    chain = chain_of(about(data_, payment, NOON), look_up)
    assert chain == kept.keys() - {("payment", "PAY-2")}
    act = did(receipt, "paul", "receive", CREATED, data_)
    assert "paul" not in asked(decided(set_, data_, payment, act, chain=chain))
    assert "paul" in asked(decided(set_, data_, payment, act))


# --- outcomes


def test_what_only_warns_asks_and_says_so() -> None:
    set_ = policy(
        "name: W, duties: [maintain_supplier, approve_invoice], on: same_supplier, outcome: warn"
    )
    act = did(REQUEST, "paul", "submit", CREATED, data())
    decision = decided(set_, data(), document(set_), act)
    assert "paul" in asked(decision)
    (warned,) = [dict(r.words) for r in decision.reasons if r.code == "conflict_warned"]
    assert (warned["person"], warned["document"]) == ("paul", "supplier_request SR-88")


def test_what_was_done_already_holds_the_document() -> None:
    set_ = policy("name: C, duties: [order, receive], on: same_chain, outcome: block")
    order = document(set_, CREATED, **ORDER)
    act = did(order, "paul", "buy", CREATED, data())
    receipt = document(
        set_, type="goods_receipt", id="GR-1", purchase_order="PO-1", receiver="paul"
    )
    decision = decided(set_, data(), receipt, act)
    assert decision.outcome is Outcome.HELD
    assert decision.held is not None
    words = dict(decision.held.words)
    assert (decision.held.code, words["person"]) == ("duties_joined", "paul")
    assert decision.held.owner == "cfo"
    assert (words["document"], words["own_document"]) == (
        "purchase_order PO-1",
        "goods_receipt GR-1",
    )
    other = replace(receipt, receiver="noah")
    assert decided(set_, data(), other, act).outcome is Outcome.ROUTE


def test_two_acts_on_one_document_hold_it() -> None:
    set_ = policy("name: C, duties: [order, order], on: same_document, outcome: block")
    both = document(set_, type="purchase_order", id="PO-1", submitter="paul", buyer="paul.x")
    assert decided(set_, data(), both).outcome is Outcome.HELD
    apart = replace(both, buyer="noah")
    assert decided(set_, data(), apart).outcome is Outcome.ROUTE


def test_what_was_done_for_the_person_named_is_his() -> None:
    set_ = policy("name: C, duties: [order, receive], on: same_chain, outcome: block")
    order = document(set_, CREATED, **ORDER)
    stated: dict[str, Any] = {"type": "goods_receipt", "purchase_order": "PO-1"}
    receipt = document(set_, id="GR-1", receiver="paul", **stated)
    acts = [
        did(order, "paul", "buy", CREATED, data()),
        did(receipt, "noah", "receive", CREATED, data(), on_behalf_of=PAUL),
    ]
    decision = decided(set_, data(), receipt, *acts)
    assert decision.held is not None
    assert ("person", "paul") in decision.held.words


def test_one_act_is_no_conflict_with_itself() -> None:
    set_ = policy(
        "name: C, duties: [submit_invoice, submit_invoice], on: same_document, outcome: block"
    )
    assert decided(set_, data(), document(set_, submitter="paul")).outcome is Outcome.ROUTE


def test_a_role_held_conflicts_with_approving() -> None:
    set_ = policy("name: R, duties: [keep_suppliers, approve_invoice], on: person, outcome: block")
    held = data(holdings=[Holding("vendor_master", PAUL)])
    assert asked(decided(set_, held, document(set_))) == {"petra", "noah"}
    order = document(set_, type="purchase_order", id="PO-1")
    assert "paul" in asked(decided(set_, held, order))


def test_a_role_held_conflicts_with_what_was_done() -> None:
    set_ = policy("name: R, duties: [keep_suppliers, submit_invoice], on: person, outcome: block")
    held = data(holdings=[Holding("vendor_master", PAUL)])
    decision = decided(set_, held, document(set_, submitter="paul"))
    assert decision.held is not None
    assert decision.held.code == "duties_joined"


# --- who counts as one person

MARRIED = Relation(PETRA, PAUL)
RELATED = policy(
    "name: P2P-01, duties: [maintain_supplier, approve_invoice], on: same_supplier,"
    " between: related, outcome: block\n"
    "name: R, duties: [keep_suppliers, approve_invoice], on: person, between: related,"
    " outcome: block"
)


@pytest.mark.parametrize("relation", [MARRIED, Relation(PAUL, PETRA)])
def test_persons_related_to_each_other_count_as_one(relation: Relation) -> None:
    act = did(REQUEST, "paul", "submit", CREATED, data())
    decision = decided(RELATED, data(relations=[relation]), document(RELATED), act)
    assert asked(decision) == {"noah"}
    assert why(decision, "petra")["relative"] == "paul"
    assert asked(decided(CREATOR, data(relations=[relation]), document(CREATOR), act)) == {
        "petra",
        "noah",
    }


def test_a_relation_counts_when_it_holds_now_or_held_then() -> None:
    act = did(REQUEST, "paul", "submit", CREATED, data())
    over = Relation(PAUL, PETRA, Span(None, CREATED + timedelta(days=1)))
    long_over = Relation(PAUL, PETRA, Span(None, CREATED - timedelta(days=1)))
    new = Relation(PAUL, PETRA, Span(NOON - timedelta(days=1), None))
    for relation, is_asked in ((over, False), (new, False), (long_over, True)):
        decision = decided(RELATED, data(relations=[relation]), document(RELATED), act)
        assert ("petra" in asked(decision)) is is_asked


def test_roles_of_relatives_count_too() -> None:
    held = data(relations=[MARRIED], holdings=[Holding("vendor_master", PAUL)])
    assert asked(decided(RELATED, held, document(RELATED))) == {"noah"}


# --- ways around it


def test_another_login_is_the_same_person() -> None:
    set_ = policy(
        "name: C, duties: [submit_invoice, approve_invoice], on: same_document, outcome: block"
    )
    assert "paul" not in asked(decided(set_, data(), document(set_, submitter="paul.x")))


def delegated(delegator: PersonId, delegate: PersonId) -> Delegation:
    return Delegation("D-1", delegator, delegate, Span(None, None))


def test_neither_the_delegate_nor_the_delegator_gets_around_it() -> None:
    act = did(REQUEST, "paul", "submit", CREATED, data())
    for delegation in (delegated(PAUL, TINA), delegated(TINA, PAUL)):
        held = data(ap=("paul", "tina"), delegations=[delegation])
        decision = decided(CREATOR, held, document(CREATOR), act)
        assert asked(decision) == {"tina"}
        places = [p for s in decision.steps for part in s.parts for p in leaves(part)]
        assert not [a for place in places for a in place.assignees if a.on_behalf_of]


def test_who_was_acted_for_did_it_too() -> None:
    act = did(REQUEST, "tina", "approve", CREATED, data(), on_behalf_of=PAUL)
    held = data(ap=("paul", "tina", "noah"))
    assert asked(decided(CREATOR, held, document(CREATOR), act)) == {"noah"}


def test_who_holds_the_post_only_by_delegation_is_barred_with_it() -> None:
    act = did(REQUEST, "noah", "submit", CREATED, data())
    held = data(ap=("paul",), delegations=[delegated(PAUL, PersonId("noah"))])
    assert asked(decided(CREATOR, held, document(CREATOR), act)) == {"paul"}


STOOD_IN = policy(
    "name: P2P-01, duties: [maintain_supplier, approve_invoice], on: same_supplier, outcome: block",
    rows="  - {approve: cfo}\n",
    stand_ins="for: cfo, by: ap, because: [barred]",
)


def test_who_stands_in_for_somebody_barred_has_no_conflict_himself() -> None:
    acts = [did(REQUEST, name, "submit", CREATED, data()) for name in ("tina", "paul")]
    decision = decided(STOOD_IN, data(), document(STOOD_IN), *acts)
    assert asked(decision) == {"petra", "noah"}
    others = [did(REQUEST, name, "approve", CREATED, data()) for name in ("petra", "noah")]
    assert decided(STOOD_IN, data(), document(STOOD_IN), *acts, *others).outcome is Outcome.HELD


def test_a_date_that_the_sender_states_changes_nothing() -> None:
    act = did(REQUEST, "paul", "submit", CREATED, data())
    late: dict[str, Any] = {"submitted_at": "2027-12-31T00:00:00Z", "document_date": "2027-12-31"}
    early: dict[str, Any] = {"submitted_at": "2026-01-01T00:00:00Z", "document_date": "2026-01-01"}
    for stated in (late, early):
        assert "paul" not in asked(decided(CREATOR, data(), document(CREATOR, **stated), act))


def test_the_same_invoice_under_another_id_is_the_same_document() -> None:
    set_ = policy(
        "name: C, duties: [submit_invoice, approve_invoice], on: same_document, outcome: block"
    )
    first = document(set_, CREATED, id="INV-1", number="INV 0077", submitter="paul")
    act = did(first, "paul", "submit", CREATED, data())
    again = document(set_, id="INV-1b", number="inv-0077")
    assert "paul" not in asked(decided(set_, data(), again, act))
    of_another = document(set_, id="INV-1b", number="inv-0077", supplier="S-1")
    assert "paul" in asked(decided(set_, data(), of_another, act))


def test_who_gave_up_the_role_has_still_done_it() -> None:
    act = did(REQUEST, "paul", "approve", CREATED, data())
    moved = data(ap=("petra", "paul"), cfo="paul")
    assert asked(decided(CREATOR, moved, document(CREATOR), act)) == {"petra"}


def test_a_new_submitter_does_not_free_the_first() -> None:
    set_ = policy(
        "name: C, duties: [submit_invoice, approve_invoice], on: same_document, outcome: block"
    )
    first = did(document(set_, submitter="paul"), "paul", "submit", CREATED, data())
    assert asked(decided(set_, data(), document(set_, submitter="noah"), first)) == {"petra"}


def test_nobody_left_holds_the_document() -> None:
    acts = [did(REQUEST, name, "submit", CREATED, data()) for name in ("paul", "petra", "noah")]
    decision = decided(CREATOR, data(), document(CREATOR), *acts)
    assert decision.held is not None
    assert decision.held.code == "no_eligible_approver"


def test_an_act_of_another_kind_or_on_another_type_is_no_duty() -> None:
    acts = [
        did(REQUEST, "paul", "request", CREATED, data()),
        did(document(CREATOR, **ORDER), "paul", "submit", CREATED, data()),
    ]
    assert "paul" in asked(decided(CREATOR, data(), document(CREATOR), *acts))


def test_without_conflicts_nothing_is_looked_at() -> None:
    act = PastAct(
        PAUL, "submit", "supplier_request", "SR-88", CREATED, frozenset({"supplier:S-88"})
    )
    set_ = replace(CREATOR, conflicts=())
    plain = decided(set_, data(), document(set_))
    assert decided(set_, data(), document(set_), act).digest == plain.digest
    assert NO_HISTORY.acts == ()
