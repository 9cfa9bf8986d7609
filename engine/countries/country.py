"""A country, as its file in a policy set says it: plain values, each with its source.

A country is data: tax identifiers, clearance of e-invoices, local fields, retention. What follows
for one document is worked out beside this module. Days are those that the law means: local days
of the country.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from engine.money import Money
from engine.places import NOWHERE, Place


class Party(StrEnum):
    """Whose tax identifier: the other side's, or that of our own entity."""

    SUPPLIER = "supplier"
    ENTITY = "entity"
    CUSTOMER = "customer"


class CountedDay(StrEnum):
    """Which day of a document is held against the day on which a duty begins."""

    DOCUMENT_DATE = "document_date"
    POSTING_DATE = "posting_date"
    SUBMISSION = "submission"


class Clock(StrEnum):
    """From when a period of retention runs."""

    CALENDAR_YEAR_END = "calendar_year_end"
    FISCAL_YEAR_END = "fiscal_year_end"
    # The end of the calendar year in which the fiscal year ends: the later of the two.
    CALENDAR_YEAR_OF_FISCAL_YEAR_END = "calendar_year_of_fiscal_year_end"
    DOCUMENT_DATE = "document_date"


class Kept(StrEnum):
    """A class of documents, as laws on retention divide them."""

    BOOKS = "books"  # ledgers, journals, annual accounts
    VOUCHERS = "vouchers"  # what an entry rests on: invoices, receipts, payments
    LETTERS = "letters"  # contracts, orders, correspondence


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact of the file is from. `checked` is the day it was read there.

    `None`: nobody did; it was written down from memory and has to be checked before it is relied
    on.
    """

    name: str
    text: str
    url: str = ""
    checked: date | None = None


@dataclass(frozen=True, slots=True)
class TaxIdRule:
    """A tax identifier of some parties: one of `any_of` (names of `engine.identifiers`).

    Where it is not `is_required` it may be missing; what is stated must be right all the same.
    """

    of: frozenset[Party]
    any_of: tuple[str, ...]
    is_required: bool
    source: Source
    note: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a document was cleared: a fact of it that is one of `identifiers`.

    Or one of `words`, where the system answers with a status.
    """

    fact: str
    identifiers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mandate:
    """From `start` on the duty holds for those of `class_name`; empty: for everybody."""

    start: date
    source: Source
    class_name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exemption:
    """Documents up to a gross amount, of those of a class, that need no clearance until a day.

    `until` is the last day; `None`: without end. An empty `class_name` is everybody.
    """

    up_to: Money
    source: Source
    until: date | None = None
    class_name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Clearance:
    """One system that documents must have passed before they count as invoices.

    `is_domestic_only`: only documents of suppliers of the same country pass it. `evidence` says in
    words what proves it. `class_fact` is the fact of the entity, or of the supplier where
    `is_class_of_supplier`, whose value says which mandate holds; empty where one holds for all.
    """

    name: str
    documents: frozenset[str]
    day: CountedDay
    class_fact: str
    is_class_of_supplier: bool
    is_domestic_only: bool
    proofs: tuple[Proof, ...]
    mandates: tuple[Mandate, ...]
    evidence: str
    source: Source
    exemptions: tuple[Exemption, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LocalField:
    """A fact that documents of some types must state from a day on (`None`: always)."""

    documents: frozenset[str]
    fact: str
    day: CountedDay
    source: Source
    start: date | None = None
    is_domestic_only: bool = False
    note: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Retention:
    """How many years documents of a class are kept, and from when the years are counted."""

    years: int
    clock: Clock
    source: Source
    note: str = ""


@dataclass(frozen=True, slots=True)
class Country:
    """Everything that the file of a country says. `code` is its ISO 3166-1 code.

    `version` names the content of the file (`sha256:...`). No `clearances` and a source in
    `no_clearance`: the file says that there is none.
    """

    code: str
    name: str
    version: str
    tax_ids: tuple[TaxIdRule, ...]
    clearances: tuple[Clearance, ...]
    fields: tuple[LocalField, ...]
    retention: Mapping[Kept, Retention]
    no_clearance: Source | None = None
    place: Place = field(default=NOWHERE, compare=False)
