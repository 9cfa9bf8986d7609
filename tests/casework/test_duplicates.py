"""Duplicates among cases: of two that claim the same one posts, whichever way they come in.

Shows (A4, B5).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.store import beside
from adapters.store.cases import Case
from adapters.store.opening import open_store
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.asking_again import ask_again
from api.usecases.casework.checking import check_trail
from api.usecases.casework.releasing import release
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.submission import Submission, Submitted
from api.usecases.casework.submitting import submit, submit_all
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by
from tests.casework.test_concurrency import at_once
from tests.databases import BOTH, migrated

CHECK = b"""kind: readiness
title: Is it claimed once?
owner: group_controller
documents: [invoice, expense_report]
checks:
  - duplicate:
      same: [supplier_group, number_similar]
      in: 24 months
      released_by: group_controller
"""
LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=BOTH)
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Resources, Resources]]:
    with migrated(request.param, tmp_path) as url:
        targets = {(entity, "invoice"): "erp" for entity in ("US01", "DE01")}
        made = tuple(Resources(open_store(url), Loaded(), targets=targets) for _ in range(2))
        files = {**read_set(ACME), "readiness/duplicates.yaml": CHECK}
        bootstrap(made[0], files, data_files(), ADMIN, "installation", START)
        yield made[0], made[1]
        for node in made:
            node.store.close()


@pytest.fixture
def node(nodes: tuple[Resources, Resources]) -> Resources:
    return nodes[0]


def invoice(id: str = "A", number: str = "INV-4711", **fields: object) -> dict[str, object]:
    return {
        "type": "invoice",
        "id": id,
        "number": number,
        "entity": "US01",
        "requester": "rita",
        "supplier": "S-1",
        "currency": "USD",
        "amount": "500.00",
        "cost_center": "cc100",
        "document_date": "2027-03-10",
        **fields,
    }


def sent(node: Resources, raw: object, at: datetime = NOW, source: str = "portal") -> Case:
    done = submit(node, raw, source, PORTAL, at)
    assert isinstance(done, Submitted), done
    return done.case


def acted(node: Resources, case: Case, kind: Kind, person: str, at: datetime = LATER) -> Case:
    body = "no" if kind is Kind.REJECT else ""
    done = act(node, case.id, Action(kind, person, case.version, body=body), by(person), at)
    assert done is not None
    assert done.code == "", done.code
    return done.case


def found(case: Case) -> list[tuple[str, str]]:
    """Codes of the findings, with the case that each names."""
    findings = json.loads(case.findings_json)
    return [(each["code"], each["words"].get("case", "")) for each in findings]


def same_as(case: Case) -> list[tuple[str, str]]:
    return [("duplicate_document", case.number)]


# The ways around


@pytest.mark.parametrize(
    "changed",
    [
        {"number": "inv 04711"},
        {"number": "4711"},
        {"number": "INV-47I1"},
        {"number": "INV-4711A", "amount": "250.00"},  # split in two
        {"entity": "DE01", "cost_center": "cc300"},
        {"supplier": "S-2"},  # another supplier of the group
        {"currency": "EUR"},
        {"document_date": "2024-01-02"},  # put back out of the window
        {"amount": "595.00"},
        {"type": "expense_report", "lines": [{"net": "500.00"}], "amount": None},
    ],
)
def test_an_invoice_that_is_sent_again_is_found_whatever_is_changed(
    node: Resources, changed: dict[str, object]
) -> None:
    first = sent(node, invoice())
    assert found(first) == []
    raw = {name: value for name, value in invoice("B", **changed).items() if value is not None}
    second = sent(node, raw, LATER)
    assert ("duplicate_document", first.number) in found(second)


def test_one_id_from_two_systems_is_two_documents(node: Resources) -> None:
    first = sent(node, invoice("A"))
    assert found(sent(node, invoice("A"), source="scanner")) == same_as(first)


def test_a_supplier_that_joins_a_group_is_compared_with_it_from_then_on(node: Resources) -> None:
    first = sent(node, invoice("A", supplier="S-44"))
    files = data_files()
    alone, joined = b"Northwind Controls,,", b"Northwind Controls,G-1,"
    files["suppliers.csv"] = files["suppliers.csv"].replace(alone, joined)
    load_master_data(node, files, ADMIN, "bought by Globex", LATER)
    assert found(sent(node, invoice("B"), LATER)) == same_as(first)


def test_a_credit_note_between_changes_nothing(node: Resources) -> None:
    first = sent(node, invoice("A"))
    credit = invoice("C", "CN-1", type="credit_note", amount="-500.00", corrects="INV-4711")
    assert found(sent(node, credit)) == []
    assert found(sent(node, invoice("B"), LATER)) == same_as(first)


def test_another_number_another_supplier_and_the_same_document_are_none(node: Resources) -> None:
    first = sent(node, invoice("A"))
    assert found(sent(node, invoice("B", "INV-4712"))) == []
    assert found(sent(node, invoice("C", supplier="S-44"))) == []
    again = sent(node, invoice("A"))
    assert (again.id, again.version) == (first.id, 1)
    changed = sent(node, invoice("A", amount="501.00"), LATER)
    assert (changed.version, found(changed)) == (2, [])


def test_without_a_number_nobody_can_tell(node: Resources) -> None:
    assert found(sent(node, invoice("A", ""))) == [("duplicate_cannot_be_told", "")]


# What came to nothing, and what was corrected


@pytest.mark.parametrize(("kind", "who"), [(Kind.REJECT, "mia"), (Kind.WITHDRAW, "rita")])
def test_what_came_to_nothing_is_no_duplicate(node: Resources, kind: Kind, who: str) -> None:
    first = sent(node, invoice("A"))
    second = sent(node, invoice("B"), LATER)
    assert found(second) == same_as(first)
    acted(node, first, kind, who)
    assert found(sent(node, invoice("C"), LATER)) == same_as(second)
    approved = acted(node, second, Kind.APPROVE, "mia")
    assert (approved.status, found(approved)) == (Status.POSTING, [])


def test_an_invoice_whose_number_was_corrected_is_no_duplicate(node: Resources) -> None:
    first = sent(node, invoice("A"))
    sent(node, invoice("A", "INV-5000"), LATER)
    second = sent(node, invoice("B"), LATER)
    assert found(second) == []
    assert found(sent(node, invoice("C", "5000"), LATER)) == same_as(first)


def test_what_waits_for_the_other_posts_when_that_comes_to_nothing(node: Resources) -> None:
    first = sent(node, invoice("A"))
    second = sent(node, invoice("B"), LATER)
    waiting = acted(node, second, Kind.APPROVE, "mia")
    assert (waiting.status, found(waiting)) == (Status.APPROVED, same_as(first))
    acted(node, first, Kind.REJECT, "mia")
    assert ask_again(node, second.id, LATER)
    assert check_trail(node.store).problems == []
    done = submit(node, invoice("B"), "portal", PORTAL, LATER)
    assert isinstance(done, Submitted)
    assert (done.case.status, found(done.case)) == (Status.POSTING, [])


# Which of the two


def test_the_first_one_posts_and_the_second_waits_in_whatever_order_they_are_approved(
    node: Resources,
) -> None:
    first, second = sent(node, invoice("A")), sent(node, invoice("B"), LATER)
    assert acted(node, second, Kind.APPROVE, "mia").status is Status.APPROVED
    assert acted(node, first, Kind.APPROVE, "mia").status is Status.POSTING


def test_the_first_one_waits_where_the_second_is_in_the_books(node: Resources) -> None:
    """A clock that is behind makes a document the earlier one after the other was posted."""
    second = sent(node, invoice("B"))
    assert acted(node, second, Kind.APPROVE, "mia").status is Status.POSTING
    first = sent(node, invoice("A"), NOW - timedelta(minutes=3))
    assert found(first) == same_as(second)


def test_of_two_that_arrive_together_the_second_sees_the_first(node: Resources) -> None:
    both = [Submission(invoice(id), "portal", PORTAL, NOW) for id in ("A", "B")]
    first, second = (each.case for each in submit_all(node, both) if isinstance(each, Submitted))
    assert (found(first), found(second)) == ([], same_as(first))


def test_of_two_on_two_nodes_at_one_moment_exactly_one_posts(
    nodes: tuple[Resources, Resources],
) -> None:
    for n in range(6):
        raws = [invoice(f"A-{n}", f"INV-9{n}"), invoice(f"B-{n}", f"9{n}")]
        cases = at_once(*(partial(sent, node, raw) for node, raw in zip(nodes, raws, strict=True)))
        done = at_once(
            *(
                partial(acted, node, case, Kind.APPROVE, "mia")
                for node, case in zip(nodes, cases, strict=True)
            )
        )
        assert sorted(case.status for case in done) == [Status.APPROVED, Status.POSTING]
        waiting = next(case for case in done if case.status is Status.APPROVED)
        posting = next(case for case in done if case.status is Status.POSTING)
        assert (found(waiting), found(posting)) == (same_as(posting), [])


# Releases


def test_a_duplicate_posts_once_somebody_says_why_both_are_due(node: Resources) -> None:
    first, second = sent(node, invoice("A")), sent(node, invoice("B"), LATER)
    waiting = acted(node, second, Kind.APPROVE, "mia")
    (finding,) = json.loads(waiting.findings_json)
    because = "two deliveries under one number, both received"
    for person in ("mia", "rita"):
        refused = release(node, second.id, finding["id"], because, by(person), LATER)
        assert refused is not None
        assert refused.code == "release_not_accepted"
    done = release(node, second.id, finding["id"], because, by("gina"), LATER)
    assert done is not None
    assert (done.code, done.case.status) == ("", Status.POSTING)
    # Now the second is in the books, and the first has to be let through as well.
    approved = acted(node, first, Kind.APPROVE, "mia")
    assert (approved.status, found(approved)) == (Status.APPROVED, same_as(second))


def test_a_release_is_not_for_a_duplicate_that_comes_later(node: Resources) -> None:
    sent(node, invoice("A"))
    second = sent(node, invoice("B"), LATER)
    (finding,) = json.loads(second.findings_json)
    done = release(node, second.id, finding["id"], "both due", by("gina"), LATER)
    assert done is not None
    assert done.code == ""
    third = sent(node, invoice("C"), LATER)
    assert len(found(third)) == 2
    assert acted(node, third, Kind.APPROVE, "mia").status is Status.APPROVED


# Bounds


def test_more_than_can_be_looked_at_is_a_finding_and_not_silence(
    node: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "MOST_BESIDE", 2)
    for n in range(3):
        sent(node, invoice(f"A{n}"))
    assert found(sent(node, invoice("B"), LATER)) == [("surroundings_incomplete", "")]


def test_keys_show_neither_number_nor_supplier(node: Resources) -> None:
    sent(node, invoice("A", "SECRET-1"))
    with node.store.reading() as connection:
        keys = connection.exec_driver_sql(
            "select key from document_keys where key like 'twin:%'"
            if connection.dialect.name == "sqlite"
            else "select key from document_keys where key like 'twin:%%'"
        )
        found = [key for (key,) in keys]
    assert found
    assert not any("secret" in key.lower() or "S-1" in key for key in found)
