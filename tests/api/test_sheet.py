"""`countersign sheet`: what it says, writes and refuses, and with which code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from api.cli import app
from tests.rules.analysis.workbooks import cell

ORDERS = "approvals/orders.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["sheet", *map(str, arguments)])


@pytest.fixture
def sheet(folder: Path) -> Path:
    path = folder.parent / "small.xlsx"
    found = run("export", folder, "--out", path, "--on", "2027-03-15")
    assert (found.exit_code, found.output) == (0, f"{path}: written\n")
    return path


def edit(path: Path, tab: str, number: int, label: str, value: object) -> None:
    book = load_workbook(path)
    cell(book[tab], number, label).value = value
    book.save(path)


def test_an_edit_comes_back_with_its_cell_and_place(folder: Path, sheet: Path) -> None:
    before = (folder / ORDERS).read_text()
    edit(sheet, "orders", 3, "Who, or why", "cfo then controller")
    change = (
        "orders!H13: approvals/orders.yaml:15:14: row `large`:"
        " `approve: cfo` becomes `approve: [cfo, controller]`\n"
    )
    found = run("import", sheet, "--policy", folder, "--dry-run")
    assert found.output == f"{change}{sheet}: 1 change would be written to {ORDERS}\n"
    assert (folder / ORDERS).read_text() == before
    found = run("import", sheet, "--policy", folder)
    assert (found.exit_code, found.output) == (
        0,
        f"{change}{sheet}: 1 change written to {ORDERS}\n",
    )
    assert (folder / ORDERS).read_text() == before.replace(
        "    approve: cfo\n", "    approve: [cfo, controller]\n"
    )
    found = run("import", sheet, "--policy", folder)
    assert found.output == f"{sheet}: no difference, nothing was written\n"


def test_what_would_be_an_error_is_not_written(folder: Path, sheet: Path) -> None:
    edit(sheet, "orders", 3, "Lower amount", 60_000)
    before = (folder / ORDERS).read_bytes()
    found = run("import", sheet, "--policy", folder)
    assert found.exit_code == 1
    assert "error[gap]: no row covers 50000.01 to 60000.00 USD" in found.output
    assert found.output.endswith(f"{sheet}: refused for 1 error, nothing was written\n")
    assert (folder / ORDERS).read_bytes() == before


def test_json_says_the_same(folder: Path, sheet: Path) -> None:
    edit(sheet, "limits", 1, "Amount", 9_000.5)
    out = folder.parent / "report.json"
    found = run("import", sheet, "--policy", folder, "--json", "--dry-run", "--out", out)
    assert (found.exit_code, found.output) == (0, "")
    said = json.loads(out.read_text())
    assert said == {
        "sheet": str(sheet),
        "policy": str(folder),
        "refused": False,
        "written": False,
        "files": ["organization.yaml"],
        "changes": [
            {
                "cell": "limits!D11",
                "file": "organization.yaml",
                "line": 9,
                "column": 27,
                "row": "manager",
                "before": "up_to: 10_000.00 USD",
                "after": "up_to: 9_000.50 USD",
            }
        ],
        "problems": [],
        "reports": [],
    }


def test_a_refusal_has_the_cell(folder: Path, sheet: Path) -> None:
    edit(sheet, "limits", 1, "Amount", 9_000.505)
    found = run("import", sheet, "--policy", folder)
    assert found.exit_code == 1
    assert found.output == (
        "limits!D11: expected at most 2 decimals for USD, found `9000.505`\n"
        "  help: a computed or rounded number: write what is meant\n"
        f"{sheet}: refused for 1 reason, nothing was written\n"
    )


def test_codes_for_what_cannot_be_done(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.xlsx"
    assert run("export", folder, "--out", out, "--matrix", "order").exit_code == 1
    assert "did you mean `orders`?" in run("export", folder, "-o", out, "-m", "order").output
    assert "it has `orders`" in run("export", folder, "-o", out, "-m", "zzz").output
    assert run("export", folder, "--out", tmp_path / "no" / "x").exit_code == 6
    assert run("export", folder, "--out", out, "--on", "tomorrow").exit_code == 2
    assert run("export", tmp_path, "--out", out).exit_code == 4
    assert run("import", out, "--policy", folder).exit_code == 1
    assert run("import", folder / ORDERS, "--policy", folder).exit_code == 1
    assert run("import", out).exit_code == 2
    assert run("export", folder, "--out", out, "--matrix", "orders").exit_code == 0
    assert load_workbook(out).sheetnames == ["orders", "countersign"]


def test_without_the_extra_it_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    found = run("export", folder, "--out", folder.parent / "x.xlsx")
    assert found.exit_code == 1
    assert found.output == (
        "error: spreadsheets need the package `openpyxl`\n  help: install `countersign[analysis]`\n"
    )


def test_what_decides_does_without_the_extra() -> None:
    import subprocess

    code = "import api.cli, sys; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
