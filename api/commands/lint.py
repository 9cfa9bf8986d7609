"""`countersign lint`: everything that is wrong with policy sets, sorted, with what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from api.code_pages import examples, section
from api.commands import options
from api.commands.loading import data_in
from api.commands.options import At, Json, Out
from api.commands.terminal import Code, Output, progress, stop
from api.texts import plain
from api.usecases.drafts import PolicyNotLoaded, check_draft, check_people
from engine.explaining.messages import Family, fill
from engine.explaining.messages.catalogues import ENGLISH
from rules.compiling.compiler import accepted_by
from rules.diagnostics import Diagnostic, Diagnostics, Severity, did_you_mean, shown

STYLES: Final = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.NOTE: "cyan",
}

Folders = Annotated[
    list[Path] | None, typer.Argument(metavar="FOLDER...", help="Folders of policy sets.")
]
Explain = Annotated[
    str | None,
    typer.Option("--explain", metavar="CODE", help="Say what one code means, with an example."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings count like errors.")]
People = Annotated[
    Path | None,
    typer.Option(
        "--data",
        "-d",
        metavar="FOLDER",
        help="Also check with these people: who is missing, and what nobody may approve.",
    ),
]


def lint(
    folders: Folders = None,
    data: People = None,
    at: At = None,
    strict: Strict = False,
    explain: Explain = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Check policy sets: every report with its place, and what to write instead.

    With --data a set that loads is also tried out with its people, as they are at the moment --at.
    Reports that the set accepts until a day before that moment count again.
    """
    if explain is not None:
        _explain(explain, out)
        return
    if not folders:
        raise typer.BadParameter("name at least one folder", param_hint="FOLDER")
    now = options.moment(at)
    if now is None:
        raise typer.BadParameter("a check needs a moment", param_hint="--at")
    fails = False
    plain_sets: list[dict[str, object]] = []
    with Output(out) as output:
        for folder in folders:
            files, diagnostics = _checked(folder, data, now, with_progress=not as_json)
            counts = Counter(found.severity for found in diagnostics)
            fails |= counts[Severity.ERROR] > 0 or (strict and counts[Severity.WARNING] > 0)
            if as_json:
                plain_sets.append(_plain(folder, files, diagnostics, counts))
                continue
            for found in diagnostics:
                for line in _lines(found):
                    output.say(line)
            output.say(Text(_summary(folder, files, counts), style=_style(counts)))
        if as_json:
            output.json({"sets": plain_sets})
    if fails:
        raise typer.Exit(int(Code.FOUND))


def _explain(code: str, out: Path | None) -> None:
    """Print the section of one code, or what a code of decisions means; suggest for no code."""
    known = examples()
    meaning = ENGLISH.text(Family.HELD, code) if code not in known else None
    if meaning is not None:
        with Output(out) as output:
            output.say(f"{shown(code)} is a code of decisions, not of the linter:")
            output.say(f"  {fill(meaning.full, {})}")
            output.say("  section 11 of rules/README.md lists these codes")
        return
    if code not in known:
        help = did_you_mean(code, known) or "docs/codes.md lists every code"
        raise stop(Code.USAGE, f"error: no report has the code {shown(code)}", f"  help: {help}")
    with Output(out) as output:
        output.raw(section(code).rstrip("\n"))


def _checked(
    folder: Path, data: Path | None, now: datetime, *, with_progress: bool
) -> tuple[int, tuple[Diagnostic, ...]]:
    try:
        files, policy, found = check_draft(folder, now.date())
    except PolicyNotLoaded as problem:
        raise stop(Code.POLICY, f"error: {problem}") from None
    from api.usecases.policy_testing import check  # slow to load, and not needed to explain

    more = check(folder, files, policy)
    if data is not None and policy is not None:
        people = data_in(data, policy).data
        with progress("trying out with people", None, is_shown=with_progress) as bar:
            task = bar.task_ids[0]
            more += check_people(
                policy,
                people,
                now,
                lambda done, total: bar.update(task, completed=done, total=total),
                accepted_by(files),
            )
    together = Diagnostics()  # a file of tests outside `tests` is read twice
    together.extend((*found, *more))
    return len(files), together.sorted()


def _lines(found: Diagnostic) -> Iterable[Text]:
    """The report as its text says it, with the severity in its colour."""
    head, *rest = str(found).splitlines()
    text = Text(plain(head))
    label = f"{found.severity}[{found.code}]"
    start = text.plain.find(label)
    if start >= 0:
        text.stylize(STYLES[found.severity], start, start + len(label))
    yield text
    yield from (Text(plain(line), style="dim") for line in rest)


def _summary(folder: Path, files: int, counts: Counter[Severity]) -> str:
    found = [counted(counts[severity], str(severity)) for severity in Severity if counts[severity]]
    return plain(f"{folder}: {', '.join(found) or 'nothing found'} in {counted(files, 'file')}")


def _style(counts: Counter[Severity]) -> str:
    if counts[Severity.ERROR]:
        return STYLES[Severity.ERROR]
    return STYLES[Severity.WARNING] if counts[Severity.WARNING] else "bold green"


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _plain(
    folder: Path, files: int, diagnostics: tuple[Diagnostic, ...], counts: Counter[Severity]
) -> dict[str, object]:
    return {
        "folder": str(folder),
        "files": files,
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "notes": counts[Severity.NOTE],
        "diagnostics": [found.to_json() for found in diagnostics],
    }
