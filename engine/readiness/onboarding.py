"""Onboarding: a supplier is taken on or changed only with what has to be known of him (B9).

What is asked of a request about the supplier it makes: papers and numbers, payment terms, the
answer of whoever screens names, and that it is not one of those there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import ClassVar, Final

from engine.countries.country import Party
from engine.documents.model import Document
from engine.duplicates.names import normalised_name
from engine.master_data import MasterData, Supplier
from engine.readiness.accounts import accounts_in, holders_in, texts_in
from engine.readiness.check import Check, Complaint
from engine.readiness.countries import REQUEST, TaxId
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated
from engine.readiness.surroundings import Beside
from engine.tokens import token

CHANGE: Final = "change"
SANCTIONS: Final = "sanctions"
FIELDS: Final = (
    "supplier_name",
    "supplier_address",
    "supplier_country",
    "supplier_contact",
    "payment_terms",
    "bank_details",
)
_SAME: Final = ("name", "tax_id", "bank_account")
# Names of all suppliers are compared with each request: each is taken apart once.
_words_of: Final = lru_cache(maxsize=2**17)(normalised_name)


def only_for_requests(word: str, documents: tuple[str, ...]) -> Iterator[Complaint]:
    """Other documents do not state what the check asks, and it would never let one post."""
    for name in documents:
        if name != REQUEST:
            yield Complaint("contradiction", f"`{word}` is asked of `{REQUEST}` only, not `{name}`")


def is_change(document: Document) -> bool:
    """Whether it changes a supplier that there is; whatever does not say so takes one on."""
    return document.details.get("request_kind") == CHANGE


@dataclass(frozen=True, slots=True)
class SupplierRegistered(Check):
    """A request states who the supplier is, with the papers and the numbers of his country.

    A change states what it changes; what is asked of it is that the supplier is there, and that
    its numbers are right.
    """

    word: ClassVar[str] = "supplier_registered"
    says: ClassVar[str] = "the request states who the supplier is, with papers and tax numbers"

    fields: frozenset[str] = stated(
        Kind.WORDS,
        "what a request that takes a supplier on has to state",
        words=FIELDS,
        stricter=Stricter.MORE,
        default=frozenset({"supplier_name", "supplier_address", "supplier_country"}),
    )
    papers: frozenset[str] = stated(
        Kind.PAPERS,
        "the papers that must be present, as an extract of the register",
        stricter=Stricter.MORE,
        default=frozenset(),
    )
    looked_up: bool = stated(
        Kind.YES_NO,
        "whether a register must have confirmed its tax numbers",
        stricter=Stricter.LARGER,
        default=False,
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """Asked of something that is no request."""
        yield from only_for_requests(self.word, documents)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Each thing that is missing or wrong."""
        document = on.document
        if is_change(document):
            if document.supplier not in on.data.suppliers:
                words = {"detail": document.supplier}
                yield on.finding("supplier_to_change_unknown", Evidence.DOCUMENT, **words)
        else:
            for field in sorted(self.fields):
                if not document.details.get(field):
                    yield on.finding("supplier_field_missing", Evidence.DOCUMENT, field=field)
        attached = {file.paper for file in document.attachments}
        for paper in sorted(self.papers - attached - document.papers):
            yield on.finding("paper_missing", Evidence.PAPER, paper=paper)
        yield from TaxId(Party.SUPPLIER, self.looked_up).ask(on)


@dataclass(frozen=True, slots=True)
class PaymentTermsAllowed(Check):
    """The payment terms that a request gives a supplier are among those the company gives."""

    word: ClassVar[str] = "payment_terms_allowed"
    says: ClassVar[str] = "its payment terms are among those that the company gives"

    terms: frozenset[str] = stated(
        Kind.TEXTS, "the terms that may be given", stricter=Stricter.FEWER
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Terms that are not given, or that a request to take a supplier on does not state."""
        terms = on.document.details.get("payment_terms", "")
        words = {"allowed": ", ".join(sorted(self.terms))}
        if not terms:
            if not is_change(on.document):
                yield on.finding("payment_terms_missing", Evidence.DOCUMENT, **words)
        elif terms not in self.terms:
            words["terms"] = str(terms)
            yield on.finding("payment_terms_not_allowed", Evidence.DOCUMENT, **words)


def screened(data: MasterData, name: str, country: str) -> str:
    """What an answer about sanctions is of: a name in a country, as it is screened, as a token.

    Another name or another country is another question.
    """
    return data.token(SANCTIONS, f"{name}|{country}")


@dataclass(frozen=True, slots=True)
class SanctionsCleared(Check):
    """The supplier, and whoever else holds an account of his, was screened and is on no list.

    The answer comes from outside (`LookedUp.says("sanctions", screened(name, country))`): yes means
    cleared. No answer is not cleared, nor is one that is too old or whose age nobody knows.
    """

    word: ClassVar[str] = "sanctions_cleared"
    says: ClassVar[str] = "the supplier was screened and is on no list of sanctions"

    days: int = stated(
        Kind.WHOLE,
        "how many days old the answer may be at most",
        stricter=Stricter.SMALLER,
        default=30,
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Each name that is not cleared now."""
        subjects = _subjects(on)
        if not subjects:
            yield on.finding("sanctions_nobody_to_screen", Evidence.DOCUMENT)
        for name, country in subjects:
            of = screened(on.data, name, country)
            words = {"name": name, "country": country}
            said = on.looked_up.says(SANCTIONS, of)
            at = on.looked_up.said_at(SANCTIONS, of)
            if said is None:
                yield on.finding("sanctions_not_screened", Evidence.SCREENING, **words)
            elif said is False:
                yield on.finding("sanctions_listed", Evidence.SCREENING, **words)
            elif at is None or at > on.now or on.now - at > timedelta(days=self.days):
                words["days"] = str(self.days)
                yield on.finding("sanctions_answer_too_old", Evidence.SCREENING, **words)


def _subjects(on: Asked) -> list[tuple[str, str]]:
    """Names and countries to screen: the supplier as he is and as he is to be, and holders."""
    document, record = on.document, on.data.suppliers.get(on.document.supplier)
    country = str(document.details.get("supplier_country", "")) or (
        record.country if record is not None else ""
    )
    names = [*texts_in(document, "supplier_name")]
    if record is not None:
        names.append(record.name)
    known = {_words_of(name) for name in names}
    holders = [name for name in holders_in(document) if _words_of(name) not in known]
    return sorted({(name, country) for name in [*names, *holders] if name})


@dataclass(frozen=True, slots=True)
class SupplierNew(Check):
    """The supplier of a request is none that there is, nor that of another request.

    Of two open requests for one supplier neither posts until one of them came to nothing. A change
    is compared with all suppliers but the one that it changes.
    """

    word: ClassVar[str] = "supplier_new"
    says: ClassVar[str] = "its supplier is none that there is already"

    same: frozenset[str] = stated(
        Kind.WORDS,
        "what two suppliers may not have in common",
        words=_SAME,
        stricter=Stricter.MORE,
        default=frozenset(_SAME),
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """Asked of something that is no request."""
        yield from only_for_requests(self.word, documents)

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """What other requests state that are about the same."""
        yield from self.found_by(data, document)

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """Name, numbers and accounts of the supplier, as tokens."""
        if document.type == REQUEST:
            for kind, values in _marks(data, document).items():
                yield from (f"vendor:{kind}:{value}" for value in values)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Each supplier and each request that is the same."""
        document, marks = on.document, _marks(on.data, on.document)
        if not is_change(document) and document.supplier in on.data.suppliers:
            yield on.finding("supplier_exists", Evidence.DOCUMENT, supplier=document.supplier)
        if not any(marks[kind] for kind in self.same):
            if not is_change(document):
                yield on.finding("supplier_cannot_be_told", Evidence.DOCUMENT)
            return
        for supplier in on.data.suppliers.values():
            shared = self._shared(marks, _marks_of(supplier))
            if shared and supplier.id != document.supplier:
                words = {"supplier": supplier.id, "same": shared}
                yield on.finding("supplier_not_new", Evidence.DOCUMENT, **words)
        for other in on.beside.of_type(REQUEST):
            shared = self._shared(marks, _marks(on.data, other.document))
            if shared and _is_another(on, other):
                words = {"other": other.name, "case": other.case, "same": shared}
                yield on.finding("supplier_requested_twice", Evidence.OTHER_DOCUMENTS, **words)

    def _shared(self, one: dict[str, set[str]], other: dict[str, set[str]]) -> str:
        """`bank_account, name`: what both have; empty for nothing."""
        return ", ".join(kind for kind in sorted(self.same) if one[kind] & other[kind])


def _is_another(on: Asked, other: Beside) -> bool:
    """Whether another request is not one of the same supplier's, nor in the master data already."""
    theirs = other.document.supplier
    if is_change(on.document) and theirs and theirs == on.document.supplier:
        return False
    return not (other.is_past and theirs in on.data.suppliers)


def _marks(data: MasterData, document: Document) -> dict[str, set[str]]:
    """What a request states by which its supplier is known."""
    names = {_words_of(name) for name in texts_in(document, "supplier_name")}
    return {
        "name": {token("supplier_name", name) for name in names if name},
        "tax_id": {data.token("tax_id", stated) for stated in texts_in(document, "tax_ids")},
        "bank_account": accounts_in(data, document, "bank_details"),
    }


def _marks_of(supplier: Supplier) -> dict[str, set[str]]:
    name = _words_of(supplier.name)
    return {
        "name": {_name_token(name)} if name else set(),
        "tax_id": set(supplier.tax_ids),
        "bank_account": set(supplier.accounts),
    }


@lru_cache(maxsize=2**17)
def _name_token(name: str) -> str:
    return token("supplier_name", name)


CHECKS: Final = (SupplierRegistered, PaymentTermsAllowed, SanctionsCleared, SupplierNew)
