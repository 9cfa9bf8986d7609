"""What a decision says of conflicts: what holds the document, and what was let through.

duties_joined    (held) two things were done that one person may not both do
conflict_warned  a conflict that only warns: of somebody who is asked, or who did both
mitigated        a mitigation let somebody through: each is a use of it, for its monitor to see
approves_once    nobody may approve this document a second time
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.decision import Held, Reason, Step
from engine.knowing import Situation
from engine.master_data import PersonId
from engine.routing.acting import APPROVES_ONCE
from engine.routing.distinct import leaves
from engine.segregation.conflicts import grounds, matches
from engine.segregation.done import Done, done
from engine.segregation.ground import Match
from engine.segregation.mitigating import let_through
from engine.segregation.wording import act_words, words_of


def joined(situation: Situation, owner: str = "") -> tuple[tuple[Held, ...], tuple[Reason, ...]]:
    """What was done already: what holds the document, for `owner`, and what is only told."""
    found = done(situation) if situation.policy.conflicts else ()
    return (
        tuple(_held(situation, each, owner) for each in found if each.match.bars),
        tuple(
            _reason(situation, each.match, each.act.person) for each in found if not each.match.bars
        ),
    )


def _held(situation: Situation, found: Done, owner: str) -> Held:
    own = tuple((f"own_{name}", text) for name, text in act_words(situation, found.act))
    words = (("person", found.act.person), *words_of(situation, found.match), *own)
    return Held("duties_joined", words, found.match.conflict.place, owner)


def told(situation: Situation, steps: tuple[Step, ...]) -> Iterator[Reason]:
    """Whom the route asks in spite of a conflict, and that nobody may approve twice."""
    if not situation.policy.conflicts:
        return
    asked = sorted(_asked(steps))
    for person in asked:
        for match in matches(situation, person):
            if not match.bars:
                yield _reason(situation, match, person)
    for conflict in grounds(situation).once:
        exempt = [
            ("exempt", str(person))
            for person in asked
            if not let_through(situation, Match(conflict), person).bars
        ]
        yield Reason(APPROVES_ONCE, conflict.place, (("detail", conflict.name), *exempt))


def _asked(steps: tuple[Step, ...]) -> set[PersonId]:
    found: set[PersonId] = set()
    for place in (place for step in steps for part in step.parts for place in leaves(part)):
        for assignee in place.assignees:
            found |= {assignee.person, assignee.on_behalf_of or assignee.person}
        if place.body is not None:
            found |= {*place.body.members, *place.body.recorders}
    return found


def _reason(situation: Situation, match: Match, person: PersonId) -> Reason:
    words = (("person", str(person)), *words_of(situation, match))
    mitigation = match.mitigation
    if mitigation is None:
        return Reason("conflict_warned", match.conflict.place, words)
    words += (("mitigation", mitigation.name), ("monitor", mitigation.monitor))
    return Reason("mitigated", mitigation.place, words)
