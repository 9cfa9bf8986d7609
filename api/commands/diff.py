"""`countersign diff`: what a change of a policy set does, in words, in effect and to documents."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands import options
from api.commands.diff_text import plain_of, plain_people, show_differences, show_people
from api.commands.loading import data_in, policy_of
from api.commands.options import At, Data, Json, Out
from api.commands.terminal import Code, Output, progress, stop
from api.commands.what_if_text import plain_changed, plain_refused, plain_tally, show_tally
from api.usecases.authority_of_people import PeopleChanges, people_changes
from api.usecases.differences import differences, draft_from
from api.usecases.drafts import DataNotLoaded, Draft, data_folder
from api.usecases.submissions import UnreadableInput, submissions
from api.usecases.what_if.many import Sides, chunks, sides
from api.usecases.what_if.tally import Tally

SOURCE = "A folder, or a folder in a git revision: `HEAD~1:policies/acme`."
Old = Annotated[Path, typer.Argument(metavar="OLD", help=f"The set before. {SOURCE}")]
New = Annotated[Path, typer.Argument(metavar="NEW", help="The set after, likewise.")]
Documents = Annotated[
    str | None,
    typer.Option(
        "--documents",
        metavar="FILE",
        help="Decide these documents with both sets, and say what would have changed; as for"
        " `decide`.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, max=64, help="Cores to use for many documents; all if unsaid."),
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="End with 1 where there is any difference.")
]


def diff(
    old: Old,
    new: New,
    data: Data = None,
    at: At = None,
    documents: Documents = None,
    jobs: Jobs = None,
    exit_code: ExitCode = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Compare two policy sets: who gains, who loses, what is answered differently, with proof.

    The order of rows, comments, and names of files mean nothing. With --data it is said by person,
    too. With --documents every document is decided with both sets, and --json writes each one that
    comes out otherwise on a line of its own, before the summary.
    """
    drafts = policy_of(old, draft_from), policy_of(new, draft_from)
    moment = options.moment(at)
    both = _sides(drafts, data, moment, wanted=bool(data or documents))
    found = differences(*drafts)
    people = _people(both, moment)
    tally = Tally()
    with Output(out) as output:
        if not as_json:
            show_differences(output, found, str(old), str(new))
            if people is not None:
                show_people(output, people, moment)
        if documents is not None and both is not None:
            _decide_all(output, both, documents, jobs, tally, as_json)
            if not as_json:
                show_tally(output, tally, both.adds_up)
        if as_json:
            whole: dict[str, object] = {"old": str(old), "new": str(new), **plain_of(found)}
            whole["people"] = None if people is None else plain_people(people)
            whole["documents"] = None if documents is None else plain_tally(tally)
            output.json(whole, None if documents is not None else 2)
    if tally.refused_count:
        raise stop(Code.DOCUMENT, *_refusals(tally))
    if exit_code and not (found.is_none and not tally.changed.count):
        raise typer.Exit(int(Code.FOUND))


def _sides(
    drafts: tuple[Draft, Draft], data: Path | None, moment: datetime | None, *, wanted: bool
) -> Sides | None:
    """Both sets with their master data, where these are asked for."""
    if not wanted:
        return None
    folder = data or data_folder(drafts[1].folder) or data_folder(drafts[0].folder)
    if folder is None:
        message = "neither set has a folder `data`: say where the master data are"
        raise typer.BadParameter(message, param_hint="--data")
    try:
        return sides(drafts, folder, moment, datetime.now(UTC))
    except DataNotLoaded:
        data_in(folder, drafts[0].policy)
        data_in(folder, drafts[1].policy)
        raise


def _people(both: Sides | None, moment: datetime | None) -> PeopleChanges | None:
    if both is None:
        return None
    old, new = (both.old.policy, both.old_data.data), (both.new.policy, both.new_data.data)
    return people_changes(old, new, moment or both.received_at)


def _decide_all(
    output: Output, both: Sides, documents: str, jobs: int | None, tally: Tally, as_json: bool
) -> None:
    cores = jobs or os.cpu_count() or 1
    try:
        with submissions(documents) as found, progress("comparing", None) as bar:
            for chunk in chunks(both, found.documents, cores):
                tally.add(chunk)
                for changed in chunk.changed if as_json else ():
                    output.json(plain_changed(changed), None)
                for refused in chunk.refused if as_json else ():
                    output.json(plain_refused(refused), None)
                bar.advance(bar.task_ids[0], chunk.count)
    except UnreadableInput as problem:
        raise stop(Code.DOCUMENT, f"error: {problem}") from None


def _refusals(tally: Tally) -> list[str]:
    lines = []
    for refused in tally.refused:
        named = f" (`{refused.name}`)" if refused.name else ""
        lines.append(f"error: document {refused.position}{named} cannot be accepted")
        for code, field, message in refused.errors[:5]:
            lines.append(f"  {code}: {f'{field}: ' if field else ''}{message}")
    more = tally.refused_count - len(tally.refused)
    return [*lines, f"and {more:,} more"] if more > 0 else lines
