"""`countersign trail`: whether every record and every case agree, and what is signed of them."""

from __future__ import annotations

from pathlib import Path

import typer

from adapters.store.checkpoints import Signed, log_of
from api.commands.lint import counted
from api.commands.options import Json, Out
from api.commands.serving import (
    DEFAULT,
    Because,
    By,
    Database,
    For,
    expect_keys,
    failures,
    store_at,
    utc_now,
    who,
)
from api.commands.terminal import Code, Output, progress, stop
from api.sealing import with_keys
from api.settings import Environment, read_keys
from api.usecases.casework.checking import TrailReport, check_trail
from api.usecases.casework.resources import Resources
from api.usecases.casework.telling import Problem
from api.usecases.trail.checkpointing import NotSigned, begin_anew
from api.usecases.trail.publishing import (
    publish,
    published_without_us,
    read_back,
    sign_and_publish,
)
from api.usecases.trail.rotating import rotate
from engine.trail.notes import key_text

app = typer.Typer(help="Look at the trail.", no_args_is_help=True, rich_markup_mode="rich")


@app.callback()
def _group() -> None:
    """Look at the trail."""


def check(database: Database = DEFAULT, as_json: Json = False, out: Out = None) -> None:
    """Check every record of the trail, and every case against what the trail tells of it.

    Documents are compared with what their records committed to: by the keys of the service, where
    they are sealed. Others may go on writing: what is checked is one moment.
    """
    with failures(), store_at(database) as store, progress("records and cases", None) as bar:
        report = check_trail(
            store,
            lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total),
            with_keys(Resources(store), read_keys()),
        )
    with Output(out) as output:
        if as_json:
            output.json(_plain(report))
        else:
            _show(output, report)
    if not report.is_intact:
        raise typer.Exit(int(Code.FOUND))


def checkpoint(database: Database = DEFAULT, as_json: Json = False, out: Out = None) -> None:
    """Sign a checkpoint over every record there is, and print it: keep it outside of this machine.

    Signed with the first key of COUNTERSIGN_SIGNING_KEYS, and published in the folder and at the
    addresses of the settings. Where no record was added since the last one, that is printed.
    """
    with failures(), store_at(database) as store, progress("records", None) as bar:
        settings = read_keys()
        signed, wrong = sign_and_publish(
            store,
            expect_keys(settings),
            settings.log_name,
            settings.places(),
            utc_now(),
            lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total),
        )
    _show_signed(signed, wrong, out, as_json=as_json)


def fork(
    by: By,
    because: Because,
    environment: For = Environment.PRODUCTION,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Begin another log, under a name of its own: after an older database was restored.

    Nothing more is signed under the name before. Who holds its checkpoints can see where it ended.
    """
    with failures(), store_at(database) as store:
        settings = read_keys()
        lost = published_without_us(store, settings.places(), settings.log_name)
        person = who(by, environment)
        log = begin_anew(store, because, person, utc_now(), settings.log_name, lost)
    with Output(out) as output:
        if as_json:
            output.json({"log": log.origin, "records": log.from_size})
        else:
            said = f"the log {log.origin} begins, with {counted(log.from_size, 'record')} in it"
            output.say(said)


def keys(database: Database = DEFAULT, as_json: Json = False, out: Out = None) -> None:
    """Print the public keys of the log, as whoever verifies needs them; the signing key first."""
    with failures(), store_at(database) as store:
        found = expect_keys(read_keys())
        with store.reading() as connection:
            log = log_of(connection)
        if log is None:
            raise NotSigned("no checkpoint was signed yet; run `countersign trail checkpoint`")
        shown = [key_text(key) for key in found.public(log.origin)]
    with Output(out) as output:
        if as_json:
            output.json({"log": log.origin, "keys": shown})
        else:
            for text in shown:
                output.say(text)


def rotate_key(
    by: By,
    because: Because,
    environment: For = Environment.PRODUCTION,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Let another key sign from now on: the first of COUNTERSIGN_SIGNING_KEYS.

    The one that signed before stands behind it. Both sign a checkpoint that ends with the record of
    it, so that whoever has the old key can follow to the new one. It is published at once.
    """
    with failures(), store_at(database) as store:
        settings = read_keys()
        keys, places, now = expect_keys(settings), settings.places(), utc_now()
        published = read_back(store, places, settings.log_name)
        signed = rotate(store, keys, because, who(by, environment), now, published)
        wrong = publish(store, signed, places, now)
    _show_signed(signed, wrong, out, as_json=as_json)


def _show_signed(signed: Signed, wrong: dict[str, str], out: Path | None, *, as_json: bool) -> None:
    """The checkpoint, and where it was not published; ends with the code for that."""
    with Output(out) as output:
        if as_json:
            shown = {"size": signed.size, "root": signed.root.hex(), "note": signed.note}
            output.json({**shown, "not_published": wrong})
        else:
            for line in signed.note.splitlines():
                output.say(line)
    if wrong:
        raise stop(Code.SERVICE, *(f"error: not published: {said}" for said in wrong.values()))


def _show(output: Output, report: TrailReport) -> None:
    for problem in report.problems:
        output.say(f"{_place(problem)}: error[{problem.code}]: {problem.message}")
    left = report.problem_count - len(report.problems)
    if left:
        output.say(f"and {left:,} more")
    if report.unopened_count:
        said = counted(report.unopened_count, "document")
        output.say(f"{said} not compared: COUNTERSIGN_ENCRYPTION_KEYS opens them", "bold yellow")
    seen = f"{counted(report.record_count, 'record')}, {counted(report.case_count, 'case')}"
    if report.is_intact:
        output.say(f"{seen}: the trail agrees with itself and with every case", "bold green")
    else:
        output.say(f"{seen}: {counted(report.problem_count, 'problem')}", "bold red")


def _place(problem: Problem) -> str:
    place = "" if problem.position is None else f"record {problem.position}"
    return ", ".join(part for part in (place, problem.case) if part)


def _plain(report: TrailReport) -> dict[str, object]:
    return {
        "is_intact": report.is_intact,
        "unopened": report.unopened_count,
        "records": report.record_count,
        "cases": report.case_count,
        "problem_count": report.problem_count,
        "problems": [
            {
                "position": problem.position,
                "case": problem.case,
                "code": problem.code,
                "message": problem.message,
            }
            for problem in report.problems
        ],
    }
