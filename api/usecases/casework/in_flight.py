"""An open case is decided: under which set, where another one came into force meanwhile.

The word of the set in force says what it does to open cases. `decide_again`: it decides them.
`pin`: each is decided and completed under the set that it was routed under. `add_if_stricter`: so,
too, and what the newer set asks beyond that is added. Persons, holders, limits of master data and
delegations are fresh in every case.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection

from adapters.store.arrangements import arrangements_on
from adapters.store.cases import Case
from api.usecases.casework.asked_since import moments_of_case, silent_on
from api.usecases.casework.remembering import Asked, asked_of
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.written import document_of
from engine.changing.drift import by_rates_of_today
from engine.changing.stricter import Meanwhile, stricter_meanwhile
from engine.deciding import decide
from engine.decision import Decision
from engine.documents.model import Document
from engine.history import History
from engine.policy import PolicySet
from engine.recorded import arrangements_plain, escalations_plain, given_of, moments_plain
from engine.routing.arranging import Arrangement
from engine.routing.asked import Moments
from engine.routing.course import Escalation
from engine.segregation.history_form import history_plain

PIN: Final = "pin"
ADD: Final = "add_if_stricter"


@dataclass(frozen=True, slots=True)
class Under:
    """A set that has a word about the case, its reading of the document, and what it looks up."""

    force: InForce
    document: Document
    past: Asked


@dataclass(frozen=True, slots=True)
class Decided:
    """The route as it is at the moment; `under` is the set whose conflicts and rules it follows.

    `note` says for a record which sets and rates had a part in it, and where it was silent; empty
    where only what is in force had. `routed_under` is the set that the case is routed under from
    now on.
    """

    decision: Decision
    under: Under
    routed_under: str
    history: History
    note: Plain


@dataclass(frozen=True, slots=True)
class InFlight:
    """The sets that decide an open case, the one that it was routed under first."""

    word: str
    sets: tuple[Under, ...]
    case: Case
    now: datetime
    newest: str

    def keys(self) -> Iterator[str]:
        """What has to be locked before the past is looked at."""
        for each in self.sets:
            yield from each.past.keys()

    def decide(
        self,
        connection: Connection,
        made: tuple[Arrangement, ...] | None = None,
        more: tuple[Escalation, ...] = (),
    ) -> Decided:
        """The route under the sets that have a word. The keys are locked.

        `made` is what people have arranged, where that is not what is kept; `more` are escalations
        beside those that are.
        """
        if made is None:
            made = arrangements_on(connection, self.case.id)
        forces = [each.force for each in self.sets]
        meanwhile = (made, silent_on(connection, self.case.id, forces, more))
        moments = moments_of_case(connection, self.case.id, forces)
        noted: Plain = {
            **escalations_plain(meanwhile[1]),
            **arrangements_plain(made),
            **moments_plain(moments),
        }
        if len(self.sets) == 1:
            found = self._under(connection, self.sets[0], meanwhile, moments)
            return replace(found, note={**noted, **found.note})
        older, newer, decision = self._by_both(connection, meanwhile, moments)
        base, other = (older, newer) if decision is older.decision else (newer, older)
        note = noted | older.note | newer.note | base.note
        if other.history != base.history:  # each set looks back by its own conflicts
            note["history_beside"] = history_plain(other.history)
        return replace(base, decision=decision, note=note)

    def _by_both(
        self, connection: Connection, meanwhile: Meanwhile, moments: Moments
    ) -> tuple[Decided, Decided, Decision]:
        """What each of two sets says at last, and both together."""
        last: dict[int, Decided] = {}

        def by(number: int, meanwhile: Meanwhile) -> Decision:
            last[number] = self._under(connection, self.sets[number], meanwhile, moments)
            return last[number].decision

        decision = stricter_meanwhile(partial(by, 0), partial(by, 1), meanwhile)
        return last[0], last[1], decision

    def _under(
        self, connection: Connection, by: Under, meanwhile: Meanwhile, moments: Moments
    ) -> Decided:
        given = given_of(json.loads(self.case.given_json))
        history = by.past.history(connection, self.case.id)
        policy, data = by.force.policy, by.force.data
        made, silent = meanwhile

        def route(policy: PolicySet) -> Decision:
            document, now = by.document, self.now
            return decide(
                *(policy, data, document, now, given, history),
                escalations=silent,
                arrangements=made,
                moments=moments,
            )

        decision = route(policy)
        note: Plain = {}
        if self.word:
            note["in_flight"] = {
                "word": self.word,
                "routed_under": self.case.routed_under,
                "in_force": self.newest,
            }
        moved = by_rates_of_today(policy, data, by.document, decision, self.now)
        if moved is not None:
            note["rates_moved"] = {"were": [*decision.rates]}
            decision = route(moved)
        routed_under = self.case.routed_under if self.word else self.newest
        return Decided(decision, by, routed_under, history, note)


def in_flight(
    resources: Resources, connection: Connection, current: InForce, case: Case, now: datetime
) -> InFlight:
    """Which sets decide the case.

    Raises `ContentsUnusable` where the set of the case does not fit the people of today, and
    `DocumentUnreadable`.
    """
    word, newest = current.policy.in_flight, current.digests.policy
    is_other = case.routed_under not in ("", newest)
    if not is_other or word not in (PIN, ADD):
        return by_set_in_force(resources, current, case, now)
    digests = replace(current.digests, policy=case.routed_under)
    own = _of(resources, resources.loaded.earlier(connection, digests), case, now)
    if word == PIN:
        return InFlight(word, (own,), case, now, newest)
    return InFlight(word, (own, _of(resources, current, case, now)), case, now, newest)


def by_set_in_force(resources: Resources, current: InForce, case: Case, now: datetime) -> InFlight:
    """As if the case had been routed under what is in force. Raises `DocumentUnreadable`."""
    sets = (_of(resources, current, case, now),)
    return InFlight("", sets, case, now, current.digests.policy)


def _of(resources: Resources, force: InForce, case: Case, now: datetime) -> Under:
    document = document_of(resources, force.policy, case)
    return Under(force, document, asked_of(force, document, now))
