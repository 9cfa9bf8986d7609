"""Papers, approved content, hours, the age of data, rates, budgets, and agreement with a supplier.

Shows (B5, A6).
"""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from engine.chart import Budget, Validity, chart_of
from engine.documents.model import Attachment, BankDetails
from engine.facts.kinds import FactValue
from engine.master_data import Answer, Supplier, snapshot
from engine.money import Exact, Money
from engine.rates import FxChoice, Rate
from engine.readiness.agreement import AgreesWithSupplier
from engine.readiness.check import Check
from engine.readiness.finding import LookedUp, Release
from engine.readiness.funds import BudgetLeft, RateKnown
from engine.readiness.onboarding import SanctionsCleared
from engine.readiness.papers import EvidencePresent, Unchanged
from engine.readiness.surroundings import Surroundings
from engine.readiness.timing import DataFresh, PostingWindow
from engine.tokens import token
from tests.readiness.worlds import DAY, NOW, ask, codes, document, line, rule, words

NEW_YORK = ZoneInfo("America/New_York")
NINE_TO_FIVE = PostingWindow(opens=9 * 60, closes=17 * 60)
NIGHT = PostingWindow(opens=22 * 60, closes=2 * 60, days="every_day")


def test_a_paper_is_stated_or_a_file_is_it() -> None:
    check = EvidencePresent(frozenset({"contract", "delivery_note"}))
    assert codes(ask(check, document())) == ["paper_missing", "paper_missing"]
    half = document(papers=("contract",))
    assert words(ask(check, half)) == {"paper": "delivery_note"}
    whole = document(papers=("contract",), attachments=(Attachment("d.pdf", "delivery_note"),))
    assert codes(ask(check, whole)) == []


def test_one_file_attached_twice_is_one_file() -> None:
    check = EvidencePresent(files=2)
    same = Attachment("a.pdf", digest="sha256:1"), Attachment("b.pdf", digest="sha256:1")
    assert words(ask(check, document(attachments=same))) == {"count": "1", "expected": "2"}
    unnamed = Attachment("a.pdf"), Attachment("b.pdf", digest="sha256:1")
    assert codes(ask(check, document(attachments=unnamed))) == ["files_missing"]
    two = Attachment("a.pdf", digest="sha256:1"), Attachment("b.pdf", digest="sha256:2")
    assert codes(ask(check, document(attachments=two))) == []


def test_other_content_than_the_approved_one_is_released_by_nobody() -> None:
    approved = Surroundings(approved_digest="sha256:content")
    assert codes(ask(Unchanged(), document(), beside=approved)) == []
    changed = document(digest="sha256:other")
    (found,) = ask(rule(Unchanged(), released_by="ctrl"), changed, beside=approved)
    assert found.code == "changed_since_approval"
    release = Release(found.id, "vera", "fine", NOW, "sha256:other")  # type: ignore[arg-type]
    (still,) = ask(Unchanged(), changed, beside=approved, releases=(release,))
    assert still.stands


@pytest.mark.parametrize(
    ("check", "local", "opens_at"),
    [
        (NINE_TO_FIVE, "2027-03-15T09:00", None),
        (NINE_TO_FIVE, "2027-03-15T16:59", None),
        (NINE_TO_FIVE, "2027-03-15T17:00", "2027-03-16T09:00:00-04:00"),
        (NINE_TO_FIVE, "2027-03-12T18:00", "2027-03-15T09:00:00-04:00"),  # over the weekend
        (NINE_TO_FIVE, "2027-03-14T12:00", "2027-03-15T09:00:00-04:00"),  # a Sunday
        (NIGHT, "2027-03-15T23:30", None),
        (NIGHT, "2027-03-16T01:59", None),
        (NIGHT, "2027-03-16T02:00", "2027-03-16T22:00:00-04:00"),
        # clocks go forward at 02:00: there is no moment between 01:59 and 03:00
        (NIGHT, "2027-03-14T01:59", None),
        (NIGHT, "2027-03-14T03:00", "2027-03-14T22:00:00-04:00"),
    ],
)
def test_postings_go_in_the_hours_of_the_entity(
    check: Check, local: str, opens_at: str | None
) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=NEW_YORK).astimezone(UTC)
    found = ask(check, document(), now=now)
    if opens_at is None:
        assert found == ()
    else:
        assert words(found) == {"opens_at": opens_at}
        assert found[0].clears_at == datetime.fromisoformat(opens_at)


def test_holidays_are_no_business_days() -> None:
    monday = datetime(2027, 3, 15, 12, tzinfo=NEW_YORK)
    closed = snapshot("digest", holidays={"": frozenset({DAY})})
    assert codes(ask(NINE_TO_FIVE, document(), closed, now=monday)) == ["window_closed"]


def test_data_of_unknown_age_are_too_old() -> None:
    check = DataFresh(hours=24)
    assert codes(ask(check, document())) == ["data_age_unknown"]
    for age, found in ((24, []), (25, ["data_too_old"])):
        loaded = Surroundings(loaded_at={"master_data": NOW - timedelta(hours=age)})
        assert codes(ask(check, document(), beside=loaded)) == found
    both = DataFresh(hours=24, sources=frozenset({"master_data", "budgets"}))
    one = Surroundings(loaded_at={"master_data": NOW})
    assert words(ask(both, document(), beside=one)) == {"source": "budgets"}


CORPORATE = FxChoice("corporate", "submission", True, 7, False)
RATE = Rate("EUR-1", "corporate", "EUR", "USD", date(2027, 3, 12), Fraction(11, 10))


def test_a_foreign_amount_needs_a_rate_for_the_day_in_the_books() -> None:
    known = snapshot("digest", rates=[RATE])
    euros = document(line(currency="EUR"), currency="EUR")
    assert codes(ask(RateKnown(), document(), known, fx=CORPORATE)) == []
    assert codes(ask(RateKnown(), euros, known, fx=CORPORATE)) == []
    assert words(ask(RateKnown(), euros, snapshot("digest"), fx=CORPORATE)) == {
        "pair": "EUR/USD",
        "day": "2027-03-15",
        "reason": "fx_rate_missing",
    }
    later = document(line(currency="EUR"), currency="EUR", posting_date=date(2027, 3, 20))
    assert words(ask(RateKnown(), later, known, fx=CORPORATE))["reason"] == "fx_rate_stale"
    assert words(ask(RateKnown(), euros, known))["reason"] == "fx_not_stated"
    no = LookedUp(answers={("rate", "EUR/USD"): False})
    assert codes(ask(RateKnown(), euros, known, fx=CORPORATE, looked_up=no)) == [
        "rate_missing_in_erp"
    ]


YEAR = Validity(date(2027, 1, 1), date(2027, 12, 31))
USED = BudgetLeft("used")


def budgets(*rows: Budget) -> object:
    return snapshot("digest", rates=[RATE], chart=chart_of([], [], [], list(rows), {}))


def found_of(spent: FactValue | None, *rows: Budget, **more: str) -> list[str]:
    totals = MappingProxyType({} if spent is None else {"used": spent})
    coded = document(line(cost_center="cc100", **more))
    beside = Surroundings(totals=totals)
    return codes(ask(USED, coded, budgets(*rows), beside=beside, fx=CORPORATE))  # type: ignore[arg-type]


def test_a_budget_may_be_used_up_to_its_last_cent() -> None:
    row = Budget("US01", "cc100", "", Money(10_000, "USD"), YEAR)
    assert found_of(Money(10_000, "USD"), row) == []
    assert found_of(Money(10_001, "USD"), row) == ["budget_exceeded"]
    assert found_of(Exact(Fraction(100_001, 10), "USD"), row) == ["budget_exceeded"]
    assert found_of(None, row) == ["budget_total_unknown"]
    assert found_of(Money(1, "USD")) == ["budget_unknown"]
    assert found_of(Money(9_091, "EUR"), row) == ["budget_exceeded"]  # 100.001 USD
    assert found_of(Money(9_090, "EUR"), row) == []
    assert found_of(Money(1, "CHF"), row) == ["budget_total_unknown"]


def test_a_budget_of_the_account_stands_before_that_of_the_cost_center() -> None:
    whole = Budget("US01", "cc100", "", Money(10_000, "USD"), YEAR)
    travel = Budget("US01", "cc100", "6100", Money(100, "USD"), YEAR)
    spent = Money(5_000, "USD")
    assert found_of(spent, whole, travel, gl_account="6100") == ["budget_exceeded"]
    assert found_of(spent, whole, travel, gl_account="6200") == []
    assert found_of(spent, whole, replace_days(whole), gl_account="6200") == ["budget_unknown"]


def replace_days(budget: Budget) -> Budget:
    march = Validity(date(2027, 3, 1), date(2027, 3, 31))
    return Budget(budget.entity, budget.cost_center, "", Money(1, "USD"), march)


def test_a_line_without_a_cost_center_has_no_budget() -> None:
    lines = line(1, cost_center="cc100"), line(2)
    assert words(ask(USED, document(*lines))) == {"cost_centers": "-, cc100"}
    assert codes(ask(USED, document(line()))) == ["budget_undecided"]


def test_what_differs_from_the_supplier_is_found_and_nothing_is_overwritten() -> None:
    supplier = Supplier(
        "S-1",
        "Globex",
        accounts=frozenset({token("bank_account", "DE02 1203 0000 0000 2020 51")}),
        facts=MappingProxyType({"supplier.payment_terms": "N30", "supplier.currency": "USD"}),
    )
    known = snapshot("digest", suppliers=[supplier])

    def fields(**details: object) -> list[str]:
        on = document(details=MappingProxyType(details))
        found = ask(AgreesWithSupplier(system="SAP"), on, known)
        return [dict(one.words)["field"] for one in found]

    same = (BankDetails("de02120300000000202051"),)
    other = (BankDetails("DE02120300000000202051"), BankDetails("DE02500105170137075030"))
    assert fields(payment_terms="N30", pay_to=same) == []
    assert fields(payment_terms="N10", pay_to=same) == ["payment_terms"]
    assert fields(pay_to=other) == ["bank_account"]
    assert fields() == []
    nobody = ask(AgreesWithSupplier(), document(supplier="S-9"), known)
    assert codes(nobody) == ["supplier_unknown"]
    bare = snapshot("digest", suppliers=[Supplier("S-1", "Globex")])
    assert codes(ask(AgreesWithSupplier(frozenset({"currency"})), document(), bare)) == [
        "differs_from_supplier"
    ]


@pytest.mark.parametrize(
    ("loaded", "told", "found"),
    [
        (None, None, []),
        (True, None, []),
        (False, None, ["rate_missing_in_erp"]),
        (False, True, ["rate_missing_in_erp"]),  # of two answers, no counts
        (True, False, ["rate_missing_in_erp"]),
    ],
)
def test_answers_that_were_loaded_count_beside_those_that_are_told(
    loaded: bool | None, told: bool | None, found: list[str]
) -> None:
    asked = ("rate", "EUR/USD")
    answers = {} if loaded is None else {asked: Answer(loaded)}
    known = snapshot("digest", rates=[RATE], answers=MappingProxyType(answers))
    looked_up = LookedUp(answers={} if told is None else {asked: told})
    euros = document(line(currency="EUR"), currency="EUR")
    assert codes(ask(RateKnown(), euros, known, fx=CORPORATE, looked_up=looked_up)) == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Answer(says=True, at=NOW - timedelta(days=30)), []),
        (Answer(says=True, at=NOW - timedelta(days=31)), ["sanctions_answer_too_old"]),
        (Answer(says=True), ["sanctions_answer_too_old"]),
        (Answer(says=False, at=NOW), ["sanctions_listed"]),
        (None, ["sanctions_not_screened"]),
    ],
)
def test_a_supplier_is_cleared_by_an_answer_that_was_loaded(
    answer: Answer | None, found: list[str]
) -> None:
    asked = ("sanctions", token("sanctions", "Globex Ltd, GB"))
    answers = {} if answer is None else {asked: answer}
    supplier = Supplier("S-1", "Globex Ltd", country="GB")
    known = snapshot("digest", suppliers=[supplier], answers=MappingProxyType(answers))
    assert codes(ask(SanctionsCleared(), document(type="supplier_request"), known)) == found
