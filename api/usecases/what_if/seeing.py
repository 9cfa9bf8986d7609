"""What of a decision matters to people, as plain values that can be compared and sent on.

Places, names of rows, texts and digests are left out: two decisions that are seen alike ask the
same persons for the same, in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.decision import Ask, Assignment, Considered, Decision, Outcome, Part
from engine.routing.distinct import leaves

Way = tuple[object, ...]  # a part of a step: who of whom, how many
KINDS_OF_ROUTE: Final = ("approvers added", "approvers removed", "approvers changed")


@dataclass(frozen=True, slots=True)
class Seen:
    """One decision. `steps` are the ways to fill each step, `tasks` who is asked for what."""

    outcome: str
    code: str
    matrix: str
    row: str
    steps: tuple[tuple[Way, ...], ...] = ()
    tasks: frozenset[tuple[str, str]] = frozenset()
    findings: tuple[tuple[str, str], ...] = ()
    reviews: tuple[str, ...] = ()

    @property
    def approvers(self) -> frozenset[str]:
        """Whoever is asked for an approval."""
        return frozenset(person for person, ask in self.tasks if ask == Ask.APPROVE)

    @property
    def who(self) -> str:
        """The route in short: `mia > dan|eve`; or the code of what stands in its way."""
        return self.code or " > ".join(", ".join(map(_way_text, step)) for step in self.steps)

    def is_like(self, other: Seen) -> bool:
        """Whether nobody notices a difference, whichever row decided."""
        return self._noticed() == other._noticed()

    def _noticed(self) -> tuple[object, ...]:
        return self.outcome, self.code, self.steps, self.tasks, self.findings, self.reviews


def seen(decision: Decision | Considered) -> Seen:
    """What matters of a decision."""
    parts = [part for step in decision.steps for part in step.parts]
    stop = decision.held or decision.refused
    places = [leaf for part in parts for leaf in leaves(part)]
    return Seen(
        outcome=str(decision.outcome),
        code=stop.code if stop is not None else "",
        matrix=decision.matrix,
        row=decision.row,
        steps=tuple(_ways(step.parts) for step in decision.steps),
        tasks=frozenset(
            (person, str(leaf.ask))
            for leaf in places
            if leaf.already < 0
            for person in _persons(leaf)
        ),
        findings=tuple(sorted((found.code, found.text) for found in decision.findings)),
        reviews=tuple(sorted(review.code for review in decision.reviews)),
    )


def is_seen_alike(before: Considered, after: Considered) -> bool:
    """Whether both are seen alike for certain: all that is seen of them is the same.

    Asked before anything is rendered, since most documents come out as they did.
    """
    return (
        before.outcome is after.outcome
        and before.steps == after.steps
        and before.held == after.held
        and before.refused == after.refused
        and before.findings == after.findings
        and before.reviews == after.reviews
    )


def _persons(place: Assignment) -> tuple[str, ...]:
    if place.body is not None:
        return (*place.body.members, *place.body.recorders)
    return tuple(str(assignee.person) for assignee in place.assignees)


def _ways(parts: tuple[Part, ...]) -> tuple[Way, ...]:
    """What is asked beside each other has no order."""
    return tuple(sorted(map(_way, parts), key=repr))


def _way(part: Part) -> Way:
    if not isinstance(part, Assignment):
        return part.need, _ways(part.parts)
    ballot = part.body
    votes = None if ballot is None else (ballot.present, ballot.in_favour, ballot.above)
    return str(part.ask), _persons(part), part.as_, part.within, part.already >= 0, votes


def _way_text(way: Way) -> str:
    if isinstance(way[0], int) and isinstance(way[1], tuple):
        inner = [_way_text(part) for part in way[1]]
        return f"({' + '.join(inner)})" if way[0] == len(inner) else f"{way[0]} of {inner}"
    persons = way[1] if isinstance(way[1], tuple) else ()
    return "|".join(map(str, persons)) or "a body"


def kinds(before: Seen, after: Seen) -> tuple[str, ...]:
    """In which ways two decisions differ, most telling first; empty where nobody notices."""
    if before.is_like(after):
        return ()
    if before.outcome != after.outcome:
        return (f"{before.outcome} \N{RIGHTWARDS ARROW} {after.outcome}",)
    if before.outcome in (Outcome.HELD, Outcome.REFUSED):
        return (
            (f"{before.outcome} for another reason",)
            if before.code != after.code
            else _rest(before, after)
        )
    more, fewer = after.approvers - before.approvers, before.approvers - after.approvers
    found = []
    if more or fewer:
        found.append(KINDS_OF_ROUTE[2 if more and fewer else 0 if more else 1])
    elif before.steps != after.steps:
        found.append("the same approvers otherwise")
    return (*found, *_rest(before, after))


def _rest(before: Seen, after: Seen) -> tuple[str, ...]:
    found = []
    if before.findings != after.findings:
        more = not set(after.findings) <= set(before.findings)
        fewer = not set(before.findings) <= set(after.findings)
        word = "changed" if more and fewer else "added" if more else "removed"
        found.append(f"open requirements {word}")
    if before.reviews != after.reviews:
        found.append("reviews changed")
    return tuple(found)
