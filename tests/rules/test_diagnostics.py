"""What is wrong, said once, in one order and one spelling."""

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.places import NOWHERE, Place
from rules import codes
from rules.codes import CODES
from rules.diagnostics import (
    Diagnostic,
    Diagnostics,
    Severity,
    UnregisteredCode,
    did_you_mean,
    shown,
)

PACKAGE: Final = Path(__file__).parents[2] / "rules"
US: Final = Place("approvals/us.yaml", 42, 15)


def test_a_place_is_written_with_file_line_and_column() -> None:
    assert str(US) == "approvals/us.yaml:42:15"
    assert str(NOWHERE) == "(nowhere)"


def test_places_compare_in_reading_order() -> None:
    places = [Place("b", 1, 1), Place("a", 10, 1), Place("a", 9, 2), Place("a", 9, 1)]
    assert sorted(places) == places[::-1]


def test_a_diagnostic_is_rendered_with_its_help_and_witness_apart() -> None:
    diagnostic = Diagnostic(
        "syntax",
        Severity.ERROR,
        US,
        "no role named `fincance_director`",
        "did you mean `finance_director`?",
        "purchase_order of 50_000.01 USD",
    )
    assert str(diagnostic) == (
        "approvals/us.yaml:42:15: error[syntax]: no role named `fincance_director`\n"
        "  help: did you mean `finance_director`?\n"
        "  witness: purchase_order of 50_000.01 USD"
    )


def test_help_and_witness_take_no_line_when_there_are_none() -> None:
    diagnostic = Diagnostic("syntax", Severity.NOTE, US, "a message")
    assert str(diagnostic) == "approvals/us.yaml:42:15: note[syntax]: a message"


def test_a_diagnostic_for_machines_has_plain_values_and_always_the_same_keys() -> None:
    bare = Diagnostic("syntax", Severity.WARNING, US, "a message").to_json()
    assert bare == {
        "file": "approvals/us.yaml",
        "line": 42,
        "column": 15,
        "code": "syntax",
        "severity": "warning",
        "message": "a message",
        "help": None,
        "witness": None,
    }
    assert {type(value) for value in bare.values()} == {str, int, type(None)}
    full = Diagnostic("syntax", Severity.ERROR, US, "a message", "help", "witness").to_json()
    assert (full["help"], full["witness"]) == ("help", "witness")
    assert full.keys() == bare.keys()


def test_diagnostics_are_sorted_by_file_line_column_code_and_message() -> None:
    wanted = (
        Diagnostic("tag", Severity.ERROR, Place("a", 9, 9), "z"),
        Diagnostic("tag", Severity.ERROR, Place("b", 2, 9), "z"),
        Diagnostic("tag", Severity.ERROR, Place("b", 10, 2), "z"),
        Diagnostic("anchor", Severity.WARNING, Place("b", 10, 10), "z"),
        Diagnostic("tag", Severity.NOTE, Place("b", 10, 10), "a"),
        Diagnostic("tag", Severity.ERROR, Place("b", 10, 10), "b"),
    )
    for order in (wanted, wanted[::-1], wanted[3:] + wanted[:3]):
        diagnostics = Diagnostics()
        diagnostics.extend(order)
        assert diagnostics.sorted() == wanted
        assert tuple(diagnostics) == wanted


def test_the_same_diagnostic_is_reported_once() -> None:
    diagnostics = Diagnostics()
    for _ in range(3):
        diagnostics.error("tag", US, "a message", "some help")
    diagnostics.error("tag", US, "a message", "other help")
    diagnostics.warning("tag", US, "a message", "some help")
    assert len(diagnostics) == 3


def test_only_errors_keep_a_set_from_loading() -> None:
    diagnostics = Diagnostics()
    diagnostics.note("tag", US, "a note")
    diagnostics.warning("tag", US, "a warning")
    assert not diagnostics.has_errors
    diagnostics.error("tag", US, "an error")
    diagnostics.note("tag", US, "another note")
    assert diagnostics.has_errors


def test_rendering_ends_every_line() -> None:
    diagnostics = Diagnostics()
    assert diagnostics.render() == ""
    diagnostics.error("tag", US, "b")
    diagnostics.error("tag", US, "a", "help")
    assert diagnostics.render() == (
        "approvals/us.yaml:42:15: error[tag]: a\n"
        "  help: help\n"
        "approvals/us.yaml:42:15: error[tag]: b\n"
    )


@pytest.mark.parametrize("severity", ["error", "warning", "note"])
def test_a_code_that_is_not_registered_is_a_mistake_of_the_program(severity: str) -> None:
    diagnostics = Diagnostics()
    with pytest.raises(UnregisteredCode, match="no-such-code"):
        getattr(diagnostics, severity)("no-such-code", US, "a message")
    assert len(diagnostics) == 0
    assert issubclass(UnregisteredCode, KeyError)


def test_a_code_is_words_with_hyphens_and_its_meaning_one_line() -> None:
    for code, meaning in CODES.items():
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", code), code
        assert meaning
        assert "\n" not in meaning
        assert not meaning.endswith(".")


def test_every_code_of_reading_is_used() -> None:
    used = "".join(
        path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
        if path.name != "codes.py"
    )
    reading = [*codes._READING, *codes._VALUES]
    assert [code for code in reading if f'"{code}"' not in used] == []


def test_no_code_is_listed_twice() -> None:
    source = (PACKAGE / "codes.py").read_text(encoding="utf-8")
    listed = re.findall(r'^    "([a-z0-9-]+)":', source, re.MULTILINE)
    assert sorted(listed) == sorted(CODES)


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("fincance_director", "did you mean `finance_director`?"),
        ("CFO", "did you mean `cfo`?"),
        ("directro", "did you mean `Director`?"),
        ("zzz", None),
        ("", None),
        ("c" * 1_000_000, None),
    ],
)
def test_the_nearest_known_word_is_offered(word: str, answer: str | None) -> None:
    known = ["cfo", "ceo", "finance_director", "Director"]
    assert did_you_mean(word, known) == answer
    assert did_you_mean(word, known[::-1]) == answer


def test_which_of_two_equally_near_words_is_offered_does_not_depend_on_their_order() -> None:
    for known in (["Cfo", "cfO"], ["cfO", "Cfo"], ["cfa", "cfb"], ["cfb", "cfa"]):
        assert did_you_mean("cfo", known) == did_you_mean("cfo", sorted(known))


def test_nothing_is_offered_where_nothing_is_known() -> None:
    assert did_you_mean("cfo", []) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("finance director", "`finance director`"),
        ("é漢", "`é漢`"),
        ("a\nb\x1b[31m", r"`a\nb\x1b[31m`"),
        ("\u202e", r"`\u202e`"),
        ("a" * 60, f"`{'a' * 60}`"),
        ("a" * 61, f"`{'a' * 59}…`"),
    ],
)
def test_the_words_of_a_user_are_shown_on_one_line_and_not_endless(text: str, answer: str) -> None:
    assert shown(text) == answer


@given(st.text())
def test_whatever_is_shown_prints(text: str) -> None:
    assert shown(text).isprintable()
