"""Days between two files that neither rules."""

from datetime import date

from engine.scopes import Effective, Scope
from rules.checks.holes import check_holes
from rules.diagnostics import Diagnostics
from rules.loading import load_set
from tests.rules.small_sets import DE, US, found, is_, matrix, policy, row, said

MAY, JUNE, JULY = date(2024, 5, 1), date(2024, 6, 1), date(2024, 7, 1)
OLD, NEW = Effective(None, MAY), Effective(JUNE, None)
GERMANY = Scope(countries=frozenset({"DE"}))


def old(**more):  # type: ignore[no-untyped-def]
    return matrix(row("a"), name="a", **{"effective": OLD, **more})


def new(**more):  # type: ignore[no-untyped-def]
    return matrix(row("b"), name="b", **{"effective": NEW, **more})


def other(**more):  # type: ignore[no-untyped-def]
    return matrix(row("c"), name="c", **more)


def reports(*matrices):  # type: ignore[no-untyped-def]
    return said(check_holes, policy(*matrices, entities=(US, DE)))


def test_a_month_without_a_matrix_is_a_warning_with_its_days() -> None:
    [report] = found(check_holes, policy(old(), new()))
    assert str(report) == (
        "b.yaml:1:1: warning[hole-in-time]: no matrix decides `purchase` "
        "from 2024-05-01 to 2024-05-31, between `a` and `b`\n"
        "  help: write the same day in both: `to: 2024-06-01` in a.yaml, "
        "or `from: 2024-05-01` in b.yaml\n"
        "  witness: document.type: purchase, entity: US01, from 2024-05-01 to 2024-05-31"
    )


def test_a_single_day_is_said_as_one() -> None:
    [report] = found(check_holes, policy(old(), new(effective=Effective(date(2024, 5, 2)))))
    assert "on 2024-05-01, between" in report.message


def test_files_that_meet_or_only_end_or_only_begin_are_no_hole() -> None:
    assert reports(old(), new(effective=Effective(MAY))) == []
    assert reports(old()) == reports(new()) == []
    assert reports(old(), new(documents=("invoice",))) == []
    assert reports(old(scope=GERMANY), new(scope=Scope(countries=frozenset({"US"})))) == []


def test_a_wider_matrix_fills_it() -> None:
    assert reports(old(scope=GERMANY), new(scope=GERMANY)) == [
        "1 hole-in-time document.type: purchase, entity: DE01, from 2024-05-01 to 2024-05-31"
    ]
    assert reports(old(scope=GERMANY), new(scope=GERMANY), other()) == []


def test_a_matrix_in_between_shortens_it_and_each_hole_is_reported_once() -> None:
    between = other(effective=Effective(date(2024, 5, 10), date(2024, 5, 20)))
    assert sorted(reports(old(), new(), between)) == [
        "1 hole-in-time document.type: purchase, entity: US01, from 2024-05-01 to 2024-05-09",
        "1 hole-in-time document.type: purchase, entity: US01, from 2024-05-20 to 2024-05-31",
    ]
    later = matrix(row("d"), name="d", effective=Effective(JULY))
    assert len(reports(old(), new(effective=Effective(JUNE, JULY)), later)) == 1


def test_a_matrix_for_other_documents_fills_nothing() -> None:
    legal = is_("category", "legal")
    assert len(reports(old(when=legal), new(when=legal))) == 1
    assert reports(old(when=legal), new(when=legal), other(when=legal)) == []
    assert reports(old(when=legal), new(when=is_("category", "it"))) == []
    assert len(reports(old(), new(), other(when=legal))) == 1


FILES = {
    "policy": "kind: set\nname: x\nlanguage: 1\nin_flight: pin\ncredits: absolute\n",
    "organization": "kind: organization\nentities:\n"
    "  US01: {country: US, currency: USD, zone: UTC}\nroles: {cfo: {seats: 1}}\n",
    "m": "kind: approvals\nname: m\ndocuments: [invoice]\namount: none\nrows: [{approve: cfo}]\n",
}
CONTROLS = "kind: controls\nadditional:\n  - {documents: [%s], because: x, refuse: frozen}\n"


def controls(first: str, then: str, documents: str = "invoice", more: str = "") -> list[str]:
    texts = {
        **FILES,
        "old": f"{CONTROLS % 'invoice'}effective: {first}\n",
        "then": f"{CONTROLS % documents}effective: {then}\n",
    }
    texts["policy"] += more
    diagnostics = Diagnostics()
    files = {f"{name}.yaml": text.encode() for name, text in texts.items()}
    load_set(files, diagnostics)
    return diagnostics.render().splitlines()


def test_rows_of_controls_that_stop_and_begin_again_are_reported() -> None:
    assert controls("{to: 2024-05-01}", "{from: 2024-06-01}") == [
        "then.yaml:3:5: warning[hole-in-time]: nothing is added for `invoice` "
        "from 2024-05-01 to 2024-05-31, between the row at old.yaml:3:5 and this one",
        "  help: write the same day in both: `to: 2024-06-01` in old.yaml, "
        "or `from: 2024-05-01` in then.yaml",
        "  witness: from 2024-05-01 to 2024-05-31",
    ]
    assert controls("{to: 2024-05-01}", "{from: 2024-05-01}") == []
    assert controls("{to: 2024-05-01}", "{from: 2024-06-01}", "payment") == []


def test_a_hole_can_be_accepted() -> None:
    entry = "accepted: [{code: hole-in-time, because: no freeze in May, owner: cfo}]\n"
    (line, *_) = controls("{to: 2024-05-01}", "{from: 2024-06-01}", more=entry)
    assert "note[hole-in-time]" in line
