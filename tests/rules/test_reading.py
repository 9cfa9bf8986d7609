"""From bytes to a tree: what is read, what is refused, and that it makes no difference by whom."""

import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from engine.places import Place
from rules.diagnostics import Diagnostics
from rules.reading.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    comma_amount_hint,
    comma_list_hint,
    cut_amount,
)
from rules.reading.reader import DEPTH_MAX, TEXT_LENGTH_MAX, read
from rules.reading.source_text import text_of
from tests.conftest import Golden

CASES: Final = Path(__file__).parent / "golden" / "reading"
PARSERS: Final = pytest.mark.parametrize("with_c", [True, False], ids=["c", "python"])


def result(data: bytes | str, with_c: bool = True) -> tuple[Node | None, Diagnostics]:
    diagnostics = Diagnostics()
    raw = data.encode() if isinstance(data, str) else data
    return read("f.yaml", raw, diagnostics, with_c=with_c), diagnostics


def tree(data: bytes | str) -> Node | None:
    root, diagnostics = result(data)
    assert diagnostics.render() == ""
    return root


def errors(data: bytes | str) -> list[str]:
    """The first lines of what is reported; the C and the Python parser must say the same."""
    root, diagnostics = result(data)
    other_root, other_diagnostics = result(data, with_c=False)
    assert other_diagnostics.render() == diagnostics.render()
    assert other_root == root
    return [str(diagnostic).split("\n")[0] for diagnostic in diagnostics]


def value(data: str) -> Scalar:
    """The value of the only key of a file."""
    root = tree(data)
    assert isinstance(root, Mapping)
    found = root.entries[0][1]
    assert isinstance(found, Scalar)
    return found


def outline(node: Node, depth: int = 0) -> Iterator[str]:
    """A tree as lines, every text and every place of it."""
    margin = "  " * depth
    place = f"{node.place.line}:{node.place.column}"
    match node:
        case Scalar():
            style = "quoted " if node.quoted else "empty " if node.empty else ""
            yield f"{margin}{place} {style}{node.text!r}"
        case Sequence():
            yield f"{margin}{place} list"
            for item in node.items:
                yield from outline(item, depth + 1)
        case Mapping():
            yield f"{margin}{place} mapping"
            for key, entry in node.entries:
                yield from outline(key, depth + 1)
                yield from outline(entry, depth + 2)


# --- golden cases ---------------------------------------------------------------------------------


@PARSERS
@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_a_file_reads_as_it_did(case: str, with_c: bool, golden: Golden) -> None:
    root, diagnostics = result((CASES / case / "input.yaml").read_bytes(), with_c)
    lines = [] if root is None else outline(root)
    found = diagnostics.render() + "".join(f"{line}\n" for line in lines)
    golden(CASES / case / "expected.txt", found)


# --- places and texts -----------------------------------------------------------------------------


def test_columns_count_characters_and_not_bytes() -> None:
    root = tree('{"größe": "héé", b: c}')
    assert isinstance(root, Mapping)
    assert root.entries[1][0].place == Place("f.yaml", 1, 18)


def test_a_byte_order_mark_is_dropped_and_moves_no_column() -> None:
    assert tree(b"\xef\xbb\xbfa: b\n") == tree("a: b\n")
    assert errors(b"\xef\xbb\xbfa: *b\n") == errors("a: *b\n")


def test_line_ends_of_windows_read_like_those_of_unix() -> None:
    text = "a: 1\nb:\n  - c\n  - |\n    d\n    e\n"
    assert tree(text.replace("\n", "\r\n")) == tree(text)


@pytest.mark.parametrize("text", ["a: b", "a: |\n  b", "a: 'b'", "- a", "{a: b}  "])
def test_the_last_line_need_not_be_ended(text: str) -> None:
    assert tree(text) == tree(text + "\n")


def test_quotes_and_block_texts_are_quoted_and_bare_words_are_not() -> None:
    assert [value(f"a: {text}\n").quoted for text in ("b", "'b'", '"b"', "|\n  b", ">\n  b")] == [
        False,
        True,
        True,
        True,
        True,
    ]


def test_only_a_value_that_was_not_written_is_empty() -> None:
    assert [value(f"a: {text}\n").empty for text in ("", "''", '""', "~", "null")] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_an_empty_value_stands_at_its_key() -> None:
    root = tree("{a: 1, bcd:    }")
    assert isinstance(root, Mapping)
    assert root.get("bcd") == Scalar("", False, Place("f.yaml", 1, 8))


def test_a_mapping_answers_by_key() -> None:
    root = tree("a: 1\nb: 2\n")
    assert isinstance(root, Mapping)
    assert root.keys == ("a", "b")
    assert root.get("b") == Scalar("2", False, Place("f.yaml", 2, 4))
    assert root.get("c") is None
    assert root.place_of("b") == Place("f.yaml", 2, 1)
    assert root.place_of("c") == root.place


def test_of_a_key_written_twice_the_first_value_stays() -> None:
    root, diagnostics = result("a: 1\na: 2\nb: 3\n")
    assert diagnostics.has_errors
    assert isinstance(root, Mapping)
    assert root.keys == ("a", "b")
    assert isinstance(first := root.get("a"), Scalar)
    assert first.text == "1"


def test_a_tree_with_an_alias_is_no_tree() -> None:
    assert result("a: &b 1\nc: *b\n")[0] is None


def test_the_deepest_allowed_nesting_is_read() -> None:
    assert errors("[" * DEPTH_MAX + "]" * DEPTH_MAX) == []
    assert errors("[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1)) == [
        f"f.yaml:1:{DEPTH_MAX + 1}: error[too-deep]: "
        f"lists and mappings may be nested {DEPTH_MAX} deep, not deeper"
    ]


def test_the_longest_allowed_text_is_read() -> None:
    lines = "a\n" * (TEXT_LENGTH_MAX // 2)
    assert len(value("k: >\n" + lines.replace("a", "  a")).text) == TEXT_LENGTH_MAX
    assert errors("k: >\n" + lines.replace("a", "  a") + "  b") == [
        "f.yaml:1:4: error[text-too-long]: "
        "expected at most 20_000 characters in a text, found 20_002"
    ]


# --- commas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found", "meant"),
    [
        ("{up_to: 5,000.00}", "5,000.00", "up_to: 5_000.00"),
        ("{up_to: 5, 000}", "5,000", "up_to: 5_000"),
        ("{up_to: 1,234,567.00, approve: cfo}", "1,234,567.00", "up_to: 1_234_567.00"),
        ("{up_to: 1,00,000}", "1,00,000", "up_to: 1_00_000"),
        ("{a: b, up_to: -5,000 EUR}", "-5,000 EUR", "up_to: -5_000 EUR"),
    ],
)
def test_an_amount_cut_by_commas_is_put_together_and_is_one_error(
    text: str, found: str, meant: str
) -> None:
    root, diagnostics = result(text)
    (error,) = diagnostics
    assert error.code == "comma-in-amount"
    assert error.message == f"expected an amount without commas, found `{found}`"
    assert error.help == f"group digits with underscores: `{meant}`"
    assert isinstance(root, Mapping)
    assert isinstance(whole := root.get(meant.split(":")[0]), Scalar)
    assert whole.text == meant.split(": ")[1]


@pytest.mark.parametrize(
    "text", ["{a: 5, b: , 000: c}", "{a: '5', 000}", "{a: 5, '000'}", "{5, 6}"]
)
def test_what_is_not_an_amount_cut_by_commas_stays_as_it_is(text: str) -> None:
    assert tree(text) is not None


@pytest.mark.parametrize(
    ("text", "index", "hint"),
    [
        ("{hold: not here, ask}", 1, 'quote a text that contains a comma: `hold: "not here, ask"`'),
        (r"{hold: a\b, c}", 1, r'quote a text that contains a comma: `hold: "a\\b, c"`'),
        ("{hold: a, b, c: d}", 1, 'quote a text that contains a comma: `hold: "a, b"`'),
        ("{hold: 'a', b}", 1, None),
        ("{hold: [a], b}", 1, None),
        ("{a, b}", 1, None),
        ("{up_to: 5, above: 3}", 1, None),
        ("{up_to: 5, above: 3}", 0, None),
    ],
)
def test_a_sentence_cut_by_a_comma_is_recognised(text: str, index: int, hint: str | None) -> None:
    root = tree(text)
    assert isinstance(root, Mapping)
    assert comma_amount_hint(root, index) == hint


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("[10%, 100,000.00]", [None, None, "100_000.00"]),
        ("[1,000,000 EUR, 5]", [None, "1_000", "1_000_000 EUR", None]),
        ("[100, 200]", [None, None]),
        ("[100,'200']", [None, None]),
        ("[a,200]", [None, None]),
        ("[1,5]", [None, None]),
    ],
)
def test_an_amount_cut_by_commas_in_a_list_is_recognised(
    text: str, hints: list[str | None]
) -> None:
    root = tree(text)
    assert isinstance(root, Sequence)
    found = [comma_list_hint(root, index) for index in range(len(root.items))]
    prefix = "amounts are written without commas: "
    assert found == [hint and f"{prefix}`{hint}`" for hint in hints]


# --- bytes and characters -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a: b".encode("utf-16"), "1:1: error[not-utf8]: expected UTF-8 text, found UTF-16"),
        (
            b"\xfe\xff" + "a: b".encode("utf-16-be"),
            "1:1: error[not-utf8]: expected UTF-8 text, found UTF-16",
        ),
        ("a: b".encode("utf-32"), "1:1: error[not-utf8]: expected UTF-8 text, found UTF-32"),
        (
            "a: b\nc: é".encode("latin-1"),
            "2:4: error[not-utf8]: expected UTF-8 text, found the byte 0xe9",
        ),
        (
            b"\xef\xbb\xbf\xc3\xa9: \xff",
            "1:4: error[not-utf8]: expected UTF-8 text, found the byte 0xff",
        ),
        (b"a: \xed\xa0\x80", "1:4: error[not-utf8]: expected UTF-8 text, found the byte 0xed"),
        (
            b"a: b\x00c",
            "1:5: error[hidden-character]: "
            "expected characters that can be seen, found U+0000 (a control character)",
        ),
        (
            b"a: b\rc",
            "1:5: error[hidden-character]: "
            "expected characters that can be seen, found U+000D (a control character)",
        ),
        (
            "a: b\nc: '\u202eevil'",
            "2:5: error[hidden-character]: "
            "expected characters that can be seen, found U+202E (RIGHT-TO-LEFT OVERRIDE)",
        ),
        (
            "a:\u00a0b",
            "1:3: error[hidden-character]: "
            "expected characters that can be seen, found U+00A0 (NO-BREAK SPACE)",
        ),
        (
            "# \ufeff",
            "1:3: error[hidden-character]: "
            "expected characters that can be seen, found U+FEFF (ZERO WIDTH NO-BREAK SPACE)",
        ),
    ],
)
def test_bytes_that_are_not_plain_text_are_refused_with_their_place(
    data: bytes | str, message: str
) -> None:
    assert errors(data) == [f"f.yaml:{message}"]


def test_what_is_not_seen_may_be_written_as_an_escape() -> None:
    assert value(r'a: "b\u200dc\td\x20\_"').text == "b\u200dc\td \xa0"


@pytest.mark.parametrize("escape", [r"\0", r"\e", r"\r", r"\N", r"\L", r"\u202e", r"\U0001FFFE"])
def test_what_no_text_may_hold_may_not_be_written_as_an_escape_either(escape: str) -> None:
    (error,) = errors(f'a: b\nc: "x{escape}"\n')
    assert error.startswith("f.yaml:2:4: error[hidden-character]: an escape in this text stands")


@pytest.mark.parametrize("escape", [r"\ud800", r"\U00110000", r"\UFFFFFFFF", r"\q", r"\x4"])
def test_an_escape_that_stands_for_nothing_is_refused(escape: str) -> None:
    assert errors(f'a: b\nc: "x{escape}"\n') == [
        "f.yaml:2:4: error[syntax]: a backslash in this text begins no known escape"
    ]


def test_every_character_is_refused_or_read_alike_by_both_parsers() -> None:
    chars = [chr(number) for number in range(sys.maxunicode + 1)]
    chars = [char for char in chars if char not in '\n"\\' and not "\ud800" <= char <= "\udfff"]
    allowed = [char for char in chars if is_allowed(char)]
    refused = set(chars) - set(allowed)
    lines = ["".join(allowed[start : start + 500]) for start in range(0, len(allowed), 500)]
    text = "".join(f'- "{line}|"\n' for line in lines)
    for with_c in (True, False):
        root, diagnostics = result(text, with_c)
        assert diagnostics.render() == ""
        assert isinstance(root, Sequence)
        texts = [item.text for item in root.items if isinstance(item, Scalar)]
        assert texts == [f"{line}|" for line in lines]
    assert {char for char in chars if unicodedata.category(char) in ("Cc", "Zl", "Zp")} <= refused
    assert {*"\u202a\u202e\u2066\u2069\u200b\u200d\u200f\ufeff\u00ad\ufe0f\U000e0041"} <= refused
    assert not {*"aé€ß漢\u3000🏦'"} & refused
    for char in map(chr, range(128)):  # a text of nothing but ASCII is looked at in another way
        assert is_allowed(char) == is_allowed(f"{char}é"), char


def is_allowed(char: str) -> bool:
    return text_of("f.yaml", f"a{char}".encode(), Diagnostics()) is not None


def test_looking_for_an_amount_cut_by_commas_does_not_copy_or_repeat_the_rest() -> None:
    class Counted(list[tuple[Scalar, Node]]):
        looked = 0

        def __getitem__(self, index):  # type: ignore[no-untyped-def]
            assert isinstance(index, int), "a slice copies the rest"
            self.looked += 1
            return super().__getitem__(index)

    place = Place("m.yaml", 1, 1)
    nothing = Scalar("", False, place)
    entries = Counted((Scalar("100", False, place), nothing) for _ in range(1_000))
    assert all(cut_amount(entries, index) is None for index in range(len(entries)))
    assert entries.looked == len(entries)
