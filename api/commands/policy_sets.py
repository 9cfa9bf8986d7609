"""`countersign policy`: sets proposed, approved, put in force and taken back in a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from adapters.policy_folder import FolderRefused, read_set
from adapters.store import cases
from adapters.store.in_force import digests, files_of
from adapters.store.proposals import Proposal, proposal_of, proposals_kept
from api.commands import options
from api.commands.behind import resources_in, who_in
from api.commands.loading import policy_of
from api.commands.options import Json, Out
from api.commands.policy_sets_shown import show_proposal, show_proposals, show_sets
from api.commands.serving import DEFAULT, Because, By, Database, data_files, store_at, utc_now
from api.commands.terminal import Code, Output, progress, stop
from api.commands.what_if_text import plain_changed, plain_tally, show_tally
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.resources import Resources
from api.usecases.casework.resources import policy_of as policy_in
from api.usecases.policy_sets.activating import Activated, activate, cancel
from api.usecases.policy_sets.candidate import Unfit, data_asked
from api.usecases.policy_sets.proposing import Wish, propose
from api.usecases.policy_sets.retroactive import retroactive
from api.usecases.policy_sets.rolling_back import roll_back
from api.usecases.policy_sets.showing import proposals_plain, sets_plain
from api.usecases.what_if.tally import Tally
from engine.cases.identities import Identities
from engine.policy import PolicySet

app = typer.Typer(
    help="Exchange the policy set in force for another one.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
Set = Annotated[Path, typer.Argument(metavar="SET", help="The folder of the policy set.")]
Candidate = Annotated[
    str, typer.Argument(metavar="SET|CASE", help="A folder, or the number of a proposal's case.")
]
Since = Annotated[
    str, typer.Option("--since", metavar="DAY", help="Cases that came in from this day on.")
]
Number = Annotated[str, typer.Argument(metavar="CASE", help="The number of the proposal's case.")]
Effective = Annotated[
    str,
    typer.Option(
        "--effective-at",
        metavar="MOMENT",
        help="From when on, with its offset (2027-04-01T00:00:00-04:00); at once, if left out.",
    ),
]
Entity = Annotated[
    str, typer.Option("--entity", help="Whose people are asked; the proposer's, if left out.")
]
Seen = Annotated[
    str, typer.Option("--from", metavar="DIGEST", help="The set that is to go; that in force.")
]


@app.callback()
def _group() -> None:
    """Exchange the policy set in force for another one."""


def propose_set(
    policy: Set,
    by: By,
    because: Because,
    effective_at: Effective = "",
    entity: Entity = "",
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Propose the set in a folder: it must load without errors, and its tests must pass.

    Others approve it on the route that the set in force says, and somebody puts it in force.
    """
    moment = options.moment(effective_at) if effective_at else None
    files = _files_of(policy)
    with _store(database, by) as (resources, identities):
        wish = Wish(files, because, moment, entity)
        made = propose(resources, wish, identities, utc_now())
        if made.proposal is None:
            raise _unfit(made.unfit)
        _say(resources, made.proposal, as_json, out)


def show(
    number: Annotated[str, typer.Argument(metavar="[CASE]")] = "",
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Show one proposal with all its differences, or the last twenty."""
    with store_at(database) as store:
        if number:
            with store.reading() as connection:
                proposal = proposal_of(connection, _case_id(number))
            if proposal is None:
                raise stop(Code.SERVICE, f"error: there is no proposal `{number}`")
            _say(resources_in(store), proposal, as_json, out)
            return
        with store.reading() as connection:
            found = proposals_plain(connection, proposals_kept(connection, most=20))
    with Output(out) as output:
        if as_json:
            output.json({"proposals": found})
        else:
            show_proposals(output, found)


def what_if(
    candidate: Candidate,
    since: Since,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Say which cases since a day would have been decided otherwise by another set.

    Each case is compared as it was decided, with the people of that time. With --json every case
    that comes out otherwise is a line of its own, before the summary.
    """
    moment = _day(since)
    with store_at(database) as store, Output(out) as output:
        resources, tally = resources_in(store), Tally()
        with progress("cases", None) as bar, store.snapshot() as connection:
            policy = _candidate(connection, candidate)
            held = retroactive(resources, connection, policy)
            for chunk in held.chunks(
                connection, moment, lambda count: bar.advance(bar.task_ids[0], count)
            ):
                tally.add(chunk)
                for changed in chunk.changed if as_json else ():
                    output.json(plain_changed(changed), None)
        if as_json:
            output.json(plain_tally(tally), None)
        else:
            show_tally(output, tally, adds_up=False, is_draft=False)


def _candidate(connection: Connection, named: str) -> PolicySet:
    """The set in a folder, or that of a proposal."""
    case_id = cases.id_of(named)
    if case_id is None:
        return policy_of(Path(named)).policy
    proposal = proposal_of(connection, case_id)
    if proposal is None:
        raise stop(Code.SERVICE, f"error: there is no proposal `{named}`")
    return policy_in(files_of(connection, proposal.digest))


def _day(text: str) -> datetime:
    """The beginning of a day in UTC, or a moment with its offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = "expected a day like 2027-03-15, or a moment with its offset"
        raise typer.BadParameter(message, param_hint="--since") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def history(database: Database = DEFAULT, as_json: Json = False, out: Out = None) -> None:
    """Show which set was in force when, newest first."""
    with store_at(database) as store, store.reading() as connection:
        found = sets_plain(connection)
    with Output(out) as output:
        if as_json:
            output.json(found)
        else:
            show_sets(output, found)


def approve(
    number: Number,
    by: By,
    because: Because = "",
    database: Database = DEFAULT,
) -> None:
    """Approve a proposal, as whoever the set in force asks."""
    with _store(database, by) as (resources, identities):
        case_id = _case_id(number)
        with resources.store.reading() as connection:
            case = cases.by_id(connection, case_id)
            if case is None or proposal_of(connection, case_id) is None:
                raise stop(Code.SERVICE, f"error: there is no proposal `{number}`")
        action = Action(Kind.APPROVE, by, case.version, comment=because)
        done = act(resources, case_id, action, identities, utc_now())
        if done is None or done.code:
            code = done.code if done is not None else "not_found"
            raise stop(Code.SERVICE, f"error[{code}]: the approval was not accepted")
    with Output(None) as output:
        output.say(f"{number}: {done.case.status}")


def activate_set(number: Number, by: By, database: Database = DEFAULT) -> None:
    """Put an approved set in force, or schedule it where its moment is still to come."""
    with _store(database, by) as (resources, identities), progress("cases", None) as bar:
        done = activate(
            resources,
            _case_id(number),
            identities,
            utc_now(),
            lambda count: bar.advance(bar.task_ids[0], count),
        )
    _say_done(number, done)


def cancel_set(number: Number, by: By, because: Because, database: Database = DEFAULT) -> None:
    """Take a proposal back that is not in force yet, scheduled or not."""
    with _store(database, by) as (resources, identities):
        done = cancel(resources, _case_id(number), because, identities, utc_now())
    _say_done(number, done)


def roll_back_set(by: By, because: Because, seen: Seen = "", database: Database = DEFAULT) -> None:
    """Put the set before in force again, at once."""
    with _store(database, by) as (resources, identities), progress("cases", None) as bar:
        with resources.store.reading() as connection:
            seen = seen or digests(connection).policy
        done = roll_back(
            resources,
            seen,
            because,
            identities,
            utc_now(),
            lambda count: bar.advance(bar.task_ids[0], count),
        )
    if done.code:
        raise stop(Code.SERVICE, f"error[{done.code}]: the set was not taken back")
    with Output(None) as output:
        output.say(f"in force: policy {done.after}")


def _files_of(folder: Path) -> dict[str, bytes]:
    """The set, and the folders of master data that its tests name and that are there."""
    try:
        files = read_set(folder)
    except FolderRefused as problem:
        raise stop(Code.POLICY, f"error: {problem}") from None
    for name in sorted(data_asked(files)):
        below = (folder / name).resolve()
        if below.is_dir() and below.is_relative_to(folder.resolve()):
            within = below.relative_to(folder.resolve()).as_posix()
            files |= {f"{within}/{file}": data for file, data in data_files(below).items()}
    return files


@contextmanager
def _store(database: str, by: str) -> Iterator[tuple[Resources, Identities]]:
    with store_at(database) as store:
        yield resources_in(store), who_in(store, by)


def _case_id(number: str) -> int:
    found = cases.id_of(number)
    if found is None:
        raise typer.BadParameter("expected the number of a case, such as C-000001")
    return found


def _say(resources: Resources, proposal: Proposal, as_json: bool, out: Path | None) -> None:
    with resources.store.reading() as connection:
        [found] = proposals_plain(connection, [proposal])
    with Output(out) as output:
        if as_json:
            output.json(found)
        else:
            show_proposal(output, found)


def _say_done(number: str, done: Activated | None) -> None:
    if done is None:
        raise stop(Code.SERVICE, f"error: there is no proposal `{number}`")
    if done.code:
        raise stop(Code.SERVICE, f"error[{done.code}]: nothing was put in force or taken back")
    at: datetime | None = done.proposal.effective_at
    when = f" for {at.isoformat()}" if at is not None else ""
    with Output(None) as output:
        output.say(f"{number}: {done.proposal.status}{when}")


def _unfit(unfit: Unfit | None) -> typer.Exit:
    if unfit is None:
        return stop(Code.POLICY, "error: the set was not taken")
    lines = [
        f"{report['file']}:{report['line']}:{report['column']}:"
        f" {report['severity']}[{report['code']}]: {report['message']}"
        for report in unfit.reports
    ]
    return stop(Code.POLICY, *lines, f"error[{unfit.code}]: {unfit.message}")
