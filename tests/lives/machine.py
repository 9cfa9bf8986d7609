"""What changes around the cases of a random life: people, delegations, sets, and the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from adapters.store.in_force import What, add_files
from adapters.store.trail import Entry
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.asking_again import ask_all_again
from api.usecases.casework.falling_due import handle_all_due
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.policy_sets.exchanging import prepared
from engine.cases.identities import Identities
from tests.lives import model
from tests.lives.beside import Beside
from tests.lives.life import MINUTE
from tests.lives.world import (
    ABOVE,
    DAY,
    HOLDERS,
    LEVELS,
    OWNERS,
    PERSONS,
    Delegated,
    Policy,
    master_data,
    set_files,
)

WHO: Final = Identities("vera", "tests")
others = st.sampled_from([name for name in PERSONS if name != "rita"])
policies = st.builds(
    Policy,
    st.sampled_from(["decide_again", "pin", "add_if_stricter"]),
    st.sampled_from([10, 60]),
    st.sampled_from([150_000, 110_000]),
    st.sampled_from([60_000, 20_000]),
    st.booleans(),
    st.sampled_from(["stay", "stay", "move"]),
)


class Lives(Beside):
    """The cases of a small company."""

    # --- people -----------------------------------------------------------------------------------

    @rule(person=others, days=st.integers(0, 2), is_for_good=st.booleans())
    def somebody_goes_or_comes_back(self, person: str, days: int, is_for_good: bool) -> None:
        if is_for_good:
            self.people.left ^= {person}
        elif self.people.absent.pop(person, None) is None:
            self.people.absent[person] = (self.day, self.day + days)
        self._load()

    @rule(position=others, by=others)
    def somebody_acts_in_a_position_or_not(self, position: str, by: str) -> None:
        if self.people.acting.pop(position, None) is None and position != by:
            self.people.acting[position] = by
        self._load()

    @rule(
        pair=st.lists(others, min_size=2, max_size=2, unique=True),
        days=st.integers(0, 2),
        is_revoked=st.booleans(),
    )
    def somebody_delegates_or_revokes_that(
        self, pair: list[str], days: int, is_revoked: bool
    ) -> None:
        made = self.people.delegated
        if made and is_revoked:
            made[-1] = replace(made[-1], is_revoked=True)
        elif len(made) < 4:
            known = self.time + MINUTE
            made.append(Delegated(*pair, self.day, self.day + days, made=known))
        self._load()

    @rule(seat=st.sampled_from([(r, p) for r, people in HOLDERS.items() for p in people]))
    def somebody_gets_or_loses_a_role(self, seat: tuple[str, str]) -> None:
        self.people.unseated ^= {seat}
        self._load()

    @rule(
        data=st.data(),
        person=st.sampled_from([*ABOVE]),
        level=st.sampled_from(LEVELS),
        center=st.sampled_from(["", *OWNERS]),
        is_elsewhere=st.booleans(),
    )
    def somebody_is_transferred(
        self, data: st.DataObject, person: str, level: str, center: str, is_elsewhere: bool
    ) -> None:
        """He reports to somebody else, has another level, perhaps in another entity, and perhaps
        owns a cost center now."""
        self.people.elsewhere ^= {person} if is_elsewhere else set()
        self.people.managers[person] = data.draw(st.sampled_from(ABOVE[person]), label="manager")
        self.people.levels[person] = level
        if center:
            self.people.owners[center] = person
        self._load()

    def _load(self) -> None:
        self.time += MINUTE
        load_master_data(self.resources, master_data(self.people), WHO, "people", self.time)
        self.look_at_all()

    # --- sets and time ----------------------------------------------------------------------------

    @rule(policy=policies)
    def another_set_comes_into_force(self, policy: Policy) -> None:
        self._comes(policy)

    @precondition(lambda self: self.are("pending"))
    @rule()
    def a_set_comes_that_asks_more_of_what_is_open(self) -> None:
        self._comes(
            replace(self.policy, in_flight="add_if_stricter", director=20_000, is_strict=True)
        )

    def _comes(self, policy: Policy) -> None:
        if policy == self.policy:
            return
        self.time += MINUTE
        store = self.resources.store
        with store.transaction() as connection:
            digest = add_files(connection, What.POLICY, set_files(policy), self.time)
        with store.snapshot() as connection:
            exchange = prepared(self.resources, connection, digest)
        entry = Entry("policy_activated", None, self.time, {"policy": digest, "who": WHO.plain()})
        with store.transaction() as connection:
            exchange.finish(connection, entry, self.time)
        self.policy = policy
        re_resolve_all(self.resources, self.time, Cause.POLICY)
        self.look_at_all()

    @rule(days=st.integers(1, 2), is_looked_at=st.sampled_from([True, True, False]))
    def time_goes_on(self, days: int, is_looked_at: bool) -> None:
        """The service may stand still meanwhile: whoever acts then is judged by that moment."""
        self.time += days * DAY
        if is_looked_at:
            self.look_around()

    @rule(hours=st.sampled_from([1, 9, 24, 48, 72]))
    def what_falls_due_is_done(self, hours: int) -> None:
        self.time += timedelta(hours=hours)
        self.look_around()
        handle_all_due(self.resources, self.time)
        self.cases = {id: model.fallen_due(case, self.now) for id, case in self.cases.items()}

    @rule()
    def what_is_held_is_asked_again(self) -> None:
        self.time += MINUTE
        ask_all_again(self.resources, self.time)
        for id, case in self.cases.items():
            others = self.others(id, case.order.supplier)
            self.cases[id] = model.asked_again(case, self.now, others)
