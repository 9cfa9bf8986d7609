"""`countersign conformance`: whether a log of another system followed stated rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from adapters.sources.event_logs import LogRefused
from api.commands.decide import plain_table
from api.commands.options import Json, Out
from api.commands.terminal import Code, Output, progress, stop
from api.texts import plain, short
from api.usecases.conformance import Conformance, ConformanceFile, conform, conformance_plain
from api.usecases.declared_files import NotDeclared, read_declared
from engine.conformance.checks import Answer

MOST_IN_JSON: Final = 1_000

Log = Annotated[
    Path, typer.Argument(metavar="LOG", help="Events as .csv or .xes, packed by gzip or not.")
]
Rules = Annotated[
    Path, typer.Option("--rules", "-r", metavar="FILE", help="The checks, `kind: conformance`.")
]
Witnesses = Annotated[
    int, typer.Option("--witnesses", min=0, max=MOST_IN_JSON, help="Cases shown for each check.")
]


def conformance(
    log: Log, rules: Rules, witnesses: Witnesses = 3, as_json: Json = False, out: Out = None
) -> None:
    """Check whether the cases in a log followed stated rules; each violation with its evidence.

    Ends with 1 where a check is violated or a case could not be read.
    """
    try:
        stated = read_declared(rules, ConformanceFile)
    except NotDeclared as problem:
        raise stop(Code.POLICY, *(f"error: {line}" for line in str(problem).split("\n"))) from None
    with progress(log.name, None) as bar:
        try:
            found = conform(
                log, stated, witnesses, lambda count: bar.update(bar.task_ids[0], completed=count)
            )
        except LogRefused as problem:
            raise stop(Code.DOCUMENT, f"error: {problem}") from None
    with Output(out) as output:
        if as_json:
            output.json(conformance_plain(found))
        else:
            _show(output, found)
    if not found.is_conformant:
        raise typer.Exit(int(Code.FOUND))


def _show(output: Output, found: Conformance) -> None:
    table = plain_table("check", "kept", "broken", "cannot tell", "not asked", "")
    for column in table.columns[1:5]:
        column.justify = "right"
    answers = (Answer.KEPT, Answer.BROKEN, Answer.UNTOLD, Answer.NOT_CONCERNED)
    for each in found.tallies:
        said = "violated" if each.is_violated else ("for note" if each.check.is_note else "kept")
        counts = (f"{each.counts[answer]:,}" for answer in answers)
        table.add_row(Text(short(each.check.name, 60)), *counts, said)
    output.show(table)
    for each in found.tallies:
        if each.check.is_note:
            continue
        for one in (*each.witnesses, *each.untold):
            evidence = "; ".join(one.evidence)
            output.say(plain(f"{each.check.name}: {one.trace} {one.answer}: {evidence}"))
    for left in found.left_out:
        output.say(plain(f"left out: {left.place}: {left.case}: {left.message} [{left.code}]"))
    output.say(
        f"{found.case_count:,} cases with {found.event_count:,} events were looked at,"
        f" {found.left_out_count:,} could not be read"
    )
