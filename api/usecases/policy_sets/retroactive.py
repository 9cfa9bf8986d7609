"""What a set would have changed, had it been in force: over the cases of a store.

Every case that came in since a moment is compared as it was decided then, on record, with what the
set says of the same content at the same moment, with the people, holders and delegations of that
time. Nothing is kept, and nobody is asked.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.headroom import COUNTS_AS
from adapters.store.in_force import Digests, files_of
from adapters.store.trail import records_of
from api.usecases.casework.recounting import Progress
from api.usecases.casework.remembering import asked_of
from api.usecases.casework.resources import InForce, Resources, data_of, policy_of
from api.usecases.casework.written import DocumentUnreadable, document_of
from api.usecases.what_if.comparing import NOT_ACCEPTED, Changed
from api.usecases.what_if.many import Chunk
from api.usecases.what_if.seeing import Seen, kinds, seen
from engine.cumulation import Earlier, Ledger
from engine.deciding import decide
from engine.documents.derived import own_facts
from engine.documents.model import Document
from engine.facts.kinds import FactValues
from engine.history import History
from engine.money import Money
from engine.policy import PolicySet
from engine.recalling import recalled
from engine.recorded import given_of
from rules.analysis.differences.essence import essence

BATCH: Final = 200
KEPT_DATA: Final = 3


@dataclass(slots=True)
class Retroactive:
    """A set held against what was decided. `data` of past moments are loaded once, a few kept.

    Totals that the set defines as the one that decided did are those on record; others are added up
    over the cases of the store, from the first, as they stand now.
    """

    resources: Resources
    policy: PolicySet
    ledger: Ledger
    _alike: dict[str, frozenset[str]] = field(default_factory=dict)
    _data: OrderedDict[tuple[str, str], InForce] = field(default_factory=OrderedDict)

    def chunks(
        self, connection: Connection, since: datetime, progress: Progress = lambda count: None
    ) -> Iterator[Chunk]:
        """What became of the cases since an aware moment, in their order.

        `connection` is a snapshot; `progress` is told how many more cases were looked at. Raises
        `ContentsUnusable` where master data of the time do not fit the set.
        """
        after = 0
        while found := cases.several(connection, after=after, most=BATCH):
            wanted = [self._look_at(connection, case, since) for case in found]
            compared = [each for each in wanted if each is not None]
            changed = tuple(each for each in compared if isinstance(each, Changed))
            yield Chunk(len(compared), 0, changed, ())
            after = found[-1].id
            progress(len(found))

    def _look_at(
        self, connection: Connection, case: Case, since: datetime
    ) -> Changed | bool | None:
        """`None` for a case that is older, true for one that comes out alike."""
        document: Document | None
        try:
            document = document_of(self.resources, self.policy, case)
        except DocumentUnreadable:
            document = None
        compared = None if case.received_at < since else self._compared(connection, case, document)
        counts = COUNTS_AS.get(case.status)
        if document is not None and counts is not None:
            self.ledger.count(Earlier(document, counts, case.received_at, case.number))
        return compared

    def _compared(
        self, connection: Connection, case: Case, document: Document | None
    ) -> Changed | bool | None:
        told = _submission(connection, case)
        if told is None:
            return None
        before = seen(recalled(told["decision"]))
        if document is None:
            after, amount = Seen(NOT_ACCEPTED, "document_unreadable", "", ""), None
        else:
            after = self._seen(connection, case, document, told)
            net = own_facts(document).get("document.net")
            amount = net if isinstance(net, Money) else None
        found = kinds(before, after)
        if not found:
            return True
        name = f"{case.number} {case.document_id}"
        return Changed(case.id, name, case.type, case.entity, amount, found, before, after)

    def _seen(
        self, connection: Connection, case: Case, document: Document, told: Mapping[str, Any]
    ) -> Seen:
        now = case.received_at
        then = self._then(connection, told["in_force"])
        past = asked_of(then, document, now).history(connection, case.id)
        alike = self._defined_alike(connection, told["in_force"]["policy"])
        given = self._totals(document, now, given_of(told["given"]), alike)
        return seen(decide(self.policy, then.data, document, now, given, _until(past, now)))

    def _totals(
        self, document: Document, now: datetime, on_record: FactValues, alike: frozenset[str]
    ) -> FactValues:
        """The totals on record that are defined alike, and those that have to be added up."""
        found = {name: value for name, value in on_record.items() if name in alike}
        others = _totals_of(self.policy) - alike
        if others:
            made = self.ledger.totals(document, now).values
            found |= {name: value for name, value in made.items() if name in others}
        return found

    def _defined_alike(self, connection: Connection, digest: str) -> frozenset[str]:
        """The totals that the set, and the one that decided then, define alike."""
        if digest not in self._alike:
            then = policy_of(files_of(connection, digest))
            self._alike[digest] = frozenset(
                name
                for name in _totals_of(self.policy)
                if _defined(then, name) == _defined(self.policy, name)
            )
        return self._alike[digest]

    def _then(self, connection: Connection, named: Mapping[str, str]) -> InForce:
        """The people and delegations of a time, under the set."""
        key = named["master_data"], named["delegations"]
        if key not in self._data:
            files = files_of(connection, key[0]) | files_of(connection, key[1])
            wanted = Digests(self.policy.digest, *key)
            data = data_of(files, self.policy, self.resources.loaded.token_key)
            self._data[key] = InForce(wanted, self.policy, data)
            while len(self._data) > KEPT_DATA:
                self._data.popitem(last=False)
        return self._data[key]


def retroactive(resources: Resources, connection: Connection, policy: PolicySet) -> Retroactive:
    """The set, ready to be held against the cases. Raises `NothingInForce`, `ContentsUnusable`."""
    current = resources.loaded.current(connection)
    files = files_of(connection, current.digests.master_data)
    data = data_of(files, policy, resources.loaded.token_key)
    return Retroactive(resources, policy, Ledger(policy, data))


def _totals_of(policy: PolicySet) -> set[str]:
    return {name for name, fact in policy.facts.items() if fact.total is not None}


def _defined(policy: PolicySet, name: str) -> object:
    fact = policy.facts.get(name)
    return None if fact is None else essence((fact.total, fact.kind))


def _until(past: History, now: datetime) -> History:
    """Only what had been done by then."""
    return replace(past, acts=tuple(act for act in past.acts if act.at < now))


def _submission(connection: Connection, case: Case) -> Mapping[str, Any] | None:
    """How the present content of a case was decided when it came in."""
    found = [each for each in records_of(connection, case.id) if each.kind == "submission"]
    return json.loads(found[-1].body) if found else None
