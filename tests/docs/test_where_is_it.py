"""`docs/where-is-it.md` names files and folders that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "where-is-it.md").read_text(encoding="utf-8")


def named() -> list[str]:
    return [name for name in re.findall(r"`([a-z_/.*]+)`", TEXT) if "/" in name]


def test_every_file_and_folder_that_is_named_exists() -> None:
    assert len(named()) > 25
    missing = [name for name in named() if "*" not in name and not (ROOT / name).exists()]
    assert not missing


def test_there_are_a_dozen_questions_at_least() -> None:
    questions = [line for line in TEXT.splitlines() if re.match(r"\| (Where|What) .*\? \|", line)]
    assert len(questions) >= 12
