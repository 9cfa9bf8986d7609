"""What others do in a random life than those who are asked: they object, ratify, and hand on."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from api.usecases.casework.acting import Kind
from tests.lives import acts
from tests.lives.doing import Doing, is_asked
from tests.lives.filling import open_places
from tests.lives.model import Case, Now, keys_added, routed
from tests.lives.people import Who
from tests.lives.world import HOLDERS, OWNER, PERSONS

TOLD: Final = ((1_000, 2_000), (3_000, 4_000))  # of orders over these somebody is told
EMERGENCIES: Final = ((3_000, 4_000), (170_000, 180_000))  # these are ratified sooner or later
often: Final = st.sampled_from([True, True, True, False])


class Beside(Doing):
    """What is done on cases beside their routes."""

    @precondition(lambda self: self.over(*TOLD))
    @rule(
        data=st.data(),
        does_fit=often,
        is_objection=often,
        comment=st.sampled_from(["not now", "not now", "not now", ""]),
    )
    def somebody_objects(
        self, data: st.DataObject, does_fit: bool, is_objection: bool, comment: str
    ) -> None:
        """Who is told of it may reject it, too, and by that objects."""
        id = data.draw(st.sampled_from(self.over(*TOLD)), label="id")

        def wanted(case: Case, now: Now, person: str) -> Case:
            return acts.objected(case, now, person, comment)

        person = data.draw(self.whoever(id, wanted, does_fit), label="person")
        if not is_objection:
            self._act(id, Kind.REJECT, person, "")
            return
        action = self.action(id, Kind.OBJECT, person, comment=comment)
        self.do(*(id, action, person), lambda c, now: wanted(c, now, person))

    @precondition(lambda self: self.over(*EMERGENCIES))
    @rule(
        data=st.data(),
        does_fit=often,
        kind=st.sampled_from([Kind.RATIFY, Kind.REFUSE_RATIFICATION]),
    )
    def somebody_ratifies(self, data: st.DataObject, does_fit: bool, kind: Kind) -> None:
        found = self.over(*EMERGENCIES)
        agreed = [id for id in found if self.cases[id].status in ("approved", "posted")]
        id = data.draw(st.sampled_from((does_fit and agreed) or found), label="id")
        person = data.draw(self.whoever(id, acts.ratified, does_fit), label="person")
        action = self.action(id, kind, person, comment="it was so")
        self.do(id, action, person, lambda c, now: acts.ratified(c, now, person))

    def over(self, *bounds: tuple[int, int]) -> list[str]:
        """The documents over an amount between two bounds."""
        found = ((id, case.order.amount) for id, case in self.cases.items())
        return [id for id, amount in found if any(a < amount <= b for a, b in bounds)]

    @precondition(lambda self: self.are("pending"))
    @rule(data=st.data(), is_to_the_end=st.booleans())
    def whoever_is_asked_says_yes(self, data: st.DataObject, is_to_the_end: bool) -> None:
        """What follows when a document is agreed to happens in many lives."""
        id = data.draw(st.sampled_from(self.are("pending")), label="id")
        self.look_around()
        if is_to_the_end:
            self.play_to_its_end(id)
            return
        self.both_say_the_same()
        for task in self.tasks[id]:
            self.says_yes(id, task)

    @precondition(lambda self: any(map(self._asks_unusually, self.are("pending"))))
    @rule(
        data=st.data(),
        kind=st.sampled_from([Kind.REASSIGN, Kind.REASSIGN, Kind.DELEGATE, Kind.ESCALATE]),
        does_fit=often,
    )
    def somebody_asked_above_or_by_another_set_arranges(
        self, data: st.DataObject, kind: Kind, does_fit: bool
    ) -> None:
        """Who is asked since somebody below did not answer, or in a place that was added."""
        found = [
            (id, *who) for id in self.are("pending") for who in unusual(self.cases[id], self.now)
        ]
        if not found:
            return
        id, person, of = data.draw(st.sampled_from(found), label="who")

        def wanted(case: Case, now: Now, to: str) -> Case:
            if kind is Kind.ESCALATE:
                return acts.escalated(case, now, person, of, 0)
            return acts.arrange(case, now, str(kind), person, of, to, 0)

        to = data.draw(self.whoever(id, wanted, does_fit), label="to")
        action = self.action(id, kind, person, on_behalf_of=of, to=to)
        self.do(*(id, action, person), lambda c, now: wanted(c, now, to))

    def _asks_unusually(self, id: str) -> bool:
        case = self.cases[id]
        return bool(case.silences) or case.under != self.policy

    @precondition(is_asked)
    @rule(
        data=st.data(),
        by=st.sampled_from([*HOLDERS[OWNER], *HOLDERS[OWNER], *PERSONS]),
        does_fit=often,
        of=st.sampled_from(["", "", "", *PERSONS]),
        place=st.sampled_from([0, 0, 0, 1, 2]),
        comment=st.sampled_from(["he is ill"] * 5 + [""]),
    )
    def somebody_hands_on_what_another_does_not_get_to(
        self, data: st.DataObject, by: str, does_fit: bool, of: str, place: int, comment: str
    ) -> None:
        """It is for whoever owns the matrix to do so."""
        id, task = self._drawn(data)
        of = of or task.person

        def wanted(case: Case, now: Now, to: str) -> Case:
            return acts.hand_on(case, now, by, of, to, place, comment)

        to = data.draw(self.whoever(id, wanted, does_fit), label="to")
        action = self.action(id, Kind.REASSIGN, by, of=of, to=to, place=place, comment=comment)
        self.do(*(id, action, by), lambda c, now: wanted(c, now, to))


def unusual(case: Case, now: Now) -> list[Who]:
    """Who is asked now because somebody was silent, or in a place that a newer set has added."""
    is_open = open_places(routed(case, now)[0], case.given)
    added = keys_added(case, now)
    return [
        who
        for place in is_open
        for who in (place.who if place.key in added else place.raised)
        if place.ask != "vote"
    ]
