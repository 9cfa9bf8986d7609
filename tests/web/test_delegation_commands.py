"""`countersign delegations` on a store: made, listed and taken back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from adapters.store.opening import migrate, open_store
from api.cli import app
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.recording import moment_text
from tests.casework.documents import PORTAL, by, order
from tests.web.conftest import ACME


def made(*more: str, days: int = 20) -> tuple[int, str]:
    """Mia lets Lena act for her from today on, in their zone."""
    today = datetime.now(ZoneInfo("America/New_York")).date()
    last = (today + timedelta(days=days)).isoformat()
    words = ("make", "--to", "lena", "--by", "mia", "--because", "away", *more)
    return run(*words, "--first", today.isoformat(), "--last", last)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", address)
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    migrate(address)
    first = ["activate", str(ACME), "--by", "gina", "--because", "installation"]
    assert CliRunner().invoke(app, first).exit_code == 0
    return address


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["delegations", *words])
    return done.exit_code, done.stdout + done.stderr


def used(url: str) -> None:
    """Lena approves an order for Mia."""
    store, now = open_store(url), datetime.now(UTC)
    document = order(submitted_at=moment_text(now))
    submitted = submit(Resources(store), document, "portal", PORTAL, now)
    assert isinstance(submitted, Submitted)
    action = Action(Kind.APPROVE, "lena", 1)
    done = act(Resources(store), submitted.case.id, action, by("lena"), datetime.now(UTC))
    store.close()
    assert done is not None
    assert done.code == ""


def test_a_delegation_is_made_used_listed_and_taken_back(url: str) -> None:
    code, told = made("--document", "purchase_order", "--json")
    assert code == 0, told
    new = json.loads(told)
    assert (new["delegator"], new["delegate"], new["state"]) == ("mia", "lena", "in_force")
    assert new["documents"] == ["purchase_order"]
    used(url)
    [listed] = json.loads(run("list", "--person", "lena", "--json")[1])["delegations"]
    assert (listed["id"], listed["times_used"]) == (new["id"], 1)
    code, told = run("list")
    assert code == 0
    assert f"lena for mia, approve C-000001 (version 1) by {new['id']}" in told
    revoke = ("revoke", new["id"], "--because", "back")
    code, told = run(*revoke, "--by", "noah")
    assert (code, told.startswith("error[not_entitled]")) == (7, True)
    assert run(*revoke, "--by", "mia") == (0, f"{new['id']}: revoked\n")
    assert run(*revoke, "--by", "mia")[0] == 7
    assert json.loads(run("list", "--state", "in_force", "--json")[1]) == {"delegations": []}


def test_what_the_set_does_not_allow_ends_with_its_code(url: str) -> None:
    code, told = made(days=400)
    assert (code, told.startswith("error[delegation_too_long]")) == (7, True)
    assert run(*"make --to lena --by mia --because x --first now --last now".split())[0] == 2
    assert run("list") == (0, "there are no delegations\n")
    assert run("list", "--person", "ghost")[0] == 7
    assert run("revoke", "own-0", "--by", "mia", "--because", "x")[0] == 7
