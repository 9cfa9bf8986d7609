"""One random life: what happens is done in the service and in the reference, and compared."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import select

from adapters.store import cases as kept_cases
from adapters.store.cases import Task
from adapters.store.headroom import COUNTS_AS
from adapters.store.tables import acts, claims, contributions, tasks
from adapters.store.tables import cases as case_rows
from adapters.store.trail import end
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resolving import Watch
from api.usecases.casework.resources import Resources
from engine.cases.identities import Identities
from tests.lives import model
from tests.lives.acts import Refused
from tests.lives.model import Case, Now
from tests.lives.world import START, SUPPLIERS, People, Policy
from tests.verifying.again import not_performed

Opened = Callable[[], AbstractContextManager[tuple[Resources, Callable[[], Resources]]]]
MINUTE: Final = timedelta(minutes=1)
MOST_TURNS: Final = 16


class Life(RuleBasedStateMachine):
    """`opened` gives a service of its own and a way to open it again, on a database where the set
    and the people of `world.py` are in force."""

    opened: Opened

    def __init__(self) -> None:
        super().__init__()
        self.context = self.opened()
        self.resources, self.again = self.context.__enter__()
        self.time: datetime = START
        self.people = People()
        self.policy = Policy()
        self.does_post = False
        self.cases: dict[str, Case] = {}
        self.ids: dict[str, int] = {}
        self.tasks: dict[str, list[Task]] = {}
        self.watch = Watch()
        self.watch.look(self.resources, self.time)

    @property
    def day(self) -> int:
        """Days since the life began."""
        return (self.time.date() - START.date()).days

    @property
    def now(self) -> Now:
        """What the reference knows of the moment."""
        return Now(self.people, self.day, self.policy, self.time, self.does_post)

    def others(self, id: str, supplier: str) -> int:
        """What the other cases add to the total of a supplier."""
        return model.spent((c for each, c in self.cases.items() if each != id), supplier)

    def are(self, *statuses: str) -> list[str]:
        """The documents that stand so."""
        return [id for id, case in self.cases.items() if case.status in statuses]

    def look_at_all(self) -> None:
        self.cases = {id: model.looked_at(case, self.now) for id, case in self.cases.items()}

    def do(
        self,
        id: str,
        action: Action,
        person: str,
        wanted: Callable[[Case, Now], Case],
    ) -> str:
        """Does something in the service and in the reference; the code of the service."""
        self.time += MINUTE
        before, case = self._end(), self.cases[id]
        who = Identities(person, "portal")
        done = act(self.resources, self.ids[id], action, who, self.time)
        assert done is not None
        try:
            if person in self.people.left:
                raise Refused(case, "inactive")
            after, code = wanted(case, self.now), None
        except Refused as refused:
            after, code = refused.case, refused.code
        self.cases[id] = after
        assert (done.code == "") is (code is None), (id, action, done.code, code)
        assert not code or done.code == code, (id, action, done.code, code)
        assert self._end() > before, "it is not on record"
        if done.code and after is case:
            assert self._end() == before + 1
        return done.code

    def action(self, id: str, kind: Kind, person: str, **more: object) -> Action:
        """An action on what is there now."""
        return Action(kind, person, self.cases[id].version, **more)  # type: ignore[arg-type]

    # --- what must be so after every step ---------------------------------------------------------

    @invariant()
    def both_say_the_same(self) -> None:
        with self.resources.store.reading() as connection:
            known = {c.id: c for c in kept_cases.by_ids(connection, self.ids.values())}
            found = connection.execute(select(tasks).order_by(tasks.c.place, tasks.c.person))
            asked: dict[int, list[Task]] = {}
            for row in found:
                asked.setdefault(row.case_id, []).append(Task(**row._mapping))
            given = Counter(connection.execute(select(acts.c.case_id)).scalars())
            claimed = Counter(connection.execute(select(claims.c.case_id)).scalars())
        self.tasks = {id: asked.get(number, []) for id, number in self.ids.items()}
        for id, case in self.cases.items():
            kept = known[self.ids[id]]
            assert (str(kept.status), kept.version) == (case.status, case.version), id
            mine = {
                (t.place, t.person, t.on_behalf_of, t.word, t.ask, t.step) for t in self.tasks[id]
            }
            assert mine == case.tasks, (id, mine, case.tasks)
            assert given[self.ids[id]] == len(case.given), id
            if case.status == "pending":
                assert claimed[self.ids[id]] == len(case.claims), id
            if case.status == "held":
                assert '"held":{"code":"' in kept.decision_json, id

    @invariant()
    def what_is_open_asks_somebody(self) -> None:
        for id, case in self.cases.items():
            assert case.status != "pending" or self.tasks[id], id

    @invariant()
    def nobody_approved_his_own(self) -> None:
        for id, case in self.cases.items():
            acts = (each for each in case.given if each.keys)  # an objection fills no place
            assert not any(case.order.requester in each.who for each in acts), id

    @invariant()
    def totals_are_what_the_cases_add_up_to(self) -> None:
        wanted = (model.spent(self.cases.values(), supplier) for supplier in SUPPLIERS)
        query = select(contributions.c.key, contributions.c.whole).join(
            case_rows, case_rows.c.id == contributions.c.case_id
        )
        counts = case_rows.c.status.in_([str(status) for status in COUNTS_AS])
        found: Counter[str] = Counter()
        with self.resources.store.reading() as connection:
            for key, cents in connection.execute(query.where(counts)):
                found[key] += cents
        assert sorted(n for n in found.values() if n) == sorted(n * 100 for n in wanted if n)

    def teardown(self) -> None:
        """Nothing is at a dead end, the trail agrees, every decision comes out again from its
        record, and another service sees the same."""
        try:
            if self.cases and sys.exc_info()[0] is None:  # what has failed is told as it failed
                self.play_to_the_end()
                report = check_trail(self.resources.store)
                assert report.is_intact, report.problems
                assert not_performed(self.resources.store) == []
                self.resources = self.again()
                self.both_say_the_same()
        finally:
            self.context.__exit__(None, None, None)

    def play_to_the_end(self) -> None:
        """Whoever is asked says yes, each in turn, until every open case is approved."""
        self.look_around()
        for id in self.cases:
            self.play_to_its_end(id)

    def look_around(self) -> None:
        """Whoever is asked follows what time has changed."""
        self.watch.look(self.resources, self.time)
        self.look_at_all()

    def play_to_its_end(self, id: str) -> None:
        """The same on one document."""
        for _ in range(MOST_TURNS):
            if self.cases[id].status != "pending":
                break
            self.both_say_the_same()
            for task in self.tasks[id]:
                self.says_yes(id, task)
        assert self.cases[id].status != "pending", id

    def says_yes(self, id: str, task: Task) -> None:
        """Whoever is asked does what is asked of him."""
        raise NotImplementedError

    def _end(self) -> int:
        with self.resources.store.reading() as connection:
            return end(connection)


def _plain(task: Task) -> model.Task:
    return (task.place, task.person, task.on_behalf_of, task.word, task.ask, task.step)
