"""`countersign trail`: what it says of a store, what it signs, and with which exit code (F5)."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from adapters.store.opening import open_store
from adapters.store.trail import Entry, append, digest_of
from api.cli import app
from engine.canonical import canonical_object
from engine.recording import moment_text
from engine.trail.notes import checkpoint_of, key_of, note_of
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
        "unopened": 0,
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


SECRET = b64encode(bytes(range(32))).decode()


@pytest.fixture
def signing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_SIGNING_KEYS", f"s1:{SECRET}")
    monkeypatch.setenv("COUNTERSIGN_LOG_NAME", "acme.example/trail")


def asked(url: str, *words: str) -> Result:
    return CliRunner().invoke(app, ["trail", *words, "--database", url])


@pytest.mark.usefixtures("signing")
def test_a_checkpoint_is_printed_and_verified_with_the_key_that_is_printed(url: str) -> None:
    done = asked(url, "checkpoint")
    assert done.exit_code == 0
    note = note_of(done.output)
    found = checkpoint_of(note.text)
    assert found.origin.startswith("acme.example/trail/")
    assert found.size == 3
    key = key_of(asked(url, "keys").output)
    assert note.signed_by([key]) == (key,)
    assert SECRET not in done.output + key.name
    assert json.loads(asked(url, "keys", "--json").output)["log"] == found.origin
    assert json.loads(asked(url, "checkpoint", "--json").output)["note"] == done.output


@pytest.mark.parametrize("word", ["checkpoint", "keys"])
def test_without_a_key_nothing_is_signed_and_the_variable_is_named(url: str, word: str) -> None:
    done = asked(url, word)
    assert done.exit_code == 7
    assert done.output == "error: COUNTERSIGN_SIGNING_KEYS: expected `id:base64`, found none\n"


@pytest.mark.usefixtures("signing")
def test_of_an_empty_trail_nothing_is_signed_and_there_is_no_log(tmp_path: Path) -> None:
    with opened("sqlite", tmp_path):
        empty = f"sqlite:///{tmp_path / 'countersign.db'}"
        assert asked(empty, "checkpoint").output.startswith("error: there is no record yet")
        assert asked(empty, "keys").output.startswith("error: no checkpoint was signed yet")


@pytest.mark.usefixtures("signing")
def test_a_record_written_anew_with_everything_beside_it_shows_against_a_checkpoint(
    url: str, tmp_path: Path
) -> None:
    asked(url, "checkpoint")
    store = open_store(url)
    with store.transaction() as connection:
        body = canonical_object({"at": moment_text(NOW), "kind": "note", "n": 7})
        connection.execute(text("drop trigger trail_no_update"))
        connection.execute(
            text("update trail set body = :body, digest = :digest where position = 2"),
            {"body": body, "digest": digest_of(body)},
        )
    store.close()
    done = checked(url)
    assert done.exit_code == 1
    said = "record 3: error[checkpoint_differs]: a checkpoint was signed over 3 other records"
    assert said in done.output
    assert "error[tree_differs]" in done.output


@pytest.mark.usefixtures("signing")
def test_records_that_were_signed_and_are_gone_show(url: str, tmp_path: Path) -> None:
    asked(url, "checkpoint")
    store = open_store(url)
    with store.transaction() as connection:
        connection.execute(text("drop trigger trail_no_delete"))
        connection.execute(text("delete from trail where position = 3"))
        connection.execute(text("update trail_end set position = 2"))
    store.close()
    done = checked(url)
    assert done.exit_code == 1
    said = "error[checkpoint_differs]: a checkpoint was signed over 3 records, found 2"
    assert said in done.output


@pytest.mark.usefixtures("signing")
def test_an_export_is_written_with_what_it_is_verified_by(url: str, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    done = asked(
        url, "export", "--file", str(path), "--by", "audrey", "--environment", "development"
    )
    assert done.exit_code == 0
    assert "3 records, 0 cases" in done.output
    digest = hashlib.sha256(ZipFile(path).read("export.json")).hexdigest()
    assert f"export.json sha256:{digest}" in done.output
    again = asked(url, "export", "--file", str(path), "--by", "audrey", "--json")
    assert json.loads(again.output)["records"] == 4  # the first export is on record


@pytest.mark.usefixtures("signing")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--from", "yesterday"), 2, "expected a day"),
        (("--sample", "3"), 2, "a sample needs its size and its seed"),
        (("--seed", "x"), 2, "a sample needs its size and its seed"),
        (("--entity", "XX"), 1, "no case is selected"),
        (("--file", "/no/such/folder/x.zip"), 6, "No such file"),
    ],
)
def test_what_cannot_be_exported_is_said(
    url: str, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    path = tmp_path / "all.zip"
    done = asked(url, "export", "--file", str(path), "--by", "audrey", *words)
    assert done.exit_code == code
    assert said in done.output
    assert not path.exists()
