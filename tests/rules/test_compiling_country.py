"""Files of countries: what they compile to, what is refused, and what a change of them means."""

from __future__ import annotations

from datetime import date

import pytest

from engine.countries.country import Clock, Kept, Party
from rules.analysis.differences import compare
from rules.mutating.files import faults
from tests.policies.sets import POLICIES
from tests.rules.compiled import compiled, complaints, with_base

POLAND = (POLICIES / "countries" / "pl.yaml").read_text(encoding="utf-8")
BRITAIN = """\
kind: country
country: GB
name: United Kingdom
sources:
  vat: {text: a law, url: "https://example.org", checked: 2026-11-26}
  other: {text: another, checked: from_memory}
tax_ids:
  - {of: [supplier], any_of: [gb_vat], required: no, source: vat}
no_clearance: vat
retention:
  - {keep: vouchers, years: 6, from: fiscal_year_end, source: other}
"""


def refused(text: str) -> list[str]:
    return [found.split()[0] for found in complaints(countries__gb=text)]


def test_a_country_says_what_its_file_says() -> None:
    country = compiled(countries__gb=BRITAIN).countries["GB"]
    (rule,) = country.tax_ids
    assert (rule.of, rule.any_of, rule.is_required) == ({Party.SUPPLIER}, ("gb_vat",), False)
    assert rule.source.checked == date(2026, 11, 26)
    assert country.retention[Kept.VOUCHERS].clock is Clock.FISCAL_YEAR_END
    assert country.retention[Kept.VOUCHERS].source.checked is None
    assert country.no_clearance is not None
    assert country.version.startswith("sha256:")


def test_what_a_country_declares_is_known_everywhere() -> None:
    assert compiled(countries__pl=POLAND).facts["pl_e_invoice_class"].values == (
        "large",
        "other",
        "small",
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("source: vat", "source: vatt", "unknown-source"),
        (", source: other", "", "missing-key"),
        ("any_of: [gb_vat]", "any_of: [gb_vatt]", "not-one-of"),
        ("any_of: [gb_vat]", "any_of: []", "empty-list"),
        ("of: [supplier]", "of: [supplier, nobody]", "not-one-of"),
        ("no_clearance: vat", "no_clearance: nothing", "unknown-source"),
        ("no_clearance: vat\n", "", "missing-key"),
        ("country: GB", "country: UK", "unknown-country"),
        ("checked: 2026-11-26", "checked: yesterday", "not-a-date"),
        (", checked: from_memory", "", "missing-key"),
        ("years: 6", "years: 0", "out-of-range"),
        ("years: 6", "years: ten", "not-a-whole-number"),
        ("from: fiscal_year_end", "from: someday", "not-one-of"),
        ("tax_ids:", "tax_ids: 5\nmore:", "unknown-key"),
    ],
)
def test_what_is_wrong_is_reported_by_its_code(old: str, new: str, code: str) -> None:
    assert old in BRITAIN
    found = refused(BRITAIN.replace(old, new, 1))
    assert any(code in line for line in found), found


@pytest.mark.parametrize(
    ("field", "code"),
    [("no_such", "unknown-fact"), ("tax_code", "line-fact"), ("entity.country", "unknown-fact")],
)
def test_a_local_field_is_a_fact_of_the_document(field: str, code: str) -> None:
    rule = f"{{field: {field}, documents: [invoice], source: vat}}"
    assert refused(BRITAIN + f"local_fields: [{rule}]\n") == [code]


def test_what_is_no_country_at_all_is_refused_and_raises_nothing() -> None:
    for text in ("kind: country", "kind: country\nsources: 3\ntax_ids: {}\nretention: [[]]\n"):
        assert refused(text)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{for: large, from: 2026-02-01", "{for: huge, from: 2026-02-01", "unknown-word"),
        ("class: pl_e_invoice_class", "class: pl_nip", "unknown-fact"),
        ("class: pl_e_invoice_class", "class: document.number", "unknown-fact"),
        ("any_of: [pl_ksef]}", "any_of: [pl_ksef], words: [yes]}", "more-than-one"),
        ("{field: clearance_id, any_of: [pl_ksef]}", "{field: clearance_id}", "missing-key"),
        ("clearance:\n", "no_clearance: vat_act\nclearance:\n", "more-than-one"),
        ("{keep: vouchers,", "{keep: books,", "twice"),
    ],
)
def test_what_is_wrong_with_a_clearance_is_reported(old: str, new: str, code: str) -> None:
    assert old in POLAND
    found = [one.split()[0] for one in complaints(countries__pl=POLAND.replace(old, new, 1))]
    assert code in found


def test_two_files_of_one_country_are_refused() -> None:
    assert "name-taken" in [
        one.split()[0] for one in complaints(countries__gb=BRITAIN, countries__uk=BRITAIN)
    ]


def differences(old: str, new: str) -> list[str]:
    before, after = compiled(countries__pl=old), compiled(countries__pl=new)
    return [f"{one.name}: {one.says}" for one in compare(before, after).found]


def test_a_date_that_moved_is_told_and_a_remark_is_not() -> None:
    (told,) = differences(POLAND, POLAND.replace("2026-04-01", "2026-07-01"))
    assert told.startswith("country PL: cleared by now KSeF")
    assert "from 2026-07-01 for other" in told
    assert "before KSeF" in told
    assert differences(POLAND, POLAND + "# read again\n") == []


def test_years_and_fields_and_tax_numbers_are_told() -> None:
    for old, new, expected in (
        ("keep: books, years: 6", "keep: books, years: 7", "books 7 years"),
        ("{field: document.date,", "{field: posting_date,", "posting_date on"),
        ("{of: [supplier], any_of: [pl_nip],", "{of: [supplier], any_of: [eu_vat],", "eu_vat"),
        ("checked: 2026-11-26", "checked: 2027-01-31", "2027-01-31"),
    ):
        (told,) = differences(POLAND, POLAND.replace(old, new))
        assert expected in told


def test_a_country_that_comes_or_goes_is_told() -> None:
    found = compare(compiled(), compiled(countries__gb=BRITAIN))
    assert [one.name for one in found.found] == ["country GB"]


def test_the_tests_of_a_set_need_not_notice_a_fault_in_a_country() -> None:
    files = with_base(countries__pl=POLAND)
    policy = compiled(countries__pl=POLAND)
    found = [name for name, _ in faults(policy, files)]
    assert found
    assert "countries/pl.yaml" not in found
