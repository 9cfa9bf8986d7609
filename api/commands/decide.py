"""`countersign decide`: one document, or many with a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter_ns
from typing import Annotated, Final

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from api.commands import options
from api.commands.loading import data_of, policy_of
from api.commands.options import At, Data, In, Json, Language, Out, Policy
from api.commands.terminal import Code, Output, progress, stop
from api.texts import plain, short
from api.usecases.judging import Judge, Judged
from api.usecases.submissions import Submission, UnreadableInput, submissions
from engine.decision import Decision, Outcome, Part
from engine.explaining.explanation import explain
from engine.recording import to_plain
from engine.routing.distinct import leaves

MOST_LISTED: Final = 40  # documents of a batch shown one by one
MOST_ERRORS: Final = 20
STYLES: Final = {
    Outcome.ROUTE: "bold cyan",
    Outcome.STRAIGHT_THROUGH: "bold green",
    Outcome.HELD: "bold yellow",
    Outcome.REFUSED: "bold red",
}
DRAFT_NOTE: Final = "unactivated: decided with a draft, nothing was put on record"
TOTALS_NOTE: Final = "totals count the documents of this run only"

Documents = Annotated[
    str,
    typer.Argument(
        metavar="DOCUMENTS",
        help="A file of JSON (one document or a list) or of JSON lines; `-` is standard input.",
    ),
]


@dataclass(slots=True)
class Summary:
    """What many decisions come to. `slowest` is in nanoseconds, with the document's name."""

    count: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused_inputs: list[Judged] = field(default_factory=list)
    input_error_count: int = 0
    listed: list[Decision] = field(default_factory=list)
    slowest: tuple[int, str] = (0, "")

    def add(self, judged: Judged, nanoseconds: int) -> None:
        """Counts one submission."""
        self.count += 1
        decision = judged.decision
        if decision is None:
            self.input_error_count += 1
            if len(self.refused_inputs) < MOST_ERRORS:
                self.refused_inputs.append(judged)
            return
        self.outcomes[str(decision.outcome)] += 1
        self.rows[decision.matrix, decision.row] += 1
        code = code_of(decision)
        if code:
            self.codes[code] += 1
        if len(self.listed) <= MOST_LISTED:
            self.listed.append(decision)
        self.slowest = max(self.slowest, (nanoseconds, judged.name))


def decide(
    documents: Documents,
    policy: Policy,
    data: Data = None,
    at: At = None,
    language: In = Language.EN,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Decide who must approve a document, or each of many.

    With --json every document of a batch is one line of JSON, in the order they came; otherwise
    a summary is shown. Held and refused are decisions: the exit code is 0 all the same.

    Totals that the policy adds up count the documents of this run only, in the order they come.
    """
    now = options.moment(at)
    draft = policy_of(policy)
    loaded = data_of(data, draft)
    judge = Judge(draft, loaded, now, datetime.now(UTC))
    summary = Summary()
    try:
        with (
            submissions(documents) as found,
            Output(out) as output,
            progress("deciding", None) as bar,
        ):
            for submission in found.documents:
                judged, nanoseconds = _timed(judge, submission)
                summary.add(judged, nanoseconds)
                if as_json:
                    output.json(plain_of(judged), None if found.is_batch else 2)
                elif not found.is_batch and judged.decision is not None:
                    show_one(output, judged.decision, str(language), loaded.names)
                bar.advance(bar.task_ids[0])
            bar.stop()
            if found.is_batch and not as_json:
                show_summary(output, summary)
            if (found.is_batch or summary.outcomes) and not as_json:
                show_notes(output, judge)
    except UnreadableInput as problem:
        raise stop(Code.DOCUMENT, f"error: {problem}") from None
    if summary.input_error_count:
        raise stop(Code.DOCUMENT, *_error_lines(summary, found.is_batch))


def _timed(judge: Judge, submission: Submission) -> tuple[Judged, int]:
    start = perf_counter_ns()
    judged = judge.judge(submission)
    return judged, perf_counter_ns() - start


def plain_of(judged: Judged) -> dict[str, object]:
    """One line of output for programs: the decision, or the errors."""
    if judged.decision is not None:
        return {"activated": False, "decision": to_plain(judged.decision)}
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


def code_of(decision: Decision) -> str:
    """The code of a hold or refusal; empty for a route."""
    if decision.held is not None:
        return decision.held.code
    return decision.refused.code if decision.refused is not None else ""


def show_one(output: Output, decision: Decision, language: str, names: Mapping[str, str]) -> None:
    """One decision in short: outcome, route, what is missing."""
    lines = explain(decision, language, "short", names)
    headline, _, sentence = plain(lines[0]).partition(": ")
    output.say(Text(plain(decision.document), style="bold"))
    text = Text.assemble((headline, STYLES[decision.outcome]), f": {sentence}")
    output.say(text)
    for line in lines[1:]:
        output.say(line)
    if decision.row_place.file:
        by = ", ".join(filter(None, (decision.matrix, decision.row)))
        output.say(f"{by}: {decision.row_place}", "dim")


def show_summary(output: Output, summary: Summary) -> None:
    """Outcomes, codes and rows of a batch, and its documents where they are few."""
    if len(summary.listed) <= MOST_LISTED:
        output.show(_list_table(summary.listed))
    output.show(_count_table("outcome", summary.outcomes.most_common()))
    if summary.codes:
        output.show(_count_table("held or refused because", summary.codes.most_common()))
    rows = [
        (f"{matrix}: {row}" if row else matrix or "no schedule", count)
        for (matrix, row), count in summary.rows.most_common()
    ]
    output.show(_count_table("decided by", rows))
    nanoseconds, name = summary.slowest
    output.say(
        f"{summary.count:,} documents; {summary.input_error_count:,} not accepted; "
        f"slowest {short(name)} in {nanoseconds / 1_000_000:.1f} ms"
    )


def show_notes(output: Output, judge: Judge) -> None:
    """What qualifies every decision of a run."""
    if judge.totals_are_partial:
        output.say(TOTALS_NOTE, "dim")
    output.say(DRAFT_NOTE, "dim")


def plain_table(*columns: str) -> Table:
    """A table without frames, with headings."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    return table


def _list_table(decisions: list[Decision]) -> Table:
    table = plain_table("document", "outcome", "amount", "by", "who")
    table.columns[2].justify = "right"
    for decision in decisions:
        table.add_row(
            Text(short(decision.document, 30)),
            Text(str(decision.outcome), style=STYLES[decision.outcome]),
            Text(short(decision.amount, 30)),
            Text(short(decision.row or decision.matrix, 30)),
            Text(short(code_of(decision) or who(decision), 60)),
        )
    return table


def who(decision: Decision) -> str:
    """The persons of the route in order: `mia, olga > dan`."""
    return " > ".join(", ".join(map(_part_text, step.parts)) for step in decision.steps)


def _part_text(part: Part) -> str:
    names = [
        "|".join(assignee.person for assignee in place.assignees) or place.word
        for place in leaves(part)
    ]
    return names[0] if len(names) == 1 else f"({' + '.join(names)})"


def _count_table(title: str, counts: list[tuple[str, int]]) -> Table:
    table = plain_table(title, "documents")
    table.columns[1].justify = "right"
    for name, count in counts:
        table.add_row(Text(plain(name)), f"{count:,}")
    return table


def _error_lines(summary: Summary, is_batch: bool) -> list[str]:
    lines = []
    for judged in summary.refused_inputs:
        where = f"document {judged.position}" if is_batch else "the document"
        named = f" (`{judged.name}`)" if judged.name else ""
        lines.append(f"error: {where}{named} cannot be accepted")
        lines += [f"  {error.code}: {error}" for error in judged.errors[:MOST_ERRORS]]
    more = summary.input_error_count - len(summary.refused_inputs)
    return [*lines, f"and {more:,} more"] if more > 0 else lines
