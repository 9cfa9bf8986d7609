"""`countersign who-can`: who can approve this, by what authority, and why nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from api.commands import options
from api.commands.decide import DRAFT_NOTE
from api.commands.loading import data_of, policy_of
from api.commands.options import At, Data, Json, On, Out, Policy
from api.commands.terminal import Code, Output, stop
from api.commands.who_can_shown import show
from api.usecases.asking import (
    Answer,
    Open,
    answer,
    described,
    entities_of,
    outside,
    unknown_entity,
    unknown_person,
)
from api.usecases.drafts import Draft
from api.usecases.plain_answers import answer_plain
from api.usecases.register import at_noon
from api.usecases.submissions import UnreadableInput, submissions
from engine.errors import InputErrors
from engine.money import EXPONENTS
from engine.quoting import quoted, suggestion

NOW_ONLY: Final = "`submitted` needs a document: say a moment"

Wanted = Annotated[
    str,
    typer.Option(
        "--document", metavar="FILE|TYPE", help="A file of JSON with one document, or a type."
    ),
]
Entity = Annotated[str, typer.Option("--entity", metavar="ID", help="The entity it is for.")]
Amount = Annotated[
    str, typer.Option("--amount", metavar="AMOUNT", help='The net amount: "12_000.00 USD".')
]
Category = Annotated[str, typer.Option("--category", metavar="WORD", help="What is bought.")]
Requester = Annotated[
    str, typer.Option("--requester", metavar="NAME", help="Whose need it is: a person or login.")
]
Facts = Annotated[
    list[str] | None,
    typer.Option("--fact", "-f", metavar="NAME=VALUE", help="A field or fact, as tests write it."),
]


def who_can(
    document: Wanted,
    policy: Policy,
    data: Data = None,
    entity: Entity = "",
    amount: Amount = "",
    category: Category = "",
    requester: Requester = "",
    fact: Facts = None,
    at: At = None,
    on: On = "",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Say who can approve a document: every person for every place, by what, and why nobody else.

    A document is a file, or a type that the options describe. Without --requester it is answered
    for everybody who could ask; without --entity for each entity. Totals count this document only.
    """
    now = at_noon(options.day(on, at), "UTC") if on else options.moment(at)
    draft = policy_of(policy)
    loaded = data_of(data, draft)
    stated = stated_facts(amount, category, requester, fact)
    answers: list[Answer | Open] = []
    try:
        given = outside(draft.policy, stated)
        if is_type(draft, document):
            moment = _check(draft, entity, now)
            asking = stated.get("requester", "")
            wrong = unknown_person(loaded, asking, moment)
            if wrong:
                raise typer.BadParameter(wrong, param_hint="--requester")
            for each in entities_of(draft, loaded, entity, asking, moment):
                then = at_noon(moment.date(), _zone(draft, each)) if on else moment
                raw = described(draft, document, each, stated, then)
                answers.append(answer(draft, loaded, raw, then, then, given))
        else:
            check_file(stated.keys() - given.keys() or bool(entity) or bool(on))
            read, received = read_one(document), datetime.now(UTC)
            answers.append(answer(draft, loaded, read, now, received, given))
    except InputErrors as wrong:
        lines = [f"  {error.code}: {error}" for error in wrong.errors]
        raise stop(Code.DOCUMENT, "error: the document cannot be accepted", *lines) from None
    with Output(out) as output:
        if as_json:
            output.json({"activated": False, "answers": [answer_plain(found) for found in answers]})
            return
        for found in answers:
            show(output, draft, found, dict(loaded.names))
        output.say(DRAFT_NOTE, "dim")


def stated_facts(
    amount: str, category: str, requester: str, fact: list[str] | None
) -> dict[str, str]:
    """What the options state, by name; those left out are not in it. Raises a usage error."""
    _check_amount(amount)
    stated = {"amount": amount, "category": category, "requester": requester, **_facts(fact)}
    return {name: text for name, text in stated.items() if text}


def _zone(draft: Draft, entity: str) -> str:
    return draft.policy.organization.entities[entity].zone


def _check_amount(text: str) -> None:
    """Commas are not what policies write; it is said what to write instead."""
    if "," in text:
        written = text.replace(",", "_")
        number, space, currency = written.partition(" ")
        if "." not in number and EXPONENTS.get(currency, 2):
            written = f"{number}.{'0' * EXPONENTS.get(currency, 2)}{space}{currency}"
        message = f"expected an amount in policy words, found {quoted(text)}: write `{written}`"
        raise typer.BadParameter(message, param_hint="--amount")


def _facts(stated: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in stated or ():
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise typer.BadParameter(
                f"expected NAME=VALUE, found {quoted(text)}", param_hint="--fact"
            )
        found[name.strip()] = value.strip()
    return found


def is_type(draft: Draft, document: str) -> bool:
    """Whether a type is meant and no file; ends the command where it is neither."""
    if document in draft.policy.documents:
        return True
    if document == "-" or Path(document).exists():
        return False
    near = suggestion(document, draft.policy.documents)
    message = f"neither a file nor a document type of the set: {quoted(document)}{near}"
    raise typer.BadParameter(message, param_hint="--document")


def _check(draft: Draft, entity: str, now: datetime | None) -> datetime:
    if now is None:
        raise typer.BadParameter(NOW_ONLY, param_hint="--at")
    wrong = unknown_entity(draft, entity)
    if wrong:
        raise typer.BadParameter(wrong, param_hint="--entity")
    return now


def check_file(is_described: object) -> None:
    """Raises a usage error where a file is described as well."""
    if is_described:
        message = "a file says this itself; give a document type to describe one"
        raise typer.BadParameter(message, param_hint="--document")


def read_one(document: str) -> object:
    """The one document of a file. Ends the command with code 3 for more; raises `InputErrors`."""
    try:
        with submissions(document) as found:
            first, *more = list(found.documents)[:2]
    except UnreadableInput as problem:
        raise stop(Code.DOCUMENT, f"error: {problem}") from None
    if more:
        raise stop(Code.DOCUMENT, f"error: {quoted(document)} holds more than one document")
    if first.errors:
        raise InputErrors(first.errors)
    return first.raw
