"""A customer gets back no more than he paid, where he paid it from; discounts have limits.

Shows (B10).
"""

from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cases.status import Status
from engine.documents.model import BankDetails, Document
from engine.facts.vocabulary import Window
from engine.master_data import Person, PersonId, snapshot
from engine.money import Money
from engine.readiness.refunds import AdjustmentLimits, RefundCovered
from engine.readiness.surroundings import Beside
from engine.tokens import token
from tests.readiness.worlds import NOW, around, ask, beside, codes, document, line, money, words

HIS, OTHER = "DE02120300000000202051", "GB29NWBK60161331926819"


def refund(net: str = "60.00", id: str = "R-1", **more: object) -> Document:
    stated: dict[str, object] = {"refunds": "CH-1", "charged": money("100.00")}
    stated |= {name: more.pop(name) for name in list(more) if name in _OWN}
    kept = MappingProxyType({name: value for name, value in stated.items() if value})
    values: dict[str, object] = {"customer": "C-1", "supplier": ""} | more
    tax = values.pop("tax", None)
    return document(line(net=net, tax=tax), type="customer_refund", id=id, details=kept, **values)


_OWN = ("refunds", "charged", "pay_to", "paid_from")


def found(on: Document, *others: Beside) -> list[str]:
    return codes(ask(RefundCovered(), on, beside=around(*others)))


def test_a_refund_is_of_a_charge_and_no_more_than_it() -> None:
    assert found(refund("100.00")) == []
    assert found(refund("100.01")) == ["refund_above_charge"]
    assert found(refund("90.00", tax=Money(1001, "USD"))) == ["refund_above_charge"]
    assert found(refund(refunds="")) == ["refund_of_nothing"]
    assert found(refund(charged=None)) == ["refund_charge_unknown"]
    for nothing in ("0.00", "-10.00"):
        assert found(refund(nothing)) == ["refund_not_positive"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.APPROVED, ["refund_above_charge"]),
        (Status.POSTING, ["refund_above_charge"]),
        (Status.POSTED, ["refund_above_charge"]),
        (Status.EXCEPTION, ["refund_above_charge"]),
        (Status.PENDING, []),
        (Status.REJECTED, []),
    ],
)
def test_several_refunds_of_one_charge_add_up(status: Status, expected: list[str]) -> None:
    assert found(refund(), beside(refund("40.01", "R-0"), status)) == expected
    assert found(refund(), beside(refund("40.00", "R-0"), status)) == []


@pytest.mark.parametrize("name", ["ch-1", "CH 1", "ch1"])
def test_a_charge_spelled_otherwise_is_the_same(name: str) -> None:
    earlier = refund("60.00", "R-0", refunds=name)
    assert found(refund(), beside(earlier)) == ["refund_above_charge"]
    data = snapshot("d")
    assert set(RefundCovered.found_by(data, earlier)) & set(
        RefundCovered().looks_for(data, refund())
    )


def test_the_same_charge_of_another_entity_is_another_one_only_for_another_customer() -> None:
    theirs = refund("60.00", "R-0", entity="DE01", customer="C-2")
    assert found(refund(), beside(theirs)) == []
    for customer in ("C-1", ""):
        same = refund("60.00", "R-0", entity="DE01", customer=customer)
        assert found(refund(), beside(same)) == ["refund_above_charge"]


def test_refunds_agree_on_what_was_paid() -> None:
    higher = refund("60.00", charged=money("500.00"))
    assert found(higher, beside(refund("60.00", "R-0"))) == ["refund_charge_differs"]
    euros = refund("60.00", "R-0", charged=money("100.00", "EUR"))
    assert found(refund(), beside(euros)) == ["refund_charge_differs"]


def test_an_earlier_refund_below_nothing_makes_no_room() -> None:
    assert found(refund("100.01"), beside(refund("-50.00", "R-0"))) == ["refund_above_charge"]


def test_money_goes_back_to_where_it_came_from() -> None:
    his, other = (BankDetails(HIS),), (BankDetails(OTHER),)
    assert found(refund(paid_from=his, pay_to=(BankDetails(HIS.lower()),))) == []
    assert found(refund(paid_from=his, pay_to=other)) == ["refund_to_other_account"]
    assert found(refund(paid_from=his, pay_to=his + other)) == ["refund_to_other_account"]
    assert found(refund(paid_from=his)) == ["refund_to_other_account"]
    assert found(refund(pay_to=other)) == []
    must = RefundCovered(paid_from=True)
    assert codes(ask(must, refund(pay_to=other))) == ["refund_account_unknown"]


def test_no_refund_goes_to_an_employee() -> None:
    rita = Person(
        PersonId("rita"), "Rita", "US01", accounts=frozenset({token("bank_account", OTHER)})
    )
    data = snapshot("d", people=[rita])
    assert words(ask(RefundCovered(), refund(pay_to=(BankDetails(OTHER),)), data)) == {
        "person": "rita"
    }


@given(st.lists(st.integers(1, 12_000), min_size=1, max_size=6))
def test_whatever_is_asked_for_no_more_than_the_charge_is_ever_refunded(amounts: list[int]) -> None:
    given_: list[Beside] = []
    for n, minor in enumerate(amounts):
        on = refund(f"{minor // 100}.{minor % 100:02}", f"R-{n}")
        if not found(on, *given_):
            given_.append(beside(on, Status.POSTING))
    assert sum(each.document.lines[0].net.minor for each in given_) <= 10_000


# Adjustments


LIMITS = AdjustmentLimits(discount=Fraction(20, 100), back=Window(3, "months"))


def adjustment(
    percent: str = "10", day: date | None = date(2027, 3, 1), **more: object
) -> Document:
    stated: dict[str, object] = {"subscription": "SUB-1", "adjustment_kind": "discount"}
    stated |= {"discount_percent": Fraction(percent) if percent else None, "adjusted_from": day}
    stated |= {name: more.pop(name) for name in list(more) if name in stated}
    kept = MappingProxyType({name: value for name, value in stated.items() if value is not None})
    return document(type="subscription_adjustment", details=kept, supplier="", **more)


def limited(on: Document, *others: Beside) -> list[str]:
    return codes(ask(LIMITS, on, beside=around(*others)))


def test_a_discount_may_be_as_large_as_the_limit() -> None:
    assert limited(adjustment("20")) == []
    assert limited(adjustment("20.1")) == ["discount_above_limit"]
    assert limited(adjustment("")) == ["discount_missing"]
    assert limited(adjustment("", adjustment_kind="plan_change")) == []


def test_two_small_discounts_are_no_less_than_a_large_one() -> None:
    earlier = beside(adjustment("10.5", id="A-0"), at=NOW - timedelta(days=300))
    assert limited(adjustment("10"), earlier) == ["discount_above_limit"]
    long_ago = beside(adjustment("10.5", id="A-0"), at=NOW - timedelta(days=370))
    assert limited(adjustment("10"), long_ago) == []
    asked_for = beside(adjustment("10.5", id="A-0"), Status.PENDING)
    assert limited(adjustment("10"), asked_for) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 12, 16), []),
        (date(2026, 12, 15), ["adjustment_too_far_back"]),
        (date(2030, 1, 1), []),
        (None, ["adjustment_day_missing"]),
    ],
)
def test_an_adjustment_reaches_back_only_so_far(day: date | None, expected: list[str]) -> None:
    assert limited(adjustment(day=day)) == expected


def test_an_adjustment_names_its_subscription() -> None:
    assert limited(adjustment(subscription=None)) == ["adjustment_of_nothing"]
    data = snapshot("d")
    same = adjustment(subscription="sub 1")
    assert set(LIMITS.looks_for(data, same)) == set(AdjustmentLimits.found_by(data, adjustment()))


def test_limits_that_limit_nothing_are_told() -> None:
    assert [c.code for c in AdjustmentLimits().complaints(("subscription_adjustment",))] == [
        "missing-key"
    ]
