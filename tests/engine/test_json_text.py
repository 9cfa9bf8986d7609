"""JSON from anybody: read exactly, or refused with the place of what is wrong."""

import json
from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.canonical import LARGEST
from engine.documents import parse_json
from engine.documents.json_text import DEEPEST
from engine.errors import InputErrors

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
PIECES = st.lists(
    st.sampled_from(
        [
            *(b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b"\\u", b"d800", b'"a"', b'"b"'),
            *(b"1", b"-", b"1.5", b"1e9", b"NaN", b"-Infinity", b"true", b"null", b" ", b"\n"),
            *(b"\xff", b"\x00", b"\xc3\xa4", b"9" * 20, b'{"a":1,"a":2}', b'"\\ud800"', b"nul"),
        ]
    ),
    max_size=14,
).map(b"".join)


def faults(data: bytes) -> list[tuple[str, str, str]]:
    with pytest.raises(InputErrors) as caught:
        parse_json(data)
    return [(one.code, one.field, one.message) for one in caught.value.errors]


@given(PLAIN)
def test_what_is_exact_is_read_as_it_was_written(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


@given(st.binary(max_size=40) | PIECES)
@example(b'{"a":1,"a"' + b" " * 200 + b":2}")
@example(b'["\\')
@example(b"NaN\x01")
@example(b"[" + b"9" * 20 + b"x]")
@example(b'{"\\ud800":1,"\\ud800":1.5}')
def test_any_bytes_are_read_as_json_reads_them_or_refused(data: bytes) -> None:
    try:
        value = parse_json(data)
    except InputErrors as error:
        found = error.errors
    else:
        assert value == json.loads(data)
        return
    assert found
    assert all(one.message.isprintable() and len(one.message) < 300 for one in found)


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        (b"", "invalid_json", ""),
        (b" \n", "invalid_json", ""),
        (b"{", "invalid_json", "line 1, column 2"),
        (b'{"a":\n  nul}', "invalid_json", "line 2, column 3"),
        (b'{"a":1,}', "invalid_json", "line 1, column 8"),
        (b'{"a":1} {}', "invalid_json", "line 1, column 9"),
        (b"{'a':1}", "invalid_json", "line 1, column 2"),
        (b'{"a":"x\ty"}', "invalid_json", "line 1, column 8"),
        (b'{"a":"\\x"}', "invalid_json", "line 1, column 7"),
        (b"\xff\xfe{\x00}\x00", "invalid_encoding", ""),
        (b"{\x00}\x00", "invalid_encoding", ""),
        (b'{"a":\n"\xe4"}', "invalid_encoding", "line 2, column 2"),
        (b'{"a":"\xed\xa0\x80"}', "invalid_encoding", "line 1, column 7"),
        (b'{"amount": 10000.00}', "inexact_number", "line 1, column 12"),
        (b'{"amount": 1e4}', "inexact_number", "line 1, column 12"),
        (b"[9007199254740992]", "inexact_number", "line 1, column 2"),
        (b"[-9007199254740992]", "inexact_number", "line 1, column 2"),
        (b"[" + b"9" * 5000 + b"]", "inexact_number", "line 1, column 2"),
        (b"[NaN]", "invalid_number", "line 1, column 2"),
        (b"[1,\n -Infinity]", "invalid_number", "line 2, column 2"),
        (b'{"a":1,\n"b":2,"a":3}', "duplicate_field", "line 2, column 7"),
        (b'{"a":1,"\\u0061":3}', "duplicate_field", "line 1, column 8"),
        (b'{"a":1,"a"' + b" " * 200 + b":2}", "duplicate_field", "line 1, column 8"),
        (b'["\\ud800"]', "invalid_text", "line 1, column 2"),
        (b'["\\ude00\\ud83d"]', "invalid_text", "line 1, column 2"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "too_deep", f"line 1, column {DEEPEST + 1}"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep", "line 1, column 161"),
    ],
)
def test_a_fault_is_named_with_its_place(data: bytes, code: str, field: str) -> None:
    assert [(one[0], one[1]) for one in faults(data)] == [(code, field)]


def test_all_inexact_numbers_and_duplicates_are_said_at_once() -> None:
    data = b'{"lines": [{"net": 1.5}, {"net": 2, "net": 2e1}],\n "x": "1.5", "lines": NaN}'
    assert [(code, field) for code, field, _ in faults(data)] == [
        ("inexact_number", "line 1, column 20"),
        ("duplicate_field", "line 1, column 37"),
        ("inexact_number", "line 1, column 44"),
        ("duplicate_field", "line 2, column 14"),
        ("invalid_number", "line 2, column 23"),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b'{"amount": 10000.00}',
            'expected exact digits as text, such as `"10000.00"`, found the number `10000.00`',
        ),
        (b'{"a":1,"a":2}', "expected `a` once, found it here and in line 1, column 2"),
        (b'{"a" 1}', "expected `:`, found `1`"),
        (b'{"a":1', "expected `,` or the end of the list or object, found the end"),
        (b'{"a":"x', 'expected a text that ends with a double quote, found `"`'),
        (b"\xff\xfe{\x00", "expected UTF-8, found UTF-16 or UTF-32"),
        (b'"\xff"', "expected UTF-8, found the byte 0xff"),
    ],
)
def test_a_message_says_what_was_expected_and_found(data: bytes, message: str) -> None:
    assert faults(data)[0][2] == message


def test_the_largest_exact_numbers_and_whole_characters_are_read() -> None:
    assert parse_json(b"[9007199254740991, -9007199254740991, -0]") == [LARGEST, -LARGEST, 0]
    assert parse_json(b'["\\ud83d\\ude00", "\\\\ud800", "\\u00e4"]') == [
        "\U0001f600",
        "\\ud800",
        "ä",
    ]
    assert parse_json(b'\xef\xbb\xbf{"a": []}') == {"a": []}


def test_nesting_up_to_the_limit_is_read_and_brackets_in_texts_do_not_count() -> None:
    deepest = b"[" * DEEPEST + b"]" * DEEPEST
    assert json.dumps(parse_json(deepest)) == deepest.decode()
    text = "[{" * 100 + '\\"' * 100
    assert parse_json(json.dumps([text] * 50).encode()) == [text] * 50


def test_size_is_measured_in_bytes_before_anything_is_read() -> None:
    assert parse_json(b'"\xc3\xa4"', most_bytes=4) == "ä"
    with pytest.raises(InputErrors) as caught:
        parse_json(b'"\xc3\xa4"', most_bytes=3)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 300_000,
        b'{"a":' * 100_000,
        b'"' + b'\\"' * 200_000,
        b"[" * 40 + b'"' + b'\\"' * 200_000,
        b'{"a":' + b"9" * 500_000 + b"}",
        b"[" + b"1.5," * 100_000 + b"1]",
        b"{" + b'"a":1,' * 100_000 + b'"a":1}',
        b"{" + b'"a":1,\n' * 100_000 + b"x",
        b"\\" * 300_000,
        b"-" * 300_000,
    ],
    ids=lambda data: data[:6].decode(),
)
def test_hostile_text_is_refused_in_time_that_grows_with_its_size(data: bytes) -> None:
    started = perf_counter()
    assert len(faults(data)) <= 1000
    assert perf_counter() - started < 5
