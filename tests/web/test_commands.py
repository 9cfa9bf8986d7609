"""Commands on a store: what is put in force is recorded, and what is wrong puts nothing there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.store.opening import migrate
from api.cli import app
from api.commands import file as filing
from tests.web.conftest import ACME, order


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", url)
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    monkeypatch.setattr(filing, "SETTLE_SECONDS", 0)
    migrate(url)
    return CliRunner()


def received(document: dict[str, object]) -> dict[str, object]:
    """The document without its own date: these commands go by the clock of the machine."""
    return {name: value for name, value in document.items() if name != "submitted_at"}


def run(runner: CliRunner, *words: str) -> int:
    return runner.invoke(app, list(words)).exit_code


def test_a_set_is_activated_once_then_data_are_loaded_and_files_submitted(
    runner: CliRunner, tmp_path: Path
) -> None:
    by = ("--because", "a reason", "--by")
    data = ("data", "load", str(ACME / "data"))
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.jsonl").write_text(json.dumps(received(order())), encoding="utf-8")
    inbox = ("file", str(tmp_path / "inbox"), "--once")
    assert run(runner, *data, *by, "gina") == 7
    assert run(runner, *inbox) == 7
    assert (tmp_path / "inbox" / "a.jsonl").exists()
    assert run(runner, "activate", str(ACME), *by, "nobody") == 2
    assert run(runner, "activate", str(ACME), "--by", "gina", "--because", " ") == 2
    assert run(runner, "activate", str(ACME), *by, "gina") == 0
    assert run(runner, "activate", str(ACME), *by, "gina") == 7
    assert run(runner, *data, *by, "nobody") == 2
    assert run(runner, *data, *by, "gina") == 0
    assert run(runner, "data", "load", str(tmp_path), *by, "gina") == 7
    assert run(runner, *inbox) == 0
    report = (tmp_path / "inbox" / "done" / "a.jsonl.report.csv").read_text(encoding="utf-8")
    assert "C-000001" in report


def test_a_set_that_could_never_be_exchanged_is_not_activated(
    runner: CliRunner, tmp_path: Path
) -> None:
    folder = tmp_path / "stuck"
    shutil.copytree(ACME, folder)
    policy = folder / "policy.yaml"
    lines = policy.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("policy_changes")]
    policy.write_text("".join(kept), encoding="utf-8")
    done = runner.invoke(app, ["activate", str(folder), "--by", "gina", "--because", "a reason"])
    assert done.exit_code == 4
    assert "policy_changes" in done.stderr


def test_a_period_close_tells_what_is_left_and_ends_with_one(
    runner: CliRunner, tmp_path: Path
) -> None:
    assert run(runner, "activate", str(ACME), "--by", "gina", "--because", "a reason") == 0
    march = ("period-close", "--entity", "US01", "--period", "2027-03")
    assert run(runner, *march) == 0
    invoice = {**order(), "type": "invoice", "id": "INV-1", "document_date": "2027-03-10"}
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(json.dumps(received(invoice)) + "\n", encoding="utf-8")
    assert run(runner, "file", str(tmp_path / "in"), "--once") == 0
    told = runner.invoke(app, [*march, "--json"])
    assert told.exit_code == 1
    (left,) = json.loads(told.stdout)["left"]
    assert (left["document_id"], left["day"], left["lacks"]) == (
        "INV-1",
        "2027-03-10",
        "approval",
    )
    shown = runner.invoke(app, list(march)).stdout
    assert "2027-03-01 to 2027-03-31: 1 without approval" in shown
    unknown = runner.invoke(app, ["period-close", "--entity", "US01", "--period", "March"])
    assert unknown.exit_code == 2
    assert "it has `2026-01`" in unknown.stderr
