"""`lint`, `test` and `data check`: what they report, and with which exit code (C2)."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_clean_set_is_clean(folder: Path) -> None:
    result = run("lint", folder)
    assert result.exit_code == 0
    assert result.stdout == f"{folder}: nothing found in 5 files\n"


def test_errors_are_shown_by_place_with_help_and_a_summary(folder: Path) -> None:
    change(folder / "approvals" / "orders.yaml", "approve: cfo", "approve: cfp")
    change(folder / "organization.yaml", "who: director", "who: directro")
    result = run("lint", folder)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "approvals/orders.yaml:15:14: error[unknown-role]: no role named `cfp`",
        "  help: did you mean `cfo`?",
        "organization.yaml:10:11: error[unknown-role]: no role or level named `directro`",
        "  help: did you mean `director`?",
        f"{folder}: 2 errors in 5 files",
    ]


def test_reports_as_json(folder: Path) -> None:
    change(folder / "approvals" / "orders.yaml", "approve: cfo", "approve: cfp")
    result = run("lint", folder, "--json")
    (found,) = json.loads(result.stdout)["sets"]
    assert (found["errors"], found["warnings"], found["files"]) == (1, 0, 5)
    assert found["diagnostics"][0]["line"] == 15
    assert found["diagnostics"][0]["code"] == "unknown-role"


def test_several_sets_are_checked_at_once(folder: Path) -> None:
    assert run("lint", folder, folder).stdout.count("nothing found") == 2


def test_warnings_count_when_asked(folder: Path) -> None:
    change(folder / "organization.yaml", "  controller:", "  idle: {}\n  controller:")
    lax = run("lint", folder)
    assert lax.exit_code == 0
    strict = run("lint", folder, "--strict")
    assert strict.exit_code == (1 if "warning[" in lax.stdout else 0)


def test_with_master_data_somebody_must_be_there_for_everybody(folder: Path) -> None:
    at = "2027-03-15T09:00:00-04:00"
    arguments = ("lint", folder, "--data", folder / "data", "--at", at)
    alone = run(*arguments)
    assert alone.exit_code == 1
    carl = (
        "approvals/orders.yaml:13:5: error[no-fallback]: a document of `carl` finds nobody who may "
        "approve it (no_eligible_approver)"
    )
    assert carl in alone.stdout.splitlines()
    (found,) = json.loads(run(*arguments, "--json").stdout)["sets"]
    assert {report["code"] for report in found["diagnostics"] if report["severity"] == "error"} == {
        "no-fallback"
    }
    change(folder / "organization.yaml", "cfo: {seats: 1}", "cfo: {}")
    change(folder / "data" / "roles.csv", "cfo,carl,US01\n", "cfo,carl,US01\ncfo,eve,US01\n")
    assert "a document of `carl`" not in run(*arguments).stdout


def test_checking_with_master_data_that_do_not_load(folder: Path) -> None:
    (folder / "data" / "people.csv").unlink()
    result = run("lint", folder, "--data", folder / "data")
    assert (result.exit_code, "there is no `people.csv`" in result.stderr) == (5, True)


def test_a_check_is_made_at_one_moment(folder: Path) -> None:
    assert run("lint", folder, "--data", folder / "data", "--at", "submitted").exit_code == 2


@pytest.mark.parametrize("command", [("lint",), ("test",), ("decide", "-", "--policy")])
def test_no_set_at_all_has_its_own_code(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(*command, tmp_path)
    assert (result.exit_code, "it has no `policy.yaml`" in result.stderr) == (4, True)


def test_a_set_with_errors_decides_nothing(folder: Path) -> None:
    change(folder / "approvals" / "orders.yaml", "above: 100.00", "above: 200.00")
    result = run("decide", "-", "--policy", folder)
    assert result.exit_code == 4
    assert "has errors" in result.stderr
    assert "error[gap]" in result.stderr


# test


def test_policy_tests_that_pass(folder: Path) -> None:
    result = run("test", folder)
    assert result.exit_code == 0
    assert result.stdout == "tests/orders.yaml ..\n0 tests failed, 2 passed\n"


def test_a_failure_shows_expected_and_got_side_by_side(folder: Path) -> None:
    change(folder / "tests" / "orders.yaml", "approve: [dan]", "approve: [carl]")
    result = run("test", folder)
    assert result.exit_code == 1
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["tests/orders.yaml", ".F"]
    assert ["FAILED", "a", "cent", "more", "goes", "to", "the", "director"] in lines
    assert ["expected", "got"] in lines
    assert ["approve", "carl", "dan", "(chain)"] in lines
    assert lines[-1] == ["1", "test", "failed,", "1", "passed"]


def test_failures_as_json(folder: Path) -> None:
    change(folder / "tests" / "orders.yaml", "approve: [dan]", "approve: [carl]")
    answer = json.loads(run("test", folder, "--json").stdout)
    assert (answer["passed"], answer["failed"], answer["activated"]) == (1, 1, False)
    wrong = [compared for compared in answer["tests"][1]["compared"] if not compared["ok"]]
    assert wrong == [{"what": "approve", "expected": "carl", "got": "dan (chain)", "ok": False}]


def test_only_some_tests_are_run(folder: Path) -> None:
    result = run("test", folder, "--only", "A CENT", "--verbose")
    assert result.stdout.splitlines() == [
        "tests/orders.yaml .",
        "  ok     a cent more goes to the director",
        "0 tests failed, 1 passed",
    ]


def test_tests_that_cannot_be_read_fail(folder: Path) -> None:
    change(folder / "tests" / "orders.yaml", "expect: {outcome: route, approve: [dan]}", "x: y")
    result = run("test", folder)
    assert result.exit_code == 1
    assert "tests/orders.yaml:" in result.stdout
    assert "error[" in result.stdout


def test_tests_read_master_data_of_their_own_set_only(folder: Path) -> None:
    outside = folder.parent / "outside"
    (folder / "data").rename(outside)
    change(folder / "tests" / "orders.yaml", "data: data", "data: ../outside")
    assert run("test", folder).exit_code == 1


# data check


def test_good_master_data(folder: Path) -> None:
    result = run("data", "check", folder / "data", "--policy", folder)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[2].split() == ["people", "7", "0"]
    assert lines[-2] == f"{folder / 'data'}: loads, 0 rows left out"
    assert lines[-1].startswith("digest sha256:")


def test_rows_left_out_are_reported(folder: Path) -> None:
    people = folder / "data" / "people.csv"
    change(people, "gus,Gus Webb,US01", "gus,Gus Webb,US99")
    result = run("data", "check", folder / "data", "--policy", folder)
    assert result.exit_code == 1
    assert "people.csv:8:entity: warning[" in result.stdout
    answer = json.loads(run("data", "check", folder / "data", "-p", folder, "--json").stdout)
    assert answer["loads"] is True
    assert answer["left_out"] == {"people": 1}


def test_master_data_that_do_not_load(folder: Path) -> None:
    (folder / "data" / "people.csv").unlink()
    result = run("data", "check", folder / "data", "--policy", folder)
    assert result.exit_code == 5
    assert "there is no `people.csv`" in result.stdout
    assert "refused" in result.stdout
    decided = run("decide", "-", "--policy", folder)
    assert decided.exit_code == 5
    assert "there is no `people.csv`" in decided.stderr


def test_without_master_data_the_call_is_wrong(folder: Path) -> None:
    (folder / "data").rename(folder.parent / "elsewhere")
    result = run("decide", "-", "--policy", folder)
    assert (result.exit_code, "--data" in result.stderr) == (2, True)


def test_a_code_is_explained_with_an_example_and_no_folder() -> None:
    result = run("lint", "--explain", "gap")
    assert result.exit_code == 0
    assert result.stdout.startswith("### gap\n\nA document that a matrix should decide matches")
    assert "error[gap]: no row covers 10000.01 to 10000.99 USD" in result.stdout
    assert result.stdout.rstrip().endswith("answer what is left with `otherwise`.")


@pytest.mark.parametrize(
    ("code", "help"),
    [("gapp", "did you mean `gap`?"), ("zzz", "docs/codes.md lists every code")],
)
def test_a_code_that_does_not_exist_is_suggested(code: str, help: str) -> None:
    result = run("lint", "--explain", code)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: no report has the code `{code}`\n  help: {help}\n"


def test_a_code_of_decisions_is_explained_in_a_line() -> None:
    result = run("lint", "--explain", "authority_exceeded")
    assert (result.exit_code, result.stdout) == (
        0,
        "`authority_exceeded` is a code of decisions, not of the linter:\n"
        "  No limit of the persons in the chain covers the amount.\n"
        "  section 11 of rules/README.md lists these codes\n",
    )


def test_without_a_folder_and_without_a_code_there_is_nothing_to_check() -> None:
    assert run("lint").exit_code == 2


def test_an_explanation_can_be_written_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "gap.md"
    assert run("lint", "--explain", "gap", "--out", out).exit_code == 0
    assert out.read_text(encoding="utf-8") == run("lint", "--explain", "gap").stdout


def test_what_is_accepted_until_yesterday_is_reported_today(folder: Path) -> None:
    change(folder / "approvals" / "orders.yaml", "above: 100.00", "above: 200.00")
    accepted = (
        "accepted: [{code: gap, because: printed so, owner: cfo, until: 2027-03-31}]\nkind: set"
    )
    change(folder / "policy.yaml", "kind: set", accepted)
    before = run("lint", folder, "--at", "2027-03-31T23:59:59-04:00")
    after = run("lint", folder, "--at", "2027-04-01T00:00:00-04:00")
    assert (before.exit_code, "note[gap]" in before.stdout) == (0, True)
    assert (after.exit_code, "error[gap]" in after.stdout) == (1, True)
    assert "warning[waiver-expired]" in after.stdout
    documents = folder.parent / "none.json"
    documents.write_text("[]", encoding="utf-8")
    decided = run("decide", documents, "--policy", folder, "--at", "2030-01-01T00:00:00Z")
    assert "has errors" not in decided.stderr


def test_what_the_people_checks_report_can_be_accepted(folder: Path) -> None:
    at = "2027-03-15T09:00:00-04:00"
    entry = "{code: no-fallback, because: carl asks the board, owner: cfo, until: 2027-03-31}"
    change(folder / "policy.yaml", "kind: set", f"accepted: [{entry}]\nkind: set")
    assert "no-fallback" not in run("lint", folder, "--at", at).stdout
    arguments = ("lint", folder, "--data", folder / "data", "--at")
    kept = run(*arguments, at)
    assert kept.exit_code == 0
    assert "(accepted by `cfo` until 2027-03-31: carl asks the board)" in kept.stdout
    assert "error[" not in kept.stdout
    ended = run(*arguments, "2027-04-01T09:00:00-04:00")
    assert ended.exit_code == 1
    assert "warning[waiver-expired]: `no-fallback`" in ended.stdout


def test_an_acceptance_that_needs_the_people_is_idle_only_where_they_are_looked_at(
    folder: Path,
) -> None:
    entry = "{code: no-owner, because: none yet, owner: cfo}"
    change(folder / "policy.yaml", "kind: set", f"accepted: [{entry}]\nkind: set")
    at = ("--at", "2027-03-15T09:00:00-04:00")
    assert run("lint", folder, *at).stdout == f"{folder}: nothing found in 5 files\n"
    with_people = run("lint", folder, "--data", folder / "data", *at).stdout
    assert "warning[accepted-nothing]: nothing is reported as `no-owner` here" in with_people
