"""`countersign format`: policy files in the regular layout, every value and comment kept."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from api.commands.lint import counted
from api.commands.options import Json, Out
from api.commands.terminal import Code, Output, stop
from api.texts import plain
from api.usecases.formatting import Formatted, PathRefused, State, format_files, written

Paths = Annotated[
    list[Path],
    typer.Argument(metavar="FOLDER_OR_FILE...", help="Folders of policy sets, or policy files."),
]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 if needed.")]
Diff = Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")]

_KEPT: Final = (State.UNREAD, State.UNSAFE, State.UNWRITTEN)


def format_policies(
    paths: Paths,
    check: Check = False,
    diff: Diff = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Bring policy files into the regular layout. No value and no comment is ever changed."""
    try:
        files = format_files(paths)
    except PathRefused as refusal:
        raise stop(Code.POLICY, f"error: {refusal}") from None
    writes = not check and not diff
    with Output(out) as output:
        files = [written(file) for file in files] if writes else files
        if as_json:
            output.json(_plain(files, writes, diff))
        else:
            _show(output, files, writes, diff)
    states = {file.state for file in files}
    if State.UNWRITTEN in states:
        raise typer.Exit(int(Code.FILE))
    if states & {*_KEPT} or (check and State.CHANGED in states):
        raise typer.Exit(int(Code.FOUND))


def _show(output: Output, files: list[Formatted], writes: bool, diff: bool) -> None:
    for file in files:
        for report in file.reports:
            for line in str(report).splitlines():
                output.say(line)
        if file.why:
            output.say(file.why, "yellow" if file.state is State.OTHER else "bold red")
        elif file.state is State.CHANGED and diff:
            for line in _difference(file):
                output.say(Text(plain(line), style=_style(line)))
        elif file.state is State.CHANGED:
            output.say(f"{file.path}: {'formatted' if writes else 'would be formatted'}")
    output.say(_summary(files, writes), "bold red" if _has_kept(files) else "bold green")


def _summary(files: list[Formatted], writes: bool) -> str:
    changed = sum(file.state is State.CHANGED for file in files)
    kept = sum(file.state in _KEPT for file in files)
    what = "formatted" if writes else "would be formatted"
    left = f", {counted(kept, 'file')} left alone" if kept else ""
    return f"{changed:,} of {counted(len(files), 'file')} {what}{left}"


def _has_kept(files: list[Formatted]) -> bool:
    return any(file.state in _KEPT for file in files)


def _difference(file: Formatted) -> list[str]:
    # A line may differ in its end alone; `plain` shows that.
    before, after = (data.decode("utf-8").split("\n") for data in (file.before, file.after))
    name = str(file.path)
    return list(difflib.unified_diff(before, after, name, name, lineterm=""))


def _style(line: str) -> str:
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")


def _plain(files: list[Formatted], writes: bool, diff: bool) -> dict[str, object]:
    found: list[dict[str, object]] = []
    for file in files:
        entry: dict[str, object] = {"file": str(file.path), "state": str(file.state)}
        if file.why:
            entry["why"] = file.why
            entry["diagnostics"] = [report.to_json() for report in file.reports]
        if diff and file.state is State.CHANGED:
            entry["diff"] = _difference(file)
        found.append(entry)
    return {"written": writes, "files": found}
