"""What an invoice itself states of its seller's tax numbers. Shows (B5)."""

from __future__ import annotations

from functools import cache

import pytest

from api.usecases.drafts import load_draft
from engine.countries.country import Country
from engine.documents.model import Party
from engine.policy import PolicySet
from engine.readiness.countries import SellerTaxId
from engine.readiness.finding import Evidence, Finding, LookedUp
from engine.tokens import token
from tests.policies.sets import POLICIES
from tests.readiness.worlds import ask, document

VAT = "DE136695976"


@cache
def germany() -> Country:
    policy: PolicySet = load_draft(POLICIES / "german-payables").policy
    return policy.countries["DE"]


def findings(
    seller: Party | None, check: SellerTaxId | None = None, answer: bool | None = None
) -> tuple[Finding, ...]:
    details = {} if seller is None else {"seller": seller}
    answers = {} if answer is None else {("tax_id", token("tax_id", VAT)): answer}
    return ask(
        check or SellerTaxId(),
        document(details=details, supplier=""),
        looked_up=LookedUp(answers=answers),
        countries={"DE": germany()},
    )


def found(
    seller: Party | None, check: SellerTaxId | None = None, answer: bool | None = None
) -> list[str]:
    return [one.code for one in findings(seller, check, answer)]


@pytest.mark.parametrize(
    ("seller", "codes"),
    [
        (None, ["seller_missing"]),
        (Party(vat_id=VAT), ["seller_country_unknown"]),
        (Party(vat_id=VAT, country="FR"), ["country_unknown"]),
        (Party(country="DE"), ["tax_id_missing"]),
        (Party(vat_id=VAT, country="DE"), []),
        (Party(vat_id="DE136695977", country="DE"), ["tax_id_check_digit"]),
        (Party(vat_id="DE13669597", country="DE"), ["tax_id_format"]),
        (Party(vat_id="D" * 5000, country="DE"), ["tax_id_format"]),
    ],
)
def test_a_seller_needs_a_country_and_a_right_number(
    seller: Party | None, codes: list[str]
) -> None:
    assert found(seller) == codes


def test_another_invoice_clears_what_the_invoice_states_wrongly() -> None:
    """Our record of the supplier may be right, and putting it right changes nothing."""
    for seller in (Party(country="DE"), Party(vat_id="DE136695977", country="DE")):
        (finding,) = findings(seller)
        assert finding.evidence is Evidence.CORRECTED_BILL
    (finding,) = findings(Party(vat_id=VAT, country="DE"), answer=False)
    assert finding.evidence is Evidence.TAX_REGISTER


def test_a_vat_number_does_not_pass_as_that_of_a_tax_office() -> None:
    """`123/456/789` has nine digits like a VAT number, and is none: its form is wrong."""
    assert found(Party(tax_id="123/456/789", country="DE")) == ["tax_id_format"]
    assert found(Party(tax_id=VAT, country="DE")) == ["tax_id_format"]
    assert found(Party(tax_id="12/345/67890", country="DE")) == []


def test_existence_is_asked_only_where_the_policy_wants_it_and_a_no_always_counts() -> None:
    seller, strict = Party(vat_id=VAT, country="DE"), SellerTaxId(looked_up=True)
    assert found(seller, strict) == ["tax_id_not_looked_up"]
    assert found(seller, strict, answer=True) == []
    assert found(seller, answer=False) == ["tax_id_does_not_exist"]
