"""Countries: tax numbers, clearance of e-invoices, and the fields that a country asks for.

What is asked stands in the country files of the policy set (`engine.countries`). A country without
a file is a finding: what nobody wrote down is not taken for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Final, assert_never

from engine.business_time import local_day
from engine.countries.country import Country, Party
from engine.countries.duties import (
    Around,
    ClearanceVerdict,
    Uncleared,
    missing_fields,
    uncleared,
)
from engine.countries.tax_ids import JudgedRule, TaxIdVerdict, tax_id_verdicts
from engine.documents.model import Party as Stated
from engine.facts.kinds import FactValue
from engine.identifiers.catalogue import IDENTIFIERS
from engine.identifiers.judged import Judged, judge
from engine.master_data import MasterData
from engine.readiness.check import Check
from engine.readiness.finding import Asked, Evidence, Finding, Severity
from engine.readiness.parameters import Kind, stated
from engine.tokens import Tokens

REQUEST: Final = "supplier_request"  # states the numbers that the supplier is to have


@dataclass(frozen=True, slots=True)
class TaxId(Check):
    """The tax identifiers of a party are what its country asks for.

    Form, check digit and existence are findings of their own. With `looked_up` somebody must have
    asked the register; without, an answer counts where there is one.
    """

    word: ClassVar[str] = "tax_id"
    says: ClassVar[str] = "the tax number is right"

    of: Party = stated(Kind.WORD, "whose: `supplier`, `entity` or `customer`", words=Party)
    looked_up: bool = stated(
        Kind.YES_NO, "whether a register must have confirmed it", default=False
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """What is wrong with each identifier that the country of the party asks for."""
        code = on.entity.country
        if self.of is Party.SUPPLIER:
            if not on.document.supplier and on.document.type != REQUEST:
                yield on.finding("supplier_missing", Evidence.DOCUMENT)
                return
            code = _supplier_country(on)
            if not code:
                requested = str(on.document.details.get("supplier_name", ""))
                words = {"supplier": on.document.supplier or requested or on.document.id}
                yield on.finding("supplier_country_unknown", Evidence.SUPPLIER_RECORD, **words)
                return
        country = on.policy.countries.get(code)
        if country is None:
            yield _country_unknown(on, code)
            return
        supplier = on.document.supplier if self.of is Party.SUPPLIER else ""
        words = {"of": self.of.value, "supplier": supplier}
        numbers = _numbers(self.of, country, on)
        yield from _tax_ids(on, country, self.of, numbers, words, self.looked_up)


@dataclass(frozen=True, slots=True)
class SellerTaxId(Check):
    """The tax identifiers that an invoice states of its seller are what his country asks for.

    What the invoice prints is what tax is recovered by, however right the master data are. The
    country is the one that the invoice states of the seller, else that of the supplier.
    """

    word: ClassVar[str] = "seller_tax_id"
    says: ClassVar[str] = "the tax number that the invoice states of its seller is right"

    looked_up: bool = stated(
        Kind.YES_NO, "whether a register must have confirmed it", default=False
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """What is wrong with each identifier that the country of the seller asks for."""
        seller = on.document.details.get("seller")
        if not isinstance(seller, Stated):
            yield on.finding("seller_missing", Evidence.DOCUMENT)
            return
        code = seller.country or _supplier_country(on)
        if not code:
            yield on.finding("seller_country_unknown", Evidence.DOCUMENT)
            return
        country = on.policy.countries.get(code)
        if country is None:
            yield _country_unknown(on, code)
            return
        words = {"of": "seller", "supplier": on.document.supplier}
        numbers = _numbers_of_seller(on.data.token, seller, country)
        for found in _tax_ids(on, country, Party.SUPPLIER, numbers, words, self.looked_up):
            is_stated_wrong = found.evidence is Evidence.TAX_NUMBER
            yield replace(found, evidence=Evidence.CORRECTED_BILL) if is_stated_wrong else found


@dataclass(frozen=True, slots=True)
class EInvoiceClearance(Check):
    """The document was cleared as the country of its entity asks for on its day."""

    word: ClassVar[str] = "e_invoice_clearance"
    says: ClassVar[str] = "the country cleared it"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every proof that is missing or wrong, and what keeps it from being known."""
        country = on.policy.countries.get(on.entity.country)
        if country is None:
            yield _country_unknown(on, on.entity.country)
            return
        for found in uncleared(country, on.document, _around(on)):
            yield _uncleared(found, country, on)


@dataclass(frozen=True, slots=True)
class LocalFields(Check):
    """The document states what the country of its entity asks documents to state."""

    word: ClassVar[str] = "local_fields"
    says: ClassVar[str] = "it states what its country asks for"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every field that is missing."""
        country = on.policy.countries.get(on.entity.country)
        if country is None:
            yield _country_unknown(on, on.entity.country)
            return
        for field, is_day_missing in missing_fields(country, on.document, _around(on)):
            words = {"country": country.code, "field": field.fact, "version": country.version}
            words |= {"source": field.source.text, "since": str(field.start or "")}
            if is_day_missing:
                words["day"] = field.day.value
                yield on.finding("local_field_day_missing", Evidence.DOCUMENT, **words)
            else:
                yield on.finding("local_field_missing", Evidence.DOCUMENT, **words)


def _tax_ids(
    on: Asked,
    country: Country,
    party: Party,
    numbers: tuple[Judged, ...],
    words: Mapping[str, str],
    must_be_looked_up: bool,
) -> Iterator[Finding]:
    """What is wrong with the numbers by each rule of the country for the party."""
    register = on.looked_up.says
    for found in tax_id_verdicts(
        country, party, numbers, lambda of_token: register("tax_id", of_token)
    ):
        more = {"country": country.code, "version": country.version}
        more |= {"identifiers": _says(found.rule.any_of), "source": found.rule.source.text}
        yield from _tax_id(found, on, {**words, **more}, must_be_looked_up)


def _tax_id(
    found: JudgedRule, on: Asked, words: Mapping[str, str], must_be_looked_up: bool
) -> Iterator[Finding]:
    match found.verdict:
        case TaxIdVerdict.RIGHT | TaxIdVerdict.NOT_REQUIRED:
            return
        case TaxIdVerdict.MISSING:
            yield on.finding("tax_id_missing", Evidence.TAX_NUMBER, **words)
        case TaxIdVerdict.FORMAT:
            yield on.finding("tax_id_format", Evidence.TAX_NUMBER, **words)
        case TaxIdVerdict.CHECK_DIGIT:
            yield on.finding("tax_id_check_digit", Evidence.TAX_NUMBER, **words)
        case TaxIdVerdict.UNSURE_CHECK_DIGIT:
            finding = on.finding("tax_id_check_digit", Evidence.TAX_NUMBER, **words)
            yield replace(finding, severity=Severity.WARNS)
        case TaxIdVerdict.DOES_NOT_EXIST:
            yield on.finding("tax_id_does_not_exist", Evidence.TAX_REGISTER, **words)
        case TaxIdVerdict.NOT_LOOKED_UP:
            if must_be_looked_up:
                yield on.finding("tax_id_not_looked_up", Evidence.TAX_REGISTER, **words)
        case never:
            assert_never(never)


def _uncleared(found: Uncleared, country: Country, on: Asked) -> Finding:
    clearance, mandate = found.clearance, found.mandate
    words = {"country": country.code, "system": clearance.name, "field": found.fact}
    words |= {"version": country.version, "rule": str(clearance.place), "found": found.found}
    words |= {"proof": clearance.evidence, "source": clearance.source.text}
    if mandate is not None:
        words |= {"since": str(mandate.start), "class": mandate.class_name}
    match found.verdict:
        case ClearanceVerdict.MISSING | ClearanceVerdict.NOT_ACCEPTED:
            return on.finding("e_invoice_clearance", Evidence.CLEARANCE, **words)
        case ClearanceVerdict.FORMAT:
            return on.finding("e_invoice_proof_format", Evidence.CLEARANCE, **words)
        case ClearanceVerdict.CHECK_DIGIT:
            return on.finding("e_invoice_proof_check_digit", Evidence.CLEARANCE, **words)
        case ClearanceVerdict.DAY_UNKNOWN:
            return on.finding("e_invoice_day_missing", Evidence.DOCUMENT, **words)
        case ClearanceVerdict.CLASS_UNKNOWN:
            return on.finding("e_invoice_class_unknown", Evidence.CLASS_RECORD, **words)
        case never:
            assert_never(never)


def _country_unknown(on: Asked, code: str) -> Finding:
    return on.finding("country_unknown", Evidence.COUNTRY_RECORD, country=code)


def _supplier_country(on: Asked) -> str:
    """That of the supplier's record; a request says which one it is to be."""
    stated_country = on.document.details.get("supplier_country")
    if on.document.type == REQUEST and isinstance(stated_country, str) and stated_country:
        return stated_country
    supplier = on.data.suppliers.get(on.document.supplier)
    return "" if supplier is None else supplier.country


def _around(on: Asked) -> Around:
    supplier = on.data.suppliers.get(on.document.supplier)
    return Around(
        entity_facts=on.data.entity_facts.get(on.entity.id, {}),
        supplier_facts={} if supplier is None else supplier.facts,
        supplier_country=_supplier_country(on),
        submitted_on=local_day(on.document.submitted_at, on.entity.zone),
    )


def _numbers(party: Party, country: Country, on: Asked) -> tuple[Judged, ...]:
    """The numbers of the party; those of a supplier were judged when they were loaded.

    A request states the numbers that the supplier is to have, and those are asked about. The entity
    and customers state a number as the fact of its identifier, the customer's with `customer_`
    before it.
    """
    match party:
        case Party.SUPPLIER:
            supplier = on.data.suppliers.get(on.document.supplier)
            requested = on.document.details.get("tax_ids")
            if on.document.type == REQUEST and isinstance(requested, tuple) and requested:
                return tuple(_judged(on.data.token, str(number), country) for number in requested)
            return () if supplier is None else supplier.tax_numbers
        case Party.ENTITY:
            return _stated(on.data, on.data.entity_facts.get(on.entity.id, {}), "", country)
        case Party.CUSTOMER:
            return _stated(on.data, on.document.facts, "customer_", country)


def _numbers_of_seller(tokens: Tokens, seller: Stated, country: Country) -> tuple[Judged, ...]:
    """What the invoice states; a number of a tax office (BT-32) is no VAT number, even misspelt."""
    numbers = [_judged(tokens, seller.vat_id, country)] if seller.vat_id else []
    if seller.tax_id:
        local = _judged(tokens, seller.tax_id, country)
        vat = frozenset(name for name in IDENTIFIERS if name.endswith("_vat"))
        numbers.append(replace(local, right=local.right - vat, misspelt=local.misspelt - vat))
    return tuple(numbers)


def _stated(
    data: MasterData, facts: Mapping[str, FactValue], prefix: str, country: Country
) -> tuple[Judged, ...]:
    values = (facts.get(prefix + name) for name in IDENTIFIERS)
    return tuple(
        _judged(data.token, value, country) for value in values if isinstance(value, str) and value
    )


def _judged(tokens: Tokens, number: str, country: Country) -> Judged:
    return _judged_once(tokens, number, country.code)


@lru_cache(500)  # an entity's number is asked about with each of its documents
def _judged_once(tokens: Tokens, number: str, country: str) -> Judged:
    return judge(tokens("tax_id", number), number, country)


def _says(names: tuple[str, ...]) -> str:
    return ", ".join(IDENTIFIERS[name].says for name in names)


CHECKS: Final = (TaxId, SellerTaxId, EInvoiceClearance, LocalFields)
