"""`countersign test`: the policy tests of a set, with expected and got side by side."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from api.commands.decide import plain_table
from api.commands.lint import counted
from api.commands.loading import policy_of
from api.commands.options import Json, Out
from api.commands.terminal import Code, Output, stop
from api.texts import plain
from api.usecases.drafts import Draft
from rules.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from rules.testing.coverage import Coverage
    from rules.testing.running import Result

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the policy set.")]
Matching = Annotated[
    str, typer.Option("--only", metavar="TEXT", help="Only tests whose name or file has this text.")
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", help="List the tests that passed too; with --mutate, every fault."
    ),
]
Covered = Annotated[
    bool, typer.Option("--coverage", help="Say which rules, bounds and codes the tests exercise.")
]
Least = Annotated[
    str,
    typer.Option(
        "--min-coverage", metavar="PERCENT", help="Fail below this share, 90% say; all is counted."
    ),
]
Junit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Also write JUnit XML to this file.")
]
Mutate = Annotated[
    bool,
    typer.Option(
        "--mutate",
        help="Put one fault after the other into the set, and list those that no test notices;"
        " --only chooses faults by place or words.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="With --mutate: only the first N faults."),
]
MostSurvivors = Annotated[
    int | None,
    typer.Option(
        "--max-survivors",
        metavar="N",
        min=0,
        help="With --mutate: fail where more faults than this survive.",
    ),
]
Boundaries = Annotated[
    Path | None,
    typer.Option(
        "--write-boundaries",
        metavar="FILE",
        help="Write tests of both sides of every bound, with today's answers, to be confirmed.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file of --write-boundaries.")]


def run_tests(
    folder: Folder,
    only: Matching = "",
    verbose: Verbose = False,
    coverage: Covered = False,
    min_coverage: Least = "",
    junit: Junit = None,
    mutate: Mutate = False,
    limit: Limit = None,
    max_survivors: MostSurvivors = None,
    write_boundaries: Boundaries = None,
    force: Force = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Run the policy tests of a set, or say whether they are enough."""
    from api.commands.coverage import least_share

    least = least_share(min_coverage)
    draft = policy_of(folder)
    if write_boundaries is not None:
        _write_boundaries(draft, write_boundaries, force)
        return
    results, problems = _results(draft)
    chosen = [result for result in results if mutate or _is_chosen(result, only)]
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    failed = bool(errors) or not all(result.passed for result in chosen)
    if junit is not None:
        _write_junit(draft, junit, chosen, problems)
    if mutate and not failed:
        _mutate(draft, only, limit, max_survivors, verbose, as_json, out)
        return
    found = _coverage(draft, chosen) if coverage or least is not None else None
    with Output(out) as output:
        if as_json:
            output.json(_plain(draft, chosen, problems, found, least))
        else:
            _show(output, chosen, problems, verbose)
            _show_coverage(output, found)
    if failed and mutate:
        raise stop(Code.FOUND, "error: faults are tried only where every test passes")
    _end(failed, found, least)


def _results(draft: Draft) -> tuple[tuple[Result, ...], tuple[Diagnostic, ...]]:
    from api.usecases.policy_testing import run  # slow to load, and only needed here

    return run(draft)


def _coverage(draft: Draft, results: list[Result]) -> Coverage:
    from rules.testing.coverage import coverage

    return coverage(draft.policy, results)


def _show_coverage(output: Output, found: Coverage | None) -> None:
    if found is not None:
        from api.commands.coverage import show_coverage

        show_coverage(output, found)


def _end(failed: bool, found: Coverage | None, least: Fraction | None) -> None:
    """The exit code, and why where the tables do not say it."""
    if found is not None:
        from api.commands.coverage import too_little

        why = too_little(found, least)
        if why:
            raise stop(Code.FOUND, why)
    if failed:
        raise typer.Exit(int(Code.FOUND))


def _write_junit(
    draft: Draft, file: Path, results: list[Result], problems: tuple[Diagnostic, ...]
) -> None:
    from api.commands.junit import junit

    with Output(file) as output:
        output.raw(junit(draft.policy.name, results, problems))


def _write_boundaries(draft: Draft, file: Path, force: bool) -> None:
    from api.usecases.policy_testing import boundaries, day_of_tests

    if file.exists() and not force:
        why = "it is there already; --force overwrites it"
        raise stop(Code.FILE, f"error: `{file}` is not written: {why}")
    text, written = boundaries(draft, day_of_tests(draft))
    with Output(file) as output:
        output.raw(text.removesuffix("\n"))
    with Output(None) as output:
        for place, why in written.left_out:
            output.say(f"{place}: {why}")
        output.say(f"{counted(written.tests, 'test')} written to {file}", "bold green")
        output.say(
            "read each one and confirm it: they say what the policy does, not what it should"
        )


def _mutate(
    draft: Draft,
    only: str,
    limit: int | None,
    most: int | None,
    verbose: bool,
    as_json: bool,
    out: Path | None,
) -> None:
    from api.commands.mutation import hunted, plain_mutation, show_mutation, survivors

    found = hunted(draft, only, limit)
    with Output(out) as output:
        if as_json:
            output.json(plain_mutation(draft, found))
        else:
            show_mutation(output, found, verbose)
    if most is not None and survivors(found) > most:
        why = f"{counted(survivors(found), 'fault')} survived, and at most {most} may"
        raise stop(Code.FOUND, f"error: {why}")


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
        for line in problem.splitlines():
            output.say(f"  {line}")
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
    draft: Draft,
    results: list[Result],
    problems: tuple[Diagnostic, ...],
    found: Coverage | None,
    least: Fraction | None,
) -> dict[str, object]:
    from api.commands.coverage import plain_coverage

    covered = {} if found is None else {"coverage": plain_coverage(found, least)}
    return {
        "activated": False,
        "folder": str(draft.folder),
        "policy": draft.policy.name,
        "policy_digest": draft.policy.digest,
        "passed": sum(result.passed for result in results),
        "failed": sum(not result.passed for result in results),
        "problems": [problem.to_json() for problem in problems],
        "tests": [_plain_result(result) for result in results],
        **covered,
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
