"""Nobody may approve his own document: is there always somebody else?

Where the documents of those who must approve a rule are held, as if they were their own need, the
rule, the persons and the smallest fix are reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from engine.master_data import PersonId
from engine.places import Place
from rules.checks.with_people.fixes import smallest_fix
from rules.checks.with_people.trying import Result, Tried, places_needed
from rules.checks.with_people.unapprovable import Reason, people_text, reason_of, witness_of
from rules.checks.with_people.world import World
from rules.diagnostics import Diagnostics

MOST_REPORTS: Final = 40  # of one set


@dataclass(slots=True)
class Fallbacks:
    """By rule and reason, those whose own documents find nobody; each with the first document.

    `named` are the rows for which a person is among them, `first` the first document of a row for
    which somebody is stuck.
    """

    found: dict[tuple[Place, Reason], dict[PersonId, Tried]] = field(default_factory=dict)
    named: set[tuple[Place, PersonId]] = field(default_factory=set)
    first: dict[tuple[Place, Reason, PersonId], Tried] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Takes over those who must approve the usual route and are stuck themselves."""
        usual = result.usual
        if usual is None or result.setting.parts:
            return
        row = result.trial.subject.row.place
        stuck = {each.alike.first: each for each in result.stuck}
        for person, tried in stuck.items():
            self.first.setdefault((row, reason_of(tried), person), tried)
        asked = {a.person: None for place in places_needed(usual) for a in place.assignees}
        for person in asked:
            if person not in stuck or (row, person) in self.named:
                continue
            self.named.add((row, person))
            reason = reason_of(stuck[person])
            by_person = self.found.setdefault((result.trial.subject.place, reason), {})
            by_person[person] = self.first[row, reason, person]


def report(world: World, fallbacks: Fallbacks, diagnostics: Diagnostics) -> None:
    """One report for each rule and reason."""
    for (place, (_, code, _, _)), people in islice(fallbacks.found.items(), MOST_REPORTS):
        whose = "a document of" if len(people) == 1 else "documents of"
        verb = "finds" if len(people) == 1 else "find"
        it = "it" if len(people) == 1 else "them"
        who = people_text(list(people))
        message = f"{whose} {who} {verb} nobody who may approve {it} ({code})"
        first = next(iter(people.values()))
        help = smallest_fix(world, first)
        diagnostics.error("no-fallback", place, message, help, witness_of(first))
    more = len(fallbacks.found) - MOST_REPORTS
    if more > 0:
        message = f"and {more} more rules for which somebody's own documents find nobody"
        diagnostics.error("no-fallback", world.policy.matrices[-1].place, message)
