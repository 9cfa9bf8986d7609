"""Faults put into a set: which are tried, what becomes of each, and that survivors are real."""

from collections import Counter

import pytest

from engine.facts.kinds import Kind
from rules.diagnostics import Diagnostics
from rules.editing.edits import Edit
from rules.loading import load_set
from rules.mutating.amounts import neighbours
from rules.mutating.faults import words_of
from rules.mutating.files import faults, text_in
from rules.mutating.hunting import Hunt, Tried, Verdict
from tests.policies.sets import checked, read_folder, set_folders
from tests.rules.tested_set import loaded, results_of, sources, with_tests

GOOD = (
    "amount: 100.00 USD, urgent: no | outcome: route, steps: [[manager]]",
    "amount: 100.01 USD, urgent: no | outcome: route, steps: [[director]]",
    "amount: 200.00 USD, urgent: yes | outcome: route, steps: [[director]]",
    "amount: 200.01 USD, urgent: yes | outcome: route, steps: [[cfo]], findings: [case]",
    "amount: 500.00 USD, urgent: no | outcome: route, steps: [[director]]",
    "amount: 500.01 USD, urgent: no | outcome: held, code: big",
    "amount: 500.01 USD, urgent: yes, case: present | outcome: route, steps: [[cfo]]",
)


def hunted(*tests: str) -> list[Tried]:
    files = with_tests(*tests)
    policy = loaded(files)
    assert all(result.passed for result in results_of(files))
    return list(Hunt(policy, files, sources).run(list(faults(policy, files))))


def said(found: list[Tried], verdict: Verdict) -> list[str]:
    return [f"{t.fault.place}: {t.fault.said}" for t in found if t.verdict is verdict]


def test_tests_of_both_sides_of_everything_let_nothing_survive() -> None:
    found = hunted(*GOOD)
    assert said(found, Verdict.SURVIVED) == []
    assert Counter(tried.verdict for tried in found)[Verdict.TESTS] > 10


def test_without_a_test_of_the_bound_its_fault_survives_and_a_test_is_shown() -> None:
    found = hunted(*(test for test in GOOD if "200.0" not in test))
    survivors = {t.fault.said: t for t in found if t.verdict is Verdict.SURVIVED}
    assert "`above: 200.00` became `from: 200.00`" in survivors
    assert survivors["`above: 200.00` became `above: 200.01`"].shown == (
        '- name: "200.01 USD (urgent: yes) goes to cfo"',
        "  document: {type: purchase_order, urgent: yes, amount: 200.01 USD}",
        "  expect: {outcome: route, steps: [[cfo]], findings: [case]}",
    )


def test_the_test_that_is_shown_catches_the_fault() -> None:
    tests = [test for test in GOOD if "200.0" not in test]
    survivors = [t for t in hunted(*tests) if t.verdict is Verdict.SURVIVED]
    assert len(survivors) > 2
    for tried in survivors:
        document = tried.shown[1].removeprefix("  document: {type: purchase_order, ")[:-1]
        expect = tried.shown[2].removeprefix("  expect: {")[:-1]
        files = with_tests(f"{document} | {expect}")
        assert all(result.passed for result in results_of(files))
        text = tried.fault.applied(text_in(files, tried.file))
        changed = files | {tried.file: text.encode()}
        assert not all(result.passed for result in results_of(changed)), tried.fault.said


def test_a_test_that_looks_at_too_little_is_named() -> None:
    found = hunted(*GOOD[:5], "amount: 500.01 USD, urgent: no | outcome: held", GOOD[6])
    (tried,) = [t for t in found if t.fault.said.startswith("`hold: too much` became")]
    assert tried.verdict is Verdict.TESTS  # refused is another outcome
    looser = hunted(GOOD[0].replace("steps: [[manager]]", "approve: [manager]"), *GOOD[1:])
    assert said(looser, Verdict.SURVIVED) == []
    loose = hunted(GOOD[0].partition(", steps")[0], *GOOD[1:])
    shown = [t.shown[0] for t in loose if t.verdict is Verdict.SURVIVED]
    assert "# `t0` (tests/t.yaml:4:5) meets it and does not look at it" in shown


def test_what_the_linter_catches_says_its_code() -> None:
    found = hunted(*GOOD)
    gaps = [t for t in found if t.verdict is Verdict.LINTER and t.by == "gap"]
    assert "`up_to: 500.00` became `up_to: 499.99`" in [t.fault.said for t in gaps]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("10_000.00", Kind.MONEY, ["9_999.99", "10_000.01"]),
        ("10_000.00 USD", Kind.MONEY, ["9_999.99 USD", "10_000.01 USD"]),
        ("1_000_000 JPY", Kind.MONEY, ["999_999 JPY", "1_000_001 JPY"]),
        ("3_000.000 KWD", Kind.MONEY, ["2_999.999 KWD", "3_000.001 KWD"]),
        ("5", Kind.MONEY, ["4.99", "5.01"]),
        ("10% of contract.net", Kind.MONEY, ["9% of contract.net", "11% of contract.net"]),
        ("66.7%", Kind.NUMBER, ["66.6%", "66.8%"]),
        ("2.5", Kind.NUMBER, ["2.4", "2.6"]),
        ("0", Kind.NUMBER, ["1"]),
        ("1 day", Kind.DURATION, ["2 days"]),
        ("3 years", Kind.DURATION, ["2 years", "4 years"]),
        ("5 business days", Kind.NUMBER, ["4 business days", "6 business days"]),
        ("2027-03-01", Kind.DATE, ["2027-02-28", "2027-03-02"]),
        ("requester.limit", Kind.MONEY, []),
    ],
)
def test_values_next_to_a_written_one(text: str, kind: Kind, expected: list[str]) -> None:
    words = words_of(loaded(with_tests()), "", "USD")
    assert list(neighbours(text, kind, words)) == expected


@pytest.mark.parametrize("folder", set_folders(), ids=lambda folder: folder.name)
def test_faults_come_in_one_order_at_their_places_and_change_only_what_they_say(
    folder: object,
) -> None:
    files = read_folder(folder)  # type: ignore[arg-type]
    policy, _ = checked(files)
    assert policy is not None
    found = list(faults(policy, files))
    assert found == list(faults(policy, files))
    assert [fault.place for _, fault in found] == sorted(fault.place for _, fault in found)
    assert len({(file, fault.edits) for file, fault in found}) == len(found) > 30
    for file, fault in found:
        text = text_in(files, file)
        assert fault.applied(text) != text
        assert all(isinstance(edit, Edit) and edit.end <= len(text) for edit in fault.edits)


def test_a_fault_breaks_the_file_only_by_its_meaning() -> None:
    """Whatever is edited, the file stays YAML that can be read."""
    files = with_tests()
    unreadable = {"syntax", "duplicate-key", "empty-value", "tab"}
    for file, fault in faults(loaded(files), files):
        found = Diagnostics()
        load_set(files | {file: fault.applied(text_in(files, file)).encode()}, found)
        assert not {report.code for report in found} & unreadable, (fault.said, found.render())
