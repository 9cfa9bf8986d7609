"""`lint` says what is wrong with tests as written, as `test` does, and the set still loads."""

from pathlib import Path

import pytest

from api.usecases.drafts import load_draft
from tests.api.test_lint_test_data import change, run

BROKEN = (
    (
        "on: 2027-03-15T09:00:00-04:00",
        "on: 15.3.2024",
        "2:5: error[not-a-date]",
        "  help: write `2024-03-15`",
    ),
    (
        "outcome: route, approve: [mia]",
        "outcome: blocked",
        "8:23: error[not-one-of]",
        "",
    ),
    (
        "outcome: route, approve: [mia]",
        "outcome: route, authority_limit: 1",
        "8:30: error[unknown-key]",
        "",
    ),
    (
        "approve: [mia]",
        "approve: [miaa]",
        "8:40: error[unknown-person]: no person or role named `miaa`",
        "  help: did you mean `mia`?",
    ),
    ("{amount: 10_000.00 USD}", "{amount: lots}", "7:16: error[bad-document]", ""),
    ("given: {data: data}", "given: {data: nowhere}", "3:15: error[bad-data]", ""),
    ("kind: tests", "kind: [tests", "2:3: error[syntax]", ""),
)


@pytest.mark.parametrize(("before", "after", "report", "help"), BROKEN)
def test_a_broken_test_is_reported_at_its_place(
    folder: Path, before: str, after: str, report: str, help: str
) -> None:
    change(folder / "tests" / "orders.yaml", before, after)
    result = run("lint", folder)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"tests/orders.yaml:{report}"), lines
    assert not help or lines[1] == help
    load_draft(folder)  # nothing is kept from being decided
    tested = run("test", folder)
    assert tested.exit_code == 1
    assert tested.stdout.splitlines().count(lines[0]) == 1


def test_a_set_with_errors_has_its_tests_read_as_well(folder: Path) -> None:
    change(folder / "tests" / "orders.yaml", "approve: [mia]", "aprove: [mia]")
    change(folder / "approvals" / "orders.yaml", "approve: cfo", "approve: cfp")
    lines = run("lint", folder).stdout.splitlines()
    assert [line.split(": ")[1] for line in lines if "error[" in line] == [
        "error[unknown-role]",
        "error[unknown-key]",
    ]


def test_tests_outside_their_folder_are_reported_once(folder: Path) -> None:
    text = (folder / "tests" / "orders.yaml").read_text(encoding="utf-8")
    (folder / "more.yaml").write_text(text.replace("[mia]", "&a [mia]"), encoding="utf-8")
    assert run("lint", folder).stdout.count("error[anchor]") == 1


def test_a_test_that_fails_is_no_report_of_the_linter(folder: Path) -> None:
    change(folder / "tests" / "orders.yaml", "approve: [mia]", "approve: [dan]")
    assert run("lint", folder).exit_code == 0


def test_the_help_of_a_failure_is_a_line_of_its_own(folder: Path) -> None:
    tests = folder / "tests" / "orders.yaml"
    change(tests, "on: 2027-03-15T09:00:00-04:00\n", "")
    change(tests, "{data: data}", "{data: data, people: {mia: {absent: [2027-01-01, 2027-02-01]}}}")
    lines = run("test", folder).stdout.splitlines()
    after = lines.index("FAILED exactly at the limit stays with the manager")
    assert lines[after + 1] == "  tests/orders.yaml:5:5"
    assert "error[no-time]" in lines[after + 2]
    assert "    help: write `on: 2027-03-15`, say" in lines[after + 2 :]
    assert "\\n" not in "".join(lines)
