"""What a controller would not sign: nobody asked where somebody must be, or one word for two."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from engine.facts.conditions import Compare, FactBound, Op
from engine.facts.kinds import Kind
from engine.organization import Body, Organization, Role
from engine.places import Place
from engine.policy import Answer, Approve, NotNeeded, PolicySet, Row, StandInRule
from engine.routing.words import BodyWord, Ratify, RoleWord, Signed, Together, Word
from rules.checks.straight_through import check_straight_through
from rules.checks.unsafe import check_unsafe
from tests.rules.small_sets import (
    DE,
    HELD,
    US,
    asks,
    compare,
    control,
    found,
    is_,
    matrix,
    policy,
    roles,
    row,
    said,
    usd,
)

BOUNDED = ["2 unsafe-straight-through"]
OWN = Compare("amount", Op.UP_TO, FactBound("requester.limit"), Kind.MONEY, "USD")


def straight(**more) -> Row:  # type: ignore[no-untyped-def]
    return row(NotNeeded(), name="free", **more)


def through(*rows: Row, controls=(), **more) -> list[str]:  # type: ignore[no-untyped-def]
    checked = policy(matrix(*rows, **more), entities=(US, DE), additional=controls)
    return said(check_straight_through, checked)


@pytest.mark.parametrize("name", ["payment", "supplier_request", "policy_change", "delegation"])
def test_money_and_authority_never_move_unseen(name: str) -> None:
    rows = (straight(up_to="5.00"), row("a", above="5.00"))
    assert through(*rows, documents=(name, "invoice")) == ["2 unsafe-straight-through"]
    assert through(*rows, documents=("invoice",)) == []
    assert through(row("a"), documents=(name,)) == []


def test_the_report_names_the_document_and_what_to_write() -> None:
    checked = policy(matrix(straight(up_to="5.00"), documents=("payment",)))
    [report] = found(check_straight_through, checked)
    assert str(report) == (
        "m.yaml:2:5: error[unsafe-straight-through]: a `payment` goes straight through by row "
        "`free`: nobody looks at it\n"
        "  help: ask somebody in this row, or take `payment` out of `documents`"
    )


def test_a_control_that_asks_holds_or_refuses_is_somebody_who_looks() -> None:
    rows, payment = (straight(up_to="5.00"),), {"documents": ("payment",)}
    for answer in (asks("cfo"), HELD):
        assert through(*rows, controls=[control(answer)], **payment) == []
    assert through(*rows, controls=[control(asks("cfo"), above="1.00")], **payment) == BOUNDED
    assert through(*rows, controls=[control(None)], **payment) == BOUNDED
    ratified = Approve((Ratify(RoleWord("cfo")),))
    assert through(*rows, controls=[control(ratified)], **payment) == BOUNDED


def test_a_row_that_never_decides_such_a_document_is_no_danger() -> None:
    invoices = is_("document.type", "invoice")
    both = {"documents": ("invoice", "payment")}
    assert through(straight(up_to="5.00", when=invoices), row("a", above="5.00"), **both) == []
    taken = row("a", when=is_("document.type", "payment"), exception=True)
    assert through(straight(up_to="5.00"), taken, **both) == []


def test_straight_through_has_an_upper_bound() -> None:
    unbounded = ["2 unbounded-straight-through"]
    assert through(straight()) == unbounded
    assert through(straight(from_="5.00"), row("a", below="5.00")) == unbounded
    assert through(straight(when=is_("capex", True)), row("a", when=is_("capex", False))) == (
        unbounded
    )
    for bounded in (
        straight(up_to="5.00"),
        straight(when=OWN),
        straight(when=compare("document.net", "below", usd("5.00"))),
    ):
        assert through(bounded) == []
    assert through(straight(when=compare("document.net", "above", usd("5.00")))) == unbounded


def test_larger_amounts_may_be_for_a_control_or_an_exception() -> None:
    assert through(straight(), controls=[control(asks("cfo"), above="900.00")]) == []
    assert through(straight(), row("a", above="900.00", exception=True)) == []
    assert through(straight(), controls=[control(asks("cfo"), documents=["other"])]) == [
        "2 unbounded-straight-through"
    ]


def test_without_an_amount_it_depends_on_what_the_document_stands_for() -> None:
    assert through(straight(), amount="", documents=("invoice",)) == [
        "2 unbounded-straight-through"
    ]
    for harmless in ("goods_receipt", "holiday"):
        assert through(straight(), amount="", documents=(harmless,)) == []
    assert through(straight(), documents=("goods_receipt",)) == []


def test_a_credit_that_keeps_its_sign_has_a_lower_bound_too() -> None:
    def signed(one: Row) -> list[str]:
        return said(check_straight_through, policy(matrix(one), credits="signed_with_waiver"))

    assert signed(straight(up_to="5.00")) == ["2 unbounded-straight-through"]
    assert signed(straight(up_to="5.00", from_="0.00")) == []
    assert through(straight(up_to="5.00")) == []


CFO, CEO, BOARD, COUNCIL = RoleWord("cfo"), RoleWord("ceo"), BodyWord("board"), BodyWord("council")


def body(name: str, **more) -> Role:  # type: ignore[no-untyped-def]
    return Role(name, body=Body(**more), place=Place("organization.yaml", 9, 3))


def asked(*steps: Word, board: Role | None = None) -> list[str]:
    known = roles("ceo", "member", "clerk") | {"cfo": Role("cfo", seats=1)}
    known["council"] = body("council", recorded_by="clerk")
    known["board"] = board or body("board", of="member", present=3)
    answer: Answer = Approve(steps)
    checked = policy(matrix(row(answer)), organization=Organization({"US01": US}, (), known, ()))
    return [report.code for report in found(check_unsafe, checked)]


def test_nobody_ratifies_what_he_approved() -> None:
    assert asked(CFO, Ratify(CFO, "30 days")) == ["ratified-by-approver"]
    assert asked(BOARD, Ratify(BOARD, "30 days")) == ["ratified-by-approver"]
    assert asked(Together(2, (CFO, CEO)), Ratify(Signed(CFO, "r"), "1 day")) == [
        "ratified-by-approver"
    ]
    assert asked(CFO, Ratify(CEO, "30 days")) == []
    # Several hold this role, so another one may ratify; and any of two need not be the cfo.
    assert asked(CEO, Ratify(CEO, "30 days")) == []
    assert asked(Together(1, (CFO, CEO)), Ratify(CFO, "30 days")) == []


def test_a_ratification_has_an_end() -> None:
    assert asked(CFO, Ratify(CEO)) == ["ratify-without-end"]


def test_who_records_a_resolution_does_not_approve_beside_the_body() -> None:
    clerk = RoleWord("clerk")
    for steps in ((clerk, COUNCIL), (COUNCIL, clerk), (Together(2, (clerk, COUNCIL)),)):
        assert asked(*steps) == ["recorder-approves"]
    assert asked(Together(1, (clerk, COUNCIL))) == []
    assert asked(CFO, COUNCIL) == []
    assert asked(clerk, BOARD) == []


@pytest.mark.parametrize(
    ("present", "share", "above", "decides"),
    [
        (1, Fraction(1, 2), True, True),
        (2, Fraction(1, 2), False, True),
        (2, Fraction(1, 2), True, False),
        (3, Fraction(1, 3), False, True),
        (3, Fraction(1, 3), True, False),
        (3, Fraction(1, 2), True, False),
        (4, Fraction(1, 5), True, True),
    ],
)
def test_one_vote_is_no_resolution(
    present: int, share: Fraction, above: bool, decides: bool
) -> None:
    board = body("board", of="member", present=present, in_favour=share, above=above)
    assert asked(CFO, board=board) == (["one-vote-decides"] if decides else [])


def test_a_role_does_not_stand_in_for_itself() -> None:
    def reports(by: Word) -> list[str]:
        rule = StandInRule(Place("h.yaml", 3, 5), "cfo", by, frozenset({"barred"}))
        checked: PolicySet = replace(policy(matrix(row("cfo"))), stand_ins=(rule,))
        return said(check_unsafe, checked)

    assert reports(CFO) == ["3 stand-in-for-itself"]
    assert reports(Together(1, (CEO, CFO))) == ["3 stand-in-for-itself"]
    assert reports(CEO) == []
