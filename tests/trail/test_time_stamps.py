"""Checkpoints are stamped with the time by an authority of somebody else's, and whoever verifies an
export can tell (F5). The authority is a real one, on this machine."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from adapters.publishing import Authority
from adapters.stamping import NoRoot, Roots, in_order, roots_in
from adapters.store.opening import Store
from adapters.store.time_stamps import time_stamps_of
from api.cli import app
from api.settings import SettingsRefused, read_keys
from api.usecases.casework.resources import Resources
from api.usecases.trail.checkpointing import make_checkpoint
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from api.usecases.trail.publishing import publish, sign_and_publish
from api.verifier_file import build
from engine.cases.identities import Identities
from engine.trail.notes import key_text
from engine.trail.stamps import StampRefused, digest_of_note, stamp_of
from tests.trail.authority import Server, certified, serving
from tests.trail.test_checkpoints import KEYS, NOW, add, store, url
from tests.trail.test_publishing import said

__all__ = ["store", "url"]  # fixtures

GINA = Identities("gina", "command line")
Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certified(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture(scope="module")
def other_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certified(tmp_path_factory.mktemp("tsa") / "other") / "root.pem"


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as found:
        yield found


@pytest.fixture
def authority(server: Server, folder: Path) -> Authority:
    return Authority(server.url, roots_in(folder / "root.pem"))


def published(store: Store, *places: Authority, hours: int = 0) -> dict[str, str]:
    return sign_and_publish(store, KEYS, "acme", places, NOW + timedelta(hours=hours))[1]


def test_the_stamp_of_a_checkpoint_is_kept_and_on_record(
    store: Store, server: Server, authority: Authority
) -> None:
    add(store, 3)
    signed, wrong = sign_and_publish(store, KEYS, "acme", [authority], NOW)
    assert wrong == {}
    with store.reading() as connection:
        [kept] = time_stamps_of(connection, 1, signed.size)
    assert (kept.size, kept.authority, [kept.reply]) == (3, "127.0.0.1/stamps", server.replies)
    stamp = stamp_of(kept.reply)
    assert stamp.digest == digest_of_note(signed.note)
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(minutes=1)
    [record] = said(store)
    assert record["where"] == "127.0.0.1/stamps"
    assert record["stamp_digest"] == f"sha256:{hashlib.sha256(kept.reply).hexdigest()}"
    assert record["stamped_at"] == stamp.at.isoformat().replace("+00:00", "Z")
    assert "secret" not in json.dumps(record)


def test_a_stamp_that_was_kept_cannot_be_changed(store: Store, authority: Authority) -> None:
    add(store, 1)
    published(store, authority)
    with (
        pytest.raises(Exception, match="only ever added to"),
        store.transaction() as connection,
    ):
        connection.exec_driver_sql("delete from time_stamps")


def test_two_nodes_that_publish_at_once_keep_one_stamp(store: Store, authority: Authority) -> None:
    add(store, 2)
    signed = make_checkpoint(store, KEYS, "acme", NOW)
    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(publish, store, signed, [authority], NOW) for _ in range(2)]
        assert [each.result() for each in made] == [{}, {}]
    with store.reading() as connection:
        assert len([*time_stamps_of(connection, 1, 2)]) == 1
    assert len(said(store)) == 1


def expect_not_taken(store: Store, authority: Authority, why: str) -> None:
    add(store, 1)
    [problem] = published(store, authority).values()
    assert why in problem
    assert "secret" not in problem
    assert said(store) == []
    with store.reading() as connection:
        assert [*time_stamps_of(connection, 1, 9)] == []


def test_a_stamp_by_an_authority_that_nobody_named_is_not_taken(
    store: Store, server: Server, other_root: Path
) -> None:
    expect_not_taken(store, Authority(server.url, roots_in(other_root)), "signature does not hold")


def test_a_stamp_over_something_else_is_not_taken(
    store: Store, server: Server, authority: Authority
) -> None:
    server.replay = _reply_over(server, authority, "something else\n")
    expect_not_taken(store, authority, "over something else")


def test_a_stamp_that_was_given_before_is_not_taken_for_an_answer(
    store: Store, server: Server, authority: Authority
) -> None:
    add(store, 1)
    signed = make_checkpoint(store, KEYS, "acme", NOW)
    server.replay = _reply_over(server, authority, signed.note)
    [problem] = publish(store, signed, [authority], NOW).values()
    assert "Nonce" in problem
    assert said(store) == []


def _reply_over(server: Server, authority: Authority, note: str) -> bytes:
    return authority.publish(note)


def test_what_an_authority_refuses_is_said(
    store: Store, server: Server, authority: Authority
) -> None:
    server.digests = "sha512"
    expect_not_taken(store, authority, "did not grant it")


def test_a_page_is_no_time_stamp(store: Store, server: Server, authority: Authority) -> None:
    server.replay, server.kind = b"<html>sign in first</html>", "text/html"
    expect_not_taken(store, authority, "something else than a time stamp")


def test_rubbish_is_no_time_stamp(store: Store, server: Server, authority: Authority) -> None:
    server.replay = b"<html>sign in first</html>"
    expect_not_taken(store, authority, "cut short")


def test_a_place_that_answers_again_gets_its_stamp_with_the_next_checkpoint(
    store: Store, server: Server, authority: Authority
) -> None:
    server.replay = b"busy"
    add(store, 1)
    assert published(store, authority)
    server.replay = b""
    assert published(store, authority, hours=1) == {}
    assert [each["size"] for each in said(store)] == [1]


@given(st.integers(0, 2_000), st.integers(0, 255))
def test_no_changed_byte_is_read_as_a_stamp_over_another_digest(place: int, byte: int) -> None:
    """Whatever is read of it states the digest that it is over, or is refused."""
    reply = bytearray(REPLY)
    reply[place % len(reply)] = byte
    try:
        stamp_of(bytes(reply))
    except StampRefused:
        return


@given(st.binary(max_size=200))
def test_rubbish_is_refused_and_breaks_nothing(data: bytes) -> None:
    with pytest.raises(StampRefused):
        stamp_of(data)


@given(st.integers(0, 2_000))
def test_what_is_cut_short_is_refused(size: int) -> None:
    with pytest.raises(StampRefused):
        stamp_of(REPLY[: size % len(REPLY)])


# Of the authority of these tests, over `a checkpoint\n`.
REPLY = (Path(__file__).parent / "kept" / "reply.tsr").read_bytes()


def test_a_kept_reply_is_read_as_openssl_reads_it() -> None:
    found = stamp_of(REPLY)
    assert found.digest == hashlib.sha256(b"a checkpoint\n").digest()
    roots = Roots((Path(__file__).parent / "kept" / "root.pem").read_bytes())
    assert roots.expect(REPLY, "a checkpoint\n") == found


def test_certificates_are_put_in_order_and_nothing_else_is_changed() -> None:
    assert in_order(in_order(REPLY)) == in_order(REPLY)
    assert sorted(in_order(REPLY)) == sorted(REPLY)
    assert stamp_of(in_order(REPLY)) == stamp_of(REPLY)


def test_a_reply_with_any_byte_changed_does_not_hold_or_says_the_same() -> None:
    roots = Roots((Path(__file__).parent / "kept" / "root.pem").read_bytes())
    refused = 0
    for place in range(0, len(REPLY), 3):
        reply = bytearray(REPLY)
        reply[place] ^= 1
        try:
            assert roots.expect(bytes(reply), "a checkpoint\n") == stamp_of(REPLY)
        except StampRefused:
            refused += 1
    assert refused > len(REPLY) // 3 // 2


@pytest.mark.parametrize("data", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_without_a_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(NoRoot, match="PEM"):
        Roots(data)


@pytest.mark.parametrize(
    ("name", "value", "missing"),
    [
        ("TIME_STAMP_ADDRESS", "https://tsa.example/", "TIME_STAMP_ROOT"),
        ("TIME_STAMP_ROOT", "root.pem", "TIME_STAMP_ADDRESS"),
    ],
)
def test_an_authority_is_not_asked_without_a_certificate_to_check_it_by(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, missing: str
) -> None:
    monkeypatch.setenv(f"COUNTERSIGN_{name}", value)
    with pytest.raises(SettingsRefused, match=missing):
        read_keys().places()


def test_a_certificate_that_is_not_there_is_said_by_its_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COUNTERSIGN_TIME_STAMP_ADDRESS", "https://tsa.example/")
    monkeypatch.setenv("COUNTERSIGN_TIME_STAMP_ROOT", str(tmp_path / "none.pem"))
    with pytest.raises(SettingsRefused, match=r"TIME_STAMP_ROOT: `none\.pem` cannot be read"):
        read_keys().places()


# What is exported


@pytest.fixture
def exported(store: Store, authority: Authority, tmp_path: Path) -> Path:
    """An export with the stamps of two earlier checkpoints and of its own."""
    for hour in range(3):
        add(store, 2)
        published(store, authority, hours=hour)
    path = tmp_path / "x.countersign.zip"
    now = NOW + timedelta(hours=3)
    export(Resources(store), KEYS, "acme", Selection(), path, GINA, now)
    return path


def manifest_of(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = json.loads(archive.read("export.json"))
    return found


def key_of_log(path: Path) -> str:
    """The key as the auditor has it from elsewhere."""
    return key_text(KEYS.public(manifest_of(path)["log"])[0])


def verified(path: Path, *words: object) -> Result:
    arguments = ["trail", "verify", path, "--key", key_of_log(path), *words]
    return CliRunner().invoke(app, [*map(str, arguments)])


def step(done: Result) -> str:
    """What is said of the last step."""
    return done.output[done.output.index("\n11  ") :]


def spoiled(path: Path, change: Callable[[Lines], Lines]) -> Path:
    """The export with other lines of time stamps, and the digests that fit them."""
    other = path.with_name("spoiled.zip")
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    lines = change([json.loads(line) for line in files["timestamps.jsonl"].splitlines()])
    files["timestamps.jsonl"] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    manifest = json.loads(files["export.json"])
    digest = hashlib.sha256(files["timestamps.jsonl"]).hexdigest()
    manifest["files"]["timestamps.jsonl"] = f"sha256:{digest}"
    files["export.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return other


def test_stamps_of_an_export_hold_by_the_certificate_from_outside(
    exported: Path, folder: Path
) -> None:
    done = verified(exported, "--stamp-root", folder / "root.pem")
    assert done.exit_code == 0, done.output
    assert step(done).startswith("\n11  ok ")
    assert "(3 time stamps)" in step(done)
    assert "records were there at" in step(done)
    assert "as stated, and signed, by `127.0.0.1/stamps`" in step(done)


def test_without_a_certificate_their_signatures_are_said_to_be_unchecked(exported: Path) -> None:
    done = verified(exported)
    assert done.exit_code == 0
    assert step(done).startswith("\n11  limited ")
    assert "3 present, their digests match, and their signatures were not checked" in step(done)


def test_by_the_certificate_of_another_authority_no_stamp_holds(
    exported: Path, other_root: Path
) -> None:
    done = verified(exported, "--stamp-root", other_root)
    assert done.exit_code == 1
    assert step(done).startswith("\n11  FAILED ")
    assert step(done).count("the signature does not hold") == 3


def test_an_export_without_stamps_says_so_where_they_are_asked_for(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add(store, 1)
    path = tmp_path / "x.zip"
    export(Resources(store), KEYS, "acme", Selection(), path, GINA, NOW)
    assert (
        "the export has no time stamp" in verified(path, "--stamp-root", folder / "root.pem").output
    )
    assert step(verified(path)).startswith("\n11  ok ")


def _moved(lines: Lines) -> Lines:
    sizes = [line["size"] for line in lines]
    return [{**line, "size": size} for line, size in zip(lines, sizes[1:] + sizes[:1], strict=True)]


def _of_no_checkpoint(lines: Lines) -> Lines:
    return [{**line, "size": 1} for line in lines]


def _later(lines: Lines) -> Lines:
    """Another moment in what was signed."""
    for line in lines:
        reply = base64.b64decode(line["reply"])
        year = str(datetime.now(UTC).year).encode()
        at = reply.index(b"\x18\x0f" + year) + 2
        earlier = str(int(year) - 1).encode()
        line["reply"] = base64.b64encode(reply[:at] + earlier + reply[at + 4 :]).decode()
    return lines


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_moved, "is over something else"),
        (_of_no_checkpoint, "the export states no such checkpoint"),
        (_later, "the signature does not hold"),
        (lambda lines: [{**line, "reply": "AAAA"} for line in lines], "cannot be read"),
        (lambda lines: [{**line, "reply": 7} for line in lines], "expected a time stamp of"),
        (lambda lines: [{}], "expected a time stamp of"),
    ],
)
def test_a_forged_stamp_is_found(
    exported: Path, folder: Path, change: Callable[[Lines], Lines], said: str
) -> None:
    done = verified(spoiled(exported, change), "--stamp-root", folder / "root.pem")
    assert done.exit_code == 1
    assert step(done).startswith("\n11  FAILED ")
    assert said in step(done)


def test_the_verifier_in_one_file_prints_the_command_that_checks_them(
    exported: Path, folder: Path, tmp_path: Path
) -> None:
    """Plain Python has no certificates: it says so, and OpenSSL does what it says."""
    verifier = tmp_path / "countersign-verify.pyz"
    build(verifier)
    stamps = tmp_path / "stamps"
    words = ("--key", key_of_log(exported), "--stamps", stamps, "--stamp-root", folder / "root.pem")
    done = subprocess.run(
        [sys.executable, "-I", "-S", verifier, exported, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 present, their digests match, and their signatures were not checked" in done.stdout
    [line] = [line.strip() for line in done.stdout.splitlines() if "openssl ts -verify" in line]
    ran = subprocess.run(shlex.split(line), capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "Verification: OK\n")
    names = {path.stem for path in stamps.iterdir()}
    assert len(names) == 3
    for name in names:  # as printed, with the other names
        each = line.replace(shlex.split(line)[4], f"{stamps / name}.note")
        each = each.replace(shlex.split(line)[6], f"{stamps / name}.tsr")
        assert subprocess.run(shlex.split(each), capture_output=True, check=False).returncode == 0
    note = Path(shlex.split(line)[4])
    note.write_text(note.read_text().replace("acme", "Acme"))
    ran = subprocess.run(shlex.split(line), capture_output=True, text=True, check=False)
    assert ran.returncode == 1


def test_an_export_by_command_says_what_was_not_published_and_is_there_all_the_same(
    store: Store, url: str, server: Server, folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    add(store, 3)
    server.replay = b"busy"
    secret = base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv("COUNTERSIGN_SIGNING_KEYS", f"s1:{secret}")
    monkeypatch.setenv("COUNTERSIGN_TIME_STAMP_ADDRESS", server.url)
    monkeypatch.setenv("COUNTERSIGN_TIME_STAMP_ROOT", str(folder / "root.pem"))
    path = tmp_path / "x.zip"
    words = ["trail", "export", "--file", str(path), "--by", "audrey", "--database", url]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    assert "warning: not published: `127.0.0.1/stamps`" in done.stderr
    assert path.exists()


def test_an_export_by_command_has_the_stamp_of_its_own_checkpoint(
    store: Store, url: str, server: Server, folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    add(store, 3)
    secret = base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv("COUNTERSIGN_SIGNING_KEYS", f"s1:{secret}")
    monkeypatch.setenv("COUNTERSIGN_TIME_STAMP_ADDRESS", server.url)
    monkeypatch.setenv("COUNTERSIGN_TIME_STAMP_ROOT", str(folder / "root.pem"))
    path = tmp_path / "x.zip"
    words = ["trail", "export", "--file", str(path), "--by", "audrey", "--database", url]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert "the first 3 records were there at" in verified(path).output
