"""What is kept of a decision, and how it becomes values again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from typing import Final

import engine.documents as canonical
from adapters.store.cases import Case, Task
from adapters.store.in_force import Digests
from api.usecases.casework.resources import InForce, Resources
from engine.canonical import Written, canonical_bytes
from engine.decision import Assignment, Decision
from engine.documents.canonical_form import to_canonical
from engine.documents.committing import SEED_BYTES, commit
from engine.documents.model import Document
from engine.errors import InputErrors
from engine.policy import PolicySet
from engine.recorded import SEMANTICS
from engine.routing.completing import current_step, open_now
from engine.routing.course import Course, PlaceKey, keyed

TZDATA: Final = version("tzdata")
HOLIDAYS: Final = version("holidays")


@dataclass(frozen=True, slots=True)
class Safe:
    """A canonical document as it is kept, in two ways.

    `kept` has its restricted fields sealed to this document, `on_record` commitments instead of
    everything sensitive; `seed` (sealed, too) opens them.
    """

    kept: Written
    on_record: Written
    seed: str


def made_safe(resources: Resources, source: str, document: Document) -> Safe:
    """The document for the store and for its record, with a seed that no other version has."""
    plain = to_canonical(document)
    place = place_of(source, document.type, document.id)
    seed = secrets.token_bytes(SEED_BYTES)
    return Safe(
        kept=text(resources.seal({**plain}, document.type, place)),
        on_record=text(commit(plain, document.type, seed).plain),
        seed=resources.conceal(seed, place),
    )


def place_of(source: str, type: str, id: str) -> str:
    """What ciphertexts of a document are bound to."""
    return json.dumps([source, type, id])


def place_of_case(case: Case) -> str:
    """What ciphertexts of a case's document are bound to."""
    return place_of(case.source, case.type, case.document_id)


class DocumentUnreadable(Exception):
    """The document of a case cannot be had as it was accepted. The message says why, not what."""


def document_of(resources: Resources, policy: PolicySet, case: Case) -> Document:
    """The document of a case, if it still is what its digest names.

    Raises `DocumentUnreadable` where it was changed in the store, or the set in force no longer
    knows what it states.
    """
    plain = resources.unseal(json.loads(case.document_json), case.type, place_of_case(case))
    try:
        document = canonical.accept(
            plain, policy.facts, policy.documents, received_at=case.received_at
        )
    except InputErrors as problem:
        raise DocumentUnreadable(f"what is kept is no document: `{problem.code}`") from None
    if document.digest != case.document_digest:
        raise DocumentUnreadable(f"what is kept is `{document.digest}`")
    return document


def text(plain: object) -> Written:
    """Canonical JSON, as the store keeps it."""
    return Written(canonical_bytes(plain).decode("utf-8"))


def named_digests(current: InForce) -> Written:
    """Everything that a decision rests on besides the document, by digest and version."""
    return _named(current.digests)


@lru_cache(maxsize=16)  # the same for every decision until something else is in force
def _named(digests: Digests) -> Written:
    return text(
        {
            "policy": digests.policy,
            "master_data": digests.master_data,
            "delegations": digests.delegations,
            "semantics": SEMANTICS,
            "tzdata": TZDATA,
            "holidays": HOLIDAYS,
        }
    )


def asked_now(case_id: int, decision: Decision, course: Course, now: datetime) -> Iterator[Task]:
    """Who is asked now: the people who could fill an open place of the current step."""
    step = current_step(decision, course)
    if step is None:
        return
    for _, place in open_now(decision, course):
        for person, on_behalf_of in people_of(place):
            yield Task(
                case_id, place.id, person, on_behalf_of, step or 0, place.word, str(place.ask), now
            )


def people_of(place: Assignment) -> Iterator[tuple[str, str]]:
    """Who could fill the place: each person once for each person he acts for."""
    seen = dict.fromkeys((a.person, a.on_behalf_of or "") for a in place.assignees)
    if place.body is not None:
        seen |= dict.fromkeys((person, "") for person in place.body.members + place.body.recorders)
    yield from seen


def key_of_place(decision: Decision, place: int) -> PlaceKey | None:
    """What an approval of the place with this id is for."""
    return next((key for key, each in keyed(decision) if each.id == place), None)


def text_of_key(key: PlaceKey) -> str:
    """The key of a place as claims name it."""
    return json.dumps(key)
