"""Entities, levels and roles: the words of `organization.yaml`; limits are in `limits.py`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from engine.facts.kinds import Kind
from engine.facts.vocabulary import Of
from engine.organization import Body, Entity, Role
from engine.places import Place
from rules.compiling.authorities import AUTHORITATIVE, SYSTEMS
from rules.compiling.bounds import bound_keys
from rules.compiling.context import Context, Vocabulary
from rules.compiling.files import KIND, File
from rules.compiling.forms import (
    COUNTRY,
    CURRENCY,
    NAME,
    PERCENT,
    ROLE,
    TEXT,
    as_written,
    names_in,
    percentage_of,
    whole,
)
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.compiling.weeks import WEEK, Week
from rules.compiling.who import RESERVED
from rules.diagnostics import shown
from rules.reading import values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, described

SEATS_MAX: Final = 1_000
_EVERYWHERE: Final = ("entity", "country", "region", "group")
_PER_KINDS: Final = frozenset({Kind.CHOICE, Kind.TEXT, Kind.SCALE})


def _read_zone(node: Node, context: Context) -> str | None:
    value = values.scalar(node, context.diagnostics, "a time zone like `Europe/Berlin`")
    if value is None:
        return None
    if _is_zone(value.text):
        return value.text
    help = context.suggester.near("time zone", value.text, _zones())
    message = f"no time zone named {shown(value.text)}"
    context.error("unknown-zone", value.place, message, help or "write `Europe/Berlin`, say")
    return None


@cache
def _zones() -> tuple[str, ...]:
    """Every time zone there is: looked up once, since that reads many files."""
    return tuple(sorted(available_timezones()))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return "/" in name or name == "UTC"


_ZONE: Final[Form[str]] = Form("time zone", _read_zone)
COUNTRY_KEY: Final = Key("country", COUNTRY, "the country, by its two letters", required=True)
REGION: Final = Key("region", TEXT, "a region that files can be scoped to")
CURRENCY_KEY: Final = Key("currency", CURRENCY, "the currency of its books", required=True)
ZONE: Final = Key("zone", _ZONE, "its time zone, such as `Europe/Berlin`", required=True)
WEEK_KEY: Final = Key("week", WEEK, "its working week (`Mon-Fri 09:00-17:00` if unsaid)")
HOLIDAYS: Final = Key("holidays", TEXT, "its holiday calendar")
TAX_RECOVERY: Final = Key("tax_recovery", PERCENT, "the share of input tax that it recovers")
FISCAL_YEAR: Final = Key("fiscal_year_starts", whole(1, 12), "the first month of its fiscal year")
ENTITY: Final = Shape(
    "an entity",
    (COUNTRY_KEY, REGION, CURRENCY_KEY, ZONE, WEEK_KEY, HOLIDAYS, TAX_RECOVERY, FISCAL_YEAR),
)

MEMBERS: Final = Key("of", ROLE, "the role whose holders vote")
PRESENT: Final = Key("present", whole(1, SEATS_MAX), "how many of them must take part")
IN_FAVOUR: Final[Key[Node]] = Key(
    "in_favour", Form("share", as_written), "the share in favour: `{above: 50%}`"
)
VOTES: Final[Key[Node]] = Key("votes", Form("votes", as_written), "roles with other than one vote")
RECORDED_BY: Final = Key("recorded_by", ROLE, "the role that records its resolution with a paper")
BODY: Final = Shape("a body", (MEMBERS, PRESENT, IN_FAVOUR, VOTES, RECORDED_BY))

SEATS: Final = Key("seats", whole(1, SEATS_MAX), "how many may hold it; 1 for a post")
PER: Final = Key(
    "per",
    TEXT,
    "what a holder is for: `entity` (if unsaid), `country`, `region`, `group` for all, or a fact",
)
BODY_KEY: Final[Key[Node]] = Key("body", Form("body", as_written, shape=BODY), "it decides by vote")
ROLE_SHAPE: Final = Shape("a role", (SEATS, PER, BODY_KEY))

ENTITIES: Final[Key[Node]] = Key("entities", Form("entities", as_written), "entities by id")
LEVELS: Final[Key[Node]] = Key(
    "levels", Form("list of names", as_written, item=NAME), "levels in ascending order"
)
ROLES: Final[Key[Node]] = Key("roles", Form("roles", as_written), "roles by name")
LIMITS: Final[Key[Node]] = Key("limits", Form("limits", as_written), "who may approve how much")
SHAPE: Final = Shape(
    "an organization", (KIND, ENTITIES, LEVELS, ROLES, LIMITS, SYSTEMS, AUTHORITATIVE)
)


@dataclass(slots=True)
class Words:
    """What organization files declare, while they are read. `limits` and `systems` are not yet."""

    entities: dict[str, Entity] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    roles: dict[str, Role] = field(default_factory=dict)
    bodies: list[tuple[str, Node]] = field(default_factory=list)
    per: list[tuple[str, Place]] = field(default_factory=list)
    limits: list[Node] = field(default_factory=list)
    systems: list[Fields] = field(default_factory=list)

    def vocabulary(self, unsure: bool) -> Vocabulary:
        """The words, without facts and documents."""
        meant = {name: values.name_as_meant(name) for name in (*self.roles, *self.levels)}
        misspelt = {name: better for name, better in meant.items() if better != name}
        return Vocabulary(
            MappingProxyType({}),
            frozenset(),
            MappingProxyType(self.roles),
            self.levels,
            MappingProxyType(self.entities),
            unsure=unsure,
            refused=frozenset(misspelt.values()),
            misspelt=frozenset(misspelt),
        )


def declare(files: list[File], context: Context) -> Words:
    """The first pass: every entity, level and role by name."""
    words = Words()
    level_place: Place | None = None
    for file in files:
        fields = SHAPE.open(file.root, context)
        if fields is None:
            continue
        for key, value in _named(fields, ENTITIES, context):
            _declare_entity(key, value, words, context)
        for key, value in _named(fields, ROLES, context):
            _declare_role(key, value, words, context)
        level_place = _declare_levels(fields, level_place, words, context)
        limits = fields.node(LIMITS)
        if limits is not None:
            words.limits.append(limits)
        if fields.written(SYSTEMS, AUTHORITATIVE):
            words.systems.append(fields)
    for level in words.levels:
        if level in words.roles:
            message = f"{shown(level)} is a level, and roles have names of their own"
            context.error("name-taken", words.roles[level].place, message)
    return words


def _declare_levels(
    fields: Fields, earlier: Place | None, words: Words, context: Context
) -> Place | None:
    """Add the levels of one file; the place where a scale is written now or was before."""
    node = fields.node(LEVELS)
    if node is None:
        return earlier
    if earlier is not None:
        message = f"`levels` is one scale, and it is declared at {earlier} already"
        context.error("name-taken", fields.at(LEVELS), message)
        return earlier
    for name, place in names_in(node, context):
        if name in words.levels:
            context.error("twice", place, f"{shown(name)} stands twice in this list")
        else:
            words.levels += (name,)
    return fields.at(LEVELS)


def _named(fields: Fields, key: Key[Node], context: Context) -> tuple[tuple[Scalar, Node], ...]:
    node = fields.read(key, context)
    if node is None:
        return ()
    if isinstance(node, MappingNode):
        return node.entries
    message = f"expected {key.name} by name, found {described(node)}"
    context.error("expected-mapping", node.place, message)
    return ()


def _declare_entity(key: Scalar, value: Node, words: Words, context: Context) -> None:
    name = values.text(key, context.diagnostics, "the id of an entity")
    fields = ENTITY.open(value, context)
    if name is None or fields is None:
        words.entities.setdefault(key.text, Entity(key.text, "", "", "", "UTC"))
        return
    if name in words.entities:
        message = f"{shown(name)} is declared at {words.entities[name].place} already"
        context.error("name-taken", key.place, message)
    week = fields.read(WEEK_KEY, context) or Week()
    words.entities[name] = Entity(
        id=name,
        country=fields.read(COUNTRY_KEY, context) or "",
        region=fields.read(REGION, context) or "",
        currency=fields.read(CURRENCY_KEY, context) or "",
        zone=fields.read(ZONE, context) or "UTC",
        workdays=week.workdays,
        opens=week.opens,
        closes=week.closes,
        holidays=fields.read(HOLIDAYS, context) or "",
        tax_recovery=_recovery(fields, context),
        fiscal_year_starts=fields.read(FISCAL_YEAR, context) or 1,
        place=key.place,
    )


def _recovery(fields: Fields, context: Context) -> Fraction | None:
    share = fields.read(TAX_RECOVERY, context)
    if share is not None and share > 1:
        message = "expected a share of at most 100%"
        context.error("out-of-range", fields.at(TAX_RECOVERY), message)
    return share


def _declare_role(key: Scalar, value: Node, words: Words, context: Context) -> None:
    name = NAME.read(key, context) if key.text not in RESERVED else key.text
    if key.text in RESERVED:
        message = f"{shown(key.text)} has a meaning of its own, so a role cannot be called that"
        context.error("name-taken", key.place, message)
    elif name in words.roles:
        message = f"{shown(key.text)} is declared at {words.roles[key.text].place} already"
        context.error("name-taken", key.place, message)
    fields = ROLE_SHAPE.open(value, context)
    if fields is None:
        words.roles.setdefault(key.text, Role(key.text, place=key.place))
        return
    per = fields.read(PER, context) or "entity"
    if per not in _EVERYWHERE:
        words.per.append((per, fields.at(PER)))
    body = fields.node(BODY_KEY)
    if body is not None:
        words.bodies.append((key.text, body))
        wrong = fields.written(SEATS)
        if wrong:
            message = "a body has no `seats`: its members have"
            context.error("unknown-key", fields.at(wrong[0]), message)
    words.roles[key.text] = Role(
        name=key.text,
        per=per,
        seats=fields.read(SEATS, context) or 0,
        body=None if body is None else Body(),
        place=key.place,
    )


def complete(words: Words, context: Context) -> dict[str, Role]:
    """The second pass: bodies, and what roles are held for, once every word is known."""
    roles = dict(words.roles)
    for name, node in words.bodies:
        fields = BODY.open(node, context)
        body = None if fields is None else _body(fields, context)
        if body is not None:
            roles[name] = replace(roles[name], body=body)
    for per, place in words.per:
        fact = context.words.facts.get(per)
        if fact is None:
            if per not in context.words.broken:
                known = (*_EVERYWHERE, *context.words.facts)
                context.unknown("unknown-fact", place, "fact", per, known)
        elif fact.kind not in _PER_KINDS or fact.of is Of.LINE:
            message = f"a role is held for a word of the document, and {shown(per)} is none"
            context.error("different-kinds", place, message)
    return roles


def _body(fields: Fields, context: Context) -> Body | None:
    of, recorder = fields.read(MEMBERS, context), fields.read(RECORDED_BY, context)
    way = fields.exactly_one((MEMBERS, RECORDED_BY), context)
    for role, key in ((of, MEMBERS), (recorder, RECORDED_BY)):
        if role is not None and context.words.roles[role].body is not None:
            message = f"{shown(role)} is a body, and a body has no members that are bodies"
            context.error("not-holders", fields.at(key), message)
    if way is None:
        return None
    if way is RECORDED_BY:
        for key in fields.written(PRESENT, IN_FAVOUR, VOTES):
            message = f"a body that is recorded does not vote, so it has no `{key.name}`"
            context.error("unknown-key", fields.at(key), message)
        return None if recorder is None else Body(recorded_by=recorder)
    return _voting(fields, of, context)


def _voting(fields: Fields, of: str | None, context: Context) -> Body | None:
    for key in (PRESENT, IN_FAVOUR):
        if not fields.has(key) and fields.is_whole:
            message = f"a body that votes needs `{key.name}`"
            context.error("missing-key", fields.place, message, key.doc)
    present = fields.read(PRESENT, context)
    share = _share(fields.node(IN_FAVOUR), context)
    votes = _votes(fields.node(VOTES), context)
    if of is None or present is None or share is None or votes is None:
        return None
    return Body(of, present, share[0], share[1], votes)


_SHARES: Final = tuple(
    key for op, key in bound_keys("the share").items() if op in ("above", "from")
)
SHARE_SHAPE: Final = Shape("`in_favour`", _SHARES)


def _share(node: Node | None, context: Context) -> tuple[Fraction, bool] | None:
    fields = None if node is None else SHARE_SHAPE.open(node, context)
    key = None if fields is None else fields.exactly_one(_SHARES, context)
    bound = None if fields is None or key is None else fields.node(key)
    share = None if bound is None else percentage_of(bound, context)
    if bound is None or share is None or key is None:
        return None
    is_above = key.name == "above"
    if share > 1 or (is_above and share == 1) or (not is_above and share == 0):
        message = f"expected a share that can be reached and missed, found {described(bound)}"
        context.error("out-of-range", bound.place, message)
        return None
    return share, is_above


def _votes(node: Node | None, context: Context) -> tuple[tuple[str, int], ...] | None:
    if node is None:
        return ()
    if not isinstance(node, MappingNode) or not node.entries:
        message = f"expected roles with numbers of votes, found {described(node)}"
        context.error("expected-mapping", node.place, message, "write `{chair: 2}`, say")
        return None
    found = []
    for key, value in node.entries:
        role, number = ROLE.read(key, context), _NUMBER_OF_VOTES.read(value, context)
        if role is not None and number is not None:
            found.append((role, number))
    return tuple(found) if len(found) == len(node.entries) else None


_NUMBER_OF_VOTES: Final = whole(0, SEATS_MAX)
