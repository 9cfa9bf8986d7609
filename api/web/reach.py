"""What a reader sees of findings that name cases of entities which he may not see.

That there is such a case, and of which entity, is said: somebody has to be asked about it. What it
is called, its number and its amounts are masked. The record keeps all, and a reader who may see
the entity reads all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from adapters.store import cases
from adapters.store.cases import Case
from engine.documents.masking import MASK
from engine.readiness.finding import Finding

# What a finding says of another case that is no content of it.
KEPT_WORDS: Final = frozenset({"same"})
_NUMBER: Final = re.compile(r"\bC-[0-9]{1,9}\b", re.ASCII)

Reach = Collection[str] | None  # entities; `None` for every one
Words = Mapping[str, str]


def cases_within(connection: Connection, found: Sequence[Case], reach: Reach) -> list[Case]:
    """The cases with their findings as a reader of that reach may see them."""
    if reach is None:
        return [*found]
    written = [_findings(case) for case in found]
    words = [each["words"] for findings in written for each in findings]
    entities = _entities(connection, words)
    return [
        case if not findings else _within(case, findings, reach, entities)
        for case, findings in zip(found, written, strict=True)
    ]


def findings_within(
    connection: Connection, found: Iterable[Finding], reach: Reach
) -> list[tuple[Finding, str]]:
    """The findings as a reader may see them, each with the id by which it is released."""
    given = [*found]
    if reach is None:
        return [(each, each.id) for each in given]
    entities = _entities(connection, [dict(each.words) for each in given])
    return [
        (
            replace(each, words=tuple(sorted(_shown(dict(each.words), reach, entities).items()))),
            each.id,
        )
        for each in given
    ]


def _findings(case: Case) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(case.findings_json)
    return found


def _within(
    case: Case, findings: list[dict[str, Any]], reach: Collection[str], entities: Mapping[str, str]
) -> Case:
    shown = [{**each, "words": _shown(each["words"], reach, entities)} for each in findings]
    return replace(case, findings_json=json.dumps(shown, ensure_ascii=False, separators=(",", ":")))


def _shown(words: Words, reach: Collection[str], entities: Mapping[str, str]) -> Words:
    """The words, masked where one of the cases that they name is of an entity out of reach.

    A number of no case is out of reach: nobody knows whose it is.
    """
    named = {entities.get(number, "") for number in _numbers([words])}
    hidden = sorted(entity for entity in named if entity not in reach)
    if not hidden:
        return words
    masked = {name: text if name in KEPT_WORDS else MASK for name, text in words.items()}
    return {**masked, "entity": ", ".join(hidden) or MASK}


def _entities(connection: Connection, words: Iterable[Words]) -> Mapping[str, str]:
    """The entity of each case that is named, by its number."""
    ids = {cases.id_of(number) for number in _numbers(words)} - {None}
    known = {id for id in ids if id is not None}
    return {case.number: case.entity for case in cases.by_ids(connection, known)}


def _numbers(words: Iterable[Words]) -> set[str]:
    return {number for each in words for text in each.values() for number in _NUMBER.findall(text)}
