"""Readiness files: which checks compile, with what, and what is refused by its name."""

from fractions import Fraction

import pytest

from engine.money import Money
from engine.places import Place
from engine.readiness.matching import Match, Tax, Unless
from engine.readiness.ordering import OrderBalance, OrderOpen, ReceiptThere
from engine.readiness.period import PeriodOpen, PostingDate
from engine.readiness.supplier import SupplierActive
from engine.readiness.tolerances import PriceTolerance, QuantityTolerance
from engine.scopes import Effective, Scope
from rules.checks.names import check_names
from rules.diagnostics import Diagnostics
from tests.rules.compiled import compiled, complaints

HEAD = "kind: readiness\ndocuments: [invoice]\nowner: controller\nchecks:\n"


def check(text: str, head: str = HEAD) -> object:
    (found,) = compiled(readiness__ap=f"{head}  - {text}\n").readiness
    return found.check


def refused(text: str, head: str = HEAD) -> list[str]:
    return [found.split()[0] for found in complaints(readiness__ap=f"{head}  - {text}\n")]


def test_a_check_knows_where_when_and_for_whom_it_applies() -> None:
    text = (
        "kind: readiness\ndocuments: [invoice, credit_note]\nscope: {entities: [US01]}\n"
        "effective: {from: 2027-01-01}\nowner: controller\nchecks: [supplier_active]\n"
    )
    (found,) = compiled(readiness__us=text).readiness
    assert found.place == Place("readiness/us.yaml", 6, 10)
    assert found.documents == {"invoice", "credit_note"}
    assert found.scope == Scope(entities=frozenset({"US01"}))
    assert isinstance(found.effective, Effective)
    assert str(found.effective.start) == "2027-01-01"
    assert found.owner == "controller"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("invoice_date", PostingDate.DOCUMENT_DATE),
        ("document_date", PostingDate.DOCUMENT_DATE),
        ("posting_date", PostingDate.POSTING_DATE),
        ("submission", PostingDate.SUBMISSION),
    ],
)
def test_the_day_it_posts_on_is_said(written: str, meant: PostingDate) -> None:
    assert check(f"period_open: {{posting_date: {written}}}") == PeriodOpen(meant)


def test_a_special_role_is_a_declared_role_with_holders() -> None:
    text = "period_open: {posting_date: submission, special_role: %s}"
    assert check(text % "cfo") == PeriodOpen(PostingDate.SUBMISSION, "", "cfo")
    assert refused(text % "nobody_at_all") == ["unknown-role"]
    assert refused(text % "board") == ["unknown-role"]
    assert refused(text % "manager") == ["unknown-role"]


def test_what_posts_nowhere_by_itself_names_whose_periods_are_asked() -> None:
    head = HEAD.replace("invoice", "purchase_order")
    assert refused("period_open: {posting_date: submission}", head) == ["missing-key"]
    named = check("period_open: {posting_date: submission, kind: GL}", head)
    assert named == PeriodOpen(PostingDate.SUBMISSION, "GL")


def test_the_statuses_of_an_active_supplier_are_known_words_or_stated() -> None:
    assert check("supplier_active") == SupplierActive(
        frozenset({"active", "approved", "preferred"})
    )
    assert check("supplier_active: {status: [released]}") == SupplierActive(frozenset({"released"}))


def test_a_check_may_only_warn_and_may_name_who_releases_it() -> None:
    head = HEAD + "  - "
    (plain,) = compiled(readiness__ap=f"{head}supplier_active\n").readiness
    assert (plain.is_warning, plain.released_by) == (False, "")
    text = "supplier_active: {severity: warns, released_by: cfo}"
    (milder,) = compiled(readiness__ap=f"{head}{text}\n").readiness
    assert (milder.is_warning, milder.released_by) == (True, "cfo")
    assert milder.check == SupplierActive()
    assert refused("supplier_active: {released_by: nobody_at_all}") == ["unknown-role"]
    assert refused("supplier_active: {severity: silent}") == ["not-one-of"]


def test_a_check_that_says_itself_who_releases_takes_no_other() -> None:
    text = "period_open: {posting_date: submission, released_by: cfo}"
    assert refused(text) == ["unknown-key"]


def test_an_unknown_check_is_refused() -> None:
    assert refused("supplier_actve") == ["unknown-check"]
    assert refused("supplier_actve: {status: [x]}") == ["unknown-key"]


def test_a_file_without_checks_documents_or_owner_says_nothing() -> None:
    assert complaints(readiness__ap=HEAD.replace("checks:\n", "checks: []\n")) == [
        "empty-list readiness/ap.yaml:4:9"
    ]
    assert refused("supplier_active", HEAD.replace("documents: [invoice]\n", "")) == ["missing-key"]
    assert refused("supplier_active", HEAD.replace("owner: controller\n", "")) == ["missing-key"]


def test_the_same_check_twice_in_a_file_is_a_mistake() -> None:
    text = "supplier_active\n  - supplier_active: {status: [preferred, active, approved]}"
    assert refused(text) == ["twice"]


def test_a_role_that_may_release_is_asked_by_a_rule() -> None:
    roles = "kind: organization\nroles:\n  period_controller: {}\n"
    text = f"{HEAD}  - period_open: {{posting_date: submission, special_role: period_controller}}\n"
    assert never_asked(roles=roles) == ["no rule asks `period_controller`"]
    assert never_asked(roles=roles, readiness__ap=text) == []


def never_asked(**files: str) -> list[str]:
    found = Diagnostics()
    check_names(compiled(**files), found)
    return [each.message for each in found if "period_controller" in each.message]


MATCH = "match: {way: 3, price: {percent: 2, amount: 50.00 EUR, within: both}, %s}"


def test_a_match_says_how_far_price_and_quantity_may_be_off() -> None:
    assert check(MATCH % "quantity: {percent: 0}, tax: excluded") == Match(
        3,
        PriceTolerance(Fraction(2, 100), Money(5000, "EUR"), "both"),
        QuantityTolerance(Fraction(0)),
    )
    more = check(MATCH % "quantity: {units: 2}, tax: included, charges: 10.00 EUR, under: blocks")
    assert more == Match(
        3,
        PriceTolerance(Fraction(2, 100), Money(5000, "EUR"), "both"),
        QuantityTolerance(units=2),
        tax=Tax.INCLUDED,
        charges=Money(1000, "EUR"),
        under=Unless.BLOCKS,
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("match", ["missing-key"] * 3),
        ("match: {way: 3, price: {percent: 2}}", ["missing-key"]),
        ("match: {way: 3, price: {}, quantity: {percent: 0}}", ["missing-key"]),
        ("match: {way: 5, price: {percent: 2}, quantity: {percent: 0}}", ["out-of-range"]),
        (
            "match: {way: 3, price: {percent: 2, amount: 5.00 EUR}, quantity: {percent: 0}}",
            ["missing-key"],
        ),
        (
            "match: {way: 3, price: {percent: 2, within: any}, quantity: {percent: 0}}",
            ["not-one-of"],
        ),
        ("match: {way: 3, price: {percent: -2}, quantity: {percent: 0}}", ["not-a-percentage"]),
        ("match: {way: 3, price: {amount: 5.00}, quantity: {percent: 0}}", ["no-currency"]),
        (
            "match: {way: 3, price: {share: 2}, quantity: {percent: 0}}",
            ["missing-key", "unknown-key"],
        ),
        ("match: {way: 3, price: 2, quantity: {percent: 0}}", ["expected-mapping"]),
        ("order_balance: {percent: 2, amount: 5.00 EUR}", ["missing-key"]),
    ],
)
def test_a_tolerance_that_leaves_something_open_does_not_load(text: str, codes: list[str]) -> None:
    assert refused(text) == codes


def test_orders_receipts_and_balances_are_asked_by_a_word() -> None:
    for word, check_type in (("order_open", OrderOpen), ("order_balance", OrderBalance)):
        assert check(word) == check_type()
    assert check("receipt") == ReceiptThere()


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        ("way: 2", "way: 3", "stricter"),
        ("percent: 2, amount", "percent: 3, amount", "looser"),
        ("amount: 50.00 EUR", "amount: 40.00 EUR", "stricter"),
        ("within: both", "within: either", "different"),
        ("quantity: {percent: 0}", "quantity: {percent: 1}", "looser"),
    ],
)
def test_which_way_a_change_of_a_tolerance_goes_is_told(old: str, new: str, direction: str) -> None:
    from rules.analysis.differences.readiness import _direction

    text = (MATCH % "quantity: {percent: 0}").replace("way: 3", "way: 2")
    before, after = check(text), check(text.replace(old, new))
    assert str(_direction(before, after)) == direction  # type: ignore[arg-type]
