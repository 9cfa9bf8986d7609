"""Regions of documents said shortly: the amounts, and only the facts that make a difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from engine.facts.kinds import Kind
from engine.money import decimal_text, fraction_text
from rules.analysis.differences.phrases import span as span_text
from rules.checks.space import variables as v
from rules.checks.space.cells import Box, Space
from rules.checks.space.regions import Masks, Region, Search, Span
from rules.checks.wording import cases, facts_text, value_text, witness

SHOWN_CASES: Final = 3


@dataclass(frozen=True, slots=True)
class Described:
    """One span of amounts, for some cases, and a document that lies there."""

    amounts: str
    where: str
    witness: str


def described(
    space: Space, search: Search, regions: Sequence[Region], lowest: int, has_amount: bool
) -> Iterator[Described]:
    """The regions by amount, neighbouring amounts of the same cases together."""
    by_span: dict[Span, list[Region]] = {}
    for region in regions:
        for span in region.spans:
            by_span.setdefault(span, []).append(Region(region.masks, (span,), region.numbers))
    plain = [(span, _plainly(search, span, found), found) for span, found in by_span.items()]
    for span, masks, found in _joined(sorted(plain, key=lambda each: each[0]), space.between):
        texts = list(dict.fromkeys(filter(None, (_masks_text(space, each) for each in masks))))
        yield Described(
            span_text(*span, space.currency, lowest) if has_amount else "",
            cases(texts, SHOWN_CASES) if texts else "",
            witness(space, found[0], has_amount),
        )


Spanned = tuple[Span, list[Masks], list[Region]]


def _joined(plain: list[Spanned], between: bool) -> Iterator[Spanned]:
    """Spans that touch and stand for the same cases as one."""
    step = 1 if between else 2
    joined: list[Spanned] = []
    for span, masks, found in plain:
        for position, (other, same, first) in enumerate(joined):
            if same == masks and other[1] + 1 <= span[0] <= other[1] + step:
                joined[position] = (other[0], span[1]), masks, first
                break
        else:
            joined.append((span, masks, found))
    yield from joined


def _plainly(search: Search, span: Span, regions: Sequence[Region]) -> list[Masks]:
    """The cases of one span without the facts that make no difference."""
    kept = _distinct([region.masks for region in regions])
    for number in sorted({number for masks in kept for number in masks}):
        without = _distinct([{n: m for n, m in each.items() if n != number} for each in kept])
        covers = [Box(*span, each) for each in kept]
        if all(_is_inside(search, Box(*span, each), covers) for each in without):
            kept = without
    return kept


def _is_inside(search: Search, box: Box, covers: list[Box]) -> bool:
    return next(search.uncovered(box, covers), None) is None and not search.unexamined


def _distinct(found: Sequence[Masks]) -> list[Masks]:
    """Each once, in an order of its own; what differs in one fact only is put together."""
    left = {tuple(sorted(masks.items())): dict(masks) for masks in found}
    for number in sorted({number for masks in found for number in masks}):
        groups: dict[tuple[tuple[int, int], ...], int] = {}
        for masks in left.values():
            if number in masks:
                rest = tuple(sorted((n, m) for n, m in masks.items() if n != number))
                groups[rest] = groups.get(rest, 0) | masks[number]
        merged = [dict([*rest, (number, mask)]) for rest, mask in groups.items()]
        merged += [masks for masks in left.values() if number not in masks]
        left = {tuple(sorted(masks.items())): masks for masks in merged}
    return [left[key] for key in sorted(left)]


def _masks_text(space: Space, masks: Masks) -> str:
    parts = []
    for number, mask in sorted(masks.items()):
        variable = space.variables[number]
        exists = mask & v.full(variable)
        if exists and exists != v.full(variable):
            parts.append(_cells_text(space, number, exists))
    return ", ".join(sorted(parts))


def _cells_text(space: Space, number: int, mask: int) -> str:
    variable = space.variables[number]
    if isinstance(variable, v.Numbers) and not mask & v.unknown_bit(variable):
        return f"{variable.fact} {_ranges_text(variable, mask)}"
    if isinstance(variable, v.Words) and v.OTHER in variable.cells:
        named = [value for cell, value in enumerate(variable.values) if not mask >> cell & 1]
        if mask >> variable.cells[v.OTHER] & 1 and named and variable.values != (True,):
            excluded = ", ".join(map(value_text, named))
            missing = " (or missing)" if mask & v.unknown_bit(variable) else ""
            return f"{variable.fact}: not {excluded}{missing}"
    texts = [text for cell in v.bits(mask) for text in facts_text(space, {number: 1 << cell}, {})]
    heads = {text.partition(": ")[0] for text in texts}
    if len(texts) > 1 and len(heads) == 1 and all(": " in text for text in texts):
        values = " or ".join(text.partition(": ")[2] for text in texts)
        return f"{heads.pop()}: {values}"
    return " or ".join(texts)


def _ranges_text(variable: v.Numbers, mask: int) -> str:
    """Numbers between points: `above 100.00 up to 250.00 USD`."""
    texts = []
    for first, last in _runs(mask, len(variable.points), variable.whole, v.full(variable)):
        parts = []
        if first:
            word = "from" if first % 2 else "above"
            parts.append(f"{word} {_number(variable, variable.points[(first - 1) // 2])}")
        if last < 2 * len(variable.points):
            word = "up to" if last % 2 else "below"
            parts.append(f"{word} {_number(variable, variable.points[last // 2])}")
        texts.append(" ".join(parts))
    return " or ".join(texts)


def _runs(mask: int, points: int, whole: bool, full: int) -> Iterator[tuple[int, int]]:
    """Neighbouring cells, first and last; cells that cannot exist interrupt nothing."""
    first = last = -1
    for cell in range(2 * points + 1):
        if mask >> cell & 1:
            first, last = (cell if first < 0 else first), cell
        elif full >> cell & 1 and first >= 0:
            yield first, last
            first = -1
    if first >= 0:
        yield first, last


def _number(variable: v.Numbers, point: Fraction) -> str:
    if variable.kind is Kind.MONEY:
        return f"{decimal_text(point, variable.currency)} {variable.currency}"
    if variable.kind is Kind.DATE:
        return value_text(date.fromordinal(int(point)))
    return fraction_text(point)
