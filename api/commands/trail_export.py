"""`countersign trail export`: records with their proofs, for whoever verifies without us."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.lint import counted
from api.commands.options import First, Json, Last, Out, days
from api.commands.serving import (
    DEFAULT,
    By,
    Database,
    For,
    expect_keys,
    failures,
    store_at,
    utc_now,
    who,
)
from api.commands.terminal import Code, Output, progress, stop, warn
from api.commands.trail import app as app
from api.sealing import with_keys
from api.settings import Environment, read_keys
from api.usecases.casework.resources import Resources
from api.usecases.trail.exporting.selecting import NothingSelected, Sample, Selection
from api.usecases.trail.exporting.writing import READ_BY_AUDITORS, Exported, export
from api.usecases.trail.publishing import read_back, sign_and_publish
from engine.cases.identities import Identities
from engine.documents.fields import FieldClass
from engine.sampling import Method

File = Annotated[
    Path, typer.Option("--file", "-f", metavar="FILE", help="The file that is written.")
]
OfEntity = Annotated[str, typer.Option("--entity", metavar="ENTITY", help="Cases of an entity.")]
OfCase = Annotated[str, typer.Option("--case", metavar="CASE", help="One case: C-000123.")]
OfDocument = Annotated[
    str, typer.Option("--document", metavar="TYPE/ID", help="One document: invoice/I-9.")
]
OfPerson = Annotated[
    str,
    typer.Option(
        "--person", metavar="PERSON", help="Cases that he requested, acted or is asked on."
    ),
]
OfControl = Annotated[
    str, typer.Option("--control", metavar="NAME", help="Cases whose decision names a control.")
]
Size = Annotated[
    int | None,
    typer.Option("--sample", metavar="COUNT", min=1, help="So many cases of them, drawn."),
]
Seed = Annotated[
    str, typer.Option("--seed", metavar="TEXT", help="What a sample is drawn by; the auditor's.")
]
By_ = Annotated[
    Method,
    typer.Option("--method", help="How it is drawn: each case alike, or each unit of money."),
]

Classes = Annotated[
    list[FieldClass],
    typer.Option(
        "--class",
        help="A class of fields whose values are shown, once for each; all but `restricted` if left"
        " out. The others stay withheld, with their digests.",
    ),
]


def export_trail(
    file: File,
    by: By,
    since: First = "",
    until: Last = "",
    entity: OfEntity = "",
    case: OfCase = "",
    document: OfDocument = "",
    person: OfPerson = "",
    control: OfControl = "",
    sample: Size = None,
    seed: Seed = "",
    method: By_ = Method.RANDOM,
    classes: Classes = [*READ_BY_AUDITORS],  # noqa: B006 - Typer copies it
    environment: For = Environment.PRODUCTION,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Export records with their proofs to one file, for `countersign-verify`.

    Days alone are a period: every record of the trail within it. With any other choice all records
    of the cases are exported that came in on these days. A checkpoint is signed and published
    first. The export is itself put on record.
    """
    first, last = days(since, until)
    selection = Selection(
        since=first,
        until=last,
        entity=entity,
        case=case,
        document=document,
        person=person,
        control=control,
        sample=_sample(sample, seed, method),
    )
    done = _exported(database, selection, file, who(by, environment), classes)
    with Output(out) as output:
        if as_json:
            output.json(_plain(done, file))
        else:
            _show(output, done, file)


def _sample(size: int | None, seed: str, method: Method) -> Sample | None:
    if (size is None) != (not seed):
        raise typer.BadParameter("a sample needs its size and its seed", param_hint="--sample")
    return None if size is None else Sample(size, seed, method)


def _exported(
    database: str, selection: Selection, file: Path, by: Identities, allowed: list[FieldClass]
) -> Exported:
    signing = read_keys()
    with failures(), store_at(database) as store, progress("records", None) as bar:
        keys, places, now = expect_keys(signing), signing.places(), utc_now()
        if places:  # so that the time stamp of its own checkpoint is in the export, too
            _, wrong = sign_and_publish(store, keys, signing.log_name, places, now)
            warn(*(f"warning: not published: {said}" for said in wrong.values()))
        try:
            return export(
                with_keys(Resources(store), signing),
                keys,
                signing.log_name,
                selection,
                file,
                by,
                now,
                progress=lambda made, total: bar.update(
                    bar.task_ids[0], completed=made, total=total
                ),
                allowed=frozenset(allowed),
                published=read_back(store, places, signing.log_name),
            )
        except NothingSelected as problem:
            raise stop(Code.FOUND, f"error: {problem}") from None
        except OSError as problem:
            raise stop(Code.FILE, f"error: `{file}`: {problem.strerror}") from None


def _show(output: Output, done: Exported, file: Path) -> None:
    counts = f"{counted(done.record_count, 'record')}, {counted(done.case_count, 'case')}"
    output.say(f"{file}: {counts}", "bold")
    output.say(f"  export.json {done.manifest_digest}")
    output.say(f"  checkpoint over {counted(done.checkpoint.size, 'record')}:")
    for line in done.checkpoint.note.splitlines():
        output.say(f"    {line}")
    output.say("  verify it with countersign-verify.pyz and a key from `countersign trail keys`")


def _plain(done: Exported, file: Path) -> dict[str, object]:
    return {
        "file": str(file),
        "records": done.record_count,
        "cases": done.case_count,
        "manifest_digest": done.manifest_digest,
        "checkpoint": done.checkpoint.note,
    }
