"""`countersign as-of`: what held at one moment, as it was known at another, from the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

import typer

from api.commands import options
from api.commands.authority import sentence, show_person
from api.commands.behind import resources_in
from api.commands.options import Json, Out
from api.commands.serving import DEFAULT, Database, store_at, utc_now
from api.commands.terminal import Code, Output, stop
from api.commands.who_can import (
    Amount,
    Category,
    Entity,
    Facts,
    Requester,
    check_file,
    is_type,
    read_one,
    stated_facts,
)
from api.commands.who_can_shown import named, show
from api.usecases.as_of import (
    Described,
    Moments,
    NotAnswered,
    Then,
    delegations_then,
    holders_then,
    moments_of,
    person_then,
    signers_of,
    signers_of_described,
    then_in_force,
    then_plain,
)
from api.usecases.asking import Answer, Open
from api.usecases.plain_answers import answer_plain, shown_plain
from api.usecases.register import Shown
from engine.errors import InputErrors

NOTE: Final = (
    "Totals and earlier acts are not counted. What was decided or refused stays as recorded."
)

app = typer.Typer(
    help="Say what held at one moment, as it was known at another, from the store.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
Valid = Annotated[
    str,
    typer.Option(
        "--valid",
        metavar="MOMENT",
        help="The moment that is asked about, with its offset; now, if left out.",
    ),
]
Known = Annotated[
    str,
    typer.Option(
        "--known",
        metavar="MOMENT",
        help="By what was in force at this moment; that of --valid, if left out.",
    ),
]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="A person or a login.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="A role of the set.")]
Wanted = Annotated[
    str, typer.Argument(metavar="FILE|TYPE", help="A file of JSON with one document, or a type.")
]


@dataclass(frozen=True, slots=True)
class _Asked:
    moments: Moments
    now: datetime
    database: str


@app.callback()
def _moments(
    context: typer.Context, valid: Valid = "", known: Known = "", database: Database = DEFAULT
) -> None:
    """Say what held at one moment, as it was known at another, from the store."""
    about = options.aware(valid, "--valid") if valid else None
    by = options.aware(known, "--known") if known else None
    now = utc_now()
    try:
        context.obj = _Asked(moments_of(about, by, now), now, database)
    except NotAnswered as problem:
        raise _stopped(problem) from None


def person(context: typer.Context, name: Person, as_json: Json = False, out: Out = None) -> None:
    """Say everything that a person could approve, by which rule, and what barred him."""
    with _then(context) as then:
        shown = person_then(then, name)
    with Output(out) as output:
        if as_json:
            output.json({**then_plain(then), "people": [shown_plain(shown)]})
        else:
            _head(output, then)
            show_person(output, shown, dict(then.data.names))


def delegations(
    context: typer.Context, name: Person, as_json: Json = False, out: Out = None
) -> None:
    """Say which delegations a person had given or received, and what each counted for."""
    with _then(context) as then:
        shown = delegations_then(then, name)
    _say(then, [shown], "No delegation was there.", as_json, out)


def role(
    context: typer.Context, name: Role, entity: Entity, as_json: Json = False, out: Out = None
) -> None:
    """Say who held a role for documents of an entity."""
    with _then(context) as then:
        shown = holders_then(then, name, entity)
    _say(then, shown, "Nobody held it.", as_json, out)


def document(
    context: typer.Context,
    wanted: Wanted,
    entity: Entity = "",
    amount: Amount = "",
    category: Category = "",
    requester: Requester = "",
    fact: Facts = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Say who could approve a document, by what authority, and why nobody else."""
    stated = stated_facts(amount, category, requester, fact)
    try:
        with _then(context) as then:
            found = _signers(then, wanted, Described(wanted, entity, stated), _asked(context).now)
    except InputErrors as wrong:
        lines = [f"  {error.code}: {error}" for error in wrong.errors]
        raise stop(Code.DOCUMENT, "error: the document cannot be accepted", *lines) from None
    with Output(out) as output:
        if as_json:
            output.json({**then_plain(then), "answers": [answer_plain(each) for each in found]})
            return
        _head(output, then)
        for each in found:
            show(output, then.draft, each, dict(then.data.names))
        output.say(NOTE, "dim")


def _signers(then: Then, wanted: str, asked: Described, now: datetime) -> Sequence[Answer | Open]:
    if is_type(then.draft, wanted):
        return signers_of_described(then, asked)
    check_file(bool(asked.stated) or bool(asked.entity))
    return (signers_of(then, read_one(wanted), now),)


def _asked(context: typer.Context) -> _Asked:
    found: _Asked = context.obj
    return found


@contextmanager
def _then(context: typer.Context) -> Iterator[Then]:
    """What was in force, loaded; ends the command where there is no answer."""
    asked = _asked(context)
    with store_at(asked.database) as store:
        try:
            with store.reading() as connection:
                then = then_in_force(resources_in(store), connection, asked.moments)
            yield then
        except NotAnswered as problem:
            raise _stopped(problem) from None


def _stopped(problem: NotAnswered) -> typer.Exit:
    code = Code.SERVICE if problem.code == "nothing_in_force_then" else Code.USAGE
    return stop(code, f"error[{problem.code}]: {problem}")


def _say(then: Then, shown: Sequence[Shown], nothing: str, as_json: bool, out: Out) -> None:
    """People with the lines that were asked for."""
    with Output(out) as output:
        if as_json:
            output.json({**then_plain(then), "people": [shown_plain(each) for each in shown]})
            return
        _head(output, then)
        for each in shown:
            who = named(each.entry.person.id, dict(then.data.names))
            output.say(f"{who}, {each.entry.person.entity}: {each.status}", "bold")
            for line in each.lines:
                output.say(f"  {sentence(line)}")
        if not any(each.lines for each in shown):
            output.say(nothing)


def _head(output: Output, then: Then) -> None:
    """Both moments and the digests: whoever asks again with them gets the same answer."""
    told = then_plain(then)
    output.say(f"valid {told['valid']}, as known at {told['known']}", "bold")
    for name in ("policy", "master_data", "delegations"):
        output.say(f"  {name.replace('_', ' ')} {told[name]}", "dim")
