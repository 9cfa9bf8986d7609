"""A canonical document is read back without pydantic, and is the document it was (F5)."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents import reading_back
from engine.documents.canonical_form import Plain, document_digest, to_canonical
from engine.documents.catalogue import DECLARED, SHEETS, own_fields, own_line_fields
from engine.documents.classes import replaced
from engine.documents.fields import CONFIDENTIAL, RESTRICTED, FieldClass
from engine.documents.header import BankSheet, PartySheet
from engine.documents.model import Document
from engine.documents.reading_back import ReadBack, read_back
from engine.errors import InputErrors, NotReadBack
from engine.money import EXPONENTS, Money, decimal_text
from tests.engine.samples import DOCUMENTS, FACTS, RECEIVED, full, order, take

TYPES: Final = (*SHEETS, "lease")
MANDATORY: Final = frozenset("type id entity requester number net lines currency version".split())
TOGETHER: Final = ("changes", "change_number", "original_net")
CURRENCIES: Final = ("EUR", "USD", "JPY", "KWD", "CLF")
WITHHELD: Final[Plain] = {"committed": "sha256:" + "0" * 64}
HEADER_FACTS: Final[dict[str, Any]] = {
    "legal_case": "A-1",
    "in_plan": False,
    "term": "1 year 2 weeks",
    "signed_on": "2027-01-31",
    "score": "2.50",
    "estimated_value": "10.001 KWD",
    "method": "tender",
    "reason": "because",
    "office_level": "region",
}
LINE_FACTS: Final[dict[str, Any]] = {"batch": "B-7", "weight": "0.125"}


def amounts(currency: str) -> st.SearchStrategy[str]:
    return st.integers(-(10**15), 10**15).map(lambda minor: decimal_text(minor, currency))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document of any type, with some of its fields and any amounts, as `accept` makes it."""
    kind = draw(st.sampled_from(TYPES))
    raw = full(kind, None if kind in SHEETS else DECLARED)
    optional = [name for name in raw if name not in MANDATORY and name not in TOGETHER]
    for name in draw(st.sets(st.sampled_from(optional))):
        del raw[name]
    if draw(st.booleans()):
        for name in TOGETHER:
            raw.pop(name, None)
    raw["currency"] = currency = draw(st.sampled_from(CURRENCIES))
    for name in (*reading_back.AMOUNTS, "maximum", "options"):
        if name in raw:
            raw[name] = draw(amounts(currency))
    for name in ("payable", "rounding", "prepaid"):
        raw.pop(name, None)
    if "lines" in raw:
        raw["lines"] = [_line(draw, raw["lines"][0], kind, currency, n) for n in (1, 2, 4)]
    raw["facts"] = _some(draw, HEADER_FACTS)
    return take(raw)


def _line(draw: st.DrawFn, line: dict[str, Any], kind: str, currency: str, number: int) -> Any:
    wanted = _some(draw, {name: line[name] for name in line if name not in MANDATORY})
    sign = "-" if kind == "credit_note" else ""
    wanted |= {"number": number, "net": sign + decimal_text(draw(st.integers(0, 10**12)), currency)}
    if "tax" in wanted:
        wanted["tax"] = sign + decimal_text(draw(st.integers(0, 10**12)), currency)
    if "price" in wanted:
        wanted["price"] = draw(st.sampled_from(("1/3", "0.0001", "40", "12.5/7")))
    return {**wanted, "facts": _some(draw, LINE_FACTS)}


def _some(draw: st.DrawFn, values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in draw(st.sets(st.sampled_from([*values])))}


def back(plain: Any, digest: str = "", facts: Any = FACTS) -> ReadBack:
    return read_back(plain, facts, DOCUMENTS, received_at=RECEIVED, digest=digest)


@given(documents())
def test_what_is_read_back_is_the_document_it_was(document: Document) -> None:
    found = back(to_canonical(document))
    assert found == ReadBack(document)
    assert found.document.digest == document.digest == document_digest(document)


@pytest.mark.parametrize("kind", TYPES)
def test_a_document_of_every_type_that_states_everything_is_read_back(kind: str) -> None:
    raw = full(kind, None if kind in SHEETS else DECLARED)
    raw["facts"] = HEADER_FACTS
    if "lines" in raw:
        raw["lines"][0]["facts"] = LINE_FACTS
    if kind == "credit_note":
        raw["lines"][0]["price"] = "1/3"
    assert back(to_canonical(take(raw))).document == take(raw)


@given(documents(), st.sets(st.sampled_from([CONFIDENTIAL, RESTRICTED]), min_size=1))
def test_a_document_is_made_without_what_is_withheld_and_says_what_that_is(
    document: Document, hidden: set[FieldClass]
) -> None:
    replaced_at: list[str] = []

    def withhold(path: str, value: Plain) -> Plain:
        replaced_at.append(path)
        return WITHHELD

    plain = replaced(to_canonical(document), document.type, lambda one: one in hidden, withhold)
    found = back(plain, digest=document.digest)
    assert sorted(found.withheld) == sorted(replaced_at)
    assert found.document.digest == document.digest
    assert ("bank_details" in found.document.details) == ("bank_details" in document.details)
    assert (found.document == document) == (not replaced_at)


def test_every_own_field_of_every_type_is_read_as_its_model_declares() -> None:
    """No list here is forgotten when a type gets another field."""
    found: dict[str, set[str]] = {}
    for sheet in SHEETS.values():
        own = [(sheet, own_fields(sheet))]
        if sheet.line_sheet is not None:
            own.append((sheet.line_sheet, own_line_fields(sheet.line_sheet)))
        for model, names in own:
            for name in names:
                kinds = {*_kinds(model.model_fields[name].annotation)} - {type(None), bool}
                found.setdefault(_read_as(kinds), set()).add(name)
    assert found["day"] == reading_back.DAYS
    assert found["moment"] == reading_back.MOMENTS
    assert found["amount"] == reading_back.AMOUNTS
    assert found["number"] == reading_back.NUMBERS
    assert found["party"] == reading_back.PARTIES
    assert found["list"] == reading_back.LISTS | {"pays"}  # on lines, `pays` is one name


def _kinds(annotation: Any) -> set[Any]:
    inner = get_args(annotation)
    return {annotation}.union(*map(_kinds, inner)) if inner else {annotation}


def _read_as(kinds: set[Any]) -> str:
    if any(getattr(kind, "__origin__", None) is tuple for kind in kinds) or BankSheet in kinds:
        return "list"
    for kind, word in (
        (datetime, "moment"),
        (date, "day"),
        (Money, "amount"),
        (Fraction, "number"),
        (PartySheet, "party"),
    ):
        if kind in kinds:
            return word
    return "text"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"version": "2"},
        {"version": True},
        {"lines": [{"number": 1, "net": "1e999999999"}]},
        {"lines": [{"number": 1, "net": "1.00", "quantity": "1e999999999"}]},
        {"lines": [{"number": 1, "net": "1.00", "quantity": "1/0"}]},
        {"lines": ["x"]},
        {"lines": {"committed": "sha256:0"}},
        {"type": "unheard_of"},
        {"type": ["invoice"]},
        {"submitted_at": "2027-03-15T09:00:00"},
        {"document_date": "2027-02-30"},
        {"facts": {"unheard_of": "x"}},
        {"facts": {"term": ""}},
        {"facts": {"estimated_value": "1.00"}},
        {"capex": "yes"},
        {"attachments": [{"name": "a", "content": "b"}]},
        {"currency": "XXX"},
        {"title": 7},
    ],
)
def test_what_no_document_was_written_as_is_refused(spoilt: dict[str, Any]) -> None:
    plain = to_canonical(take(order())) | spoilt
    with pytest.raises(NotReadBack):
        back(plain)


def test_a_fact_that_the_set_does_not_know_is_refused() -> None:
    plain = to_canonical(take(order(facts={"score": "2"})))
    without = {name: fact for name, fact in FACTS.items() if name != "score"}
    with pytest.raises(NotReadBack):
        back(plain, facts=without)
    with pytest.raises(InputErrors):
        take({**plain, "facts": {"unheard_of": "2"}})


def test_amounts_of_every_currency_are_read_back() -> None:
    for currency in EXPONENTS:
        document = take(order(currency=currency, amount="7"))
        assert back(to_canonical(document)).document == document
