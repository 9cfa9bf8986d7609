"""Cases, what was accepted on them, who is asked, and who has claimed what from a queue."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Connection,
    Executable,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from adapters.store.many import Rows, insert_numbered, insert_rows
from adapters.store.tables import acts, cases, claims, tasks
from engine.cases.status import Status
from engine.decision import Assignee, Via
from engine.master_data import PersonId
from engine.routing.course import ActKind, Course, Given

Name = tuple[str, str, str]  # of a document: its source, its type, its id


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case as it is kept. Texts named `*_json` are canonical JSON.

    `version` counts contents from 1, `posting_number` postings from 0 for none. `document_json` is
    the canonical form with restricted fields sealed, `given_json` the totals it was decided with.
    `standing_version` is the approved version that counts while a change of it is on its way (0 for
    none), `routed_under` the digest of the set that the case was routed under, `change_json` what
    the present content changed. `id` is 0 until it is kept.
    """

    id: int = 0
    source: str
    type: str
    document_id: str
    version: int
    entity: str
    status: Status
    requester: str
    document_json: str
    document_digest: str
    received_at: datetime
    given_json: str
    decision_digest: str
    decision_json: str
    findings_json: str = "[]"
    posting_number: int = 0
    changed_at: datetime
    standing_version: int = 0
    routed_under: str = ""
    change_json: str = "{}"

    @property
    def number(self) -> str:
        """What people call the case."""
        return number_of(self.id)


@dataclass(frozen=True, slots=True)
class Task:
    """Somebody is asked: for the place of that id on the route, in its current step."""

    case_id: int
    place: int
    person: str
    on_behalf_of: str
    step: int
    word: str
    ask: str
    since: datetime


def number_of(id: int) -> str:
    """The number of a case, `C-000123`."""
    return f"C-{id:06d}"


def id_of(number: str) -> int | None:
    """The id behind a number; `None` for a text that is none."""
    digits = number.removeprefix("C-")
    is_one = number.startswith("C-") and digits.isascii() and digits.isdigit() and len(digits) < 10
    return int(digits) if is_one else None


def add_all(connection: Connection, new: Sequence[Case]) -> list[Case]:
    """Keeps new cases and gives them their ids, in their order.

    Raises `IntegrityError` where the name of one is taken.
    """
    ids = insert_numbered(connection, Rows(cases, [values_of(case) for case in new]))
    return [replace(case, id=id) for case, id in zip(new, ids, strict=True)]


def keep(connection: Connection, case: Case) -> None:
    """Keeps what has changed of a case that this transaction has locked."""
    values = values_of(case)
    changed = connection.execute(update(cases).where(cases.c.id == case.id).values(values))
    if changed.rowcount != 1:
        raise LookupError(f"there is no case `{case.number}`")


def by_id(connection: Connection, id: int, *, lock: bool = False) -> Case | None:
    """The case; with `lock` nobody else writes it until the transaction ends."""
    return _one(connection, _LOCKED_BY_ID if lock else _BY_ID, {"of": id})


def by_documents(connection: Connection, names: Collection[Name]) -> Mapping[Name, Case]:
    """The cases of documents, by the names that their sources gave them, locked in one order."""
    if not names:
        return {}
    query = _LOCKED_BY_NAMES[connection.dialect.name == "sqlite"]
    found = connection.execute(query, {"names": json.dumps([*map(list, names)])})
    return {(row.source, row.type, row.document_id): case_of(row) for row in found}


def by_document(connection: Connection, name: Name) -> Case | None:
    """The case of a document, by the name that its source gave it; for who only looks."""
    source, type, document_id = name
    named = {"source": source, "type": type, "document_id": document_id}
    return _one(connection, _BY_NAME, named)


def several(
    connection: Connection,
    *,
    statuses: Iterable[Status] = (),
    entities: Iterable[str] | None = None,
    after: int = 0,
    most: int = 100,
) -> Sequence[Case]:
    """Cases in the order of their ids; `entities` `None` means every one."""
    query = select(cases).where(cases.c.id > after).order_by(cases.c.id).limit(most)
    wanted = [str(status) for status in statuses]
    if wanted:
        query = query.where(cases.c.status.in_(wanted))
    if entities is not None:
        query = query.where(cases.c.entity.in_(list(entities)))
    return [case_of(row) for row in connection.execute(query)]


def versions(
    connection: Connection, statuses: Iterable[Status], after: int, most: int
) -> Mapping[int, int]:
    """The versions of so many cases after an id, in the order of ids."""
    wanted = [str(status) for status in statuses]
    query = select(cases.c.id, cases.c.version).where(
        cases.c.id > after, cases.c.status.in_(wanted)
    )
    found = connection.execute(query.order_by(cases.c.id).limit(most))
    return {id: version for id, version in found}


def by_ids(connection: Connection, ids: Collection[int]) -> list[Case]:
    """The cases with these ids, in the order of ids."""
    if not ids:
        return []
    query = select(cases).where(cases.c.id.in_(ids)).order_by(cases.c.id)
    return [case_of(row) for row in connection.execute(query)]


def how_many(connection: Connection) -> int:
    """The number of cases."""
    return int(connection.execute(select(func.count()).select_from(cases)).scalar_one())


def stuck(connection: Connection, after: int = 0, most: int = 100) -> Sequence[int]:
    """Ids of cases that lack something: held, or approved and not ready to be posted."""
    lacks = or_(
        cases.c.status == str(Status.HELD),
        and_(cases.c.status == str(Status.APPROVED), cases.c.findings != "[]"),
    )
    query = select(cases.c.id).where(lacks, cases.c.id > after).order_by(cases.c.id).limit(most)
    return connection.execute(query).scalars().all()


def course_of(connection: Connection, case_id: int) -> Course:
    """What was accepted on the present version of a case, in order."""
    given = [each for each, _ in acts_of(connection, case_id)]
    return Course(given, any(each.kind is ActKind.REJECT for each in given))


def acts_of(connection: Connection, case_id: int) -> Sequence[tuple[Given, datetime]]:
    """The same, each with its moment."""
    return [(given, at) for given, at, _ in acts_by_version(connection, case_id)]


def acts_by_version(connection: Connection, case_id: int) -> Sequence[tuple[Given, datetime, int]]:
    """The same, each with its moment and the version that it was given on."""
    found = connection.execute(
        select(acts).where(acts.c.case_id == case_id).order_by(acts.c.number)
    )
    return [
        (
            Given(
                Assignee(
                    PersonId(row.person),
                    Via(row.via),
                    PersonId(row.on_behalf_of) if row.on_behalf_of else None,
                    row.delegation,
                ),
                ActKind(row.kind),
                frozenset(_key(each) for each in json.loads(row.keys)),
            ),
            row.at,
            row.version,
        )
        for row in found
    ]


def add_act(
    connection: Connection, case_id: int, number: int, given: Given, at: datetime, version: int
) -> None:
    """Keeps an accepted act; `number` counts from 1, `version` is the one it was given on."""
    assignee = given.assignee
    connection.execute(
        insert(acts).values(
            case_id=case_id,
            number=number,
            kind=str(given.kind),
            person=assignee.person,
            on_behalf_of=assignee.on_behalf_of,
            delegation=assignee.delegation,
            via=str(assignee.via),
            keys=json.dumps(sorted(given.keys)),
            at=at,
            version=version,
        )
    )


def begin_anew(connection: Connection, case_id: int) -> None:
    """A new version begins anew: nobody has approved it. The trail keeps what was done."""
    connection.execute(delete(tasks).where(tasks.c.case_id == case_id))
    connection.execute(delete(acts).where(acts.c.case_id == case_id))
    connection.execute(delete(claims).where(claims.c.case_id == case_id))


def ask(connection: Connection, case_id: int, asked: Iterable[Task]) -> None:
    """These are asked now, and nobody else of this case; who was asked before, since then."""
    before = {_who(task): task.since for task in tasks_on(connection, case_id)}
    connection.execute(delete(tasks).where(tasks.c.case_id == case_id))
    kept = (replace(task, since=before.get(_who(task), task.since)) for task in asked)
    insert_rows(connection, task_rows(kept))


def task_rows(asked: Iterable[Task]) -> Rows:
    """These are asked, too, once it is kept."""
    names = tasks.c.keys()
    return Rows(tasks, [{name: getattr(task, name) for name in names} for task in asked])


def _who(task: Task) -> tuple[int, str, str, str]:
    return task.place, task.word, task.person, task.on_behalf_of


def tasks_of(
    connection: Connection, person: str, after: int = 0, most: int = 100
) -> Sequence[tuple[Task, Case]]:
    """What a person is asked, with the case, in the order of cases."""
    query = (
        select(tasks, cases)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(tasks.c.person == person, tasks.c.case_id > after)
        .order_by(tasks.c.case_id, tasks.c.place)
        .limit(most)
    )
    return [(_task(row), case_of(row)) for row in connection.execute(query)]


def tasks_on(connection: Connection, case_id: int) -> Sequence[Task]:
    """Who is asked on a case."""
    query = select(tasks).where(tasks.c.case_id == case_id).order_by(tasks.c.place, tasks.c.person)
    return [_task(row) for row in connection.execute(query)]


def claims_on(connection: Connection, case_id: int) -> Mapping[str, str]:
    """Who has claimed what: the person by the text of the place's key."""
    found = connection.execute(select(claims).where(claims.c.case_id == case_id))
    return {row.key: row.person for row in found}


def claim(connection: Connection, case_id: int, key: str, person: str, at: datetime) -> None:
    """The person takes a place from the queue; the case is locked."""
    connection.execute(insert(claims).values(case_id=case_id, key=key, person=person, at=at))


def release(connection: Connection, case_id: int, key: str) -> None:
    """The place goes back to the queue."""
    connection.execute(delete(claims).where(claims.c.case_id == case_id, claims.c.key == key))


# Made once: making a statement costs more than SQLite takes to answer it.
_BY_ID = select(cases).where(cases.c.id == bindparam("of"))
_LOCKED_BY_ID = _BY_ID.with_for_update()
_BY_NAME = select(cases).where(
    *(cases.c[name] == bindparam(name) for name in ("source", "type", "document_id"))
)
# Names come as JSON: SQLite looks up no list of rows in an index. PostgreSQL would keep a plan that
# reads every case, made when there were few; so it looks up each by itself and locks it by its id.
_NAMED: Final = """(cases.source, cases.type, cases.document_id) in (select
    json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
    from json_each(:names))"""
_LOCKING: Final = """select locked.* from (
        select (select named.id from cases as named where named.source = each->>0
            and named.type = each->>1 and named.document_id = each->>2) as id
        from json_array_elements(cast(:names as json)) as each order by id
    ) as found
    cross join lateral (select * from cases where cases.id = found.id for update) as locked"""
_LOCKED_BY_NAMES: Final[Mapping[bool, Executable]] = {
    True: select(cases).where(text(_NAMED)).order_by(cases.c.id),
    False: text(_LOCKING).columns(**{each.name: each.type for each in cases.c}),
}


def _one(
    connection: Connection, query: Select[*tuple[object, ...]], named: Mapping[str, object]
) -> Case | None:
    row = connection.execute(query, named).one_or_none()
    return None if row is None else case_of(row)


def _key(plain: list[object]) -> tuple[str, str, str, str, int]:
    place, word, object_, amount, which = plain
    return str(place), str(word), str(object_), str(amount), int(str(which))


def _task(row: Row[*tuple[object, ...]]) -> Task:
    return Task(
        row.case_id, row.place, row.person, row.on_behalf_of, row.step, row.word, row.ask, row.since
    )


def case_of(row: Row[*tuple[object, ...]]) -> Case:
    """The case in a row of its table."""
    return Case(
        id=row.id,
        source=row.source,
        type=row.type,
        document_id=row.document_id,
        version=row.version,
        entity=row.entity,
        status=Status(row.status),
        requester=row.requester,
        document_json=row.document,
        document_digest=row.document_digest,
        received_at=row.received_at,
        given_json=row.given,
        decision_digest=row.decision_digest,
        decision_json=row.decision,
        findings_json=row.findings,
        posting_number=row.posting_number,
        changed_at=row.changed_at,
        standing_version=row.standing_version,
        routed_under=row.routed_under,
        change_json=row.change,
    )


def values_of(case: Case) -> dict[str, object]:
    """The columns of a case but for its id."""
    return {
        "source": case.source,
        "type": case.type,
        "document_id": case.document_id,
        "version": case.version,
        "entity": case.entity,
        "status": str(case.status),
        "requester": case.requester,
        "document": case.document_json,
        "document_digest": case.document_digest,
        "received_at": case.received_at,
        "given": case.given_json,
        "decision_digest": case.decision_digest,
        "decision": case.decision_json,
        "findings": case.findings_json,
        "posting_number": case.posting_number,
        "changed_at": case.changed_at,
        "standing_version": case.standing_version,
        "routed_under": case.routed_under,
        "change": case.change_json,
    }
