"""Finding elements by paths, as the table of terms writes them.

cac:OrderReference/cbc:ID                       a child of a child
cac:InvoiceLine|cac:CreditNoteLine              either name
cac:PartyTaxScheme[cac:TaxScheme/cbc:ID=VAT]    only where that child says so
ram:ID[@schemeID=VA]                            only where that attribute says so
cbc:ID[@schemeID!=SEPA]                         only where it does not say so
cbc:InvoicedQuantity/@unitCode                  an attribute
cbc:DueDate or cac:PaymentMeans/cbc:PaymentDueDate      both are looked for
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from adapters.sources.e_invoice.tree import Node

_STEP: Final = re.compile(
    r"(?P<names>@?[\w:|]+)(?:\[(?P<inner>[^=\]]+?)(?P<no>!)?=(?P<word>[^\]]*)\])?(?:/|\Z)"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path; `inner` is a path or an `@attribute` that says `word`, or does not."""

    names: frozenset[str]
    inner: str = ""
    word: str = ""
    is_not: bool = False


@cache
def steps(path: str) -> tuple[Step, ...]:
    """A path, taken apart. Raises `ValueError` for one that cannot be read."""
    found: list[Step] = []
    end = 0
    while end < len(path):
        match = _STEP.match(path, end)
        if match is None:
            raise ValueError(f"`{path}` is no path")
        names = frozenset(match["names"].split("|"))
        found.append(Step(names, match["inner"] or "", match["word"] or "", bool(match["no"])))
        end = match.end()
    return tuple(found)


def elements(node: Node, path: str) -> list[Node]:
    """Every element at the path, in the order of the text."""
    return [found for each in path.split(" or ") for found in _walk(node, steps(each))]


def text_at(node: Node, path: str) -> str:
    """What stands at the path the first time; empty where nothing does."""
    path, _, attribute = path.rpartition("/@") if "/@" in path else (path, "", "")
    for found in elements(node, path):
        return found.attributes.get(attribute, "").strip() if attribute else found.text
    return ""


def _walk(node: Node, path: tuple[Step, ...]) -> Iterator[Node]:
    if not path:
        yield node
        return
    for child in node.children:
        if child.name in path[0].names and _is_meant(child, path[0]):
            yield from _walk(child, path[1:])


def _is_meant(node: Node, step: Step) -> bool:
    if not step.inner:
        return True
    if step.inner.startswith("@"):
        said = node.attributes.get(step.inner[1:], "").strip()
    else:
        said = text_at(node, step.inner)
    return (said == step.word) is not step.is_not
