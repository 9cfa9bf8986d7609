"""`changes` of a handling file: what other content of an open case does to what was approved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.changing.differences import OF_BANK, OF_MASTER_DATA
from engine.facts.vocabulary import Of
from engine.places import Place
from engine.policy import Changes, Increase
from rules.compiling.context import Context, Vocabulary
from rules.compiling.forms import AMOUNT, PERCENT, as_written, list_of, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.reading import values
from rules.reading.nodes import Node

SHARE: Final = Key("percent", PERCENT, "by more than this share")
BY: Final = Key("amount", AMOUNT, "by more than this amount")
OVER: Final = Key("over", word_of("either", "both"), "one of the two, or both", True)
SINCE: Final = Key("since", list_of(word_of("original", "last_approved")), "since when", True)
INCREASE_SHAPE: Final = Shape("`increase`", (SHARE, BY, OVER, SINCE))
STATED: Final[Form[str]] = Form(
    "fact of a document", lambda node, c: values.name(node, c.diagnostics, "a fact", dotted=True)
)
CHANGED: Final = Key("changed", list_of(STATED), "when one of these is changed")
INCREASE: Final[Key[Node]] = Key(
    "increase", Form("increase", as_written, shape=INCREASE_SHAPE), "when the amount grows"
)
AGAIN_SHAPE: Final = Shape("`again_when`", (INCREASE, CHANGED))
ONLY_SHAPE: Final = Shape("`affected_steps_only_when`", (CHANGED,))
AGAIN: Final[Key[Node]] = Key(
    "again_when", Form("change", as_written, shape=AGAIN_SHAPE), "what is approved again"
)
ONLY: Final[Key[Node]] = Key(
    "affected_steps_only_when",
    Form("change", as_written, shape=ONLY_SHAPE),
    "what is approved again only by those concerned",
)
CHANGES_SHAPE: Final = Shape("`changes`", (AGAIN, ONLY))


def read_changes(node: Node, place: Place, context: Context) -> Changes | None:
    """What is written, as far as it is right."""
    inner = CHANGES_SHAPE.open(node, context)
    if inner is None:
        return None
    again_node, only_node = inner.node(AGAIN), inner.node(ONLY)
    again = None if again_node is None else AGAIN_SHAPE.open(again_node, context)
    only = None if only_node is None else ONLY_SHAPE.open(only_node, context)
    increase_node = None if again is None else again.node(INCREASE)
    return Changes(
        place=place,
        increase=None if increase_node is None else _increase(increase_node, context),
        changed=frozenset(_named(again, context)),
        affected_only=frozenset(_named(only, context)),
    )


def _increase(node: Node, context: Context) -> Increase | None:
    fields = INCREASE_SHAPE.open(node, context)
    if fields is None:
        return None
    if not fields.written(SHARE, BY) and fields.is_whole:
        message = "`increase` needs `percent`, `amount` or both"
        context.error("missing-key", fields.place, message)
    share, amount = fields.read(SHARE, context), fields.read(BY, context)
    over, since = fields.read(OVER, context), fields.read(SINCE, context)
    if over is None or since is None:
        return None
    return Increase(share, amount, over == "both", frozenset(since))


def _named(fields: Fields | None, context: Context) -> Iterator[str]:
    """The facts and fields that are named; one that no document has is an error."""
    names = (fields.read(CHANGED, context) or ()) if fields is not None else ()
    known = nameable(context.words)
    for name in names:
        if name in known:
            yield name
        elif fields is not None:
            context.unknown("unknown-fact", fields.at(CHANGED), "fact of a document", name, known)


def nameable(words: Vocabulary) -> frozenset[str]:
    """What `changed` may name: facts that a document states, on its header or its lines."""
    stated = (
        name
        for name, fact in words.facts.items()
        if fact.of in (Of.DOCUMENT, Of.LINE) and not fact.total and name not in OF_MASTER_DATA
    )
    return frozenset({*stated, OF_BANK})
