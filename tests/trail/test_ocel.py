"""The trail as an object-centric log: everything of it is there, and other tools read it (F5)."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from adapters.sources.event_logs import Columns, read_log
from adapters.store.trail import every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.trail.ocel.as_csv import unread
from api.usecases.trail.ocel.writing import Format, write_log
from engine.conformance.traces import Trace
from tests.casework.documents import NOW, PORTAL, by, order

LATER = NOW + timedelta(hours=3)


@pytest.fixture(scope="module")
def filled(resources: Resources) -> Resources:
    """Six orders, half of them approved; one that bills an order of a name like a formula."""
    fill(resources)
    return resources


def fill(resources: Resources) -> None:
    """The same, on any store."""
    for n in range(6):
        more = {"purchase_order": '=HYPERLINK("x")'} if n == 5 else {}
        done = submit(resources, order(id=f"PO-{n}", **more), "portal", PORTAL, NOW)
        assert isinstance(done, Submitted)
        person = "mia" if n % 2 else "dan"
        action = Action(kind=Kind.APPROVE, by=person, version=1)
        act(resources, done.case.id, action, by(person), NOW + timedelta(hours=1))


def written(resources: Resources, format: Format, path: Path) -> Path:
    write_log(resources.store, format, path, by("audrey"), LATER)
    return path


def bodies(resources: Resources) -> list[dict[str, Any]]:
    with resources.store.reading() as connection:
        return [json.loads(record.body) for record in every_record(connection)]


def test_each_record_is_an_event_and_nothing_dangles(filled: Resources, tmp_path: Path) -> None:
    count = len(bodies(filled))
    log = json.loads(written(filled, Format.OCEL_JSON, tmp_path / "log.json").read_bytes())
    assert [event["id"] for event in log["events"]] == [f"r{n + 1}" for n in range(count)]
    objects = {each["id"]: each["type"] for each in log["objects"]}
    assert len(objects) == len(log["objects"])
    links = [
        link["objectId"]
        for each in log["events"] + log["objects"]
        for link in each["relationships"]
    ]
    assert set(links) <= set(objects)
    used = {link["objectId"] for each in log["events"] for link in each["relationships"]}
    assert used == set(objects)
    assert {each["type"] for each in log["events"]} == {t["name"] for t in log["eventTypes"]}
    assert set(objects.values()) <= {t["name"] for t in log["objectTypes"]}
    assert Counter(objects.values())["case"] == 6


def test_attributes_are_declared_with_their_types(filled: Resources, tmp_path: Path) -> None:
    log = json.loads(written(filled, Format.OCEL_JSON, tmp_path / "log.json").read_bytes())
    for kind, things in (("eventTypes", "events"), ("objectTypes", "objects")):
        declared = {t["name"]: {a["name"]: a["type"] for a in t["attributes"]} for t in log[kind]}
        for each in log[things]:
            for attribute in each["attributes"]:
                wanted = declared[each["type"]][attribute["name"]]
                assert isinstance(attribute["value"], int if wanted == "integer" else str)


def test_the_database_says_what_the_json_says(filled: Resources, tmp_path: Path) -> None:
    written(filled, Format.CSV, tmp_path / "log.csv")  # so that one is on record already
    path = written(filled, Format.OCEL_SQLITE, tmp_path / "log.sqlite")
    log = json.loads(written(filled, Format.OCEL_JSON, tmp_path / "log.json").read_bytes())
    events = log["events"][:-1]  # the last says that the database was written
    with sqlite3.connect(path) as database:
        assert dict(database.execute("select ocel_id, ocel_type from event")) == {
            e["id"]: e["type"] for e in events
        }
        assert dict(database.execute("select ocel_id, ocel_type from object")) == {
            o["id"]: o["type"] for o in log["objects"]
        }
        stated = set(database.execute("select * from event_object"))
        assert stated == {
            (e["id"], link["objectId"], link["qualifier"])
            for e in events
            for link in e["relationships"]
        }
        [[status]] = database.execute(
            "select status from object_case where ocel_id = 'case:C-000001'"
            " and ocel_changed_field = 'status'"
        )
        assert status == "pending"
    database.close()


def test_no_amount_of_a_line_no_account_and_no_comment_is_in_a_log(
    filled: Resources, tmp_path: Path
) -> None:
    for format in Format:
        data = written(filled, format, tmp_path / f"log.{format}").read_bytes()
        assert b"lines" not in data
        assert b"committed" not in data


def test_rows_are_read_by_our_own_conformance(filled: Resources, tmp_path: Path) -> None:
    path = written(filled, Format.CSV, tmp_path / "log.csv")
    columns = Columns(case="case", activity="activity", at="time", person="person", role="")
    traces = [trace for trace in read_log(path, columns) if isinstance(trace, Trace)]
    approved = [t.id for t in traces if any(e.activity == "approve" for e in t.events)]
    expected = {
        body["case"]
        for body in bodies(filled)
        if body.get("action") == "approve" and body["kind"] == "action"
    }
    assert set(approved) == expected
    assert len(expected) == 3


def test_a_spreadsheet_takes_no_cell_for_a_formula(filled: Resources, tmp_path: Path) -> None:
    for cell in ("=1+1", "+1", "-1", "@x", "\tx"):
        assert unread(cell) == f"'{cell}"
    assert unread("PO-1") == "PO-1"
    text = written(filled, Format.CSV, tmp_path / "log.csv").read_text()
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_a_spreadsheet_has_the_rows_of_the_table_and_no_formula(
    filled: Resources, tmp_path: Path
) -> None:
    path = written(filled, Format.XLSX, tmp_path / "log.xlsx")
    sheet = load_workbook(path).active
    assert sheet is not None
    text = written(filled, Format.CSV, tmp_path / "log.csv").read_text()
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert rows == [*csv.reader(io.StringIO(text))]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_a_log_is_on_record_and_one_that_cannot_be_written_is_not(
    filled: Resources, tmp_path: Path
) -> None:
    before = len(bodies(filled))
    with pytest.raises(OSError, match="No such file"):
        written(filled, Format.OCEL_SQLITE, tmp_path / "no" / "log")
    assert len(bodies(filled)) == before
    written(filled, Format.CSV, tmp_path / "log.csv")
    *_, last = bodies(filled)
    assert (last["kind"], last["selection"]) == ("exported", {"by": "events", "format": "csv"})
    assert list(tmp_path.glob("*.part")) == []
