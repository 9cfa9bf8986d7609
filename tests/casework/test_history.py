"""History that is loaded counts as what it was, and nothing can be done with it (A4, B4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.opening import open_store
from adapters.store.outbox import put
from adapters.store.reviews import reviews_on
from adapters.store.trail import every_record, records_of
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.asking_again import ask_again
from api.usecases.casework.checking import check_trail
from api.usecases.casework.closing_reviews import Finding, Found, close
from api.usecases.casework.importing import HistoryRow, Imported, Load, NotImported, import_all
from api.usecases.casework.replaying import replay
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.submission import NotAccepted, Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import MOVES, Event, Status
from engine.importing import StatedAct
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.casework.test_concurrency import at_once
from tests.casework.test_cumulation import approved, submitted, total
from tests.casework.test_duplicates import CHECK
from tests.casework.test_segregation import CREATED, asked, installed, invoice
from tests.databases import BOTH, migrated, opened

PAST = datetime(2027, 2, 3, 10, 0, tzinfo=UTC)
LOAD = Load("old-erp", "sha256:1", START, ADMIN, NOW)


def row(
    amount: str = "5000.00", id: str = "OLD-1", at: datetime = PAST, *acts: StatedAct, **more: Any
) -> HistoryRow:
    raw = order(amount, id, **{"submitted_at": at.isoformat(), **more})
    return HistoryRow("row 2", raw, acts)


def imported(resources: Resources, *rows: HistoryRow, load: Load = LOAD) -> list[Case]:
    done = import_all(resources, rows, load)
    assert [each for each in done if isinstance(each, NotImported)] == []
    with resources.store.reading() as connection:
        names = [(load.source, str(each.raw["type"]), each.id) for each in rows]
        found = [cases.by_document(connection, name) for name in names]
    return [case for case in found if case is not None]


def refused(resources: Resources, *rows: HistoryRow, load: Load = LOAD) -> list[str]:
    done = import_all(resources, rows, load)
    return [each.code for each in done if isinstance(each, NotImported)]


def count_of_records(resources: Resources) -> int:
    with resources.store.reading() as connection:
        return sum(1 for _ in every_record(connection))


def test_history_counts_on_its_own_day_in_a_yearly_total(resources: Resources) -> None:
    imported(
        resources,
        row("60000.00", "OLD-1", datetime(2027, 1, 20, tzinfo=UTC)),
        row("34500.00", "OLD-2", datetime(2027, 2, 20, tzinfo=UTC)),
        row("90000.00", "OLD-3", datetime(2025, 2, 20, tzinfo=UTC)),  # a year that is over
    )
    case = submitted(resources, "5500.00", "PO-1")
    assert total(case, "supplier_year") == "10000000 USD"
    later = submitted(resources, "5500.01", "PO-2")
    assert total(later, "supplier_year") == "10550001 USD"
    assert total(later) == "1100001 USD"  # nothing of it within five business days


def test_what_was_loaded_counts_in_a_total_whatever_master_data_say_later(
    resources: Resources,
) -> None:
    imported(resources, row("60000.00"))
    files = data_files()
    files["suppliers.csv"] = files["suppliers.csv"].replace(b"S-1,Globex,G-1,", b"S-1,Globex,G-9,")
    load_master_data(resources, files, ADMIN, "moved", NOW)
    assert total(submitted(resources, "1.00", "PO-1"), "supplier_year") == "6000100 USD"
    other = submitted(resources, "1.00", "PO-2", supplier="S-2")
    assert total(other, "supplier_year") == "100 USD"


def test_the_same_load_again_changes_nothing(resources: Resources) -> None:
    acts = (StatedAct("approve", "mia", PAST),)
    rows = [row("10.00", "OLD-1", PAST, *acts), row("20.00", "OLD-2")]
    first = imported(resources, *rows)
    before = count_of_records(resources)
    again = import_all(resources, rows, LOAD)
    assert [each.is_new for each in again if isinstance(each, Imported)] == [False, False]
    assert count_of_records(resources) == before
    assert imported(resources, *rows) == first


@pytest.mark.parametrize(
    "changed",
    [
        row("10.01"),
        row("10.00", "OLD-1", PAST + timedelta(hours=1)),
        row("10.00", "OLD-1", PAST, StatedAct("approve", "mia", PAST)),
    ],
    ids=["amount", "moment", "acts"],
)
def test_other_content_under_a_name_that_is_taken_is_refused(
    resources: Resources, changed: HistoryRow
) -> None:
    [case] = imported(resources, row("10.00"))
    assert refused(resources, changed) == ["content_differs"]
    assert imported(resources, row("10.00")) == [case]


def test_a_document_that_is_a_case_here_cannot_be_made_history(resources: Resources) -> None:
    """Nobody loads as the past what he could not get approved."""
    case = submitted(resources, "8000.00", "PO-1", source="old-erp")
    assert refused(resources, row("8000.00", "PO-1")) == ["case_exists"]
    with resources.store.reading() as connection:
        assert cases.by_id(connection, case.id) == case


def test_bad_rows_lose_no_good_ones(resources: Resources) -> None:
    unsaid = order("10.00", "H")
    del unsaid["submitted_at"]
    rows = [
        row("10.00", "A"),
        row("10.001", "B"),
        row("10.00", "C", START),
        row("10.00", "D", entity="XX01"),
        row("10.00", "E", requester="nobody"),
        row("10.00", "F", PAST, StatedAct("approve", "mia", NOW)),
        row("10.00", "G", PAST, StatedAct("sign", "mia", PAST)),
        HistoryRow("row 9", unsaid),
        row("10.00", "A"),
        row("10.00", "J"),
    ]
    done = import_all(resources, rows, LOAD)
    assert [each.code for each in done if isinstance(each, NotImported)] == [
        "invalid_minor_unit",
        "not_history",
        "entity_unknown",
        "person_unknown",
        "not_history",
        "unknown_act",
        "moment_missing",
        "stated_twice",
    ]
    assert [each.row.id for each in done if isinstance(each, Imported)] == ["A", "J"]
    with resources.store.reading() as connection:
        assert len(cases.several(connection)) == 2


def test_a_trial_keeps_nothing_and_tells_what_would_be_kept(resources: Resources) -> None:
    imported(resources, row("10.00", "A"))
    before = count_of_records(resources)
    rows = [row("10.00", "A"), row("10.01", "B"), row("11.00", "A")]
    tried = import_all(resources, rows[:2], LOAD, is_kept=False)
    assert [each.is_new for each in tried if isinstance(each, Imported)] == [False, True]
    [told] = import_all(resources, rows[2:], LOAD, is_kept=False)
    assert isinstance(told, NotImported)
    assert told.code == "content_differs"
    assert count_of_records(resources) == before


def test_nothing_leads_to_history_but_a_load_and_nothing_but_an_erasure_away_from_it() -> None:
    assert Status.IMPORTED not in MOVES.values()
    assert [event for status, event in MOVES if status is Status.IMPORTED] == [Event.ERASE]


def test_nothing_can_be_done_with_history(resources: Resources) -> None:
    [case] = imported(resources, row("10.00", "OLD-1", PAST, StatedAct("approve", "mia", PAST)))
    for kind in Kind:
        for person in ("rita", "mia", "dan"):
            done = act(resources, case.id, Action(kind, person, case.version), by(person), NOW)
            assert done is not None
            assert done.code, (kind, person)
    assert not ask_again(resources, case.id, NOW + timedelta(days=1))
    replay(resources, case.id, PORTAL, "again", NOW)
    changed = submit(resources, order("99.00", "OLD-1"), "old-erp", PORTAL, NOW)
    assert isinstance(changed, NotAccepted)
    assert changed.code == "not_open"
    same = submit(resources, row("10.00").raw, "old-erp", PORTAL, NOW)
    assert isinstance(same, Submitted)
    assert not same.is_new
    with resources.store.reading() as connection:
        assert cases.by_id(connection, case.id) == case
        assert cases.tasks_on(connection, case.id) == []
        kinds = {record.kind for record in records_of(connection, case.id)}
    assert kinds == {"imported", "refusal"}
    assert check_trail(resources.store).is_intact


@pytest.mark.parametrize("status", ["approved", "pending", "posting", "posted"])
def test_history_that_somebody_opens_in_the_database_is_found(
    resources: Resources, status: str
) -> None:
    [case] = imported(resources, row("10.00"))
    with resources.store.transaction() as connection:
        connection.execute(
            text("update cases set status = :status where id = :id"),
            {"status": status, "id": case.id},
        )
        if status == "posting":
            put(connection, case.id, "posting", f"{case.number}/1", "erp", NOW)
    report = check_trail(resources.store)
    assert {each.case for each in report.problems} == {case.number}


def test_a_case_that_somebody_makes_history_in_the_database_is_found(
    resources: Resources,
) -> None:
    case = submitted(resources, "8000.00", "PO-1")
    with resources.store.transaction() as connection:
        connection.execute(text("update cases set status = 'imported'"))
    report = check_trail(resources.store)
    assert {each.case for each in report.problems} == {case.number}


@pytest.fixture(params=BOTH)
def comparing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME with a check for duplicates."""
    with opened(request.param, tmp_path) as store:
        made = Resources(store, Loaded(), targets={("US01", "invoice"): "erp"})
        files = {**read_set(ACME), "readiness/duplicates.yaml": CHECK}
        bootstrap(made, files, data_files(), ADMIN, "installation", START)
        yield made


def bill(id: str, number: str, **more: Any) -> dict[str, Any]:
    return {
        **order("500.00", id, type="invoice"),
        "number": number,
        "document_date": "2027-02-01",
        **more,
    }


def test_the_same_invoice_again_is_a_duplicate_of_the_loaded_one(comparing: Resources) -> None:
    old = bill("OLD-1", "INV-4711", submitted_at=PAST.isoformat())
    [history] = imported(comparing, HistoryRow("row 2", old))
    done = submit(comparing, bill("NEW-1", "inv 04711"), "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    [found] = [each for each in json.loads(done.case.findings_json) if "duplicate" in each["code"]]
    assert history.number in json.dumps(found) or "OLD-1" in json.dumps(found)
    ready = approved(comparing, done.case, "mia")
    assert ready.status is Status.APPROVED  # and not on its way to the ERP
    other = submit(comparing, bill("NEW-2", "INV-9"), "portal", PORTAL, NOW)
    assert isinstance(other, Submitted)
    assert "duplicate" not in other.case.findings_json


@pytest.fixture(params=BOTH)
def segregated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    with opened(request.param, tmp_path) as store:
        yield installed(store)


@pytest.mark.parametrize(
    ("day", "is_asked"),
    [
        (datetime(2027, 5, 1, 15, tzinfo=UTC), False),  # day 89
        (datetime(2027, 5, 3, 3, 59, tzinfo=UTC), False),  # day 90, a minute to midnight
        (datetime(2027, 5, 3, 4, 0, tzinfo=UTC), True),  # day 91 begins in New York
    ],
)
@pytest.mark.parametrize("word", ["submit", "approve"])
def test_scenario_24_with_history_who_created_the_supplier_elsewhere_does_not_approve_its_invoices(
    segregated: Resources, day: datetime, is_asked: bool, word: str
) -> None:
    raw: dict[str, Any] = {
        **{"type": "supplier_request", "id": "SR-OLD", "entity": "US01", "requester": "rita"},
        **{"supplier": "S-88", "currency": "USD", "submitted_at": CREATED.isoformat()},
    }
    acts = (StatedAct("approve", "paul", CREATED),) if word == "approve" else ()
    if word == "submit":
        raw["submitter"] = "paul"
    imported(segregated, HistoryRow("row 2", raw, acts))
    case = invoice(segregated, day)
    assert ("paul" in asked(segregated, case)) is is_asked
    if not is_asked:
        found = json.loads(case.decision_json)
        assert "supplier_request SR-OLD" in json.dumps(found["passed_over"])


def test_an_act_of_a_name_that_nobody_has_is_told_and_kept(segregated: Resources) -> None:
    acts = (StatedAct("approve", "somebody.who.left", PAST),)
    [done] = import_all(segregated, [row("10.00", "OLD-1", PAST, *acts)], LOAD)
    assert isinstance(done, Imported)
    assert done.nobody == {"somebody.who.left"}


@pytest.mark.parametrize("kind", BOTH)
def test_two_loads_of_one_file_at_once_keep_each_document_once(kind: str, tmp_path: Path) -> None:
    with migrated(kind, tmp_path) as url:
        nodes = [Resources(open_store(url), Loaded()) for _ in range(2)]
        bootstrap(nodes[0], read_set(ACME), data_files(), ADMIN, "installation", START)
        rows = [row("10.00", f"OLD-{n}") for n in range(40)]
        one, two = at_once(
            partial(import_all, nodes[0], rows, LOAD),
            partial(import_all, nodes[1], rows[::-1], LOAD),
        )
        done = [each for each in (*one, *two) if isinstance(each, Imported)]
        assert len(done) == 80
        assert sum(each.is_new for each in done) == 40
        assert total(submitted(nodes[0], "1.00", "PO-1"), "supplier_year") == "40100 USD"
        for node in nodes:
            node.store.close()


def test_likely_splitting_across_go_live_opens_reviews_that_can_be_closed(
    resources: Resources,
) -> None:
    """The last days before go-live and the first after it are one window."""
    before = NOW - timedelta(hours=3)
    load = replace(LOAD, before=NOW)
    history = imported(
        resources, row("4000.00", "A", before), row("3800.00", "B", before), load=load
    )
    case = submitted(resources, "4100.00", "PO-1")
    assert total(case) == "1190000 USD"
    with resources.store.reading() as connection:
        opened = [review for each in history for review in reviews_on(connection, each.id)]
    assert [review.code for review in opened] == ["structuring_suspect"] * 2
    for each, review in zip(history, opened, strict=True):
        found = Found(review.code, Finding.CLEARED, "two needs", "dan")
        done = close(resources, each.id, found, by("dan"), NOW + timedelta(hours=1))
        assert done is not None
        assert done.code == ""
    assert check_trail(resources.store).is_intact
