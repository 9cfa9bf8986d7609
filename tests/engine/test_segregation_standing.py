"""What is kept of acts, what is looked up, and what is found in a whole chain before release."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from engine.decision import Outcome, Via
from engine.documents.model import Document
from engine.history import NO_HISTORY, History, PastAct
from engine.master_data import Delegation, Holding, MasterData, PersonId, Relation, Span
from engine.policy import PolicySet
from engine.rates import Shortage
from engine.routing.acting import take
from engine.routing.completing import standing
from engine.routing.course import Act, ActKind, Course, Given
from engine.segregation.asking import NOTHING, wanted
from engine.segregation.history_form import history_of, history_plain
from engine.segregation.keys import about
from engine.segregation.recorded import acts_of_submission, approval_of
from engine.segregation.standing import Breach, chain_conflicts
from tests.engine.duties import NOON, PAUL, PETRA, TINA, asked, data, decided, did, document, policy

CREATED = datetime(2027, 2, 1, 15, tzinfo=UTC)
CHAIN = policy(
    "name: C, duties: [order, receive], on: same_chain, outcome: block\n"
    "name: D, duties: [order, pay], on: same_chain, within: 10 days, outcome: block\n"
    "name: W, duties: [receive, pay], on: same_chain, outcome: warn\n"
    "name: R, duties: [keep_suppliers, pay], on: person, outcome: block"
)
ORDER = document(CHAIN, type="purchase_order", id="PO-1", submitter="rita")
RECEIPT = document(CHAIN, type="goods_receipt", id="GR-1", purchase_order="PO-1", submitter="rita")
INVOICE = document(CHAIN, id="INV-1", purchase_order="PO-1", submitter="rita")
PAYMENT = document(CHAIN, type="payment", id="PAY-1", pays=["INV-1"], submitter="rita")
IN_CHAIN = frozenset((d.type, d.id) for d in (ORDER, RECEIPT, INVOICE, PAYMENT))


def breaches(
    *acts: PastAct,
    set_: PolicySet = CHAIN,
    data_: MasterData | None = None,
    of: Document = PAYMENT,
    chain: frozenset[tuple[str, str]] = IN_CHAIN,
) -> list[tuple[str, str]]:
    found = chain_conflicts(set_, data_ or data(), of, NOON, History(acts, chain))
    assert not isinstance(found, Shortage)
    return sorted((each.conflict.name, str(each.person)) for each in found)


def bought(by: str, at: datetime = NOON) -> PastAct:
    return did(ORDER, by, "buy", at, data())


def received(by: str, at: datetime = NOON) -> PastAct:
    return did(RECEIPT, by, "receive", at, data())


def paid(by: str, at: datetime = NOON, **more: object) -> PastAct:
    return did(PAYMENT, by, "approve", at, data(), **more)


def test_every_pair_of_the_chain_is_looked_at_however_it_came_in() -> None:
    assert breaches(bought("paul"), received("noah"), paid("petra")) == []
    assert breaches(bought("paul"), received("paul"), paid("petra")) == [("C", "paul")]
    assert breaches(bought("paul"), received("noah"), paid("paul")) == [("D", "paul")]
    assert breaches(bought("noah"), received("paul"), paid("paul")) == [("W", "paul")]


def test_a_breach_names_both_acts_once() -> None:
    one, other = bought("paul"), paid("paul")
    found = chain_conflicts(CHAIN, data(), PAYMENT, NOON, History((other, one), IN_CHAIN))
    assert not isinstance(found, Shortage)
    (breach,) = found
    assert isinstance(breach, Breach)
    assert {breach.act, breach.other} == {one, other}


def test_acts_outside_the_chain_or_the_window_are_no_breach() -> None:
    assert breaches(bought("paul"), received("paul"), of=ORDER, chain=frozenset()) == [
        ("C", "paul")  # the receipt names the order
    ]
    other = did(document(CHAIN, type="purchase_order", id="PO-9"), "paul", "buy", NOON, data())
    assert breaches(other, received("paul")) == []
    assert breaches(bought("paul", NOON - timedelta(days=10)), paid("paul")) == [("D", "paul")]
    assert breaches(bought("paul", NOON - timedelta(days=11)), paid("paul")) == []


def test_who_was_acted_for_and_who_is_related_count() -> None:
    set_ = policy("name: C, duties: [order, pay], on: same_chain, between: related, outcome: block")
    assert breaches(bought("paul"), paid("noah", on_behalf_of=PAUL), set_=set_) == [("C", "paul")]
    married = data(relations=[Relation(PETRA, PAUL)])
    assert breaches(bought("paul"), paid("petra"), set_=set_, data_=married)
    assert breaches(bought("paul"), paid("petra"), set_=set_) == []


def test_a_role_counts_that_was_held_then_or_is_held_now() -> None:
    then = Holding("vendor_master", PAUL, span=Span(None, CREATED + timedelta(days=1)))
    now = Holding("vendor_master", PAUL, span=Span(NOON, None))
    never = Holding("vendor_master", PAUL, span=Span(None, CREATED - timedelta(days=1)))
    for holding, found in ((then, [("R", "paul")]), (now, [("R", "paul")]), (never, [])):
        assert breaches(paid("paul", CREATED), data_=data(holdings=[holding])) == found


MITIGATED = policy(
    "name: D, duties: [order, pay], on: same_chain, outcome: mitigate",
    "name: ME-1, conflict: D, person: paul, cap: 100.00 USD, until: 2027-06-30, monitor: tina,"
    " review_every: 30 days",
)


def test_what_a_mitigation_let_through_is_no_breach_and_nothing_else() -> None:
    under = frozenset({"ME-1"})
    assert breaches(bought("paul"), paid("paul"), set_=MITIGATED) == [("D", "paul")]
    assert breaches(bought("paul"), paid("paul", under=under), set_=MITIGATED) == []
    none = replace(MITIGATED, mitigations=())
    assert breaches(bought("paul"), paid("paul", under=under), set_=none) == [("D", "paul")]


def test_what_cannot_be_told_is_said() -> None:
    lost = replace(PAYMENT, requester="nobody")
    found = chain_conflicts(CHAIN, data(), lost, NOON, NO_HISTORY)
    assert isinstance(found, Shortage)


# --- what is kept


def test_what_is_kept_of_a_submission_is_who_did_what_under_which_keys() -> None:
    order = document(CHAIN, type="purchase_order", id="PO-1", buyer="paul.x", submitter="unknown")
    decision = decided(CHAIN, data(), replace(order, submitter=""))
    kept = acts_of_submission(data(), order, NOON, decision, "K-1")
    assert [(str(act.person), act.act) for act in kept] == [("rita", "request"), ("paul", "buy")]
    assert {act.case for act in kept} == {"K-1"}
    assert all(act.keys == about(data(), order, NOON) for act in kept)


def acted(decision: object, by: str, course: Course, **more: str) -> Given | str:
    act = Act(by, NOON, ActKind.APPROVE, **more)
    return take(course, decision, data(), "rita", act)  # type: ignore[arg-type]


def test_an_approval_is_kept_with_the_mitigation_that_let_it_through() -> None:
    decision = decided(MITIGATED, data(), PAYMENT, bought("paul"), chain=IN_CHAIN)
    given = acted(decision, "paul", Course())
    assert isinstance(given, Given)
    kept = approval_of(data(), PAYMENT, NOON, decision, given)
    assert kept is not None
    assert (kept.act, kept.on_behalf_of) == ("approve", None)
    assert kept.under == {"ME-1"}
    assert breaches(bought("paul"), kept, set_=MITIGATED) == []


def test_who_was_stood_in_for_did_nothing_and_who_was_acted_for_did() -> None:
    set_ = policy(
        "name: D, duties: [order, pay], on: same_chain, outcome: block",
        rows="  - {approve: cfo}\n",
        stand_ins="for: cfo, by: ap, because: [barred]",
    )
    payment = document(set_, type="payment", id="PAY-1", purchase_order="PO-1", submitter="rita")
    decision = decided(set_, data(), payment, bought("tina"))
    given = acted(decision, "paul", Course())
    assert isinstance(given, Given)
    assert given.assignee.on_behalf_of == TINA
    stood_in = approval_of(data(), payment, NOON, decision, given)
    assert stood_in is not None
    assert (stood_in.person, stood_in.on_behalf_of) == (PAUL, None)
    by_delegate = replace(given, assignee=replace(given.assignee, via=Via.DELEGATE))
    acted_for = approval_of(data(), payment, NOON, decision, by_delegate)
    assert acted_for is not None
    assert acted_for.on_behalf_of == TINA


def test_only_what_approves_is_kept_as_an_approval() -> None:
    decision = decided(MITIGATED, data(), PAYMENT)
    given = acted(decision, "paul", Course())
    assert isinstance(given, Given)
    for kind in (ActKind.REJECT, ActKind.ANSWER, ActKind.VOTE_AGAINST):
        assert approval_of(data(), PAYMENT, NOON, decision, replace(given, kind=kind)) is None


def test_a_history_is_read_as_it_was_written() -> None:
    acts = (
        bought("paul"),
        paid("noah", on_behalf_of=PAUL, case="K-1", under=frozenset({"ME-1"})),
    )
    history = History(acts, IN_CHAIN, {"ME-1": CREATED})
    plain = json.loads(json.dumps(history_plain(history)))
    assert history_plain(history_of(plain)) == plain
    again = history_of(plain)
    assert (set(again.acts), again.chain) == (set(acts), IN_CHAIN)
    assert again.unreviewed == {"ME-1": CREATED}
    first = decided(MITIGATED, data(), PAYMENT, *acts, chain=IN_CHAIN)
    second = decided(MITIGATED, data(), PAYMENT, *again.acts, chain=again.chain)
    assert first.digest == second.digest


# --- what is looked up


def test_a_set_without_conflicts_asks_for_nothing() -> None:
    assert wanted(replace(CHAIN, conflicts=()), data(), PAYMENT, NOON) == NOTHING


def test_only_what_conflicts_of_the_document_compare_is_asked_for() -> None:
    set_ = policy(
        "name: A, duties: [maintain_supplier, approve_invoice], on: same_supplier,"
        " within: 90 days, outcome: block\n"
        "name: B, duties: [order, pay], on: same_chain, outcome: block"
    )
    of_invoice = wanted(set_, data(), document(set_, supplier="S-1"), NOON)
    assert (of_invoice.within, of_invoice.chain) == (90, False)
    assert of_invoice.documents == {"supplier_request", "invoice"}
    assert of_invoice.acts == {"submit", "approve"}
    assert {"supplier:S-1", "supplier:S-2", "supplier:G-1"} <= of_invoice.keys
    assert not [key for key in of_invoice.keys if key.startswith("object:")]
    assert [key for key in of_invoice.keys if key.startswith("document:")] == [
        "document:invoice/INV-1"  # what was done on the document itself
    ]
    of_payment = wanted(set_, data(), PAYMENT, NOON)
    assert (of_payment.within, of_payment.chain) == (None, True)
    assert not [key for key in of_payment.keys if key.startswith(("object:", "supplier:"))]


def test_the_mitigations_of_its_conflicts_are_asked_for() -> None:
    assert wanted(MITIGATED, data(), PAYMENT, NOON).mitigations == {"ME-1"}
    assert wanted(MITIGATED, data(), INVOICE, NOON).mitigations == frozenset()


# --- nobody approves twice

TWICE = policy(
    "name: T, duties: [approve_invoice, approve_invoice], on: same_document, outcome: block",
    rows="  - {approve: [ap, cfo]}\n",
)


def test_one_person_in_two_posts_fills_one_place_of_the_route() -> None:
    decision = decided(TWICE, data(cfo="paul"), document(TWICE))
    course = Course()
    assert isinstance(acted(decision, "paul", course), Given)
    assert standing(decision, course) == "waiting"
    assert acted(decision, "paul", course) == "segregation"
    assert acted(decision, "petra", course) != "segregation"


def test_two_persons_complete_it() -> None:
    decision = decided(TWICE, data(), document(TWICE))
    course = Course()
    for by in ("paul", "tina"):
        assert isinstance(acted(decision, by, course), Given)
    assert standing(decision, course) == "approved"


def test_nobody_approves_for_himself_and_again_for_another() -> None:
    held = data(ap=("paul",), delegations=[Delegation("D-1", TINA, PAUL, Span(None, None))])
    decision = decided(TWICE, held, document(TWICE))
    course = Course()
    assert asked(decision) == {"paul", "tina"}
    assert isinstance(acted(decision, "paul", course), Given)
    assert isinstance(acted(decision, "paul", course, on_behalf_of="tina"), str)
    assert standing(decision, course) == "waiting"


def test_a_route_for_one_person_is_held() -> None:
    decision = decided(TWICE, data(ap=("tina",)), document(TWICE))
    assert decision.outcome is Outcome.HELD


def test_two_parallel_places_for_one_person_are_held() -> None:
    set_ = policy(
        "name: T, duties: [approve_invoice, approve_invoice], on: same_document, outcome: block",
        rows="  - {approve: [cfo, {at_least: 2, of: ap}]}\n",
    )
    few = decided(set_, data(ap=("tina", "paul")), document(set_))
    assert few.held is not None
    assert few.held.code in {"approves_once", "no_eligible_approver"}
    assert decided(set_, data(), document(set_)).outcome is Outcome.ROUTE


def test_a_mitigation_lets_one_person_approve_twice() -> None:
    set_ = policy(
        "name: T, duties: [approve_invoice, approve_invoice], on: same_document, outcome: mitigate",
        "name: ME-1, conflict: T, person: tina, until: 2027-06-30, monitor: mia,"
        " review_every: 30 days",
        rows="  - {approve: [ap, cfo]}\n",
    )
    decision = decided(set_, data(ap=("tina",)), document(set_))
    course = Course()
    for _ in range(2):
        assert isinstance(acted(decision, "tina", course), Given)
        if standing(decision, course) == "approved":
            break
    assert standing(decision, course) == "approved"
    assert decided(set_, data(ap=("paul",), cfo="paul"), document(set_)).outcome is Outcome.HELD


def test_an_approval_given_does_not_take_its_own_place_away() -> None:
    given = did(document(TWICE), "tina", "approve", NOON, data())
    decision = decided(TWICE, data(), document(TWICE), given)
    assert "tina" in asked(decision)


def test_acts_of_anybody_else_change_nothing() -> None:
    stranger = PastAct(PersonId("zed"), "approve", "invoice", "INV-1", NOON)
    assert decided(TWICE, data(), document(TWICE), stranger).outcome is Outcome.ROUTE


ROUTES = (
    "[ap, cfo]",
    "[{all: [ap, cfo]}, ap]",
    "[{any: [ap, cfo]}, cfo]",
    "[{at_least: 2, of: ap}, cfo]",
    "[cfo, {chain: supervisors, steps: 1}]",
)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("cfo", ["tina", "paul"])
@pytest.mark.parametrize("ap", [("paul",), ("paul", "petra"), ("paul", "petra", "tina")])
def test_however_people_act_each_approves_once(route: str, cfo: str, ap: tuple[str, ...]) -> None:
    """In every order, each trying three times: whoever completes it, nobody was two of them."""
    set_ = policy(
        "name: T, duties: [approve_invoice, approve_invoice], on: same_document, outcome: block",
        rows=f"  - {{approve: {route}}}\n",
    )
    decision = decided(set_, data(ap=ap, cfo=cfo), document(set_))
    for order in permutations(("paul", "petra", "tina")):
        course = Course()
        for by in (*order, *order, *order):
            acted(decision, by, course)
        people = [given.assignee.person for given in course.given]
        assert len(people) == len(set(people))
        if standing(decision, course) == "approved":
            assert len(people) >= 2
