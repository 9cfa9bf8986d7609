"""`countersign format` on files: what is written, what is kept, and nothing is half done."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters import whole_files
from adapters.whole_files import NotWritten, replace_content
from api.cli import app
from tests.policies.sets import ROOT

CROOKED = "kind:  vocabulary # words\nfacts:\n    in_plan: { is: yes_no }\n"
STRAIGHT = "kind: vocabulary  # words\nfacts:\n  in_plan: {is: yes_no}\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["format", *map(str, arguments)])


def test_every_shipped_set_and_family_is_formatted() -> None:
    found = run("--check", ROOT / "policies", ROOT / "tests" / "policies" / "families")
    assert found.exit_code == 0, found.output
    assert found.output.startswith("0 of ")


def test_a_file_is_written_with_its_permissions_and_its_neighbours_stay(folder: Path) -> None:
    file = folder / "vocabulary.yaml"
    file.write_text(CROOKED, encoding="utf-8")
    file.chmod(0o640)
    others = {f: f.read_bytes() for f in folder.rglob("*") if f.is_file() and f != file}
    found = run(folder)
    assert (found.exit_code, found.output) == (
        0,
        f"{file}: formatted\n1 of 5 files formatted\n",
    )
    assert file.read_text(encoding="utf-8") == STRAIGHT
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert {f: f.read_bytes() for f in folder.rglob("*") if f.is_file() and f != file} == others
    assert run("--check", folder).exit_code == 0


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_looking_writes_nothing(folder: Path, option: str) -> None:
    file = folder / "vocabulary.yaml"
    file.write_text(CROOKED, encoding="utf-8")
    found = run(option, file)
    assert found.exit_code == (option == "--check")
    assert file.read_text(encoding="utf-8") == CROOKED
    assert found.output.endswith("1 of 1 file would be formatted\n")
    assert ("-kind:  vocabulary # words\n" in found.output) == (option == "--diff")


def test_an_error_of_the_linter_does_not_matter_and_one_of_reading_does(folder: Path) -> None:
    unknown, broken = folder / "vocabulary.yaml", folder / "broken.yaml"
    unknown.write_text("kind: vocabulary\nfats: [ 1 ]\n", encoding="utf-8")
    broken.write_text("kind:  vocabulary\nfacts: {\n", encoding="utf-8")
    found = run("--json", "--diff", folder)
    assert found.exit_code == 1
    plain = {Path(f["file"]).name: f for f in json.loads(found.output)["files"]}
    assert plain["vocabulary.yaml"]["state"] == "changed"
    assert "+fats: [1]" in plain["vocabulary.yaml"]["diff"]
    assert plain["broken.yaml"]["diagnostics"][0]["code"] == "syntax"
    found = run(folder)
    assert found.exit_code == 1
    assert f"{broken} cannot be read and is left as it is" in found.output
    assert unknown.read_text(encoding="utf-8") == "kind: vocabulary\nfats: [1]\n"
    assert broken.read_text(encoding="utf-8") == "kind:  vocabulary\nfacts: {\n"


def test_what_is_no_policy_file_is_left_alone_and_refused_by_name(folder: Path) -> None:
    other, link = folder / "compose.yaml", folder / "link.yaml"
    other.write_text("services:  {}\n", encoding="utf-8")
    link.symlink_to(folder / "vocabulary.yaml")
    data = folder / "data" / "rates.yaml"
    data.write_text("kind:  vocabulary\n", encoding="utf-8")
    text = folder / "notes.txt"
    text.write_text("kind:  vocabulary\n", encoding="utf-8")
    found = run(folder)
    assert found.exit_code == 0
    assert f"{other} is no policy file: it does not say its `kind`" in found.output
    assert other.read_text(encoding="utf-8") == "services:  {}\n"
    assert data.read_text(encoding="utf-8") == "kind:  vocabulary\n"
    for path in (other, link, text, folder / "nothing.yaml"):
        assert run(path).exit_code == 4, path
    assert link.is_symlink()


def test_a_file_that_may_not_be_written_is_said_and_kept(folder: Path) -> None:
    file = folder / "vocabulary.yaml"
    file.write_text(CROOKED, encoding="utf-8")
    before = sorted(os.listdir(folder))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
        found = run(folder)
    assert found.exit_code == 6
    assert "may not be written\n0 of 5 files formatted, 1 file left alone" in found.output
    assert file.read_text(encoding="utf-8") == CROOKED
    assert sorted(os.listdir(folder)) == before


def test_a_file_that_changed_in_the_meantime_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"theirs")
    with pytest.raises(NotWritten, match="changed in the meantime"):
        replace_content(file, b"old", b"new")
    assert file.read_bytes() == b"theirs"


def test_a_full_disk_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"old")

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_files.os, "fsync", full)
    with pytest.raises(NotWritten, match="no space left"):
        replace_content(file, b"old", b"new")
    assert os.listdir(tmp_path) == ["a.yaml"]
    assert file.read_bytes() == b"old"
