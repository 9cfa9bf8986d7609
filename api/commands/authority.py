"""`countersign authority`: what a person may approve as of a date, or the register of everybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Final

import typer
from rich.text import Text

from api.commands import options
from api.commands.decide import plain_table
from api.commands.loading import data_of, policy_of
from api.commands.options import At, Data, Json, On, Out, Policy
from api.commands.terminal import Output
from api.commands.who_can_shown import folded, named
from api.texts import plain
from api.usecases.asking import unknown_person
from api.usecases.drafts import DraftData
from api.usecases.plain_answers import shown_plain
from api.usecases.register import COLUMNS, Line, Shown, at_noon, register
from engine.explaining.messages.catalogues import catalogue
from engine.master_data import PersonId

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would calculate such a cell
HEADINGS: Final = {
    "level": "Level",
    "role": "Roles",
    "limit": "May approve in a chain, up to his limits",
    "owner": "May approve what he owns",
    "body": "Bodies",
    "delegation": "Delegations",
    "stand_in": "May stand in",
    "acting": "Acts in the position of another",
    "bar": "What keeps him from approving",
    "asked": "Rows that can ask him",
}

Person = Annotated[
    str, typer.Argument(metavar="[PERSON]", help="A person or a login. Not with --all.")
]
Everybody = Annotated[bool, typer.Option("--all", help="Everybody: the register of authority.")]


def authority(
    policy: Policy,
    person: Person = "",
    everybody: Everybody = False,
    data: Data = None,
    at: At = None,
    on: On = "",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Say everything that a person may approve as of a moment, by which rule, and what bars him.

    With --all a table of everybody; --out FILE.csv writes it for a spreadsheet.
    """
    when = _when(at, on)
    draft = policy_of(policy)
    loaded = data_of(data, draft)
    people = _people(loaded, person, everybody, when)
    shown = list(register(draft, loaded, people, when))
    names = dict(loaded.names)
    with Output(out) as output:
        if as_json or (out is not None and out.suffix == ".json"):
            output.json({"activated": False, "people": [shown_plain(each) for each in shown]})
        elif out is not None and out.suffix == ".csv":
            output.raw(_csv(shown).rstrip("\n"))
        elif everybody:
            show_table(output, shown)
        else:
            show_person(output, shown[0], names)


def _when(at: str | None, on: str) -> datetime | date:
    if on:
        return options.day(on, at)
    now = options.moment(at)
    if now is None:
        raise typer.BadParameter("authority needs a moment", param_hint="--at")
    return now


def _people(
    data: DraftData, name: str, everybody: bool, when: datetime | date
) -> tuple[PersonId, ...]:
    if everybody == bool(name):
        raise typer.BadParameter("name one person, or say --all", param_hint="PERSON")
    if everybody:
        people = data.data.people.values()
        return tuple(
            person.id for person in sorted(people, key=lambda each: (each.entity, each.id))
        )
    moment = when if isinstance(when, datetime) else at_noon(when, "UTC")
    wrong = unknown_person(data, name, moment)
    if wrong:
        raise typer.BadParameter(wrong, param_hint="PERSON")
    found = data.data.person_of(name, moment)
    return () if found is None else (found,)


def show_person(output: Output, shown: Shown, names: dict[str, str]) -> None:
    """One person: where he stands, and everything that he may."""
    entry = shown.entry
    person = entry.person
    at = entry.now.strftime("%Y-%m-%d %H:%M %z")
    output.say(Text(plain(f"{named(person.id, names)}, {person.entity}, {at}"), style="bold"))
    output.say(shown.status)
    if entry.supervisor is not None:
        output.say(f"reports to {named(entry.supervisor, names)}")
    if entry.logins:
        output.say(f"logins: {', '.join(entry.logins)}")
    kinds = {line.kind for line in shown.lines}
    for kind, heading in HEADINGS.items():
        if kind in kinds:
            output.say(heading, "bold")
        for line in shown.lines:
            if line.kind == kind:
                output.say(f"  {sentence(line)}")
    if not kinds & {"limit", "owner", "body", "role"}:
        output.say("Nothing is his to approve by a role, limit or cost center of his own.")


def sentence(line: Line) -> str:
    """One line in words: `up to 50,000.00 USD as director in US01 (organization.yaml:21:5)`."""
    amount = catalogue("en").amount(line.up_to)
    before = f"{'up to ' if line.up_to != 'any amount' else ''}{amount} " if amount else ""
    parts = (
        ("in", line.entities),
        ("of", line.documents),
        ("only where", line.only_where),
        ("together with", line.together_with),
        ("since", line.since),
        ("until", line.until),
    )
    said = "".join(f", {word} {text}" for word, text in parts if text)
    note = f" [{line.note}]" if line.kind == "bar" else f": {line.note}" if line.note else ""
    where = f" ({line.place})" if line.place else ""
    return f"{before}{line.what}{said}{note}{where}"


def show_table(output: Output, shown: Sequence[Shown]) -> None:
    table = folded(plain_table("person", "kind", "what"))
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for each in shown:
        person = each.entry.person.id
        table.add_row(Text(plain(person)), "", Text(plain(each.status)))
        for line in each.lines:
            if line.kind != "asked":
                table.add_row("", line.kind, Text(plain(sentence(line))))
    output.show(table)
    output.say("rows that can ask each person: --out FILE.csv, or --json", "dim")


def _rows(shown: Shown) -> Iterator[dict[str, str]]:
    person = shown.entry.person
    head = {"person": person.id, "name": person.name, "entity": person.entity}
    for line in shown.lines or (Line("nothing", ""),):
        yield {**head, "status": shown.status, **asdict(line)}


def _csv(shown: list[Shown]) -> str:
    """The register as CSV; no cell of it is a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for each in shown:
        for row in _rows(each):
            writer.writerow({name: _safe(value) for name, value in row.items()})
    return text.getvalue()


def _safe(value: str) -> str:
    shown = plain(value)
    return f"'{shown}" if shown.startswith(FORMULA) else shown
