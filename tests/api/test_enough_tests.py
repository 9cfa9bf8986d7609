"""`countersign test` with coverage, JUnit XML, faults, and tests written for every bound (C2)."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.commands.coverage import least_share
from api.commands.junit import junit
from engine.places import Place
from rules.testing.comparing import Compared
from rules.testing.running import Result as PolicyResult


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["test", *(str(argument) for argument in arguments)])


def test_coverage_is_a_table_by_file_and_a_list_by_place(folder: Path) -> None:
    result = run(folder, "--coverage")
    assert result.exit_code == 0
    assert (
        result.stdout
        == """\
tests/orders.yaml ..
0 tests failed, 2 passed

covered by tests        rules   boundaries   codes
──────────────────────────────────────────────────
approvals/orders.yaml     1/3          0/5       -
organization.yaml         2/2          1/2       -
all                       3/5          1/7       -

4 of 12 covered: 33.3%
not covered:
  approvals/orders.yaml:8:5: `up_to: 100.00 USD`
  approvals/orders.yaml:8:5: row `small`
  approvals/orders.yaml:9:5: `up_to: 50_000.00 USD`
  approvals/orders.yaml:9:5: `above: 100.00 USD`
  approvals/orders.yaml:13:5: `above: 50_000.00 USD`
  approvals/orders.yaml:13:5: row `large`
  approvals/orders.yaml:16:15: required: `business_case: present`
  organization.yaml:10:5: `up_to: 50_000.00 USD`
codes that came out: over_limit 1
"""
    )


@pytest.mark.parametrize(
    ("least", "code"), [("33%", 0), ("33.3%", 0), ("33.4%", 1), ("100%", 1), ("0", 0)]
)
def test_a_least_coverage_is_compared_exactly(folder: Path, least: str, code: int) -> None:
    result = run(folder, "--min-coverage", least)
    assert result.exit_code == code
    asked = f"at least {least} is asked for"
    assert (asked in result.stderr) is bool(code)


@pytest.mark.parametrize("text", ["ninety", "101%", "-1%", "90%%", "1e2", "9" * 400])
def test_what_is_no_percentage_is_a_usage_error(folder: Path, text: str) -> None:
    assert run(folder, f"--min-coverage={text}").exit_code == 2


def test_a_third_is_not_enough_for_a_bit_more() -> None:
    least = least_share("33.333334%")
    assert least is not None
    assert least * 3 > 1


def test_coverage_as_json(folder: Path) -> None:
    result = run(folder, "--json", "--min-coverage", "90%")
    assert result.exit_code == 1
    found = json.loads(result.stdout)["coverage"]
    assert (found["covered"], found["total"], found["percent"]) == (4, 12, "33.3%")
    assert found["enough"] is False
    assert found["files"]["organization.yaml"]["boundaries"] == {"covered": 1, "total": 2}
    assert found["not_covered"][1] == {
        "sort": "rule",
        "place": "approvals/orders.yaml:8:5",
        "what": "row `small`",
    }


def test_junit_has_a_suite_a_file_and_says_what_failed(folder: Path) -> None:
    path = folder / "tests" / "orders.yaml"
    text = path.read_text(encoding="utf-8").replace("approve: [dan]", "approve: [carl]")
    path.write_text(text + "  - {name: broken, document: {amount: 1}, expect: {}}\n", "utf-8")
    file = folder.parent / "junit.xml"
    assert run(folder, "--junit", file).exit_code == 1
    root = ElementTree.parse(file).getroot()  # noqa: S314  (our own)
    assert root.attrib == {"name": "small", "tests": "3", "failures": "1", "errors": "1"}
    suite, problems = root
    assert suite.attrib == {
        "name": "tests/orders.yaml",
        "tests": "2",
        "failures": "1",
        "errors": "0",
    }
    passed, failed = suite
    assert (passed.get("classname"), passed.get("line"), len(passed)) == ("tests.orders", "6", 0)
    failure = failed.find("failure")
    assert failure is not None
    assert failure.get("message") == "approve: expected carl, got dan (chain)"
    assert "because approvals/orders.yaml:9:5: row_matched" in (failure.text or "")
    error = problems[0].find("error")
    assert error is not None
    assert "no-outcome" in (error.text or "")


def test_junit_stays_xml_whatever_stands_in_a_test() -> None:
    name = "a\x00\x1b[31m ]]> <b> & \" ' \ud800 \ufffe \U0001f600 é"
    wrong = Compared("outcome", "<route>", "\x07held", False)
    bad = PolicyResult(name, Place("tests/a&b.yaml", 3, 5), (wrong,), (), None, ("why \x00",))
    root = ElementTree.fromstring(junit("s\x01", [bad], []))  # noqa: S314
    case = root[0][0]
    assert case.get("name") == "a\\x00\\x1b[31m ]]> <b> & \" ' \\ud800 \\ufffe \U0001f600 é"
    assert case[0].get("message") == "outcome: expected <route>, got \\x07held"


def test_faults_that_no_test_notices(folder: Path) -> None:
    result = run(folder, "--mutate", "--only", "approvals/orders.yaml:8")
    assert result.exit_code == 0
    assert (
        "approvals/orders.yaml:8:43: `approve: not_needed` became `approve: cfo`: no test noticed\n"
        in result.stdout
    )
    assert result.stdout.splitlines()[-1].startswith("6 faults: ")
    assert run(folder, "--mutate", "--only", "orders.yaml:8", "--max-survivors", "0").exit_code == 1
    assert run(folder, "--mutate", "--only", "orders.yaml:8", "--max-survivors", "9").exit_code == 0


def test_faults_as_json_in_a_stable_order(folder: Path) -> None:
    first, second = (run(folder, "--mutate", "--limit", "12", "--json") for _ in range(2))
    assert first.stdout == second.stdout
    found = json.loads(first.stdout)
    assert found["faults"] == len(found["tried"]) == sum(found["counts"].values()) == 12
    assert set(found["counts"]) == {"survived", "tests", "linter", "same", "untold"}
    assert found["tried"][0]["file"] == "approvals/orders.yaml"


def test_faults_are_not_tried_where_a_test_fails(folder: Path) -> None:
    path = folder / "tests" / "orders.yaml"
    path.write_text(path.read_text("utf-8").replace("approve: [dan]", "approve: [carl]"), "utf-8")
    result = run(folder, "--mutate")
    assert result.exit_code == 1
    assert "faults are tried only where every test passes" in result.stderr


def test_boundaries_are_written_once_and_pass(folder: Path) -> None:
    file = folder / "tests" / "boundaries.yaml"
    result = run(folder, "--write-boundaries", file)
    assert result.exit_code == 0
    left_out, written, *_ = result.stdout.splitlines()
    why = "no documents were found with which it decides, one on each side"
    assert left_out == f"organization.yaml:10:5: `up_to: 50_000.00 USD` is not tested, since {why}"
    assert written.startswith("6 tests written to ")
    assert file.read_text("utf-8").startswith("# Both sides of every bound")
    assert run(folder, "--only", "boundaries").exit_code == 0
    again = run(folder, "--write-boundaries", file)
    assert again.exit_code == 6
    assert "it is there already; --force overwrites it" in again.stderr
    before = file.read_bytes()
    assert run(folder, "--write-boundaries", file, "--force").exit_code == 0
    assert file.read_bytes() == before
