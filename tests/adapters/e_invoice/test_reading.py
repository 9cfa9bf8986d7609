"""What each part of an invoice becomes, and what is wrong with it, by its place (A2, A5)."""

from __future__ import annotations

import re
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.e_invoice import terms
from adapters.sources.e_invoice.looking import elements, steps, text_at
from adapters.sources.e_invoice.tree import parse
from tests.adapters.e_invoice.small import (
    CII_INVOICE,
    CII_LINE,
    UBL_CREDIT_NOTE,
    UBL_INVOICE,
    UBL_LINE,
    changed,
)
from tests.adapters.e_invoice.suite import faults, read

BOTH = [UBL_INVOICE, CII_INVOICE]


def test_both_small_invoices_are_the_same_document() -> None:
    first, second = (read(text.encode()) for text in BOTH)
    assert first == second
    assert first["payable"] == "11.90"
    assert first["lines"][0]["order_line"] == "7"


def test_a_line_may_name_an_order_of_its_own() -> None:
    own = "<cac:OrderReference><cbc:ID>PO-2</cbc:ID></cac:OrderReference></cac:OrderLineReference>"
    first = read(changed(UBL_INVOICE, ("</cac:OrderLineReference>", own)))
    other = "<ram:IssuerAssignedID>PO-2</ram:IssuerAssignedID><ram:LineID>7</ram:LineID>"
    second = read(changed(CII_INVOICE, ("<ram:LineID>7</ram:LineID>", other)))
    assert first == second
    assert first["lines"][0]["order"] == "PO-2"


@pytest.mark.parametrize("text", BOTH)
def test_a_price_for_a_hundred_is_a_price_for_one(text: str) -> None:
    assert read(text.encode())["lines"][0]["price"] == "3.3333"
    third = read(changed(text, (">100</", ">3</")))
    assert third["lines"][0]["price"] == "111.11"
    endless = read(changed(text, (">100</", ">7</")))["lines"][0]["price"]
    assert Fraction(endless) == Fraction("333.33") / 7


@pytest.mark.parametrize("text", BOTH)
@pytest.mark.parametrize("base", ["0", "-1"])
def test_a_price_for_no_quantity_is_refused(text: str, base: str) -> None:
    ((code, place),) = faults(changed(text, (">100</", f">{base}</")))
    assert code == "out_of_range"
    assert "BT-149" in place


@pytest.mark.parametrize("text", BOTH)
def test_a_price_for_another_unit_than_the_billed_one_is_refused(text: str) -> None:
    ((code, place),) = faults(changed(text, ('unitCode="C62">100<', 'unitCode="KGM">100<')))
    assert code == "unit_mismatch"
    assert "BT-150" in place


def test_a_credit_note_gives_back_amounts_and_quantities() -> None:
    document = read(UBL_CREDIT_NOTE.encode())
    assert (document["type"], document["corrects"]) == ("credit_note", "R-0")
    assert document["payable"] == "-11.90"
    (line,) = document["lines"]
    assert (line["net"], line["tax"], line["quantity"]) == ("-10.00", "-1.90", "-3")
    assert line["price"] == "3.3333"


@pytest.mark.parametrize("text", BOTH)
def test_the_code_381_is_a_credit_note_in_either_syntax(text: str) -> None:
    document = read(changed(text, (">380<", ">381<")))
    assert (document["type"], document["payable"]) == ("credit_note", "-11.90")


@pytest.mark.parametrize("code", ["326", "384", "389", "386", "875", "876", "877"])
def test_other_kinds_of_invoices_are_invoices_and_say_which(code: str) -> None:
    document = read(changed(UBL_INVOICE, (">380<", f">{code}<")))
    assert (document["type"], document["source_ids"]["invoice_type"]) == ("invoice", code)


@pytest.mark.parametrize("code", ["325", "751", "130", "380 ", "", "none"])
def test_what_is_no_demand_for_payment_is_refused(code: str) -> None:
    found = faults(changed(UBL_INVOICE, (">380<", f">{code}<")))
    expected = {"380 ": [], "": ["missing_field"]}.get(code, ["unknown_value"])
    assert [each for each, _ in found] == expected


def test_a_credit_note_with_the_code_of_an_invoice_is_refused() -> None:
    ((code, place),) = faults(changed(UBL_CREDIT_NOTE, (">381<", ">380<")))
    assert code == "unknown_value"
    assert "BT-3" in place


def test_a_credit_note_that_asks_for_money_is_refused() -> None:
    pairs = [(f'"EUR">{amount}<', f'"EUR">-{amount}<') for amount in ("10.00", "1.90", "11.90")]
    found = faults(changed(UBL_CREDIT_NOTE, *pairs))
    assert ("wrong_sign", "lines") in found


TOTALS = [
    ("BT-106", ("LineExtensionAmount currencyID", "LineTotalAmount"), "10.00"),
    ("BT-109", ("TaxExclusiveAmount currencyID", "TaxBasisTotalAmount"), "10.00"),
    ("BT-112", ("TaxInclusiveAmount currencyID", "GrandTotalAmount"), "11.90"),
    ("BT-115", ("PayableAmount currencyID", "DuePayableAmount"), "11.90"),
]


@pytest.mark.parametrize("term", ["BT-109", "BT-112", "BT-115"])
@pytest.mark.parametrize("text", BOTH)
def test_a_total_that_is_a_cent_off_is_refused_at_its_place(text: str, term: str) -> None:
    names = next(names for number, names, _ in TOTALS if number == term)
    amount = next(amount for number, _, amount in TOTALS if number == term)
    name = names[0].split()[0] if text is UBL_INVOICE else names[1]
    attribute = ' currencyID="EUR"' if text is UBL_INVOICE else ""
    off = amount[:-1] + "1"
    old = f"{name}{attribute}>{amount}<"
    places = [place for code, place in faults(changed(text, (old, old.replace(amount, off))))]
    assert any(term in place for place in places)
    assert all("line " in place for place in places)


def test_a_sum_of_lines_that_is_a_cent_off_is_refused() -> None:
    old, new = UBL_LINE, UBL_LINE.replace(">10.00<", ">10.01<")
    places = [place for _, place in faults(changed(UBL_INVOICE, (old, new)))]
    assert [place.partition(", ")[2] for place in places] == ["BT-106 cbc:LineExtensionAmount"]


def test_the_tax_of_the_totals_is_that_of_its_parts() -> None:
    old = '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">1.90<'
    places = [
        place for _, place in faults(changed(UBL_INVOICE, (old, old.replace("1.90", "1.91"))))
    ]
    assert any("BT-110" in place for place in places)


def test_a_tax_that_is_not_the_rate_of_what_is_taxed_is_refused() -> None:
    """Approval goes by the net amount: tax must not be a way to be paid more."""
    text = UBL_INVOICE.replace(">1.90<", ">901.90<").replace(">11.90<", ">911.90<")
    ((code, place),) = faults(text.encode())
    assert (code, place.partition(", ")[2]) == ("wrong_sum", "BT-117 cbc:TaxAmount")


def test_tax_at_a_rate_that_the_totals_do_not_have_is_refused() -> None:
    new = UBL_LINE.replace("<cbc:Percent>19<", "<cbc:Percent>7<")
    codes = [code for code, _ in faults(changed(UBL_INVOICE, (UBL_LINE, new)))]
    assert set(codes) == {"unknown_value", "wrong_sum"}


@pytest.mark.parametrize("text", BOTH)
@pytest.mark.parametrize(
    "written", ["1e1", "10,00", "1_0", "NaN", "INF", "0x0A", "ten", "٣", "10.00.0", ".", "--10"]
)
def test_what_is_no_decimal_number_is_refused(text: str, written: str) -> None:
    found = faults(changed(text, (">10.00<", f">{written}<")))
    assert found
    assert {code for code, _ in found} == {"invalid_number"}
    assert all("BT-" in place for _, place in found)


@pytest.mark.parametrize("written", ["10", "10.0", "+10.00", "10.", "010.000", " 10.00 "])
def test_one_amount_may_be_written_in_several_ways(written: str) -> None:
    document = read(changed(UBL_INVOICE, (">10.00<", f">{written}<")))
    assert document == read(UBL_INVOICE.encode())


def test_a_fraction_of_a_cent_and_more_than_can_be_kept_are_refused() -> None:
    for written, code in (("10.001", "invalid_minor_unit"), ("9" * 18, "amount_overflow")):
        assert {each for each, _ in faults(changed(UBL_INVOICE, (">10.00<", f">{written}<")))} == {
            code
        }


def test_an_amount_in_another_currency_than_the_invoice_is_refused() -> None:
    old = 'PayableAmount currencyID="EUR"'
    ((code, place),) = faults(changed(UBL_INVOICE, (old, old.replace("EUR", "USD"))))
    assert code == "currency_mismatch"
    assert "BT-115" in place


def test_the_tax_of_the_tax_office_in_its_currency_is_another_total() -> None:
    foreign = '<cac:TaxTotal><cbc:TaxAmount currencyID="GBP">1.60</cbc:TaxAmount></cac:TaxTotal>'
    old = "<cac:LegalMonetaryTotal>"
    assert read(changed(UBL_INVOICE, (old, foreign + old))) == read(UBL_INVOICE.encode())


@pytest.mark.parametrize(
    ("text", "old", "written"),
    [
        (UBL_INVOICE, "2027-03-15", "15.03.2027"),
        (UBL_INVOICE, "2027-03-15", "2027-02-30"),
        (UBL_INVOICE, "2027-03-15", "2027-03-15T00:00:00"),
        (UBL_INVOICE, "2027-03-15", "20270315"),
        (CII_INVOICE, "20270315", "2027-03-15"),
        (CII_INVOICE, "20270315", "20270230"),
        (CII_INVOICE, 'format="102"', 'format="610"'),
    ],
)
def test_what_is_no_day_is_refused(text: str, old: str, written: str) -> None:
    ((code, place),) = faults(changed(text, (old, written)))
    assert code == "invalid_date"
    assert "BT-2 " in place


@pytest.mark.parametrize(
    ("removed", "term"),
    [
        ("<cbc:ID>R-1</cbc:ID>", "BT-1"),
        ("<cbc:IssueDate>2027-03-15</cbc:IssueDate>", "BT-2"),
        ('<cbc:PayableAmount currencyID="EUR">11.90</cbc:PayableAmount>', "BT-115"),
        ('<cbc:TaxExclusiveAmount currencyID="EUR">10.00</cbc:TaxExclusiveAmount>', "BT-109"),
        ('<cbc:TaxInclusiveAmount currencyID="EUR">11.90</cbc:TaxInclusiveAmount>', "BT-112"),
        (UBL_LINE, "BG-25"),
        ("<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", "BT-5"),
    ],
)
def test_what_must_be_stated_is_missed_by_its_number(removed: str, term: str) -> None:
    found = faults(changed(UBL_INVOICE, (removed, "")))
    assert any(code == "missing_field" and f" {term} " in place for code, place in found)


@pytest.mark.parametrize("name", ["PayableAmount", "TaxExclusiveAmount"])
def test_a_total_that_stands_twice_with_two_values_is_refused(name: str) -> None:
    old = f'<cbc:{name} currencyID="EUR">'
    new = f'<cbc:{name} currencyID="EUR">1.00</cbc:{name}>{old}'
    assert "duplicate_field" in {code for code, _ in faults(changed(UBL_INVOICE, (old, new)))}


def test_two_sellers_are_refused() -> None:
    old = "<cac:AccountingSupplierParty>"
    new = f"{old}<cac:Party/></cac:AccountingSupplierParty>{old}"
    ((code, _),) = faults(changed(UBL_INVOICE, (old, new)))
    assert code == "duplicate_field"


def adjusted(indicator: str, amount: str, *, net: str, tax: str, payable: str) -> bytes:
    """The invoice with one allowance or charge on the whole of it."""
    part = (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{indicator}</cbc:ChargeIndicator>"
        "<cbc:AllowanceChargeReason>freight</cbc:AllowanceChargeReason>"
        f'<cbc:Amount currencyID="EUR">{amount}</cbc:Amount>'
        "<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent></cac:TaxCategory>"
        "</cac:AllowanceCharge>"
    )
    name = "ChargeTotalAmount" if indicator == "true" else "AllowanceTotalAmount"
    total = f'<cbc:{name} currencyID="EUR">{amount}</cbc:{name}>'
    return changed(
        UBL_INVOICE,
        ("<cac:TaxTotal>", f"{part}<cac:TaxTotal>"),
        ("<cbc:PayableAmount", f"{total}<cbc:PayableAmount"),
        ('TaxExclusiveAmount currencyID="EUR">10.00', f'TaxExclusiveAmount currencyID="EUR">{net}'),
        ('TaxableAmount currencyID="EUR">10.00', f'TaxableAmount currencyID="EUR">{net}'),
        (">1.90<", f">{tax}<"),
        (">11.90<", f">{payable}<"),
    )


def test_an_allowance_and_a_charge_on_the_whole_become_lines() -> None:
    less = read(adjusted("false", "2.00", net="8.00", tax="1.52", payable="9.52"))
    assert [(line["net"], line.get("adjustment")) for line in less["lines"]] == [
        ("10.00", None),
        ("-2.00", "allowance"),
    ]
    more = read(adjusted("true", "2.00", net="12.00", tax="2.28", payable="14.28"))
    assert [(line["net"], line["tax"]) for line in more["lines"]] == [
        ("10.00", "1.90"),
        ("2.00", "0.38"),
    ]
    assert more["lines"][1]["description"] == "freight"


def test_an_allowance_that_is_no_allowance_is_refused() -> None:
    for indicator in ("maybe", "TRUE", "-1"):
        data = adjusted(indicator, "2.00", net="8.00", tax="1.52", payable="9.52")
        assert "wrong_type" in {code for code, _ in faults(data)}


def test_a_total_of_allowances_without_an_allowance_is_refused() -> None:
    total = '<cbc:AllowanceTotalAmount currencyID="EUR">0.01</cbc:AllowanceTotalAmount>'
    data = changed(UBL_INVOICE, ("<cbc:PayableAmount", f"{total}<cbc:PayableAmount"))
    assert any("BT-107" in place for _, place in faults(data))


def test_what_was_paid_before_is_stated_and_changes_nothing_of_what_is_approved() -> None:
    total = '<cbc:PrepaidAmount currencyID="EUR">10.00</cbc:PrepaidAmount>'
    old = '<cbc:PayableAmount currencyID="EUR">11.90'
    document = read(changed(UBL_INVOICE, (old, total + old.replace("11.90", "1.90"))))
    assert (document["prepaid"], document["payable"]) == ("10.00", "1.90")
    assert document["lines"] == read(UBL_INVOICE.encode())["lines"]


def test_rounding_is_a_little_and_no_way_to_be_paid_more() -> None:
    def rounded(by: str, payable: str) -> bytes:
        total = f'<cbc:PayableRoundingAmount currencyID="EUR">{by}</cbc:PayableRoundingAmount>'
        old = '<cbc:PayableAmount currencyID="EUR">11.90'
        return changed(UBL_INVOICE, (old, total + old.replace("11.90", payable)))

    assert read(rounded("0.10", "12.00"))["rounding"] == "0.10"
    assert faults(rounded("5.01", "16.91")) == [("out_of_range", "rounding")]


INNER = """<cac:SubInvoiceLine><cbc:ID>1.1</cbc:ID>
<cbc:LineExtensionAmount currencyID="EUR">{net}</cbc:LineExtensionAmount>
<cac:Item><cbc:Name>a pen</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID>
<cbc:Percent>19</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item></cac:SubInvoiceLine>"""


def test_lines_inside_of_a_line_must_add_up_to_it() -> None:
    end = "</cac:InvoiceLine>"
    right = read(
        changed(UBL_INVOICE, (end, INNER.format(net="4.00") + INNER.format(net="6.00") + end))
    )
    assert [line["net"] for line in right["lines"]] == ["4.00", "6.00"]
    assert [line["source_id"] for line in right["lines"]] == ["1.1", "1.1"]
    found = faults(changed(UBL_INVOICE, (end, INNER.format(net="4.00") + end)))
    assert any("BT-131" in place for _, place in found)


def cii_line(number: str, parent: str, net: str) -> str:
    said = f"<ram:LineID>{number}</ram:LineID>"
    said += f"<ram:ParentLineID>{parent}</ram:ParentLineID>" if parent else ""
    return CII_LINE.replace("<ram:LineID>1</ram:LineID>", said).replace(">10.00<", f">{net}<")


def test_lines_inside_of_a_line_are_found_by_its_number_in_the_other_syntax() -> None:
    inside = CII_LINE + cii_line("2", "1", "4.00") + cii_line("3", "1", "6.00")
    document = read(changed(CII_INVOICE, (CII_LINE, inside)))
    assert [line["net"] for line in document["lines"]] == ["4.00", "6.00"]
    for lines in (
        CII_LINE + cii_line("2", "9", "10.00"),  # of a line that is not there
        CII_LINE + cii_line("2", "2", "10.00"),  # of itself
        CII_LINE + cii_line("2", "3", "10.00") + cii_line("3", "2", "10.00"),  # of each other
    ):
        found = read_or_faults(changed(CII_INVOICE, (CII_LINE, lines)))
        assert found == "refused" or [line["source_id"] for line in found["lines"]] == ["1"]


def read_or_faults(data: bytes) -> Any:
    return "refused" if faults(data) else read(data)


@given(
    nets=st.lists(st.integers(-5_000, 5_000), min_size=1, max_size=8),
    rate=st.sampled_from(["0", "7", "19", "25.5", "8.1"]),
)
def test_the_taxes_of_the_lines_add_up_to_the_cent(nets: list[int], rate: str) -> None:
    """Whatever the lines are, and the tax of their sum rounded as sellers round it."""
    net = sum(nets)
    tax = round(net * Fraction(rate) / 100)

    def text(minor: int) -> str:
        return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"

    lines = "".join(UBL_LINE.replace(">10.00<", f">{text(each)}<") for each in nets)
    head = UBL_INVOICE.replace(UBL_LINE, "@")
    amounts = {">10.00<": net, ">1.90<": tax, ">11.90<": net + tax}
    head = re.sub("|".join(amounts), lambda found: f">{text(amounts[found[0]])}<", head)
    document = read(head.replace("@", lines).replace(">19<", f">{rate}<").encode())
    assert [line["net"] for line in document["lines"]] == [text(each) for each in nets]
    taxes = [Fraction(line["tax"]) * 100 for line in document["lines"]]
    assert sum(taxes) == tax
    assert all(
        abs(each - own * Fraction(rate) / 100) <= 1 for each, own in zip(taxes, nets, strict=True)
    )


def tables() -> dict[str, dict[str, terms.Term]]:
    groups = {
        name: {name: value} for name, value in vars(terms).items() if isinstance(value, terms.Term)
    }
    lists = {
        name: dict(value)
        for name, value in vars(terms).items()
        if isinstance(value, MappingProxyType)
    }
    return groups | lists


def test_every_path_of_the_table_can_be_read_and_has_known_prefixes() -> None:
    found = [term for table in tables().values() for term in table.values()]
    assert len(found) > 80
    for term in found:
        for path in (term.ubl, term.cii):
            for each in path.split(" or ") if path else ():
                for step in steps(each.partition("/@")[0]):
                    prefixes = {name.partition(":")[0] for name in step.names}
                    assert prefixes <= {"cac", "cbc", "rsm", "ram", "udt", "qdt"}, term


def test_a_path_that_is_none_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="is no path"):
        steps("cbc:ID[")


def test_paths_choose_by_what_stands_inside() -> None:
    root = parse(UBL_INVOICE.encode())
    party = "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme"
    assert text_at(root, f"{party}[cac:TaxScheme/cbc:ID=VAT]/cbc:CompanyID") == "DE123456788"
    assert elements(root, f"{party}[cac:TaxScheme/cbc:ID!=VAT]") == []
    assert text_at(root, "cac:InvoiceLine/cbc:InvoicedQuantity/@unitCode") == "C62"
