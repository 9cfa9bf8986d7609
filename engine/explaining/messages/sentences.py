"""Sentences about a route: who is asked, as what, for how much, and what stands together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from engine.decision import Ask, Assignee, Assignment, Ballot, Group, Part, Step, Via
from engine.explaining.messages import Catalogue, Family

_BUILT_IN = frozenset(
    {"cost_center_owner", "project_manager", "budget_holder", "requester.manager", "requester"}
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A language, the names of persons by id, and where on the route each assignment stands."""

    catalogue: Catalogue
    names: Mapping[str, str]
    steps: Mapping[int, int]

    def phrase(self, name: str, **words: str) -> str:
        """A phrase of the catalogue, filled in."""
        return self.catalogue.phrase(name, words)

    def person(self, person: str) -> str:
        """The person's name with the id, or the id alone where no name is known."""
        name = self.names.get(person, "")
        return f"{name} ({person})" if name and name != person else person


def speaker(catalogue: Catalogue, names: Mapping[str, str], steps: tuple[Step, ...]) -> Speaker:
    """A speaker that knows at which step each assignment of the route stands."""
    where = {
        assignment.id: step.number
        for step in steps
        for part in step.parts
        for assignment in assignments(part)
    }
    return Speaker(catalogue, names, where)


def assignments(part: Part) -> Iterator[Assignment]:
    """Every assignment of a part, in reading order."""
    match part:
        case Assignment():
            yield part
        case Group():
            for inner in part.parts:
                yield from assignments(inner)
        case _:
            assert_never(part)


def approvals(part: Part) -> int:
    """The fewest approvals that fill the part; what an earlier approval fills counts none."""
    match part:
        case Assignment():
            return 1 if part.ask is Ask.APPROVE and part.already < 0 else 0
        case Group():
            return sum(sorted(approvals(inner) for inner in part.parts)[: part.need])
        case _:
            assert_never(part)


def word_text(say: Speaker, word: str, about: str = "") -> str:
    """What a word for an approver means; a declared role is said as the policy writes it."""
    if word in _BUILT_IN:
        return say.phrase(f"word.{word}", object=about)
    if word == "chain":
        return say.phrase("word.chain")
    return say.phrase("word.other", word=word, object=about)


def assignment_sentence(say: Speaker, assignment: Assignment) -> str:
    """`Mia approves 6,000.00 USD (owner of the cost center cc100)`."""
    word = word_text(say, assignment.word, assignment.object)
    if assignment.body is not None:
        sentence = _body(say, word, assignment.body)
    else:
        amount = say.catalogue.amount(assignment.amount)
        sentence = say.phrase(
            f"ask.{assignment.ask}",
            who=persons(say, assignment.assignees),
            amount=amount,
            within=assignment.within,
        )
        signed = "role.signed" if assignment.as_ else "role"
        sentence += say.phrase(signed, word=word, **{"as": assignment.as_})
    if assignment.already >= 0:
        step = str(say.steps.get(assignment.already, assignment.already + 1))
        sentence += "; " + say.phrase("already", where=say.phrase("in.step", number=step))
    return sentence


def _body(say: Speaker, word: str, body: Ballot) -> str:
    if body.recorders:
        names = ", ".join(say.person(person) for person in body.recorders)
        return say.phrase("body.record", word=word, persons=names)
    share = say.phrase("share.above" if body.above else "share.from", share=body.in_favour)
    return say.phrase(
        "body.vote",
        word=word,
        present=str(body.present),
        members=str(len(body.members)),
        share=share,
    )


def persons(say: Speaker, assignees: tuple[Assignee, ...]) -> str:
    """`Mia`, `one of Ann, Bob`, with the reason why each may act where it is not his own post."""
    if not assignees:
        return say.phrase("nobody")
    said = [assignee_text(say, assignee) for assignee in assignees]
    return said[0] if len(said) == 1 else say.phrase("one_of", persons=", ".join(said))


def assignee_text(say: Speaker, assignee: Assignee) -> str:
    """`Dan`, or `Dan [delegate of Vera, delegation D-1]`."""
    name = say.person(assignee.person)
    via = via_text(say, assignee)
    return f"{name} [{via}]" if via else name


def via_text(say: Speaker, assignee: Assignee) -> str:
    """How he comes to be asked; empty where the post is his own."""
    if assignee.via is Via.HOLDER:
        return ""
    behalf = say.person(assignee.on_behalf_of) if assignee.on_behalf_of else ""
    return say.phrase(f"via.{assignee.via}", **{"for": behalf, "delegation": assignee.delegation})


def group_sentence(say: Speaker, group: Group) -> str:
    """`2 of these 3, each by a different person`."""
    count = len(group.parts)
    if group.need == count:
        name = "group.all"
    elif group.need == 1:
        name = "group.any"
    else:
        name = "group.some"
    return say.phrase(name, need=str(group.need), count=str(count))


def notes_text(say: Speaker, assignment: Assignment, full: bool) -> tuple[str, ...]:
    """The notes of an assignment in words; an unknown one as its code."""
    said = []
    for code in assignment.notes:
        text = say.catalogue.text(Family.NOTE, code)
        said.append(code if text is None else text.full if full else text.short)
    return tuple(said)
