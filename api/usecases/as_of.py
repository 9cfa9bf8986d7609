"""What held at one moment, by what was known at another.

`valid` is the moment that is asked about, `known` the moment whose set, people and delegations are
gone by. What is back-dated and put in force later is not there as known before; whatever was
decided or refused in between stays as it is on record, and nothing here changes it. Totals and
earlier acts are not looked at: a document counts alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from adapters.store.in_force import Digests, What, files_of
from adapters.store.in_force_history import digests_at, history_of
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
from api.usecases.casework.resources import ContentsUnusable, Resources
from api.usecases.drafts import Draft, DraftData
from api.usecases.register import Line, Shown, register, role_line
from engine.master_data import PersonId
from engine.quoting import quoted, suggestion
from engine.register.entry import Entry, Held
from engine.register.limits import serves

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2500


class NotAnswered(Exception):
    """There is no answer. `code` is stable; the message says what was expected and found."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Moments:
    """The moment that is asked about, and the one as known at which; both aware."""

    valid: datetime
    known: datetime


@dataclass(frozen=True, slots=True)
class Then:
    """What was in force at the moment of knowing, loaded, and the digests that name it."""

    moments: Moments
    digests: Digests
    draft: Draft
    data: DraftData


@dataclass(frozen=True, slots=True)
class Described:
    """A document that is only described. `stated` are its fields and facts in words of tests."""

    type: str
    entity: str = ""
    stated: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def moments_of(valid: datetime | None, known: datetime | None, now: datetime) -> Moments:
    """Both moments: `valid` is now if left out, `known` is `valid`, or now where that is to come.

    Raises `NotAnswered`: what will be known later is known to nobody.
    """
    about = now if valid is None else valid
    by = min(about, now) if known is None else known
    for name, moment in (("valid", about), ("known", by)):
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            expected = f"expected a year from {FIRST_YEAR} to {LAST_YEAR}"
            raise NotAnswered("moment_unusable", f"{name}: {expected}, found {moment.year}")
    if by > now:
        message = f"known: expected a moment up to {_text(now)}, found {_text(by)}"
        raise NotAnswered("not_known_yet", message)
    return Moments(about, by.astimezone(UTC))


def then_in_force(resources: Resources, connection: Connection, moments: Moments) -> Then:
    """What was in force at the moment of knowing. Raises `NotAnswered`, `ContentsUnusable`."""
    found = digests_at(connection, moments.known)
    if not found.is_complete:
        raise NotAnswered("nothing_in_force_then", _nothing(connection, moments.known))
    loaded = resources.loaded.earlier(connection, found)
    try:
        files = files_of(connection, found.policy)
    except LookupError as problem:
        raise ContentsUnusable(str(problem)) from problem
    names = {str(person.id): person.name for person in loaded.data.people.values()}
    draft = Draft(Path(), files, loaded.policy)
    return Then(moments, found, draft, DraftData(loaded.data, (), MappingProxyType(names)))


def _nothing(connection: Connection, known: datetime) -> str:
    first = [held[0].since for what in What if (held := history_of(connection, what))]
    since = f"; the first was put in force at {_text(max(first))}" if len(first) == 3 else ""
    return f"nothing was in force at {_text(known)}{since}"


def person_then(then: Then, name: str) -> Shown:
    """Everything that somebody may approve, by person id or login. Raises `NotAnswered`."""
    wrong = unknown_person(then.data, name, then.moments.valid)
    person = then.data.data.person_of(name, then.moments.valid)
    if wrong or person is None:
        raise NotAnswered("person_unknown", wrong or "expected a person")
    [shown] = register(then.draft, then.data, (person,), then.moments.valid)
    return shown


def delegations_then(then: Then, name: str) -> Shown:
    """The delegations that somebody gave or received, and what each came to or why to nothing.

    Those that had ended are not told. Raises `NotAnswered`.
    """
    shown = person_then(then, name)
    return replace(shown, lines=_of_kind(shown, "delegation"))


def _of_kind(shown: Shown, kind: str) -> tuple[Line, ...]:
    return tuple(line for line in shown.lines if line.kind == kind)


def holders_then(then: Then, role: str, entity: str) -> tuple[Shown, ...]:
    """Who held a role for documents of an entity, each with nothing but his holdings of it.

    Who had left and still stands as a holder is told, with a status that says so. Raises
    `NotAnswered`.
    """
    organization = then.draft.policy.organization
    if role not in organization.roles:
        near = suggestion(role, organization.roles)
        raise NotAnswered("role_unknown", f"there is no role {quoted(role)}{near}")
    _check_entity(then, entity)
    wanted, data = organization.roles[role], then.data.data
    of = organization.entities[entity]
    people = {
        holding.person
        for (name, _), holdings in data.holdings.items()
        for holding in holdings
        if name == role and holding.span.holds(then.moments.valid) and serves(holding, wanted, of)
    } & data.people.keys()
    ordered = sorted(people, key=lambda each: (data.people[each].entity, each))
    return tuple(_holders(then, role, entity, ordered))


def _holders(then: Then, role: str, entity: str, people: list[PersonId]) -> Iterator[Shown]:
    entities = then.draft.policy.organization.entities
    for shown in register(then.draft, then.data, people, then.moments.valid):
        zone = entities[shown.entry.person.entity].zone
        held = (each for each in shown.entry.roles if _is_for(then, each, role, entity))
        yield replace(shown, lines=_lines(shown.entry, held, zone))


def _is_for(then: Then, held: Held, role: str, entity: str) -> bool:
    of = then.draft.policy.organization.entities[entity]
    return held.role.name == role and serves(held.holding, held.role, of)


def _lines(entry: Entry, held: Iterator[Held], zone: str) -> tuple[Line, ...]:
    return tuple(role_line(each, entry, zone) for each in held)


def signers_of_described(then: Then, asked: Described) -> tuple[Answer | Open, ...]:
    """Who could approve a described document, for each entity that is meant.

    Raises `NotAnswered`, and `InputErrors` for what is stated.
    """
    policy, valid = then.draft.policy, then.moments.valid
    if asked.type not in policy.documents:
        near = suggestion(asked.type, policy.documents)
        raise NotAnswered("type_unknown", f"there is no document type {quoted(asked.type)}{near}")
    if asked.entity:
        _check_entity(then, asked.entity)
    requester = asked.stated.get("requester", "")
    wrong = unknown_person(then.data, requester, valid)
    if wrong:
        raise NotAnswered("person_unknown", wrong)
    given = outside(policy, asked.stated)
    entities = entities_of(then.draft, then.data, asked.entity, requester, valid)
    return tuple(
        answer(
            then.draft,
            then.data,
            described(then.draft, asked.type, each, asked.stated, valid),
            valid,
            valid,
            given,
        )
        for each in entities
    )


def signers_of(then: Then, raw: object, received_at: datetime) -> Answer | Open:
    """Who could approve a document that is at hand. Raises `InputErrors`."""
    return answer(then.draft, then.data, raw, then.moments.valid, received_at)


def _check_entity(then: Then, entity: str) -> None:
    wrong = unknown_entity(then.draft, entity)
    if wrong or not entity:
        raise NotAnswered("entity_unknown", wrong or "expected an entity")


def then_plain(then: Then) -> dict[str, object]:
    """Both moments, and what the answer goes by."""
    return {
        "valid": _text(then.moments.valid),
        "known": _text(then.moments.known),
        "policy": then.digests.policy,
        "master_data": then.digests.master_data,
        "delegations": then.digests.delegations,
    }


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
