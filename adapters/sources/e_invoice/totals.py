"""What an invoice states as totals, compared with what its parts add up to; and the tax of a part.

EN 16931-1 states tax for each category and rate, and not for each line. It is divided here so that
the lines of a group add up to the tax that is stated for it, to the cent: each line gets its share
without decimals, and the rest goes to the largest fractions.

Sources: BR-CO-10 to BR-CO-17 of EN 16931-1, BR-DEX-09 of XRechnung 3.0 for claims of third parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from adapters.sources.e_invoice.parts import ALLOWANCE, CHARGE, THIRD_PARTY, ZERO, Part
from adapters.sources.e_invoice.reader import Reader
from adapters.sources.e_invoice.terms import TAX, TAXES, TOTALS, Term
from adapters.sources.e_invoice.tree import Node
from engine.money import fraction_text
from engine.quoting import quoted

Group = tuple[str, Fraction]


@dataclass(frozen=True, slots=True)
class Totals:
    """What remains to be paid, and why: in minor units."""

    prepaid_minor: int
    rounding_minor: int
    payable_minor: int


def check_totals(reader: Reader, parts: Sequence[Part]) -> Totals:
    """Compares, divides the tax among the parts, and says what is to be paid.

    Nothing is compared where something could not be read: that is what is wrong then.
    """
    stated = {name: _stated(reader, name, term) for name, term in TOTALS.items()}
    for name in ("lines", "net", "gross", "payable"):
        if stated[name] is None and not reader.all(reader.root, TOTALS[name]):
            reader.missing(reader.root, TOTALS[name])
    groups = _groups(reader)
    totals = {name: amount or 0 for name, amount in stated.items()}
    if not reader.errors:
        _compare(reader, parts, totals, sum(tax for _, tax, _ in groups.values()))
    if not reader.errors:
        _divide(reader, parts, groups)
    return Totals(totals["prepaid"], totals["rounding"], totals["payable"])


def _stated(reader: Reader, name: str, term: Term) -> int | None:
    """A total. That of the tax may stand a second time, in the currency of the tax office."""
    if name != "tax":
        return reader.amount(reader.root, term)
    found = [
        node
        for node in reader.all(reader.root, term)
        if node.attributes.get("currencyID", reader.currency).strip() == reader.currency
    ]
    for other in found[1:]:
        reader.complain("duplicate_field", other, term, "expected one total of the tax, found more")
    return reader.amount_of(found[0], term) if found else None


def _compare(reader: Reader, parts: Iterable[Part], totals: dict[str, int], tax_minor: int) -> None:
    sums = dict.fromkeys(("", ALLOWANCE, CHARGE, THIRD_PARTY), 0)
    for part in parts:
        sums[part.kind] += part.net_minor
    allowances, charges = -sums[ALLOWANCE], sums[CHARGE]
    gross = totals["net"] + totals["tax"]
    payable = totals["gross"] - totals["prepaid"] + totals["rounding"] + sums[THIRD_PARTY]
    expected = {
        "lines": (sums[""], "the sum of the lines"),
        "allowances": (allowances, "the sum of the allowances"),
        "charges": (charges, "the sum of the charges"),
        "net": (totals["lines"] - allowances + charges, "the lines with allowances and charges"),
        "tax": (tax_minor, "the sum of the taxes"),
        "gross": (gross, "net and tax"),
        "payable": (payable, "the total with tax, less what is paid, and rounded"),
    }
    for name, (minor, what) in expected.items():
        if totals[name] != minor:
            said = f"expected {reader.said(minor)}, {what}, found {reader.said(totals[name])}"
            reader.complain_at("wrong_sum", reader.root, TOTALS[name], said)


def _groups(reader: Reader) -> dict[Group, tuple[int, int, Node]]:
    """Of each category and rate: what is taxed, the tax, and the place."""
    found: dict[Group, tuple[int, int, Node]] = {}
    for node in reader.all(reader.root, TAXES):
        base, tax = reader.amount(node, TAX["base"]), reader.amount(node, TAX["tax"])
        category, rate = reader.required(node, TAX["category"]), reader.number(node, TAX["rate"])
        for name in ("base", "tax"):
            if not reader.all(node, TAX[name]):
                reader.missing(node, TAX[name])
        before = found.get((category, rate or ZERO), (0, 0, node))
        found[category, rate or ZERO] = (before[0] + (base or 0), before[1] + (tax or 0), node)
    if not found:
        reader.missing(reader.root, TAXES)
    return found


def _divide(
    reader: Reader, parts: Sequence[Part], groups: dict[Group, tuple[int, int, Node]]
) -> None:
    members: dict[Group, list[Part]] = {group: [] for group in groups}
    for part in parts:
        if part.group is None:
            continue
        if part.group not in members:
            category, rate = part.group
            said = f"{quoted(category)} with {fraction_text(rate)} %"
            message = f"expected a tax that the totals state, found {said}"
            reader.complain_at("unknown_value", part.node, TAX["category"], message)
            continue
        members[part.group].append(part)
    for group, (base_minor, tax_minor, node) in groups.items():
        sum_minor = sum(part.net_minor for part in members[group])
        if sum_minor != base_minor:
            expected, found = reader.said(sum_minor), reader.said(base_minor)
            message = f"expected {expected}, what is taxed at this rate, found {found}"
            reader.complain_at("wrong_sum", node, TAX["base"], message)
            continue
        _share_out(reader, members[group], group[1] / 100, tax_minor, node)


def _share_out(
    reader: Reader, parts: Sequence[Part], rate: Fraction, tax_minor: int, node: Node
) -> None:
    """Gives each part its tax. Who rounds each line may be half a cent a line off the sum."""
    exact = [part.net_minor * rate for part in parts]
    if abs(tax_minor - sum(exact, ZERO)) > Fraction(len(parts), 2) + 1:
        expected, found = reader.said(round(sum(exact, ZERO))), reader.said(tax_minor)
        message = f"expected about {expected}, the rate of what is taxed, found {found}"
        reader.complain_at("wrong_sum", node, TAX["tax"], message)
        return
    for part, share in zip(parts, exact, strict=True):
        part.tax_minor = share.numerator // share.denominator
    rest = tax_minor - sum(part.tax_minor for part in parts)
    by_fraction = sorted(range(len(parts)), key=lambda index: parts[index].tax_minor - exact[index])
    for turn, index in enumerate(by_fraction):
        parts[index].tax_minor += rest // len(parts) + (turn < rest % len(parts))
