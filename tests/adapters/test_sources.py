"""Rows of several systems: what is authoritative stands, what differs has an owner (A6)."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from adapters.master_data import BadRow, Disagreement
from adapters.master_data.building import Load, build
from adapters.master_data.tables import OBJECTS, SPECS
from engine.authorities import GROUPS, OTHER, Authorities, System, group_of
from engine.organization import Entity, Organization
from engine.tokens import token

SYSTEMS = {
    "erp": System("erp", "supplier_data", "SAP"),
    "coupa": System("coupa", "purchasing"),
}
US = Entity("US01", "US", "americas", "USD", "America/New_York")
PEOPLE = [{"id": "ann", "name": "Ann", "entity": "US01"}]
ERP_SAYS = {
    "source_system": "erp",
    "id": "S-1",
    "name": "Globex",
    "status": "released",
    "bank_account": "DE79000000001234567890; DE16000000002345678901",
    "payment_terms": "N30",
}
EVERY_GROUP = {("supplier", group): "erp" for group in GROUPS["supplier"]}


def load(by_group: dict[tuple[str, str], str], **tables: list[dict[str, str]]) -> Load:
    authorities = Authorities(MappingProxyType(SYSTEMS), MappingProxyType(by_group))
    organization = Organization({"US01": US}, (), {}, (), authorities)
    return build({"people": PEOPLE, **tables}, organization, {})


def coupa(**more: str) -> dict[str, str]:
    return ERP_SAYS | {"source_system": "coupa"} | more


def disagreements(found: Load) -> list[Disagreement]:
    return [row.disagreement for row in found.quarantined if row.disagreement is not None]


def codes(found: Load) -> list[str]:
    return [row.code for row in found.quarantined]


@pytest.mark.parametrize("order", [1, -1])
def test_another_system_never_changes_what_the_authoritative_one_says(order: int) -> None:
    rows = [ERP_SAYS, coupa(status="blocked", payment_terms="N90", bank_account="DE02120300000000")]
    found = load(EVERY_GROUP, suppliers=rows[::order])
    assert found.data is not None
    alone = load(EVERY_GROUP, suppliers=[ERP_SAYS]).data
    assert alone is not None
    assert found.data.digest == alone.digest
    assert set(codes(found)) == {"differs-from-authority"}


def test_what_differs_is_reported_with_both_values_and_an_owner() -> None:
    found = load(EVERY_GROUP, suppliers=[ERP_SAYS, coupa(status="blocked")])
    assert disagreements(found) == [
        Disagreement(
            "supplier", "S-1", "status", "coupa", "blocked", "erp", "released", "supplier_data"
        )
    ]
    (report,) = found.quarantined
    assert str(report) == (
        "suppliers:2:status: note[differs-from-authority]: `S-1`: coupa says `blocked`, SAP says"
        " `released`, which stands\n  help: supplier_data clears it: one of the two has to be put"
        " right"
    )
    assert load(EVERY_GROUP, suppliers=[ERP_SAYS, coupa()]).quarantined == ()


def test_a_restricted_value_is_in_no_report() -> None:
    found = load(EVERY_GROUP, suppliers=[ERP_SAYS, coupa(bank_account="DE02120300000000202051")])
    assert "DE02120300000000202051" not in repr(found.quarantined)
    assert ERP_SAYS["bank_account"][:10] not in repr(found.quarantined)
    assert [(one.stated, one.known) for one in disagreements(found)] == [("***", "***")]


def test_the_same_accounts_in_another_order_are_no_difference() -> None:
    turned = "; ".join(reversed(ERP_SAYS["bank_account"].split("; ")))
    assert load(EVERY_GROUP, suppliers=[ERP_SAYS, coupa(bank_account=turned)]).quarantined == ()


def test_an_empty_value_of_the_authoritative_system_is_not_filled_by_another_one() -> None:
    found = load(EVERY_GROUP, suppliers=[ERP_SAYS | {"status": ""}, coupa()])
    assert found.data is not None
    assert found.data.suppliers["S-1"].status == ""
    assert [(one.field, one.known) for one in disagreements(found)] == [("status", "")]


def test_a_supplier_that_only_another_system_knows_has_none_of_the_values() -> None:
    found = load({("supplier", "bank"): "erp"}, suppliers=[coupa()])
    assert found.data is not None
    supplier = found.data.suppliers["S-1"]
    assert (supplier.accounts, supplier.status) == (frozenset(), "released")
    assert [one.field for one in disagreements(found)] == ["bank_account"]


def test_each_group_comes_from_its_own_system() -> None:
    by_group = EVERY_GROUP | {("supplier", "terms"): "coupa"}
    found = load(by_group, suppliers=[ERP_SAYS, coupa(payment_terms="N60", status="blocked")])
    assert found.data is not None
    supplier = found.data.suppliers["S-1"]
    assert (supplier.facts["supplier.payment_terms"], supplier.status) == ("N60", "released")
    assert supplier.accounts == {
        token("bank_account", each) for each in ERP_SAYS["bank_account"].split("; ")
    }
    assert [(one.field, one.owner) for one in disagreements(found)] == [
        ("payment_terms", "purchasing"),
        ("status", "supplier_data"),
    ]


def test_where_nobody_has_the_last_word_and_systems_differ_nothing_is_loaded() -> None:
    by_group = {("supplier", "bank"): "erp"}
    found = load(by_group, suppliers=[ERP_SAYS, coupa(status="blocked")])
    assert (found.data, codes(found)) == (None, ["no-authority"])
    assert "declare which is authoritative for `status` of `supplier`" in (found.refused or "")
    assert load(by_group, suppliers=[ERP_SAYS, coupa()]).data is not None


@pytest.mark.parametrize("system", ["", "cupa"])
def test_a_row_of_no_declared_system_refuses_the_load(system: str) -> None:
    found = load(EVERY_GROUP, suppliers=[ERP_SAYS, coupa(source_system=system, status="blocked")])
    assert (found.data, codes(found)) == (None, ["unknown-system"])


def test_a_supplier_that_stands_twice_in_one_system_is_left_out() -> None:
    found = load(EVERY_GROUP, suppliers=[ERP_SAYS, coupa(), coupa(status="blocked")])
    assert found.data is None  # all rows are bad, which refuses the file
    assert set(codes(found)) == {"duplicate-id", "too-many-bad-rows"}


def test_a_recovery_that_only_another_system_states_refuses_the_load() -> None:
    row = {"id": "cc1", "entity": "US01", "owner": "ann", "tax_recovery": "0%"}
    by_group = {("cost_center", "tax"): "erp"}
    found = load(by_group, cost_centers=[row | {"source_system": "coupa"}])
    assert found.data is None
    assert "not-in-authority" in codes(found)
    owned = {("cost_center", "owner"): "erp"}
    found = load(owned, cost_centers=[row | {"source_system": "erp"}])
    assert found.data is not None


def test_people_are_compared_too() -> None:
    ann = {"id": "ann", "name": "Ann", "entity": "US01", "manager": "", "email": "ann@x.example"}
    rows = [ann | {"source_system": "erp"}, ann | {"source_system": "coupa", "manager": "ann"}]
    rows[1]["email"] = "other@x.example"
    by_group = {("person", group): "erp" for group in GROUPS["person"]}
    found = load(by_group, people=rows)
    assert [(one.of, one.field, one.stated) for one in disagreements(found)] == [
        ("person", "email", "***"),
        ("person", "manager", "ann"),
    ]


def test_without_declarations_and_without_sources_nothing_changes() -> None:
    row = {key: text for key, text in ERP_SAYS.items() if key != "source_system"}
    assert load({}, suppliers=[row]).quarantined == ()


def test_a_file_that_says_no_source_is_told_where_the_set_declares_one() -> None:
    row = {key: text for key, text in ERP_SAYS.items() if key != "source_system"}
    found = load(EVERY_GROUP, suppliers=[row])
    assert found.data is not None
    assert [(bad.code, bad.effect) for bad in found.quarantined] == [("no-source", "note")]
    assert isinstance(found.quarantined[0], BadRow)


@pytest.mark.parametrize(("table", "of"), sorted(OBJECTS.items()))
def test_every_column_belongs_to_one_group(table: str, of: str) -> None:
    columns = set(SPECS[table].columns) - {"id"}
    named = [name for names in GROUPS[of].values() for name in names]
    assert len(named) == len(set(named))
    assert columns <= set(named)
    assert {group_of(of, column) for column in columns} <= GROUPS[of].keys()
    assert group_of("supplier", "anything") == OTHER
