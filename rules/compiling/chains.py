"""`{chain: supervisors, ...}` and `{chain: [buyer, manager], ...}`: upwards until something holds.

A chain says where it ends, in exactly one way: at authority, at a level, or after some steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.facts.kinds import Kind
from engine.routing.words import RoleChain, SupervisorChain, Word
from rules.compiling.bounds import find_fact, kind_text
from rules.compiling.context import Context
from rules.compiling.forms import LEVEL, ROLE, as_written, list_of, whole, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.diagnostics import shown
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, described

AUTHORITY_COVERS: Final = "authority_covers"
STEPS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Until:
    """`until: authority_covers` (empty), or the total that authority has to cover."""

    covers: str


def _read_until(node: Node, context: Context) -> Until | None:
    if isinstance(node, Scalar) and node.text == AUTHORITY_COVERS:
        return Until("")
    if isinstance(node, MappingNode) and node.keys == ("covers",):
        name = node.entries[0][1]
        if isinstance(name, Scalar):
            return _covers(name, context)
    message = f"expected `{AUTHORITY_COVERS}` or `{{covers: a total}}`, found {described(node)}"
    context.error("not-one-of", node.place, message)
    return None


def _covers(node: Scalar, context: Context) -> Until | None:
    fact = find_fact(node.text, node.place, context)
    if fact is None:
        return None
    if fact.kind is not Kind.MONEY:
        message = f"expected an amount of money, and {shown(fact.name)} is {kind_text(fact)}"
        context.error("not-money", node.place, message)
        return None
    return Until(fact.name)


def _read_start(node: Node, context: Context) -> tuple[str, ...] | None:
    """`supervisors` (empty), or the roles in order."""
    if isinstance(node, Scalar):
        if node.text == "supervisors":
            return ()
        message = f"expected `supervisors` or a list of roles, found {described(node)}"
        context.error("not-one-of", node.place, message)
        return None
    return list_of(ROLE).read(node, context)


CHAIN: Final = Key(
    "chain",
    Form("chain", _read_start, words=("supervisors",), item=ROLE),
    "who is gone through upwards: `supervisors`, or a list of roles",
    required=True,
)
UNTIL: Final = Key(
    "until",
    Form("until", _read_until, words=(AUTHORITY_COVERS,)),
    "ends at the first person whose authority covers the amount, or a total",
)
_WRITTEN: Final[Form[Node]] = Form("approver word", as_written)
OF: Final[Key[Node]] = Key("of", _WRITTEN, "starts with this person, not with the requester")
ASKS: Final = Key("asks", word_of("all", "last"), "everyone on the way, or only the last (default)")
STEPS: Final = Key("steps", whole(1, STEPS_MAX), "ends after so many persons")
TO: Final = Key("to", LEVEL, "ends at the first person of this level or higher")
COUNTS: Final = Key(
    "counts", word_of("chain_only"), "an earlier approver of the route does not satisfy it"
)
SHAPE: Final = Shape("a chain", (CHAIN, UNTIL, OF, ASKS, STEPS, TO, COUNTS))


def build_chain(fields: Fields, of: Word | None, context: Context) -> Word | None:
    """The chain; `of` is the word already read. `None` after an error."""
    roles = fields.read(CHAIN, context)
    asks_all = fields.read(ASKS, context) == "all"
    chain_only = fields.read(COUNTS, context) == "chain_only"
    until = fields.read(UNTIL, context)
    steps = fields.read(STEPS, context)
    to = fields.read(TO, context)
    if roles is None or not _ends_once(fields, roles, context):
        return None
    if roles:
        if until is None:
            return None
        return RoleChain(roles, until.covers, asks_all, chain_only, fields.place)
    return SupervisorChain(
        of=of,
        until_authority=until is not None,
        covers=until.covers if until is not None else "",
        to=to or "",
        steps=steps or 0,
        asks_all=asks_all,
        chain_only=chain_only,
        place=fields.place,
    )


def _ends_once(fields: Fields, roles: tuple[str, ...], context: Context) -> bool:
    """Whether the chain says in one way where it ends; a chain of roles ends at authority."""
    if roles:
        wrong = fields.written(OF, STEPS, TO)
        if wrong:
            message = f"a chain of roles has no `{wrong[0].name}`: it ends at authority"
            context.error("unknown-key", fields.at(wrong[0]), message)
            return False
        if not fields.has(UNTIL):
            return _report_endless(fields, "`until: authority_covers`", context)
        return True
    ends = fields.written(UNTIL, STEPS, TO)
    if not ends:
        return _report_endless(fields, "`until: authority_covers`, `steps` or `to`", context)
    if len(ends) > 1:
        message = f"a chain ends in one way, and this one has `{ends[0].name}` and `{ends[1].name}`"
        context.error("more-than-one", fields.at(ends[1]), message)
    return len(ends) == 1


def _report_endless(fields: Fields, ways: str, context: Context) -> bool:
    if fields.is_whole:
        context.error("endless-chain", fields.place, "the chain does not say where it ends", ways)
    return False
