"""`countersign sod`: who holds or could join conflicting duties, what nobody can approve (B4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.policies.sets import POLICIES

AT = "2027-03-15T09:00:00-04:00"
SET = {
    "policy.yaml": "kind: set\nlanguage: 1\nname: desk\ncredits: absolute\n"
    "for_all_files: {currency: USD, owner: controller}\n",
    "organization.yaml": """
kind: organization
entities:
  US01:
    country: US
    region: americas
    currency: USD
    zone: America/New_York
    week: Mon-Fri 09:00-17:00
    holidays: US
    tax_recovery: 0%
levels: [clerk, director]
roles:
  controller: {per: group}
  treasurer: {per: group}
  bookkeeper: {per: group}
  cashier: {per: group}
limits:
  - {who: director, any_amount: true}
""",
    "approvals/all.yaml": """
kind: approvals
name: payments
documents: [payment]
amount: none
rows:
  - {name: every payment, approve: treasurer}
""",
    "approvals/suppliers.yaml": """
kind: approvals
name: suppliers
documents: [supplier_request]
amount: none
rows:
  - {name: every supplier, approve: controller}
""",
    "controls/duties.yaml": """
kind: controls
segregation:
  duties:
    keep_books: {roles: [bookkeeper]}
    hold_cash: {roles: [cashier]}
    prepare: {documents: [payment], acts: [submit]}
    release: {documents: [payment], acts: [approve]}
    sign: {roles: [treasurer]}
  conflicts:
    - {name: CASH-01, duties: [keep_books, hold_cash], on: person, outcome: block, risk: theft}
    - {name: CASH-02, duties: [keep_books, sign], on: person, outcome: mitigate, risk: hiding}
    - {name: PAY-01, duties: [prepare, release], on: same_document, outcome: block, risk: fraud}
  mitigations:
    - name: MIT-1
      conflict: CASH-02
      person: tom
      cap: 5_000.00 USD
      until: 2027-06-30
      monitor: cleo
      review_every: 30 days
""",
    "handling.yaml": """
kind: handling
delegation:
  - {documents: [payment], limit: delegator, longest: 90 days, depth: 0}
""",
}
DATA = {
    "people.csv": "id,name,entity,manager,level,last_day,bank_account,tax_id\n"
    "tom,Tom Treasurer,US01,,director,,111-1,\n"
    "ted,Ted Treasurer,US01,,director,,555-5,\n"
    "cora,Cora Controller,US01,,director,,666-6,\n"
    "bea,Bea Books,US01,tom,clerk,,222-2,\n"
    "cleo,Cleo Controller,US01,,director,,333-3,\n"
    "kim,Kim Cash,US01,tom,clerk,,444-4,\n",
    "roles.csv": "role,person,for,from,to,acting\n"
    "treasurer,tom,*,2020-01-01,,\n"
    "treasurer,ted,*,2020-01-01,,\n"
    "controller,cleo,*,2020-01-01,,\n"
    "controller,cora,*,2020-01-01,,\n"
    "bookkeeper,bea,*,2020-01-01,,\n"
    "cashier,kim,*,2020-01-01,,\n",
}
DELEGATION = (
    "id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
    "D-1,tom,bea,2027-03-01,2027-03-31,,,,,,{revoked}\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small treasury in which nobody holds what conflicts."""
    for name, text in SET.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "data").mkdir()
    for name, text in DATA.items():
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    return tmp_path


def add(folder: Path, name: str, line: str) -> None:
    path = folder / "data" / name
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")


def run(folder: Path, *words: str, at: str = AT) -> Result:
    return CliRunner().invoke(app, ["sod", str(folder), "--at", at, *words])


def report(folder: Path, at: str = AT) -> dict[str, Any]:
    done = run(folder, "--json", at=at)
    assert done.exit_code in (0, 1), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def duties(folder: Path, conflict: str, at: str = AT) -> list[tuple[str, bool, str]]:
    return [
        (each["person"], each["is_held"], each["stop"])
        for each in report(folder, at)["duties"]
        if each["conflict"] == conflict
    ]


def means(folder: Path, conflict: str, person: str) -> dict[str, list[str]]:
    (found,) = [
        each["duties"]
        for each in report(folder)["duties"]
        if (each["conflict"], each["person"]) == (conflict, person)
    ]
    return {
        name: [f"{one['kind']} {one['detail']}" for one in ways] for name, ways in found.items()
    }


def test_where_duties_are_apart_there_is_nothing_to_tell(folder: Path) -> None:
    assert duties(folder, "CASH-01") == []
    assert duties(folder, "CASH-02") == []
    done = run(folder)
    assert done.exit_code == 0, done.output


def test_who_holds_both_roles_is_told_with_what_they_are_held_for(folder: Path) -> None:
    add(folder, "roles.csv", "cashier,bea,*,2020-01-01,,\n")
    assert duties(folder, "CASH-01") == [("bea", True, "blocked")]
    assert means(folder, "CASH-01", "bea") == {
        "keep_books": ["role bookkeeper for everything"],
        "hold_cash": ["role cashier for everything"],
    }
    assert run(folder).exit_code == 1


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("cashier,bea,*,2027-03-16,,\n", AT),
        ("cashier,bea,*,2020-01-01,2027-03-14,\n", AT),
    ],
)
def test_a_role_counts_while_it_is_held(folder: Path, line: str, at: str) -> None:
    add(folder, "roles.csv", line)
    assert duties(folder, "CASH-01", at) == []
    later = "2027-03-16T09:00:00-04:00" if "03-16" in line else "2027-03-14T09:00:00-04:00"
    assert duties(folder, "CASH-01", later) == [("bea", True, "blocked")]


def test_who_keeps_the_books_and_may_release_by_delegation_could_join_both(folder: Path) -> None:
    (folder / "data" / "delegations.csv").write_text(
        DELEGATION.format(revoked=""), encoding="utf-8"
    )
    assert duties(folder, "CASH-02") == [("bea", False, "blocked")]
    assert means(folder, "CASH-02", "bea")["sign"] == ["delegation D-1 of tom"]


@pytest.mark.parametrize("at", ["2027-02-28T09:00:00-05:00", "2027-04-01T09:00:00-04:00"])
def test_a_delegation_counts_while_it_is_in_force(folder: Path, at: str) -> None:
    (folder / "data" / "delegations.csv").write_text(
        DELEGATION.format(revoked=""), encoding="utf-8"
    )
    assert duties(folder, "CASH-02", at) == []


def test_a_revoked_delegation_joins_nothing(folder: Path) -> None:
    (folder / "data" / "delegations.csv").write_text(
        DELEGATION.format(revoked="2027-03-10T12:00:00Z"), encoding="utf-8"
    )
    assert duties(folder, "CASH-02") == []


def test_a_mitigation_in_force_lets_through_and_is_named(folder: Path) -> None:
    add(folder, "roles.csv", "bookkeeper,tom,*,2020-01-01,,\n")
    assert duties(folder, "CASH-02") == [("tom", True, "mitigated")]
    done = run(folder)
    assert done.exit_code == 1
    assert "MIT-1" in done.stdout
    ended = "2027-07-01T09:00:00-04:00"
    assert duties(folder, "CASH-02", ended) == [("tom", True, "blocked")]


def test_who_could_do_both_on_one_document_is_told_as_stopped(folder: Path) -> None:
    assert duties(folder, "PAY-01") == [("ted", False, "blocked"), ("tom", False, "blocked")]
    assert means(folder, "PAY-01", "tom") == {
        "prepare": ["anybody submit"],
        "release": ["asked as treasurer"],
    }


def test_acting_in_a_position_brings_its_duties(folder: Path) -> None:
    (folder / "data" / "acting.csv").write_text(
        "position,by,from,to\ntom,bea,2027-03-01,2027-03-31\n", encoding="utf-8"
    )
    assert ("bea", False, "blocked") in duties(folder, "CASH-02")
    assert means(folder, "CASH-02", "bea")["sign"] == ["acting in the position of tom"]


def test_logins_are_those_of_one_person(folder: Path) -> None:
    add(folder, "roles.csv", "cashier,bea,*,2020-01-01,,\n")
    (folder / "data" / "logins.csv").write_text(
        "login,person,from,to\nbea.us,bea,,\nbooks.ext,bea,,\n", encoding="utf-8"
    )
    (found,) = [each for each in report(folder)["duties"] if each["conflict"] == "CASH-01"]
    assert found["logins"] == ["bea.us", "books.ext"]


def test_two_persons_with_one_bank_account_may_be_one(folder: Path) -> None:
    add(folder, "people.csv", "bob,Bob Books,US01,tom,clerk,,444-4,\n")
    assert report(folder)["alike"] == [{"persons": ["bob", "kim"], "by": "bank_account"}]
    assert run(folder).exit_code == 1


def test_what_nobody_can_approve_is_told(folder: Path) -> None:
    roles = folder / "data" / "roles.csv"
    text = roles.read_text(encoding="utf-8")
    for person in ("tom", "ted"):
        held = f"treasurer,{person},*,2020-01-01,"
        text = text.replace(held, f"{held}2026-12-31")
    roles.write_text(text, encoding="utf-8")
    codes = {each["code"] for each in report(folder)["nobody"]}
    assert codes & {"nobody-holds", "unapprovable"}
    assert run(folder).exit_code == 1


def test_acme_is_clean_and_says_so() -> None:
    done = CliRunner().invoke(app, ["sod", str(POLICIES / "acme"), "--at", AT])
    assert done.exit_code == 0
    assert "Holds conflicting duties: 0 cases" in done.stdout


def test_the_moment_is_one(folder: Path) -> None:
    assert run(folder, at="submitted").exit_code == 2
