"""Every shipped country does what its vectors say, and none is without vectors.

`tests/policies/countries/<cc>.yaml` has, for the country of that name, numbers that are right or
wrong and why, documents with what they lack, and days until which documents are kept. Numbers are
those of the documentation of python-stdnum and of the systems' own manuals.

Shows (A1, B5, F4).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from adapters.shipped_countries import shipped_countries
from engine.countries.country import Country
from engine.countries.duties import Around, missing_fields, uncleared
from engine.countries.retention import CLASS_OF_TYPE, retention_until
from engine.documents.model import Document, Line
from engine.identifiers.catalogue import IDENTIFIERS, Fault, fault_of
from engine.money import parse_amount
from engine.policy import PolicySet
from tests.policies.sets import POLICIES, checked, read_folder

HERE: Final = Path(__file__).parent / "countries"
CODES: Final = sorted(shipped_countries())
# Sources that nobody could check yet, by country; the README of the country files says the same.
UNCHECKED: Final = {("SA", "commercial_books")}
ASKED_FOR: Final = frozenset("DE FR IT ES PL GB US MX BR IN JP SA SG".split())


@cache
def policy() -> PolicySet:
    """ACME with every country that is shipped."""
    files = read_folder(POLICIES / "acme")
    for code, content in shipped_countries().items():
        files[f"countries/{code.lower()}.yaml"] = content
    compiled, found = checked(files)
    assert compiled is not None, found.render()
    return compiled


@cache
def vectors(code: str) -> dict[str, Any]:
    text = (HERE / f"{code.lower()}.yaml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    assert set(found) == {"identifiers", "documents", "retention"}
    return found


def identifiers_of(country: Country) -> frozenset[str]:
    """Every identifier that the file of a country names."""
    tax_ids = {name for rule in country.tax_ids for name in rule.any_of}
    proofs = (proof for clearance in country.clearances for proof in clearance.proofs)
    return frozenset(tax_ids | {name for proof in proofs for name in proof.identifiers})


def test_the_countries_that_were_asked_for_are_there() -> None:
    assert set(CODES) >= ASKED_FOR
    assert set(CODES) == set(policy().countries)


def test_every_country_has_vectors_and_no_vectors_are_of_none() -> None:
    assert sorted(file.stem.upper() for file in HERE.glob("*.yaml")) == CODES


@pytest.mark.parametrize("code", CODES)
def test_every_identifier_of_a_country_has_numbers_that_are_right_and_wrong(code: str) -> None:
    country = policy().countries[code]
    numbers = vectors(code)["identifiers"]
    assert set(numbers) == identifiers_of(country)
    for name, cases in numbers.items():
        wanted = {"right", "format"} | ({"check_digit"} if IDENTIFIERS[name].has_check else set())
        assert {case for case, listed in cases.items() if listed} == wanted, name
        for case, listed in cases.items():
            fault = None if case == "right" else Fault(case)
            assert {number: fault_of(name, number) for number in listed} == dict.fromkeys(
                listed, fault
            ), name


def document_of(stated: dict[str, Any]) -> Document:
    net = str(stated.get("net", "1000.00 EUR")).split()
    tax = str(stated["tax"]).split() if "tax" in stated else None
    line = Line(1, parse_amount(*net), tax=None if tax is None else parse_amount(*tax))
    details = {"clearance_id": stated["clearance_id"]} if "clearance_id" in stated else {}
    return Document(
        type=stated.get("type", "invoice"),
        id="I-1",
        entity="X",
        requester="rita",
        submitted_at=datetime(2027, 7, 1, tzinfo=UTC),
        number=stated.get("number", "4711"),
        document_date=stated.get("date", date(2027, 3, 1)) or None,
        currency=net[1],
        lines=(line,),
        details=details,
        facts=stated.get("facts", {}),
    )


def lacks(country: Country, case: dict[str, Any]) -> tuple[list[str], list[str]]:
    around = Around(
        case.get("entity_facts", {}),
        case.get("supplier_facts", {}),
        case.get("supplier_country", country.code),
        date(2027, 7, 1),
    )
    document = document_of(case.get("document", {}))
    found = [f"{one.verdict} {one.fact}" for one in uncleared(country, document, around)]
    fields = [field.fact for field, _ in missing_fields(country, document, around)]
    return found, fields


def cases() -> Iterator[Any]:
    for code in CODES:
        for case in vectors(code)["documents"]:
            yield pytest.param(code, case, id=f"{code}: {case['name']}")


@pytest.mark.parametrize(("code", "case"), [*cases()])
def test_a_document_lacks_what_its_vector_says(code: str, case: dict[str, Any]) -> None:
    found = lacks(policy().countries[code], case)
    assert found == (case.get("lacks", []), case.get("fields", []))


@pytest.mark.parametrize("code", CODES)
def test_every_mandate_is_tried_the_day_before_the_day_itself_and_the_day_after(code: str) -> None:
    days = {case.get("document", {}).get("date") for case in vectors(code)["documents"]}
    for clearance in policy().countries[code].clearances:
        for mandate in clearance.mandates:
            wanted = {mandate.start + timedelta(days=number) for number in (-1, 0, 1)}
            assert sorted(wanted - days) == []


@pytest.mark.parametrize("code", CODES)
def test_documents_are_kept_until_the_day_that_the_vectors_say(code: str) -> None:
    for case in vectors(code)["retention"]:
        starts = case.get("fiscal_year_starts", 1)
        country = policy().countries[code]
        assert retention_until(country, case["type"], case["day"], starts) == case["until"]


@pytest.mark.parametrize("code", CODES)
def test_every_fact_says_where_it_is_from_and_no_page_is_unread(code: str) -> None:
    country = policy().countries[code]
    sources = [rule.source for rule in (*country.tax_ids, *country.clearances, *country.fields)]
    sources += [one.source for clearance in country.clearances for one in clearance.mandates]
    sources += [one.source for one in country.retention.values()]
    sources += [country.no_clearance] if country.no_clearance else []
    for source in sources:
        assert source.text
        assert bool(source.url) == (source.checked is not None), source.name


def test_the_readme_names_every_source_that_nobody_checked() -> None:
    """One more, or one that was checked since, is not overlooked: neither by us nor by readers."""
    found = {
        (code, name)
        for code, content in shipped_countries().items()
        for name, source in yaml.safe_load(content)["sources"].items()
        if source["checked"] == "from_memory"
    }
    readme = (POLICIES / "countries" / "README.md").read_text(encoding="utf-8")
    assert found == UNCHECKED
    assert all(f"`{code.lower()}.yaml`: `{name}`" in readme for code, name in found)


@given(st.sampled_from(CODES), st.dates(date(2008, 1, 1), date(2030, 12, 31)))
def test_what_nobody_states_never_makes_a_duty_lighter(code: str, day: date) -> None:
    """Where a document of some class lacks something, one whose class is unknown does too."""
    country = policy().countries[code]
    stated = {"document": {"date": day}}
    unknown = lacks(country, stated | {"supplier_country": ""})[0]
    for clearance in country.clearances:
        for name in {one.class_name for one in clearance.mandates}:
            facts = {clearance.class_fact: name}
            some = lacks(country, stated | {"entity_facts": facts, "supplier_facts": facts})[0]
            assert unknown or not some
    undated = lacks(country, {"document": {"date": ""}})
    assert not unknown or undated[0]


@given(st.sampled_from(CODES), st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_a_later_document_is_kept_as_long_and_one_of_no_class_the_longest(
    code: str, day: date
) -> None:
    country = policy().countries[code]
    ends = [retention_until(country, kind, day) for kind in CLASS_OF_TYPE]
    longest = retention_until(country, "of_the_company", day)
    assert longest == max(end for end in ends if end is not None)
    for starts in range(1, 13):
        end = retention_until(country, "invoice", day, starts)
        later = retention_until(country, "invoice", day + timedelta(days=1), starts)
        assert end is not None
        assert later is not None
        assert day < end <= later
