"""Whatever is changed behind the trail's back is found, at its place (F5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from adapters.store.opening import Store
from adapters.store.trail import Entry, append, digest_of
from api.usecases.casework.checking import TrailReport, check_trail
from api.usecases.casework.resources import Resources
from engine.canonical import canonical_bytes
from tests.casework.deliveries import Delivery, enqueued, made
from tests.casework.documents import NOW

pytestmark = pytest.mark.tampers

# Positions: 1 bootstrap, 2 submission, 3 action, 4 posting_enqueued, 5 second_opinion, 6 posted of
# C-000001, 7 to 9 the same of C-000002, which is not posted.


@pytest.fixture
def on(resources: Resources, tmp_path: Path) -> Delivery:
    """A case that is posted, and one that is being posted."""
    found = made(resources, tmp_path)
    enqueued(resources, "PO-1", "900.00")
    found.one()
    enqueued(resources, "PO-2", "900.00")
    assert check_trail(resources.store).is_intact
    return found


def behind(store: Store, change: Callable[[Connection], None]) -> TrailReport:
    """The report after somebody with all rights on the database changed something."""
    with store.transaction() as connection:
        if store.is_sqlite:
            for each in ("update", "delete"):
                connection.execute(text(f"drop trigger trail_no_{each}"))
        else:
            connection.execute(text("alter table trail disable trigger all"))
        change(connection)
    return check_trail(store)


def sql(statement: str, **values: object) -> Callable[[Connection], None]:
    """A change that is one statement or several."""

    def change(connection: Connection) -> None:
        for each in statement.split(";"):
            connection.execute(text(each), values)

    return change


def found(report: TrailReport) -> set[tuple[str, int | None, str]]:
    return {(each.code, each.position, each.case) for each in report.problems}


def edited(position: int, *, digest: bool, **fields: Any) -> Callable[[Connection], None]:
    """Another body, and on request the digest that fits it."""

    def change(connection: Connection) -> None:
        row = connection.execute(
            text("select body, digest from trail where position = :p"), {"p": position}
        ).one()
        body = canonical_bytes({**json.loads(bytes(row.body)), **fields})
        name = digest_of(body) if digest else row.digest
        connection.execute(
            text("update trail set body = :body, digest = :name where position = :p"),
            {"body": body, "name": name, "p": position},
        )

    return change


def test_a_whole_trail_is_counted_and_progress_is_told(on: Delivery) -> None:
    told: list[tuple[int, int]] = []
    report = check_trail(on.resources.store, lambda done, total: told.append((done, total)))
    assert (report.record_count, report.case_count, report.problems) == (9, 2, [])
    assert told[-1] == (11, 11)


def test_an_edited_body_is_found(on: Delivery) -> None:
    report = behind(on.resources.store, edited(3, digest=False, comment="later"))
    assert found(report) == {("digest_differs", 3, "C-000001")}


def test_an_edited_body_with_a_digest_that_fits_is_found_where_it_says_something_else(
    on: Delivery,
) -> None:
    report = behind(on.resources.store, edited(6, digest=True, number="ERP-99999"))
    assert found(report) == {("receipt_differs", 6, "C-000001")}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "note"}, "column_differs"),
        ({"at": "2027-03-15T13:00:01Z"}, "column_differs"),
        ({"case": "C-000002"}, "column_differs"),
        ({"status": "posted"}, "order_differs"),
        ({"version": 7}, "order_differs"),
    ],
)
def test_each_field_that_is_also_elsewhere_is_compared(
    on: Delivery, fields: dict[str, object], code: str
) -> None:
    report = behind(on.resources.store, edited(3, digest=True, **fields))
    assert code in {each.code for each in report.problems}
    assert 3 in {each.position for each in report.problems}


@pytest.mark.parametrize(
    "body",
    [
        b'{"at": "x"}',
        b'{"b":1,"a":2}',
        b'{"a":1.5}',
        b'{"a":1,"a":1}',
        b"[]",
        b"null",
        b"\xff",
        b"",
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_not_canonical_is_found(on: Delivery, body: bytes) -> None:
    change = sql(
        "update trail set body = :body, digest = :name where position = 1",
        body=body,
        name=digest_of(body),
    )
    assert found(behind(on.resources.store, change)) == {("not_canonical", 1, "")}


def test_a_deleted_record_leaves_a_gap(on: Delivery) -> None:
    report = behind(on.resources.store, sql("delete from trail where position = 3"))
    assert ("gap", 4, "") in found(report)


def test_a_record_that_is_missing_at_the_end_is_found(on: Delivery) -> None:
    report = behind(on.resources.store, sql("delete from trail where position = 9"))
    assert ("end_differs", 9, "") in found(report)


def test_a_shortened_trail_with_its_end_mark_moved_is_found_by_the_case(on: Delivery) -> None:
    change = sql("delete from trail where position = 9; update trail_end set position = 8")
    report = behind(on.resources.store, change)
    assert found(report) == {("case_differs", 8, "C-000002")}


def test_a_trail_that_was_emptied_is_found(on: Delivery) -> None:
    report = behind(on.resources.store, sql("delete from trail; update trail_end set position = 0"))
    assert {code for code, _, _ in found(report)} == {"not_recorded"}


def test_records_of_a_case_that_change_places_are_found(on: Delivery) -> None:
    change = sql(
        "update trail set position = -2 where position = 2;"
        "update trail set position = 2 where position = 3;"
        "update trail set position = 3 where position = -2"
    )
    report = behind(on.resources.store, change)
    assert ("order_differs", 2, "C-000001") in found(report)


def test_a_record_that_is_counted_to_another_case_is_found(on: Delivery) -> None:
    report = behind(on.resources.store, sql("update trail set case_id = 2 where position = 5"))
    assert ("column_differs", 5, "C-000002") in found(report)


@pytest.mark.parametrize(
    "change",
    [
        "update cases set status = 'rejected' where id = 2",
        "update cases set version = 2 where id = 2",
        "update cases set document_digest = 'sha256:00' where id = 2",
        "update cases set decision_digest = 'sha256:00' where id = 2",
        "update cases set decision = replace(decision, 'route', 'straight_through') where id = 2",
        "update cases set decision = '[]' where id = 2",
        "update cases set decision = '{' where id = 2",
    ],
)
def test_a_case_that_was_changed_behind_the_trail_is_found(on: Delivery, change: str) -> None:
    report = behind(on.resources.store, sql(change))
    assert ("case_differs", 9, "C-000002") in found(report)


def test_a_posted_case_without_a_receipt_is_found(on: Delivery) -> None:
    report = behind(on.resources.store, sql("delete from receipts"))
    assert found(report) == {
        ("receipt_differs", None, "C-000001"),
        ("receipt_differs", 6, "C-000001"),
    }


@pytest.mark.parametrize("column", ["number", "erp_id", "connection", "key"])
def test_a_receipt_that_says_something_else_is_found(on: Delivery, column: str) -> None:
    change = sql(f"update receipts set {column} = 'other'")  # noqa: S608
    report = behind(on.resources.store, change)
    assert found(report) == {("receipt_differs", 6, "C-000001")}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"opinion": "agreement"}, "opinion_untrue"),
        ({"code": ""}, "opinion_untrue"),
        ({"key": "C-000001/2"}, "opinion_missing"),
        ({"code": "", "opinion": "difference"}, "posted_against_opinion"),
        ({"violations": [{"control": "self approval"}]}, "posted_against_opinion"),
    ],
)
def test_a_second_opinion_that_says_something_else_is_found(
    on: Delivery, fields: dict[str, object], code: str
) -> None:
    report = behind(on.resources.store, edited(5, digest=True, **fields))
    assert code in {each.code for each in report.problems}


def test_a_posting_that_no_second_opinion_was_asked_about_is_found(on: Delivery) -> None:
    report = behind(on.resources.store, sql("delete from trail where position = 5"))
    assert ("opinion_missing", 6, "C-000001") in found(report)


def test_a_receipt_of_a_case_that_is_not_posted_is_found(on: Delivery) -> None:
    change = sql("insert into receipts select 'k', 2, 'n', 'i', connection, at from receipts")
    report = behind(on.resources.store, change)
    assert found(report) == {("receipt_differs", None, "C-000002")}


def test_a_posting_that_disappeared_from_the_outbox_is_found(on: Delivery) -> None:
    report = behind(on.resources.store, sql("delete from outbox where case_id = 2"))
    assert found(report) == {("posting_lost", None, "C-000002")}


def test_a_case_that_disappeared_is_found(on: Delivery) -> None:
    tables = (
        "acts",
        "tasks",
        "claims",
        "outbox",
        "contributions",
        "receipts",
        "past_acts",
        "subjects",
        "document_keys",
        "seeds",
    )
    changes = [f"delete from {table} where case_id = 2" for table in tables]  # noqa: S608
    change = sql("; ".join([*changes, "delete from cases where id = 2"]))
    report = behind(on.resources.store, change)
    assert found(report) == {("case_missing", 7, "C-000002")}


def test_records_that_are_written_while_it_is_checked_are_no_problem(on: Delivery) -> None:
    written: list[int] = []

    def meanwhile(done: int, total: int) -> None:
        if not written:
            written.append(done)
            enqueued(on.resources, "PO-3", "900.00")

    with on.resources.store.transaction() as connection:
        notes = [Entry("note", None, NOW + timedelta(hours=2), {"n": n}) for n in range(600)]
        append(connection, notes)
    report = check_trail(on.resources.store, meanwhile)
    assert (written, report.problems) == ([500], [])
    assert (report.record_count, report.case_count) == (609, 2)


def test_of_very_many_problems_the_first_are_listed_and_all_are_counted(on: Delivery) -> None:
    with on.resources.store.transaction() as connection:
        append(connection, [Entry("note", None, NOW, {"n": n}) for n in range(1500)])
    change = sql("update trail set digest = 'x' where position > 9")
    report = behind(on.resources.store, change)
    assert (report.problem_count, len(report.problems)) == (1500, 1000)
    assert not report.is_intact
