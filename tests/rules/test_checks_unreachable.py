"""Rows that can never win, exactly: by themselves, by their file, by exceptions, by other files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import event, given, note

from engine.facts.conditions import Not
from engine.facts.kinds import Kind
from engine.facts.truth import holds
from engine.facts.vocabulary import Fact, Total, Window
from engine.policy import NotNeeded, Refuse
from engine.scopes import Effective, Scope
from rules.checks.coverage import check_coverage
from rules.checks.unreachable import check_reachable
from rules.diagnostics import Severity
from tests.rules.small_sets import (
    DE,
    HELD,
    US,
    asks,
    both,
    compare,
    found,
    is_,
    matrix,
    policy,
    row,
    said,
    usd,
)
from tests.rules.test_checks_random import Drawn, documents, matrices, truth

GERMANY = Scope(countries=frozenset({"DE"}))
IT, LEGAL = is_("category", "it"), is_("category", "legal")
CAPEX, OPEX = is_("capex", True), is_("capex", False)


def reports(*rows, **more):  # type: ignore[no-untyped-def]
    return said(check_reachable, policy(matrix(*rows, **more), entities=(US, DE)))


def test_a_row_that_contradicts_itself() -> None:
    checked = policy(matrix(row("a"), row("b", when=both(CAPEX, OPEX))))
    [report] = found(check_reachable, checked)
    assert str(report) == (
        "m.yaml:3:5: warning[never-matches]: no document can match this row: its tests "
        "(`capex: yes, capex: no`) leave nothing\n"
        "  help: take the row out, or change one of these tests"
    )
    assert reports(row("a"), row("b", when=both(CAPEX, IT))) == []


def test_bounds_of_the_amount_count_as_tests() -> None:
    small = compare("commitment.net", "up_to", usd("10.00"))
    above, from_ = matrix(row("a", above="10.00", when=small)), matrix(row("a", from_="10.00"))
    signed = "signed_with_waiver"
    assert said(check_reachable, policy(above, credits=signed)) == ["2 never-matches"]
    assert found(check_reachable, policy(from_, credits=signed)) == []
    # A credit of -20.00 needs the authority of 20.00, and is below 10.00 as a fact.
    assert found(check_reachable, policy(above, credits="absolute")) == []


def test_a_row_for_entities_that_the_file_is_not_for() -> None:
    american = row("a", when=is_("entity", "US01"))
    [report] = found(check_reachable, policy(matrix(american, scope=GERMANY), entities=(US, DE)))
    assert "leave none of the file's `documents` and `scope`" in report.message
    assert reports(american) == []


def test_a_row_that_the_header_excludes() -> None:
    [report] = found(check_reachable, policy(matrix(row("a", when=IT), when=Not(IT))))
    assert "the file's own `when` (`not: {category: it}`) excludes" in report.message
    assert reports(row("a", when=LEGAL), when=Not(IT)) == []


def test_bounds_below_zero_where_amounts_have_no_sign() -> None:
    negative = matrix(row("a", below="-5.00"), row("b", from_="-5.00"))
    [report] = found(check_reachable, policy(negative))
    assert (report.place.line, "its bounds are negative" in report.message) == (2, True)
    assert found(check_reachable, policy(negative, credits="signed_with_waiver")) == []


def test_a_row_that_one_exception_takes() -> None:
    wins = row("b", name="wins", exception=True, up_to="100.00")
    [report] = found(check_reachable, policy(matrix(row("a", up_to="50.00"), wins)))
    assert str(report) == (
        "m.yaml:2:5: warning[never-matches]: this row never decides: every document that it "
        "matches is decided by row `wins` (m.yaml:3:5), which is an exception\n"
        "  help: take this row out, or let fewer documents match there, with `when` or bounds"
    )
    assert reports(row("a", up_to="100.01"), wins) == []


def test_several_exceptions_take_a_row_together_and_only_those_needed_are_named() -> None:
    rows = (
        row("a"),
        row("b", exception=True, name="small", up_to="10.00"),
        row("c", exception=True, name="capital", above="10.00", when=CAPEX),
        row("d", exception=True, name="running", above="10.00", when=OPEX),
        row("b", exception=True, name="tiny", up_to="1.00"),
    )
    [report] = found(check_reachable, policy(matrix(*rows)))
    named = "row `small` (m.yaml:3:5), row `capital` (m.yaml:4:5) and row `running` (m.yaml:5:5)"
    assert f"is decided by {named}, which are exceptions" in report.message
    assert reports(*rows[:3], rows[4]) == []


def test_an_exception_that_may_apply_is_enough_since_the_document_is_held() -> None:
    where = compare("commitment.net", "up_to", usd("3.00"))
    assert reports(row("a", up_to="3.00"), row("b", exception=True, when=where)) == [
        "2 never-matches"
    ]


@pytest.mark.parametrize("answer", [asks("a"), HELD, Refuse("never"), NotNeeded()])
@pytest.mark.parametrize("exception", [True, False])
def test_a_protection_that_never_protects_is_an_error(answer, exception) -> None:  # type: ignore[no-untyped-def]
    dead = row(answer, when=both(CAPEX, OPEX), exception=exception, name="n")
    [report] = found(check_reachable, policy(matrix(row("b"), dead)))
    protects = answer in (HELD, Refuse("never")) or (exception and answer == asks("a"))
    assert report.severity is (Severity.ERROR if protects else Severity.WARNING)


def test_a_row_whose_documents_a_matrix_of_narrower_scope_decides() -> None:
    group = matrix(row("a", when=is_("entity.country", "DE")), row("b"), name="group")
    german = matrix(row("c"), name="german", scope=GERMANY)
    [report] = found(check_reachable, policy(group, german, entities=(US, DE)))
    assert "is decided by `german` (german.yaml)" in report.message
    legal = matrix(row("c"), name="german", scope=GERMANY, when=LEGAL)
    assert found(check_reachable, policy(group, legal, entities=(US, DE))) == []


def test_a_matrix_that_is_replaced_everywhere_is_a_note_for_entities_may_come() -> None:
    group, german = matrix(row("a"), name="group"), matrix(row("c"), name="g", scope=GERMANY)
    [report] = found(check_reachable, policy(group, german, entities=(DE,)))
    assert (report.severity, report.place.file) == (Severity.NOTE, "group.yaml")
    assert found(check_reachable, policy(group, german, entities=(DE, US))) == []


def test_a_matrix_whose_header_contradicts_itself_is_said_once() -> None:
    [report] = found(check_reachable, policy(matrix(row("a"), row("b"), when=both(CAPEX, OPEX))))
    assert (report.severity, report.place.line) == (Severity.WARNING, 1)


def test_a_day_on_which_nothing_replaces_the_row_is_enough() -> None:
    group = matrix(row("a"), name="group")
    first = Effective(None, date(2027, 7, 1))
    early = matrix(row("c"), name="early", scope=GERMANY, effective=first)
    assert found(check_reachable, policy(group, early, entities=(DE,))) == []
    late = matrix(row("c"), name="late", scope=GERMANY, effective=Effective(date(2027, 7, 1)))
    assert len(found(check_reachable, policy(group, early, late, entities=(DE,)))) == 1


def test_days_on_which_the_whole_matrix_is_replaced_win_nothing_for_a_row() -> None:
    group = matrix(row("a"), row("b", when=both(CAPEX, OPEX)), name="group")
    first = Effective(None, date(2027, 7, 1))
    early = matrix(row("c"), name="early", scope=GERMANY, effective=first)
    [report] = found(check_reachable, policy(group, early, entities=(DE,)))
    assert report.place.line == 3


def test_otherwise_that_nothing_reaches_is_a_note() -> None:
    [report] = found(check_coverage, policy(matrix(row("a"), otherwise=HELD)))
    assert (report.code, report.severity) == ("never-matches", Severity.NOTE)
    reached = found(check_coverage, policy(matrix(row("a", up_to="5.00"), otherwise=HELD)))
    assert [report.code for report in reached] == ["gap"]


@given(matrices())
def test_the_rows_reported_are_those_that_win_no_document_when_tried_out(drawn: Drawn) -> None:
    (made,) = drawn.policy.matrices
    winners: set[int] = set()
    for known in documents(drawn):
        if holds(made.when, known) is not True:
            continue
        results = [truth(one, known) for one in made.rows]
        taken = any(
            result is not False
            for one, result in zip(made.rows, results, strict=True)
            if one.exception
        )
        winners |= {
            position
            for position, one in enumerate(made.rows)
            if results[position] is True and (one.exception or not taken)
        }
    said_of = found(check_reachable, drawn.policy)
    for report in said_of:
        note(str(report))
    lines = {report.place.line for report in said_of}
    never = {p for p, one in enumerate(made.rows) if {one.place.line, 1} & lines}
    note(str(made))
    event(f"{len(never)} of {len(made.rows)}")
    assert never == set(range(len(made.rows))) - winners


def test_a_total_keeps_its_sign() -> None:
    total = Total("document.net", ("supplier",), Window(0, "ever"), frozenset({"approved"}))
    year = Fact("year", Kind.MONEY, total=total)
    negative = policy(matrix(row("a", below="-5.00"), row("b", from_="-5.00"), amount="year"))
    assert len(found(check_reachable, negative)) == 1
    assert found(check_reachable, replace(negative, facts={"year": year})) == []
