"""`countersign trail verify`: what `countersign-verify` does, by the same code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import Json, Out
from api.commands.terminal import Code, Output, progress, stop
from api.commands.trail import app as app
from api.verifying.command import NotRead, outside_of
from api.verifying.page import page_of
from api.verifying.report import lines_of, plain_of
from api.verifying.running import Verification, verify
from api.verifying.versions import here, verifier
from engine.verifying.heads import Outside
from engine.verifying.steps import Verdict

Export = Annotated[
    Path, typer.Argument(metavar="EXPORT", help="A file that `countersign trail export` wrote.")
]
Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key", metavar="KEY|FILE", help="A key of the log from outside, or a file of keys."
    ),
]
Earlier = Annotated[
    list[Path] | None,
    typer.Option("--earlier", metavar="FILE", help="A checkpoint that was published earlier."),
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write a report to file (HTML).")
]
NoPerform = Annotated[
    bool, typer.Option("--no-perform", help="Leave out performing decisions again.")
]


def verify_export(
    export: Export,
    key: Keys = None,
    earlier: Earlier = None,
    report: Report = None,
    no_perform: NoPerform = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Verify an export in ten numbered steps, with keys and checkpoints from elsewhere.

    Needs no store and no settings. Ends with 1 where something is wrong, and where no key vouches
    for it: an export that is consistent with itself only could have been made by anybody.
    """
    keys, before = key or [], earlier or []
    try:
        found = _verified(export, outside_of(keys, before), is_performing=not no_perform)
    except (NotRead, OSError) as problem:
        raise stop(Code.DOCUMENT, f"error: {problem}") from None
    if report is not None:
        _write(report, page_of(found, export.name, keys, before, verifier()))
    with Output(out) as output:
        if as_json:
            output.json(plain_of(found, verifier()))
        else:
            for line in lines_of(found):
                output.say(line)
    if found.verdict is not Verdict.VERIFIED:
        raise typer.Exit(int(Code.FOUND))


def _verified(path: Path, outside: Outside, *, is_performing: bool) -> Verification:
    with progress("", None) as bar:
        return verify(
            path,
            outside,
            here(),
            is_performing=is_performing,
            progress=lambda work, done, total: bar.update(
                bar.task_ids[0], description=work, completed=done, total=total
            ),
        )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise stop(Code.FILE, f"error: `{path}`: {problem.strerror}") from None
