"""Files made to hurt: the answer is a tree or diagnostics, soon, and the same from both parsers."""

import importlib.util
import sys
import time
from types import ModuleType
from typing import Final

import pytest
import yaml._yaml
from hypothesis import example, given
from hypothesis import strategies as st

from rules.diagnostics import Diagnostics
from rules.reading import events
from rules.reading import reader as reading
from rules.reading.events import HAS_C_PARSER
from rules.reading.nodes import Node
from rules.reading.reader import NODES_MAX, read
from rules.reading.source_text import BYTES_MAX, LINE_LENGTH_MAX, LINES_MAX, PROBLEMS_MAX

# Many times what is needed (the slowest takes about 6 s), so that a busy machine does not matter,
# and far below what anything quadratic would take.
SECONDS_MAX: Final = 60
TEN_MEGABYTES: Final = 10_000_000
ROW: Final = (
    b"  - {name: r1, when: {category: it, capex: yes}, above: 10_000.00, up_to: 25_000.00,"
    b" approve: [cost_center_owner, department_head]}\n"
)
VALID: Final = """\
kind: approvals
name: us-purchase-orders
scope: {entities: [US01, US02]}
when: {category: {not: legal}}
rows:
  - {name: stationery, when: {category: "office supplies", supplier.status: ok}, up_to: 500.00}
  - above: 10_000.00
    approve:   # in this order
      - cost_center_owner
      - {chain: supervisors, until: authority_covers}
  - name: 'it''s'
    because: >
      one line
      and more

      and a paragraph
    note: |-
      as it
        stands
otherwise: {hold: "no schedule \\u00e9"}
"""
PIECES: Final = (
    *("a", "key", "5,000.00", "12:30", "é", "~", "=", "<<", "a: ", "- a\n", "  a: b\n"),
    *(": ", ":", ",", ", ", "- ", "-", "[", "]", "{", "}", "?", "? ", "|", ">", "@", "`", "%"),
    *(
        "\n",
        "\n  ",
        "\n    ",
        "\r\n",
        "\r",
        "\n\n",
        " ",
        "  ",
        "\t",
        "---",
        "---\n",
        "--- ",
        "...\n",
    ),
    *("'", '"', "''", '""', "\\", "\\n", "\\x41", "\\u12", "\\ud800", "\\U0001", "\u202e", "\x00"),
    *("#", " # c", "|# c", "|\n", ">-\n", ">2\n", "|+\n", "|0\n", "\n%", "%TAG", "\ufeff"),
    *("&", "*", "!", "&a ", "*a ", "*a?", "!t ", "!!str ", "!<x>", "!,", "&a!x"),
)


def answers(data: bytes, with_c: bool) -> tuple[Node | None, Diagnostics]:
    diagnostics = Diagnostics()
    root = read("f.yaml", data, diagnostics, with_c=with_c)
    assert root is not None or diagnostics.has_errors
    return root, diagnostics


def assert_both_agree(data: bytes) -> None:
    root, diagnostics = answers(data, with_c=True)
    other_root, other_diagnostics = answers(data, with_c=False)
    assert diagnostics.render() == other_diagnostics.render()
    assert root == other_root


# --- generated files ------------------------------------------------------------------------------


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe")
def test_any_bytes_are_answered_alike(data: bytes) -> None:
    assert_both_agree(data)


@given(st.text(max_size=100))
def test_any_text_is_answered_alike(text: str) -> None:
    assert_both_agree(text.encode("utf-8", "surrogatepass"))


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
@example("[? ,-\n")
@example("{? \n    \n  12:30|\nkey? : ?12:30")
@example("|# c\n  text")
@example("{'a':?b}")
@example("[a:,b]")
@example("{b:[c]}")
@example("&a !,]...\n,\n  : # c")
@example("- !12:30!!str {")
@example("''!,: ")
@example('{""=:,')
@example("{a: , b: }")
@example("*a?")
@example("{&a?x: ")
@example('"\\ud800')
@example('"\\U00110000 \\q')
def test_anything_like_yaml_is_answered_alike(text: str) -> None:
    assert_both_agree(text.encode())


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(VALID)), st.sampled_from([0, 0, 1, 2, 7]), st.sampled_from(PIECES)
        ),
        max_size=3,
    )
)
def test_a_valid_file_with_slips_is_answered_alike(
    slips: list[tuple[int, int, str]],
) -> None:
    text = VALID
    for at, cut, piece in slips:
        text = text[:at] + piece + text[at + cut :]
    assert_both_agree(text.encode())


def test_the_file_that_the_slips_are_made_in_is_valid() -> None:
    root, diagnostics = answers(VALID.encode(), with_c=True)
    assert root is not None
    assert diagnostics.render() == ""


# --- hostile files --------------------------------------------------------------------------------


def laughs() -> bytes:
    lines = [b"a: &a [x, x, x, x, x, x, x, x, x]\n"]
    for number in range(98, 110):
        again = b", ".join([b"*%c" % (number - 1)] * 9)
        lines.append(b"%c: &%c [%s]\n" % (number, number, again))
    return b"".join(lines)


HOSTILE: Final = {
    "60 KB of brackets in a line": (b"[" * 60_000, "text-too-long"),
    "60 KB of brackets in lines": (b"[\n" * 30_000, "too-deep"),
    "60 KB of braces in lines": (b"{a:\n" * 15_000, "too-deep"),
    "60 KB of dashes": (b"- " * 9_000 + b"\n" + b"- " * 9_000, "too-deep"),
    "deep indentation": (
        b"".join(b" " * depth + b"a:\n" for depth in range(3_000)),
        "too-deep",
    ),
    "100,000 anchors": (
        b"".join(b"- &a%d x\n" % number for number in range(100_000)),
        "too-many-problems",
    ),
    "100,000 aliases": (b"- *a\n" * 100_000, "too-many-problems"),
    "100,000 tags": (b"- !t a\n" * 100_000, "too-many-problems"),
    "100,000 equal keys": (b"a: 1\n" * 100_000, "too-many-problems"),
    "100,000 tabs": (b"\t\n" * 100_000, "too-many-problems"),
    "a billion laughs": (laughs(), "anchor"),
    "10 MB of one letter": (b"a" * TEN_MEGABYTES, "text-too-long"),
    "10 MB of one text": ((b"a" * 99 + b"\n") * (TEN_MEGABYTES // 100), "text-too-long"),
    "10 MB of one quote": (b"'" + (b"a" * 99 + b"\n") * (TEN_MEGABYTES // 100), "syntax"),
    "10 MB of a block text": (
        b"|\n" + (b" " + b"a" * 98 + b"\n") * (TEN_MEGABYTES // 100),
        "text-too-long",
    ),
    "10 MB of comments": ((b"#" * 99 + b"\n") * (TEN_MEGABYTES // 100), "empty-file"),
    "10 MB of spaces": ((b" " * 99 + b"\n") * (TEN_MEGABYTES // 100), "empty-file"),
    "10 MB of line ends": (b"\n" * TEN_MEGABYTES, "file-too-large"),
    "10 MB of a list": (b"- a\n" * (TEN_MEGABYTES // 4), "file-too-large"),
    "10 MB of ampersands": ((b"&" * 99 + b"\n") * (TEN_MEGABYTES // 100), "anchor"),
    "10 MB of exclamation marks": ((b"!" * 99 + b"\n") * (TEN_MEGABYTES // 100), "tag"),
    "10 MB and a bad byte": (b"a" * TEN_MEGABYTES + b"\xff", "not-utf8"),
    "more than 16 MB": (b"#" * (BYTES_MAX + 1), "file-too-large"),
    "one line too many": (b"\n" * (LINES_MAX + 1), "file-too-large"),
    "one character too many": (b"#" * (LINE_LENGTH_MAX + 1), "text-too-long"),
}


# What the Python parser reads to the end, for seconds: a tenth is as hostile. At night it is all.
LONG: Final = (
    "100,000 equal keys",
    "10 MB of one text",
    "10 MB of one quote",
    "10 MB of a block text",
    "10 MB of comments",
    "10 MB of spaces",
)


def refused(data: bytes, code: str, with_c: bool, seconds: float = SECONDS_MAX) -> str:
    start = time.perf_counter()
    _, diagnostics = answers(data, with_c)
    assert time.perf_counter() - start < seconds
    assert diagnostics.has_errors
    assert code in {diagnostic.code for diagnostic in diagnostics}
    assert len(diagnostics) <= PROBLEMS_MAX + 1
    text = diagnostics.render()
    assert len(text) < 10_000
    return text


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LONG)) for name in HOSTILE]
)
def test_a_hostile_file_is_refused_soon_and_alike(name: str) -> None:
    data, code = HOSTILE[name]
    assert refused(data, code, with_c=True) == refused(data, code, with_c=False)


@pytest.mark.parametrize("name", LONG)
def test_a_long_hostile_file_is_refused_soon_and_its_first_tenth_alike(name: str) -> None:
    data, code = HOSTILE[name]
    assert refused(data, code, with_c=True)
    tenth, soon = data[: len(data) // 10], SECONDS_MAX / 10
    assert refused(tenth, code, True, soon) == refused(tenth, code, False, soon)


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * (LINES_MAX - 1) + b"a",
        b"#" * (LINE_LENGTH_MAX - 2) + b"\na",
        b"a" + b"\n" + b"#" * 99,
    ],
    ids=["lines", "line length", "comment"],
)
def test_what_just_fits_is_read(data: bytes) -> None:
    for with_c in (True, False):
        root, diagnostics = answers(data, with_c)
        assert root is not None
        assert diagnostics.render() == ""


def test_one_value_too_many_is_refused() -> None:
    data = b"[" + (b"a," * 5_000 + b"\n") * (NODES_MAX // 5_000) + b"]"
    _, diagnostics = answers(data, with_c=True)
    assert diagnostics.render().startswith(
        "f.yaml:200:9999: error[file-too-large]: expected at most 1_000_000 values in a file"
    )


@pytest.mark.parametrize("with_c", [True, False], ids=["c", "python"])
def test_values_are_counted_alike(with_c: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "NODES_MAX", 4)
    assert answers(b"{a: [b, c]}", with_c)[1].has_errors
    assert answers(b"[a, b, c]", with_c)[1].render() == ""
    assert answers(b"{a: [b]}", with_c)[1].render() == ""


def test_a_matrix_of_10_000_rows_is_read_in_a_few_seconds() -> None:
    data = b"rows:\n" + ROW * 10_000
    start = time.perf_counter()
    root, diagnostics = answers(data, with_c=True)
    assert time.perf_counter() - start < 10  # about 0.8 s on a quiet machine
    assert root is not None
    assert diagnostics.render() == ""


# --- which parser ---------------------------------------------------------------------------------


def loaded_again() -> ModuleType:
    """The module `rules.reading.events` as it would be if it were imported now."""
    spec = importlib.util.spec_from_file_location("events_loaded_again", events.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_c_parser_that_was_compared_is_here() -> None:
    assert HAS_C_PARSER  # without it every comparison above compares the Python parser with itself
    assert isinstance(events.next_event("a: b").__self__, yaml._yaml.CParser)  # type: ignore[attr-defined]


def test_without_libyaml_the_python_parser_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    module = loaded_again()
    assert not module.HAS_C_PARSER
    assert len(list(iter(module.next_event("a: b"), None))) == 8


def test_another_libyaml_than_the_compared_one_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml._yaml, "get_version", lambda: (0, 2, 6))
    assert not loaded_again().HAS_C_PARSER
