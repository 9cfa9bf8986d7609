"""Files are replaced all together or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.whole_files import NotWritten, replace_all, write_whole

OLD = {"a.yaml": b"a: 1\n", "in/b.yaml": b"b: 1\n"}
NEW = {"a.yaml": b"a: 2\n", "in/b.yaml": b"b: 2\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for name, data in OLD.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def content(root: Path) -> dict[str, bytes]:
    """Every file below the folder, also what should not be there."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_all_files_are_replaced_and_keep_their_permissions(root: Path) -> None:
    (root / "a.yaml").chmod(0o640)
    replace_all(root, NEW, OLD)
    assert content(root) == NEW
    assert (root / "a.yaml").stat().st_mode & 0o777 == 0o640


def test_a_file_that_changed_meanwhile_is_left_alone_and_so_are_the_others(root: Path) -> None:
    (root / "in/b.yaml").write_bytes(b"b: 3\n")
    with pytest.raises(NotWritten, match="was changed in the meantime: nothing is written"):
        replace_all(root, NEW, OLD)
    assert content(root) == {**OLD, "in/b.yaml": b"b: 3\n"}


def test_what_was_replaced_is_put_back_where_a_later_one_fails(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target.name == "b.yaml":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(NotWritten, match=r"b\.yaml` cannot be written: no space left on device"):
        replace_all(root, NEW, OLD)
    assert content(root) == OLD


def test_a_file_that_is_gone_is_said(root: Path) -> None:
    (root / "a.yaml").unlink()
    with pytest.raises(NotWritten, match="cannot be written: no such file or directory"):
        replace_all(root, NEW, OLD)
    assert content(root) == {"in/b.yaml": b"b: 1\n"}


def test_one_file_is_written_whole(root: Path) -> None:
    write_whole(root / "new", b"x")
    assert (root / "new").read_bytes() == b"x"
    with pytest.raises(NotWritten, match="cannot be written: no such file or directory"):
        write_whole(root / "nowhere" / "new", b"x")
    assert not [name for name in os.listdir(root) if name.endswith(".part")]
