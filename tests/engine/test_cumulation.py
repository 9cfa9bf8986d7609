"""Totals over earlier documents: what is counted, in which currency, on which local days."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

from engine.cumulation import APPROVED, PENDING, REJECTED, Earlier, Totals, totals
from engine.documents.model import Document, Line
from engine.facts.conditions import Present
from engine.facts.kinds import Kind
from engine.facts.vocabulary import Fact, Total, Window
from engine.master_data import MasterData, Person, PersonId, Supplier, snapshot
from engine.money import Exact, Money
from engine.organization import Entity, Organization
from engine.policy import PolicySet
from engine.rates import FxChoice, Rate

NOW = datetime(2027, 3, 15, 14, tzinfo=UTC)
US = Entity("US01", "US", "americas", "USD", "America/New_York")
BOTH = frozenset({PENDING, APPROVED})


def total(
    *same: str, window: Window | None = None, leaves_out: str = "", counts: frozenset[str] = BOTH
) -> Fact:
    left = Present(leaves_out) if leaves_out else None
    over = Total("document.net", same, window or Window(0, "ever"), counts, left)
    return Fact("sum", Kind.MONEY, total=over)


def policy(fact: Fact) -> PolicySet:
    choice = FxChoice("corporate", "submission", True, 7, False)
    organization = Organization({"US01": US}, (), {}, ())
    return PolicySet("t", "d", 1, organization, {"sum": fact}, frozenset({"order"}), (), fx=choice)


def data() -> MasterData:
    return snapshot(
        "digest",
        [Person(PersonId(name), name, "US01") for name in ("rita", "omar")],
        suppliers=[Supplier("S-1", "Globex", "G-1"), Supplier("S-2", "Globex GmbH", "G-1")],
        rates=[Rate("r1", "corporate", "EUR", "USD", date(2027, 3, 15), Fraction("1.1"))],
    )


def order(minor: int, id: str = "NEW", **more: object) -> Document:
    stated: Mapping[str, object] = {
        "currency": "USD",
        "requester": "rita",
        "supplier": "S-1",
        "submitted_at": NOW,
        **more,
    }
    line = Line(1, Money(minor, str(stated["currency"])))
    return Document(type="order", id=id, entity="US01", lines=(line,), **stated)  # type: ignore[arg-type]


def before(minor: int, status: str = APPROVED, at: datetime = NOW, **more: object) -> Earlier:
    return Earlier(order(minor, more.pop("id", f"OLD-{minor}"), **more), status, at)  # type: ignore[arg-type]


def over(fact: Fact, *earlier: Earlier, own: Document | None = None) -> Totals:
    return totals(policy(fact), data(), own or order(100), earlier, NOW)


def test_a_total_includes_the_document_itself() -> None:
    assert over(total("requester")).values == {"sum": Money(100, "USD")}
    assert over(total("requester"), before(250)).values == {"sum": Money(350, "USD")}


def test_it_says_which_documents_it_counted() -> None:
    found = over(total("requester"), before(1), before(2, REJECTED), before(4, PENDING))
    assert found.counted == {"sum": ("OLD-1", "OLD-4")}


def test_only_documents_that_share_every_fact_are_counted() -> None:
    fact = total("requester", "supplier_group")
    others = [before(1, supplier="S-2"), before(2, requester="omar"), before(4, supplier="")]
    assert over(fact, *others).values == {"sum": Money(101, "USD")}


def test_without_the_fact_that_must_be_the_same_nobody_can_tell() -> None:
    found = over(total("supplier_group"), own=order(100, supplier=""))
    assert found.values == {}
    assert (found.missing["sum"].code, found.missing["sum"].detail) == (
        "fact_missing",
        "supplier_group",
    )


def test_credits_count_with_their_sign() -> None:
    assert over(total("requester"), before(-300)).values == {"sum": Money(-200, "USD")}


def test_a_credit_gives_nothing_back_before_it_is_approved() -> None:
    found = over(total("requester"), before(-300, PENDING), before(500, PENDING))
    assert found.values == {"sum": Money(600, "USD")}
    assert found.counted == {"sum": ("OLD-500",)}


def test_another_type_of_document_under_the_same_id_is_counted() -> None:
    other_type = Earlier(replace(order(5), type="requisition"), APPROVED, NOW)
    assert over(total("requester"), other_type).values == {"sum": Money(105, "USD")}


def test_another_currency_is_converted_exactly_once_by_the_rate_of_its_own_day() -> None:
    euros = before(3, currency="EUR")
    assert over(total("requester"), euros).values == {"sum": Exact(Fraction("103.3"), "USD")}
    long_ago = datetime(2027, 3, 1, tzinfo=UTC)
    early = before(3, currency="EUR", at=long_ago, submitted_at=long_ago)
    found = over(total("requester"), early)
    assert found.values == {}
    assert found.missing["sum"].code == "fx_rate_missing"


def test_a_window_is_counted_in_local_days() -> None:
    two_days = total("requester", window=Window(2, "days"))
    # Midnight in New York is five o'clock in UTC, four only after the change later that day.
    inside = datetime(2027, 3, 14, 5, tzinfo=UTC)
    outside = datetime(2027, 3, 14, 4, 59, tzinfo=UTC)
    assert over(two_days, before(5, at=inside)).values == {"sum": Money(105, "USD")}
    assert over(two_days, before(5, at=outside)).values == {"sum": Money(100, "USD")}
    tomorrow = datetime(2027, 3, 16, 14, tzinfo=UTC)
    assert over(two_days, before(5, at=tomorrow)).values == {"sum": Money(100, "USD")}


def test_business_days_leave_out_the_weekend() -> None:
    five = total("requester", window=Window(5, "business_days"))
    tuesday, monday = (datetime(2027, 3, day, 14, tzinfo=UTC) for day in (9, 8))
    assert over(five, before(1, at=tuesday), before(2, at=monday)).values == {
        "sum": Money(101, "USD")
    }


def test_what_is_left_out_is_neither_counted_nor_measured() -> None:
    fact = total("requester", leaves_out="contract")
    assert over(fact, before(5, contract="C-77")).values == {"sum": Money(100, "USD")}
    assert over(fact, before(5), own=order(100, contract="C-77")).values == {"sum": Money(0, "USD")}


def test_an_earlier_version_of_the_document_is_not_counted_beside_it() -> None:
    assert over(total("requester"), before(5, id="NEW")).values == {"sum": Money(100, "USD")}


def test_a_set_without_totals_has_none() -> None:
    plain = Fact("plain", Kind.MONEY)
    assert over(plain) == Totals({}, {}, {})


def test_a_sum_that_cannot_be_kept_exactly_is_not_known() -> None:
    found = over(total("requester"), before(2**63 - 1))
    assert found.missing["sum"].code == "amount_overflow"
