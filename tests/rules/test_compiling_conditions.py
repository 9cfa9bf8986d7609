"""`when` and `require`: every test of the language, and the condition it becomes."""

# ruff: noqa: E501 (tables of rules as they are written)

from datetime import date
from fractions import Fraction

import pytest

from engine.facts.conditions import (
    ALWAYS,
    All,
    Any,
    Compare,
    Condition,
    Constant,
    Extreme,
    FactBound,
    Lines,
    Not,
    OneOf,
    Op,
    Present,
    Settled,
)
from engine.facts.kinds import Duration, Kind
from engine.money import HIGHEST, LOWEST, Money
from tests.rules.compiled import HEAD, complaints, matrix, report, row, row_errors, when, with_base

LEVELS = ("manager", "director", "vp", "chief")
OFFICES = ("field", "region", "headquarters")
YES_OR_NO = (True, False)


def one_of(fact: str, *values: object, domain: tuple[object, ...] = ()) -> OneOf:
    return OneOf(fact, frozenset(values), domain)  # type: ignore[arg-type]


def money(fact: str, op: Op, minor: int, currency: str = "USD") -> Compare:
    return Compare(fact, op, Constant(Money(minor, currency)), Kind.MONEY, currency)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{category: legal}", one_of("category", "legal")),
        ("{category: 'present'}", one_of("category", "present")),
        ("{category: [legal, it]}", one_of("category", "legal", "it")),
        ("{category: {not: legal}}", Not(one_of("category", "legal"))),
        ("{category: {not: [legal, it]}}", Not(one_of("category", "legal", "it"))),
        ("{category: {not: present}}", Not(Present("category"))),
        ("{method: tender}", one_of("method", "tender", domain=("micro_purchase", "tender"))),
        ("{in_plan: yes}", one_of("in_plan", True, domain=YES_OR_NO)),
        ("{in_plan: false}", one_of("in_plan", False, domain=YES_OR_NO)),
        ("{supplier: NO}", one_of("supplier", "NO")),
        ("{office_level: region}", one_of("office_level", "region", domain=OFFICES)),
        ("{entity.country: NO}", one_of("entity.country", "NO", domain=("KW", "NO", "US"))),
        ("{entity: US01}", one_of("entity", "US01", domain=("US01", "US02", "KW01", "NO01"))),
        ("{requester.level: vp}", one_of("requester.level", "vp", domain=LEVELS)),
        ("{business_case: present}", Present("business_case")),
        ("{contract: missing}", Not(Present("contract"))),
        ("{document.net: missing}", Not(Present("document.net"))),
        (
            "{term: {up_to: 3 years}}",
            Compare("term", Op.UP_TO, Constant(Duration(36, 0)), Kind.DURATION),
        ),
        (
            "{term: {below: 2 weeks}}",
            Compare("term", Op.BELOW, Constant(Duration(0, 14)), Kind.DURATION),
        ),
        (
            "{annual_revenue: {above: 500_000.00 EUR}}",
            money("annual_revenue", Op.ABOVE, 50_000_000, "EUR"),
        ),
        ("{annual_revenue: {above: 500_000}}", money("annual_revenue", Op.ABOVE, 50_000_000)),
        ("{document.net: {from: -5.00}}", money("document.net", Op.FROM, -500)),
        (
            "{office_level: {from: region}}",
            Compare("office_level", Op.FROM, Constant("region"), Kind.SCALE, scale=OFFICES),
        ),
        (
            "{office_level: {below: needed_level}}",
            Compare("office_level", Op.BELOW, FactBound("needed_level"), Kind.SCALE, scale=OFFICES),
        ),
        (
            "{score: {from: -1.5}}",
            Compare("score", Op.FROM, Constant(Fraction(-3, 2)), Kind.NUMBER),
        ),
        (
            "{due_by: {from: 2027-01-31}}",
            Compare("due_by", Op.FROM, Constant(date(2027, 1, 31)), Kind.DATE),
        ),
        ("{now: {up_to: due_by}}", Compare("now", Op.UP_TO, FactBound("due_by"), Kind.DATE)),
        (
            "{split_sum: {up_to: supplier_year}}",
            Compare("split_sum", Op.UP_TO, FactBound("supplier_year"), Kind.MONEY),
        ),
        (
            "{document.net: {up_to: 12.5% of contract.original}}",
            Compare(
                "document.net", Op.UP_TO, FactBound("contract.original", Fraction(1, 8)), Kind.MONEY
            ),
        ),
        (
            "{document.net: {up_to: {lesser: [10% of contract.original, 100_000.00 EUR]}}}",
            Compare(
                "document.net",
                Op.UP_TO,
                Extreme(
                    (
                        FactBound("contract.original", Fraction(1, 10)),
                        Constant(Money(10_000_000, "EUR")),
                    ),
                    lesser=True,
                ),
                Kind.MONEY,
                "EUR",
            ),
        ),
        (
            "{any_line: {hazardous: yes}}",
            Lines(one_of("hazardous", True, domain=YES_OR_NO), every=False),
        ),
        (
            "{every_line: {line.net: {up_to: 5.00}, category: x}}",
            Lines(All((money("line.net", Op.UP_TO, 500), one_of("category", "x"))), every=True),
        ),
        (
            "{category: a, in_plan: yes}",
            All((one_of("category", "a"), one_of("in_plan", True, domain=YES_OR_NO))),
        ),
        (
            "{any: [{category: a}, {in_plan: yes, supplier: s}]}",
            Any(
                (
                    one_of("category", "a"),
                    All((one_of("in_plan", True, domain=YES_OR_NO), one_of("supplier", "s"))),
                )
            ),
        ),
        (
            "{all: [{category: a}, {supplier: s}]}",
            All((one_of("category", "a"), one_of("supplier", "s"))),
        ),
        (
            "{not: {category: a, supplier: s}}",
            Not(All((one_of("category", "a"), one_of("supplier", "s")))),
        ),
        ("{not: {not: {category: a}}}", Not(Not(one_of("category", "a")))),
        ("{requester.grade: 3}", None),
    ],
)
def test_a_condition_becomes(written: str, meant: Condition | None) -> None:
    if meant is not None:
        assert when(written) == meant


def test_an_amount_equals_by_being_neither_above_nor_below() -> None:
    tests = (money("document.net", Op.UP_TO, 500), money("document.net", Op.FROM, 500))
    assert when("{document.net: 5.00}") == Settled(All(tests), ("document.net",))


def test_a_list_of_numbers_is_any_of_them() -> None:
    found = when("{score: [1, 2]}")
    assert isinstance(found, Settled)
    assert isinstance(found.part, Any)
    assert len(found.part.parts) == 2


def test_only_tests_that_share_a_fact_are_settled_together() -> None:
    found = when("{category: a, term: {above: 1 month, up_to: 3 months}, in_plan: yes}")
    assert isinstance(found, All)
    category, term, plan = found.parts
    assert category == one_of("category", "a")
    assert isinstance(term, Settled)
    assert term.repeated == ("term",)
    assert plan == one_of("in_plan", True, domain=YES_OR_NO)


def test_facts_that_are_joined_by_a_third_test_are_settled_with_it() -> None:
    found = when(
        "{split_sum: {above: 1.00}, supplier_year: {above: 2.00}, any: [{split_sum: {up_to: supplier_year}}]}"
    )
    assert isinstance(found, Settled)
    assert found.repeated == ("split_sum", "supplier_year")


def test_a_row_without_a_condition_matches_always() -> None:
    assert row("{approve: cfo}").when == ALWAYS


@pytest.mark.parametrize(
    ("bounds", "low", "high"),
    [
        ("up_to: 10_000.00", LOWEST, 2_000_000),
        ("below: 10_000.00", LOWEST, 1_999_999),
        ("above: 10_000.00", 2_000_001, HIGHEST),
        ("from: 10_000.00", 2_000_000, HIGHEST),
        ("above: 1.00, up_to: 2.00", 201, 400),
        ("from: 1.00 USD, below: 2.00 USD", 200, 399),
        ("from: -2.00, up_to: -1.00", -400, -200),
        ("up_to: 0", LOWEST, 0),
    ],
)
def test_constant_bounds_become_keys(bounds: str, low: int, high: int) -> None:
    found = row(f"{{{bounds}, approve: cfo}}")
    assert (found.low, found.high) == (low, high)
    assert found.when == ALWAYS
    assert len(found.bounds) == bounds.count(",") + 1
    assert {test.fact for test in found.bounds} == {"amount"}


def test_bounds_are_minor_units_of_the_files_currency() -> None:
    head = HEAD.replace("USD", "KWD")
    assert matrix("  - {up_to: 1.005, approve: cfo}", head).rows[0].high == 2010
    head = HEAD.replace("USD", "JPY")
    assert matrix("  - {up_to: 1_000, approve: cfo}", head).rows[0].high == 2000


def test_a_bound_in_another_currency_is_a_test_that_converts() -> None:
    found = row("{up_to: 5.00 EUR, above: 1.00, approve: cfo}")
    assert (found.low, found.high) == (201, HIGHEST)
    assert found.bounds == (money("amount", Op.ABOVE, 100),)
    assert found.when == money("amount", Op.UP_TO, 500, "EUR")


def test_a_bound_that_is_a_fact_is_a_test_in_the_files_currency() -> None:
    found = row("{up_to: requester.limit, approve: cfo}")
    assert (found.low, found.high, found.bounds) == (LOWEST, HIGHEST, ())
    limit = FactBound("requester.limit")
    assert found.when == Compare("amount", Op.UP_TO, limit, Kind.MONEY, "USD")


def test_a_bound_may_be_the_greater_of_nested_ones() -> None:
    found = row(
        "{above: {greater: [5% of contract.net, {lesser: [contract.original, 7.00]}]}, approve: cfo}"
    )
    inner = Extreme((FactBound("contract.original"), Constant(Money(700, "USD"))), lesser=True)
    bound = Extreme((FactBound("contract.net", Fraction(1, 20)), inner), lesser=False)
    assert found.when == Compare("amount", Op.ABOVE, bound, Kind.MONEY, "USD")


def test_a_list_of_papers_requires_each() -> None:
    parts = row("{approve: cfo, require: [business_case, prior_approval]}").require
    assert [part.condition for part in parts] == [
        Present("business_case"),
        Present("prior_approval"),
    ]
    assert [part.text for part in parts] == ["business_case: present", "prior_approval: present"]
    assert [part.place.column for part in parts] == [30, 45]


def test_each_part_of_a_requirement_keeps_its_text_and_place() -> None:
    text = "{approve: cfo, require: {in_plan: yes, any: [{category: [a, b]}, {term: {up_to: 1 year}}]}}"
    parts = row(text).require
    assert [part.text for part in parts] == [
        "in_plan: yes",
        "any: [{category: [a, b]}, {term: {up_to: 1 year}}]",
    ]
    assert [(part.place.line, part.place.column) for part in parts] == [(7, 30), (7, 44)]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{categroy: a}", "unknown-fact"),
        ("{amount: 5.00}", "unknown-fact"),
        ("{method: tendr}", "unknown-word"),
        ("{requester.level: boss}", "unknown-word"),
        ("{entity.country: DE}", "unknown-word"),
        ("{document.type: awrd}", "unknown-word"),
        ("{category: {up_to: b}}", "no-order"),
        ("{in_plan: {from: no}}", "no-order"),
        ("{in_plan: maybe}", "not-yes-no"),
        ("{business_case: yes}", "not-one-of"),
        ("{business_case: [present]}", "not-one-of"),
        ("{business_case: {not: yes}}", "not-one-of"),
        ("{business_case: {up_to: 5}}", "no-order"),
        ("{term: 3}", "not-a-duration"),
        ("{term: {up_to: 5 business days}}", "not-a-duration"),
        ("{term: {up_to: ever}}", "unknown-fact"),
        ("{score: {up_to: 1 EUR}}", "not-an-amount"),
        ("{due_by: {up_to: 2027-02-30}}", "not-a-date"),
        ("{document.net: {up_to: 1.005}}", "too-many-decimals"),
        ("{document.net: {up_to: 1.00 EUX}}", "unknown-currency"),
        ("{document.net: {up_to: term}}", "different-kinds"),
        ("{document.net: {up_to: document.net}}", "same-fact"),
        ("{document.net: {up_to: nothing}}", "unknown-fact"),
        ("{document.net: {up_to: 10% of term}}", "different-kinds"),
        ("{document.net: {up_to: 0% of contract.net}}", "out-of-range"),
        ("{document.net: {up_to: x% of contract.net}}", "not-a-percentage"),
        ("{document.net: {up_to: [1.00]}}", "not-a-bound"),
        ("{document.net: {up_to: {least: [1.00, 2.00]}}}", "not-a-bound"),
        ("{document.net: {up_to: {lesser: 1.00}}}", "expected-list"),
        ("{document.net: {up_to: {lesser: [1.00]}}}", "list-length"),
        ("{score: {up_to: {lesser: [1, 2]}}}", "not-a-bound"),
        ("{office_level: {from: requester.level}}", "different-kinds"),
        ("{office_level: {from: regoin}}", "unknown-word"),
        ("{score: {above: 1, from: 1}}", "two-bounds"),
        ("{score: {above: 2, up_to: 1}}", "never-true"),
        ("{score: {above: 1, up_to: 1}}", "never-true"),
        ("{term: {from: 2 years, below: 24 months}}", "never-true"),
        ("{score: {over: 1}}", "unknown-key"),
        ("{score: {not: 1, up_to: 2}}", "unknown-key"),
        ("{score: {}}", "empty-list"),
        ("{category: []}", "empty-list"),
        ("{category: [a, a]}", "twice"),
        ("{category: [[a]]}", "expected-text"),
        ("{category: }", "empty-value"),
        ("{}", "empty-list"),
        ("[{category: a}]", "expected-mapping"),
        ("{any: {category: a}}", "expected-list"),
        ("{any: []}", "empty-list"),
        ("{not: [a]}", "expected-mapping"),
        ("{hazardous: yes}", "line-fact"),
        ("{any_line: {any_line: {hazardous: yes}}}", "line-in-line"),
        ("{approver.level: vp}", "approver-fact"),
        ("{approver.grade: 3}", "approver-fact"),
    ],
)
def test_a_wrong_condition_is_reported_once(written: str, code: str) -> None:
    assert row_errors(f"{{when: {written}, approve: cfo}}") == [code]


def test_a_range_of_durations_that_may_hold_is_no_error() -> None:
    assert row_errors("{when: {term: {above: 1 month, up_to: 31 days}}, approve: cfo}") == []


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("[business_cas]", "unknown-fact"),
        ("[in_plan]", "not-a-paper"),
        ("[business_case, business_case]", "twice"),
        ("[]", "empty-list"),
        ("{}", "empty-list"),
        ("business_case", "expected-mapping"),
        ("[{business_case: present}]", "expected-text"),
    ],
)
def test_a_wrong_requirement_is_reported_once(written: str, code: str) -> None:
    assert row_errors(f"{{require: {written}, approve: cfo}}") == [code]


def test_every_wrong_part_of_a_condition_is_reported() -> None:
    text = "{when: {categroy: a, term: 3, any: [{x: y}, {score: {over: 1}}]}, approve: cfo}"
    assert row_errors(text) == ["unknown-fact", "not-a-duration", "unknown-fact", "unknown-key"]


def test_nesting_and_sizes_have_limits() -> None:
    deep = "{category: a}"
    for _ in range(40):
        deep = f"{{not: {deep}}}"
    assert row_errors(f"{{when: {deep}, approve: cfo}}") == ["too-deep"]
    wide = ", ".join(f"{{category: a{number}}}" for number in range(501))
    assert row_errors(f"{{when: {{any: [{wide}]}}, approve: cfo}}") == ["too-many"]
    codes = complaints(
        approvals__m=f"{HEAD}rows:\n  - when: {{score: [{', '.join(map(str, range(600)))}]}}\n    approve: cfo\n"
    )
    assert [code.split()[0] for code in codes] == ["too-many"]


def test_a_fact_of_a_supplier_or_entity_is_suggested_by_its_own_name() -> None:
    facts = "kind: vocabulary\nfacts:\n  kin: {is: yes_no, of: supplier}\n  mine: {is: yes_no}\n"
    for asked, help in (
        ("supplier.kin", "did you mean `kin`?"),
        ("entity.kin", "did you mean `kin`?"),
        ("supplier.mine", "did you mean `supplier_item`?"),
    ):
        rows = f"{HEAD}rows:\n  - {{when: {{{asked}: yes}}, approve: cfo}}\n"
        _, found = report(with_base(more=facts, approvals__m=rows))
        [error] = [each for each in found if each.severity == "error"]
        assert (error.code, error.message) == ("unknown-fact", f"no fact named `{asked}`")
        assert error.help == help
