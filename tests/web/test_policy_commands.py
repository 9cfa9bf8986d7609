"""`countersign policy` on a store: from a folder to being in force, and back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.store.opening import migrate
from api.cli import app
from tests.web.conftest import ACME

ROLE = "compliance: {per: group}"


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", url)
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    migrate(url)
    made = CliRunner()
    first = ["activate", str(ACME), "--by", "gina", "--because", "installation"]
    assert made.invoke(app, first).exit_code == 0
    return made


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """ACME with seats for a role, its tests and their data with it."""
    folder = tmp_path / "acme"
    shutil.copytree(ACME, folder)
    path = folder / "organization.yaml"
    text = path.read_text(encoding="utf-8")
    assert ROLE in text
    path.write_text(text.replace(ROLE, "compliance: {seats: 3, per: group}"), encoding="utf-8")
    return folder


def run(runner: CliRunner, *words: str) -> tuple[int, str]:
    done = runner.invoke(app, ["policy", *words])
    return done.exit_code, done.stdout + done.stderr


def test_a_folder_is_proposed_approved_put_in_force_and_taken_back(
    runner: CliRunner, other: Path
) -> None:
    because = ("--because", "three seats")
    code, told = run(runner, "propose", str(other), "--by", "gina", *because, "--json")
    assert code == 0, told
    made = json.loads(told)
    assert (made["case"], made["status"], made["approval"]) == ("C-000001", "proposed", "pending")
    assert run(runner, "activate", "C-000001", "--by", "axel") == (
        7,
        "error[not_approved]: nothing was put in force or taken back\n",
    )
    assert run(runner, "approve", "C-000001", "--by", "gina")[0] == 7
    assert run(runner, "approve", "C-000001", "--by", "carl") == (0, "C-000001: approved\n")
    assert run(runner, "activate", "C-000001", "--by", "gina")[0] == 7
    assert run(runner, "activate", "C-000001", "--by", "axel") == (0, "C-000001: activated\n")
    code, told = run(runner, "show", "C-000001")
    assert code == 0
    assert "role compliance" in told
    sets = json.loads(run(runner, "history", "--json")[1])
    assert (sets["in_force"], sets["before"]) == (made["set"], made["based_on"])
    assert "policy_activated" in run(runner, "history")[1]
    code, told = run(runner, "roll-back", "--by", "axel", "--because", "a mistake")
    assert (code, told) == (0, f"in force: policy {made['based_on']}\n")
    assert run(runner, "roll-back", "--by", "axel", "--because", "again")[0] == 7


def test_a_set_for_later_is_scheduled_and_cancelled(runner: CliRunner, other: Path) -> None:
    later = ("--effective-at", "2999-01-01T00:00:00Z")
    code, told = run(runner, "propose", str(other), "--by", "gina", "--because", "later", *later)
    assert code == 0, told
    run(runner, "approve", "C-000001", "--by", "carl")
    code, told = run(runner, "activate", "C-000001", "--by", "axel")
    assert (code, told) == (0, "C-000001: scheduled for 2999-01-01T00:00:00+00:00\n")
    assert "scheduled" in run(runner, "show")[1]
    assert run(runner, "cancel", "C-000001", "--by", "gina", "--because", "not yet")[0] == 0
    assert "cancelled" in run(runner, "show")[1]


def test_what_a_set_would_have_changed_is_told(runner: CliRunner, other: Path) -> None:
    code, told = run(runner, "what-if", str(other), "--since", "2000-01-01", "--json")
    assert code == 0, told
    assert json.loads(told)["count"] == 0
    run(runner, "propose", str(other), "--by", "gina", "--because", "three seats")
    code, told = run(runner, "what-if", "C-000001", "--since", "2000-01-01")
    assert code == 0, told
    assert "0 of 1 documents come out otherwise" in told
    assert run(runner, "what-if", str(other), "--since", "yesterday")[0] == 2
    assert run(runner, "what-if", "C-000404", "--since", "2000-01-01")[0] == 7


def test_what_is_wrong_is_told_with_its_place_and_nothing_is_proposed(
    runner: CliRunner, other: Path
) -> None:
    path = other / "organization.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("who: director", "who: directer", 1), encoding="utf-8")
    code, told = run(runner, "propose", str(other), "--by", "gina", "--because", "a mistake")
    assert code == 4
    assert "organization.yaml:" in told
    assert "error[does_not_load]" in told
    path.write_text(text.replace("JP01, up_to: 5_000_000", "JP01, up_to: 999", 1), encoding="utf-8")
    code, told = run(runner, "propose", str(other), "--by", "gina", "--because", "a mistake")
    assert code == 4
    assert run(runner, "show") == (0, "nothing was proposed\n")
    assert run(runner, "propose", str(other / "nothing"), "--by", "gina", "--because", "x")[0] == 4
    assert run(runner, "show", "C-000404")[0] == 7
    assert run(runner, "activate", "PO-1", "--by", "axel")[0] == 2
