"""Identifiers: form and check digit are two answers, and no text breaks either. Shows (B5)."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.countries.country import Country, Party, Source, TaxIdRule
from engine.countries.tax_ids import TaxIdVerdict, tax_id_verdict
from engine.identifiers import catalogue
from engine.identifiers.catalogue import IDENTIFIERS, LONGEST, Fault, fault_of
from engine.identifiers.judged import judge
from engine.identifiers.own import crc8

NAMES = st.sampled_from(sorted(IDENTIFIERS))
VECTORS = Path(__file__).parents[1] / "policies" / "countries"
KSEF = "5265877635-20250826-0100001AF629-AF"
NFE = "52060433009911002506550120000007800267301615"


def test_every_identifier_is_judged_by_somebody_and_nobody_judges_another() -> None:
    judged = set(catalogue._validators()) | set(catalogue._OWN)
    assert judged == set(IDENTIFIERS)
    assert not set(catalogue._validators()) & set(catalogue._OWN)


@given(NAMES, st.text(max_size=LONGEST + 10))
def test_any_text_is_judged_without_an_exception(name: str, text: str) -> None:
    assert fault_of(name, text) in (None, Fault.FORMAT, Fault.CHECK_DIGIT)


@given(NAMES, st.text(alphabet="0123456789", min_size=1, max_size=50))
def test_only_an_identifier_with_a_check_digit_fails_by_it(name: str, text: str) -> None:
    if fault_of(name, text) is Fault.CHECK_DIGIT:
        assert IDENTIFIERS[name].has_check


@given(NAMES, st.text(alphabet="٠١٢٣٤٥٦٧٨٩²³①", min_size=5, max_size=20))
def test_digits_of_other_scripts_are_no_digits(name: str, text: str) -> None:
    assert fault_of(name, text) is Fault.FORMAT


@given(st.integers(0, 31), st.sampled_from("0123456789ABCDEF"))
def test_a_changed_sign_of_a_ksef_number_is_found(place: int, sign: str) -> None:
    changed = KSEF[:place] + sign + KSEF[place + 1 :]
    assert (fault_of("pl_ksef", changed) is None) == (changed == KSEF)


@given(st.integers(0, 42), st.sampled_from("0123456789"))
def test_a_changed_digit_of_an_nfe_key_is_found_but_for_the_two_rests_that_look_alike(
    place: int, digit: str
) -> None:
    changed = NFE[:place] + digit + NFE[place + 1 :]
    if changed != NFE and fault_of("br_nfe_key", changed) is None:
        # A rest of 0 and of 1 both give the digit 0: the manual accepts that.
        assert changed[-1] == "0"


def test_the_crc_is_the_known_one() -> None:
    assert crc8(b"123456789") == 0xF4  # the check value of CRC-8 (polynomial 0x07) in catalogues


@pytest.mark.parametrize("number", ["", " ", "\n", "x" * (LONGEST + 1), "1" * 10_000])
def test_nothing_and_too_much_have_the_form_of_nothing(number: str) -> None:
    assert {fault_of(name, number) for name in IDENTIFIERS} == {Fault.FORMAT}


def test_an_unknown_name_is_no_right_number() -> None:
    with pytest.raises(KeyError):
        fault_of("xx_vat", "1")


def country(*identifiers: str, required: bool = True) -> Country:
    source = Source("law", "a law")
    rule = TaxIdRule(frozenset({Party.SUPPLIER}), identifiers, required, source)
    return Country("PL", "Poland", "v", (rule,), (), (), {})


def verdict(number: str | None, exists: bool | None, *, required: bool = True) -> TaxIdVerdict:
    judged = None if number is None else judge("t", number, "PL")
    return tax_id_verdict(country("pl_nip", required=required), Party.SUPPLIER, judged, exists)


@pytest.mark.parametrize(
    ("number", "exists", "expected"),
    [
        (None, None, TaxIdVerdict.MISSING),
        (None, True, TaxIdVerdict.MISSING),
        ("8567346215", True, TaxIdVerdict.RIGHT),
        ("8567346215", False, TaxIdVerdict.DOES_NOT_EXIST),
        ("8567346215", None, TaxIdVerdict.NOT_LOOKED_UP),
        ("8567346216", True, TaxIdVerdict.CHECK_DIGIT),  # a register cannot mend a number
        ("DE136695976", True, TaxIdVerdict.FORMAT),
    ],
)
def test_missing_form_check_digit_and_existence_are_four_answers(
    number: str | None, exists: bool | None, expected: TaxIdVerdict
) -> None:
    assert verdict(number, exists) is expected


def test_what_is_not_required_may_be_missing_and_not_wrong() -> None:
    assert verdict(None, None, required=False) is TaxIdVerdict.NOT_REQUIRED
    assert verdict("8567346216", None, required=False) is TaxIdVerdict.CHECK_DIGIT
    assert verdict("hello", None, required=False) is TaxIdVerdict.FORMAT
    other = tax_id_verdict(country("pl_nip"), Party.ENTITY, None, None)
    assert other is TaxIdVerdict.NOT_REQUIRED


def test_a_check_digit_that_is_often_wrong_is_unsure() -> None:
    number = judge("t", "VACE-460910-SX6", "MX")
    found = tax_id_verdict(country("mx_rfc"), Party.SUPPLIER, number, None)
    assert found is TaxIdVerdict.UNSURE_CHECK_DIGIT


def test_a_number_is_judged_by_the_identifiers_of_its_country_alone() -> None:
    assert judge("t", "DE136695976", "DE").right == {"de_vat", "eu_vat"}
    assert judge("t", "DE136695976", "").right >= {"de_vat", "eu_vat"}
    assert judge("t", "DE136695976", "FR").right == {"eu_vat"}
    assert "136695976" not in repr(judge("t", "DE136695976", "DE"))


def test_every_identifier_has_vectors_but_those_of_no_country_file() -> None:
    texts = (file.read_text(encoding="utf-8") for file in VECTORS.glob("*.yaml"))
    named = {name for text in texts for name in yaml.safe_load(text)["identifiers"]}
    unused = {"eu_vat", "de_leitweg", "it_sdi_code", "jp_corporate_number"}
    assert IDENTIFIERS.keys() - named == unused


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("eu_vat", "DE136695976", "DE136695978"),
        ("de_leitweg", "991-03730-19", "991-03730-18"),
        ("jp_corporate_number", "5-8356-7825-6246", "2-8356-7825-6246"),
    ],
)
def test_the_others_have_one_here(name: str, right: str, wrong: str) -> None:
    assert fault_of(name, right) is None
    assert fault_of(name, wrong) is Fault.CHECK_DIGIT


def test_a_codice_destinatario_has_six_or_seven_characters() -> None:
    assert [fault_of("it_sdi_code", text) for text in ("0000000", "UFABCD", "12345")] == [
        None,
        None,
        Fault.FORMAT,
    ]
