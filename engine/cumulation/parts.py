"""What of a document belongs to which of the cost centers, projects or accounts of its lines.

A total over documents of one cost center counts of a document with several what falls to each: the
lines of that cost center, exactly. What a document commits to beyond its lines (options, a stated
maximum) falls to its parts as their lines do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from engine.commitment import unrecovered_tax
from engine.documents.model import Line
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import Total
from engine.knowing import Situation
from engine.money import Exact, Money
from engine.rates import Shortage

# The facts that lines state and the document as a whole does not, with what they are in one part.
Part = tuple[tuple[str, FactValue], ...]

# Each part is locked by itself. A document of more is not divided, and has no such total.
MOST_PARTS: Final = 200


def parts_of(total: Total, situation: Situation) -> Mapping[Part, tuple[Line, ...]]:
    """The lines of each part, in the order in which they begin; none where nothing is divided.

    Divided is a document that lacks a fact which has to be the same and some lines of which state
    it. A line that does not is in no part.
    """
    known = situation.known
    differing = tuple(name for name in total.same if known.values.get(name) is None)
    found: dict[Part, list[Line]] = {}
    if not differing:
        return {}
    for line, facts in zip(situation.document.lines, known.lines, strict=True):
        if all(name in facts for name in differing):
            part = tuple((name, facts[name]) for name in differing)
            found.setdefault(part, []).append(line)
    if len(found) > MOST_PARTS:
        return {}
    return {part: tuple(lines) for part, lines in found.items()}


def same_in(total: Total, part: Part, situation: Situation) -> tuple[FactValue, ...]:
    """What a part has of the facts that must be the same."""
    stated = dict(part)
    known = situation.known.values
    return tuple(stated[name] if name in stated else known[name] for name in total.same)


def amount_in(of: str, lines: Sequence[Line], situation: Situation) -> Fraction | Shortage:
    """What of an amount of the document falls to these of its lines, in minor units, not rounded.

    A shortage where the amount is not known, or is none that lines add up to.
    """
    known = situation.known
    whole = known.values.get(of)
    if not isinstance(whole, Money | Exact):
        lacking = Shortage("fact_missing", f"{of} of {situation.document.id}")
        return known.why_missing.get(of, lacking)
    own = _sum(of, lines, situation)
    every = _sum(of, situation.document.lines, situation)
    if isinstance(own, Shortage) or isinstance(every, Shortage):
        return own if isinstance(own, Shortage) else every
    if of != "commitment.net" or every == whole.minor:
        return own
    if not every:
        return Shortage("fact_missing", f"{of} of the lines of {situation.document.id}")
    return own * Fraction(whole.minor) / every


def _sum(of: str, lines: Sequence[Line], situation: Situation) -> Fraction | Shortage:
    total = Fraction(0)
    for line in lines:
        amount = _of_line(of, line, situation)
        if isinstance(amount, Shortage):
            return amount
        total += amount
    return total


def _of_line(of: str, line: Line, situation: Situation) -> Fraction | int | Shortage:
    tax = line.tax.minor if line.tax is not None else None
    if of == "document.net":
        return line.net.minor
    if of == "commitment.net":
        lost = unrecovered_tax(line, situation.data, situation.entity)
        return lost if isinstance(lost, Shortage) else line.net.minor + lost
    if of == "document.tax" and tax is not None:
        return tax
    if of == "document.gross" and tax is not None:
        return line.net.minor + tax
    return Shortage("fact_missing", f"{of} of line {line.number}")
