"""What files of countries say, part by part. Which way a change of law goes is not told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from engine.countries.country import (
    Clearance,
    Country,
    LocalField,
    Mandate,
    Retention,
    Source,
    TaxIdRule,
)
from rules.analysis.differences import phrases as say
from rules.analysis.differences.aspects import Aspect, Kind
from rules.analysis.differences.model import Area
from rules.analysis.differences.pairing import same


def _tax_ids(rules: Iterable[TaxIdRule]) -> str:
    told = (
        f"of the {' and '.join(sorted(rule.of))} {' or '.join(rule.any_of)}"
        f"{'' if rule.is_required else ' (may be missing)'}"
        for rule in rules
    )
    return "; ".join(told) or "nothing"


def _clearances(clearances: Iterable[Clearance]) -> str:
    return "; ".join(map(_clearance, clearances)) or "none"


def _clearance(clearance: Clearance) -> str:
    proofs = (
        f"{proof.fact} {' or '.join(proof.identifiers or proof.words)}"
        for proof in clearance.proofs
    )
    exempt = [f"up to {say.money(one.up_to)}{_until(one.until)}" for one in clearance.exemptions]
    parts = [
        f"{clearance.name} for {say.documents(clearance.documents)}",
        f"by {clearance.day}" + (" if domestic" if clearance.is_domestic_only else ""),
        f"proved by {' and '.join(proofs)}",
        *map(_mandate, clearance.mandates),
        *(["exempt " + ", ".join(exempt)] if exempt else []),
    ]
    return ", ".join(parts)


def _mandate(mandate: Mandate) -> str:
    whom = f" for {mandate.class_name}" if mandate.class_name else ""
    return f"from {mandate.start}{whom}"


def _until(day: date | None) -> str:
    return "" if day is None else f" until {day}"


def _fields(fields: Iterable[LocalField]) -> str:
    told = (
        f"{one.fact} on {say.documents(one.documents)}"
        f"{'' if one.start is None else f' from {one.start}'}"
        f"{' if domestic' if one.is_domestic_only else ''}"
        for one in fields
    )
    return "; ".join(told) or "nothing"


def _retention(items: Iterable[tuple[str, Retention]]) -> str:
    told = (f"{kept} {one.years} years from the {_words(one.clock)}" for kept, one in items)
    return "; ".join(told) or "nothing"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _kept(country: Country) -> tuple[tuple[str, Retention], ...]:
    return tuple((kept.value, rule) for kept, rule in sorted(country.retention.items()))


def _sources(country: Country) -> str:
    found: set[Source] = {rule.source for rule in country.tax_ids}
    found |= {field.source for field in country.fields}
    found |= {rule.source for rule in country.retention.values()}
    for clearance in country.clearances:
        found |= {clearance.source, *(one.source for one in clearance.mandates)}
        found |= {one.source for one in clearance.exemptions}
    found |= {country.no_clearance} if country.no_clearance is not None else set()
    told = (f"{one.name} ({one.checked or 'from memory'})" for one in found)
    return ", ".join(sorted(told))


# Compared as they are told, so that another source of the same rule is told once, and as a source.
COUNTRIES: Final[Kind[Country]] = Kind(
    Area.COUNTRIES,
    lambda country: f"country {country.code}",
    lambda country: _clearances(country.clearances),
    (
        Aspect("tax numbers are", lambda country: _tax_ids(country.tax_ids)),
        Aspect("cleared by", lambda country: _clearances(country.clearances)),
        Aspect("asked for is", lambda country: _fields(country.fields)),
        Aspect("kept are", lambda country: _retention(_kept(country))),
        Aspect("its name is", lambda country: country.name),
        Aspect("its sources are", _sources),
    ),
    (same(lambda country: country.code),),
)
