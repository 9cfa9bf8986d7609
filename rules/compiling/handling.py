"""Handling: delegation, stand-ins, changes, and escalation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from engine.deadlines.spans import span_of
from engine.facts.conditions import ALWAYS
from engine.places import Place
from engine.policy import Changes, DelegationRule, StandInRule
from engine.routing.words import Word
from rules.compiling.approvals import WHEN
from rules.compiling.changes import CHANGES_SHAPE, read_changes
from rules.compiling.context import Context
from rules.compiling.files import KIND, File
from rules.compiling.forms import (
    AMOUNT,
    DOCUMENTS,
    ENTITY,
    LEVEL,
    ROLE,
    SPAN,
    TEXT,
    as_written,
    list_of,
    one_or_more,
    whole,
    word_of,
)
from rules.compiling.forms import LONGEST as LONGEST_FORM
from rules.compiling.requirements import PAPERS, REQUIREMENTS
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.compiling.silence import others_needed
from rules.compiling.who import INNER
from rules.diagnostics import shown
from rules.reading import values
from rules.reading.nodes import Node

LEVELS_MAX: Final = 100
DEPTH_MAX: Final = 5
WAIT_MAX_YEARS: Final = 1
MOST_OF: Final = {  # of each unit in a year
    "business hours": 366 * 24,
    "business days": 366,
    "days": 366,
    "weeks": 52,
    "months": 12,
    "years": 1,
}

DOCUMENTS_KEY: Final = Key("documents", DOCUMENTS, "for these document types", True)
LIMIT: Final = Key(
    "limit", word_of("delegator", "delegate", "lesser"), "whose authority the delegate has"
)
ENTITIES: Final = Key("entities", list_of(ENTITY), "for these entities only")
CAP: Final = Key("cap", AMOUNT, "up to this amount, with its currency")
LONGEST: Final = Key("longest", LONGEST_FORM, "for at most so long; 12 months are 366 days")
LEVEL_GAP: Final = Key("level_gap", whole(0, LEVELS_MAX), "at most so many levels between the two")
DEPTH: Final = Key(
    "depth", whole(0, DEPTH_MAX), "how often a delegate may delegate on (0 if unsaid)"
)
PENDING: Final = Key(
    "pending_tasks", word_of("move", "stay"), "what happens to open tasks (move if unsaid)"
)
TO: Final[Key[Node]] = Key("to", Form("delegate", as_written), "who may be the delegate")
PAPERS_KEY: Final = Key("require", PAPERS, "papers that a delegation needs")
DELEGATION: Final = Shape(
    "a delegation row",
    (
        *(DOCUMENTS_KEY, ENTITIES, WHEN, LIMIT, CAP, LONGEST, LEVEL_GAP, DEPTH),
        *(PENDING, TO, PAPERS_KEY),
    ),
)
TO_LEVEL: Final = Key("level", LEVEL, "somebody of this level or higher")
TO_ROLE: Final[Key[tuple[str, ...]]] = Key("role", one_or_more(ROLE), "a holder of this role")
TO_SHAPE: Final = Shape("`to`", (TO_LEVEL, TO_ROLE))

FOR: Final = Key("for", ROLE, "the role that is stood in for", True)
BY: Final[Key[Word]] = Key("by", INNER, "who stands in", True)
REASONS: Final = Key("because", list_of(word_of("absent", "vacant", "barred")), "why he may", True)
REQUIRE: Final = Key("require", REQUIREMENTS, "what must hold at the moment of the act")
UP_TO: Final = Key("up_to", AMOUNT, "up to this amount, with its currency")
OPTIONAL_DOCUMENTS: Final = Key("documents", DOCUMENTS, "for these document types only")
STAND_IN: Final = Shape("a stand-in", (FOR, BY, REASONS, REQUIRE, UP_TO, OPTIONAL_DOCUMENTS, WHEN))

CALENDAR: Final = Key("calendar", word_of("entity"), "whose working days count", True)


def _read_wait(node: Node, context: Context) -> str | None:
    text = SPAN.read(node, context)
    if text is not None and not _is_short(text):
        message = f"somebody is waited for {WAIT_MAX_YEARS} years at most, found {shown(text)}"
        context.error("span-too-long", node.place, message)
        return None
    return text


def _is_short(text: str) -> bool:
    span = span_of(text)
    return span.count <= MOST_OF[span.unit] * WAIT_MAX_YEARS


WAIT: Final[Form[str]] = Form("length of time", _read_wait)
REMIND: Final = Key("remind_after", WAIT, "when the person is reminded")
ESCALATE: Final = Key("escalate_after", WAIT, "when the next one up is asked", True)
EXHAUSTED: Final = Key("exhausted", word_of("hold"), "what follows when nobody is left", True)
WITHDRAW: Final = Key("withdraw_after", WAIT, "when a held document that nobody works on ends")
ESCALATION_SHAPE: Final = Shape("`escalation`", (CALENDAR, REMIND, ESCALATE, EXHAUSTED, WITHDRAW))

CHANGES_KEY: Final[Key[Node]] = Key(
    "changes", Form("changes", as_written, shape=CHANGES_SHAPE), "what is approved again"
)
DELEGATION_KEY: Final[Key[Node]] = Key(
    "delegation", Form("delegation rows", as_written), "any row that matches allows it"
)
STAND_INS: Final[Key[Node]] = Key("stand_ins", Form("stand-ins", as_written), "who stands in")
ESCALATION: Final[Key[Node]] = Key(
    "escalation", Form("escalation", as_written, shape=ESCALATION_SHAPE), "when nobody answers"
)
TITLE: Final = Key("title", TEXT, "how reports call it")
SHAPE: Final = Shape(
    "a handling file",
    (
        KIND,
        Key("title", TEXT, "how reports call it"),
        DELEGATION_KEY,
        STAND_INS,
        CHANGES_KEY,
        ESCALATION,
    ),
)


@dataclass(slots=True)
class Handling:
    """Everything that the `handling` files of a set say, while they are read."""

    delegation: list[DelegationRule] = field(default_factory=list)
    stand_ins: list[StandInRule] = field(default_factory=list)
    changes: Changes | None = None
    escalation: dict[str, str] = field(default_factory=dict)
    escalation_place: Place | None = None


def read_handling(file: File, handling: Handling, context: Context) -> None:
    """Add one file."""
    fields = SHAPE.open(file.root, context)
    if fields is None:
        return
    fields.read(TITLE, context)
    for item in _items(fields, DELEGATION_KEY, context):
        row = DELEGATION.open(item, context)
        found = None if row is None else _delegation(row, context)
        if found is not None:
            handling.delegation.append(found)
    for item in _items(fields, STAND_INS, context):
        row = STAND_IN.open(item, context)
        stand_in = None if row is None else _stand_in(row, context)
        if stand_in is not None:
            handling.stand_ins.append(stand_in)
    _escalation(fields, handling, context)
    _changes(fields, handling, context)


def _items(fields: Fields, key: Key[Node], context: Context) -> tuple[Node, ...]:
    node = fields.node(key)
    if node is None:
        return ()
    found = values.items(node, context.diagnostics, "a list")
    if found is not None and not found:
        context.error("empty-list", node.place, "expected at least one item, found none")
    return found or ()


def _delegation(fields: Fields, context: Context) -> DelegationRule | None:
    documents, limit = fields.read(DOCUMENTS_KEY, context), fields.read(LIMIT, context)
    if not fields.has(LIMIT) and fields.is_whole:
        message = "a delegation states `limit`: whose authority the delegate has"
        help = "write `limit: lesser`, `limit: delegator` or `limit: delegate`"
        context.error("choice-not-stated", fields.place, message, help)
    entities, cap = fields.read(ENTITIES, context), fields.read(CAP, context)
    longest, depth = fields.read(LONGEST, context), fields.read(DEPTH, context)
    level_gap, pending = fields.read(LEVEL_GAP, context), fields.read(PENDING, context)
    papers, when = fields.read(PAPERS_KEY, context), fields.read(WHEN, context)
    level, roles = _to(fields.node(TO), context)
    if documents is None or limit is None or (when is None and fields.has(WHEN)):
        return None
    return DelegationRule(
        place=fields.place,
        documents=frozenset(documents),
        limit=limit,
        entities=frozenset(entities or ()),
        cap=cap,
        longest=longest or 0,
        level_gap=-1 if level_gap is None else level_gap,
        depth=depth or 0,
        to_level=level,
        to_roles=frozenset(roles),
        require=frozenset(papers or ()),
        when=when or ALWAYS,
        pending_stay=pending == "stay",
    )


def _to(node: Node | None, context: Context) -> tuple[str, tuple[str, ...]]:
    fields = None if node is None else TO_SHAPE.open(node, context)
    if fields is None:
        return "", ()
    if not fields.written(TO_LEVEL, TO_ROLE) and fields.is_whole:
        message = "`to` needs `level`, `role` or both"
        context.error("missing-key", fields.place, message)
    return fields.read(TO_LEVEL, context) or "", fields.read(TO_ROLE, context) or ()


def _stand_in(fields: Fields, context: Context) -> StandInRule | None:
    role, by = fields.read(FOR, context), fields.read(BY, context)
    reasons = fields.read(REASONS, context)
    require, up_to = fields.read(REQUIRE, context), fields.read(UP_TO, context)
    documents, when = fields.read(OPTIONAL_DOCUMENTS, context), fields.read(WHEN, context)
    if role is not None and context.words.roles[role].body is not None:
        message = f"{shown(role)} is a body, and nobody stands in for a body"
        context.error("not-holders", fields.at(FOR), message)
    if by is not None and others_needed(by) == 0:
        message = "the requester does not stand in for an approver"
        context.error("requester-alone", by.place, message)
    if role is None or by is None or reasons is None or (when is None and fields.has(WHEN)):
        return None
    return StandInRule(
        place=fields.place,
        for_role=role,
        by=by,
        because=frozenset(reasons),
        require=require or (),
        up_to=up_to,
        documents=frozenset(documents or ()),
        when=when or ALWAYS,
    )


def _escalation(fields: Fields, handling: Handling, context: Context) -> None:
    node = fields.node(ESCALATION)
    inner = None if node is None else ESCALATION_SHAPE.open(node, context)
    if inner is None:
        return
    if handling.escalation_place is not None:
        message = f"`escalation` is written at {handling.escalation_place} already"
        context.error("name-taken", fields.at(ESCALATION), message)
    handling.escalation_place = fields.at(ESCALATION)
    for key in (CALENDAR, REMIND, ESCALATE, EXHAUSTED, WITHDRAW):
        value = inner.read(key, context)
        if value is not None:
            handling.escalation[key.name] = value


def _changes(fields: Fields, handling: Handling, context: Context) -> None:
    node = fields.node(CHANGES_KEY)
    found = None if node is None else read_changes(node, fields.at(CHANGES_KEY), context)
    if found is None:
        return
    if handling.changes is not None:
        message = f"`changes` is written at {handling.changes.place} already"
        context.error("name-taken", fields.at(CHANGES_KEY), message)
    handling.changes = found
