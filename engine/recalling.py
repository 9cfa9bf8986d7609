"""A decision out of what was written of it: the inverse of `engine.recording.to_plain`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from engine.decision import (
    Ask,
    Assignee,
    Assignment,
    Ballot,
    Comparison,
    Decision,
    Finding,
    Group,
    Held,
    Outcome,
    Part,
    Passed,
    Reason,
    ReviewTask,
    Step,
    Via,
)
from engine.master_data import PersonId
from engine.places import NOWHERE, Place

Kept = Mapping[str, Any]

_TEXTS: Final = (
    "document document_digest policy policy_digest data_digest matrix row amount digest".split()
)


def recalled(plain: Kept) -> Decision:
    """The decision. Raises `KeyError`, `ValueError` or `TypeError` for what none was written as."""
    return Decision(
        outcome=Outcome(plain["outcome"]),
        now=datetime.fromisoformat(plain["now"]),
        row_place=_place(plain["row_place"]),
        steps=tuple(Step(each["number"], _parts(each["parts"])) for each in plain["steps"]),
        findings=tuple(
            Finding(each["code"], each["text"], _place(each["place"])) for each in plain["findings"]
        ),
        reviews=tuple(_review(each) for each in plain["reviews"]),
        held=None if plain["held"] is None else _held(plain["held"]),
        refused=None if plain["refused"] is None else _reason(plain["refused"]),
        reasons=tuple(_reason(each) for each in plain["reasons"]),
        compared=tuple((_place(each["place"]), _compared(each)) for each in plain["compared"]),
        passed_over=tuple(_passed(each) for each in plain["passed_over"]),
        rates=tuple(plain["rates"]),
        **{name: str(plain[name]) for name in _TEXTS},
    )


def _place(text: str) -> Place:
    if not text:
        return NOWHERE
    file, line, column = text.rsplit(":", 2)
    return Place(file, int(line), int(column))


def _words(plain: Kept) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, text)
        for name, value in plain.items()
        for text in (value if isinstance(value, list) else [value])
    )


def _reason(plain: Kept) -> Reason:
    return Reason(plain["code"], _place(plain["place"]), _words(plain["words"]))


def _held(plain: Kept) -> Held:
    return Held(plain["code"], _words(plain["words"]), _place(plain["place"]), plain["owner"])


def _passed(plain: Kept) -> Passed:
    return Passed(PersonId(plain["person"]), plain["code"], plain["word"], _words(plain["words"]))


def _compared(plain: Kept) -> Comparison:
    return Comparison(plain["fact"], plain["left"], plain["sign"], plain["right"], plain["result"])


def _review(plain: Kept) -> ReviewTask:
    return ReviewTask(
        plain["documents"], plain["code"], _parts(plain["parts"]), _place(plain["place"])
    )


def _parts(plain: list[Kept]) -> tuple[Part, ...]:
    return tuple(
        Group(each["need"], _parts(each["parts"])) if "need" in each else _assignment(each)
        for each in plain
    )


def _assignment(plain: Kept) -> Assignment:
    return Assignment(
        id=plain["id"],
        word=plain["word"],
        assignees=tuple(_assignee(each) for each in plain["assignees"]),
        place=_place(plain["place"]),
        ask=Ask(plain["ask"]),
        object=plain["object"],
        amount=plain["amount"],
        as_=plain["as"],
        within=plain["within"],
        body=None if plain["body"] is None else _ballot(plain["body"]),
        already=plain["already"],
        notes=tuple(plain["notes"]),
    )


def _assignee(plain: Kept) -> Assignee:
    other = plain["on_behalf_of"]
    return Assignee(
        PersonId(plain["person"]),
        Via(plain["via"]),
        None if other is None else PersonId(other),
        plain["delegation"],
    )


def _ballot(plain: Kept) -> Ballot:
    return Ballot(
        members=tuple(map(PersonId, plain["members"])),
        present=plain["present"],
        in_favour=plain["in_favour"],
        above=plain["above"],
        recorders=tuple(map(PersonId, plain["recorders"])),
        votes=tuple((PersonId(person), number) for person, number in plain["votes"]),
    )
