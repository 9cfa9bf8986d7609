"""`countersign trail check`: whether every record and every case in a store agree."""

from __future__ import annotations

import typer

from api.commands.lint import counted
from api.commands.options import Json, Out
from api.commands.serving import DEFAULT, Database, store_at
from api.commands.terminal import Code, Output, progress
from api.usecases.casework.checking import TrailReport, check_trail
from api.usecases.casework.telling import Problem

app = typer.Typer(help="Look at the trail.", no_args_is_help=True, rich_markup_mode="rich")


@app.callback()
def _group() -> None:
    """Look at the trail."""


def check(database: Database = DEFAULT, as_json: Json = False, out: Out = None) -> None:
    """Check every record of the trail, and every case against what the trail tells of it.

    Others may go on writing: what is checked is one moment.
    """
    with store_at(database) as store, progress("records and cases", None) as bar:
        report = check_trail(
            store, lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total)
        )
    with Output(out) as output:
        if as_json:
            output.json(_plain(report))
        else:
            _show(output, report)
    if not report.is_intact:
        raise typer.Exit(int(Code.FOUND))


def _show(output: Output, report: TrailReport) -> None:
    for problem in report.problems:
        output.say(f"{_place(problem)}: error[{problem.code}]: {problem.message}")
    left = report.problem_count - len(report.problems)
    if left:
        output.say(f"and {left:,} more")
    seen = f"{counted(report.record_count, 'record')}, {counted(report.case_count, 'case')}"
    if report.is_intact:
        output.say(f"{seen}: the trail agrees with itself and with every case", "bold green")
    else:
        output.say(f"{seen}: {counted(report.problem_count, 'problem')}", "bold red")


def _place(problem: Problem) -> str:
    place = "" if problem.position is None else f"record {problem.position}"
    return ", ".join(part for part in (place, problem.case) if part)


def _plain(report: TrailReport) -> dict[str, object]:
    return {
        "is_intact": report.is_intact,
        "records": report.record_count,
        "cases": report.case_count,
        "problem_count": report.problem_count,
        "problems": [
            {
                "position": problem.position,
                "case": problem.case,
                "code": problem.code,
                "message": problem.message,
            }
            for problem in report.problems
        ],
    }
