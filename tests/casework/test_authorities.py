"""Systems that disagree, in the store: what is authoritative stands, the rest has an owner (A6)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.store.trail import records
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import ContentsUnusable
from tests.casework.conftest import ADMIN, data_files
from tests.casework.documents import order
from tests.casework.readying import LATER, Books, found, opened_books
from tests.databases import BOTH

SYSTEMS = b"""kind: organization
systems: {erp: {owner: supplier_data, title: SAP}, portal: {owner: purchasing}}
authoritative: {supplier: {identity: erp, status: erp, bank: erp, tax: erp, terms: erp, other: erp}}
"""
CHECK = """kind: readiness
documents: [purchase_order]
owner: group_controller
checks: [{agrees_with_supplier: {fields: [payment_terms]}}]
"""


def suppliers(*more: str) -> dict[str, bytes]:
    """ACME's suppliers as the ERP has them, with terms, and rows of the portal."""
    header, *rows = data_files()["suppliers.csv"].decode().splitlines()
    columns = header + ",payment_terms,source_system"
    lines = [columns, *(f"{row},N30,erp" for row in rows), *more]
    return {"suppliers.csv": "\n".join(lines).encode() + b"\n"}


PORTAL = "S-1,Globex,G-1,preferred,US,99-1,,,N90,portal"


@pytest.fixture(params=BOTH)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    files = {"systems.yaml": SYSTEMS}
    with opened_books(request.param, tmp_path, CHECK, files=files, data=suppliers()) as opened:
        yield opened


def loaded(books: Books, *more: str) -> list[str]:
    """What a load with these rows of the portal reports."""
    said: list[str] = []
    files = data_files() | suppliers(*more)
    node = books.nodes[0]
    load_master_data(
        node, files, ADMIN, "a load", LATER, told=lambda bad: said.extend(b.code for b in bad)
    )
    return said


def stated(terms: str, id: str) -> dict[str, object]:
    return {**order("500.00", id), "payment_terms": terms}


def test_what_another_system_says_decides_nothing_and_is_recorded_with_an_owner(
    books: Books,
) -> None:
    assert loaded(books, PORTAL) == ["differs-from-authority"] * 2
    (difference,) = found(books.sent(stated("N90", "PO-1"), LATER))
    assert difference[0] == "differs_from_supplier"
    assert (difference[1]["known"], difference[1]["system"]) == ("N30", "SAP")
    assert found(books.sent(stated("N30", "PO-2"), LATER)) == []
    with books.nodes[0].store.reading() as connection:
        kept = [each for each in records(connection) if each.kind == "master_data_loaded"]
    (body,) = [json.loads(each.body) for each in kept]
    one = {"of": "supplier", "id": "S-1", "system": "portal", "authoritative": "erp"}
    assert body["disagreements"] == [
        {**one, "field": "bank_account", "owner": "supplier_data"},
        {**one, "field": "payment_terms", "owner": "supplier_data"},
    ]
    assert check_trail(books.nodes[0].store).problems == []


def test_rows_of_a_system_that_nobody_declared_replace_nothing(books: Books) -> None:
    with pytest.raises(ContentsUnusable, match="no system named `portl`"):
        loaded(books, PORTAL.replace("portal", "portl"))
    assert found(books.sent(stated("N30", "PO-2"), LATER)) == []
