"""Every type of document: its fields, their classes, and the vocabulary that speaks of them.

Shows (A1, F3).
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel

from engine.canonical import canonical_bytes
from engine.documents.canonical_form import to_canonical
from engine.documents.catalogue import DECLARED, SHEETS
from engine.documents.derived import line_facts, own_facts
from engine.documents.fields import FieldClass
from engine.documents.header import LineSheet, Sheet
from engine.facts.kinds import Duration, Kind
from engine.facts.vocabulary import BUILT_IN, BUILT_IN_DOCUMENTS, FIELD_NAMES, Of
from engine.money import Exact, Money
from tests.engine.samples import LINE, complaints, full, order, take

BY_NAME = {fact.name: fact for fact in BUILT_IN}
COMPUTED = {"commitment.net", "contract.net", "contract.original", "now"}
RUNTIME = {
    Kind.YES_NO: bool,
    Kind.CHOICE: str,
    Kind.TEXT: str,
    Kind.MONEY: (Money, Exact),
    Kind.NUMBER: Fraction,
    Kind.DATE: date,
    Kind.DURATION: Duration,
}
TYPES = list(SHEETS)


def sheets() -> Iterator[type[BaseModel]]:
    """Every model that reads a document, and every model inside of one."""
    waiting: list[Any] = [*SHEETS.values(), DECLARED]
    seen: set[Any] = set()
    while waiting:
        found = waiting.pop()
        if isinstance(found, type) and issubclass(found, BaseModel) and found not in seen:
            seen.add(found)
            yield found
            waiting += [field.annotation for field in found.model_fields.values()]
            waiting += [getattr(found, "line_sheet", None)]
        waiting += [arg for arg in get_args(found) if arg not in seen]


def unclassified(sheet: type[BaseModel]) -> list[str]:
    """Fields that do not carry exactly one class."""
    return [
        name
        for name, field in sheet.model_fields.items()
        if sum(isinstance(mark, FieldClass) for mark in field.metadata) != 1
    ]


def test_every_field_of_every_model_has_a_class() -> None:
    found = {sheet.__name__: unclassified(sheet) for sheet in sheets()}
    assert {name: fields for name, fields in found.items() if fields} == {}
    assert {"Invoice", "Declared", "ExpenseLine", "BankSheet", "AttachmentSheet"} <= set(found)


def test_a_field_without_a_class_is_found() -> None:
    class Careless(Sheet):
        named: Annotated[str, FieldClass.PUBLIC]
        forgotten: str
        twice: Annotated[str, FieldClass.PUBLIC, FieldClass.INTERNAL]

    assert unclassified(Careless) == ["forgotten", "twice"]


def test_bank_details_tax_ids_and_payment_instructions_are_restricted() -> None:
    restricted = {
        name
        for sheet in sheets()
        for name, field in sheet.model_fields.items()
        if FieldClass.RESTRICTED in field.metadata
    }
    accounts = {"account", "holder", "bank", "country"}
    accounts |= {"bank_details", "pay_to", "pay_from", "paid_from"}
    taxed = {"tax_ids", "tax_id", "vat_id"}
    assert restricted == accounts | taxed | {"called_back_number"}


def test_the_built_in_documents_are_those_that_have_a_model() -> None:
    assert tuple(SHEETS) == BUILT_IN_DOCUMENTS


@pytest.mark.parametrize("kind", TYPES)
def test_a_document_of_every_type_with_every_field_is_accepted(kind: str) -> None:
    assert complaints(full(kind)) == []


@pytest.mark.parametrize("kind", TYPES)
def test_nothing_that_is_stated_is_lost(kind: str) -> None:
    raw = full(kind)
    written = to_canonical(take(raw))
    assert set(written) == set(raw)
    if "lines" in raw:
        assert [set(line) for line in written["lines"]] == [set(raw["lines"][0])]  # type: ignore


@pytest.mark.parametrize("kind", [*TYPES, "lease"])
def test_the_canonical_form_is_accepted_and_is_the_same_document(kind: str) -> None:
    document = take(full(kind, DECLARED if kind == "lease" else None))
    again = take(to_canonical(document))
    assert again == document
    assert canonical_bytes(to_canonical(again)) == canonical_bytes(to_canonical(document))


@pytest.mark.parametrize("kind", TYPES)
def test_facts_that_a_document_states_are_in_the_vocabulary_with_their_kind(kind: str) -> None:
    raw = full(kind) | {"facts": {}, "papers": [], "attachments": []}
    for line in raw.get("lines", []):
        line["facts"] = {}
    document = take(raw)
    for of, facts in ((Of.DOCUMENT, own_facts(document)), *_of_lines(document)):
        for name, value in facts.items():
            fact = BY_NAME[name]
            assert isinstance(value, RUNTIME[fact.kind]), name
            assert isinstance(value, bool) == (fact.kind is Kind.YES_NO), name
            assert fact.of in (of, Of.DOCUMENT), name
            assert not fact.values or value in fact.values, name


def _of_lines(document: Any) -> Iterator[tuple[Of, dict[str, Any]]]:
    for facts in line_facts(document):
        yield Of.LINE, facts


def test_every_fact_of_documents_and_lines_is_stated_by_some_type() -> None:
    stated: set[str] = set()
    for kind in TYPES:
        document = take(full(kind))
        stated |= own_facts(document).keys()
        for facts in line_facts(document):
            stated |= facts.keys()
    expected = {fact.name for fact in BUILT_IN if fact.of in (Of.DOCUMENT, Of.LINE)}
    assert expected - COMPUTED - stated == set()


def test_names_of_facts_are_given_once_and_fields_that_are_no_facts_are_listed() -> None:
    assert len(BY_NAME) == len(BUILT_IN)
    fields: set[str] = set()
    for sheet in (*SHEETS.values(), DECLARED):
        fields |= sheet.model_fields.keys()
        fields |= (sheet.line_sheet or LineSheet).model_fields.keys()
    assert FIELD_NAMES == fields - BY_NAME.keys()


def test_levels_are_filled_in_by_the_set() -> None:
    scales = {fact.name: fact.values for fact in BUILT_IN if fact.kind is Kind.SCALE}
    assert scales == {"requester.level": (), "approver.level": ()}


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("supplier_request", "request_kind"),
        ("journal_entry", "journal_kind"),
        ("expense_report", "paid_with"),
        ("invoice", "adjustment"),
    ],
)
def test_closed_words_are_those_of_the_vocabulary(kind: str, field: str) -> None:
    def stating(word: str) -> dict[str, Any]:
        raw = full(kind)
        if field in raw:
            return raw | {field: word}
        return raw | {"lines": [raw["lines"][0] | {field: word}]}

    words = BY_NAME[field].values
    assert len(words) > 1
    assert [complaints(stating(word)) for word in words] == [[]] * len(words)
    assert [code for code, _ in complaints(stating("other"))] == ["unknown_value"]


@pytest.mark.parametrize("sheet", [*SHEETS.values(), DECLARED], ids=lambda sheet: sheet.__name__)
def test_every_model_has_a_json_schema(sheet: type[BaseModel]) -> None:
    schema = sheet.model_json_schema()
    assert schema["properties"].keys() == sheet.model_fields.keys()
    assert schema["additionalProperties"] is False


def test_what_decides_needs_no_pydantic() -> None:
    script = (
        "import sys, engine.facts.vocabulary, engine.canonical, engine.documents\n"
        "import engine.documents.model, engine.documents.derived, engine.documents.canonical_form\n"
        "sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_an_unknown_door_of_the_package_is_an_attribute_error() -> None:
    import engine.documents

    with pytest.raises(AttributeError, match="`refuse`"):
        engine.documents.refuse  # type: ignore[attr-defined]  # noqa: B018


def test_a_change_order_says_what_it_changes_all_or_nothing() -> None:
    change = {"changes": "PO-1", "change_number": 2, "original_net": "48000.00"}
    assert complaints(order(**change)) == []
    facts = own_facts(take(order(**change)))
    assert facts["original_net"] == Money(4_800_000, "USD")
    assert (facts["changes"], facts["change_number"]) == ("PO-1", Fraction(2))
    for name in change:
        missing = [("missing_field", other) for other in change if other != name]
        assert sorted(complaints(order(**{name: change[name]}))) == sorted(missing)


@pytest.mark.parametrize("number", [0, -1, "0", "1.5"])
def test_changes_of_an_order_are_counted_from_one(number: object) -> None:
    raw = order(changes="PO-1", change_number=number, original_net="1.00")
    assert complaints(raw) == [("out_of_range", "change_number")]


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("contract", "contract_start", "contract_end"),
        ("expense_report", "trip_start", "trip_end"),
        ("delegation", "first_day", "last_day"),
    ],
)
def test_nothing_ends_before_it_starts(kind: str, first: str, last: str) -> None:
    raw = full(kind)
    assert complaints(raw | {last: raw[first]}) == []
    assert complaints(raw | {last: "2027-03-14"}) == [("wrong_order", last)]


def test_a_credit_note_gives_back() -> None:
    assert complaints(order(type="credit_note", amount="-12000.00")) == []
    assert complaints(order(type="credit_note", amount="0.00")) == []
    assert complaints(order(type="credit_note")) == [("wrong_sign", "amount")]
    lines = [{"net": "-5.00"}, {"net": "5.01"}]
    raw = order(type="credit_note", amount=None, lines=lines)
    assert complaints(raw) == [("wrong_sign", "lines")]


def test_nobody_delegates_to_himself() -> None:
    raw = full("delegation") | {"delegator": "vera", "delegate": "vera"}
    assert complaints(raw) == [("same_person", "delegate")]


def test_a_discount_is_a_percentage() -> None:
    raw = full("subscription_adjustment")
    assert complaints(raw | {"discount_percent": "100"}) == []
    for percent in ("100.01", "-1"):
        expected = [("out_of_range", "discount_percent")]
        assert complaints(raw | {"discount_percent": percent}) == expected


def test_a_goods_receipt_may_state_quantities_without_amounts() -> None:
    raw = full("goods_receipt")
    raw["lines"] = [{"quantity": "3", "order_line": 1}]
    document = take(raw)
    assert document.lines[0].net == Money(0, "EUR")
    assert "document.net" not in own_facts(document)
    assert "line.net" not in line_facts(document)[0]
    assert line_facts(document)[0]["line.quantity"] == Fraction(3)
    assert LINE["net"] not in str(to_canonical(document))


def test_a_request_knows_whether_it_states_bank_details() -> None:
    raw = full("supplier_request")
    assert own_facts(take(raw))["states_bank_details"] is True
    del raw["bank_details"]
    assert own_facts(take(raw))["states_bank_details"] is False


def test_bank_details_are_no_facts() -> None:
    for kind in TYPES:
        assert "DE02120300000000202051" not in str(own_facts(take(full(kind))))
