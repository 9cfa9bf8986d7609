"""`countersign readiness`: whether documents may post, and if not, why, and who can clear it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from adapters.master_data import load_answers
from api.commands import options
from api.commands.decide import DRAFT_NOTE, MOST_ERRORS, MOST_LISTED, TOTALS_NOTE, plain_table
from api.commands.loading import data_of, policy_of
from api.commands.options import At, Data, In, Json, Language, Out, Policy
from api.commands.terminal import Code, Output, progress, stop
from api.texts import plain, short
from api.usecases.judging import Judge
from api.usecases.readying import Readied, Readying
from api.usecases.submissions import UnreadableInput, submissions
from engine.countries.retention import Because, Keeping
from engine.explaining.unready import say_finding
from engine.readiness.finding import NOT_LOOKED_UP, LookedUp
from engine.readiness.recording import to_plain

Documents = Annotated[
    str,
    typer.Argument(
        metavar="DOCUMENTS",
        help="A file of JSON (one document or a list) or of JSON lines; `-` is standard input.",
    ),
]
Known = Annotated[
    list[Path] | None,
    typer.Option(
        "--beside",
        "-b",
        metavar="FILE",
        help="Documents that are in the books already: orders, receipts, earlier invoices."
        " Repeat it for several files.",
    ),
]
Answers = Annotated[
    Path | None,
    typer.Option(
        "--answers",
        metavar="FILE",
        help="What registers and other systems answered, like `answers.csv` of the master data:"
        " what, of, answer (yes or no), answered_at.",
    ),
]
STYLES: Final = {True: "bold green", False: "bold yellow"}


@dataclass(slots=True)
class Summary:
    """What the answers of many documents come to."""

    count: int = 0
    ready: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    listed: list[Readied] = field(default_factory=list)
    refused: list[Readied] = field(default_factory=list)

    def add(self, answer: Readied) -> None:
        """Counts one document."""
        self.count += 1
        if answer.judged.errors:
            self.refused.append(answer)
            return
        self.ready += answer.is_ready
        self.codes.update({finding.code for finding in answer.findings})
        if len(self.listed) <= MOST_LISTED:
            self.listed.append(answer)


def readiness(
    documents: Documents,
    policy: Policy,
    data: Data = None,
    beside: Known = None,
    answers: Answers = None,
    at: At = None,
    language: In = Language.EN,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Ask whether a document may post, or each of many; and if not, why and who can clear it.

    Each is compared with those of --beside and with those of this run that came before it. The
    exit code is 0 where every document is ready and 1 where one is not.
    """
    now = options.moment(at)
    draft = policy_of(policy)
    # What is asked about at a moment had come in by then.
    judge = Judge(draft, data_of(data, draft), now, now or datetime.now(UTC))
    readying, summary = Readying(judge, _looked_up(answers)), Summary()
    try:
        for path in beside or ():
            _know(readying, path)
        with (
            submissions(documents) as found,
            Output(out) as output,
            progress("asking", None) as bar,
        ):
            for submission in found.documents:
                answer = readying.ask(submission)
                summary.add(answer)
                if as_json:
                    output.json(plain_of(answer), None if found.is_batch else 2)
                elif not found.is_batch and not answer.judged.errors:
                    show_one(output, answer, str(language))
                bar.advance(bar.task_ids[0])
            bar.stop()
            if not as_json:
                if found.is_batch:
                    show_summary(output, summary)
                if judge.totals_are_partial:
                    output.say(TOTALS_NOTE, "dim")
                output.say(DRAFT_NOTE, "dim")
    except UnreadableInput as problem:
        raise stop(Code.DOCUMENT, f"error: {problem}") from None
    if summary.refused:
        raise stop(Code.DOCUMENT, *_error_lines(summary))
    if summary.ready < summary.count:
        raise typer.Exit(Code.FOUND)


def _looked_up(path: Path | None) -> LookedUp:
    """The answers in the file; ends the command with code 5 where it cannot be read."""
    if path is None:
        return NOT_LOOKED_UP
    answers, refused = load_answers(path)
    if refused:
        lines = refused.splitlines()[:MOST_ERRORS]
        raise stop(Code.DATA, f"error: the answers in `{path}` cannot be used", *lines)
    return NOT_LOOKED_UP.and_loaded(answers)


def _know(readying: Readying, path: Path) -> None:
    with submissions(str(path)) as known, progress(f"reading {path.name}", None) as bar:
        bad = readying.know(bar.track(known.documents, task_id=bar.task_ids[0]))
        bar.stop()
    if bad:
        raise stop(
            Code.DOCUMENT,
            f"error: {bad:,} documents of `{path.name}` cannot be accepted",
            "  what is compared with half of what there is looks in order; mend or remove them",
        )


def plain_of(answer: Readied) -> dict[str, object]:
    """One line of output for programs."""
    judged = answer.judged
    if judged.errors:
        errors = [
            {"code": error.code, "field": error.field, "message": error.message}
            for error in judged.errors
        ]
        return {
            "activated": False,
            "document": judged.name,
            "position": judged.position,
            "errors": errors,
        }
    return {
        "activated": False,
        "document": judged.name,
        "ready": answer.is_ready,
        "findings": [to_plain(finding) for finding in answer.findings],
        "keep_until": None if answer.kept is None else answer.kept.plain(),
    }


def show_one(output: Output, answer: Readied, language: str) -> None:
    """One document with everything that was found about it."""
    headline = "ready" if answer.is_ready else "not ready"
    output.say(
        Text.assemble(
            (short(answer.judged.name), "bold"), ": ", (headline, STYLES[answer.is_ready])
        )
    )
    for finding in answer.findings:
        said = say_finding(finding, language)
        output.say(f"  {plain(said.sentence)}")
        parts = [finding.code if finding.stands else f"{finding.code} (does not block)"]
        parts += [f"owner {finding.owner}"] if finding.owner else []
        parts += [f"needs {said.remedy}"]
        parts += [f"may be released by {finding.releasable_by}"] if finding.releasable_by else []
        if finding.earliest_posting_date is not None:
            parts.append(f"could post on {finding.earliest_posting_date}")
        if finding.clears_at is not None:
            parts.append(f"clears at {finding.clears_at.isoformat()}")
        output.say(f"    {plain('; '.join(parts))}", "dim")
        if finding.place.file:
            output.say(f"    {finding.place}", "dim")
    if answer.kept is not None:
        output.say(f"  {plain(_kept(answer.kept))}", "dim")


def _kept(kept: Keeping) -> str:
    """Until when it has to be kept, and what says so."""
    until = "for ever" if kept.until is None else f"until {kept.until}"
    if kept.because is Because.ENTITY_UNKNOWN:
        return f"to be kept {until}: the set has no such entity"
    if kept.because is Because.COUNTRY_UNKNOWN:
        return f"to be kept {until}: the set has no file of the country {kept.country}"
    what = ", ".join(kept.kept)
    is_of_class = kept.because is Because.CLASS
    why = what if is_of_class else f"of no class that is told, as long as the longest of {what}"
    return f"to be kept {until} ({kept.country}: {why})"


def show_summary(output: Output, summary: Summary) -> None:
    """How many are ready, and what keeps the others."""
    if len(summary.listed) <= MOST_LISTED:
        output.show(_list_table(summary.listed))
    table = plain_table("found", "documents")
    table.columns[1].justify = "right"
    for code, count in summary.codes.most_common():
        table.add_row(code, f"{count:,}")
    if summary.codes:
        output.show(table)
    waiting = summary.count - summary.ready - len(summary.refused)
    output.say(
        f"{summary.count:,} documents: {summary.ready:,} ready, {waiting:,} not ready,"
        f" {len(summary.refused):,} not accepted"
    )


def _list_table(answers: list[Readied]) -> Table:
    table = plain_table("document", "may post", "because", "owner")
    for answer in answers:
        standing = [finding for finding in answer.findings if finding.stands]
        owners = sorted({finding.owner for finding in standing if finding.owner})
        table.add_row(
            Text(short(answer.judged.name, 30)),
            Text("ready" if answer.is_ready else "not ready", style=STYLES[answer.is_ready]),
            Text(short(", ".join(dict.fromkeys(one.code for one in standing)), 70)),
            Text(short(", ".join(owners), 30)),
        )
    return table


def _error_lines(summary: Summary) -> list[str]:
    lines = []
    for answer in summary.refused[:MOST_ERRORS]:
        judged = answer.judged
        named = f" (`{judged.name}`)" if judged.name else ""
        lines.append(f"error: document {judged.position}{named} cannot be accepted")
        lines += [f"  {error.code}: {error}" for error in judged.errors[:MOST_ERRORS]]
    more = len(summary.refused) - MOST_ERRORS
    return [*lines, f"and {more:,} more"] if more > 0 else lines
