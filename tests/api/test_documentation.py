"""`docs/command-line.md` names every command and every exit code as the program has them."""

from pathlib import Path

import typer

from api.cli import INTERNAL, app
from api.commands.terminal import MEANINGS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "command-line.md").read_text(
    encoding="utf-8"
)


def names(application: typer.Typer, before: str = "countersign") -> list[str]:
    found = [f"{before} {command.name}" for command in application.registered_commands]
    for group in application.registered_groups:
        inner = group.typer_instance
        if inner is not None:
            found += names(inner, f"{before} {group.name}")
    return found


def test_every_command_is_documented() -> None:
    assert len(names(app)) > 12
    for name in names(app):
        assert f"| `{name}" in TEXT, name


def test_every_exit_code_is_documented_with_its_meaning() -> None:
    for code, meaning in MEANINGS.items():
        assert f"| {int(code)} | {meaning} |" in TEXT, code
    assert f"| {INTERNAL} |" in TEXT
