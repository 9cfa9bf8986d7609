"""Gaps and overlaps: what is reported, where, with which witness and which remedy."""

from fractions import Fraction

import pytest

from engine.facts.conditions import Any, Compare, Constant, FactBound, Lines, Not, Op, Settled
from engine.facts.kinds import Duration, Kind
from engine.places import NOWHERE
from engine.policy import NotNeeded, Refuse, Requirement
from rules.checks.coverage import check_coverage
from rules.diagnostics import Severity
from tests.rules.small_sets import (
    DE,
    FX,
    HELD,
    US,
    asks,
    both,
    compare,
    found,
    is_,
    lesser,
    matrix,
    policy,
    present,
    row,
    said,
    share,
    usd,
)


def reports(*rows, **kinds):  # type: ignore[no-untyped-def]
    """What is said of one matrix."""
    set_kinds = {key: kinds.pop(key) for key in ("credits", "fx", "entities") if key in kinds}
    return said(check_coverage, policy(matrix(*rows, **kinds), **set_kinds))


def test_scenario_33_a_gap_of_one_cent_to_one_euro_is_found_with_its_first_cent() -> None:
    rows = [row("manager", up_to="50000.00"), row("director", from_="50001.00")]
    [report] = found(check_coverage, policy(matrix(*rows)))
    assert str(report) == (
        "m.yaml:3:5: error[gap]: no row covers 50000.01 to 50000.99 USD\n"
        "  help: write `above: 50_000.00` instead of `from: 50_001.00`\n"
        "  witness: amount 50000.01 USD"
    )


def test_scenario_33_an_overlap_at_one_amount_is_found_with_it() -> None:
    rows = [row("manager", up_to="50000.00"), row("director", from_="50000.00")]
    [report] = found(check_coverage, policy(matrix(*rows)))
    assert str(report) == (
        "m.yaml:3:5: error[overlap]: this row and the row at m.yaml:2:5 both match 50000.00 USD, "
        "with different answers\n"
        "  help: write `above: 50_000.00` instead of `from: 50_000.00`\n"
        "  witness: amount 50000.00 USD"
    )


def test_rows_that_meet_exactly_leave_nothing_to_say() -> None:
    assert reports(row("manager", up_to="50000.00"), row("director", above="50000.00")) == []
    assert reports(row("manager", below="50000.00"), row("director", from_="50000.00")) == []


def test_the_order_of_rows_means_nothing() -> None:
    rows = [row("a", up_to="10.00", line=2), row("b", above="11.00", line=3)]
    assert reports(*rows) == reports(*reversed(rows))


def test_between_two_cents_there_are_amounts_only_after_a_conversion() -> None:
    rows = [row("manager", up_to="50000.00"), row("director", from_="50000.01")]
    assert reports(*rows) == []
    witness = "amount 50000.005 USD (after conversion)"
    assert reports(*rows, fx=FX) == [f"3 gap {witness}"]


def test_the_part_of_a_tax_that_is_not_recovered_may_lie_between_two_cents() -> None:
    rows = [row("manager", up_to="50000.00"), row("director", from_="50000.01")]
    partly = [type(US)("US01", "US", "", "USD", "UTC", tax_recovery=Fraction(1, 3))]
    assert [line[:5] for line in reports(*rows, entities=partly)] == ["3 gap"]
    assert reports(*rows, entities=partly, amount="document.net") == []


def test_no_upper_bound_is_needed_and_no_lower_one() -> None:
    assert reports(row("manager")) == []
    assert reports(row("manager", up_to="10.00")) == ["2 gap amount 10.01 USD"]
    assert reports(row("manager", above="10.00")) == ["2 gap amount 0.00 USD"]


@pytest.mark.parametrize(("credits", "witness"), [("absolute", []), ("", [])])
def test_the_axis_begins_at_zero_unless_credits_keep_their_sign(
    credits: str, witness: list[str]
) -> None:
    assert reports(row("manager", from_="0.00"), credits=credits) == witness


def test_with_signed_credits_the_axis_has_no_beginning() -> None:
    found_reports = reports(row("manager", from_="0.00"), credits="signed_with_waiver")
    assert found_reports == ["2 gap amount -0.01 USD"]


def test_without_an_amount_only_facts_are_looked_at() -> None:
    rows = [row("cfo", when=is_("category", "legal")), row("ceo", when=is_("category", "it"))]
    assert reports(*rows, amount="") == ["1 gap category: (any other)"]
    assert reports(row("cfo"), amount="") == []


def test_an_exception_beats_plain_rows_and_covers_like_them() -> None:
    stationery = both(is_("category", "office"), is_("supplier.status", "preferred"))
    cheap = row(NotNeeded(), up_to="500.00", when=stationery, exception=True, name="stationery")
    assert reports(cheap, row("manager")) == []
    assert reports(cheap) == [
        "1 gap category: office, supplier.status: (any other), amount 0.00 USD",
        "2 gap category: office, supplier.status: preferred, amount 500.01 USD",
    ]


def test_exceptions_among_themselves_may_not_overlap_with_different_answers() -> None:
    rows = [
        row("cfo", when=is_("category", "it"), exception=True),
        row(Refuse("no"), when=is_("capex", True), exception=True),
        row("manager"),
    ]
    assert reports(*rows) == ["3 overlap capex: yes, category: it, amount 0.00 USD"]


def test_plain_rows_that_overlap_only_where_an_exception_decides_are_no_error() -> None:
    rows = [
        row("manager", up_to="10.00"),
        row("director", from_="10.00"),
        row("cfo", from_="10.00", up_to="10.00", exception=True),
    ]
    assert reports(*rows) == []
    assert reports(*rows[:2]) == ["3 overlap amount 10.00 USD"]


def test_equal_answers_may_overlap_and_what_they_require_is_part_of_them() -> None:
    first = row("cfo", up_to="10.00")
    assert reports(first, row("cfo", from_="5.00")) == []
    paper = Requirement(present("quote"), "quote: present", NOWHERE)
    second = type(first)("", NOWHERE, asks("cfo"), low=2 * usd("5.00").minor, require=(paper,))
    assert reports(first, second) == ["3 overlap amount 5.00 USD"]


def test_otherwise_turns_a_gap_into_one_note() -> None:
    rows = [row("a", from_="10.00", up_to="20.00"), row("b", from_="30.00")]
    [report] = found(check_coverage, policy(matrix(*rows, otherwise=HELD)))
    assert (report.code, report.severity) == ("gap", Severity.NOTE)


def test_the_header_restricts_what_has_to_be_covered() -> None:
    only = row("cfo", when=is_("category", "it"))
    assert reports(only, when=is_("category", "it")) == []
    assert reports(only, when=Not(is_("category", "legal"))) == [
        "1 gap category: (any other), amount 0.00 USD"
    ]


def test_document_types_and_entities_are_those_of_the_file() -> None:
    rows = [
        row("cfo", when=is_("document.type", "invoice")),
        row("ceo", when=is_("document.type", "order")),
    ]
    assert reports(*rows, documents=("invoice", "order")) == []
    rows = [row("cfo", when=is_("entity", "US01")), row("ceo", when=is_("entity.country", "DE"))]
    assert reports(*rows, entities=(US, DE)) == []


def test_a_gap_that_stands_in_many_cases_is_one_report() -> None:
    rows = []
    for category in ("a", "b", "c", "d"):
        rows.append(row("m", up_to="10.00", when=is_("category", category)))
    [report] = found(check_coverage, policy(matrix(*rows, when=is_("category", *"abcde"))))[:1]
    assert report.message == "no row covers any amount for category: e"


def test_more_reports_than_anybody_reads_are_counted() -> None:
    rows = [row("a", from_=f"{n}0.00", up_to=f"{n}5.00") for n in range(10, 30)]
    messages = [report.message for report in found(check_coverage, policy(matrix(*rows)))]
    assert len(messages) == 11
    assert "and 11 more gaps in `m`" in messages


def test_a_paper_is_there_or_not() -> None:
    rows = [row("cfo", when=present("quote")), row("ceo", when=Not(present("quote")))]
    assert reports(*rows) == []
    assert reports(rows[0]) == ["1 gap quote: missing, amount 0.00 USD"]


def test_a_fact_that_may_be_missing_is_undecided_and_neither_gap_nor_overlap() -> None:
    rows = [
        row("cfo", when=is_("plan", "in")),
        row("ceo", when=Not(is_("plan", "in"))),
        row("board", when=Not(present("plan")), exception=True),
    ]
    assert reports(*rows) == []


def test_a_scale_is_compared_by_its_order() -> None:
    def level(op: str, word: str) -> Compare:
        scale = ("field", "region", "headquarters")
        return Compare("office", Op(op), Constant(word), Kind.SCALE, scale=scale)

    rows = [row("a", when=level("up_to", "field")), row("b", when=level("above", "region"))]
    assert reports(*rows) == ["1 gap office: region, amount 0.00 USD"]
    rows[1] = row("b", when=level("above", "field"))
    assert reports(*rows) == []


def test_months_and_days_are_only_ordered_where_no_calendar_matters() -> None:
    def term(op: str, length: Duration) -> Compare:
        return Compare("term", Op(op), Constant(length), Kind.DURATION)

    year, three = Duration(12, 0), Duration(36, 0)
    assert reports(row("a", when=term("up_to", year)), row("b", when=term("above", year))) == []
    lines = reports(row("a", when=term("up_to", year)), row("b", when=term("above", three)))
    assert lines == ["1 gap term: 36 months, amount 0.00 USD"]


def test_comparisons_with_facts_are_complements() -> None:
    limit = FactBound("requester.limit")
    rows = [
        row(NotNeeded(), when=compare("amount", "up_to", limit), name="own authority"),
        row("manager", when=compare("amount", "above", limit)),
    ]
    assert reports(*rows) == []
    rows[1] = row("manager", when=compare("amount", "from", limit))
    [line] = reports(*rows)
    assert line.startswith("3 overlap requester.limit: 0.00 USD, amount 0.00 USD")


def test_the_lesser_of_a_share_and_a_constant_is_exact() -> None:
    bound = lesser(share(10, "contract.original"), usd("100000.00"))
    rows = [
        row("manager", when=compare("amount", "up_to", bound)),
        row("director", up_to="100000.00", when=compare("amount", "above", bound)),
        row("cfo", above="100000.00"),
    ]
    assert reports(*rows) == []
    rows[1] = row("director", up_to="99999.99", when=compare("amount", "above", bound))
    [line] = reports(*rows)
    assert line.endswith("amount 100000.00 USD")
    assert line.startswith("4 gap contract.original: ")


def test_what_contradicts_itself_is_no_witness() -> None:
    contract = FactBound("contract.net")
    rows = [
        row("a", up_to="100.00", when=compare("amount", "above", contract)),
        row("b", when=compare("contract.net", "from", usd("100.00"))),
        row(
            "b",
            when=both(
                compare("contract.net", "below", usd("100.00")),
                compare("amount", "up_to", contract),
            ),
        ),
        row("b", above="100.00", when=compare("contract.net", "below", usd("100.00"))),
    ]
    # Only documents below their contract of less than 100.00 could be in no row, and are in row 3.
    assert reports(*rows) == []


def test_several_shares_of_one_fact_are_in_order() -> None:
    rows = [
        row("a", when=compare("amount", "up_to", share(10, "base"))),
        row(
            "b",
            when=both(
                compare("amount", "above", share(10, "base")),
                compare("amount", "up_to", share(20, "base")),
            ),
        ),
        row("c", when=compare("amount", "above", share(20, "base"))),
    ]
    assert reports(*rows) == []


def test_lines_cannot_both_all_and_not_all_be_something() -> None:
    service = is_("line.kind", "service")
    rows = [
        row("a", when=Lines(service, every=True)),
        row("b", when=Lines(Not(service), every=False)),
    ]
    assert reports(*rows) == []
    assert reports(rows[0]) == ["1 gap a line with not: {line.kind: service}, amount 0.00 USD"]
    rows[1] = row("b", when=Lines(service, every=False))
    lines = reports(*rows)
    assert [line.split()[:2] for line in lines] == [["1", "gap"], ["3", "overlap"]]


def test_the_matrix_own_fact_is_its_amount() -> None:
    rows = [
        row("a", up_to="100.00"),
        row("b", above="100.00", when=compare("commitment.net", "above", usd("50.00"))),
    ]
    assert reports(*rows, credits="") == []
    # A credit note of -200.00 has the amount 200.00.
    assert reports(*rows) == ["2 gap commitment.net: -100.01 USD, amount 100.01 USD"]


def test_a_condition_with_too_many_alternatives_is_said_not_to_be_proved() -> None:
    def some(start: int) -> Any:
        return Any(tuple(is_(f"fact{start + n}", True) for n in range(30)))

    lines = reports(row("a", when=both(some(0), some(30))))
    assert [line.split()[1] for line in lines] == ["not-proved"]


def test_a_search_without_end_says_what_it_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.checks.coverage.WORK", 50)
    rows = [row("a", when=is_("category", f"c{n}")) for n in range(60)]
    lines = reports(*rows)
    assert lines
    assert {line.split()[1] for line in lines} <= {"not-proved", "gap"}
    assert any("not-proved" in line for line in lines)


def test_a_condition_that_settles_itself_is_read_like_any_other() -> None:
    whole = Settled(Any((is_("category", "it"), Not(is_("category", "it")))), ("category",))
    assert reports(row("a", when=whole)) == []


def test_ten_thousand_rows_in_one_matrix_take_seconds() -> None:
    rows = []
    for category in range(500):
        for capex in (True, False):
            where = both(is_("category", f"c{category}"), is_("capex", capex))
            for step in range(10):
                above = f"{step}000.00" if step else ""
                up_to = f"{step + 1}000.00" if step < 9 else ""
                rows.append(row(f"r{step}", above=above, up_to=up_to, when=where))
    assert reports(*rows) == ["1 gap category: (any other), amount 0.00 USD"]


def test_a_gap_says_nothing_of_facts_that_make_no_difference_to_it() -> None:
    early = is_("capex", True)
    rows = [
        row("manager", up_to="50.00"),
        row("director", from_="51.00", up_to="90.00"),
        row("vp", above="90.00", when=early),
        row("cfo", above="90.00", when=Not(early)),
    ]
    [report] = found(check_coverage, policy(matrix(*rows)))
    assert report.message == "no row covers 50.01 to 50.99 USD"
    assert report.witness == "amount 50.01 USD"


def test_a_gap_names_the_facts_that_make_a_difference_and_no_others() -> None:
    capex, urgent = is_("capex", True), is_("urgent", True)
    rows = [
        row("manager", up_to="50.00"),
        row("director", above="50.00", when=capex),
        row("vp", above="60.00", up_to="90.00", when=Not(capex)),
        row("cfo", above="90.00", when=both(Not(capex), urgent)),
        row("ceo", above="90.00", when=both(Not(capex), Not(urgent))),
    ]
    [report] = found(check_coverage, policy(matrix(*rows)))
    assert report.message == "no row covers 50.01 to 60.00 USD for capex: no"
    assert report.witness == "capex: no, amount 50.01 USD"


def test_two_exceptions_are_not_told_to_be_exceptions() -> None:
    rows = [
        row("manager", up_to="50.00", exception=True, when=is_("capex", True)),
        row("cfo", up_to="50.00", exception=True, when=is_("urgent", True)),
        row("vp"),
    ]
    [report] = found(check_coverage, policy(matrix(*rows)))
    assert report.help == (
        "let no document match both, with `when` or bounds, or keep it knowingly under "
        "`accepted`: such a document is held"
    )
    [plain] = found(check_coverage, policy(matrix(row("manager"), row("cfo"))))
    assert "`exception: true`" in (plain.help or "")
