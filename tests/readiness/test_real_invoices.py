"""The 86 invoices of the XRechnung suite, asked whether they may post. Shows (B5).

The policy set is `policies/german-payables` with its master data, address book and answers of the
register. Sellers and numbers of the suite are made up, and most VAT numbers are wrong. After a
change on purpose: `pytest tests/readiness --update-golden -k controller`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.master_data import load_answers
from adapters.sources.e_invoice import KnownSuppliers, document_of, read_address_book
from api.usecases.drafts import load_data, load_draft
from api.usecases.judging import Judge
from api.usecases.readying import Readied, Readying
from api.usecases.submissions import Submission
from engine.documents import accept
from engine.documents.canonical_form import to_canonical
from engine.explaining.unready import say_finding
from engine.readiness.finding import Finding, LookedUp
from engine.tokens import token
from tests.adapters.e_invoice.suite import NAMES, suite, total
from tests.adapters.e_invoice.test_xrechnung import TWINS
from tests.policies.sets import POLICIES

SET: Final = POLICIES / "german-payables"
NOW: Final = datetime.fromisoformat("2027-04-01T09:00:00+02:00")
GOLDEN: Final = Path(__file__).parent / "golden" / "real_invoices.md"
ANSWERED, _ = load_answers(SET / "fixtures" / "answers.csv")
REGISTER: Final = {question: answer.says for question, answer in ANSWERED.items()}


@dataclass(frozen=True, slots=True)
class Answered:
    """An invoice as it came in, and whether it may post."""

    document: Mapping[str, Any]
    readied: Readied

    @property
    def found(self) -> set[str]:
        """Codes with whose number it is about: `tax_id_format of seller`."""
        return {said(finding) for finding in self.readied.findings}


def said(finding: Finding) -> str:
    of = dict(finding.words).get("of", "")
    return f"{finding.code} of {of}" if of else finding.code


def asked(names: list[str], answers: Mapping[tuple[str, str], bool]) -> dict[str, Answered]:
    """What a run over these files answers, through the same steps as the command line."""
    draft = load_draft(SET)
    data = load_data(SET / "data", draft.policy)
    book = read_address_book((SET / "fixtures" / "addresses.csv").read_bytes())
    known, policy = KnownSuppliers.of(data.data), draft.policy
    readying = Readying(Judge(draft, data, NOW, NOW), LookedUp(answers=answers))
    found = {}
    for position, name in enumerate(names, 1):
        raw = document_of(suite()[name], book, known)
        document = to_canonical(accept(raw, policy.facts, policy.documents, received_at=NOW))
        answer = readying.ask(Submission(position, document))
        assert not answer.judged.errors, name
        found[name] = Answered(document, answer)
    return found


@cache
def all_of_them() -> dict[str, Answered]:
    return asked(NAMES, REGISTER)


def row(name: str, answered: Answered) -> str:
    document, findings = answered.document, answered.readied.findings
    sentences = [
        f"{say_finding(one).sentence} ({one.owner}{'' if one.stands else ', does not block'})"
        for one in findings
    ]
    seller = document["seller"]["name"].replace("[", "").replace("]", "")
    gross = f"{total(name, 'BT-112'):,.2f} {document['currency']}"
    posts = "ready" if answered.readied.is_ready else "**not ready**"
    stated = ", ".join(filter(None, map(document["seller"].get, ("vat_id", "tax_id")))) or "none"
    cells = (name, document["number"], seller, stated, gross, document["entity"])
    return "| " + " | ".join((*cells, posts, "<br>".join(sentences) or "-")) + " |"


def report(answers: Mapping[str, Answered]) -> str:
    """The table that a controller reads, with its sums."""
    lines = ["# May they post on 2027-04-01?", "", "86 invoices of the XRechnung test suite.", ""]
    lines += [
        "| file | number | seller | his tax numbers | gross | entity | posts | found (owner) |"
    ]
    lines += ["| --- | --- | --- | --- | ---: | --- | --- | --- |"]
    lines += [row(name, answered) for name, answered in answers.items()]
    ready = sum(answered.readied.is_ready for answered in answers.values())
    lines += ["", f"{ready} ready, {len(answers) - ready} not ready.", ""]
    lines += ["| found | invoices |", "| --- | ---: |"]
    counted = Counter(code for answered in answers.values() for code in answered.found)
    lines += [f"| {code} | {count} |" for code, count in sorted(counted.items())]
    return "\n".join(lines) + "\n"


def test_a_controller_reads_the_same_as_before(request: pytest.FixtureRequest) -> None:
    text = report(all_of_them())
    if request.config.getoption("--update-golden", default=False):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


# Written by hand, from the files of the suite and the master data of the set.
BY_HAND: Final[dict[str, set[str]]] = {
    # No VAT number; the number of the tax office is right and was confirmed.
    "01.04a-INVOICE_ubl.xml": set(),
    "01.04a-INVOICE_uncefact.xml": set(),
    # ATU123456789 has a digit too many; our record of the supplier is right.
    "01.01_comprehensive_test_ubl.xml": {"tax_id_format of seller"},
    # The same, and the number and supplier of 01.05_minimal, who signs with another number.
    "01.14a-INVOICE_ubl.xml": {"tax_id_format of seller", "duplicate_document"},
    # `DE 123456789`: the check digit would be 8. Record and invoice have the same mistake.
    "01.01a-INVOICE_ubl.xml": {"tax_id_check_digit of supplier", "tax_id_check_digit of seller"},
    # The same, for a company that has not opened April.
    "01.07a-INVOICE_uncefact.xml": {
        "period_not_open",
        "tax_id_check_digit of supplier",
        "tax_id_check_digit of seller",
    },
    # The invoice states a right number of the tax office beside it, which is enough.
    "01.03a-INVOICE_ubl.xml": {"tax_id_check_digit of supplier"},
    # Form and check digit are right, and the register does not know it.
    "04.04a-INVOICE_ubl.xml": {
        "tax_id_does_not_exist of supplier",
        "tax_id_does_not_exist of seller",
    },
    # Neither a VAT number nor one of the tax office; the number and the supplier of 01.01.
    "01.05_minimal_test_ubl.xml": {"tax_id_missing of seller", "duplicate_document"},
    # A blocked supplier, and ATU123456789.
    "03.01a-INVOICE_ubl.xml": {"supplier_inactive", "tax_id_format of seller"},
    # `DE/12/345/67890`; the record's number nobody looked up, and the account is another one.
    "04.01a-INVOICE_ubl.xml": {
        "tax_id_not_looked_up of supplier",
        "differs_from_supplier",
        "tax_id_format of seller",
    },
    # Eleven digits in the record; the invoice states a right number of the tax office, too.
    "03.06a-INVOICE_ubl.xml": {"tax_id_format of supplier"},
    # Two numbers of which one is that of another supplier: nobody is found for certain.
    "01.21a-INVOICE_ubl.xml": {"supplier_missing"},
    # The same invoice under one number only: in order, and billed before by its account.
    "01.21a-INVOICE_uncefact.xml": {"duplicate_document"},
}


@pytest.mark.parametrize("name", BY_HAND)
def test_what_was_worked_out_by_hand(name: str) -> None:
    answered = all_of_them()[name]
    assert answered.found == BY_HAND[name]
    assert answered.readied.is_ready == (not BY_HAND[name])


def test_form_check_digit_and_existence_are_three_findings() -> None:
    """One number each, and for each exactly one of the three."""
    codes = {"tax_id_format", "tax_id_check_digit", "tax_id_does_not_exist"}
    for name, code in (
        ("01.01_comprehensive_test_ubl.xml", "tax_id_format"),
        ("01.01a-INVOICE_ubl.xml", "tax_id_check_digit"),
        ("04.04a-INVOICE_ubl.xml", "tax_id_does_not_exist"),
    ):
        findings = all_of_them()[name].readied.findings
        of_seller = [one for one in findings if dict(one.words).get("of") == "seller"]
        assert [one.code for one in of_seller if one.code in codes] == [code], name
        (one,) = of_seller
        assert (one.owner, one.releasable_by) == ("tax", "tax")


EXISTS: Final = ("tax_id", token("tax_id", "DE814060619"))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (True, set()),
        (False, {"tax_id_does_not_exist of supplier", "tax_id_does_not_exist of seller"}),
        (None, {"tax_id_not_looked_up of supplier"}),
    ],
)
def test_only_the_register_says_that_a_right_number_exists(
    answer: bool | None, found: set[str]
) -> None:
    answers = {} if answer is None else {EXISTS: answer}
    name = "04.04a-INVOICE_ubl.xml"
    assert asked([name], answers)[name].found == found


def test_no_answer_of_a_register_heals_a_wrong_number() -> None:
    wrong = ("DE123456789", "ATU123456789")
    answers = REGISTER | {("tax_id", token("tax_id", number)): True for number in wrong}
    for name in ("01.01a-INVOICE_ubl.xml", "01.01_comprehensive_test_ubl.xml"):
        assert asked([name], answers)[name].found == BY_HAND[name]


@pytest.mark.parametrize("name", TWINS)
def test_both_syntaxes_of_one_case_find_the_same(name: str) -> None:
    twin = name.replace("_ubl", "_uncefact")
    if name == "01.21a-INVOICE_ubl.xml":  # the files state different numbers; by hand above
        assert all_of_them()[name].found != all_of_them()[twin].found
        return
    assert all_of_them()[name].readied.findings == all_of_them()[twin].readied.findings


def test_every_finding_has_an_owner_and_a_sentence() -> None:
    for answered in all_of_them().values():
        for finding in answered.readied.findings:
            for language in ("en", "de"):
                sentence = say_finding(finding, language).sentence
                assert sentence != finding.code
            assert finding.owner
