"""Names that lead nowhere are notes."""

from engine.facts.conditions import Compare, FactBound, Op
from engine.facts.kinds import Kind
from engine.money import Money
from engine.organization import Limit, Organization
from engine.policy import Approve, NotNeeded
from engine.routing.words import RoleChain, SupervisorChain
from rules.checks import CHECKS, lint
from rules.checks.names import check_names
from rules.diagnostics import Diagnostics, Severity
from tests.rules.small_sets import US, found, matrix, policy, roles, row, said

LIMIT = Limit(("buyer",), Money(100, "USD"))


def reports(*rows, names=("buyer", "cfo"), limits=()):  # type: ignore[no-untyped-def]
    organization = Organization({"US01": US}, (), roles(*names), tuple(limits))
    return said(check_names, policy(matrix(*rows), organization=organization))


def test_a_role_that_no_rule_asks_is_a_note() -> None:
    assert reports(row("cfo")) == ["0 never-asked"]
    assert reports(row("cfo"), row("buyer")) == []


def test_a_note_keeps_nothing_from_loading() -> None:
    organization = Organization({"US01": US}, (), roles("buyer"), ())
    [report] = found(check_names, policy(matrix(row("cfo")), organization=organization))
    assert report.severity is Severity.NOTE


def test_a_limit_that_no_chain_reaches_is_a_note() -> None:
    assert reports(row("cfo"), limits=[LIMIT]) == ["0 limit-unused"]
    for word in (RoleChain(("buyer", "cfo")), SupervisorChain(until_authority=True)):
        assert reports(row(Approve((word,))), row("cfo"), limits=[LIMIT]) == []
    assert reports(row(Approve((RoleChain(("cfo",)),))), limits=[LIMIT]) == ["0 limit-unused"]


def test_a_limit_is_used_where_the_requester_may_buy_within_his_own() -> None:
    own = Compare("amount", Op.UP_TO, FactBound("requester.limit"), Kind.MONEY, "USD")
    rows = [row(NotNeeded(), when=own, name="own authority"), row("cfo")]
    assert reports(*rows, limits=[LIMIT]) == []


def test_lint_is_every_check() -> None:
    both, alone = Diagnostics(), Diagnostics()
    checked = policy(matrix(row("a", up_to="5.00")), matrix(row("b"), name="b"))
    lint(checked, both)
    for check in CHECKS:
        check(checked, alone)
    assert list(both) == list(alone)
    assert {report.code for report in both} == {"gap", "two-matrices"}
