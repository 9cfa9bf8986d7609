"""Checkpoints leave our control, and an older database that was restored is found out by them
(F5, F11)."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from adapters.publishing import Address, Folder, NotPublished
from adapters.store.checkpoints import every_log
from adapters.store.opening import Store, open_store
from adapters.store.trail import every_record
from api.usecases.trail.checkpointing import NotSigned, TrailChanged, begin_anew
from api.usecases.trail.publishing import (
    expect_not_restored,
    published_without_us,
    sign_and_publish,
)
from engine.cases.identities import Identities
from engine.trail.notes import checkpoint_of, note_of
from tests.databases import migrated
from tests.trail.test_checkpoints import KEYS, NOW, add, store, url

__all__ = ["store", "url"]  # fixtures

GINA = Identities("gina", "command line")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "outside"
    path.mkdir()
    return Folder(path)


class Witness(HTTPServer):
    """Somebody else's server: keeps what it is sent, and answers what a test wants."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.notes: list[str] = []
        self.status = 200

    @property
    def address(self) -> Address:
        return Address(f"http://127.0.0.1:{self.server_port}/checkpoints?token=secret")


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Witness)
        server.notes.append(self.rfile.read(int(self.headers["content-length"])).decode())
        self.send_response(server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def witness() -> Iterator[Witness]:
    server = Witness()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def published(store: Store, *places: Folder | Address, hours: int = 0) -> dict[str, str]:
    now = NOW + timedelta(hours=hours)
    return sign_and_publish(store, KEYS, "acme", places, now)[1]


def said(store: Store) -> list[dict[str, object]]:
    with store.reading() as connection:
        bodies = [json.loads(r.body) for r in every_record(connection)]
    return [each for each in bodies if each["kind"] == "checkpoint_published"]


def test_a_checkpoint_gets_to_every_place_and_that_is_on_record(
    store: Store, folder: Folder, witness: Witness
) -> None:
    add(store, 3)
    assert published(store, folder, witness.address) == {}
    [path] = folder.path.iterdir()
    assert witness.notes == [path.read_text()]
    assert checkpoint_of(note_of(witness.notes[0]).text).size == 3
    assert [each["where"] for each in said(store)] == ["folder", "127.0.0.1/checkpoints"]
    assert "secret" not in json.dumps(said(store))


def test_where_only_publications_were_recorded_nothing_new_is_signed(
    store: Store, folder: Folder
) -> None:
    add(store, 3)
    for hour in range(3):
        assert published(store, folder, hours=hour) == {}
    assert len(list(folder.path.iterdir())) == 1
    assert len(said(store)) == 1


@pytest.mark.parametrize("status", [301, 404, 503])
def test_a_place_that_does_not_take_it_is_said_and_tried_again(
    store: Store, folder: Folder, witness: Witness, status: int
) -> None:
    add(store, 3)
    witness.status = status
    wrong = published(store, witness.address, folder)
    assert wrong == {"127.0.0.1/checkpoints": f"`127.0.0.1/checkpoints` answers {status}"}
    assert [each["where"] for each in said(store)] == ["folder"]
    witness.status = 200
    assert published(store, witness.address, folder, hours=1) == {}
    assert len(said(store)) == 2


def test_nobody_who_answers_is_said_without_the_address(store: Store) -> None:
    add(store, 1)
    [wrong] = published(store, Address("http://127.0.0.1:9/x?token=secret")).values()
    assert "cannot be reached" in wrong
    assert "secret" not in wrong


def test_in_clear_text_nothing_goes_over_a_network(store: Store) -> None:
    add(store, 1)
    [wrong] = published(store, Address("http://witness.example/x")).values()
    assert "https" in wrong


def test_what_was_published_is_not_overwritten(folder: Folder, store: Store) -> None:
    add(store, 1)
    published(store, folder)
    [path] = folder.path.iterdir()
    path.write_text(path.read_text().replace("\n1\n", "\n2\n"))
    signed, _ = sign_and_publish(store, KEYS, "acme", (), NOW)
    with pytest.raises(NotPublished, match="says something else"):
        folder.publish(signed.note)


def restored(tmp_path: Path, folder: Folder) -> str:
    """A database that was copied after three records, and put back after five were published."""
    with migrated("sqlite", tmp_path) as address:
        file = tmp_path / "countersign.db"
        store = open_store(address)
        add(store, 3)
        published(store, folder)
        store.close()
        shutil.copy(file, tmp_path / "backup.db")
        store = open_store(address)
        add(store, 2)
        published(store, folder, hours=1)
        store.close()
        for beside in tmp_path.glob("countersign.db-*"):
            beside.unlink()
        shutil.copy(tmp_path / "backup.db", file)
        return address


def test_an_older_database_that_was_restored_is_found_out(tmp_path: Path, folder: Folder) -> None:
    store = open_store(restored(tmp_path, folder))
    with pytest.raises(TrailChanged, match="an older database was restored"):
        expect_not_restored(store, [folder], "acme")
    with pytest.raises(TrailChanged, match="an older database was restored"):
        published(store, folder)
    store.close()


def test_that_it_has_grown_again_since_does_not_hide_it(tmp_path: Path, folder: Folder) -> None:
    store = open_store(restored(tmp_path, folder))
    add(store, 20, "another")
    with pytest.raises(TrailChanged, match="not those of the checkpoint"):
        expect_not_restored(store, [folder], "acme")
    with pytest.raises(TrailChanged, match="not those of the checkpoint"):
        published(store, folder)
    store.close()


def test_another_log_under_another_name_goes_on_from_there(tmp_path: Path, folder: Folder) -> None:
    store = open_store(restored(tmp_path, folder))
    begin_anew(store, "restored from the backup of Monday", GINA, NOW, "acme")
    expect_not_restored(store, [folder], "acme")
    assert published(store, folder, hours=2) == {}
    with store.reading() as connection:
        first, second = every_log(connection)
        *_, record = [r for r in every_record(connection) if r.kind == "log_begun"]
    body = json.loads(record.body)
    assert (body["before"], body["log"]) == (first.origin, second.origin)
    assert body["because"] == "restored from the backup of Monday"
    assert checkpoint_of(note_of(body["signed_before"]).text).origin == first.origin
    assert second.from_size == 4
    newest = max(folder.path.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert checkpoint_of(note_of(newest.read_text()).text).origin == second.origin
    store.close()


def test_a_whole_database_is_taken_for_what_it_is(store: Store, folder: Folder) -> None:
    expect_not_restored(store, [folder], "acme")
    add(store, 3)
    expect_not_restored(store, [folder], "acme")
    published(store, folder)
    add(store, 300)
    expect_not_restored(store, [folder], "acme")


def test_where_it_cannot_be_read_what_was_published_nothing_is_signed(
    store: Store, folder: Folder
) -> None:
    add(store, 3)
    published(store, folder)
    [path] = folder.path.iterdir()
    path.write_text("rubbish")
    with pytest.raises(TrailChanged, match="cannot be read"):
        published(store, folder)
    shutil.rmtree(folder.path)
    with pytest.raises(TrailChanged, match="no folder"):
        expect_not_restored(store, [folder], "acme")


def test_without_a_log_none_can_be_begun_anew(store: Store) -> None:
    with pytest.raises(NotSigned, match="no log has begun"):
        begin_anew(store, "why not", GINA, NOW, "acme")


def test_a_database_from_before_its_log_began_is_found_out_and_goes_on_under_another_name(
    tmp_path: Path, folder: Folder
) -> None:
    with migrated("sqlite", tmp_path) as address:
        store = open_store(address)
        add(store, 3)
        store.close()
        shutil.copy(tmp_path / "countersign.db", tmp_path / "backup.db")
        store = open_store(address)
        add(store, 2)
        published(store, folder)
        store.close()
        for beside in tmp_path.glob("countersign.db-*"):
            beside.unlink()
        shutil.copy(tmp_path / "backup.db", tmp_path / "countersign.db")
        store = open_store(address)
    with pytest.raises(TrailChanged, match="this store never signed one"):
        expect_not_restored(store, [folder], "acme")
    with pytest.raises(TrailChanged, match="over 5 records"):
        published(store, folder, hours=1)
    expect_not_restored(store, [folder], "acme-of-another-installation")
    lost = published_without_us(store, [folder], "acme")
    log = begin_anew(store, "restored from the backup of Monday", GINA, NOW, "acme", lost)
    expect_not_restored(store, [folder], "acme")
    assert published(store, folder, hours=2) == {}
    with store.reading() as connection:
        *_, record = [r for r in every_record(connection) if r.kind == "log_begun"]
    body = json.loads(record.body)
    assert (body["before"], body["log"]) == (lost[0].origin, log.origin)
    assert lost[0].origin != log.origin
    store.close()


def test_half_a_file_that_a_crash_left_stops_nothing(store: Store, folder: Folder) -> None:
    add(store, 3)
    published(store, folder)
    [path] = folder.path.iterdir()
    path.rename(path.with_name(f"{path.name}.part")).write_text("half")
    add(store, 1)
    assert published(store, folder, hours=1) == {}
    assert len([*folder.path.glob("*.checkpoint")]) == 1
