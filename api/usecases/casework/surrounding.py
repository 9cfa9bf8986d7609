"""What is around a document when it is asked whether it may post: from the store, under locks.

A document and those that it is compared with share keys. They are locked while one of them is kept
or asked about, so that of two that come in at one moment the second sees the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection

from adapters.store import beside, cases, past
from adapters.store.call_backs import call_backs_of
from adapters.store.cases import Case
from adapters.store.in_force import What, loaded_since
from adapters.store.versions import standing_of
from api.usecases.casework.adding_up import Sharing, all_totals_of, sharing_since
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.written import DocumentUnreadable, document_of
from engine.cases.status import Status
from engine.cumulation.parts import Part
from engine.documents.model import Document
from engine.facts.kinds import FactValue
from engine.master_data import PersonId
from engine.readiness.asking import NO_INTEREST, Interest, compares, found_by, interest
from engine.readiness.countries import REQUEST
from engine.readiness.recording import keeps
from engine.readiness.surroundings import Beside, Surroundings
from engine.readiness.timing import MASTER_DATA
from engine.recorded import given_plain
from engine.routing.distinct import identities


@dataclass(frozen=True, slots=True)
class Around:
    """What of the surroundings a document needs, and what it is found by itself.

    `shared` are its totals where a check has to know them, `received_at` (aware) is when it came
    in. `kept` is empty where no check of the set, of whatever document, looks at other documents:
    a set cannot be exchanged for another, so nobody will look for this one.
    """

    current: InForce
    document: Document
    wanted: Interest = NO_INTEREST
    kept: frozenset[str] = frozenset()
    shared: Sharing = field(default_factory=Sharing)
    received_at: datetime | None = None

    @property
    def is_alone(self) -> bool:
        """Whether it needs no other document."""
        return not self.wanted.keys and not self.wanted.totals

    def keys(self) -> Iterator[str]:
        """What has to be locked before anything is looked up, and before it can be found."""
        yield from (f"beside/{key}" for key in self.wanted.keys | self.kept)
        yield from self.shared.keys()

    def look(
        self, resources: Resources, connection: Connection, case: Case | None, *, is_new: bool
    ) -> Surroundings:
        """What is around it now; `case` is its own, `None` where it has none yet.

        `is_new`: its content has just come, so that whoever acted on the case acted on another one.
        """
        own = case.id if case is not None else 0
        approved = case.document_digest if case and case.status is Status.APPROVED else None
        alone = Surroundings(approved_digest=approved)
        if case is not None and own and not is_new:
            calls = call_backs_of(connection, case) if case.type == REQUEST else ()
            alone = replace(alone, approvers=_approvers(connection, case), call_backs=calls)
        if self.wanted == NO_INTEREST:
            return alone
        found = beside.cases_beside(connection, self.wanted.keys, own)
        if len(found) > beside.MOST_BESIDE:
            return Surroundings(incomplete=f"more than {beside.MOST_BESIDE} documents")
        try:
            others = _all_of(resources, connection, self.current, found)
        except DocumentUnreadable as problem:
            return Surroundings(incomplete=str(problem))
        added: Mapping[tuple[str, Part], FactValue] = {}
        if self.wanted.totals:
            added = all_totals_of(connection, self.shared, own)
        loaded = loaded_since(connection, What.MASTER_DATA) if self.wanted.ages else None
        return replace(
            alone,
            case=case.number if own and case is not None else "",
            received_at=self.received_at,
            documents=others,
            totals=MappingProxyType({name: of for (name, part), of in added.items() if not part}),
            parts=MappingProxyType({key: of for key, of in added.items() if key[1]}),
            loaded_at=MappingProxyType({} if loaded is None else {MASTER_DATA: loaded}),
        )


def around(current: InForce, document: Document, received_at: datetime, now: datetime) -> Around:
    """What of its surroundings a document needs that came in at a moment, under what is in force.

    Both moments are aware.
    """
    wanted = interest(current.policy, current.data, document, now)
    shared = Sharing()
    if wanted.totals:
        shared = sharing_since(current, document, received_at, now)
    kept: frozenset[str] = frozenset()
    if compares(current.policy):
        kept = found_by(current.data, document)
    return Around(current, document, wanted, kept, shared, received_at)


def around_plain(found: Surroundings) -> Plain:
    """What was around it, for a record: by name and digest, and the totals."""
    plain: Plain = {}
    if found.documents:
        plain["beside"] = [
            {"case": each.case, "digest": each.document.digest, "status": str(each.status)}
            for each in found.documents
        ]
    if found.totals:
        plain["totals"] = given_plain(found.totals)
    if found.parts:
        plain["parts"] = [
            {"of": {fact: str(stated) for fact, stated in part}, **given_plain({name: value})}
            for (name, part), value in found.parts.items()
        ]
    return plain


def _all_of(
    resources: Resources, connection: Connection, current: InForce, found: Sequence[Case]
) -> tuple[Beside, ...]:
    return tuple(as_others_see(resources, connection, current, case) for case in found)


def as_others_see(
    resources: Resources, connection: Connection, current: InForce, case: Case
) -> Beside:
    """A case as others see it: by its approved version while a change of that is on its way."""
    standing = standing_of(connection, case)
    approvers = _approvers(connection, case)
    if standing is not None:
        case = standing.case
        approvers = frozenset(
            PersonId(str(person))
            for act in standing.acts
            for person in (act["person"], act["on_behalf_of"])
            if person
        )
    return Beside(
        document=document_of(resources, current.policy, case),
        status=case.status,
        received_at=case.received_at,
        changed_at=case.changed_at,
        case=case.number,
        approvers=approvers,
        is_kept=keeps(json.loads(case.findings_json)),
        call_backs=call_backs_of(connection, case) if case.type == REQUEST else (),
    )


def _approvers(connection: Connection, case: Case) -> frozenset[PersonId]:
    """Who acted on its route; a delegate who acts for somebody is both."""
    if case.status is Status.IMPORTED:  # it had no route here
        return past.approvers(connection, case.id)
    course = cases.course_of(connection, case.id)
    return frozenset(person for given in course.given for person in identities(given.assignee))
