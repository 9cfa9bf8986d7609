"""Whatever comes in: it is a whole document, or a list of complaints, and nothing else (A5)."""

import json
import re
from time import perf_counter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.canonical import canonical_bytes
from engine.documents import accept, parse_json
from engine.documents.canonical_form import to_canonical
from engine.documents.catalogue import SHEETS
from engine.documents.derived import line_facts, own_facts
from engine.errors import InputErrors
from engine.facts.vocabulary import BUILT_IN
from tests.engine.samples import DOCUMENTS, FACTS, HEADER, LINE, RECEIVED, full, order

NAMES = sorted({*HEADER, *LINE, *FACTS, "lines", "amount", "type", "facts"})
WORDS = ["", " ", "USD", "1.00", "1.00 EUR", "-0", "9" * 30, "2027-03-15", "present", "50%", "x\n"]
WORDS += [
    "2027-03-15T09:00:00Z",
    "purchase_order",
    "lease",
    "\ud800",
    "a\u202eb",
    "\x00",
    "3 years",
]
WORDS += [
    "{message}",
    "%s",
    "`",
    "1" * 5000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**30, -(2**63), 10**4000, 0, 1, -1])
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(st.characters(), max_size=8)
)
KEYS = st.sampled_from(NAMES) | st.text(max_size=6) | st.sampled_from(["net.x", "[0]", "a\nb"])
JSON_LIKE = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=15,
)
KINDS = st.sampled_from([*SHEETS, "lease"])
JARGON = re.compile(r"\b(str|int|dict|NoneType|tuple|pydantic|input_value|validation)\b")


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A document with every field, of which some have been replaced by anything."""
    kind = draw(KINDS)
    raw = full(kind, SHEETS["requisition"] if kind == "lease" else None)
    for _ in range(draw(st.integers(1, 4))):
        place: Any = raw
        if draw(st.booleans()) and isinstance(raw.get("lines"), list) and raw["lines"]:
            place = raw["lines"][0]
        if isinstance(place, dict):
            place[draw(KEYS | st.sampled_from(sorted(raw)))] = draw(JSON_LIKE)
    return raw


def look_at(raw: Any) -> None:
    """Takes it in; a document is whole, a refusal is readable."""
    try:
        document = accept(raw, FACTS, DOCUMENTS, received_at=RECEIVED)
    except InputErrors as error:
        found = error.errors
    else:
        written = to_canonical(document)
        again = accept(written, FACTS, DOCUMENTS, received_at=RECEIVED)
        assert again == document
        assert canonical_bytes(written) == canonical_bytes(to_canonical(again))
        facts = own_facts(document).keys() | {n for one in line_facts(document) for n in one}
        assert facts <= FACTS.keys()
        computed = {
            fact.name for fact in BUILT_IN if fact.name.startswith(("commitment", "contract."))
        }
        assert not facts & computed
        return
    assert found
    for one in found:
        assert one.code != "invalid_value", one
        assert one.field.isprintable()
        assert one.message.isprintable()
        assert not JARGON.search(re.sub("`[^`]*`", "", one.message)), one.message


@given(JSON_LIKE)
@example([])
@example({"type": "lease", "facts": {"facts": {}}})
def test_anything_at_all_is_taken_or_refused(raw: Any) -> None:
    look_at(raw)


@given(st.dictionaries(KEYS, JSON_LIKE, max_size=12), KINDS)
def test_any_fields_are_taken_or_refused(raw: dict[str, Any], kind: str) -> None:
    look_at({"type": kind, "id": "1", "entity": "US01", "requester": "rita"} | raw)


@given(spoiled())
@example(order(amount="1" * 5000))
@example(order(currency="{message}"))
@example(order(**{"{message}": "x", "a" * 100_000: "y"}))
@example(order(amount=None, lines=[{"net": "1.00"}] * 3 + [[]]))
@example({1: 2, None: 3, (): 4})
def test_a_spoiled_document_is_taken_or_refused(raw: Any) -> None:
    look_at(raw)


@given(spoiled())
def test_a_spoiled_document_as_text_is_taken_or_refused(raw: Any) -> None:
    try:
        data = json.dumps(raw).encode()
    except ValueError:  # a number that is too long to be written
        return
    try:
        value = parse_json(data)
    except InputErrors as error:
        codes = {one.code for one in error.errors}
        assert codes <= {"inexact_number", "invalid_number", "invalid_text", "duplicate_field"}
    else:
        look_at(value)


@pytest.mark.parametrize(
    "line",
    [
        {"net": 1.5, "tax": [], "price": {}, "quantity": "many", "number": 1},
        {"net": "1.00 EURO", "tax": "1.00 FOO", "price": "x USX"},
        {f"unknown_{n}": n for n in range(20)},
        {"facts": {"batch": 5, "weight": "heavy", "legal_case": "C", "nothing": 1}},
        {"net": "1.00", "category": "\u200b", "dimensions": {"\n": " ", " ": 5}},
        [],
    ],
    ids=["types", "currencies", "unknown fields", "facts", "texts", "no object"],
)
def test_ten_thousand_wrong_lines_are_refused_before_anybody_tires(line: Any) -> None:
    lines = [
        {
            f"{name}{n}" if name.startswith("unknown") else name: value
            for name, value in line.items()
        }
        if line
        else line
        for n in range(10_000)
    ]
    started = perf_counter()
    with pytest.raises(InputErrors) as caught:
        accept(order(amount=None, lines=lines), FACTS, DOCUMENTS, received_at=RECEIVED)
    assert perf_counter() - started < 8
    assert len(caught.value.errors) == 1001
    assert caught.value.errors[-1].code == "too_many_errors"
