"""Canonical bytes: equal to RFC 8785, and refused for what has no one way of being written."""

import hashlib
import json
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import DEEPEST, LARGEST, canonical_bytes, digest

WHOLE = st.integers(-LARGEST, LARGEST)
TEXT = st.text(max_size=12)
# Characters around the place where code points and UTF-16 code units sort differently.
EDGES = st.text("aé\ud7ff\ue000\ufffd\uffff\U00010000\U0001f600\U0010ffff", max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | EDGES, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_bytes_are_those_of_rfc_8785(value: object) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(st.dictionaries(EDGES, WHOLE, max_size=8))
def test_keys_sort_by_their_utf_16_code_units(value: dict[str, int]) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)
    assert canonical_bytes([{"in": value}]) == rfc8785.dumps([{"in": value}])


def test_a_key_beyond_the_first_plane_stands_before_one_at_its_end() -> None:
    written = canonical_bytes({"\uffee": 1, "\U0001f600": 2})
    assert written == '{"\U0001f600":2,"\uffee":1}'.encode()


@given(VALUES)
def test_what_was_written_is_read_back_the_same(value: object) -> None:
    assert json.loads(canonical_bytes(value)) == value


@given(st.dictionaries(TEXT, WHOLE, min_size=2), st.randoms(use_true_random=False))
def test_the_order_of_keys_means_nothing(value: dict[str, int], random: object) -> None:
    names = list(value)
    random.shuffle(names)  # type: ignore[attr-defined]
    assert canonical_bytes({name: value[name] for name in names}) == canonical_bytes(value)


def test_a_digest_names_the_hash_of_the_bytes() -> None:
    assert digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    value = {"b": [1, True, None], "a": "ä"}
    written = '{"a":"ä","b":[1,true,null]}'.encode()
    assert digest(value) == "sha256:" + hashlib.sha256(written).hexdigest()


class Color(StrEnum):
    RED = "red"


def test_closed_words_and_tuples_are_written_as_text_and_lists() -> None:
    assert canonical_bytes({"color": Color.RED, "both": (1, 2)}) == b'{"both":[1,2],"color":"red"}'


@pytest.mark.parametrize(
    "value",
    [
        *(1.5, float("nan"), Decimal(1), Fraction(1), b"x", {1, 2}, object(), 2j),
        *({1: "a"}, {None: 1}, {True: 1}, [[1.0]], {"a": {"b": 0.1}}),
    ],
)
def test_what_has_no_canonical_form_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_bytes(value)


@pytest.mark.parametrize(
    "value",
    [
        LARGEST + 1,
        -LARGEST - 1,
        10**40,
        "\ud800",
        {"\udfff": 1},
        {"\ud800\U0001f600": 1},
        ["\ude00"],
    ],
)
def test_a_huge_number_or_half_a_character_is_a_value_error(value: object) -> None:
    with pytest.raises(ValueError, match=r"2\*\*53|surrogates"):
        canonical_bytes(value)


def test_the_largest_numbers_are_written() -> None:
    assert canonical_bytes([LARGEST, -LARGEST]) == b"[9007199254740991,-9007199254740991]"


def test_nesting_has_an_end_and_a_value_inside_itself_is_refused() -> None:
    deep: object = 1
    for _ in range(DEEPEST - 1):
        deep = [deep]
    assert canonical_bytes(deep).startswith(b"[[[")
    endless: list[object] = []
    endless.append(endless)
    for value in ([deep], endless):
        with pytest.raises(ValueError, match="deep"):
            canonical_bytes(value)
