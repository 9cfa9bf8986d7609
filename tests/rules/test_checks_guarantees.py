"""Guarantees that a row cannot keep, whoever holds what (C1)."""

from dataclasses import replace
from datetime import date

from engine.policy import Approve, NotNeeded
from engine.routing.words import (
    Consult,
    Distinct,
    First,
    LevelWord,
    RoleChain,
    RoleWord,
    Signed,
    SupervisorChain,
    Together,
)
from engine.scopes import Effective, Scope
from rules.checks.guarantees import check_guarantees
from tests.rules.small_sets import (
    DE,
    HELD,
    US,
    asks,
    control,
    found,
    guarantee,
    is_,
    matrix,
    policy,
    row,
    said,
)

CFO, CEO, CLERK = RoleWord("cfo"), RoleWord("ceo"), RoleWord("clerk")


def reports(rule, *rows, additional=()):  # type: ignore[no-untyped-def]
    checked = policy(matrix(*rows), guarantees=[rule], additional=additional)
    return said(check_guarantees, checked)


def test_a_row_that_asks_one_person_breaks_four_eyes_from_the_first_cent_above() -> None:
    checked = policy(
        matrix(row("clerk", up_to="50000.00"), row(asks("cfo", "ceo"), above="50000.00")),
        guarantees=[guarantee(at_least=2, above="10000.00")],
    )
    [report] = found(check_guarantees, checked)
    assert str(report) == (
        "m.yaml:2:5: error[guarantee-broken]: `promise` wants 2 approvers, and this row asks 1\n"
        "  help: ask 2 different persons here, such as `{at_least: 2, of: [..]}`, or in a control; "
        "the guarantee stands at controls.yaml:9:5\n"
        "  witness: amount 10000.01 USD"
    )


def test_a_row_below_the_bound_keeps_what_is_promised_above_it() -> None:
    four_eyes = guarantee(at_least=2, above="10000.00")
    rows = [row("clerk", up_to="10000.00"), row(asks("cfo", "ceo"), above="10000.00")]
    assert reports(four_eyes, *rows) == []


def test_straight_through_keeps_no_promise_and_holding_breaks_none() -> None:
    rule = guarantee(at_least=1)
    assert reports(rule, row(NotNeeded(), name="cheap")) == ["2 guarantee-broken amount 0.00 USD"]
    assert reports(rule, row(HELD)) == []


def test_one_word_in_two_steps_is_one_person() -> None:
    rule = guarantee(at_least=2)
    assert len(reports(rule, row(asks("cfo", "cfo")))) == 1
    signed = Approve((CFO, Signed(RoleWord("cfo"), "signs")))
    assert len(reports(rule, row(signed))) == 1
    assert reports(rule, row(asks("cfo", "ceo"))) == []


def test_words_are_counted_by_what_they_need_at_least() -> None:
    rule = guarantee(at_least=2)
    enough = [
        Together(2, (CFO, CEO)),
        Together(2, (CFO, CEO, CLERK)),
        Distinct(2, CLERK),
        SupervisorChain(steps=2, asks_all=True),
        SupervisorChain(until_authority=True, asks_all=True),
        RoleChain(("clerk", "cfo"), asks_all=True),
    ]
    for word in enough:
        assert reports(rule, row(Approve((word,)))) == [], word
    few = [
        Together(1, (CFO, CEO)),
        Distinct(1, CLERK),
        First((Together(2, (CFO, CEO)), CLERK)),
        SupervisorChain(until_authority=True),
        RoleChain(("clerk", "cfo")),
    ]
    for word in few:
        assert len(reports(rule, row(Approve((word,))))) == 1, word
    asked = Approve((CFO, Consult(CEO)))
    assert len(reports(rule, row(asked))) == 1


def test_an_unconditional_control_keeps_the_promise_and_a_conditional_one_where_it_applies() -> (
    None
):
    rule = guarantee(at_least=2, above="10000.00")
    always = control(asks("ceo"), above="10000.00")
    assert reports(rule, row("cfo"), additional=[always]) == []
    later = control(asks("ceo"), above="20000.00")
    assert reports(rule, row("cfo"), additional=[later]) == [
        "2 guarantee-broken amount 10000.01 USD"
    ]
    for_software = control(asks("ceo"), when=is_("category", "software"))
    assert reports(rule, row("cfo"), additional=[for_software]) == [
        "2 guarantee-broken category: (any other), amount 10000.01 USD"
    ]
    assert reports(rule, row("cfo"), additional=[control(asks("cfo"))]) == [
        "2 guarantee-broken amount 10000.01 USD"
    ]


def test_controls_count_together_and_a_hold_leaves_no_route_to_break_it() -> None:
    rule = guarantee(at_least=3)
    two = [control(asks("ceo")), control(asks("clerk"))]
    assert len(reports(rule, row("cfo"), additional=two[:1])) == 1
    assert reports(rule, row("cfo"), additional=two) == []
    assert reports(rule, row("cfo"), additional=[control(HELD)]) == []


def test_controls_that_follow_each_other_in_time_are_taken_day_by_day() -> None:
    rule = guarantee(at_least=2)
    before = control(asks("ceo"), effective=Effective(None, date(2027, 1, 1)))
    after = control(asks("clerk"), effective=Effective(date(2027, 1, 1)))
    assert reports(rule, row("cfo"), additional=[before, after]) == []
    late = replace(after, effective=Effective(date(2027, 1, 2)))
    assert len(reports(rule, row("cfo"), additional=[before, late])) == 1


def test_a_role_that_must_approve_has_to_stand_in_the_row() -> None:
    rule = guarantee(by=["cfo"], above="100.00")
    assert reports(rule, row("clerk", up_to="50.00"), row("ceo", above="50.00")) == [
        "3 guarantee-broken amount 100.01 USD"
    ]
    assert reports(rule, row(Approve((Together(1, (CFO, CEO)),)))) == []
    assert reports(rule, row("clerk"), additional=[control(asks("cfo"))]) == []


def test_who_is_found_upwards_may_be_anybody() -> None:
    rule = guarantee(by=["cfo"])
    for word in (SupervisorChain(until_authority=True), LevelWord("chief")):
        assert reports(rule, row(Approve((word,)))) == []


def test_a_guarantee_speaks_for_its_scope_documents_dates_and_amount() -> None:
    rule = guarantee(at_least=2)
    elsewhere = [
        replace(rule, scope=Scope(entities=frozenset({"DE01"}))),
        replace(rule, documents=frozenset({"payment"})),
        replace(rule, effective=Effective(None, date(2020, 1, 1)), documents=frozenset({"x"})),
        replace(guarantee(at_least=2, above="1.00"), amount="document.gross"),
        replace(rule, when=is_("entity.country", "DE")),
    ]
    for other in elsewhere:
        assert reports(other, row("cfo")) == []
    assert len(reports(rule, row("cfo"))) == 1


def test_an_exception_decides_what_the_plain_row_need_not_promise() -> None:
    rule = guarantee(at_least=2)
    rows = [row(asks("cfo", "ceo"), exception=True), row("clerk")]
    assert reports(rule, *rows) == []


ORDER = ["manager", "vp", "cfo", "board"]


def test_more_money_never_asks_less() -> None:
    rule = guarantee(order=ORDER)
    rows = [row("manager", up_to="10.00"), row("cfo", above="10.00", up_to="20.00")]
    assert reports(rule, *rows, row("board", above="20.00")) == []
    checked = policy(matrix(*rows, row("vp", above="20.00")), guarantees=[rule])
    [report] = found(check_guarantees, checked)
    assert report.message == (
        "`promise`: this row asks less than the row at m.yaml:3:5 asks for 10.01 USD"
    )
    assert (report.place.line, report.witness) == (4, "amount 20.01 USD")


def test_an_order_looks_at_the_same_documents_only() -> None:
    rule = guarantee(order=ORDER)
    it, legal = is_("category", "it"), is_("category", "legal")
    rows = [row("cfo", up_to="10.00", when=it), row("manager", above="10.00", when=legal)]
    assert reports(rule, *rows) == []
    rows[1] = row("manager", above="10.00")
    assert reports(rule, *rows) == ["3 guarantee-broken category: it, amount 10.01 USD"]


def test_an_exception_for_small_amounts_is_less_only_for_more_money() -> None:
    rule = guarantee(order=ORDER)
    cheap = row(NotNeeded(), up_to="5.00", exception=True, name="cheap")
    assert reports(rule, cheap, row("manager")) == []
    late = row(NotNeeded(), above="5.00", exception=True, name="late")
    assert reports(rule, late, row("manager")) == ["2 guarantee-broken amount 5.01 USD"]


def test_a_chain_upwards_may_ask_enough_and_a_row_may_waive_the_order() -> None:
    rule = guarantee(order=ORDER)
    chain = Approve((SupervisorChain(until_authority=True),))
    assert reports(rule, row("cfo", up_to="10.00"), row(chain, above="10.00")) == []
    less = row("manager", above="10.00")
    waived = replace(less, waives=(("promise", "the board said so"),))
    assert len(reports(rule, row("cfo", up_to="10.00"), less)) == 1
    assert reports(rule, row("cfo", up_to="10.00"), waived) == []


def test_of_several_asked_together_the_highest_counts_and_of_alternatives_the_lowest() -> None:
    rule = guarantee(order=ORDER)
    manager, cfo = RoleWord("manager"), RoleWord("cfo")
    upper = row("vp", above="10.00")
    for word, breaks in ((Together(2, (manager, cfo)), True), (Together(1, (manager, cfo)), False)):
        lower = row(Approve((word,)), up_to="10.00")
        assert bool(reports(rule, lower, upper)) is breaks


def test_the_help_names_the_key_that_waives_an_order() -> None:
    rows = [row("cfo", up_to="10.00"), row("manager", above="10.00")]
    [report] = found(check_guarantees, policy(matrix(*rows), guarantees=[guarantee(order=ORDER)]))
    assert report.help == "ask no less here, or say `waives: {promise: why}`"


GERMANY = Scope(countries=frozenset({"DE"}))


def group_and(*narrower, entities=(US, DE), rule=None):  # type: ignore[no-untyped-def]
    """What is said of a group's row that asks one person, beside narrower matrices that ask two."""
    matrices = [matrix(row("cfo"), name="group")]
    matrices += [
        matrix(row(asks("cfo", "ceo")), name=f"n{number}", **kinds)
        for number, kinds in enumerate(narrower)
    ]
    rules = [rule or guarantee(at_least=2)]
    return said(check_guarantees, policy(*matrices, entities=entities, guarantees=rules))


def test_the_witness_of_a_broken_guarantee_is_decided_by_its_matrix() -> None:
    assert group_and({"scope": GERMANY}) == ["2 guarantee-broken entity: US01, amount 0.00 USD"]
    assert group_and({"scope": GERMANY}, entities=[DE]) == []
    by_cfo = guarantee(by=["ceo"])
    assert group_and({"scope": GERMANY}, entities=[DE], rule=by_cfo) == []


def test_a_narrower_matrix_decides_only_what_it_covers_while_it_is_in_force() -> None:
    until = Effective(None, date(2027, 1, 1))
    assert len(group_and({"scope": GERMANY, "effective": until}, entities=[DE])) == 1
    after = Effective(date(2027, 1, 1))
    both_times = [{"scope": GERMANY, "effective": each} for each in (until, after)]
    assert group_and(*both_times, entities=[DE]) == []
    software = {"scope": GERMANY, "when": is_("category", "software")}
    assert group_and(software, entities=[DE]) == [
        "2 guarantee-broken category: (any other), amount 0.00 USD"
    ]
    assert len(group_and({"scope": GERMANY, "documents": ["payment"]}, entities=[DE])) == 1


def test_an_order_is_compared_where_the_matrix_decides() -> None:
    rows = [row("cfo", up_to="10.00"), row("manager", above="10.00")]
    own = matrix(row("cfo"), name="germany", scope=GERMANY)
    for entities, number in (((US, DE), 1), ((DE,), 0)):
        checked = policy(matrix(*rows), own, entities=entities, guarantees=[guarantee(order=ORDER)])
        assert len(said(check_guarantees, checked)) == number
