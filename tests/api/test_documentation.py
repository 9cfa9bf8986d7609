"""`docs/command-line.md` names every command and every exit code as the program has them."""

from pathlib import Path

from api.cli import COMMANDS, INTERNAL
from api.commands.terminal import MEANINGS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "command-line.md").read_text(
    encoding="utf-8"
)


def test_every_command_is_documented() -> None:
    assert len(COMMANDS) > 12
    for words in COMMANDS:
        assert f"| `countersign {words}" in TEXT, words


def test_every_exit_code_is_documented_with_its_meaning() -> None:
    for code, meaning in MEANINGS.items():
        assert f"| {int(code)} | {meaning} |" in TEXT, code
    assert f"| {INTERNAL} |" in TEXT
