"""What commands share: exit codes, where output goes, and how a failure is said.

Colours appear on terminals only, and never with `NO_COLOR`. Whatever comes from a file is made
plain before it is shown, so that no document can move a cursor or pass for a line of ours.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import Final, TextIO

import typer
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from api.texts import plain


class Code(IntEnum):
    """The exit codes of every command; `countersign --help` lists them."""

    FINE = 0
    FOUND = 1
    USAGE = 2
    DOCUMENT = 3
    POLICY = 4
    DATA = 5
    FILE = 6
    SERVICE = 7


MEANINGS: Final[Mapping[Code, str]] = {
    Code.FINE: "done; for decide: every document was decided, also if it was held or refused",
    Code.FOUND: "a document is not ready to post, lint found errors, a policy test failed, tests "
    "covered too little or let too many faults survive, rows of master data or of history were "
    "left out, a spreadsheet was refused, a file is not formatted, diff --exit-code found a "
    "difference, the trail does not agree with itself, an export does not verify, a report of "
    "controls (sod, splitting, overrides, spend, conformance) found something, or two engines "
    "differ about a case",
    Code.USAGE: "the command was called in a way it does not understand",
    Code.DOCUMENT: "a document cannot be read or accepted; the others were decided; or a log, "
    "an export, its key or a checkpoint cannot be read",
    Code.POLICY: "the policy set, or a file that says how to read or check a log, does not load",
    Code.DATA: "the master data, an address book of e-invoices, or answers of registers do not "
    "load",
    Code.FILE: "a file cannot be written",
    Code.SERVICE: "the settings or the store cannot be used, or nothing was put in force",
}


def stop(code: Code, *lines: str) -> typer.Exit:
    """Says on standard error why the command ends; the result is to be raised."""
    warn(*lines)
    return typer.Exit(int(code))


def warn(*lines: str) -> None:
    """Says something on standard error."""
    console = Console(stderr=True, highlight=False)
    for line in lines:
        for each in line.splitlines() or [""]:
            console.print(_first_word_marked(plain(each)), soft_wrap=True)


def _first_word_marked(line: str) -> Text:
    text = Text(line)
    if line.startswith("error:"):
        text.stylize("bold red", 0, 6)
    return text


class Output:
    """Where a command writes: the terminal, or a file that is there only when it is complete."""

    def __init__(self, out: Path | None) -> None:
        self._out = out
        self._part = None if out is None else out.with_name(f".{out.name}.{os.getpid()}.part")
        self._file: TextIO | None = None
        self.console = Console(highlight=False)

    def __enter__(self) -> Output:
        if self._part is not None:
            with self._writing():
                self._file = self._part.open("w", encoding="utf-8", newline="\n")
                self.console = Console(
                    file=self._file, highlight=False, no_color=True, force_terminal=False, width=100
                )
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._out is None or self._part is None or self._file is None:
            return
        with self._writing():
            self._file.close()
            if kind is None:
                self._part.replace(self._out)
            else:
                self._part.unlink(missing_ok=True)

    def say(self, text: str | Text = "", style: str = "") -> None:
        """One line of text, made plain."""
        line = text if isinstance(text, Text) else Text(plain(text), style=style)
        with self._writing():
            self.console.print(line, soft_wrap=True)

    def show(self, what: RenderableType) -> None:
        """A table."""
        with self._writing():
            self.console.print(what)

    def json(self, value: object, indent: int | None = 2) -> None:
        """One JSON value; without `indent` on one line."""
        self.raw(_printable(json.dumps(value, ensure_ascii=False, indent=indent)))

    def raw(self, text: str) -> None:
        """Text as it is."""
        with self._writing():
            if self._file is None:
                typer.echo(text)
            else:
                self._file.write(f"{text}\n")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Ends the command where its file cannot be written; a broken pipe is left to `main`."""
        try:
            yield
        except (OSError, ValueError) as problem:
            if self._out is None or self._part is None:
                raise
            with suppress(OSError, ValueError):
                self._part.unlink(missing_ok=True)
            why = (getattr(problem, "strerror", None) or "its name is not allowed").lower()
            raise stop(Code.FILE, f"error: `{self._out}` cannot be written: {why}") from None


def _printable(text: str) -> str:
    """JSON for a terminal: what cannot be seen stays an escape, also beyond ASCII."""
    if text.isascii():
        return text
    return "".join(
        char if char == "\n" or char.isprintable() else json.dumps(char)[1:-1] for char in text
    )


@contextmanager
def progress(what: str, total: int | None, *, is_shown: bool = True) -> Iterator[Progress]:
    """A progress bar on standard error, on terminals only; task 0 counts."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not (is_shown and console.is_terminal)
    ) as bar:
        bar.add_task(what, total=total)
        yield bar
