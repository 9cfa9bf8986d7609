"""Limits: who may approve how much. No limit, no authority; any limit that matches is enough."""

from __future__ import annotations

from typing import Final

from engine.facts.conditions import ALWAYS, Condition
from engine.money import Money
from engine.organization import Limit
from rules.compiling.conditions import CONDITION
from rules.compiling.context import Context
from rules.compiling.forms import (
    AMOUNT,
    DOCUMENTS,
    ENTITY,
    ROLE_OR_LEVEL,
    YES_NO,
    list_of,
    one_or_more,
)
from rules.compiling.shapes import Fields, Key, Shape
from rules.reading import values
from rules.reading.nodes import Node

WHO: Final[Key[tuple[str, ...]]] = Key(
    "who", one_or_more(ROLE_OR_LEVEL), "a role or level, or several", required=True
)
ENTITY_KEY: Final = Key("entity", ENTITY, "for this entity only")
ENTITIES: Final = Key("entities", list_of(ENTITY), "for these entities only")
DOCUMENTS_KEY: Final = Key("documents", DOCUMENTS, "for these document types only")
WHEN: Final[Key[Condition]] = Key("when", CONDITION, "only where this is true")
UP_TO: Final[Key[Money]] = Key("up_to", AMOUNT, "the largest amount, with its currency")
ANY_AMOUNT: Final = Key("any_amount", YES_NO, "without a largest amount")
JOINTLY: Final = Key("jointly", YES_NO, "all of them together, none of them alone")
SHAPE: Final = Shape(
    "a limit", (WHO, ENTITY_KEY, ENTITIES, DOCUMENTS_KEY, WHEN, UP_TO, ANY_AMOUNT, JOINTLY)
)


def read_limits(node: Node, context: Context) -> list[Limit]:
    """The limits that have no error. Several that do not act jointly are a limit each."""
    found: list[Limit] = []
    for item in values.items(node, context.diagnostics, "a list of limits") or ():
        fields = SHAPE.open(item, context)
        if fields is not None:
            found += _limits(fields, context)
    return found


def _limits(fields: Fields, context: Context) -> list[Limit]:
    who = fields.read(WHO, context)
    entities = _entities(fields, context)
    documents = fields.read(DOCUMENTS_KEY, context)
    when = fields.read(WHEN, context) or ALWAYS
    up_to = _up_to(fields, context)
    is_joint = fields.read(JOINTLY, context) or False
    if who is None:
        return []
    if is_joint and len(who) < 2:
        message = "one alone does not act jointly"
        context.error("list-length", fields.at(JOINTLY), message, "list them after `who`")
        return []
    groups = [who] if is_joint else [(one,) for one in who]
    return [
        Limit(
            who=group,
            up_to=up_to,
            entities=entities,
            documents=frozenset(documents or ()),
            when=when,
            jointly=is_joint,
            place=fields.place,
        )
        for group in groups
    ]


def _entities(fields: Fields, context: Context) -> frozenset[str]:
    if fields.has(ENTITY_KEY) and fields.has(ENTITIES):
        message = "a limit has `entity` or `entities`, not both"
        context.error("more-than-one", fields.at(ENTITIES), message)
    entity = fields.read(ENTITY_KEY, context)
    several = fields.read(ENTITIES, context) or ()
    return frozenset(several if entity is None else (entity, *several))


def _up_to(fields: Fields, context: Context) -> Money | None:
    up_to = fields.read(UP_TO, context)
    is_any = fields.read(ANY_AMOUNT, context)
    key = fields.exactly_one((UP_TO, ANY_AMOUNT), context)
    if key is ANY_AMOUNT and is_any is False:
        help = "leave the limit out: no limit, no authority"
        context.error("not-one-of", fields.at(ANY_AMOUNT), "`any_amount` is `true`", help)
    return up_to
