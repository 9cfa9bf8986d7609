"""From the document of a test, as written in YAML, to the plain values a system would send.

Words of a test are those of the policy: `yes`, `10_000.00 USD`, `present`. What a test leaves out
and every document needs is filled in here; what is wrong is said by the ordinary acceptance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.facts.kinds import Kind
from engine.facts.vocabulary import Fact
from engine.money import EXPONENTS
from engine.policy import PolicySet
from rules.diagnostics import Diagnostics
from rules.reading import values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar
from rules.reading.nodes import Sequence as SequenceNode

Raw = dict[str, object]

AMOUNTS: Final = frozenset({"amount", "maximum", "options", "net", "tax", "price", "original_net"})
WHOLE: Final = frozenset({"version", "number_of_line"})
_PAPER_WORDS: Final = {"yes": "present", "true": "present", "no": "missing", "false": "missing"}
REQUESTER: Final = "requester"
COST_CENTER: Final = "test_cost_center"


@dataclass(frozen=True, slots=True)
class Filling:
    """What a document gets where it states nothing; empty for nothing."""

    entity: str = ""
    requester: str = ""
    cost_center: str = ""


def filling(policy: PolicySet, *, with_people: bool) -> Filling:
    """The defaults of a set's tests; `with_people` where the tests bring no data of their own."""
    entities = policy.organization.entities
    entity = next(iter(entities)) if len(entities) == 1 else ""
    return Filling(entity, REQUESTER, COST_CENTER) if with_people else Filling(entity)


def raw_document(
    written: Sequence[MappingNode | None],
    policy: PolicySet,
    fill: Filling,
    id: str,
    diagnostics: Diagnostics,
) -> Raw:
    """The document of a test; later mappings win over earlier ones, key by key."""
    raw: Raw = {}
    for mapping in written:
        for key, value in mapping.entries if mapping is not None else ():
            name = _fact_name(key.text)
            raw[name] = _value(name, value, policy.facts, diagnostics)
    raw.setdefault("id", id)
    for name, default in (
        ("entity", fill.entity),
        ("requester", fill.requester),
        ("cost_center", fill.cost_center),
    ):
        if default and name not in raw:
            raw[name] = default
    if fill.cost_center and "lines" in raw and "cost_center" not in _written(written):
        del raw["cost_center"]
    _state_currency(raw, policy)
    return raw


def text_of(raw: Mapping[str, object], name: str) -> str:
    """A text that the document states; empty where it does not."""
    value = raw.get(name, "")
    return value if isinstance(value, str) else ""


def mentioned(raws: Sequence[Mapping[str, object]], name: str) -> tuple[str, ...]:
    """Every value of a field on some documents and their lines, in the order they stand there."""
    found: dict[str, None] = {}
    for raw in raws:
        lines = raw.get("lines")
        for holder in (raw, *(lines if isinstance(lines, list) else ())):
            value = holder.get(name) if isinstance(holder, Mapping) else None
            if isinstance(value, str) and value:
                found[value] = None
    return tuple(found)


def _written(written: Sequence[MappingNode | None]) -> frozenset[str]:
    return frozenset(key for mapping in written if mapping is not None for key in mapping.keys)


def _fact_name(name: str) -> str:
    return "amount" if name == "document.net" else name


def _value(name: str, node: Node, facts: Mapping[str, Fact], diagnostics: Diagnostics) -> object:
    match node:
        case Scalar():
            return _scalar(name, node, facts.get(name), diagnostics)
        case SequenceNode(items):
            return [_value(name, item, facts, diagnostics) for item in items]
        case MappingNode(entries):
            return {k.text: _value(k.text, v, facts, diagnostics) for k, v in entries}


def _scalar(name: str, node: Scalar, fact: Fact | None, diagnostics: Diagnostics) -> object:
    text = node.text
    if name in WHOLE and text.isdigit():
        return int(text)
    if fact is None:
        return plain_amount(text) if name in AMOUNTS else text
    match fact.kind:
        case Kind.YES_NO:
            return values.yes_no(node, diagnostics)
        case Kind.PAPER:
            return paper_word(text)
        case Kind.MONEY | Kind.NUMBER:
            return plain_amount(text)
        case _:
            return text


def paper_word(text: str) -> str:
    """Whether a paper is there, in its own words, where `yes` or `no` is written."""
    return _PAPER_WORDS.get(text, text)


def plain_amount(text: str) -> str:
    """An amount without the underscores between its digits."""
    return text.replace("_", "")


def _state_currency(raw: Raw, policy: PolicySet) -> None:
    """Gives the document the currency of its amounts, or of its entity."""
    if "currency" in raw:
        return
    found = next(_currencies(raw), "")
    entity = policy.organization.entities.get(text_of(raw, "entity"))
    currency = found or (entity.currency if entity is not None else "")
    if not currency:
        return
    raw["currency"] = currency
    for name, fact in policy.facts.items():
        value = raw.get(name)
        if fact.kind is Kind.MONEY and isinstance(value, str) and name not in AMOUNTS:
            raw[name] = value if _suffix(value) else f"{value} {currency}"


def _currencies(raw: Mapping[str, object]) -> Iterator[str]:
    for value in raw.values():
        if isinstance(value, str) and _suffix(value):
            yield _suffix(value)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, Mapping):
                    yield from _currencies(item)


def _suffix(text: str) -> str:
    """The currency behind an amount; empty for any other text."""
    number, _, currency = text.rpartition(" ")
    digits = number.removeprefix("-").replace(".", "", 1)
    return currency if currency in EXPONENTS and digits.isdigit() else ""
