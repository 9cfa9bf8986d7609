"""Two matrices of equally wide scope must not cover one document."""

from datetime import date

from engine.facts.conditions import Not
from engine.scopes import Effective, Scope
from rules.checks.matrices import check_matrices
from tests.rules.small_sets import DE, US, both, found, is_, matrix, policy, row, said

GERMANY = Scope(countries=frozenset({"DE"}))
GERMAN = Scope(entities=frozenset({"DE01"}))
AMERICAN = Scope(entities=frozenset({"US01"}))


def reports(first, second):  # type: ignore[no-untyped-def]
    return said(check_matrices, policy(first, second, entities=(US, DE)))


def test_two_group_wide_matrices_for_one_type_are_an_error_with_a_document() -> None:
    checked = policy(matrix(row("a"), name="a"), matrix(row("b"), name="b"))
    [report] = found(check_matrices, checked)
    assert str(report) == (
        "b.yaml:1:1: error[two-matrices]: `b` and `a` cover the same documents\n"
        "  help: the other is a.yaml:1:1: give one of them a narrower scope, other documents, "
        "other dates or a `when` that keeps them apart\n"
        "  witness: document.type: purchase, entity: US01"
    )


def test_the_narrower_of_two_scopes_decides_so_there_is_nothing_to_say() -> None:
    wide = matrix(row("a"), name="a")
    assert reports(wide, matrix(row("b"), name="b", scope=GERMANY)) == []
    assert reports(matrix(row("a"), name="a", scope=GERMANY), matrix(row("b"), scope=GERMAN)) == []


def test_scopes_of_one_width_may_meet_or_not() -> None:
    german = matrix(row("a"), name="a", scope=GERMAN)
    assert reports(german, matrix(row("b"), name="b", scope=AMERICAN)) == []
    both_of_them = Scope(entities=frozenset({"US01", "DE01"}))
    assert reports(german, matrix(row("b"), name="b", scope=both_of_them)) == [
        "1 two-matrices document.type: purchase, entity: DE01"
    ]


def test_types_of_document_keep_matrices_apart() -> None:
    first = matrix(row("a"), name="a", documents=("invoice", "order"))
    assert reports(first, matrix(row("b"), name="b", documents=("payment",))) == []
    assert reports(first, matrix(row("b"), name="b", documents=("payment", "order"))) == [
        "1 two-matrices document.type: order, entity: US01"
    ]


def test_the_last_day_of_one_may_be_the_first_of_the_next() -> None:
    old = matrix(row("a"), name="a", effective=Effective(None, date(2027, 1, 1)))
    new = matrix(row("b"), name="b", effective=Effective(date(2027, 1, 1)))
    assert reports(old, new) == []
    early = matrix(row("b"), name="b", effective=Effective(date(2026, 12, 31)))
    assert reports(old, early) == [
        "1 two-matrices document.type: purchase, entity: US01, on 2026-12-31"
    ]


def test_headers_keep_matrices_apart_where_they_contradict_each_other() -> None:
    legal = is_("category", "legal")
    first = matrix(row("a"), name="a", when=legal)
    assert reports(first, matrix(row("b"), name="b", when=Not(legal))) == []
    assert reports(first, matrix(row("b"), name="b", when=is_("capex", True))) == [
        "1 two-matrices document.type: purchase, capex: yes, category: legal, entity: US01"
    ]


def test_headers_about_the_entity_know_the_scope() -> None:
    first = matrix(row("a"), name="a", when=is_("entity.country", "DE"))
    second = matrix(row("b"), name="b", when=both(is_("entity.currency", "USD")))
    assert reports(first, second) == []
