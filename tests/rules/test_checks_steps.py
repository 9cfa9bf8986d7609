"""Two steps of one role are one approval, and are probably not meant."""

from engine.organization import Organization, Role
from engine.policy import Approve
from engine.routing.words import Distinct, RoleWord, Signed
from rules.checks.steps import check_steps
from rules.diagnostics import Severity
from tests.rules.small_sets import US, asks, control, found, matrix, policy, row, said

ROLES = {"officer": Role("officer"), "cfo": Role("cfo", seats=1)}
ORGANIZATION = Organization({"US01": US}, (), ROLES, ())
OFFICER = RoleWord("officer")


def of(*rows, **more):  # type: ignore[no-untyped-def]
    return policy(matrix(*rows), organization=ORGANIZATION, **more)


def test_a_role_in_two_steps_is_warned_of_with_what_asks_two_persons() -> None:
    [report] = found(check_steps, of(row(asks("officer", "cfo", "officer"))))
    assert (report.code, report.severity) == ("asked-once", Severity.WARNING)
    assert report.message == "`officer` is asked in two steps, and one approval fills both"
    assert report.help == "write it once, or for two persons `{at_least: 2, of: officer}`"


def test_of_a_role_with_one_seat_no_two_persons_are_suggested() -> None:
    [report] = found(check_steps, of(row(asks("cfo", "cfo"))))
    assert report.help == "write it once"


def test_a_signature_makes_no_second_person() -> None:
    signed = Approve((OFFICER, Signed(OFFICER, "signs")))
    assert len(said(check_steps, of(row(signed)))) == 1


def test_several_persons_of_a_role_and_other_routes_are_fine() -> None:
    rows = [row(asks("officer", "cfo")), row(Approve((Distinct(2, OFFICER),)))]
    assert said(check_steps, of(*rows, additional=[control(asks("officer"))])) == []


def test_the_steps_of_a_control_are_looked_at_too() -> None:
    twice = control(asks("officer", "officer"))
    assert len(said(check_steps, of(row("cfo"), additional=[twice]))) == 1
