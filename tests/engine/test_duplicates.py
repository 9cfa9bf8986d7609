"""Likely duplicates: found whatever people change about a document that they enter again.

Shows (A4).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.model import BankDetails, Document, Line
from engine.duplicates.claims import Claim, claims_of
from engine.duplicates.comparing import Aspect, How, judge, lacking
from engine.duplicates.criterion import Criterion, Near, Word
from engine.duplicates.keys import asked, kept
from engine.duplicates.names import normalised_name
from engine.duplicates.number_forms import normalised, printed, similar
from engine.duplicates.searching import MOST_COMPARED, search
from engine.errors import PolicyError
from engine.facts.kinds import Duration
from engine.master_data import Supplier, snapshot
from engine.money import Money
from engine.tokens import token

START = datetime(2027, 3, 15, 12, tzinfo=UTC)
ACCOUNT, TAX_ID = token("bank_account", "DE02 1203"), token("tax_id", "DE 136 695 976")
DATA = snapshot(
    "d",
    suppliers=(
        Supplier("S-1", "Globex Ltd", "G-1"),
        Supplier("S-2", "Globex GmbH", "G-1"),
        Supplier("S-3", "Initech", tax_ids=frozenset({TAX_ID})),
        Supplier("S-4", "Other Initech", tax_ids=frozenset({TAX_ID})),
        Supplier("S-5", "Hooli", accounts=frozenset({ACCOUNT})),
    ),
)
BY_NUMBER = Criterion((Word.SUPPLIER_GROUP, Word.NUMBER_NORMALISED), Duration(24, 0))
SIMILAR = Criterion((Word.SUPPLIER_GROUP, Word.NUMBER_SIMILAR), Duration(24, 0))
BY_AMOUNT = Criterion((Word.SUPPLIER_NAME, Word.AMOUNT, Word.DOCUMENT_DATE))
NEAR = Criterion(
    (Word.SUPPLIER, Word.AMOUNT_NEAR), Duration(0, 30), Near(Fraction(2), Money(500, "EUR"))
)
BY_ORDER = Criterion((Word.PURCHASE_ORDER, Word.AMOUNT))
ACROSS = Criterion((Word.NUMBER_SIMILAR, Word.AMOUNT), Duration(12, 0))
CRITERIA = (BY_NUMBER, SIMILAR, BY_AMOUNT, NEAR, BY_ORDER, ACROSS)


def invoice(
    id: str = "A", net: int = 100_00, tax: int | None = 19_00, type: str = "invoice", **more: object
) -> Document:
    values: dict[str, object] = {
        "entity": "DE01",
        "requester": "rita",
        "supplier": "S-1",
        "number": "INV-4711",
        "currency": "EUR",
        "submitted_at": START,
        "document_date": date(2027, 3, 4),
        **more,
    }
    currency = str(values["currency"])
    line = Line(1, Money(net, currency), None if tax is None else Money(tax, currency))
    return Document(type=type, id=id, lines=(line,), **values)  # type: ignore[arg-type]


def claim(document: Document) -> Claim:
    return claims_of(DATA, document)[0]


def agrees(criterion: Criterion, one: Document, other: Document) -> bool:
    return any(
        judge(criterion, a, b) is not None
        for a in claims_of(DATA, one)
        for b in claims_of(DATA, other)
    )


# Numbers


@pytest.mark.parametrize(
    "text",
    [
        "INV-4711",
        "inv 4711",
        "INV/0004711",
        "4711",
        "  4 7 1 1 ",
        "Invoice No. 4711",
        "RE4711",
        "Rechnungs-Nr.: 04711",
        "№ 4711",
        "\uff14\uff17\uff11\uff11",
        "47\u200b11",
    ],
)
def test_what_is_written_differently_is_the_same_number(text: str) -> None:
    assert normalised(text) == "4711"


@pytest.mark.parametrize("text", ["4711A", "47111", "471", "CN-4711", "X4711", "REX4711", "-", ""])
def test_what_tells_two_numbers_apart_stays(text: str) -> None:
    assert normalised(text) != "4711"


@pytest.mark.parametrize(
    "text", ["4711A", "4711-1", "4711/2", "4711 b", "47I1", "47l1", "INV-4711A", "4711.1"]
)
def test_what_is_put_behind_or_read_wrongly_is_similar(text: str) -> None:
    assert normalised(text) != normalised("INV-4711")
    assert similar(text) & similar("INV-4711")


@pytest.mark.parametrize(
    ("one", "other"), [("2027-1", "2027-2"), ("4711", "4712"), ("RE 9", "RE 8"), ("100", "1000")]
)
def test_numbers_that_follow_each_other_are_not_similar(one: str, other: str) -> None:
    assert similar(one).isdisjoint(similar(other))


def test_zeros_inside_are_similar_and_cyrillic_letters_are_the_letters_they_look_like() -> None:
    assert similar("2027-001") & similar("2027-1")
    assert normalised("\u0410\u0412 12") == normalised("AB 12")


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
    assert printed(printed(text)) == printed(text)
    assert normalised_name(normalised_name(text)) == normalised_name(text)
    if normalised(text):
        assert similar(text)


@st.composite
def noisy(draw: st.DrawFn, text: str) -> str:
    """The number as somebody else may write it."""
    out = ""
    for place, char in enumerate(text):
        begins = char.isdigit() and not (place and text[place - 1].isdigit())
        if begins and draw(st.booleans()):
            out += "0" * draw(st.integers(1, 4))
        out += draw(st.sampled_from([char.upper(), char.lower()]))
        out += draw(st.sampled_from(["", "", " ", "-", "/", ". "]))
    return draw(st.sampled_from(["", " ", "Invoice ", "No. ", "RE-"])) + out


# Not with an F in front: `RE-F0` is the word RE before F0, and REF before 0. See below.
NUMBERS = st.from_regex(r"\A([A-EG-Z][A-Z]{0,2})?-?[0-9]{1,8}\Z")


@given(st.data(), NUMBERS)
def test_noise_never_hides_a_number(data: st.DataObject, number: str) -> None:
    written = data.draw(noisy(number))
    if normalised(number)[0].isdigit():  # words in front only go where digits follow
        assert normalised(written) == normalised(number)
    else:
        assert normalised(written).endswith(normalised(number))


def test_a_number_that_can_be_read_in_two_ways_is_similar_to_both() -> None:
    assert similar("RE-F120") & similar("F120")
    assert similar("RE-F120") & similar("REF120")
    assert similar("RE-F120") & similar("120")


@given(st.data(), st.from_regex(r"\A(INV-|RE|)[2-9][0-9]{2,8}\Z"))
def test_an_o_for_a_zero_and_an_i_for_a_one_never_hide_a_number(
    data: st.DataObject, number: str
) -> None:
    alike = {"0": "0Oo", "1": "1Il"}
    written = "".join(data.draw(st.sampled_from(alike.get(char, char))) for char in number)
    assert similar(written) & similar(number)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MACE Ltd", "MACE LTD"),
        ("Société Générale S.A.", "Societe Generale SA"),
        ("O'Neill & Sons Limited", "ONEILL AND SONS LTD."),
        ("The Skills Centre", "SKILLS CENTRE PLC"),
    ],
)
def test_names_of_one_company_are_alike(one: str, other: str) -> None:
    assert normalised_name(one) == normalised_name(other)


# Pairs


@pytest.mark.parametrize(
    "changed",
    [
        {"number": "inv 04711"},
        {"entity": "US01"},
        {"supplier": "S-2"},
        {"currency": "USD"},
        {"document_date": date(2019, 1, 1)},  # put back: it was submitted now all the same
        {"document_date": None},
        {"net": 50_00, "tax": None},
        {"type": "payment"},
        {"type": "payment_request"},  # a type that the company declares
    ],
)
def test_the_same_number_of_the_supplier_is_found_whatever_else_is_changed(
    changed: dict[str, object],
) -> None:
    assert agrees(BY_NUMBER, invoice(), invoice("B", **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"id": "A"}, "the document itself, submitted again"),
        ({"supplier": "S-5"}, "the number of another supplier"),
        ({"number": "INV-4712"}, "another number"),
        ({"number": ""}, "no number"),
        ({"type": "credit_note", "net": -100_00, "tax": None}, "a credit takes it back"),
        ({"type": "purchase_order"}, "an order is no invoice"),
        ({"type": "payment", "details": {"pays": ("inv 4711",)}}, "the payment of this invoice"),
        (
            {
                "submitted_at": START + timedelta(days=800),
                "document_date": date(2029, 5, 5),
            },
            "longer ago than is asked",
        ),
    ],
)
def test_what_is_no_duplicate_is_none(changed: dict[str, object], why: str) -> None:
    other = invoice(**{"id": "B", **changed})  # type: ignore[arg-type]
    assert not agrees(BY_NUMBER, invoice(), other), why


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ({"supplier": "S-1"}, {"supplier": "S-1"}, How.EXACT),
        ({"supplier": "S-1"}, {"supplier": "S-2"}, How.GROUP),
        ({"supplier": "S-3"}, {"supplier": "S-4"}, How.TAX_ID),
        (
            {"supplier": "S-5"},
            {"supplier": "S-9", "details": {"pay_to": (BankDetails("DE021203"),)}},
            How.BANK_ACCOUNT,
        ),
    ],
)
def test_a_supplier_is_the_same_by_group_tax_id_or_account(
    one: dict[str, object], other: dict[str, object], how: How
) -> None:
    found = judge(BY_NUMBER, claim(invoice(**one)), claim(invoice("B", **other)))  # type: ignore[arg-type]
    assert found is not None
    assert found.how(Aspect.SUPPLIER) is how


def test_a_payment_that_names_the_first_payment_is_not_hidden_by_that() -> None:
    one = invoice("P-1", type="payment", number="", details={"pays": ("INV-4711",)})
    other = invoice("P-2", type="payment", number="", details={"pays": ("INV-4711", "P-1")})
    assert agrees(NEAR, one, other)


@pytest.mark.parametrize("text", ["rgnr" * 50, "nonrno" * 33, "0" * 200, "a." * 100, "o1" * 100])
def test_a_number_of_whatever_form_is_read_in_an_instant(text: str) -> None:
    assert similar(text)


def test_what_is_told_is_how_exactly_they_agree() -> None:
    one = invoice(net=100_00, tax=19_00)
    other = invoice(
        "B", net=119_00, tax=None, number="4711-1", entity="US01", document_date=date(2027, 4, 3)
    )
    found = judge(SIMILAR, claim(one), claim(other))
    assert found is not None
    assert dict(found.facts) == {
        Aspect.NUMBER: How.SIMILAR,
        Aspect.SUPPLIER: How.EXACT,
        Aspect.AMOUNT: How.GROSS_AND_NET,
        Aspect.CURRENCY: How.EXACT,
        Aspect.DOCUMENT_DATE: How.EXCHANGED,
        Aspect.TYPE: How.EXACT,
        Aspect.REQUESTER: How.EXACT,
    }
    assert found.days_apart == 30


@pytest.mark.parametrize(
    ("net", "currency", "is_near"),
    [
        (102_04, "EUR", True),  # 2 % of the larger
        (98_00, "EUR", True),
        (105_00, "EUR", True),  # 5.00 EUR
        (105_01, "EUR", False),
        (94_99, "EUR", False),
        (102_04, "USD", False),  # another currency is not near
    ],
)
def test_amounts_are_near_by_share_or_by_amount(net: int, currency: str, is_near: bool) -> None:
    other = invoice("B", net=net, tax=None, currency=currency)
    assert agrees(NEAR, invoice(tax=None), other) is is_near


def test_an_amount_in_another_currency_is_near_by_share_only() -> None:
    one, other = (invoice(id, net, None, currency="USD") for id, net in (("A", 100), ("B", 500)))
    assert not agrees(NEAR, one, other)


def test_an_invoice_that_is_also_handed_in_as_an_expense_is_found() -> None:
    lines = (
        Line(1, Money(50_00, "EUR")),
        Line(
            2,
            Money(119_00, "EUR"),
            details={"merchant": "GLOBEX LIMITED", "expense_date": date(2027, 3, 4)},
        ),
    )
    report = Document(
        type="expense_report",
        id="E",
        entity="DE01",
        requester="omar",
        submitted_at=START,
        currency="EUR",
        lines=lines,
    )
    whole, first, second = claims_of(DATA, report)
    other = claim(invoice(tax=19_00))
    assert judge(BY_AMOUNT, whole, other) is None
    assert judge(BY_AMOUNT, first, other) is None
    assert judge(BY_AMOUNT, second, other) is not None


def test_what_a_claim_lacks_is_said() -> None:
    assert lacking(BY_NUMBER, claim(invoice(number="--", supplier=""))) == (
        Word.SUPPLIER_GROUP,
        Word.NUMBER_NORMALISED,
    )
    assert lacking(NEAR, claim(invoice())) == ()


@pytest.mark.parametrize(
    ("same", "near"),
    [
        ((), None),
        ((Word.SUPPLIER, Word.DOCUMENT_DATE), None),  # an index would find half of the store
        ((Word.AMOUNT,), None),
        ((Word.SUPPLIER, Word.AMOUNT_NEAR), None),
        ((Word.NUMBER,), Near(Fraction(1))),
    ],
)
def test_a_criterion_that_finds_too_much_or_means_nothing_is_refused(
    same: tuple[Word, ...], near: Near | None
) -> None:
    with pytest.raises(PolicyError):
        Criterion(same, None, near)


@pytest.mark.parametrize("near", [(Fraction(-1), None), (Fraction(51), None)])
def test_shares_that_nobody_means_are_refused(near: tuple[Fraction, None]) -> None:
    with pytest.raises(PolicyError):
        Near(*near)


# Keys, and many documents at once


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """Documents that resemble each other in some things and not in others."""
    made = []
    for index in range(draw(st.integers(2, 14))):
        type_ = draw(
            st.sampled_from(["invoice", "invoice", "payment", "purchase_order", "credit_note"])
        )
        sign = -1 if type_ == "credit_note" else 1
        day = draw(st.sampled_from([date(2027, 3, 4), date(2027, 4, 3), date(2025, 3, 4), None]))
        details = {"pays": ("4711",)} if type_ == "payment" and draw(st.booleans()) else {}
        made.append(
            invoice(
                f"D{draw(st.integers(index - 1, index))}",
                sign * draw(st.sampled_from([100_00, 119_00, 101_00, 103_00, 31, 32, 63, 64, 0])),
                draw(st.sampled_from([None, 0, sign * 19_00])),
                type_,
                number=draw(st.sampled_from(["4711", "INV-04711", "4711A", "4711-2", "471I", ""])),
                supplier=draw(st.sampled_from(["S-1", "S-2", "S-3", "S-4", "S-9", ""])),
                currency=draw(st.sampled_from(["EUR", "EUR", "JPY"])),
                entity=draw(st.sampled_from(["DE01", "US01"])),
                document_date=day,
                submitted_at=START + timedelta(days=draw(st.sampled_from([0, 3, 31, 900]))),
                purchase_order=draw(st.sampled_from(["", "PO-1", "po 1"])),
                details=details,
            )
        )
    return made


def plainly(criterion: Criterion, one: Document, other: Document) -> bool:
    """The same question in the plainest words, over documents and not claims."""
    if (one.type, one.id) == (other.type, other.id):
        return False
    if "purchase_order" in (one.type, other.type) and one.type != other.type:
        return False
    here, there = (document.lines[0].net.minor for document in (one, other))
    credits = [d.type == "credit_note" or n < 0 for d, n in ((one, here), (other, there))]
    if credits[0] != credits[1]:
        return False
    for payment, paid in ((one, other), (other, one)):
        if (
            payment.details.get("pays")
            and paid.type != "payment"
            and (normalised(paid.number) == "4711" or normalised(paid.id) == "4711")
        ):
            return False
    if criterion.within is not None and not any(
        a is not None and b is not None and close(criterion.within, min(a, b), max(a, b))
        for a, b in (
            (one.document_date, other.document_date),
            (one.submitted_at.date(), other.submitted_at.date()),
        )
    ):
        return False
    return all(plain_word(word, criterion, one, other) for word in criterion.same)


def close(within: Duration, first: date, last: date) -> bool:
    end = first.replace(year=first.year + within.months // 12)
    return last <= end + timedelta(days=within.days)


def plain_word(word: Word, criterion: Criterion, one: Document, other: Document) -> bool:
    groups = {"S-1": "G", "S-2": "G", "S-3": "T", "S-4": "T"}
    names = {"S-1": "globex", "S-2": "globex", "S-3": "initech", "S-4": "other initech"}
    match word:
        case Word.SUPPLIER:
            return bool(one.supplier) and one.supplier == other.supplier
        case Word.SUPPLIER_GROUP:
            here, there = (groups.get(d.supplier, d.supplier) for d in (one, other))
            return bool(here) and here == there
        case Word.SUPPLIER_NAME:
            here, there = (names.get(d.supplier, d.supplier) for d in (one, other))
            return bool(here) and here == there
        case Word.NUMBER_NORMALISED:
            return bool(one.number) and normalised(one.number) == normalised(other.number)
        case Word.NUMBER_SIMILAR:
            return bool(similar(one.number) & similar(other.number))
        case Word.PURCHASE_ORDER:
            return bool(one.purchase_order and other.purchase_order)
        case Word.DOCUMENT_DATE:
            first, second = one.document_date, other.document_date
            if first is None or second is None:
                return False
            return first == second or (first.year, first.day, first.month) == (
                second.year,
                second.month,
                second.day,
            )
        case Word.AMOUNT | Word.AMOUNT_NEAR:
            return one.currency == other.currency and any(
                a == b or (word is Word.AMOUNT_NEAR and are_near(criterion, one.currency, a, b))
                for a in amounts(one)
                for b in amounts(other)
            )
        case _:
            raise AssertionError(word)


def amounts(document: Document) -> list[int]:
    (line,) = document.lines
    tax = line.tax.minor if line.tax is not None else 0
    return [abs(line.net.minor), abs(line.net.minor + tax)]


def are_near(criterion: Criterion, currency: str, one: int, other: int) -> bool:
    near, apart = criterion.near, abs(one - other)
    assert near is not None
    if apart * 100 <= near.percent * max(one, other):
        return True
    return (
        near.amount is not None
        and currency == near.amount.currency
        and (apart <= near.amount.minor)
    )


@given(documents(), st.sampled_from(CRITERIA))
def test_pairs_are_those_of_the_plain_question_and_either_way_round(
    made: list[Document], criterion: Criterion
) -> None:
    for one, other in combinations(made, 2):
        a, b = claim(one), claim(other)
        found = judge(criterion, a, b)
        assert (found is not None) == plainly(criterion, one, other)
        assert found == judge(criterion, b, a)


@given(documents(), st.sampled_from(CRITERIA))
def test_whatever_is_likely_the_same_is_found_by_a_key(
    made: list[Document], criterion: Criterion
) -> None:
    claims = [claim(document) for document in made]
    for one, other in combinations(claims, 2):
        if judge(criterion, one, other) is not None:
            assert asked(criterion, one) & kept(other)
            assert asked(criterion, other) & kept(one)


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.fractions(0, 50, max_denominator=1000),
    st.integers(0, 10**6),
)
def test_near_amounts_share_a_key_whatever_is_near(
    one: int, apart: int, percent: Fraction, amount: int
) -> None:
    near = Near(percent, Money(amount, "EUR"))
    criterion = Criterion((Word.SUPPLIER, Word.AMOUNT_NEAR), None, near)
    for apart_minor in (apart, int(near.tolerance(one, "EUR"))):
        for other in (one + apart_minor, max(0, one - apart_minor)):
            pair = [claim(invoice(id, n, None)) for id, n in (("A", one), ("B", other))]
            if judge(criterion, *pair):
                assert asked(criterion, pair[0]) & kept(pair[1])
                assert asked(criterion, pair[1]) & kept(pair[0])
                assert search(pair, criterion).groups


def groups_of(pairs: Sequence[tuple[int, int]]) -> set[frozenset[int]]:
    """What hangs together over any number of pairs."""
    groups: list[set[int]] = []
    for pair in pairs:
        touched = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if not group & set(pair)]
        groups.append(set(pair).union(*touched))
    return {frozenset(group) for group in groups}


@given(documents(), st.sampled_from(CRITERIA), st.randoms(use_true_random=False))
def test_groups_are_those_of_all_pairs_in_whatever_order(
    made: list[Document], criterion: Criterion, order: random.Random
) -> None:
    order.shuffle(made)
    claims = [claim(document) for document in made]
    pairs = [
        (a, b)
        for a, b in combinations(range(len(claims)), 2)
        if judge(criterion, claims[a], claims[b])
    ]
    found = search(claims, criterion)
    assert {frozenset(group.members) for group in found.groups} == groups_of(pairs)
    assert found.crowds == ()
    assert found.lacking == sum(bool(lacking(criterion, one)) for one in claims)


def test_a_group_tells_what_the_first_has_in_common_with_all_others() -> None:
    made = [invoice("A"), invoice("B", entity="US01"), invoice("C", net=1_00, tax=None)]
    (group,) = search([claim(each) for each in made], BY_NUMBER).groups
    assert group.members == (0, 1, 2)
    assert {aspect for aspect, _ in group.agreement.facts} == {
        Aspect.NUMBER,
        Aspect.SUPPLIER,
        Aspect.CURRENCY,
        Aspect.DOCUMENT_DATE,
        Aspect.TYPE,
        Aspect.REQUESTER,
    }


def test_a_bucket_too_large_for_every_pair_is_reported_and_still_searched() -> None:
    many = [claim(invoice(f"D{n}")) for n in range(MOST_COMPARED + 1)]
    found = search(many, NEAR)
    assert (MOST_COMPARED + 1, 0) in {(crowd.count, crowd.example) for crowd in found.crowds}
    assert [len(group.members) for group in found.groups] == [MOST_COMPARED + 1]
    assert search(many[:-1], NEAR).crowds == ()


def test_a_large_bucket_is_no_crowd_where_only_days_tell_its_claims_apart() -> None:
    many = [
        claim(invoice(f"D{n}", submitted_at=START + timedelta(days=900 * n), document_date=None))
        for n in range(MOST_COMPARED + 1)
    ]
    together = [claim(invoice("X", document_date=None)), claim(invoice("Y", document_date=None))]
    found = search([*together, *many], BY_NUMBER)
    assert found.crowds == ()
    assert [group.members for group in found.groups] == [(0, 1, 2)]


@given(documents(), st.sampled_from([BY_NUMBER, SIMILAR, ACROSS, BY_ORDER]))
def test_what_is_no_crowd_was_looked_at_in_full(made: list[Document], criterion: Criterion) -> None:
    claims = [claim(document) for document in made]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.duplicates.searching.MOST_COMPARED", 1)
        patch.setattr("engine.duplicates.searching.NEIGHBOURS", 1)
        found = search(claims, criterion)
    if not found.crowds:
        assert found.groups == search(claims, criterion).groups


def test_work_grows_with_the_count_of_documents_and_not_with_its_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = 0

    def counting(*asked: object) -> object:
        nonlocal judged
        judged += 1
        return judge(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr("engine.duplicates.searching.judge", counting)
    count = 3_000
    # All of one supplier and amount, a year apart each: no two are joined, which is the worst case.
    made = [
        claim(invoice(f"D{n}", submitted_at=START + timedelta(days=400 * (n % 2_000))))
        for n in range(count)
    ]
    search(made, Criterion((Word.SUPPLIER, Word.AMOUNT), Duration(0, 0)))
    assert judged <= count * 3 * 4
