"""The approver words: who is asked, from `cfo` to `{at_least: 3, of: officer, among_them: ...}`.

A mapping is read by its own key (`all`, `chain`, `notify` ...), each with a shape of its own. What
never counts as an approval stands as a step of its own, so that no silence can fill a place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from engine.routing.words import (
    BodyWord,
    Consult,
    Distinct,
    First,
    LevelWord,
    Notify,
    OwnerWord,
    Ratify,
    RequesterWord,
    RoleWord,
    Signed,
    Together,
    Word,
)
from rules.compiling import chains
from rules.compiling.context import NESTING_MAX, PARTS_MAX, Context
from rules.compiling.forms import LEVEL, NAME, ROLE, SPAN, list_of, whole
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.compiling.silence import UNCOUNTED, others_needed
from rules.diagnostics import shown
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, described, words_hint
from rules.reading.nodes import Sequence as SequenceNode

OWNERS: Final = ("cost_center_owner", "project_manager", "budget_holder", "requester.manager")
NOT_NEEDED: Final = "not_needed"
_SEVERAL: Final = re.compile(r" *, *(?:and +)?| +(?:and|und|&|\+) +")
RESERVED: Final = frozenset({*OWNERS, "requester", NOT_NEEDED, "supervisors"})  # not for roles


def read_word(node: Node, context: Context) -> Word | None:
    """One approver word; `None` after an error."""
    match node:
        case Scalar():
            return _plain(node, context)
        case MappingNode():
            if context.depth > NESTING_MAX:
                message = f"approver words are nested at most {NESTING_MAX} deep"
                context.error("too-deep", node.place, message)
                return None
            return _keyed(node, context)
        case SequenceNode():
            message = "expected one approver word, found a list"
            help = "a list stands only for steps, right after `approve`; inside, say `all` or `any`"
            context.error("expected-text", node.place, message, help)
            return None


def _plain(node: Scalar, context: Context) -> Word | None:
    name, place = node.text, node.place
    if node.empty:
        context.error("empty-value", place, "expected an approver word, found nothing")
        return None
    if name in OWNERS:
        return OwnerWord(name, place)
    if name == "requester":
        return RequesterWord(place)
    if name == NOT_NEEDED:
        message = "`not_needed` stands alone: it says that nobody is asked"
        context.error("not-needed", place, message)
        return None
    role = context.words.roles.get(name)
    if role is not None:
        return RoleWord(name, place) if role.body is None else BodyWord(name, place)
    if name in context.words.levels:
        help = f"write `{{level: {name}}}`"
        context.error("unknown-role", place, f"{shown(name)} is a level and not a role", help)
        return None
    pieces = [] if node.quoted else _SEVERAL.split(name)
    several = words_hint("approve", pieces)
    if several is not None:
        message = f"expected one approver word, found {shown(name)}"
        context.error("unknown-role", place, message, several)
        return None
    known = (*context.words.roles, *OWNERS, "requester")
    context.unknown("unknown-role", place, "role", name, known)
    return None


def _read_inner(node: Node, context: Context) -> Word | None:
    """A word inside another: it must be one whose answer counts."""
    word = read_word(node, context.deeper())
    if isinstance(word, UNCOUNTED):
        what = type(word).__name__.lower()
        message = f"`{what}` is no approval and cannot fill a place inside another word"
        context.error("silence", word.place, message, "let it stand as a step of its own")
        return None
    return word


def _read_list(node: Node, context: Context) -> tuple[Word, ...] | None:
    if not isinstance(node, SequenceNode):
        message = f"expected a list of approver words, found {described(node)}"
        context.error("expected-list", node.place, message)
        return None
    if not 0 < len(node.items) <= PARTS_MAX:
        code = "too-many" if node.items else "empty-list"
        context.error(code, node.place, f"expected 1 to {PARTS_MAX} approver words")
        return None
    found = [_read_inner(item, context) for item in node.items]
    words = tuple(word for word in found if word is not None)
    return words if len(words) == len(found) else None


def _read_among(node: Node, context: Context) -> tuple[tuple[int, tuple[str, ...]], ...] | None:
    """`{2: [ceo, coo, cfo]}`."""
    if not isinstance(node, MappingNode) or not node.entries:
        message = f"expected a number with a list of roles, found {described(node)}"
        context.error("expected-mapping", node.place, message, "write `{2: [ceo, cfo]}`, say")
        return None
    found = []
    for key, value in node.entries:
        number = COUNT.read(key, context)
        roles = list_of(ROLE).read(value, context)
        if number is not None and roles is not None:
            found.append((number, roles))
    return tuple(found) if len(found) == len(node.entries) else None


WORD: Final[Form[Word]] = Form("approver word", read_word)
INNER: Final[Form[Word]] = Form("approver word", _read_inner)
WORDS: Final[Form[tuple[Word, ...]]] = Form("list of approver words", _read_list, item=INNER)
COUNT: Final = whole(1, PARTS_MAX)

ALL: Final = Key("all", WORDS, "every one of these, each a different person", required=True)
ANY_KEY: Final = Key("any", WORDS, "one of these", required=True)
AT_LEAST: Final = Key("at_least", COUNT, "how many different persons", required=True)
OF: Final[Key[Node]] = Key(
    "of", chains.OF.form, "a list of places, or one word with several holders", required=True
)
AMONG: Final = Key("among_them", Form("counted roles", _read_among), "how many hold which roles")
LEVEL_KEY: Final = Key("level", LEVEL, "one person of this level or higher", required=True)
FIRST: Final = Key("first", WORDS, "the first of these that can be completed", required=True)
WHO: Final = Key("who", INNER, "who is asked", required=True)
AS: Final = Key("as", NAME, "a word for the record: signs, verifies, reviews")
OBJECT_IN: Final = Key("may_object_in", SPAN, "until when an objection refuses the document")
CONSULT: Final = Key("consult", INNER, "must answer, but a no does not stop", required=True)
NOTIFY: Final[Key[Node]] = Key("notify", chains.OF.form, "is told", required=True)
RATIFY: Final[Key[Node]] = Key("ratify", chains.OF.form, "approves afterwards", required=True)
BY: Final[Key[Word]] = Key("by", INNER, "who approves afterwards", required=True)
WITHIN: Final = Key("within", SPAN, "until when; without it, at once")

TOLD: Final = Shape("`notify`", (WHO, OBJECT_IN, AS))
RATIFIED: Final = Shape("`ratify`", (BY, WITHIN))


def _all(fields: Fields, context: Context) -> Word | None:
    parts = fields.read(ALL, context)
    return None if parts is None else _together(fields, ALL, len(parts), parts, context)


def _any(fields: Fields, context: Context) -> Word | None:
    parts = fields.read(ANY_KEY, context)
    return None if parts is None else Together(1, parts, fields.place)


def _at_least(fields: Fields, context: Context) -> Word | None:
    need = fields.read(AT_LEAST, context)
    among = fields.read(AMONG, context)
    node = fields.read(OF, context)
    if node is None:
        return None
    if isinstance(node, SequenceNode):
        return _of_list(fields, need, node, context)
    of = _read_inner(node, context)
    if of is None or need is None or (among is None and fields.has(AMONG)):
        return None
    if not isinstance(of, RoleWord | LevelWord):
        message = "expected a role or a level with several holders, or a list of places"
        context.error("not-holders", node.place, message)
        return None
    return _of_holders(fields, need, of, among or (), context)


def _of_list(fields: Fields, need: int | None, node: SequenceNode, context: Context) -> Word | None:
    parts = _read_list(node, context)
    if fields.has(AMONG):
        help = "name one role after `of`, such as `of: officer`"
        context.error("unknown-key", fields.at(AMONG), "`among_them` is for one word", help)
        return None
    if parts is None or need is None:
        return None
    return _together(fields, AT_LEAST, need, parts, context)


def _together(
    fields: Fields, key: Key[Any], need: int, parts: tuple[Word, ...], context: Context
) -> Word | None:
    """So many of the parts; an error where seats do not suffice for different persons."""
    roles = Counter(part.role for part in parts if isinstance(part, RoleWord))
    known = context.words.roles
    missing = sum(
        max(0, count - known[role].seats) for role, count in roles.items() if known[role].seats
    )
    if need > len(parts) - missing:
        filled = len(parts) - missing
        message = f"{need} different persons are asked for, and {filled} places can be filled"
        context.error("too-few-places", fields.at(key), message)
        return None
    return Together(need, parts, fields.place)


def _of_holders(
    fields: Fields,
    need: int,
    of: RoleWord | LevelWord,
    among: tuple[tuple[int, tuple[str, ...]], ...],
    context: Context,
) -> Word | None:
    seats = context.words.roles[of.role].seats if isinstance(of, RoleWord) else 0
    if 0 < seats < need:
        message = f"{need} different holders are asked for, and the role has `seats: {seats}`"
        context.error("too-few-places", fields.at(AT_LEAST), message)
        return None
    largest = max((count for count, _ in among), default=0)
    if largest > need:
        message = f"{largest} of {need} persons can never be found"
        context.error("too-few-places", fields.at(AMONG), message)
        return None
    return Distinct(need, of, among, fields.place)


def _level(fields: Fields, context: Context) -> Word | None:
    level = fields.read(LEVEL_KEY, context)
    return None if level is None else LevelWord(level, fields.place)


def _first(fields: Fields, context: Context) -> Word | None:
    parts = fields.read(FIRST, context)
    return None if parts is None else First(parts, fields.place)


def _chain(fields: Fields, context: Context) -> Word | None:
    node = fields.read(chains.OF, context)
    of = None if node is None else _read_inner(node, context)
    if of is not None and others_needed(of) == 0:
        message = "a chain that starts with the requester would ask him"
        context.error("requester-alone", of.place, message, "leave `of` out")
    chain = chains.build_chain(fields, of, context)
    return None if node is not None and of is None else chain


def _signed(fields: Fields, context: Context) -> Word | None:
    who, as_ = fields.read(WHO, context), fields.read(AS, context)
    if who is None or (as_ is None and fields.has(AS)):
        return None
    return who if as_ is None else Signed(who, as_, fields.place)


def _consult(fields: Fields, context: Context) -> Word | None:
    who = fields.read(CONSULT, context)
    return None if who is None else Consult(who, fields.place)


def _notify(fields: Fields, context: Context) -> Word | None:
    node = fields.read(NOTIFY, context)
    if node is None:
        return None
    if not isinstance(node, MappingNode) or "who" not in node.keys:
        who = _read_inner(node, context)
        return None if who is None else Notify(who, place=fields.place)
    told = TOLD.open(node, context)
    if told is None:
        return None
    who, within = _signed(told, context), told.read(OBJECT_IN, context)
    if who is None or (within is None and told.has(OBJECT_IN)):
        return None
    return Notify(who, within or "", fields.place)


def _someone_else(fields: Fields, key: Key[Word], context: Context) -> Word | None:
    """The word of a key; the requester alone does not do here."""
    word = fields.read(key, context)
    if word is not None and others_needed(word) == 0:
        message = "the requester does not answer for his own need"
        context.error("requester-alone", word.place, message, "name somebody else")
        return None
    return word


def _ratify(fields: Fields, context: Context) -> Word | None:
    node = fields.read(RATIFY, context)
    if node is None:
        return None
    if not isinstance(node, MappingNode) or not {"by", "within"} & set(node.keys):
        message = f"expected `{{by: ..., within: 30 days}}`, found {described(node)}"
        context.error("expected-mapping", node.place, message)
        return None
    inner = RATIFIED.open(node, context)
    if inner is None:
        return None
    by, within = _someone_else(inner, BY, context), inner.read(WITHIN, context)
    if by is None or (within is None and inner.has(WITHIN)):
        return None
    return Ratify(by, within or "", fields.place)


_Build = Callable[[Fields, Context], Word | None]
SHAPES: Final[Mapping[str, tuple[Shape, _Build]]] = MappingProxyType(
    {
        "all": (Shape("`all`", (ALL,)), _all),
        "any": (Shape("`any`", (ANY_KEY,)), _any),
        "at_least": (Shape("`at_least`", (AT_LEAST, OF, AMONG)), _at_least),
        "level": (Shape("`level`", (LEVEL_KEY,)), _level),
        "first": (Shape("`first`", (FIRST,)), _first),
        "chain": (chains.SHAPE, _chain),
        "who": (Shape("`who`", (WHO, AS)), _signed),
        "consult": (Shape("`consult`", (CONSULT,)), _consult),
        "notify": (Shape("`notify`", (NOTIFY,)), _notify),
        "ratify": (Shape("`ratify`", (RATIFY,)), _ratify),
    }
)


def _keyed(node: MappingNode, context: Context) -> Word | None:
    name = next((key for key in node.keys if key in SHAPES), None)
    if name is None:
        first = node.entries[0][0] if node.entries else None
        help = "an approver word begins with " + ", ".join(f"`{key}`" for key in SHAPES)
        if first is not None:
            help = context.suggester.near("approver word", first.text, SHAPES) or help
        found = "an empty mapping" if first is None else shown(first.text)
        place = node.place if first is None else first.place
        context.error("unknown-key", place, f"expected an approver word, found {found}", help)
        return None
    shape, build = SHAPES[name]
    fields = shape.open(node, context)
    return None if fields is None else build(fields, context)
