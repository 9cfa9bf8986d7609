"""What people do in a random life: they approve, arrange, send back, claim and ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from adapters.store.cases import Task
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.submission import NotAccepted, Submission, Submitted
from api.usecases.casework.submitting import submit_all
from engine.cases.identities import Identities
from tests.lives import acts, model
from tests.lives.acts import Refused
from tests.lives.life import Life
from tests.lives.model import Case, Now
from tests.lives.posting import Posting
from tests.lives.world import AMOUNTS, DOCUMENTS, PERSONS, SUPPLIERS, TOO_MUCH, Order

KINDS: Final = (
    *(Kind.APPROVE, Kind.REJECT, Kind.ANSWER),
    *(Kind.VOTE_FOR, Kind.VOTE_AGAINST, Kind.RECORD),
)
ARRANGING: Final = (Kind.REASSIGN, Kind.DELEGATE, Kind.ADD_BEFORE, Kind.ADD_AFTER)

ids = st.sampled_from(DOCUMENTS)
persons = st.sampled_from([*PERSONS])
orders = st.builds(
    Order,
    ids,
    st.sampled_from([*AMOUNTS, TOO_MUCH]),
    st.sampled_from(["rita", "rita", "mia", "dan"]),
    st.sampled_from([("c1",), ("c2",), ("c1", "c2")]),
    st.sampled_from([SUPPLIERS[0], *SUPPLIERS]),
)


SMALL: Final = st.sampled_from([-10, -1, 0, 4, 10, 11])


def is_asked(life: Life) -> bool:
    """Whether anybody is asked for anything."""
    return any(life.tasks.values())


class Doing(Posting):
    """Documents, and what people do on them."""

    # --- documents --------------------------------------------------------------------------------

    @initialize(found=st.lists(orders, min_size=2, max_size=4), does_post=st.booleans())
    def orders_come_together(self, found: list[Order], does_post: bool) -> None:
        if does_post:
            self.begin_to_post()
        self._submit(found)

    @rule(order=orders)
    def an_order_comes(self, order: Order) -> None:
        self._submit([order])

    @rule(data=st.data(), by=SMALL, other=orders)
    def an_order_comes_with_other_content(self, data: st.DataObject, by: int, other: Order) -> None:
        """A little more or less, or charged to other cost centers."""
        id = data.draw(st.sampled_from([*self.cases]), label="id")
        self._submit([_changed(self.cases[id].order, by, other)])

    def _submit(self, found: list[Order]) -> None:
        who = Identities("rita", "portal")
        sent = [Submission(each.plain(), "portal", who, self.time) for each in found]
        done = dict(enumerate(submit_all(self.resources, sent)))
        for n in _in_turn([order.id for order in found]):
            order, answer = found[n], done[n]
            before = self.cases.get(order.id)
            others = self.others(order.id, order.supplier)
            after = model.submitted(before, order, self.now, others)
            if isinstance(after, str):
                assert isinstance(answer, NotAccepted), answer
                assert answer.code == after
                continue
            assert isinstance(answer, Submitted), answer
            assert answer.is_new is (before is None or before.order != order)
            self.cases[order.id], self.ids[order.id] = after, answer.case.id

    # --- people approve ---------------------------------------------------------------------------

    @precondition(is_asked)
    @rule(data=st.data())
    def somebody_who_is_asked_acts(self, data: st.DataObject) -> None:
        id, task = self._drawn(data)
        kind = data.draw(st.sampled_from(_kinds(task)), label="kind")
        of = data.draw(st.sampled_from(sorted({"", task.on_behalf_of})), label="on behalf of")
        self._act(id, kind, task.person, of)

    @precondition(is_asked)
    @rule(data=st.data())
    def somebody_who_is_asked_says_yes(self, data: st.DataObject) -> None:
        self.says_yes(*self._drawn(data))

    @rule(
        id=ids,
        kind=st.sampled_from(KINDS),
        person=persons,
        of=st.sampled_from(["", "", *PERSONS]),
        is_by_login=st.booleans(),
    )
    def anybody_acts(self, id: str, kind: Kind, person: str, of: str, is_by_login: bool) -> None:
        if id in self.ids:
            self._act(id, kind, person, of, f"{person}.second" if is_by_login else person)

    @rule(id=ids, person=persons)
    def somebody_acts_on_what_he_has_not_seen(self, id: str, person: str) -> None:
        if id not in self.ids:
            return
        action = Action(Kind.APPROVE, person, self.cases[id].version - 1)
        who = Identities(person, "portal")
        done = act(self.resources, self.ids[id], action, who, self.time)
        assert done is not None
        is_there = person not in self.people.left
        assert done.code == ("content_changed" if is_there else "inactive")

    def says_yes(self, id: str, task: Task) -> None:
        self._act(id, _kinds(task)[0], task.person, task.on_behalf_of)

    def _act(self, id: str, kind: Kind, person: str, of: str, login: str = "") -> None:
        action = self.action(id, kind, login or person, on_behalf_of=of)
        self.do(id, action, person, lambda c, now: acts.acted(c, now, str(kind), person, of))

    # --- people send back, and take back ----------------------------------------------------------

    @rule(id=ids, person=st.sampled_from(["rita", "rita", "mia", "dan", "noah"]))
    def somebody_withdraws(self, id: str, person: str) -> None:
        if id in self.ids:
            action = self.action(id, Kind.WITHDRAW, person)
            self.do(id, action, person, lambda c, now: acts.withdrawn(c, now, person))

    @precondition(is_asked)
    @rule(data=st.data(), lines=st.sampled_from([(), (), (), (), (), (), (1,), (1, 2)]))
    def somebody_sends_it_back(self, data: st.DataObject, lines: tuple[int, ...]) -> None:
        self._by_whom(
            *(data, Kind.RETURN),
            lambda c, now, who, of: acts.returned(c, now, who, of, frozenset(lines)),
            lines=lines,
        )

    @precondition(lambda self: self.are("returned"))
    @rule(data=st.data(), person=st.sampled_from(["", "", "", "mia"]))
    def it_is_handed_in_again(self, data: st.DataObject, person: str) -> None:
        id = data.draw(st.sampled_from(self.are("returned")), label="id")
        by = person or self.cases[id].order.requester
        action = self.action(id, Kind.RESUBMIT, by)
        self.do(id, action, by, lambda c, now: acts.resubmitted(c, now, by))

    @precondition(lambda self: self.are("returned"))
    @rule(data=st.data(), by=SMALL, other=orders)
    def it_is_corrected(self, data: st.DataObject, by: int, other: Order) -> None:
        id = data.draw(st.sampled_from(self.are("returned")), label="id")
        self._submit([_changed(self.cases[id].order, by, other)])

    @rule(id=ids, person=st.sampled_from(["rita", "rita", "carl", "dan"]))
    def somebody_cancels(self, id: str, person: str) -> None:
        if self.cases.get(id) and self.cases[id].status in ("approved", "posted", "pending"):
            action = self.action(id, Kind.CANCEL, person, comment="nobody wants it")
            self.do(id, action, person, lambda c, now: acts.cancelled(c, now, person))

    # --- people arrange ---------------------------------------------------------------------------

    @precondition(is_asked)
    @rule(
        data=st.data(),
        kind=st.sampled_from(ARRANGING),
        does_fit=st.booleans(),
        place=st.sampled_from([0, 0, 0, 1, 2, 3]),
    )
    def somebody_arranges(
        self, data: st.DataObject, kind: Kind, does_fit: bool, place: int
    ) -> None:
        """Often with somebody who may take it over, which few may."""
        id, person, of = self._whom(data)

        def wanted(case: Case, now: Now, to: str) -> Case:
            return acts.arrange(case, now, str(kind), person, of, to, place)

        to = data.draw(self.whoever(id, wanted, does_fit), label="to")
        action = self.action(id, kind, person, on_behalf_of=of, to=to, place=place)
        self.do(*(id, action, person), lambda c, now: wanted(c, now, to))

    @precondition(is_asked)
    @rule(data=st.data(), place=st.sampled_from([0, 0, 1, 2]), is_waiting=st.booleans())
    def somebody_does_not_want_to_wait(
        self, data: st.DataObject, place: int, is_waiting: bool
    ) -> None:
        id, task = self._drawn(data)
        person, of = task.person, task.on_behalf_of
        if is_waiting:
            person, of = self.cases[id].order.requester, ""
        action = self.action(id, Kind.ESCALATE, person, on_behalf_of=of, place=place)
        self.do(*(id, action, person), lambda c, now: acts.escalated(c, now, person, of, place))

    @precondition(lambda self: any(case.arranged for case in self.cases.values()))
    @rule(data=st.data(), person=persons)
    def somebody_takes_away_whom_he_added(self, data: st.DataObject, person: str) -> None:
        found = [(id, made) for id, case in self.cases.items() for made in case.arranged]
        id, made = data.draw(st.sampled_from(found), label="arranged")
        by = data.draw(st.sampled_from([made.made_by, made.made_by, person]), label="by")
        action = self.action(id, Kind.TAKE_AWAY, by, number=made.number)
        self.do(id, action, by, lambda c, now: acts.taken_away(c, now, by, made.number))

    @precondition(is_asked)
    @rule(data=st.data(), is_release=st.sampled_from([False, False, True]))
    def somebody_claims(self, data: st.DataObject, is_release: bool) -> None:
        id, task = self._drawn(data)
        kind = Kind.RELEASE if is_release else Kind.CLAIM
        action = self.action(id, kind, task.person, place=task.place)
        self.do(
            *(id, action, task.person),
            lambda c, now: acts.claimed(c, now, task.person, task.place, is_release),
        )

    @precondition(is_asked)
    @rule(data=st.data(), to=persons)
    def somebody_asks_somebody(self, data: st.DataObject, to: str) -> None:
        self._by_whom(
            *(data, Kind.ASK),
            lambda c, now, who, of: acts.asked_about(c, now, who, of, to),
            to=to,
        )

    @precondition(lambda self: any(case.questions for case in self.cases.values()))
    @rule(data=st.data(), number=st.integers(1, 2), anybody=persons, is_he=st.booleans())
    def somebody_replies(self, data: st.DataObject, number: int, anybody: str, is_he: bool) -> None:
        found = [(id, case.questions) for id, case in self.cases.items() if case.questions]
        id, asked = data.draw(st.sampled_from(found), label="asked")
        person = asked[0].partition(" ")[0] if is_he else anybody
        action = self.action(id, Kind.REPLY, person, number=number, comment="so it is")
        self.do(id, action, person, lambda c, now: acts.replied(c, person, number))

    # --- who --------------------------------------------------------------------------------------

    def _drawn(self, data: st.DataObject) -> tuple[str, Task]:
        """Somebody who is asked, and on which document."""
        found = [(id, task) for id, tasks in self.tasks.items() for task in tasks]
        return data.draw(st.sampled_from(found), label="task")

    def _whom(self, data: st.DataObject) -> tuple[str, str, str]:
        """Mostly somebody who is asked, and for whom; anybody else, too."""
        id, task = self._drawn(data)
        if data.draw(st.sampled_from([True, True, True, True, False]), label="is he"):
            return id, task.person, task.on_behalf_of
        return id, data.draw(persons, label="person"), ""

    def _by_whom(
        self,
        data: st.DataObject,
        kind: Kind,
        wanted: Callable[[Case, Now, str, str], Case],
        **more: object,
    ) -> None:
        id, person, of = self._whom(data)
        action = self.action(id, kind, person, on_behalf_of=of, comment="because", **more)
        self.do(id, action, person, lambda c, now: wanted(c, now, person, of))

    def whoever(
        self, id: str, wanted: Callable[[Case, Now, str], Case], does_fit: bool
    ) -> st.SearchStrategy[str]:
        """Anybody; or only those with whom it is accepted, where there are any."""
        fitting = [each for each in PERSONS if does_fit and self._is_accepted(id, wanted, each)]
        return st.sampled_from(fitting or [*PERSONS])

    def _is_accepted(self, id: str, wanted: Callable[[Case, Now, str], Case], person: str) -> bool:
        try:
            wanted(self.cases[id], self.now, person)
        except Refused:
            return False
        return True


def _changed(old: Order, by: int, other: Order) -> Order:
    """So many percent more, and perhaps charged to others."""
    amount = old.amount + old.amount * by // 100 // 2 * 2
    centers = other.centers if other.amount > 1_000 else old.centers
    return Order(old.id, amount, old.requester, centers, old.supplier)


def _in_turn(names: list[str]) -> list[int]:
    """Positions in the order in which documents are kept: of one name, the first of each first."""
    return sorted(range(len(names)), key=lambda n: (names[:n].count(names[n]), n))


def _kinds(task: Task) -> list[Kind]:
    """What the task asks for; the first of them says yes."""
    if task.ask == "consult":
        return [Kind.ANSWER]
    if task.word == "board":
        return [Kind.VOTE_FOR, Kind.VOTE_AGAINST]
    return [Kind.APPROVE, Kind.APPROVE, Kind.APPROVE, Kind.REJECT]
