"""Another key signs from now on, and whoever has the old one follows by what both signed (F5)."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.signing import SigningKeys
from adapters.store.checkpoints import Signed, all_of
from adapters.store.opening import Store
from adapters.store.trail import Entry, append, every_record
from api.cli import app
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Resources
from api.usecases.trail.checkpointing import NotSigned, begin_anew, make_checkpoint
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from api.usecases.trail.rotating import rotate
from api.verifying.running import Verification, verify
from engine.canonical import canonical_bytes
from engine.cases.identities import Identities
from engine.trail.notes import (
    Checkpoint,
    Key,
    checkpoint_of,
    key_text,
    note_of,
    note_text,
    text_of,
)
from engine.trail.tree import leaf_hash, root_of
from engine.verifying.heads import Outside
from engine.verifying.steps import EARLIER, SIGNED, Outcome, Verdict
from tests.trail.test_checkpoints import NOW, add, store, url
from tests.verifying.again import HERE

__all__ = ["store", "url"]  # fixtures

GINA = Identities("gina", "command line")


def stated(*ids: str) -> str:
    """Keys by their names, each always the same."""
    made = [(id, base64.b64encode(hashlib.sha256(id.encode()).digest()).decode()) for id in ids]
    return ",".join(f"{id}:{secret}" for id, secret in made)


def ring(*ids: str) -> SigningKeys:
    return SigningKeys(stated(*ids))


def checkpoint(store: Store, *ids: str) -> Signed:
    return make_checkpoint(store, ring(*ids), "acme", NOW)


def rotated(store: Store, *ids: str) -> Signed:
    return rotate(store, ring(*ids), "once a year", GINA, NOW)


def origin_of(signed: Signed) -> str:
    return checkpoint_of(note_of(signed.note).text).origin


@dataclass
class Log:
    """A log whose key changed twice, from `a` over `b` to `c`, with its keys by their names."""

    store: Store
    origin: str
    before: Signed

    def key(self, id: str) -> Key:
        return ring(id).public(self.origin)[0]

    def exported(self, folder: Path, **words: Any) -> Path:
        path = folder / "x.countersign.zip"
        now = NOW + timedelta(hours=1)
        keys = ring("c", "b", "a")
        export(Resources(self.store), keys, "acme", Selection(**words), path, GINA, now)
        return path


@pytest.fixture
def log(store: Store) -> Log:
    add(store, 3)
    before = checkpoint(store, "a")
    rotated(store, "b", "a")
    add(store, 300)
    checkpoint(store, "b")
    rotated(store, "c", "b", "a")
    add(store, 2)
    return Log(store, origin_of(before), before)


def checked(path: Path, *keys: Key, earlier: tuple[str, ...] = ()) -> Verification:
    return verify(path, Outside(keys, earlier), HERE)


def problems(found: Verification) -> list[str]:
    return [str(each) for step in found.steps.values() for each in step.problems]


def test_a_change_of_the_key_is_a_record_and_a_checkpoint_that_both_signed(store: Store) -> None:
    add(store, 3)
    origin = origin_of(checkpoint(store, "a"))
    signed = rotated(store, "b", "a")
    note = note_of(signed.note)
    keys = [ring(id).public(origin)[0] for id in ("a", "b")]
    assert {*note.signed_by(keys)} == {*keys}
    with store.reading() as connection:
        *_, record = every_record(connection)
    assert record.position == signed.size == 4
    body = json.loads(record.body)
    assert (body["kind"], body["because"], body["log"]) == ("key_rotated", "once a year", origin)
    assert [body["from"], body["to"]] == [key_text(key) for key in keys]
    assert body["who"]["decided_by"] == "gina"
    assert check_trail(store).is_intact
    add(store, 1)
    assert note_of(checkpoint(store, "b", "a").note).signed_by(keys) == (keys[1],)


def test_another_key_signs_nothing_before_the_one_before_has_said_so(store: Store) -> None:
    add(store, 3)
    checkpoint(store, "a")
    add(store, 1)
    for ids in (("b",), ("b", "a")):
        with pytest.raises(NotSigned, match="countersign trail rotate"):
            checkpoint(store, *ids)
    with store.reading() as connection:
        assert [each.size for each in all_of(connection, 1)] == [3]


def test_a_node_that_still_has_the_old_key_signs_nothing_any_more(store: Store) -> None:
    add(store, 3)
    checkpoint(store, "a")
    rotated(store, "b", "a")
    add(store, 1)
    for ids in (("a",), ("a", "b")):
        with pytest.raises(NotSigned, match="another key signed"):
            checkpoint(store, *ids)


@pytest.mark.parametrize(
    ("ids", "why"),
    [
        (("a",), "signs already"),
        (("a", "b"), "signs already"),
        (("b",), "not among COUNTERSIGN_SIGNING_KEYS"),
        (("b", "c"), "not among COUNTERSIGN_SIGNING_KEYS"),
    ],
)
def test_a_change_that_the_key_before_cannot_sign_leaves_nothing(
    store: Store, ids: tuple[str, ...], why: str
) -> None:
    add(store, 3)
    checkpoint(store, "a")
    with pytest.raises(NotSigned, match=why):
        rotated(store, *ids)
    with store.reading() as connection:
        assert len([*every_record(connection)]) == 3


def test_before_the_first_checkpoint_there_is_nothing_to_change(store: Store) -> None:
    add(store, 1)
    with pytest.raises(NotSigned, match="no log has begun"):
        rotated(store, "b", "a")


def test_a_key_that_was_lost_is_left_with_another_log(store: Store) -> None:
    add(store, 3)
    checkpoint(store, "a")
    begin_anew(store, "the key is lost", GINA, NOW, "acme")
    assert checkpoint(store, "b").log == 2


@pytest.mark.parametrize("id", ["a", "b", "c"])
def test_whoever_has_an_old_key_follows_to_the_one_that_signs_now(
    log: Log, tmp_path: Path, id: str
) -> None:
    found = checked(log.exported(tmp_path), log.key(id))
    assert found.verdict is Verdict.VERIFIED, problems(found)
    names = {each: log.key(each).id.hex() for each in "abc"}
    said = [note for note in found.steps[SIGNED].notes if "was replaced by" in note]
    expected = {
        "a": [("a", "b", 4), ("b", "c", 305)],
        "b": [("b", "c", 305)],
        "c": [],
    }[id]
    assert said == [
        f"the key {names[old]} was replaced by {names[new]}, signed by both (position {at})"
        for old, new, at in expected
    ]


def test_an_export_of_one_period_holds_the_changes_from_before_it(log: Log, tmp_path: Path) -> None:
    day = NOW.date() + timedelta(days=1)
    found = checked(log.exported(tmp_path, since=day), log.key("a"))
    assert found.verdict is Verdict.VERIFIED, problems(found)


def test_what_was_signed_before_a_change_is_verified_by_the_old_key_alone(
    store: Store, tmp_path: Path
) -> None:
    add(store, 3)
    path = tmp_path / "x.zip"
    export(Resources(store), ring("a"), "acme", Selection(), path, GINA, NOW)
    [key] = ring("a").public(json.loads(entries(path)["export.json"])["log"])
    assert checked(path, key).verdict is Verdict.VERIFIED


def test_a_checkpoint_of_any_key_on_the_way_counts_as_an_earlier_one(
    log: Log, tmp_path: Path
) -> None:
    path = log.exported(tmp_path)
    with log.store.reading() as connection:
        notes = tuple(each.note for each in all_of(connection, 1))
    found = checked(path, log.key("a"), earlier=notes)
    assert found.verdict is Verdict.VERIFIED, problems(found)
    assert found.steps[EARLIER].outcome is Outcome.OK


# Forgeries


def entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forged(path: Path, files: dict[str, bytes]) -> Path:
    """The export with these files instead, and a manifest that fits them."""
    files = entries(path) | files
    manifest = json.loads(files.pop("export.json"))
    manifest["files"] = {n: f"sha256:{hashlib.sha256(d).hexdigest()}" for n, d in files.items()}
    other = path.with_name("forged.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in {**files, "export.json": json.dumps(manifest).encode()}.items():
            archive.writestr(name, data)
    return other


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in entries(path)["rotations.jsonl"].splitlines()]


def with_lines(path: Path, lines: list[Any]) -> Path:
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    return forged(path, {"rotations.jsonl": data})


def _without_old(line: dict[str, Any]) -> dict[str, Any]:
    """Only the new key signed."""
    note = note_of(line["note"])
    return {**line, "note": note_text(note.text, note.signatures[:1])}


def _without_new(line: dict[str, Any]) -> dict[str, Any]:
    note = note_of(line["note"])
    return {**line, "note": note_text(note.text, note.signatures[1:])}


def _to_mallory(line: dict[str, Any]) -> dict[str, Any]:
    """The record names a key of somebody else's, who signed the same checkpoint, too."""
    body = json.loads(line["record"]["body"])
    origin = body["log"]
    keys = ring("mallory")
    body["to"] = key_text(keys.public(origin)[0])
    note = note_of(line["note"])
    signed = note_text(note.text, [keys.sign(origin, note.text), note.signatures[1]])
    record = {**line["record"], "body": canonical_bytes(body).decode()}
    return {"record": record, "note": signed}


def _own_tree(line: dict[str, Any]) -> dict[str, Any]:
    """Somebody else's tree of one record, under the name of the log, signed by himself."""
    body = json.loads(line["record"]["body"])
    keys = ring("mallory")
    body["to"] = key_text(keys.public(body["log"])[0])
    data = canonical_bytes(body)
    text = text_of(Checkpoint(body["log"], 1, root_of([leaf_hash(data)])))
    old = note_of(line["note"]).signatures[1]  # of another text
    note = note_text(text, [keys.sign(body["log"], text), old])
    return {"record": {"position": 1, "body": data.decode(), "proof": []}, "note": note}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_without_old, "the key before did not sign it"),
        (_without_new, "the new key did not sign it"),
        (_to_mallory, "its record is not in the tree that was signed"),
        (_own_tree, "the key before did not sign it"),
        (lambda line: {**line, "note": "rubbish"}, "cannot be read"),
        (lambda line: {"record": line["record"]}, "expected a record"),
        (lambda line: {**line, "record": {}}, "cannot be read"),
        (lambda line: [], "cannot be read"),
    ],
)
def test_a_change_that_does_not_hold_leads_nowhere(
    log: Log, tmp_path: Path, change: Callable[[dict[str, Any]], Any], why: str
) -> None:
    path = log.exported(tmp_path)
    first, second = lines_of(path)
    found = checked(with_lines(path, [change(first), second]), log.key("a"))
    assert found.verdict is Verdict.FAILED
    said = [str(each) for each in found.steps[SIGNED].problems]
    assert why in said[0]
    assert "the checkpoint is signed by none of the keys that were given" in said


def test_without_the_changes_an_old_key_vouches_for_nothing(log: Log, tmp_path: Path) -> None:
    found = checked(with_lines(log.exported(tmp_path), []), log.key("a"))
    assert problems(found)[0] == "the checkpoint is signed by none of the keys that were given"


def test_a_change_that_is_left_out_between_leads_nowhere(log: Log, tmp_path: Path) -> None:
    path = log.exported(tmp_path)
    found = checked(with_lines(path, lines_of(path)[1:]), log.key("a"))
    assert found.verdict is Verdict.FAILED


def test_a_key_that_was_replaced_signs_no_checkpoint_after_that(log: Log, tmp_path: Path) -> None:
    """Whoever stole an old key signs the head with it, and leaves the changes in the export."""
    path = log.exported(tmp_path)
    manifest = json.loads(entries(path)["export.json"])
    text = note_of(manifest["checkpoint"]).text
    keys = ring("a")
    manifest["checkpoint"] = note_text(text, [keys.sign(log.origin, text)])
    files = entries(path) | {"export.json": json.dumps(manifest).encode()}
    other = path.with_name("stolen.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    found = checked(other, log.key("a"))
    assert problems(found) == ["the checkpoint is signed by a key that had been replaced before"]


def test_a_change_in_a_fork_of_the_log_is_found(store: Store, tmp_path: Path) -> None:
    """Whoever has the old key writes other records, changes the key there, and states the change in
    an export of the true log."""
    add(store, 3)
    origin = origin_of(checkpoint(store, "a"))
    rotated(store, "b", "a")
    path = tmp_path / "x.countersign.zip"
    export(Resources(store), ring("b", "a"), "acme", Selection(), path, GINA, NOW)
    line = lines_of(path)[0]
    body = json.loads(line["record"]["body"])
    data = canonical_bytes({**body, "because": "another reason"})
    text = text_of(Checkpoint(origin, 1, root_of([leaf_hash(data)])))
    both = [ring("b").sign(origin, text), ring("a").sign(origin, text)]
    record = {"position": 1, "body": data.decode(), "proof": []}
    other = with_lines(path, [{"record": record, "note": note_text(text, both)}])
    found = checked(other, ring("a").public(origin)[0])
    assert found.verdict is Verdict.FAILED
    assert "the export has no proof for it" in str(found.steps[EARLIER].problems[0])


def test_a_record_alone_changes_no_key(store: Store, tmp_path: Path) -> None:
    """Whoever can write to the store writes the record, and has no old key to sign it with."""
    add(store, 3)
    origin = origin_of(checkpoint(store, "a"))
    mallory = ring("mallory")
    names = [key_text(each.public(origin)[0]) for each in (ring("a"), mallory)]
    body = {"log": origin, "from": names[0], "to": names[1], "because": "", "who": GINA.plain()}
    with store.transaction() as connection:
        append(connection, [Entry("key_rotated", None, NOW, body)])
    path = tmp_path / "x.zip"
    with pytest.raises(NotSigned):
        export(Resources(store), mallory, "acme", Selection(), path, GINA, NOW)
    export(Resources(store), ring("a"), "acme", Selection(), path, GINA, NOW)
    found = checked(path, ring("a").public(origin)[0])
    said = "the key was changed, and nothing shows that both signed it"
    assert problems(found) == [f"position 4: {said}"]
    [problem] = check_trail(store).problems
    assert (problem.code, problem.position) == ("rotation_unsigned", 4)


def test_a_replaced_key_that_goes_on_signing_is_found_by_the_record(
    log: Log, tmp_path: Path
) -> None:
    """Whoever stole it signs the head with it, and leaves out what both signed."""
    path = log.exported(tmp_path)
    files = entries(path)
    manifest = json.loads(files["export.json"])
    text = note_of(manifest["checkpoint"]).text
    keys = ring("a")
    manifest["checkpoint"] = note_text(text, [keys.sign(log.origin, text)])
    other = forged(path, {"rotations.jsonl": b"", "export.json": json.dumps(manifest).encode()})
    said = "the key was changed, and nothing shows that both signed it"
    found = checked(other, log.key("a"))
    assert problems(found) == [f"position {at}: {said}" for at in (4, 305)]


@pytest.fixture
def commands(store: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(ids: str, *words: str) -> Result:
        made = [
            f"{i}:{base64.b64encode(hashlib.sha256(i.encode()).digest()).decode()}" for i in ids
        ]
        monkeypatch.setenv("COUNTERSIGN_SIGNING_KEYS", ",".join(made))
        return CliRunner().invoke(app, ["trail", *words, "--database", url])

    add(store, 2)
    return run


def test_the_command_prints_what_both_signed_and_the_old_key_verifies(
    commands: Any, tmp_path: Path
) -> None:
    assert commands("a", "checkpoint").exit_code == 0
    key = commands("a", "keys").output.strip()
    refused = commands("ba", "checkpoint")
    assert (refused.exit_code, "trail rotate" in refused.output) == (7, True)
    done = commands("ba", "rotate", "--by", "gina", "--because", "once a year")
    assert done.exit_code == 0, done.output
    assert len(note_of(done.output).signatures) == 2
    path = tmp_path / "x.zip"
    assert commands("ba", "export", "--file", str(path), "--by", "audrey").exit_code == 0
    found = CliRunner().invoke(app, ["trail", "verify", str(path), "--key", key])
    assert found.exit_code == 0, found.output
    assert "was replaced by" in found.output
