"""`countersign trail verify`: what `countersign-verify` does, by the same code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.stamping import NoRoot, roots_in
from api.commands.options import Json, Out
from api.commands.terminal import Code, Output, progress, stop
from api.commands.trail import app as app
from api.verifying.command import NotRead, outside_of
from api.verifying.page import page_of
from api.verifying.report import lines_of, plain_of
from api.verifying.running import Verification, verify
from api.verifying.stamps import say_unchecked, write_stamps
from api.verifying.versions import here, verifier
from engine.trail.stamps import StampRefused
from engine.verifying.heads import Outside
from engine.verifying.stamping import Signed
from engine.verifying.steps import STAMPED, Verdict

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
StampRoot = Annotated[
    Path | None,
    typer.Option(
        "--stamp-root",
        metavar="FILE",
        help="The root certificate of the time stamp authority (PEM), from elsewhere.",
    ),
]
Stamps = Annotated[
    Path | None,
    typer.Option(
        "--stamps", metavar="FOLDER", help="Write checkpoints and their time stamps to files."
    ),
]
NoPerform = Annotated[
    bool, typer.Option("--no-perform", help="Leave out performing decisions again.")
]


def verify_export(
    export: Export,
    key: Keys = None,
    earlier: Earlier = None,
    report: Report = None,
    stamp_root: StampRoot = None,
    stamps: Stamps = None,
    no_perform: NoPerform = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Verify an export in eleven numbered steps, with keys and checkpoints from elsewhere.

    Needs no store and no settings. Ends with 1 where something is wrong, and where no key vouches
    for it: an export that is consistent with itself only could have been made by anybody.
    """
    keys, before = key or [], earlier or []
    try:
        signed = None if stamp_root is None else signed_by(stamp_root)
        found = _verified(export, outside_of(keys, before), signed, is_performing=not no_perform)
    except (NotRead, NoRoot, OSError) as problem:
        raise stop(Code.DOCUMENT, f"error: {problem}") from None
    if signed is None:
        say_unchecked(found.stamped, stamps, None, found.steps[STAMPED])
    if stamps is not None:
        _write_stamps(found, stamps)
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


def signed_by(path: Path) -> Signed:
    """Checks time stamps against the certificates of a file. Raises `NoRoot`."""
    roots = roots_in(path)

    def why_not(reply: bytes, note: str) -> str:
        try:
            roots.expect(reply, note)
        except StampRefused as problem:
            return str(problem)
        return ""

    return why_not


def _verified(
    path: Path, outside: Outside, signed: Signed | None, *, is_performing: bool
) -> Verification:
    with progress("", None) as bar:
        return verify(
            path,
            outside,
            here(),
            is_performing=is_performing,
            signed=signed,
            progress=lambda work, done, total: bar.update(
                bar.task_ids[0], description=work, completed=done, total=total
            ),
        )


def _write_stamps(found: Verification, folder: Path) -> None:
    try:
        write_stamps(found.stamped, folder)
    except OSError as problem:
        raise stop(Code.FILE, f"error: `{folder}`: {problem.strerror}") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise stop(Code.FILE, f"error: `{path}`: {problem.strerror}") from None
