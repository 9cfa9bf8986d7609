"""A file that is no export, or a hostile one, is refused at step 1 (F5)."""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from api.verifying import archive as packed
from api.verifying.archive import Archive, ArchiveRefused
from api.verifying.running import verify
from api.verifying.versions import here
from engine.verifying.heads import Outside
from engine.verifying.steps import Outcome, Verdict
from tests.verifying.exports import Export

Write = Callable[[zipfile.ZipFile], None]


def spoilt(export: Export, folder: Path, write: Write, but: str = "") -> Path:
    """The export with more in it, and without one entry."""
    path, other = export.written(folder / "a.zip"), folder / "b.zip"
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in read.infolist():
            if entry.filename != but:
                out.writestr(entry.filename, read.read(entry))
        write(out)
    return other


def refused(path: Path, outside: Outside) -> str:
    """What step 1 says; nothing after it is reached."""
    found = verify(path, outside, here())
    assert found.verdict is Verdict.FAILED
    reached = [n for n, s in found.steps.items() if s.outcome is not Outcome.NOT_REACHED]
    assert reached == [1]
    return str(found.steps[1].problems[0])


def named(name: str, mode: int = stat.S_IFREG | 0o644) -> Write:
    def write(archive: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo(name)
        entry.create_system, entry.external_attr = 3, mode << 16
        archive.writestr(entry, b"x")

    return write


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../outside",
        "contents/../x",
        f"contents/{'0' * 64}/../../x",
        f"contents/{'0' * 64}/a//b",
        f"contents/{'0' * 64}/./b",
        f"contents/{'0' * 64}/",
        f"contents/{'0' * 64}/a\\b",
        f"contents/{'0' * 64}/a\x01b",
        f"contents/{'0' * 63}/a",
        f"contents/{'0' * 64}/{'a' * 300}",
        "C:\\windows",
        "readme.txt/",
        "unheard_of.json",
        "Export.json",
    ],
)
def test_a_name_that_no_export_has_is_refused(
    export: Export, outside: Outside, tmp_path: Path, name: str
) -> None:
    assert "is no name of an export" in refused(spoilt(export, tmp_path, named(name)), outside)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR])
def test_what_is_no_ordinary_file_is_refused(
    export: Export, outside: Outside, tmp_path: Path, kind: int
) -> None:
    path = spoilt(export, tmp_path, named("sample.json", kind | 0o777))
    assert refused(path, outside) == "`sample.json` is no ordinary file"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    path = spoilt(export, tmp_path, named("readme.txt"))
    assert refused(path, outside) == "`readme.txt` is in it twice"


@pytest.mark.parametrize("name", ["export.json", "records.jsonl", "readme.txt"])
def test_what_every_export_has_must_be_there(
    export: Export, outside: Outside, tmp_path: Path, name: str
) -> None:
    path = spoilt(export, tmp_path, lambda archive: None, but=name)
    assert refused(path, outside) == f"there is no `{name}` in it"


def test_a_bomb_is_refused_before_it_is_unpacked(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    path = spoilt(
        export, tmp_path, lambda archive: archive.writestr("population.csv", b"0" * 2**26)
    )
    assert "unpacks to more than 250 times its size" in refused(path, outside)


def test_entries_that_share_their_bytes_are_refused(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    """A directory that names one packed text many times."""
    path = spoilt(export, tmp_path, named("sample.json"))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as read:
        first = read.getinfo("readme.txt").header_offset
        last = read.getinfo("sample.json").header_offset
    at = data.rindex(b"sample.json") - 46 + 42
    assert struct.unpack_from("<I", data, at)[0] == last
    struct.pack_into("<I", data, at, first)
    path.write_bytes(bytes(data))
    assert "overlaps" in refused(path, outside)


def test_a_size_that_is_understated_is_found_while_it_is_unpacked(
    export: Export, outside: Outside, tmp_path: Path
) -> None:
    path = export.written(tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"records.jsonl") - 46 + 24
    struct.pack_into("<I", data, at, 100)
    path.write_bytes(bytes(data))
    assert verify(path, outside, here()).verdict is Verdict.FAILED


def test_too_many_entries_are_refused(
    export: Export, outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "MOST_ENTRIES", 3)
    assert "more than 3" in refused(export.written(tmp_path / "a.zip"), outside)


def test_a_line_that_is_too_long_is_refused(
    export: Export, outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "LONGEST_LINE", 1_000)
    monkeypatch.setattr(packed, "CHUNK", 100)
    found = verify(export.written(tmp_path / "a.zip"), outside, here())
    assert "has a line of more than 1,000 bytes" in str(found.steps[1].problems[0])


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"nonsense",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": 2}',
        b'{"format": true}',
        b'{"format": 1}',
    ],
)
def test_a_manifest_of_another_format_is_refused(
    export: Export, outside: Outside, tmp_path: Path, manifest: bytes
) -> None:
    path = spoilt(
        export,
        tmp_path,
        lambda archive: archive.writestr("export.json", manifest),
        but="export.json",
    )
    found = verify(path, outside, here())
    assert found.verdict is Verdict.FAILED
    assert found.steps[1].outcome is Outcome.FAILED


@pytest.mark.parametrize("field", ["log", "positions", "counts", "files", "keys", "selection"])
def test_a_manifest_that_lacks_a_field_is_refused_by_its_name(
    export: Export, outside: Outside, tmp_path: Path, field: str
) -> None:
    export.manifest = lambda plain: {name: one for name, one in plain.items() if name != field}
    assert f"`{field}`" in refused(export.written(tmp_path / "a.zip"), outside)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"{}",
        b"nonsense",
        b"[" * 100_000,
        b'{"position":1,"body":"[]","proof":[]}',
        b'{"position":1,"body":"{}","proof":[]}',
        b'{"position":0,"body":"{}","proof":[]}',
        b'{"position":true,"body":"{}","proof":[]}',
        b'{"position":1e999,"body":"{}","proof":[]}',
        b'{"position":1,"body":"{\\"a\\":1e5}","proof":[]}',
        b'{"position":1,"body":"\\ud800","proof":[]}',
        b'{"position":1,"body":"{}","proof":["!",7]}',
        json.dumps({"position": 1, "body": "[" * 99_999, "proof": []}).encode(),
        json.dumps({"position": 1, "body": "{}", "proof": ["AA=="] * 65}).encode(),
        b'{"position":1,"body":"{\\"kind\\":\\"submission\\",\\"decision\\":7}","proof":[]}',
    ],
)
def test_a_line_that_is_no_record_fails_and_ends_nothing(
    export: Export, outside: Outside, tmp_path: Path, line: bytes
) -> None:
    def spoil(files: dict[str, bytes]) -> dict[str, bytes]:
        return files | {"records.jsonl": line + b"\n" + files["records.jsonl"]}

    export.files = spoil
    found = verify(export.written(tmp_path / "a.zip"), outside, here())
    assert found.verdict is Verdict.FAILED
    assert {3, 5} & {n for n, s in found.steps.items() if s.outcome is Outcome.FAILED}
    assert found.steps[10].count >= 5  # the others are looked at all the same


@pytest.mark.parametrize("seed", range(20))
def test_a_body_spoilt_at_random_ends_nothing(
    export: Export, outside: Outside, tmp_path: Path, seed: int
) -> None:
    """Values of a signed record are exchanged for others of any type."""
    chance = random.Random(seed)

    def spoil(value: object) -> object:
        if chance.random() < 0.05:
            return chance.choice([None, True, -1, 2**53 - 1, "", "x", [], {}, [{}], {"a": []}])
        match value:
            case dict():
                return {name: spoil(item) for name, item in value.items()}
            case list():
                return [spoil(item) for item in value]
            case _:
                return value

    for position, body in enumerate(export.bodies):
        plain = json.loads(body)
        made = {**{name: spoil(value) for name, value in plain.items()}, "kind": plain["kind"]}
        export.bodies[position] = json.dumps(
            made, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
    export.inside = lambda: []  # type: ignore[method-assign]
    found = verify(export.written(tmp_path / "a.zip"), outside, here())
    assert found.verdict is Verdict.FAILED


def test_an_archive_is_closed_and_then_refuses(export: Export, tmp_path: Path) -> None:
    with Archive(export.written(tmp_path / "a.zip")) as archive:
        assert archive.has("export.json")
    with pytest.raises(ArchiveRefused, match="closed"):
        archive.whole("readme.txt")
