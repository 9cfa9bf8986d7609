"""Who may read what of a document, and what messages may say about it.

Shows (F3).
"""

import copy
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.documents import accept, parse_json
from engine.documents.canonical_form import Plain, to_canonical
from engine.documents.catalogue import SHEETS
from engine.documents.classes import class_of, masked, may_be_quoted, replaced
from engine.documents.fields import CONFIDENTIAL, INTERNAL, PUBLIC, RESTRICTED, FieldClass
from engine.documents.header import Header
from engine.documents.masking import MASK, names_a_secret
from engine.errors import InputErrors
from engine.facts.kinds import Kind
from engine.facts.vocabulary import Fact, Of
from tests.engine.samples import DOCUMENTS, FACTS, RECEIVED, full, order, take

IBAN: Final = "DE02120300000000202051"
WIDE: Final = "".join(chr(ord(letter) + 0xFEE0) for letter in IBAN)  # as in Japanese text
TYPES: Final = [*SHEETS, "lease"]
EVERYTHING: Final = frozenset(FieldClass)
UP_TO: Final = [frozenset(list(FieldClass)[:count]) for count in range(5)]
SECRET_FACTS: Final = MappingProxyType(
    {
        **FACTS,
        "iban": Fact("iban", Kind.DATE),
        "tax_id": Fact("tax_id", Kind.NUMBER),
        "card_number": Fact("card_number", Kind.NUMBER, Of.LINE),
    }
)


def canonical(kind: str) -> dict[str, Plain]:
    """A canonical document of this type with every field that it has."""
    sheet = None if kind in SHEETS else Header
    raw = full(kind, sheet) if sheet is None else {**full("requisition"), "type": kind}
    for name in ("needed_by", "justification") if sheet is not None else ():
        del raw[name]
    return to_canonical(take(raw))


CANONICAL: Final = {kind: canonical(kind) for kind in TYPES}


def restricted_parts(plain: Mapping[str, Plain], kind: str) -> list[tuple[str, Plain]]:
    """Every restricted value of the document with its path."""
    found: list[tuple[str, Plain]] = []

    def collect(path: str, value: Plain) -> Plain:
        found.append((path, value))
        return value

    replaced(plain, kind, lambda one: one is RESTRICTED, collect)
    return found


def texts(value: Plain) -> Iterator[str]:
    """Every text in a value, keys apart."""
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from texts(item)
        case list():
            for item in value:
                yield from texts(item)


def restricted_texts(plain: Mapping[str, Plain], kind: str) -> set[str]:
    return {text for _, value in restricted_parts(plain, kind) for text in texts(value)}


# Classes


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("pay_to[].account", "invoice", RESTRICTED),
        ("pay_to[3].country", "payment", RESTRICTED),
        ("pay_from", "payment", RESTRICTED),
        ("tax_ids[0]", "supplier_request", RESTRICTED),
        ("bank_details[0].holder", "supplier_request", RESTRICTED),
        ("entity", "invoice", INTERNAL),
        ("requester", "invoice", CONFIDENTIAL),
        ("facts.method", "requisition", CONFIDENTIAL),
        ("facts.estimated_value.amount", "requisition", CONFIDENTIAL),
        ("lines[2].facts.batch", "invoice", CONFIDENTIAL),
        ("dimensions.region", "invoice", INTERNAL),
        ("lines[2].net", "invoice", CONFIDENTIAL),
        ("lines[2].merchant", "expense_report", CONFIDENTIAL),
        ("entity", "lease", INTERNAL),
    ],
)
def test_a_place_has_the_class_that_its_sheet_declares(
    path: str, kind: str, expected: FieldClass
) -> None:
    assert class_of(path, kind) is expected


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "invoice"),
        ("nothing", "invoice"),
        ("entity.deeper", "invoice"),
        ("lines[0].nothing", "invoice"),
        ("lines[0].merchant", "invoice"),
        ("pay_to", "lease"),
        ("tax_ids", "invoice"),
        (".entity", "invoice"),
        ("entity ", "invoice"),
    ],
)
def test_a_place_that_no_sheet_knows_is_restricted(path: str, kind: str) -> None:
    assert class_of(path, kind) is RESTRICTED


def test_what_stands_in_a_field_is_kept_as_closely_as_the_field() -> None:
    assert class_of("attachments[0].name", "invoice") is CONFIDENTIAL  # internal by itself
    assert class_of("lines[0].cost_center", "invoice") is CONFIDENTIAL


def test_a_field_that_was_declared_without_a_class_is_restricted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Careless(Header):
        forgotten: str = ""
        twice: Annotated[str, PUBLIC, INTERNAL] = ""

    monkeypatch.setattr("engine.documents.classes.SHEETS", {"careless": Careless})
    assert class_of("forgotten", "careless") is RESTRICTED
    assert class_of("twice", "careless") is RESTRICTED
    assert class_of("entity", "careless") is INTERNAL


@pytest.mark.parametrize("name", ["iban", "tax_id", "supplier_vat_id", "Bank-IBAN", "api_key"])
def test_a_fact_that_is_named_like_a_secret_is_restricted(name: str) -> None:
    assert names_a_secret(name)
    assert class_of(f"facts.{name}", "invoice") is RESTRICTED
    assert class_of(f"lines[1].facts.{name}", "invoice") is RESTRICTED


@pytest.mark.parametrize("name", ["method", "key_supplier", "tax_code", "discounts", "pinned"])
def test_a_fact_with_an_ordinary_name_is_confidential(name: str) -> None:
    assert not names_a_secret(name)
    assert class_of(f"facts.{name}", "invoice") is CONFIDENTIAL


# Masking


@pytest.mark.parametrize("kind", TYPES)
def test_a_reader_of_everything_sees_the_document_as_it_is(kind: str) -> None:
    assert masked(CANONICAL[kind], kind, EVERYTHING) == CANONICAL[kind]


@pytest.mark.parametrize("kind", TYPES)
def test_a_reader_of_nothing_sees_which_fields_are_there_and_nothing_else(kind: str) -> None:
    assert masked(CANONICAL[kind], kind, frozenset()) == dict.fromkeys(CANONICAL[kind], MASK)


def test_an_approver_sees_amounts_and_people_but_no_account() -> None:
    plain = CANONICAL["payment"]
    seen = masked(plain, "payment", frozenset({PUBLIC, INTERNAL, CONFIDENTIAL}))
    (line,) = plain["lines"]
    lines = [{**line, "pay_to": MASK}]
    assert seen == {**plain, "pay_to": MASK, "pay_from": MASK, "lines": lines}


def test_whoever_reads_internal_fields_sees_neither_amounts_nor_how_many_lines() -> None:
    seen = masked(CANONICAL["expense_report"], "expense_report", frozenset({PUBLIC, INTERNAL}))
    assert seen["lines"] == seen["maximum"] == seen["requester"] == seen["facts"] == MASK
    assert seen["entity"] == "the entity"
    assert seen["dimensions"] == {"region": "north", "channel": "web"}


def test_masking_leaves_the_document_itself_alone() -> None:
    plain = copy.deepcopy(CANONICAL["payment"])
    masked(plain, "payment", frozenset())
    assert plain == CANONICAL["payment"]


@pytest.mark.parametrize(
    "written",
    [
        f"pay {IBAN} at once",
        "DE02 1203 0000 0000 2020 51",
        "de02-1203-0000-0000-2020-51.",
        WIDE,
        f"x{IBAN}x",
    ],
)
@pytest.mark.parametrize("field", ["title", "number", "category"])
def test_an_account_is_hidden_in_other_fields_too(written: str, field: str) -> None:
    plain = {**CANONICAL["payment"], field: written}
    assert masked(plain, "payment", UP_TO[3])[field] == MASK


def test_an_account_is_hidden_in_lines_comments_facts_and_keys() -> None:
    plain = {
        **CANONICAL["payment"],
        "lines": [{"number": 1, "net": "1.00", "description": IBAN}],
        "comments": [{"text": f"to {IBAN}"}, {"text": "yes"}],
        "facts": {"legal_case": IBAN, "reason": "none"},
        "source_ids": {IBAN: "1"},
    }
    seen = masked(plain, "payment", UP_TO[3])
    assert seen["lines"] == [{"number": 1, "net": "1.00", "description": MASK}]
    assert seen["comments"] == [{"text": MASK}, {"text": "yes"}]
    assert seen["facts"] == {"legal_case": MASK, "reason": "none"}
    assert seen["source_ids"] == MASK


def test_a_number_that_is_a_restricted_one_is_hidden_too() -> None:
    plain: dict[str, Plain] = {
        **CANONICAL["supplier_request"],
        "tax_ids": ["120000"],
        "attachments": [{"name": "a", "size": 1200001}],
    }
    seen = masked(plain, "supplier_request", UP_TO[3])
    assert seen["attachments"] == [{"name": "a", "size": MASK}]


def test_the_supplier_is_named_though_the_account_is_his() -> None:
    plain = {**CANONICAL["supplier_request"], "supplier_name": "Globex"}
    assert masked(plain, "supplier_request", UP_TO[3])["supplier_name"] == "Globex"


def test_a_fact_named_like_a_secret_is_masked_alone() -> None:
    plain = {**CANONICAL["invoice"], "facts": {"iban": IBAN, "method": "tender"}}
    assert masked(plain, "invoice", UP_TO[3])["facts"] == {"iban": MASK, "method": "tender"}


SECRETS = st.one_of(
    st.sampled_from([IBAN, "1234", "DE-12 34", "x1y2", "12", "٣٤٥٦", "Straße 12", "Globex"]),
    st.text(min_size=1, max_size=30),
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[dict[str, Plain], str]:
    """A canonical document whose texts are anything, with restricted ones in other fields."""
    kind = draw(st.sampled_from(TYPES))
    secrets = draw(st.lists(SECRETS, min_size=1, max_size=3))
    mixed = st.one_of(
        st.sampled_from(secrets), st.text(max_size=20), st.builds("{}{}".format, SECRETS, SECRETS)
    )

    def spoil(value: Plain, is_restricted: bool) -> Plain:
        match value:
            case dict():
                return {name: spoil(item, is_restricted) for name, item in value.items()}
            case list():
                return [spoil(item, is_restricted) for item in value]
            case str():
                if is_restricted:
                    return draw(st.sampled_from(secrets))
                return draw(mixed) if draw(st.booleans()) else value
            case _:
                return value

    plain: dict[str, Plain] = {
        name: spoil(value, class_of(name, kind) is RESTRICTED)
        for name, value in CANONICAL[kind].items()
    }
    if draw(st.booleans()):
        plain["source_ids"] = {draw(mixed): draw(mixed)}
    if draw(st.booleans()):
        plain["facts"] = {"iban": draw(SECRETS), "method": draw(mixed)}
    if draw(st.booleans()):
        plain["a_field_of_tomorrow"] = draw(SECRETS)
    return plain, kind


@given(documents(), st.sets(st.sampled_from([PUBLIC, INTERNAL, CONFIDENTIAL])))
@example(({"a_field_of_tomorrow": "x1y2", "title": "X1 Y2"}, "invoice"), {CONFIDENTIAL})
def test_no_restricted_number_is_anywhere_in_what_others_see(
    document: tuple[dict[str, Plain], str], allowed: set[FieldClass]
) -> None:
    plain, kind = document
    seen = masked(plain, kind, frozenset(allowed))
    text = json.dumps(seen, ensure_ascii=False)
    assert restricted_texts(seen, kind) <= {MASK}
    for secret in restricted_texts(plain, kind):
        letters = [c for c in secret if c.isalnum()]
        if len(letters) > 3 and any(c.isdecimal() for c in letters):
            assert secret not in text
            assert json.dumps(secret)[1:-1] not in json.dumps(seen)
    for value in (value for path, value in restricted_parts(seen, kind)):
        assert value == MASK


@given(documents(), st.sets(st.sampled_from(list(FieldClass))))
def test_masking_twice_is_masking_once(
    document: tuple[dict[str, Plain], str], allowed: set[FieldClass]
) -> None:
    plain, kind = document
    once = masked(plain, kind, frozenset(allowed))
    assert masked(once, kind, frozenset(allowed)) == once
    assert once.keys() == plain.keys()


@given(documents())
def test_a_wider_reader_sees_at_least_what_a_narrower_one_sees(
    document: tuple[dict[str, Plain], str],
) -> None:
    plain, kind = document
    views = [masked(plain, kind, allowed) for allowed in UP_TO]
    assert views[-1] == plain
    for narrow, wide in pairwise(views):
        assert all(narrow[name] == MASK for name in plain if wide[name] == MASK)


# Messages


FAULTS: Final[tuple[Any, ...]] = (
    IBAN,
    f" {IBAN}",
    f"{IBAN}\n",
    f"{IBAN}\u200b{IBAN}",
    IBAN * 20,
    [IBAN, IBAN],
    [[IBAN]],
    [f"{IBAN}\t"],
    [{"account": f" {IBAN}"}],
    [{"account": 4711004711}],
    [{"account": 4711.5}],
    [{"account": [IBAN]}],
    [{"account": IBAN, IBAN: "x"}],
    [{"account": IBAN, f"to {IBAN}": "x"}],
    [{"account": IBAN, "holder": f"{IBAN}\x00"}],
    [{"account": IBAN, "bank": IBAN * 20}],
    [{"account": IBAN, "country": {"is": IBAN}}],
    [{"holder": IBAN}],
    [{"account": f"{IBAN}\ud800"}],
    {"account": IBAN},
    {IBAN: IBAN},
    4711004711,
    True,
)


def refused(raw: object, facts: Mapping[str, Fact] = FACTS) -> list[tuple[str, str]]:
    """Field and message of everything that is wrong."""
    try:
        accept(raw, facts, DOCUMENTS, received_at=RECEIVED)
    except InputErrors as error:
        # What rode along in the background of the refusal would be written, too.
        return [(one.field, f"{one} {error.__context__ or ''}") for one in error.errors]
    return []


@pytest.mark.parametrize("kind", SHEETS)
def test_no_message_says_what_was_written_in_a_restricted_field(kind: str) -> None:
    fields = [name for name in SHEETS[kind].model_fields if class_of(name, kind) is RESTRICTED]
    for name in fields:
        complained = 0
        for fault in FAULTS:
            found = refused({**full(kind), name: fault})
            complained += bool(found)
            said = json.dumps(found)
            assert "DE02" not in said, said
            assert "4711" not in said, said
        assert complained > len(FAULTS) * 3 // 4


def test_the_types_with_restricted_fields_are_those_that_state_accounts_and_tax_ids() -> None:
    kinds = {kind for kind in TYPES if restricted_parts(CANONICAL[kind], kind)}
    assert kinds == {
        "credit_note",
        "customer_refund",
        "expense_report",
        "invoice",
        "payment",
        "supplier_request",
    }


@pytest.mark.parametrize(
    ("fault", "field", "message"),
    [
        (
            [{"account": f" {IBAN}"}],
            "pay_to[0].account",
            "expected no space at either end, found something else, which is not shown",
        ),
        ([{"holder": "x"}], "pay_to[0].account", "expected `account`, found nothing"),
        (
            [{"account": "1", "iban": "2"}],
            "pay_to[0].iban",
            "there is no field `iban` here",
        ),
        ([{"account": "1", IBAN: "2"}], "pay_to[0].***", "there is no field `***` here"),
        ({"account": IBAN}, "pay_to", "expected a list, found an object"),
        ([{"account": "1" * 201}], "pay_to[0].account", "at most 200 characters, found 201"),
    ],
)
def test_a_message_about_a_restricted_field_still_says_what_to_write(
    fault: object, field: str, message: str
) -> None:
    found = refused({**full("invoice"), "pay_to": fault})
    assert [place for place, _ in found] == [field]
    assert message in found[0][1]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_message_says_which_account_was_written_on_a_line_of_a_payment(fault: object) -> None:
    raw = full("payment")
    (line,) = raw["lines"]
    said = json.dumps(refused({**raw, "lines": [{**line, "pay_to": fault}]}))
    assert "DE02" not in said, said
    assert "4711" not in said, said


@pytest.mark.parametrize("name", ["iban", "tax_id"])
def test_a_fact_named_like_a_secret_is_not_quoted(name: str) -> None:
    for raw in (order(**{name: IBAN}), order(facts={name: IBAN})):
        found = refused(raw, SECRET_FACTS)
        assert len(found) == 1
        assert IBAN not in found[0][1]


def test_a_fact_named_like_a_secret_on_a_line_is_not_quoted() -> None:
    for line in ({"card_number": IBAN}, {"facts": {"card_number": IBAN}}):
        found = refused(order(amount=None, lines=[{"net": "1.00", **line}]), SECRET_FACTS)
        assert len(found) == 1
        assert IBAN not in found[0][1]


def test_other_fields_are_quoted_as_before() -> None:
    assert "found `never`" in refused(order(document_date="never"))[0][1]
    assert "`much`" in refused(order(score="much"))[0][1]
    assert may_be_quoted("score", SHEETS["invoice"])
    assert not may_be_quoted("pay_to[0].account", SHEETS["invoice"])


@pytest.mark.parametrize(
    "data",
    [
        '{"account": DE02120300000000202051}',
        '{"account": "x" "holder": "DE02120300000000202051"}',
        '{"account": 02120300000000202051}',
        '{"account": 12120300000000202051}',
        '{"account": 121203000000.00202051}',
        '{"account": NaN02120300000000202051}',
        '{"account": "\\ud800DE02120300000000202051"}',
        '{"account": "\\qDE02120300000000202051"}',
        '{"account": "DE02120300000000202051',
        "{'account': 'DE02120300000000202051'}",
        '{"account": - 02120300000000202051}',
        '{"account": "\tDE02120300000000202051"}',
    ],
)
def test_text_that_is_no_json_is_not_quoted_but_for_a_word_or_a_sign(data: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse_json(data.encode())
    said = [one.message for one in caught.value.errors]
    assert said
    assert not any("2051" in one or "1203" in one or "DE0" in one for one in said), said


def test_a_word_that_is_no_json_is_quoted() -> None:
    for data, word in (('{"a": True}', "True"), ('{"a": nul}', "nul"), ('{"a": 1.5}', "1.5")):
        with pytest.raises(InputErrors, match=f"`{word}`"):
            parse_json(data.encode())
