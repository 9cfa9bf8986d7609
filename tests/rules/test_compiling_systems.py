"""Systems, and which of them has the last word on what: declared once (A6)."""

from __future__ import annotations

import pytest

from engine.authorities import Authorities, System
from rules.analysis.differences.choices import names
from tests.rules.compiled import compiled, report, with_base

SYSTEMS = "systems: {erp: {owner: supplier_data, title: SAP}, portal: {owner: purchasing}}\n"
BANK = "authoritative: {supplier: {bank: erp}}\n"


def organization(text: str) -> str:
    return f"kind: organization\n{text}"


def complained(**texts: str) -> list[str]:
    """Every error, with its help."""
    found = report(with_base(**texts))[1]
    return [
        f"{one.code}: {one.message} {one.help or ''}"
        for one in found.sorted()
        if one.severity == "error"
    ]


def authorities(text: str) -> Authorities:
    return compiled(systems=organization(text)).organization.authorities


def found(text: str, check: str = "agrees_with_supplier: {fields: [bank_account]}") -> list[str]:
    readiness = f"kind: readiness\ndocuments: [invoice]\nowner: cfo\nchecks:\n  - {check}\n"
    return complained(systems=organization(text), readiness__checks=readiness)


def test_a_set_says_which_system_has_the_last_word_on_which_fields() -> None:
    declared = authorities(SYSTEMS + BANK)
    assert declared.of("supplier", "bank_account") == System("erp", "supplier_data", "SAP")
    assert declared.of("supplier", "tax_id") is None
    assert declared.of("order", "currency") is None
    assert compiled().organization.authorities == Authorities()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("authoritative: {suplier: {bank: erp}}", "did you mean `supplier`?"),
        ("authoritative: {supplier: {bnak: erp}}", "did you mean `bank`?"),
        ("authoritative: {supplier: {bank: epr}}", "did you mean `erp`?"),
        ("authoritative: {supplier: {bank: [erp, portal]}}", "has one authoritative system"),
        ("authoritative: {supplier: {bank: erp, bank: portal}}", "bank"),
        ("authoritative: {supplier: [erp]}", "expected the systems of `supplier`"),
    ],
)
def test_a_word_that_is_not_known_or_a_second_system_is_an_error(text: str, expected: str) -> None:
    (complaint,) = complained(systems=organization(SYSTEMS + text + "\n"))
    assert expected in complaint


def test_a_system_has_an_owner() -> None:
    (complaint,) = complained(systems=organization("systems: {erp: {}}\n" + BANK))
    assert "missing-key" in complaint


def test_a_group_or_a_system_that_stands_in_two_files_is_an_error() -> None:
    again = "kind: organization\nsystems: {erp: {owner: another}}\n"
    again += "authoritative: {supplier: {bank: portal}}\n"
    both = complained(systems=organization(SYSTEMS + BANK), z_systems=again)
    assert [one.split(":")[0] for one in both] == ["name-taken", "name-taken"]


def test_a_check_that_names_another_system_than_the_declared_one_is_an_error() -> None:
    wrong = "agrees_with_supplier: {fields: [bank_account], system: portal}"
    (complaint,) = found(SYSTEMS + BANK, wrong)
    assert complaint.startswith("not-authoritative")
    (complaint,) = found(SYSTEMS + BANK, wrong.replace("portal", "potral"))
    assert complaint.startswith("unknown-system")
    assert "did you mean `portal`?" in complaint
    (complaint,) = found(SYSTEMS + BANK, "agrees_with_order: {fields: [currency], system: erp}")
    assert "declare one for `terms`" in complaint


def test_a_check_that_names_the_declared_system_or_none_compiles() -> None:
    assert found(SYSTEMS + BANK) == []
    named = "agrees_with_supplier: {fields: [bank_account], system: erp}"
    assert found(SYSTEMS + BANK, named) == []
    free = named.replace("erp", "whatever it is called")
    assert found("roles: {}", free) == []


def test_another_authoritative_system_is_a_difference_of_two_sets() -> None:
    old = compiled(systems=organization(SYSTEMS + BANK))
    new = compiled(systems=organization(SYSTEMS + BANK.replace("erp", "portal")))
    assert list(names(old, old)) == []
    (difference,) = names(old, new)
    assert difference.says == "now supplier bank: portal, before supplier bank: erp"
