"""People, their histories and their logins.

A person is loaded whole or not at all: whoever has a bad cell, a bad line of history or a bad fact
is left out with everything he holds. Only a manager who is not there is dropped from the person,
whose chain of supervisors then ends with him. Managers in a circle are reported and kept, since no
order of rows says which edge is the wrong one; climbing stops at whom it has met before.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from adapters.master_data.cells import Cells
from adapters.master_data.circles import circles
from adapters.master_data.hiding import judged_behind
from adapters.master_data.histories import (
    History,
    facts_in_columns,
    read_facts,
    read_history,
)
from adapters.master_data.loading_state import (
    Loading,
    Stated,
    once,
    overlapping,
    spread,
    start_of,
)
from adapters.master_data.reports import shown
from adapters.master_data.values import token
from engine.facts.vocabulary import Of
from engine.master_data import ALWAYS, Dated, Person, PersonId, Span

_EMPLOYED: Final = frozenset({"employed"})


@dataclass(slots=True)
class _Draft:
    """A person read from his row, before history and facts are added."""

    cells: Cells
    person: Person
    manager: str
    level: str


def read_people(loading: Loading) -> Mapping[PersonId, Person]:
    """Everybody who can be loaded; sets `loading.zones` and `loading.lost_people`."""
    drafts, facts = _drafts(loading)
    zones = {id: loading.zone(draft.person.entity) for id, draft in drafts.items()}
    fields: Mapping[str, Collection[str] | None] = {
        "manager": None,
        "level": loading.organization.levels,
        "employment": _EMPLOYED,
    }
    history, spoilt = read_history(
        loading, "people_history", zones, loading.lost_people, fields, "person"
    )
    facts, spoilt_too = read_facts(loading, Of.PERSON, drafts, loading.lost_people, facts)
    for id, field in history:
        if field == "employment" and drafts[id].person.employed != (ALWAYS,):
            message = f"{shown(id)} has days of employment here and in the history"
            drafts[id].cells.fail("first_day", "stated-twice", message)
            spoilt.setdefault(id, drafts[id].cells.place)
    for id, place in {**spoilt_too, **spoilt}.items():
        message = f"{shown(id)} has a row that cannot be used at {place}"
        drafts.pop(id).cells.fail("", "spoilt", message, dragged=True)
        loading.lost_people.add(id)
    loading.zones.update((id, zones[id]) for id in drafts)
    people = {
        PersonId(id): _complete(loading, id, draft, history, facts)
        for id, draft in sorted(drafts.items())
    }
    _report_circles(people, drafts)
    return people


def read_logins(
    loading: Loading, people: Mapping[PersonId, Person]
) -> list[tuple[str, Dated[PersonId]]]:
    """Whose login each name is, over time. A login never stands for two people at one moment."""
    folded = {_folded(id): id for id in people}
    found: dict[str, list[tuple[Cells, str, str, Span]]] = {}
    for cells in loading.rows("logins"):
        login, person = cells.id("login"), loading.person(cells, "person")
        span = cells.span(loading.zones.get(person, "UTC"))
        owner = folded.get(_folded(login), person)
        if owner != person and cells.ok():
            cells.fail("login", "login-is-person", f"{shown(login)} is the id of another person")
        if cells.ok():
            found.setdefault(_folded(login), []).append((cells, login, person, span))
    logins = {
        (login, Dated(PersonId(person), span))
        for rows in found.values()
        for cells, login, person, span in _undisputed(rows)
        if cells.ok()
    }
    return sorted(logins, key=lambda one: (one[0], start_of(one[1].span), one[1].value))


def _undisputed(
    rows: list[tuple[Cells, str, str, Span]],
) -> list[tuple[Cells, str, str, Span]]:
    """The rows of one login without those that give it to two people at one moment."""
    if len({person for _, _, person, _ in rows}) > 1:
        for position in overlapping([span for _, _, _, span in rows]):
            cells, login, _, _ = rows[position]
            message = f"{shown(login)} stands for two people at one time"
            cells.fail("login", "login-overlap", message, "logins differ by more than case")
    return rows


def _drafts(loading: Loading) -> tuple[dict[str, _Draft], Stated]:
    repeated = loading.repeated("people")
    declared = loading.declared(Of.PERSON)
    drafts: dict[str, _Draft] = {}
    facts: Stated = {}
    for cells in loading.rows("people"):
        id = cells.id()
        once(cells, id, repeated)
        draft = _draft(loading, cells, id)
        stated = facts_in_columns(cells, declared)
        if cells.ok():
            drafts[id] = draft
            if stated:
                facts[id] = dict(stated)
        elif id:
            loading.lost_people.add(id)
    return drafts, facts


def _draft(loading: Loading, cells: Cells, id: str) -> _Draft:
    entity = loading.entity(cells)
    level = cells.one_of("level", loading.organization.levels, "level", required=False)
    person = Person(
        id=PersonId(id),
        name=cells.free("name") or id,
        entity=entity,
        employed=(cells.span(loading.zone(entity), "first_day", "last_day"),),
        department=cells.text("department"),
        email=cells.text("email"),
        accounts=tokens(loading, cells, "bank_account"),
        tax_ids=tokens(loading, cells, "tax_id"),
        addresses=tokens(loading, cells, "address"),
    )
    return _Draft(cells, person, cells.text("manager"), level)


def tokens(loading: Loading, cells: Cells, column: str) -> frozenset[str]:
    """The cell's values, comparable but not readable; an address may contain `;`-free text only."""
    if cells.is_blank(column):
        return frozenset()
    return cells.parsed_words(column, lambda text: _token(loading, column, text))


def _token(loading: Loading, column: str, text: str) -> str:
    judged = judged_behind(text) if column == "tax_id" else None
    return judged.token if judged is not None else token(column, text, loading.tokens)


def _complete(loading: Loading, id: str, draft: _Draft, history: History, facts: Stated) -> Person:
    """The person with history and facts; managers who are not there are dropped."""
    base = loading.perhaps_person(draft.cells, "manager")
    known = [_there(loading, draft, dated) for dated in history.get((id, "manager"), ())]
    managers = [one for one in spread(base, known) if one.value]
    employed = [dated.span for dated in history.get((id, "employment"), ())]
    return replace(
        draft.person,
        managers=tuple(Dated(PersonId(one.value), one.span) for one in managers),
        levels=spread(draft.level, list(history.get((id, "level"), ()))),
        employed=tuple(sorted(employed, key=start_of)) or draft.person.employed,
        facts=MappingProxyType(facts.get(id, {})),
    )


def _there(loading: Loading, draft: _Draft, dated: Dated[str]) -> Dated[str]:
    """A manager of the history, or nobody where he is not there."""
    if dated.value in loading.zones:
        return dated
    message = f"the history names the manager {shown(dated.value)}, who is not there"
    draft.cells.note("manager", "unknown-person", f"{message}; nobody is, at that time")
    return Dated("", dated.span)


def _report_circles(people: Mapping[PersonId, Person], drafts: Mapping[str, _Draft]) -> None:
    for circle in circles(people):
        first = min(circle)
        if len(circle) == 1:
            message = f"{shown(first)} is his own manager"
        else:
            names = ", ".join(shown(id) for id in sorted(circle)[:10])
            message = f"managers in a circle of {len(circle)}: {names}"
        drafts[first].cells.note("manager", "manager-circle", f"{message}; kept")


def _folded(login: str) -> str:
    """How logins are told apart: systems that issue them rarely look at case."""
    return unicodedata.normalize("NFKC", login).casefold()
