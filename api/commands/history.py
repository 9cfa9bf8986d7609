"""`countersign history`: what happened, or began, before anything was decided here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from adapters.sources.event_logs import LogRefused
from api.bootstrap import resources_of
from api.commands.decide import plain_table
from api.commands.options import Json, Out
from api.commands.serving import Because, By, failures, store_at, utc_now, who
from api.commands.terminal import Code, Output, progress, stop
from api.settings import read_settings
from api.texts import plain
from api.usecases.casework.importing import NotImported, OthersWereFaster
from api.usecases.casework.resources import Resources
from api.usecases.casework.submitting import Overtaken
from api.usecases.declared_files import NotDeclared, read_declared
from api.usecases.history.loading import (
    HistoryLoad,
    LoadRefused,
    Progress,
    Wanted,
    counts_plain,
    load_history,
)
from api.usecases.history.mapping import HistoryMapping
from api.usecases.history.taking_over import Done, take_over_all, taken_over_plain, told
from engine.money import Money

app = typer.Typer(
    help="Bring along what happened before.", no_args_is_help=True, rich_markup_mode="rich"
)
MOST_SHOWN: Final = 50

File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="A table (.csv), a log (.csv, .xes), or .jsonl; or .gz."),
]
Mapping = Annotated[
    Path, typer.Option("--mapping", "-m", metavar="FILE", help="What is what, `kind: history`.")
]
CountApprovals = Annotated[
    bool,
    typer.Option("--count-approvals", help="Approvals given elsewhere count, where they may."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be loaded; keep nothing.")]


@app.callback()
def _group() -> None:
    """Bring along what happened before."""


def load(
    file: File,
    mapping: Mapping,
    by: By,
    because: Because,
    dry_run: DryRun = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Load documents of other systems as history: they count, and nothing can be done with them.

    Ends with 1 where rows were left out; the others are loaded.
    """
    with _wanted(file, mapping, by, because) as (resources, wanted), _shown(file) as shown:
        done = load_history(resources, replace(wanted, is_kept=not dry_run), utc_now(), shown)
    with Output(out) as output:
        if as_json:
            output.json(_plain(done, dry_run))
        else:
            _show(output, done, dry_run)
    if done.left_out_count:
        raise typer.Exit(int(Code.FOUND))


def take_over(
    file: File,
    mapping: Mapping,
    by: By,
    because: Because,
    count_approvals: CountApprovals = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Submit open documents of another system; what was approved there is on record.

    Everything is approved anew, unless --count-approvals says that approvals count: then each is
    tried as an act of its person, and whoever takes over answers for it. Ends with 1 where rows
    were left out or approvals did not count.
    """
    with _wanted(file, mapping, by, because) as (resources, wanted), _shown(file) as shown:
        done = take_over_all(
            resources, wanted, utc_now(), do_approvals_count=count_approvals, progress=shown
        )
    counts = taken_over_plain(done)
    with Output(out) as output:
        if as_json:
            output.json({**counts, "documents": list(told(done))})
        else:
            _show_taken(output, done)
            output.say(", ".join(f"{count:,} {_word(name)}" for name, count in counts.items()))
    if counts["left_out"] or counts["approvals_refused"]:
        raise typer.Exit(int(Code.FOUND))


def _word(name: str) -> str:
    return name.replace("_", " ")


def _show_taken(output: Output, done: list[Done]) -> None:
    for each in done:
        if isinstance(each, NotImported):
            output.say(plain(f"{each.row.place}: {each.row.id}: {each.message} [{each.code}]"))
            continue
        output.say(plain(f"{each.row.place}: {each.row.id}: {each.case.number} {each.case.status}"))
        for one in each.approvals:
            said = f"does not count [{one.code}]" if one.code else "counts"
            output.say(plain(f"  approval of {one.approval.person} {said}"))


@contextmanager
def _wanted(file: Path, mapping: Path, by: str, because: str) -> Iterator[tuple[Resources, Wanted]]:
    """The store, and what is to be done; ends the command with the right code where it cannot."""
    stated, digest = _mapping(mapping)
    if not because.strip():
        raise typer.BadParameter("expected a reason", param_hint="--because")
    with failures():
        settings = read_settings()
        with store_at(settings.database_url.get_secret_value()) as store:
            resources = resources_of(settings, store)
            identities = who(known(resources, by), settings.environment)
            try:
                yield resources, Wanted(file, stated, digest, identities, because)
            except LogRefused as problem:
                raise stop(Code.DOCUMENT, f"error: {problem}") from None
            except (LoadRefused, OthersWereFaster, Overtaken) as problem:
                raise stop(Code.SERVICE, f"error: {problem}") from None


@contextmanager
def _shown(file: Path) -> Iterator[Progress]:
    with progress(file.name, None) as bar:
        task = bar.task_ids[0]
        yield lambda count, total: bar.update(task, completed=count, total=total)


def known(resources: Resources, by: str) -> str:
    """The person behind `--by`; ends the command where the master data know nobody."""
    with resources.store.reading() as connection:
        person = resources.loaded.current(connection).data.person_of(by, utc_now())
    if person is None:
        raise typer.BadParameter("nobody in the master data has this name", param_hint="--by")
    return person


def _mapping(path: Path) -> tuple[HistoryMapping, str]:
    try:
        stated = read_declared(path, HistoryMapping)
        return stated, f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    except NotDeclared as problem:
        raise stop(Code.POLICY, *(f"error: {line}" for line in str(problem).split("\n"))) from None


def _plain(done: HistoryLoad, is_dry: bool) -> dict[str, object]:
    return {
        "load": done.digest,
        "kept": not is_dry,
        **counts_plain(done),
        "nobody": sorted(done.nobody),
        "rows_left_out": [
            {
                "place": each.row.place,
                "id": each.row.id,
                "code": each.code,
                "field": each.field,
                "message": each.message,
            }
            for each in done.left_out
        ],
    }


def _show(output: Output, done: HistoryLoad, is_dry: bool) -> None:
    for each in done.left_out[:MOST_SHOWN]:
        where = f"{each.row.place}: {each.field}: " if each.field else f"{each.row.place}: "
        output.say(plain(f"{where}{each.message} [{each.code}]"))
    if done.left_out_count > MOST_SHOWN:
        output.say(f"and {done.left_out_count - MOST_SHOWN:,} more; --json has the first thousand")
    table = plain_table("type", "documents", "net")
    for column in table.columns[1:]:
        column.justify = "right"
    for (type_, currency), count in sorted(done.counts.items()):
        net = str(Money(done.totals[type_, currency], currency)) if currency else ""
        table.add_row(Text(plain(type_)), f"{count:,}", net)
    if done.counts:
        output.show(table)
    if done.nobody:
        names = ", ".join(sorted(done.nobody)[:10])
        output.say(plain(f"nobody in the master data: {names} ({len(done.nobody):,} names)"))
    said = "would be loaded" if is_dry else "loaded"
    output.say(
        f"{done.new_count:,} {said}, {done.known_count:,} known already,"
        f" {done.skipped_count:,} not wanted, {done.left_out_count:,} left out"
    )
