"""How a set is exchanged for another one: who approves it, and who puts it in force."""

from __future__ import annotations

from typing import Final

from engine.facts.conditions import ALWAYS
from engine.policy import Approve, Matrix, Row, SetChanges
from engine.scopes import Effective, Scope
from rules.compiling.context import Context
from rules.compiling.files import Header
from rules.compiling.forms import ROLE, as_written, one_or_more
from rules.compiling.shapes import Form, Key, Shape
from rules.compiling.silence import others_needed
from rules.compiling.who import INNER
from rules.reading.nodes import Node

NAME: Final = "policy_changes"
DOCUMENT: Final = "policy_change"
APPROVED_BY: Final = Key("approved_by", INNER, "who approves a change that no schedule covers")
ACTIVATED_BY: Final[Key[tuple[str, ...]]] = Key(
    "activated_by", one_or_more(ROLE), "the roles whose holders put it in force, and roll back"
)
SHAPE: Final = Shape(f"`{NAME}`", (APPROVED_BY, ACTIVATED_BY))
KEY: Final[Key[Node]] = Key(
    NAME,
    Form("who changes the set", as_written, shape=SHAPE),
    "who approves another set, and who puts it in force",
)


def read_set_changes(node: Node | None, header: Header, context: Context) -> SetChanges | None:
    """What `policy_changes` says; `None` where it is not there or has an error."""
    fields = None if node is None else SHAPE.open(node, context)
    if fields is None:
        return None
    word = fields.read(APPROVED_BY, context)
    roles = fields.read(ACTIVATED_BY, context) or ()
    if not fields.written(APPROVED_BY, ACTIVATED_BY):
        message = "expected `approved_by` or `activated_by`, found neither"
        context.error("missing-key", fields.place, message)
    if word is not None and others_needed(word) == 0:
        message = "the requester alone could complete these steps"
        place = fields.at(APPROVED_BY)
        context.error("requester-alone", place, message, "name somebody besides him")
    for role in roles:
        known = context.words.roles.get(role)
        if known is not None and known.body is not None:
            message = f"a body does not act: expected a role that people hold, found `{role}`"
            context.error("not-holders", fields.at(ACTIVATED_BY), message)
    if word is None:
        return SetChanges(fields.place, None, roles)
    place = fields.at(APPROVED_BY)
    matrix = Matrix(
        name=NAME,
        title="",
        file=place.file,
        place=place,
        scope=Scope(),
        effective=Effective(),
        documents=frozenset({DOCUMENT}),
        when=ALWAYS,
        currency="",
        amount="",
        owner=header.owner,
        rows=(Row(name="", place=place, answer=Approve((word,))),),
    )
    return SetChanges(fields.place, matrix, roles)
