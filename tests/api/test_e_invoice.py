"""`countersign e-invoice` shows what invoices say, or what is wrong with each (A1, A5)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.adapters.e_invoice.small import CII_INVOICE, UBL_INVOICE

ACME = Path("policies/acme")


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["e-invoice", *map(str, words)])


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / "a.xml", tmp_path / "b.xml"]
    for path, text in zip(made, (UBL_INVOICE, CII_INVOICE), strict=True):
        path.write_text(text, encoding="utf-8")
    return made


def test_each_file_is_a_line_of_json(files: list[Path]) -> None:
    done = run(*files, "--entity", "DE01", "--requester", "petra", "--json")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert done.exit_code == 0
    assert first == second
    assert (first["type"], first["number"], first["payable"]) == ("invoice", "R-1", "11.90")


def test_a_table_shows_what_is_to_be_paid(files: list[Path]) -> None:
    done = run(*files, "--entity", "DE01", "--requester", "petra")
    assert done.exit_code == 0
    assert done.stdout.count("11.90 EUR") == 2
    assert done.stdout.count("unknown") == 2  # the supplier


def test_what_is_wrong_is_told_with_its_place_and_the_others_are_shown(files: list[Path]) -> None:
    files[0].write_text(UBL_INVOICE.replace(">11.90<", ">11.91<"), encoding="utf-8")
    done = run(*files, "--entity", "DE01", "--requester", "petra")
    assert done.exit_code == 3
    assert f"{files[0]}: line " in done.stderr
    assert "BT-112 cbc:TaxInclusiveAmount: error[wrong_sum]" in done.stderr
    assert "11.90 EUR" in done.stdout
    as_json = run(*files, "--entity", "DE01", "--requester", "petra", "--json")
    assert as_json.exit_code == 3
    first = json.loads(as_json.stdout.splitlines()[0])
    assert first["file"] == "a.xml"
    assert {each["code"] for each in first["errors"]} == {"wrong_sum"}


def test_an_address_book_says_whose_it_is(files: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text("identifier,entity,requester,supplier\nDE987654321,DE02,hans,\n", "utf-8")
    done = run(files[0], "--addresses", path, "--json")
    assert json.loads(done.stdout)["entity"] == "DE02"


def test_without_an_entity_nothing_comes_in(files: list[Path]) -> None:
    done = run(files[0])
    assert done.exit_code == 3
    assert "unknown_address" in done.stderr


@pytest.mark.parametrize("text", ["nonsense\n", None])
def test_an_address_book_that_cannot_be_read_ends_the_command(
    files: list[Path], tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "addresses.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    done = run(files[0], "--addresses", path)
    assert done.exit_code == 5
    assert "addresses.csv" in done.stderr


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.xml", tmp_path):
        done = run(path, "--entity", "DE01", "--requester", "petra")
        assert done.exit_code == 3
        assert "unreadable" in done.stderr


def test_suppliers_are_found_in_the_master_data_of_a_set(files: list[Path]) -> None:
    done = run(files[0], "--entity", "US01", "--requester", "rita", "--policy", ACME, "--json")
    assert done.exit_code == 0
    assert "supplier" not in json.loads(done.stdout)
    assert run(files[0], "--data", ACME / "data").exit_code == 2


def test_a_set_with_the_german_file_is_told_that_it_came_as_a_structured_file(
    files: list[Path],
) -> None:
    who = ("--entity", "DE01", "--requester", "petra", "--json")
    with_file = run(*files, *who, "--policy", "policies/german-payables")
    for line in with_file.stdout.splitlines():
        assert json.loads(line)["facts"] == {"de_e_invoice_format": "en16931"}
    assert "de_e_invoice_format" not in run(*files, *who, "--policy", ACME).stdout
