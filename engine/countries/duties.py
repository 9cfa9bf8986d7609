"""Which duties of a country a document is under, and what it lacks for them.

Whatever decides a duty and is not known (the day, the class, the supplier's country) is never taken
for the lighter answer: either it makes no difference, or it is what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engine.countries.country import (
    Clearance,
    CountedDay,
    Country,
    Exemption,
    LocalField,
    Mandate,
    Proof,
)
from engine.documents.derived import own_facts
from engine.documents.model import Document
from engine.facts.kinds import FactValue
from engine.identifiers.catalogue import Fault, fault_of
from engine.money import Money


class ClearanceVerdict(StrEnum):
    """What a document lacks to be cleared."""

    MISSING = "missing"  # a proof is not there
    FORMAT = "format"  # it has not the form of its identifier
    CHECK_DIGIT = "check_digit"
    NOT_ACCEPTED = "not_accepted"  # the system's answer is none of those that accept
    DAY_UNKNOWN = "day_unknown"  # the duty depends on a day that the document does not state
    CLASS_UNKNOWN = "class_unknown"  # the duty depends on a class that nobody states


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside the document.

    The facts of entity and supplier are those of master data. `supplier_country` is empty where
    it is not known; then the supplier counts as one of the country. `submitted_on` is the local
    day of the entity.
    """

    entity_facts: Mapping[str, FactValue]
    supplier_facts: Mapping[str, FactValue]
    supplier_country: str
    submitted_on: date


@dataclass(frozen=True, slots=True)
class Uncleared:
    """One thing that a document lacks to be cleared by one system.

    `mandate` is the duty that holds, `None` where that is what is not known. `fact` is what the
    document should state, or the fact that names the class; `found` is what stands there.
    """

    clearance: Clearance
    verdict: ClearanceVerdict
    fact: str
    found: str = ""
    mandate: Mandate | None = None


def uncleared(country: Country, document: Document, around: Around) -> Iterator[Uncleared]:
    """Everything that the document lacks to be cleared in the country; nothing: it is, or need not.

    Proofs are looked at one by one, so that each that is missing is said.
    """
    facts = own_facts(document)
    for clearance in country.clearances:
        if document.type in clearance.documents and not _is_foreign(
            country, clearance.is_domestic_only, around
        ):
            yield from _uncleared(clearance, document, facts, around)


def missing_fields(
    country: Country, document: Document, around: Around
) -> Iterator[tuple[LocalField, bool]]:
    """The fields that the document must state and does not; true with it: only its day is missing.

    A field that holds from a day on is missing as well where the document does not state that day.
    """
    facts = own_facts(document)
    for field in country.fields:
        if document.type not in field.documents or field.fact in facts:
            continue
        if _is_foreign(country, field.is_domestic_only, around):
            continue
        day = _counted(field.day, document, around)
        if field.start is None or (day is not None and day >= field.start):
            yield field, False
        elif day is None:
            yield field, True


def _is_foreign(country: Country, is_domestic_only: bool, around: Around) -> bool:
    return is_domestic_only and around.supplier_country not in ("", country.code)


def _counted(day: CountedDay, document: Document, around: Around) -> date | None:
    match day:
        case CountedDay.DOCUMENT_DATE:
            return document.document_date
        case CountedDay.POSTING_DATE:
            return document.posting_date
        case CountedDay.SUBMISSION:
            return around.submitted_on


def _uncleared(
    clearance: Clearance, document: Document, facts: dict[str, FactValue], around: Around
) -> Iterator[Uncleared]:
    holders = around.supplier_facts if clearance.is_class_of_supplier else around.entity_facts
    name = str(holders.get(clearance.class_fact, "")) if clearance.class_fact else ""
    day = _counted(clearance.day, document, around)
    missing = [one for one in (_lack(proof, facts) for proof in clearance.proofs) if one]
    if not missing or _is_exempt(clearance, name, day, facts):
        return
    if day is None:
        fact = clearance.day.value
        yield Uncleared(clearance, ClearanceVerdict.DAY_UNKNOWN, fact)
        return
    possible = [one for one in clearance.mandates if one.class_name in ("", name)]
    if not possible and not name:
        possible = [*clearance.mandates]
        if _differs_by_class(clearance, day):
            yield Uncleared(clearance, ClearanceVerdict.CLASS_UNKNOWN, clearance.class_fact)
            return
    in_force = [one for one in possible if one.start <= day]
    if in_force:
        mandate = max(in_force, key=lambda one: one.start)
        for verdict, fact, found in missing:
            yield Uncleared(clearance, verdict, fact, found, mandate)


def _differs_by_class(clearance: Clearance, day: date) -> bool:
    """Whether the duty holds on the day for some classes and not for others."""
    return len({one.start <= day for one in clearance.mandates}) > 1


def _lack(proof: Proof, facts: dict[str, FactValue]) -> tuple[ClearanceVerdict, str, str] | None:
    """What is wrong with one proof."""
    value = facts.get(proof.fact)
    found = value if isinstance(value, str) else ""
    if not found:
        return ClearanceVerdict.MISSING, proof.fact, ""
    if proof.words:
        is_accepted = found in proof.words
        return None if is_accepted else (ClearanceVerdict.NOT_ACCEPTED, proof.fact, found)
    faults = {fault_of(name, found) for name in proof.identifiers}
    if None in faults:
        return None
    if Fault.CHECK_DIGIT in faults:
        return ClearanceVerdict.CHECK_DIGIT, proof.fact, found
    return ClearanceVerdict.FORMAT, proof.fact, found


def _is_exempt(
    clearance: Clearance, name: str, day: date | None, facts: dict[str, FactValue]
) -> bool:
    gross = facts.get("document.gross")
    return isinstance(gross, Money) and any(
        _covers(one, name, day, gross) for one in clearance.exemptions
    )


def _covers(exemption: Exemption, name: str, day: date | None, gross: Money) -> bool:
    """Whether an exemption speaks of the document; an amount in another currency is not covered."""
    return (
        exemption.class_name in ("", name)
        and (exemption.until is None or (day is not None and day <= exemption.until))
        and gross.currency == exemption.up_to.currency
        and abs(gross.minor) <= exemption.up_to.minor
    )
