"""What a row answers: `approve`, `hold` or `refuse`, and whether a route asks anybody at all.

The module exists for one rule above all: silence never approves. A route of consultations, notices
and ratifications only, or one that the requester alone could complete, is an error.
"""

from __future__ import annotations

from typing import Final

from engine.policy import Answer, Approve, Hold, NotNeeded, Refuse
from engine.routing.words import Word
from rules.compiling.context import PARTS_MAX, Context
from rules.compiling.forms import NAME, TEXT
from rules.compiling.shapes import Fields, Form, Key
from rules.compiling.silence import UNCOUNTED, others_needed, parts_of
from rules.compiling.who import NOT_NEEDED, WORD, read_word
from rules.reading.nodes import Node, Scalar, Sequence

Steps = tuple[Word, ...]


def _read_steps(node: Node, context: Context) -> Steps | None:
    """One word, or a list of words that are steps in order; empty for `not_needed`."""
    if isinstance(node, Scalar) and node.text == NOT_NEEDED:
        return ()
    return read_steps(node, context)


def read_steps(node: Node, context: Context) -> Steps | None:
    """One word, or a list of words that are steps in order."""
    items = node.items if isinstance(node, Sequence) else (node,)
    if not 0 < len(items) <= PARTS_MAX:
        code = "too-many" if items else "empty-list"
        context.error(code, node.place, f"expected 1 to {PARTS_MAX} steps")
        return None
    found = [read_word(item, context) for item in items]
    words = tuple(word for word in found if word is not None)
    if sum(1 for word in words for _ in parts_of(word)) > PARTS_MAX:
        context.error("too-many", node.place, f"a route has at most {PARTS_MAX} approver words")
        return None
    return words if len(words) == len(found) else None


APPROVE: Final[Key[Steps]] = Key(
    "approve",
    Form("steps", _read_steps, words=(NOT_NEEDED,), item=WORD, alone=True),
    "who approves; a list is steps, in order",
)
HOLD: Final = Key("hold", TEXT, "held for a person, with this reason")
REFUSE: Final = Key("refuse", TEXT, "refused, with this reason")
CODE: Final = Key("code", NAME, "a code of your own for what is held, refused or found")
ANSWERS: Final = (APPROVE, HOLD, REFUSE)


def read_answer(fields: Fields, context: Context) -> Answer | None:
    """The one answer of a row; `None` where it has an error, or none (see `exactly_one`)."""
    steps = fields.read(APPROVE, context)
    hold, refuse = fields.read(HOLD, context), fields.read(REFUSE, context)
    code = fields.read(CODE, context) or ""
    if steps is not None:
        return Approve(steps) if steps else NotNeeded()
    if hold is not None:
        return Hold(hold, code)
    return Refuse(refuse, code) if refuse is not None else None


def check_heard(answer: Answer | None, fields: Fields, context: Context) -> None:
    """Report a matrix's route that nobody, or only the requester, has to approve."""
    if not isinstance(answer, Approve):
        return
    place = fields.at(APPROVE)
    if all(isinstance(word, UNCOUNTED) for word in answer.steps):
        message = "nobody approves on this route: to consult, notify or ratify is no approval"
        context.error("silence", place, message, "name somebody who approves")
    else:
        check_not_alone(answer.steps, fields, context)


def check_not_alone(steps: Steps, fields: Fields, context: Context) -> None:
    """Report steps that ask for approval and that the requester alone could complete."""
    asks = [word for word in steps if not isinstance(word, UNCOUNTED)]
    if asks and sum(others_needed(word) for word in asks) == 0:
        message = "the requester alone could complete these steps"
        context.error("requester-alone", fields.at(APPROVE), message, "name somebody besides him")
