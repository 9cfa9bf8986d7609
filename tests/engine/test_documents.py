"""Taking documents in: exact, complete in what it complains about, and nothing by half (A2)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import canonical_bytes
from engine.documents.canonical_form import document_digest, to_canonical
from engine.documents.derived import line_facts, net_of, own_facts, tax_of
from engine.errors import InputError, InputErrors
from engine.facts.kinds import Duration, FactValue
from engine.money import INT64_MAX, Exact, Money
from tests.engine.samples import DOCUMENTS, FACTS, complaints, faults, order, take

# Words of the machinery, which a sender of documents does not know.
JARGON = re.compile(
    r"\b(str|int|dict|bool|tuple|NoneType|None|float|Decimal|Fraction|Mapping|pydantic|validat\w*"
    r"|input_value|instance|parse\w*|exception)\b"
)


def lines(*stated: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return order(amount=None, lines=list(stated), **changes)


def test_the_shorthand_is_one_line() -> None:
    document = take(order(cost_center="cc100", tax="1900.00", gl_account="6000"))
    (line,) = document.lines
    assert (line.number, line.net, line.tax) == (1, Money(1_000_000, "USD"), Money(190_000, "USD"))
    assert (line.cost_center, line.gl_account) == ("cc100", "6000")
    stated = {"net": "10000.00", "tax": "1900.00", "gl_account": "6000"}
    assert document == take(lines(stated, cost_center="cc100"))


def test_the_currency_may_stand_after_the_amount() -> None:
    assert take(order(currency=None, amount="10000.00 USD")) == take(order())
    assert take(lines({"net": "10000.00 USD"}, currency=None)) == take(order())
    framework = order(currency=None, amount=None, maximum="240000.00 USD")
    assert take(framework).maximum == Money(24_000_000, "USD")


def test_what_the_header_states_holds_for_lines_that_state_nothing() -> None:
    document = take(
        lines(
            {"net": "1.00"},
            {"net": "2.00", "category": "books", "capex": False, "cost_center": "cc200"},
            {"net": "3.00", "dimensions": {"channel": "shop"}, "project": "P-2", "customer": "C-2"},
            category="software",
            capex=True,
            cost_center="cc100",
            project="P-1",
            customer="C-1",
            dimensions={"channel": "web", "region": "north"},
        )
    )
    coded = [(one.category, one.capex, one.cost_center, one.project) for one in document.lines]
    assert coded == [
        ("software", True, "cc100", "P-1"),
        ("books", False, "cc200", "P-1"),
        ("software", True, "cc100", "P-2"),
    ]
    assert [one.customer for one in document.lines] == ["C-1", "C-1", "C-2"]
    assert document.lines[2].dimensions == {"channel": "shop", "region": "north"}


def test_lines_are_numbered_from_one_and_sorted_by_their_number() -> None:
    assert [one.number for one in take(lines({"net": "1.00"}, {"net": "2.00"})).lines] == [1, 2]
    turned = take(lines({"number": 20, "net": "2.00"}, {"number": 10, "net": "1.00"}))
    assert [(one.number, one.net.minor) for one in turned.lines] == [(10, 100), (20, 200)]
    assert turned == take(lines({"number": 10, "net": "1.00"}, {"number": 20, "net": "2.00"}))


def test_facts_of_a_line_stay_with_their_line() -> None:
    first = {"number": 20, "net": "2.00", "batch": "B"}
    document = take(lines(first, {"number": 10, "net": "1.00", "facts": {"batch": "A"}}))
    assert [one.facts["batch"] for one in document.lines] == ["A", "B"]
    assert take(order(batch="C")).lines[0].facts == {"batch": "C"}


def test_a_company_declares_types_of_its_own() -> None:
    document = take(order(type="lease", legal_case="C-1"))
    assert own_facts(document)["legal_case"] == "C-1"
    without_amount = take(order(type="lease", amount=None, currency=None))
    assert "document.net" not in own_facts(without_amount)


def test_the_moment_of_submission_is_the_stated_one_or_that_of_receipt() -> None:
    stated = take(order(submitted_at="2027-03-15T09:00:00-04:00"))
    assert stated.submitted_at == datetime(2027, 3, 15, 13, tzinfo=UTC)
    assert stated.is_submission_stated
    received = take(order())
    assert received.submitted_at == datetime(2027, 3, 15, 14, tzinfo=UTC)
    assert not received.is_submission_stated


def test_when_it_was_received_is_no_business_content() -> None:
    from engine.documents import accept

    late = accept(order(), FACTS, DOCUMENTS, received_at=datetime(2030, 1, 1, tzinfo=UTC))
    assert late.digest == take(order()).digest
    assert late.submitted_at != take(order()).submitted_at
    with pytest.raises(ValueError, match="time zone"):
        accept(order(), FACTS, DOCUMENTS, received_at=datetime(2030, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (order(amount="10000.0"), order(amount="10000.00")),
        (order(amount="10000"), order(amount="010000.00 USD")),
        (order(currency="JPY", amount="-0"), order(currency="JPY", amount="0")),
        (dict(reversed(order().items())), order()),
        (order(version=1, supplier="", title=None), order()),
        (order(beneficiaries=["a", "b"]), order(beneficiaries=["b", "a"])),
        (order(beneficiary="a"), order(beneficiaries=["a"])),
        (order(papers=["business_case"]), order(business_case=True)),
        (order(papers=["business_case"]), order(facts={"business_case": "present"})),
        (order(business_case=False), order()),
        (order(tender_reference="missing"), order()),
        (order(legal_case="C-1"), order(facts={"legal_case": "C-1"})),
        (order(term="3 years"), order(term="36 months")),
        (order(term="1 year 2 weeks"), order(term="12 months 14 days")),
        (order(score="2.50"), order(score="2.5")),
        (order(score="3.0"), order(score=3)),
        (order(estimated_value="1.5 EUR"),
         order(estimated_value={"amount": "1.50", "currency": "EUR"})),
        (order(submitted_at="2027-03-15T09:00-04:00"),
         order(submitted_at="2027-03-15 13:00:00.0Z")),
        (order(category="caf\u00e9"), order(category="cafe\u0301")),
        (lines({"net": "1.00"}, category="x"),
         lines({"net": "1.00", "category": "x"}, category="x")),
        (lines({"net": "1", "tax_recovery": "50%"}), lines({"net": "1", "tax_recovery": "0.50"})),
        (lines({"net": "1", "quantity": 2}), lines({"net": "1", "quantity": "2.0"})),
        (order(lines=[]), order()),
    ],
)  # fmt: skip
def test_the_same_content_written_differently_has_the_same_digest(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = take(one), take(other)
    assert canonical_bytes(to_canonical(first)) == canonical_bytes(to_canonical(second))
    assert first.digest == second.digest == document_digest(first)
    assert re.fullmatch("sha256:[0-9a-f]{64}", first.digest)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "requisition"},
        {"id": "PO-2"},
        {"amount": "10000.01"},
        {"currency": "EUR"},
        {"requester": "Rita"},
        {"version": 2},
        {"supplier": "S-1"},
        {"maximum": "0.00"},
        {"capex": False},
        {"submitted_at": "2027-03-15T14:00:00Z"},
        {"legal_case": "C-1"},
        {"papers": ["business_case"]},
        {"comments": [{"text": "now"}]},
        {"attachments": [{"name": "a.pdf"}]},
        {"source_ids": {"coupa": "1"}},
        {"dimensions": {"a": "b"}},
        {"tax": "0.00"},
        {"batch": "B"},
        {"payment_terms": "30 days"},
    ],
)
def test_other_content_has_another_digest(changes: dict[str, Any]) -> None:
    assert take(order(**changes)).digest != take(order()).digest


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # scenario 4 and 5: decimals that the currency does not have
        (order(currency="JPY", amount="1000000.50"), [("invalid_minor_unit", "amount")]),
        (order(currency="KWD", amount="3000.0005"), [("invalid_minor_unit", "amount")]),
        (lines({"net": "1"}, {"net": "1.005"}), [("invalid_minor_unit", "lines[1].net")]),
        # scenario 34: a text, and an overflow on intake
        (order(amount="a lot"), [("invalid_amount", "amount")]),
        (order(amount="92233720368547758.08"), [("amount_overflow", "amount")]),
        (order(amount="10,000.00"), [("invalid_amount", "amount")]),
        (order(amount="10_000.00"), [("invalid_amount", "amount")]),
        (order(amount="10 000.00"), [("invalid_amount", "amount")]),
        (order(amount="USD 10.00"), [("invalid_amount", "amount")]),
        (order(amount="10.00  USD"), [("invalid_amount", "amount")]),
        (order(amount=10000), [("wrong_type", "amount")]),
        (order(amount=10000.5), [("wrong_type", "amount")]),
        (order(amount=True), [("wrong_type", "amount")]),
        (order(amount="1.00 EUR"), [("currency_mismatch", "amount")]),
        (order(amount="1.00 EURO"), [("unknown_currency", "amount")]),
        (order(currency="usd"), [("unknown_currency", "currency")]),
        (order(currency=5), [("wrong_type", "currency")]),
        (order(currency=None), [("missing_field", "currency")]),
        (order(amount=None), [("missing_field", "lines")]),
        (order(type=None), [("missing_field", "type")]),
        (order(type=["purchase_order"]), [("wrong_type", "type")]),
        (order(type="purchase_ordre"), [("unknown_document_type", "type")]),
        (order(requester=""), [("missing_field", "requester")]),
        (order(requester={"id": "rita"}), [("wrong_type", "requester")]),
        (order(requester=" rita"), [("invalid_text", "requester")]),
        (order(requester="ri\u200bta"), [("invalid_text", "requester")]),
        (order(requester="rita\n"), [("invalid_text", "requester")]),
        (order(requester="\ud800"), [("invalid_text", "requester")]),
        (order(requester="r" * 201), [("too_long", "requester")]),
        (order(title="t" * 4001), [("too_long", "title")]),
        (order(title="a\u202eb"), [("invalid_text", "title")]),
        (order(capex="yes"), [("wrong_type", "capex")]),
        (order(capex=1), [("wrong_type", "capex")]),
        (order(version=0), [("out_of_range", "version")]),
        (order(version="1"), [("wrong_type", "version")]),
        (order(version=2**31), [("out_of_range", "version")]),
        (order(version=10**5000), [("out_of_range", "version")]),
        (order(submitted_at="2027-03-15T09:00:00"), [("invalid_moment", "submitted_at")]),
        (order(submitted_at="2027-03-15"), [("invalid_moment", "submitted_at")]),
        (order(submitted_at="2027-02-30T09:00:00Z"), [("invalid_moment", "submitted_at")]),
        (order(submitted_at="2027-03-15T24:00:00Z"), [("invalid_moment", "submitted_at")]),
        (order(submitted_at="0001-01-01T00:00:00+10:00"), [("invalid_moment", "submitted_at")]),
        (order(submitted_at=1_800_000_000), [("wrong_type", "submitted_at")]),
        (order(document_date="15.03.2027"), [("invalid_date", "document_date")]),
        (order(document_date="2027-02-29"), [("invalid_date", "document_date")]),
        (order(document_date="2027-W11-1"), [("invalid_date", "document_date")]),
        (order(beneficiaries="ann"), [("wrong_type", "beneficiaries")]),
        (order(beneficiaries=["ann", "ann"]), [("duplicate_entry", "beneficiaries")]),
        (order(beneficiaries=["ann", 5]), [("wrong_type", "beneficiaries[1]")]),
        (order(beneficiaries=["a"], beneficiary="a"), [("duplicate_field", "beneficiary")]),
        (order(beneficiaries=["b"] * 1001), [("too_many", "beneficiaries")]),
        (order(dimensions={"a": 1}), [("wrong_type", "dimensions.a")]),
        (order(dimensions=["a"]), [("wrong_type", "dimensions")]),
        (order(attachments=[{"nam": "x"}]),
         [("missing_field", "attachments[0].name"), ("unknown_field", "attachments[0].nam")]),
        (order(attachments=[{"name": "x", "size": -1}]), [("out_of_range", "attachments[0].size")]),
        (order(attachments=[{"name": "x", "paper": "nothing"}]),
         [("unknown_paper", "attachments[0].paper")]),
        (order(attachments=[{"name": ""}]), [("missing_field", "attachments[0].name")]),
        (order(comments=[{"text": "x", "written_at": "now"}]),
         [("invalid_moment", "comments[0].written_at")]),
        (order(papers=["busines_case"]), [("unknown_paper", "papers")]),
        (order(papers=["legal_case"]), [("unknown_paper", "papers")]),
        (order(papers=["business_case"], business_case=False), [("contradiction", "papers")]),
        (order(requestor="x"), [("unknown_field", "requestor")]),
        (order(due_date="2027-03-15"), [("unknown_field", "due_date")]),
        (order(**{"document.net": "1.00"}), [("not_stated_here", "document.net")]),
        (order(**{"commitment.net": "1.00"}), [("not_stated_here", "commitment.net")]),
        (order(lines=[{"net": "1.00"}]), [("duplicate_field", "amount")]),
        (lines({"net": "1.00"}, tax="1.00"), [("misplaced_field", "tax")]),
        (order(tax="1.005"), [("invalid_minor_unit", "tax")]),
        (order(tax_recovery="1.01"), [("out_of_range", "tax_recovery")]),
        (order(tax_recovery="101%"), [("out_of_range", "tax_recovery")]),
        (order(tax_recovery=[]), [("wrong_type", "tax_recovery")]),
        (lines({}), [("missing_field", "lines[0].net")]),
        (lines({"net": None}), [("missing_field", "lines[0].net")]),
        (lines({"nett": "1.00"}),
         [("unknown_field", "lines[0].nett"), ("missing_field", "lines[0].net")]),
        (order(amount=None, lines="1.00"), [("wrong_type", "lines")]),
        (order(amount=None, lines=[5, None]),
         [("wrong_type", "lines[0]"), ("wrong_type", "lines[1]")]),
        (lines({"net": "1", "number": 0}), [("out_of_range", "lines[0].number")]),
        (lines({"net": "1", "number": 2}, {"net": "1"}), [("duplicate_line", "lines[1].number")]),
        (lines({"net": "1", "quantity": "1e3"}), [("invalid_number", "lines[0].quantity")]),
        (lines({"net": "1", "quantity": 1.5}), [("wrong_type", "lines[0].quantity")]),
        (lines({"net": "1", "price": 2}), [("wrong_type", "lines[0].price")]),
        (lines({"net": "1", "price": "2 EUR"}), [("currency_mismatch", "lines[0].price")]),
        (lines({"net": "1", "legal_case": "C"}), [("not_stated_here", "lines[0].legal_case")]),
        (lines({"net": "1"}, batch="B"), [("not_stated_here", "batch")]),
        (lines({"net": "1"}, facts={"batch": "B"}), [("not_stated_here", "facts.batch")]),
        (order(facts=[]), [("wrong_type", "facts")]),
        (order(facts={"legal_cas": "C"}), [("unknown_field", "facts.legal_cas")]),
        (order(facts={"supplier": "S"}), [("not_stated_here", "facts.supplier")]),
        (order(legal_case="C", facts={"legal_case": "C"}),
         [("duplicate_field", "facts.legal_case")]),
        (order(business_case=True, facts={"business_case": True}),
         [("duplicate_field", "facts.business_case")]),
        (order(annual_revenue="1.00 EUR"), [("not_stated_here", "annual_revenue")]),
        (order(grade="A"), [("not_stated_here", "grade")]),
        (order(region_code="A"), [("not_stated_here", "region_code")]),
        (order(matched=True), [("not_stated_here", "matched")]),
        (order(case_total="1.00 EUR"), [("not_stated_here", "case_total")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_field(
    raw: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = faults(raw)
    assert sorted((code, field) for code, field, _ in found) == sorted(expected)
    for _, field, message in found:
        assert re.match(r"[a-z`]", message), message
        assert message.isprintable(), message
        assert len(message) < 300, message
        assert not JARGON.search(re.sub("`[^`]*`", "", message)), message
        assert field.isprintable()


@pytest.mark.parametrize("raw", [None, [], "order", 5, True, [order()]])
def test_a_document_is_an_object(raw: object) -> None:
    assert complaints(raw) == [("wrong_type", "")]


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_sender() -> None:
    raw = {
        "requestor": "rita",
        "amount": None,
        "lines": [{"net": "1.001"}, {"net": "2.00", "batsh": "B"}, {"net": 3.5}],
        "term": "long",
        "type": "purchase_order",
        "currency": "USD",
        "entity": 7,
        "annual_revenue": "1.00 EUR",
        "id": "PO-1",
    }
    assert complaints(raw) == [
        ("unknown_field", "requestor"),
        ("invalid_minor_unit", "lines[0].net"),
        ("unknown_field", "lines[1].batsh"),
        ("wrong_type", "lines[2].net"),
        ("invalid_duration", "term"),
        ("wrong_type", "entity"),
        ("not_stated_here", "annual_revenue"),
        ("missing_field", "requester"),
    ]


@pytest.mark.parametrize(
    ("raw", "help"),
    [
        (order(requestor="x"), "did you mean `requester`?"),
        (order(legal_cas="x"), "did you mean `legal_case`?"),
        (order(type="purchase_ordre"), "did you mean `purchase_order`?"),
        (order(type="leese"), "did you mean `lease`?"),
        (order(method="tendre"), "did you mean `tender`?"),
        (order(currency="eur", amount="1"), "did you mean `EUR`?"),
        (order(papers=["busines_case"]), "did you mean `business_case`?"),
        (order(attachments=[{"name": "x", "pape": "y"}]), "did you mean `paper`?"),
        (order(due_date="2027-03-15"), "a field of `invoice`"),
        (order(**{"document.number": "1"}), "as the field `number`"),
        (order(amount="10,000.00"), "write digits without grouping"),
        (order(amount=10000.5), "expected an amount as text, such as `10000.00`"),
        (order(submitted_at="2027-03-15T09:00:00"), "expected an offset"),
        (order(annual_revenue="1.00 EUR"), "about the supplier and comes from master data"),
        (order(matched=True), "comes from `erp`"),
        (order(tax="1.00", lines=[{"net": "1"}], amount=None), "expected on each line"),
    ],
)
def test_a_message_says_what_to_write_instead(raw: dict[str, Any], help: str) -> None:
    assert help in " ".join(message for _, _, message in faults(raw))


def test_an_unknown_type_hides_no_other_fault_and_invents_none() -> None:
    raw = order(type="purchase_ordre", payment_terms="net", amount="1.001", colour="red")
    assert complaints(raw) == [
        ("unknown_document_type", "type"),
        ("invalid_minor_unit", "amount"),
        ("unknown_field", "colour"),
    ]


def test_the_error_carries_every_complaint_and_speaks_for_the_first() -> None:
    with pytest.raises(InputErrors) as caught:
        take(order(amount="1.001", requester=5))
    error = caught.value
    assert isinstance(error, InputError)
    assert [one.field for one in error.errors] == ["requester", "amount"]
    assert (error.code, error.field) == ("wrong_type", "requester")
    assert str(error) == "requester: expected text, found the number `5`"


@pytest.mark.parametrize(
    ("name", "stated", "value"),
    [
        ("in_plan", False, False),
        ("method", "tender", "tender"),
        ("reason", "any word", "any word"),
        ("office_level", "region", "region"),
        ("legal_case", "two\nlines", "two\nlines"),
        ("score", "-2.50", Fraction(-5, 2)),
        ("score", 7, Fraction(7)),
        ("term", "3 years", Duration(36, 0)),
        ("term", "1 year 6 months 2 weeks 3 days", Duration(18, 17)),
        ("term", "90 days", Duration(0, 90)),
        ("signed_on", "2028-02-29", date(2028, 2, 29)),
        ("estimated_value", "1.5 KWD", Money(1500, "KWD")),
        ("estimated_value", {"amount": "-3", "currency": "JPY"}, Money(-3, "JPY")),
    ],
)
def test_a_fact_of_the_company_has_the_type_it_was_declared_with(
    name: str, stated: object, value: FactValue
) -> None:
    document = take(order(**{name: stated}))
    assert document.facts == {name: value}
    assert own_facts(document)[name] == value
    assert take(to_canonical(document)).facts == {name: value}


@pytest.mark.parametrize(
    ("name", "stated", "code"),
    [
        ("in_plan", "true", "wrong_type"),
        ("in_plan", 1, "wrong_type"),
        ("method", "Tender", "unknown_value"),
        ("method", ["tender"], "wrong_type"),
        ("reason", "r" * 201, "too_long"),
        ("reason", "a\ud800", "invalid_text"),
        ("office_level", "world", "unknown_value"),
        ("legal_case", 5, "wrong_type"),
        ("legal_case", "x" * 4001, "too_long"),
        ("legal_case", "\x00", "invalid_text"),
        ("score", "1/3", "invalid_number"),
        ("score", "1_000", "invalid_number"),
        ("score", True, "wrong_type"),
        ("score", 10**18, "wrong_type"),
        ("term", "3", "invalid_duration"),
        ("term", "3 decades", "invalid_duration"),
        ("term", "3 years1 month", "invalid_duration"),
        ("term", " 3 years", "invalid_duration"),
        ("term", "-1 year", "invalid_duration"),
        ("term", "10 business days", "invalid_duration"),
        ("term", 3, "wrong_type"),
        ("signed_on", "2027-13-01", "invalid_date"),
        ("estimated_value", "1.50", "wrong_type"),
        ("estimated_value", "1.505 EUR", "invalid_minor_unit"),
        ("estimated_value", "1.50 eur", "unknown_currency"),
        ("estimated_value", {"amount": 1, "currency": "EUR"}, "wrong_type"),
        ("estimated_value", {"amount": "1", "currency": "EUR", "x": "y"}, "wrong_type"),
        ("business_case", "yes", "wrong_type"),
    ],
)
def test_a_fact_of_another_type_is_refused(name: str, stated: object, code: str) -> None:
    assert complaints(order(**{name: stated})) == [(code, name)]
    assert complaints(order(facts={name: stated})) == [(code, f"facts.{name}")]


def test_papers_are_present_when_stated_listed_or_attached() -> None:
    attached = [{"name": "offer.pdf", "paper": "tender_reference"}]
    document = take(order(business_case="present", attachments=attached))
    assert document.papers == {"business_case", "tender_reference"}
    assert document.facts == {}
    facts = own_facts(document)
    assert facts["business_case"] is facts["tender_reference"] is True


def test_what_has_no_order_is_sorted() -> None:
    papers = ["zoning_letter", "minute", "offer", "tender_reference", "business_case"]
    document = take(order(papers=papers, beneficiaries=["bob", "ann"]))
    assert to_canonical(document)["papers"] == sorted(papers)
    assert document.beneficiaries == ("ann", "bob")
    paid = [take(order(type="payment", pays=pays)) for pays in (["I-2", "I-1"], ["I-1", "I-2"])]
    assert paid[0].digest == paid[1].digest


def test_limits_are_as_stated_and_not_one_less() -> None:
    many = [{"net": "1.00"}] * 10_000
    assert len(take(lines(*many)).lines) == 10_000
    assert complaints(lines(*many, {"net": "1.00"})) == [("too_many", "lines")]
    assert take(order(requester="r" * 200)).requester == "r" * 200
    assert len(take(order(title="t" * 4000)).title) == 4000


def test_a_thousand_facts_are_enough() -> None:
    from engine.documents import accept
    from engine.facts.kinds import Kind
    from engine.facts.vocabulary import Fact, Of

    facts = {f"fact_{n}": Fact(f"fact_{n}", Kind.TEXT) for n in range(1001)}
    facts |= {f"of_{n}": Fact(f"of_{n}", Kind.TEXT, Of.LINE) for n in range(101)}
    moment = datetime(2027, 3, 15, tzinfo=UTC)

    def fields(header: int, line: int) -> list[str]:
        raw = lines({"net": "1.00", "facts": {f"of_{n}": "x" for n in range(line)}})
        raw |= {f"fact_{n}": "x" for n in range(header)}
        try:
            accept(raw, facts, DOCUMENTS, received_at=moment)
        except InputErrors as error:
            return [f"{one.code} {one.field}" for one in error.errors]
        return []

    assert fields(1000, 100) == []
    assert fields(1001, 101) == ["too_many lines[0].facts", "too_many facts"]


def test_complaints_end_somewhere_and_say_so() -> None:
    found = complaints(lines(*[{"net": 5}] * 3000))
    assert len(found) == 1001
    assert found[999] == ("wrong_type", "lines[999].net")
    assert found[-1] == ("too_many_errors", "")


MOST = f"{INT64_MAX // 100}.{INT64_MAX % 100:02}"


def test_a_sum_that_cannot_be_kept_exactly_is_refused_on_intake() -> None:
    assert take(order(amount=MOST)).lines[0].net.minor == INT64_MAX
    overflow = "amount_overflow"
    assert complaints(order(amount=MOST, tax="0.01")) == [(overflow, "amount")]
    assert complaints(lines({"net": MOST}, {"net": "0.01"})) == [(overflow, "lines")]
    assert complaints(lines({"net": MOST}, {"net": "-0.01"})) == [(overflow, "lines")]
    assert complaints(order(amount=MOST, options="0.01")) == [(overflow, "options")]
    assert complaints(order(amount="0.01", maximum=MOST)) == [(overflow, "maximum")]
    # with another fault beside it, both are said
    both = lines({"net": MOST}, {"net": "0.01"}, entity=5)
    assert sorted(complaints(both)) == [(overflow, "lines"), ("wrong_type", "entity")]


def test_a_document_worth_nothing_says_nothing_about_its_worth() -> None:
    assert net_of(take(order(type="lease", amount=None))) is None
    assert net_of(take(order(amount="0.00"))) == Money(0, "USD")
    assert net_of(take(order(amount=None, maximum="5.00"))) == Money(0, "USD")


def test_tax_is_known_when_every_line_states_it() -> None:
    known = take(lines({"net": "100.00", "tax": "19.00"}, {"net": "50.00", "tax": "0.00"}))
    assert own_facts(known)["document.net"] == Money(15_000, "USD")
    assert own_facts(known)["document.tax"] == tax_of(known) == Money(1900, "USD")
    assert own_facts(known)["document.gross"] == Money(16_900, "USD")
    unknown = own_facts(take(lines({"net": "100.00", "tax": "19.00"}, {"net": "50.00"})))
    assert "document.net" in unknown
    assert "document.tax" not in unknown
    assert "document.gross" not in unknown


@pytest.mark.parametrize(
    ("nets", "minor"),
    [
        (["100.00", "-100.00"], 10_000),
        (["100.00", "50.00", "-150.00"], 15_000),
        (["100.00", "-20.00"], 10_000),
        (["20.00", "-100.00"], 10_000),
        (["100.00", "50.00"], 15_000),
        (["-100.00", "-50.00"], -15_000),
        (["0.00"], 0),
    ],
)
def test_a_journal_is_worth_what_it_moves(nets: list[str], minor: int) -> None:
    entry = take(lines(*({"net": net} for net in nets), type="journal_entry"))
    assert net_of(entry) == Money(minor, "USD")


def test_what_lines_state_alike_is_a_fact_of_the_document() -> None:
    alike = {"net": "1.00", "category": "books", "capex": False, "cost_center": "cc1"}
    assert {"category": "books", "capex": False, "cost_center": "cc1"}.items() <= own_facts(
        take(lines(alike, alike))
    ).items()
    for other in ({"category": "cars"}, {"category": None}):
        assert "category" not in own_facts(take(lines(alike, alike | other)))
    for other in ({"capex": True}, {"capex": None}):
        assert "capex" not in own_facts(take(lines(alike, alike | other)))


def test_a_header_that_a_line_contradicts_is_no_fact_of_the_document() -> None:
    document = take(lines({"net": "1.00", "category": "cars"}, {"net": "2.00"}, category="books"))
    assert "category" not in own_facts(document)
    assert [facts["category"] for facts in line_facts(document)] == ["cars", "books"]


def test_a_beneficiary_is_a_fact_when_there_is_one() -> None:
    assert own_facts(take(order(beneficiary="ann")))["beneficiary"] == "ann"
    assert "beneficiary" not in own_facts(take(order(beneficiaries=["ann", "bob"])))


def test_lines_have_facts_of_their_own() -> None:
    stated = {"net": "5.00", "quantity": "2", "price": "2.505", "gl_account": "6000", "batch": "B"}
    (facts,) = line_facts(take(lines(stated)))
    assert facts == {
        "line.net": Money(500, "USD"),
        "line.quantity": Fraction(2),
        "line.price": Exact(Fraction(501, 2), "USD"),
        "gl_account": "6000",
        "batch": "B",
    }


def test_nothing_changes_a_document_afterwards() -> None:
    raw = lines({"net": "1.00", "dimensions": {"a": "b"}}, dimensions={"c": "d"}, legal_case="C")
    document = take(raw)
    raw["dimensions"]["c"] = "e"
    raw["lines"][0]["dimensions"]["a"] = "e"
    assert document.digest == document_digest(document)
    for mapping in (document.dimensions, document.facts, document.lines[0].dimensions):
        with pytest.raises(TypeError):
            mapping["x"] = "y"  # type: ignore[index]


@given(st.integers(-INT64_MAX, INT64_MAX), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_any_amount_is_taken_and_written_exactly(minor: int, currency: str) -> None:
    from engine.money import decimal_text

    text = decimal_text(minor, currency)
    document = take(order(currency=currency, amount=text))
    assert document.lines[0].net == Money(minor, currency)
    assert to_canonical(document)["lines"] == [{"number": 1, "net": text}]


@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_a_moment_is_the_same_in_every_zone(moment: datetime, offset: int) -> None:
    there = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=offset)))
    document = take(order(submitted_at=there.isoformat()))
    assert document.submitted_at == there
    here = take(order(submitted_at=there.astimezone(UTC).isoformat()))
    assert document.digest == here.digest
