"""The slow reference, part one: who can be asked on a day.

The whole reference is written from the language for the set in `world.py` alone. It shares nothing
with the product: plain lists and loops, and where there is a choice every way is tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.lives.world import HOLDERS, LEVELS, People, Policy

if TYPE_CHECKING:
    from tests.lives.routes import Key

Who = tuple[str, str]  # who acts, and for whom; "" for himself


class Nobody(Exception):
    """Nobody can be asked; the arguments say for what."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A place is asked since a moment, of those who had it then."""

    key: Key
    persons: frozenset[str]
    since: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """The people on one day under a set, for one requester: he is asked for nothing of his own.

    `asked` are the places that are open; whose delegate got nothing because of that has `stayed`.
    """

    people: People
    number: int
    policy: Policy
    requester: str
    asked: tuple[Asked, ...] = ()
    stayed: set[str] = field(default_factory=set, compare=False)

    def may(self, person: str) -> bool:
        """Whether he is there at all and it is not his own need."""
        return person not in self.people.left and person != self.requester

    def is_absent(self, person: str) -> bool:
        first, last = self.people.absent.get(person, (1, 0))
        return first <= self.number <= last

    def is_there(self, person: str) -> bool:
        """Whether he may be asked, and today."""
        return self.may(person) and not self.is_absent(person)

    def may_be_told(self, person: str) -> bool:
        """Whether he is there today: who is only told may be anybody."""
        return person not in self.people.left and not self.is_absent(person)

    def seat(
        self,
        person: str,
        of: tuple[str, ...] = (),
        since: datetime | None = None,
        *,
        is_told: bool = False,
    ) -> list[Who]:
        """Who may act for the position of a person; or who is told for it.

        `of` is the rule and the word of the place, and its object where that is known by then;
        `since` is when he was asked, where the place does not say it.
        """
        is_there = self.may_be_told if is_told else self.is_there
        is_own = person == self.requester
        if is_own and (person in self.people.left or not is_told):
            return []
        if person in self.people.left:
            by = self.people.acting.get(person, "")
            return [(by, person)] if by and is_there(by) else []
        found = [] if self.is_absent(person) else [(person, "")]
        open_here = [a for a in self.asked if of and self._named(a.key)[: len(of)] == of]
        his = [a for a in open_here if person in a.persons]
        asked = min([since] if since else [a.since for a in his or open_here], default=None)
        has_stayed = False
        for each in self.people.delegated:
            if each.delegator != person or each.is_revoked:
                continue
            if not each.first <= self.number <= each.last:
                continue
            if not is_there(each.delegate):
                continue
            if self.policy.pending == "stay" and asked is not None and each.begins > asked:
                has_stayed = True
            else:
                found.append((each.delegate, person))
        if has_stayed:
            self.stayed.add(person)
            if not found and his:
                found.append((person, ""))
        return list(dict.fromkeys(found))

    @staticmethod
    def _named(key: Key) -> tuple[str, ...]:
        return key.rule, key.word, key.object

    def holders(self, role: str) -> list[str]:
        return [p for p in HOLDERS[role] if (role, p) not in self.people.unseated]

    def of_role(self, role: str, rule: str, *, is_told: bool = False) -> tuple[Who, ...]:
        """Everyone who may act for one of the holders: for himself where he can, else for each."""
        found = [
            who
            for holder in sorted(self.holders(role))
            for who in self.seat(holder, (rule, role), is_told=is_told)
        ]
        if not found:
            raise Nobody(role)
        for_himself = {person for person, of in found if not of}
        return tuple(
            (person, of)
            for person, of in dict.fromkeys(found)
            if not of or person not in for_himself
        )

    def upwards(self, person: str) -> Iterator[str]:
        """He and those above him."""
        while person:
            yield person
            person = self.people.manager(person)

    def owner(self, person: str, objects: str, rule: str) -> tuple[Who, ...]:
        """The first seat that is filled, from the owner of cost centers upwards."""
        for position in self.upwards(person):
            found = self.seat(position, (rule, "cost_center_owner", objects))
            if found:
                return tuple(found)
        raise Nobody(f"cost_center_owner {objects}")

    def chain(self, amount: int, rule: str) -> tuple[Who, ...]:
        """From the requester's supervisor upwards to the first whose authority covers."""
        limits = []
        for position in self.upwards(self.people.manager(self.requester)):
            seat = self.seat(position, (rule, "chain"))
            able = [who for who in seat if amount <= self._limit_in(position, *who)]
            if able:
                return tuple(able)
            if seat:
                limits.append((position, self.limit(position)))
        raise Nobody("chain", *limits)

    def rank(self, person: str) -> int:
        """How high he stands."""
        level = self.people.level(person)
        return LEVELS.index(level) if level in LEVELS else -1

    def limit(self, person: str) -> int:
        """Up to how much he may sign."""
        known = {"manager": 3_000, "director": self.policy.director, "chief": 100_000}
        return known.get(self.people.level(person), 0)

    def _limit_in(self, position: str, person: str, of: str) -> int:
        """A delegate has the authority of whom he acts for; an acting holder his own."""
        return self.limit(person if of and position in self.people.left else position)

    def board(self) -> tuple[Who, ...]:
        members = [(p, "") for p in sorted(self.holders("trustee")) if self.may(p)]
        if len(members) < 2:
            raise Nobody("board")
        return tuple(members)


def are_different(chosen: Iterable[Who]) -> bool:
    """Who acts for another uses up both."""
    persons = [person for who in chosen for person in who if person]
    return len(persons) == len(set(persons))
