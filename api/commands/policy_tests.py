"""`countersign test`: the policy tests of a set, with expected and got side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from api.commands.decide import plain_table
from api.commands.lint import counted
from api.commands.loading import policy_of
from api.commands.options import Json, Out
from api.commands.terminal import Code, Output
from api.texts import plain
from api.usecases.drafts import Draft
from rules.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from rules.testing.running import Result

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the policy set.")]
Matching = Annotated[
    str, typer.Option("--only", metavar="TEXT", help="Only tests whose name or file has this text.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="List the tests that passed too.")]


def run_tests(
    folder: Folder,
    only: Matching = "",
    verbose: Verbose = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Run the policy tests of a set."""
    from api.usecases.policy_testing import run  # slow to load, and only needed here

    draft = policy_of(folder)
    results, problems = run(draft)
    chosen = [result for result in results if _is_chosen(result, only)]
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    with Output(out) as output:
        if as_json:
            output.json(_plain(draft, chosen, problems))
        else:
            _show(output, chosen, problems, verbose)
    if errors or not all(result.passed for result in chosen):
        raise typer.Exit(int(Code.FOUND))


def _is_chosen(result: Result, only: str) -> bool:
    wanted = only.casefold()
    return wanted in result.name.casefold() or wanted in result.place.file.casefold()


def _show(
    output: Output, results: list[Result], problems: tuple[Diagnostic, ...], verbose: bool
) -> None:
    for problem in problems:
        for line in str(problem).splitlines():
            output.say(line)
    by_file: dict[str, list[Result]] = {}
    for result in results:
        by_file.setdefault(result.place.file, []).append(result)
    for file, found in by_file.items():
        dots = Text()
        for result in found:
            dots.append("." if result.passed else "F", "green" if result.passed else "bold red")
        output.say(Text(plain(f"{file} ")) + dots)
        for result in found if verbose else ():
            output.say(f"  {'ok    ' if result.passed else 'FAILED'} {result.name}")
    failed = [result for result in results if not result.passed]
    for result in failed:
        _show_failure(output, result)
    style = "bold red" if failed else "bold green"
    passed = len(results) - len(failed)
    output.say(f"{counted(len(failed), 'test')} failed, {passed:,} passed", style)


def _show_failure(output: Output, result: Result) -> None:
    output.say()
    output.say(Text.assemble(("FAILED ", "bold red"), (plain(result.name), "bold")))
    output.say(f"  {result.place}", "dim")
    for problem in result.problems:
        output.say(f"  {problem}")
    differing = [found for found in result.compared if not found.ok]
    if differing:
        table: Table = plain_table("", "expected", "got")
        for found in differing:
            table.add_row(
                Text(plain(f"  {found.what}")),
                Text(plain(found.expected), style="green"),
                Text(plain(found.got), style="red"),
            )
        output.show(table)
    for reason in result.reasons:
        output.say(f"  because {reason}", "dim")


def _plain(
    draft: Draft, results: list[Result], problems: tuple[Diagnostic, ...]
) -> dict[str, object]:
    return {
        "activated": False,
        "folder": str(draft.folder),
        "policy": draft.policy.name,
        "policy_digest": draft.policy.digest,
        "passed": sum(result.passed for result in results),
        "failed": sum(not result.passed for result in results),
        "problems": [problem.to_json() for problem in problems],
        "tests": [_plain_result(result) for result in results],
    }


def _plain_result(result: Result) -> dict[str, object]:
    return {
        "name": result.name,
        "place": str(result.place),
        "passed": result.passed,
        "problems": list(result.problems),
        "compared": [
            {"what": c.what, "expected": c.expected, "got": c.got, "ok": c.ok}
            for c in result.compared
        ],
        "reasons": list(result.reasons),
    }
