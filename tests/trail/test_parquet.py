"""The log and the cases as Parquet: typed, exact to the last digit, never held as a whole (F5)."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from adapters.store.trail import every_record
from api.cli import app
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from api.usecases.trail.ocel.as_parquet import NotExact
from api.usecases.trail.ocel.writing import Format
from tests.casework.documents import NOW, PORTAL, by, order
from tests.trail.test_checkpoints import KEYS
from tests.trail.test_ocel import fill, written

AMOUNTS = ("0.01", "8000.10", "99999999999999.99", "-12.30")


@pytest.fixture(scope="module")
def filled(resources: Resources) -> Resources:
    """Orders with amounts that no binary fraction is, and ids that a careless reader breaks at."""
    fill(resources)
    for n, amount in enumerate(AMOUNTS):
        raw = {**order(id=f'PO "{n}", \u20ac'), "lines": [{"number": 1, "net": amount}]}
        raw.pop("amount")
        done = submit(resources, raw, "portal", PORTAL, NOW + timedelta(microseconds=n))
        assert isinstance(done, Submitted)
    return resources


def test_events_are_those_of_the_table_with_their_types(filled: Resources, tmp_path: Path) -> None:
    table = written(filled, Format.CSV, tmp_path / "log.csv").read_text()
    rows = [*csv.DictReader(io.StringIO(table))]
    found = pl.read_parquet(written(filled, Format.PARQUET, tmp_path / "log.parquet"))
    assert found.schema["position"] == found.schema["version"] == pl.Int64
    assert found.schema["time"] == pl.Datetime("us", "UTC")
    assert found.columns == [*rows[0]]
    for row, cells in zip(found.iter_rows(named=True), rows, strict=True):
        assert str(row["position"]) == cells["position"]
        assert row["time"] == datetime.fromisoformat(cells["time"])
        for name in ("case", "activity", "person", "status"):
            assert (row[name] or "") == cells[name]


def test_amounts_of_cases_are_exact(filled: Resources, tmp_path: Path) -> None:
    found = pl.read_parquet(written(filled, Format.PARQUET_CASES, tmp_path / "cases.parquet"))
    assert found.schema["amount"] == pl.Decimal(38, 4)
    amounts = found["amount"].to_list()[-len(AMOUNTS) :]
    assert amounts == [Decimal(amount) for amount in AMOUNTS]
    assert found["document_id"].to_list()[-1] == 'PO "3", \u20ac'
    assert found["received_at"].to_list()[-1] == NOW + timedelta(microseconds=3)


def test_cases_are_the_population_of_an_export(filled: Resources, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    export(filled, KEYS, "acme", Selection(entity="US01"), path, by("audrey"), NOW)
    with zipfile.ZipFile(path) as archive:
        rows = [*csv.DictReader(io.StringIO(archive.read("population.csv").decode()))]
    found = pl.read_parquet(written(filled, Format.PARQUET_CASES, tmp_path / "cases.parquet"))
    assert found["case"].to_list() == [row["case"] for row in rows]
    assert found["amount"].to_list() == [Decimal(row["amount"]) for row in rows]


def test_an_amount_that_would_be_cut_refuses_the_file(resources: Resources, tmp_path: Path) -> None:
    """No document comes in with such an amount; somebody put it into the store."""
    path = tmp_path / "cases.parquet"
    with resources.store.reading() as connection:
        before = len([*every_record(connection)])
    change = "update cases set document = replace(document, :one, :other)"
    with resources.store.transaction() as connection:
        connection.execute(text(change), {"one": '"net":"0.01"', "other": '"net":"0.00015"'})
    try:
        with pytest.raises(NotExact, match=r"`0\.00015` does not fit"):
            written(resources, Format.PARQUET_CASES, path)
    finally:
        with resources.store.transaction() as connection:
            connection.execute(text(change), {"one": '"net":"0.00015"', "other": '"net":"0.01"'})
    assert [*tmp_path.iterdir()] == []
    with resources.store.reading() as connection:
        assert len([*every_record(connection)]) == before


def test_that_it_was_written_is_on_record(filled: Resources, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    url = filled.store.engine.url.render_as_string(hide_password=False)
    words = ["trail", "log", "--file", str(path), "--format", "parquet", "--by", "audrey"]
    assert CliRunner().invoke(app, [*words, "--database", url]).exit_code == 0
    with filled.store.reading() as connection:
        *_, last = every_record(connection)
    body = json.loads(last.body)
    assert (body["kind"], body["selection"]["format"]) == ("exported", "parquet")
    assert [each.name for each in tmp_path.iterdir()] == ["log.parquet"]


WRITING = """
import sys, threading, time
from pathlib import Path
from api.usecases.trail.ocel.as_parquet import _write
count, path, most = int(sys.argv[1]), Path(sys.argv[2]), [0]
def watch():
    while True:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                most[0] = max(most[0], int(line.split()[1]))
        time.sleep(0.005)
threading.Thread(target=watch, daemon=True).start()
rows = ({"position": n, "case": f"C-{n:09d}" + "x" * 200} for n in range(count))
_write(rows, ("position", "case"), path)
print(most[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at what Linux says of the process")
def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    """Pages of the file that is read are given back by the system when it needs them."""

    def most(count: int) -> int:
        path = tmp_path / f"{count}.parquet"
        command = [sys.executable, "-c", WRITING, str(count), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert pl.scan_parquet(path).select(pl.len()).collect().item() == count
        return int(done.stdout)

    assert most(300_000) < most(100_000) + 40_000  # kB; the rows themselves are 60,000 kB
