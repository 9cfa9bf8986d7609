"""`countersign trail check`: what it says of a store, and with which exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from adapters.store.opening import open_store
from adapters.store.trail import Entry, append
from api.cli import app
from tests.databases import opened

NOW = datetime(2027, 3, 15, 13, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store with three records."""
    with opened("sqlite", tmp_path) as store, store.transaction() as connection:
        append(connection, [Entry("note", None, NOW, {"n": n}) for n in range(3)])
    return f"sqlite:///{tmp_path / 'countersign.db'}"


def checked(url: str, *more: str) -> Result:
    return CliRunner().invoke(app, ["trail", "check", "--database", url, *more])


def tamper(tmp_path: Path, change: str) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'countersign.db'}")
    with store.transaction() as connection:
        connection.execute(text("drop trigger trail_no_update"))
        connection.execute(text(change))
    store.close()


def test_a_whole_trail_is_said_to_be_whole(url: str) -> None:
    done = checked(url)
    assert done.exit_code == 0
    assert "3 records, 0 cases: the trail agrees with itself and with every case" in done.output


def test_what_is_wrong_is_listed_with_its_place_and_ends_with_one(url: str, tmp_path: Path) -> None:
    tamper(tmp_path, "update trail set kind = 'memo' where position = 2")
    done = checked(url)
    assert done.exit_code == 1
    said = "record 2: error[column_differs]: `kind` is `note` in the body, `memo` in its column"
    assert said in done.output
    assert "3 records, 0 cases: 1 problem" in done.output


def test_programs_get_json_and_the_same_exit_code(url: str, tmp_path: Path) -> None:
    assert json.loads(checked(url, "--json").output) == {
        "is_intact": True,
        "records": 3,
        "cases": 0,
        "problem_count": 0,
        "problems": [],
    }
    tamper(tmp_path, "update trail set digest = 'sha256:00' where position = 3")
    done = checked(url, "--json", "--out", str(tmp_path / "report.json"))
    assert done.exit_code == 1
    [problem] = json.loads((tmp_path / "report.json").read_text())["problems"]
    assert (problem["position"], problem["code"]) == (3, "digest_differs")


@pytest.mark.parametrize("address", ["sqlite:///no/such/folder/x.db", "nonsense"])
def test_a_store_that_is_not_there_is_said_in_one_line(address: str) -> None:
    done = checked(address)
    assert done.exit_code == 7
    assert done.output.startswith("error: ")
    assert len(done.output.splitlines()) == 1
