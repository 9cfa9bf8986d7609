"""`countersign countries`: what is shipped, what a set has, and copying without losing work."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters import shipped_countries as shipped
from api.cli import app
from tests.policies.sets import POLICIES, checked, read_folder


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["countries", *words])


def states(folder: Path) -> dict[str, str]:
    result = run("--set", str(folder), "--json")
    assert result.exit_code == 0, result.output
    return {one["country"]: one["state"] for one in json.loads(result.output)}


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    return Path(shutil.copytree(POLICIES / "acme", tmp_path / "acme"))


def test_what_is_shipped_is_listed_with_its_names() -> None:
    found = json.loads(run("--json").output)
    assert {"country": "PL", "name": "Poland", "state": "shipped"} in found
    assert len(found) == len(shipped.shipped_countries())
    assert "Poland" in run().output


def test_copied_countries_are_part_of_the_set(acme: Path) -> None:
    before, _ = checked(read_folder(acme))
    result = run("add", str(acme), "pl", "DE")
    assert result.exit_code == 0, result.output
    after, found = checked(read_folder(acme))
    assert before is not None
    assert after is not None, found.render()
    assert sorted(after.countries) == ["DE", "PL"]
    assert after.digest != before.digest
    assert (states(acme)["PL"], states(acme)["FR"]) == ("same", "shipped")


def test_a_changed_file_is_left_alone_and_nothing_else_is_written(acme: Path) -> None:
    assert run("add", str(acme), "PL").exit_code == 0
    file = acme / "countries" / "pl.yaml"
    file.write_bytes(file.read_bytes() + b"# ours\n")
    assert states(acme)["PL"] == "differs"
    result = run("add", str(acme), "DE", "PL")
    assert result.exit_code == 4
    assert "--force" in result.stderr
    assert file.read_bytes().endswith(b"# ours\n")
    assert not (acme / "countries" / "de.yaml").exists()
    assert run("add", str(acme), "DE", "PL", "--force").exit_code == 0
    assert (states(acme)["PL"], states(acme)["DE"]) == ("same", "same")


def test_copying_twice_changes_nothing(acme: Path) -> None:
    assert json.loads(run("add", str(acme), "PL", "--json").output) == {"PL": True}
    assert json.loads(run("add", str(acme), "PL", "--json").output) == {"PL": False}


def test_a_country_of_the_set_alone_is_said_to_be(acme: Path) -> None:
    folder = acme / "countries"
    folder.mkdir()
    (folder / "xx.yaml").write_text("kind: country\nname: Nowhere\n", encoding="utf-8")
    assert states(acme)["XX"] == "own"


@pytest.mark.parametrize("code", ["XX", "", "../policy", "p\x1bl"])
def test_a_country_that_is_not_shipped_is_named(acme: Path, code: str) -> None:
    result = run("add", str(acme), "PL", code)
    assert result.exit_code == 4
    assert "no country" in result.stderr
    assert "\x1b" not in result.stderr
    assert not (acme / "countries").exists()


def test_what_is_no_set_is_refused(tmp_path: Path) -> None:
    assert run("add", str(tmp_path), "PL").exit_code == 4
    assert run("--set", str(tmp_path / "nothing")).exit_code == 4


def test_a_link_in_place_of_the_folder_is_not_followed(acme: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (acme / "countries").symlink_to(tmp_path / "elsewhere")
    assert run("add", str(acme), "PL").exit_code == 4
    assert not [*(tmp_path / "elsewhere").iterdir()]


def test_an_installation_without_files_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shipped, "FOLDERS", (tmp_path,))
    result = run()
    assert result.exit_code == 4
    assert "install it again" in result.stderr


def test_a_wheel_carries_them_where_they_are_looked_for() -> None:
    text = (POLICIES.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert '"policies/countries" = "adapters/countries"' in text
    assert shipped.FOLDERS[0] == Path(shipped.__file__).parent / "countries"
