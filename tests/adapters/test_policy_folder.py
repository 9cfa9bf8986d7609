import os
from pathlib import Path

import pytest

from adapters import policy_folder
from adapters.policy_folder import FolderRefused, read_set


def make(root: Path, **files: str) -> Path:
    for name, text in {"policy.yaml": "kind: set\n", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_policy_files_are_read_by_their_path_in_order(tmp_path: Path) -> None:
    root = make(tmp_path, **{"approvals/us.yaml": "a", "approvals/de.yml": "b", "notes.txt": "c"})
    assert list(read_set(root).items()) == [
        ("approvals/de.yml", b"b"),
        ("approvals/us.yaml", b"a"),
        ("policy.yaml", b"kind: set\n"),
    ]


def test_hidden_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    root = make(tmp_path, **{".git/x.yaml": "a", ".hidden.yaml": "b"})
    assert list(read_set(root)) == ["policy.yaml"]


def test_master_data_is_no_policy(tmp_path: Path) -> None:
    root = make(tmp_path, **{"data/rates.yaml": "a", "tests/fixtures/x/people.yaml": "b"})
    assert list(read_set(root)) == ["policy.yaml"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("secret", encoding="utf-8")
    root = make(tmp_path / "set")
    (root / "file.yaml").symlink_to(outside / "secret.yaml")
    (root / "folder").symlink_to(outside, target_is_directory=True)
    (root / "loop").symlink_to(root, target_is_directory=True)
    assert list(read_set(root)) == ["policy.yaml"]


def test_a_pipe_is_no_policy_file(tmp_path: Path) -> None:
    root = make(tmp_path)
    os.mkfifo(root / "pipe.yaml")
    assert list(read_set(root)) == ["policy.yaml"]


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match="there is no folder"):
        read_set(tmp_path / "nowhere")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FolderRefused, match="is a file"):
        read_set(tmp_path / "file")
    with pytest.raises(FolderRefused, match=r"cannot be read"):
        read_set("a\0b")


def test_a_folder_of_sets_says_which(tmp_path: Path) -> None:
    make(tmp_path / "acme")
    with pytest.raises(FolderRefused, match=r"no `policy.yaml`; there is one in `acme`"):
        read_set(tmp_path)


@pytest.mark.parametrize(
    ("bound", "value", "message"),
    [
        ("MOST_FILES", 1, "more than 1 policy files"),
        ("MOST_BYTES", 3, "larger than 3 bytes"),
        ("MOST_BYTES_TOGETHER", 12, "more than 12 bytes"),
        ("MOST_FOLDERS", 1, "too many folders"),
        ("MOST_DEPTH", 0, "too many folders"),
    ],
)
def test_the_reading_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, value: int, message: str
) -> None:
    root = make(tmp_path, **{"a/b.yaml": "text"})
    monkeypatch.setattr(policy_folder, bound, value)
    with pytest.raises(FolderRefused, match=message):
        read_set(root)


def test_a_hostile_name_is_shown_on_one_line(tmp_path: Path) -> None:
    root = make(tmp_path / "a\nb\x1b[31m")
    (root / "policy.yaml").unlink()
    with pytest.raises(FolderRefused) as caught:
        read_set(root)
    assert str(caught.value).isprintable()
