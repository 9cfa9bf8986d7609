"""Random lives: each step is done in the service and in the model, and both must say the same."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adapters.store import cases
from adapters.store.cases import Task
from adapters.store.trail import end
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.asking_again import ask_all_again
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resolving import Watch
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submission, Submitted
from api.usecases.casework.submitting import submit_all
from engine.cases.identities import Identities
from tests.lives import model
from tests.lives.world import (
    AMOUNTS,
    DAY,
    DOCUMENTS,
    HOLDERS,
    PERSONS,
    START,
    TOO_MUCH,
    Delegated,
    Order,
    People,
    master_data,
)
from tests.verifying.again import not_performed

Opened = Callable[[], AbstractContextManager[tuple[Resources, Callable[[], Resources]]]]
# What the reference knows. What people arrange on a route, and claims, are not in these lives.
KINDS: Final = (
    *(Kind.APPROVE, Kind.REJECT, Kind.ANSWER, Kind.WITHDRAW),
    *(Kind.VOTE_FOR, Kind.VOTE_AGAINST, Kind.RECORD),
)
MOST_TURNS: Final = 12

persons = st.sampled_from([*PERSONS])
others = st.sampled_from([name for name in PERSONS if name != "rita"])
orders = st.builds(
    Order,
    st.sampled_from(DOCUMENTS),
    st.sampled_from([*AMOUNTS, TOO_MUCH]),
    st.sampled_from(["rita", "mia", "dan"]),
    st.sampled_from([("c1",), ("c2",), ("c1", "c2")]),
)


class Lives(RuleBasedStateMachine):
    """The cases of a small company. `opened` gives a service of its own and a way to open it again,
    on a database where the set and the people of `world.py` are in force."""

    opened: Opened

    def __init__(self) -> None:
        super().__init__()
        self.context = self.opened()
        self.resources, self.again = self.context.__enter__()
        self.now: datetime = START
        self.people = People()
        self.cases: dict[str, model.Case] = {}
        self.ids: dict[str, int] = {}
        self.watch = Watch()
        self.watch.look(self.resources, self.now)

    @property
    def day(self) -> int:
        """Days since the life began."""
        return (self.now - START) // DAY

    # --- documents --------------------------------------------------------------------------------

    @initialize(found=st.lists(orders, min_size=1, max_size=3))
    def orders_come_together(self, found: list[Order]) -> None:
        self._submit(found)

    @rule(order=orders)
    def an_order_comes(self, order: Order) -> None:
        self._submit([order])

    def _submit(self, found: list[Order]) -> None:
        who = Identities("rita", "portal")
        sent = [Submission(each.plain(), "portal", who, self.now) for each in found]
        for order, done in zip(found, submit_all(self.resources, sent), strict=True):
            before = self.cases.get(order.id)
            self.cases[order.id] = model.submitted(before, order, self.people, self.day)
            assert isinstance(done, Submitted), done
            assert done.is_new is (before is None or before.order != order)
            self.ids[order.id] = done.case.id

    # --- people act -------------------------------------------------------------------------------

    @rule(data=st.data(), id=st.sampled_from(DOCUMENTS))
    def somebody_who_is_asked_acts(self, data: st.DataObject, id: str) -> None:
        tasks = self._tasks(id)
        if not tasks:
            return
        task = data.draw(st.sampled_from(tasks), label="task")
        kind = data.draw(st.sampled_from(_kinds(task)), label="kind")
        of = data.draw(st.sampled_from(sorted({"", task.on_behalf_of})), label="on behalf of")
        self._act(id, kind, task.person, of)

    @rule(
        id=st.sampled_from(DOCUMENTS),
        kind=st.sampled_from(KINDS),
        person=persons,
        of=st.sampled_from(["", "", *PERSONS]),
        is_by_login=st.booleans(),
    )
    def anybody_acts(self, id: str, kind: Kind, person: str, of: str, is_by_login: bool) -> None:
        if id in self.ids:
            self._act(id, kind, person, of, f"{person}.second" if is_by_login else person)

    @rule(id=st.sampled_from(DOCUMENTS), person=persons)
    def somebody_acts_on_what_he_has_not_seen(self, id: str, person: str) -> None:
        if id not in self.ids:
            return
        version = self.cases[id].version - 1
        before = self._end()
        done = act(
            self.resources,
            self.ids[id],
            Action(Kind.APPROVE, person, version),
            Identities(person, "portal"),
            self.now,
        )
        assert done is not None
        assert done.code == "content_changed"
        assert self._end() == before + 1

    def _act(self, id: str, kind: Kind, person: str, of: str, login: str = "") -> str:
        self.now += timedelta(minutes=1)
        before, case = self._end(), self.cases[id]
        action = Action(kind, login or person, case.version, of)
        done = act(self.resources, self.ids[id], action, Identities(person, "portal"), self.now)
        assert done is not None
        after, code = model.acted(case, self.people, self.day, str(kind), person, of)
        self.cases[id] = after
        ended = case.standing is not None and after.version != case.version
        assert self._end() == before + 1 + ended
        assert (done.code == "") is (code is None), (id, action, done.code, code)
        if code:
            assert done.code == code, (id, action)
        return done.code

    # --- people and time change -------------------------------------------------------------------

    @rule(person=others)
    def somebody_leaves_or_comes_back(self, person: str) -> None:
        self.people.left ^= {person}
        self._load()

    @rule(person=others, days=st.integers(0, 2))
    def somebody_is_absent_or_not(self, person: str, days: int) -> None:
        if self.people.absent.pop(person, None) is None:
            self.people.absent[person] = (self.day, self.day + days)
        self._load()

    @rule(position=others, by=others)
    def somebody_acts_in_a_position_or_not(self, position: str, by: str) -> None:
        if self.people.acting.pop(position, None) is None and position != by:
            self.people.acting[position] = by
        self._load()

    @rule(pair=st.lists(others, min_size=2, max_size=2, unique=True), days=st.integers(0, 2))
    def somebody_delegates(self, pair: list[str], days: int) -> None:
        delegated = Delegated(*pair, self.day, self.day + days)
        if len(self.people.delegated) < 4:
            self.people.delegated.append(delegated)
            self._load()

    @rule(number=st.integers(0, 3))
    def a_delegation_is_revoked(self, number: int) -> None:
        if number < len(self.people.delegated):
            found = self.people.delegated[number]
            self.people.delegated[number] = replace(found, is_revoked=True)
            self._load()

    @rule(seat=st.sampled_from([(r, p) for r, people in HOLDERS.items() for p in people]))
    def somebody_gets_or_loses_a_role(self, seat: tuple[str, str]) -> None:
        self.people.unseated ^= {seat}
        self._load()

    @rule(days=st.integers(1, 2))
    def time_goes_on(self, days: int) -> None:
        self.now += days * DAY
        self.watch.look(self.resources, self.now)
        self._look_at_all()

    def _load(self) -> None:
        self.now += timedelta(minutes=1)
        files = master_data(self.people)
        load_master_data(self.resources, files, Identities("vera", "tests"), "people", self.now)
        self._look_at_all()

    def _look_at_all(self) -> None:
        for id, case in self.cases.items():
            self.cases[id] = model.looked_at(case, self.people, self.day)

    @rule()
    def what_is_held_is_asked_again(self) -> None:
        self.now += timedelta(minutes=1)
        ask_all_again(self.resources, self.now)
        for id, case in self.cases.items():
            self.cases[id] = model.asked_again(case, self.people, self.day)

    # --- what must be so after every step -------------------------------------------------------

    @invariant()
    def both_say_the_same(self) -> None:
        for id, case in self.cases.items():
            with self.resources.store.reading() as connection:
                kept = cases.by_id(connection, self.ids[id])
                course = cases.course_of(connection, self.ids[id])
            assert kept is not None
            assert (str(kept.status), kept.version) == (case.status, case.version), id
            tasks = {(t.word, t.person, t.on_behalf_of) for t in self._tasks(id)}
            found = model.route(self.people, self.day, case.order)
            wanted = model.asked(found, case.given) if case.status == "pending" else set()
            assert tasks == wanted, id
            assert len(course.given) == len(case.given), id
            assert not any(
                case.order.requester in (each.assignee.person, each.assignee.on_behalf_of)
                for each in course.given
            ), id
            if case.status == "held":
                assert '"held":{"code":"' in kept.decision_json, id

    @invariant()
    def what_is_open_asks_somebody(self) -> None:
        for id, case in self.cases.items():
            assert case.status != "pending" or self._tasks(id), id

    def teardown(self) -> None:
        """Nothing is at a dead end, the trail agrees, every decision comes out again from its
        record, and another service sees the same."""
        try:
            if self.cases and sys.exc_info()[0] is None:  # what has failed is told as it failed
                self._play_to_the_end()
                report = check_trail(self.resources.store)
                assert report.is_intact, report.problems
                assert not_performed(self.resources.store) == []
                self.resources = self.again()
                self.both_say_the_same()
        finally:
            self.context.__exit__(None, None, None)

    def _play_to_the_end(self) -> None:
        """Whoever is asked says yes, each in turn, until every open case is approved."""
        for id, case in self.cases.items():
            for _ in range(MOST_TURNS):
                if self.cases[id].status != "pending":
                    break
                for task in self._tasks(id):
                    self._act(id, _kinds(task)[0], task.person, task.on_behalf_of)
            assert case.status != "pending" or self.cases[id].status == "approved", id

    def _tasks(self, id: str) -> list[Task]:
        if id not in self.ids:
            return []
        with self.resources.store.reading() as connection:
            return list(cases.tasks_on(connection, self.ids[id]))

    def _end(self) -> int:
        with self.resources.store.reading() as connection:
            return end(connection)


def _kinds(task: Task) -> list[Kind]:
    """What the task asks for; the first of them says yes."""
    if task.ask == "consult":
        return [Kind.ANSWER]
    if task.word == "board":
        return [Kind.VOTE_FOR, Kind.VOTE_AGAINST]
    return [Kind.APPROVE, Kind.APPROVE, Kind.APPROVE, Kind.REJECT]
