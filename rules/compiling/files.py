"""What every file of a set has: its kind, and where and when it applies.

`scope`, `effective`, `currency` and `owner` may be written once for all files, in `policy.yaml`; a
file that writes one of them itself does not take it from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.scopes import Effective, Scope
from rules.compiling.context import Context
from rules.compiling.forms import COUNTRY, CURRENCY, DAY, ENTITY, TEXT, list_of, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape, shaped
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, described

KINDS: Final = (
    "set",
    "vocabulary",
    "organization",
    "approvals",
    "controls",
    "readiness",
    "handling",
    "country",
    "tests",
)


GROUP: Final = Scope()
ALWAYS: Final = Effective()


@dataclass(frozen=True, slots=True)
class File:
    """One file that was read: its name in the set, its kind, and its root."""

    name: str
    kind: str
    root: MappingNode


@dataclass(frozen=True, slots=True)
class Header:
    """Where and when a file applies, in which currency its bare amounts are, and who owns it."""

    scope: Scope = GROUP
    effective: Effective = ALWAYS
    currency: str = ""
    owner: str = ""


def read_kind(root: Node, context: Context) -> str | None:
    """The kind of a file; `None` where it has none, which is reported."""
    if not isinstance(root, MappingNode):
        message = f"expected a mapping that begins with `kind`, found {described(root)}"
        context.error("expected-mapping", root.place, message)
        return None
    node = root.get("kind")
    if node is None:
        help = "the kinds are " + ", ".join(f"`{kind}`" for kind in KINDS)
        context.error("missing-key", root.place, "the file does not say its `kind`", help)
        return None
    return KIND.form.read(node, context)


def _read_scope(node: Node, context: Context) -> Scope | None:
    if isinstance(node, Scalar) and node.text == "group":
        return GROUP
    fields = _SCOPE.open(node, context)
    key = None if fields is None else fields.exactly_one(_SCOPE.keys, context)
    if fields is None or key is None:
        return None
    names = fields.read(key, context)
    if names is None:
        return None
    found = frozenset(names)
    match key.name:
        case "entities":
            return Scope(entities=found)
        case "countries":
            return Scope(countries=found)
        case _:
            return Scope(regions=found)


def _read_country(node: Node, context: Context) -> str | None:
    country = COUNTRY.read(node, context)
    known = {entity.country for entity in context.words.entities.values()}
    if country is None or country in known or "" in known:
        return country
    context.unknown("unknown-entity", node.place, "entity in a country", country, known)
    return None


def _read_region(node: Node, context: Context) -> str | None:
    region = TEXT.read(node, context)
    known = {entity.region for entity in context.words.entities.values() if entity.region}
    if any(not entity.country for entity in context.words.entities.values()):
        return region  # an entity has an error, now reported
    if region is None or region in known:
        return region
    context.unknown("unknown-entity", node.place, "region", region, known)
    return None


def _effective(fields: Fields, context: Context) -> Effective | None:
    start, to = fields.read(_FROM, context), fields.read(_TO, context)
    if not fields.written(_FROM, _TO):
        if fields.is_whole:
            message = "`effective` needs `from`, `to` or both"
            context.error("missing-key", fields.place, message)
        return None
    if start is not None and to is not None and to <= start:
        message = f"`to` is exclusive, and {to} is not after {start}"
        context.error("never-true", fields.at(_TO), message)
        return None
    return Effective(start, to)


_FROM: Final[Key[date]] = Key("from", DAY, "the first local day")
_TO: Final[Key[date]] = Key("to", DAY, "the local day on which it no longer applies")
_REGION: Final[Form[str]] = Form("region", _read_region)
_COUNTRY: Final[Form[str]] = Form("country", _read_country)
_SCOPE: Final = Shape(
    "`scope`",
    (
        Key("entities", list_of(ENTITY), "applies to these entities"),
        Key("countries", list_of(_COUNTRY), "applies to the entities in these countries"),
        Key("regions", list_of(_REGION), "applies to the entities of these regions"),
    ),
)
KIND: Final[Key[str]] = Key("kind", word_of(*KINDS), "what this file is", required=True)
SCOPE: Final[Key[Scope]] = Key(
    "scope",
    Form("scope", _read_scope, words=("group",), shape=_SCOPE),
    "where it applies: `group`, or entities, countries or regions",
)
EFFECTIVE: Final[Key[Effective]] = Key(
    "effective",
    shaped(Shape("`effective`", (_FROM, _TO)), _effective),
    "when it applies: `{from: 2027-01-01, to: 2028-01-01}`, `to` exclusive",
)
CURRENCY_KEY: Final[Key[str]] = Key("currency", CURRENCY, "the currency of amounts without one")
OWNER: Final[Key[str]] = Key("owner", TEXT, "who owns what is held by this file")
ANY_CURRENCY: Final = "CLF"  # stands for a currency with an error, so that no amount has one too
HEADER_KEYS: Final = (SCOPE, EFFECTIVE, CURRENCY_KEY, OWNER)


def read_header(fields: Fields, default: Header, context: Context) -> Header:
    """Scope, dates, currency and owner of a file, each from `default` where it is not written."""
    misread = ANY_CURRENCY if fields.has(CURRENCY_KEY) else default.currency
    return Header(
        fields.read(SCOPE, context) or default.scope,
        fields.read(EFFECTIVE, context) or default.effective,
        fields.read(CURRENCY_KEY, context) or misread,
        fields.read(OWNER, context) or default.owner,
    )
