"""`countersign retention` and `countersign legal-hold` on a store (F4)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from freezegun import freeze_time
from typer.testing import CliRunner

from adapters.store.opening import migrate, open_store
from api.cli import app
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from tests.casework.documents import NOW, PORTAL, by, order
from tests.web.conftest import ACME

COUNTRIES = Path(__file__).parents[2] / "policies" / "countries"
TWO = ("--by", "gina", "--confirmed-by", "otto", "--because", "kept long enough")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """ACME with the law of the United States, one order rejected and one on its way."""
    address = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", address)
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    migrate(address)
    shutil.copytree(ACME, tmp_path / "acme")
    (tmp_path / "acme" / "countries").mkdir()
    shutil.copy(COUNTRIES / "us.yaml", tmp_path / "acme" / "countries")
    with freeze_time("2027-03-01T09:00:00Z"):
        first = ["activate", str(tmp_path / "acme"), "--by", "gina", "--because", "installation"]
        assert CliRunner().invoke(app, first).exit_code == 0
    opened = open_store(address)
    for id, supplier in (("PO-1", "S-1"), ("PO-2", "S-44")):
        done = submit(Resources(opened), order(id=id, supplier=supplier), "portal", PORTAL, NOW)
        assert isinstance(done, Submitted)
    act(Resources(opened), 1, Action(Kind.REJECT, "mia", 1, comment="no"), by("mia"), NOW)
    opened.close()
    return address


def run(*words: str, typed: str = "") -> tuple[int, str]:
    with freeze_time("2041-06-01T12:00:00Z"):
        done = CliRunner().invoke(app, [*words], input=typed)
    return done.exit_code, done.stdout + done.stderr


def test_what_is_due_is_listed_and_erased_and_the_trail_agrees(store: str) -> None:
    code, said = run("retention", "due")
    assert code == 0
    assert "C-000001" in said
    assert "C-000002" not in said
    assert "1 case can be erased, 0 not" in said
    code, said = run("retention", "erase", *TWO, "--yes", "--json")
    assert code == 0
    assert json.loads(said[said.index("{") :])["erased"] == ["C-000001"]
    assert run("retention", "due")[1].strip() == "no case has been kept as long as it has to be"
    assert run("trail", "check")[0] == 0


def test_nothing_is_erased_unless_somebody_says_yes(store: str) -> None:
    code, said = run("retention", "erase", *TWO, typed="n\n")
    assert code == 1
    assert "erase 1 case for good?" in said
    assert "C-000001" in run("retention", "due")[1]


def test_one_person_is_not_enough(store: str) -> None:
    words = ("--by", "gina", "--confirmed-by", "gina", "--because", "over", "--yes")
    code, said = run("retention", "erase", *words)
    assert code == 7
    assert "error[same_person]" in said


def test_a_hold_is_placed_listed_and_lifted(store: str) -> None:
    said = run("legal-hold", "list")[1]
    assert said.strip() == "nothing is held"
    placed = ("legal-hold", "place", "--person", "mia", "--by", "cora", "--because", "a suit")
    code, said = run(*placed)
    assert code == 0
    assert "covers 1 case now" in said
    due = json.loads(run("retention", "due", "--json")[1])["due"]
    assert [(each["case"], each["kept_by"], each["about"]) for each in due] == [
        ("C-000001", "legal_hold", "H-000001")
    ]
    lift = ("legal-hold", "lift", "H-000001", "--because", "settled", "--by")
    assert "error[same_person]" in run(*lift, "cora")[1]
    assert run(*lift, "gina")[0] == 0
    holds = json.loads(run("legal-hold", "list", "--json")[1])["holds"]
    assert [(each["hold"], each["lifted_by"]) for each in holds] == [("H-000001", "gina")]
    assert "1 case can be erased" in run("retention", "due")[1]
