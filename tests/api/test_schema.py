"""`countersign schema`: JSON for editors, printed or in a file, also of a set with errors."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from api.cli import app
from api.commands.schema import Kind
from rules.editor.schema import schema_of
from rules.editor.tables import FILES


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["schema", *map(str, arguments)])


def test_the_schema_is_printed_or_written(tmp_path: Path) -> None:
    printed = run()
    assert printed.exit_code == 0
    assert json.loads(printed.output) == schema_of()
    out = tmp_path / "schema.json"
    written = run("--kind", "approvals", "--out", out)
    assert (written.exit_code, written.output) == (0, "")
    assert json.loads(out.read_text(encoding="utf-8")) == schema_of("approvals")


def test_a_set_brings_its_words_although_it_does_not_load(folder: Path) -> None:
    (folder / "approvals" / "broken.yaml").write_text("kind: approvals\nrows: {\n", "utf-8")
    found = run("--policy", folder)
    assert found.exit_code == 0
    definitions = json.loads(found.output)["definitions"]
    assert definitions["level"]["properties"]["level"]["enum"] == ["manager", "director"]
    assert "business_case" in definitions["condition"]["properties"]


def test_a_folder_that_is_no_set_and_a_kind_that_is_none_are_refused(tmp_path: Path) -> None:
    assert run("--policy", tmp_path).exit_code == 4
    assert run("--kind", "readyness").exit_code == 2


def test_every_kind_with_a_schema_can_be_asked_for() -> None:
    assert {kind.value for kind in Kind} == {*FILES}


def test_the_shell_can_be_taught_to_complete_commands() -> None:
    assert "--install-completion" in CliRunner().invoke(app, ["--help"]).output
