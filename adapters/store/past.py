"""What people did on documents: kept with what these were about, found by what they share.

An act stays as it was when it was done. Approvals of a version that was replaced stand no longer,
nor does anything done on a document that came to nothing; the trail has them all the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import Connection, Row, Select, and_, delete, func, select, update

from adapters.store.cases import number_of
from adapters.store.many import Rows, insert_numbered, insert_rows
from adapters.store.tables import cases, mitigation_uses, past_acts, subjects
from engine.cases.status import Status
from engine.history import PastAct
from engine.master_data import PersonId

T = TypeVar("T")
Kept = tuple[int, int, PastAct]  # case id and version, and the act
Name = tuple[str, str]  # type and id of a document

CAME_TO_NOTHING: Final = frozenset({Status.REJECTED, Status.REFUSED, Status.WITHDRAWN})
MOST_ASKED: Final = 5_000  # values in one statement


def remember(connection: Connection, kept: Sequence[Kept]) -> None:
    """Keeps acts that were accepted, with what their documents are about."""
    insert_rows(connection, *act_rows(connection, kept))


def act_rows(connection: Connection, kept: Sequence[Kept]) -> list[Rows]:
    """The same, as far as it can be kept together with other rows.

    An act under a mitigation is kept at once: its use has to name it.
    """
    about = {(key, case_id, version) for case_id, version, act in kept for key in act.keys}
    rows = [dict(zip(("key", "case_id", "version"), each, strict=True)) for each in sorted(about)]
    together = [Rows(subjects, rows, may_be_there=True)]
    acts = [_row(*each) for each in kept]
    if not any(act.under for _, _, act in kept):
        return [*together, Rows(past_acts, acts)]
    ids = insert_numbered(connection, Rows(past_acts, acts))
    uses = [
        {"mitigation": name, "act_id": id, "at": act.at, "reviewed_at": None}
        for id, (_, _, act) in zip(ids, kept, strict=True)
        for name in sorted(act.under)
    ]
    return [*together, Rows(mitigation_uses, uses)]


def forget_approvals(connection: Connection, case_id: int, but_of: int = 0) -> None:
    """Approvals of the case stand no longer: other content has come. Uses of mitigations stay.

    Those of the version `but_of` stay, too: it is the approved one that stands meanwhile.
    """
    mine = and_(
        past_acts.c.case_id == case_id,
        past_acts.c.act == "approve",
        past_acts.c.version != but_of,
    )
    used = select(mitigation_uses.c.act_id)
    connection.execute(delete(past_acts).where(mine, past_acts.c.id.not_in(used)))


def forget_all(connection: Connection, case_id: int) -> None:
    """Nothing that was done on the case counts any more: it came to nothing, and is erased."""
    mine = select(past_acts.c.id).where(past_acts.c.case_id == case_id)
    connection.execute(delete(mitigation_uses).where(mitigation_uses.c.act_id.in_(mine)))
    connection.execute(delete(past_acts).where(past_acts.c.case_id == case_id))
    connection.execute(delete(subjects).where(subjects.c.case_id == case_id))


def acts_about(
    connection: Connection,
    keys: Iterable[str],
    chain: Iterable[Name],
    acts: Collection[str],
    since: datetime | None,
) -> list[PastAct]:
    """What was done on documents with one of the keys, from a moment on; and ever, on the chain."""
    linked = (f"document:{type}/{id}" for type, id in chain)
    rows = {
        row.id: row
        for wanted, start in ((keys, since), (linked, None))
        for row in _rows(connection, wanted, acts, start)
        if _stands(row)
    }
    about = _subjects_of(connection, {row.case_id for row in rows.values()})
    return [_act(rows[id], about) for id in sorted(rows)]


def documents_about(
    connection: Connection, keys: Iterable[str]
) -> Iterable[tuple[Name, frozenset[str]]]:
    """The documents that have one of the keys, each with all of its own."""
    found: dict[Name, set[str]] = {}
    for some in _parts(sorted(keys)):
        query = (
            select(cases.c.type, cases.c.document_id, subjects.c.key)
            .join(cases, cases.c.id == subjects.c.case_id)
            .where(subjects.c.case_id.in_(_cases_with(some)))
        )
        for type, document_id, key in connection.execute(query):
            found.setdefault((type, document_id), set()).add(key)
    return [(name, frozenset(theirs)) for name, theirs in found.items()]


def first_act(connection: Connection, case_id: int) -> datetime | None:
    """When the document of the case was first submitted."""
    query = select(func.min(past_acts.c.at)).where(past_acts.c.case_id == case_id)
    found: datetime | None = connection.execute(query).scalar()
    return found


def approvers(connection: Connection, case_id: int) -> frozenset[PersonId]:
    """Who approved the document of the case in its present version, as it was kept of each act."""
    query = (
        select(past_acts.c.person, past_acts.c.on_behalf_of)
        .join(cases, cases.c.id == past_acts.c.case_id)
        .where(
            past_acts.c.case_id == case_id,
            past_acts.c.act == "approve",
            past_acts.c.version == cases.c.version,
        )
    )
    found = (name for row in connection.execute(query) for name in row if name)
    return frozenset(PersonId(name) for name in found)


def unreviewed(connection: Connection, mitigations: Collection[str]) -> Mapping[str, datetime]:
    """By mitigation, when its oldest use was that nobody has reviewed."""
    if not mitigations:
        return {}
    query = (
        select(mitigation_uses.c.mitigation, func.min(mitigation_uses.c.at))
        .where(
            mitigation_uses.c.mitigation.in_(sorted(mitigations)),
            mitigation_uses.c.reviewed_at.is_(None),
        )
        .group_by(mitigation_uses.c.mitigation)
    )
    return {name: at for name, at in connection.execute(query)}


def review_uses(connection: Connection, mitigation: str, now: datetime) -> int:
    """The uses of the mitigation so far are reviewed; how many were not before."""
    done = connection.execute(
        update(mitigation_uses)
        .where(
            mitigation_uses.c.mitigation == mitigation,
            mitigation_uses.c.at <= now,
            mitigation_uses.c.reviewed_at.is_(None),
        )
        .values(reviewed_at=now)
    )
    return done.rowcount


def _row(case_id: int, version: int, act: PastAct) -> dict[str, object]:
    return {
        "case_id": case_id,
        "version": version,
        "person": act.person,
        "act": act.act,
        "on_behalf_of": act.on_behalf_of,
        "at": act.at,
        "under": json.dumps(sorted(act.under)),
    }


def _act(row: Row[*tuple[object, ...]], about: Mapping[tuple[int, int], frozenset[str]]) -> PastAct:
    return PastAct(
        person=PersonId(row.person),
        act=row.act,
        document_type=row.type,
        document_id=row.document_id,
        at=row.at,
        keys=about.get((row.case_id, row.version), frozenset()),
        on_behalf_of=PersonId(row.on_behalf_of) if row.on_behalf_of else None,
        case=number_of(row.case_id),
        under=frozenset(json.loads(row.under)),
    )


def _stands(row: Row[*tuple[object, ...]]) -> bool:
    """Whether it is not the approval of a version that was replaced."""
    return bool(row.act != "approve" or row.version in (row.current, row.standing))


def _rows(
    connection: Connection, keys: Iterable[str], acts: Collection[str], since: datetime | None
) -> Iterator[Row[*tuple[object, ...]]]:
    """Acts with their documents, of cases that have one of the keys and came to something."""
    for some in _parts(sorted(keys)):
        query = (
            select(
                past_acts,
                cases.c.type,
                cases.c.document_id,
                cases.c.version.label("current"),
                cases.c.standing_version.label("standing"),
            )
            .join(cases, cases.c.id == past_acts.c.case_id)
            .where(
                past_acts.c.case_id.in_(_cases_with(some)),
                past_acts.c.act.in_(sorted(acts)),
                cases.c.status.not_in(sorted(CAME_TO_NOTHING)),
            )
        )
        yield from connection.execute(
            query if since is None else query.where(past_acts.c.at >= since)
        )


def _cases_with(keys: Sequence[str]) -> Select[int]:
    return select(subjects.c.case_id).where(subjects.c.key.in_(keys))


def _subjects_of(
    connection: Connection, case_ids: Collection[int]
) -> Mapping[tuple[int, int], frozenset[str]]:
    found: dict[tuple[int, int], set[str]] = {}
    for some in _parts(sorted(case_ids)):
        query = select(subjects).where(subjects.c.case_id.in_(some))
        for key, case_id, version in connection.execute(query):
            found.setdefault((case_id, version), set()).add(key)
    return {name: frozenset(keys) for name, keys in found.items()}


def _parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), MOST_ASKED):
        yield values[start : start + MOST_ASKED]
