"""`countersign sheet`: matrices as a spreadsheet, and an edited one back into the files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.whole_files import NotWritten
from api.commands.lint import counted
from api.commands.loading import policy_of
from api.commands.options import Json, Policy
from api.commands.options import Out as Report
from api.commands.terminal import Code, Output, stop
from api.usecases.sheets import SheetNotUsable, export_sheet, import_sheet

if TYPE_CHECKING:
    from rules.analysis.spreadsheet.importing import Outcome

app = typer.Typer(help="Authority matrices as spreadsheets.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the policy set.")]
File = Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="A spreadsheet that was exported.")]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE.xlsx", help="Write to this file.")]
Matrices = Annotated[
    list[str] | None,
    typer.Option("--matrix", "-m", metavar="NAME", help="Only this matrix; may be repeated."),
]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="DAY", help="The day to print (2027-03-15); today, if left out."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, write nothing.")]


def export(folder: Folder, out: Out, matrix: Matrices = None, on: On = None) -> None:
    """Write the matrices and limits of a set as a spreadsheet to read, print, sign and edit."""
    try:
        day = datetime.now(UTC).date() if on is None else date.fromisoformat(on)
    except ValueError:
        raise typer.BadParameter("expected a day like 2027-03-15", param_hint="--on") from None
    draft = policy_of(folder)
    try:
        export_sheet(draft, out, day, matrix or ())
    except SheetNotUsable as problem:
        raise stop(Code.FOUND, f"error: {problem}") from None
    except NotWritten as problem:
        raise stop(Code.FILE, f"error: {problem}") from None
    with Output(None) as output:
        output.say(f"{out}: written")


def take_back(
    file: File, policy: Policy, dry_run: DryRun = False, as_json: Json = False, out: Report = None
) -> None:
    """Take the changes of an exported spreadsheet over into the files: all of them, or none.

    Whatever changed in the files since the export stays. A change on both sides is refused, and so
    is what cannot be read exactly, or leaves the set with an error.
    """
    draft = policy_of(policy)
    try:
        outcome = import_sheet(file, draft, write=not dry_run)
    except SheetNotUsable as problem:
        raise stop(Code.FOUND, f"error: {problem}") from None
    except NotWritten as problem:
        raise stop(Code.FILE, f"error: {problem}") from None
    with Output(out) as output:
        if as_json:
            output.json(_plain(outcome, file, policy, is_written=not dry_run))
        else:
            for line in (*outcome.changes, *outcome.problems, *outcome.reports):
                for each in str(line).splitlines():
                    output.say(each)
            output.say(_summary(outcome, file, dry_run=dry_run))
    if outcome.is_refused:
        raise typer.Exit(int(Code.FOUND))


def _summary(outcome: Outcome, file: Path, *, dry_run: bool) -> str:
    if outcome.files is None:
        errors = [report for report in outcome.reports if report.severity == "error"]
        count = len(outcome.problems) or len(errors)
        what = "reason" if outcome.problems else "error"
        return f"{file}: refused for {counted(count, what)}, nothing was written"
    if not outcome.files:
        return f"{file}: no difference, nothing was written"
    done = "would be written" if dry_run else "written"
    names = ", ".join(sorted(outcome.files))
    return f"{file}: {counted(len(outcome.changes), 'change')} {done} to {names}"


def _plain(outcome: Outcome, file: Path, policy: Path, *, is_written: bool) -> dict[str, object]:
    return {
        "sheet": str(file),
        "policy": str(policy),
        "refused": outcome.is_refused,
        "written": is_written and bool(outcome.files),
        "files": sorted(outcome.files or ()),
        "changes": [change.to_json() for change in outcome.changes],
        "problems": [problem.to_json() for problem in outcome.problems],
        "reports": [report.to_json() for report in outcome.reports],
    }
