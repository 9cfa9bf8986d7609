"""`commitment.net`: what a document commits the company to, exactly.

It is the net, the input tax that cannot be recovered, and the options; at least a stated maximum.
Nothing that is stated besides the net makes it less: what would is missing, and named.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from engine.decision import Reason
from engine.documents.model import Document, Line
from engine.master_data import MasterData
from engine.money import INT64_MAX, Exact, Money, fraction_text
from engine.organization import Entity
from engine.rates import Shortage

# An order of nothing is a framework, and needs a value to be judged by.
_COMMITTING: Final = ("purchase_order", "contract", "requisition")

Commitment = Money | Exact | Shortage | None


def commitment_net(
    document: Document, data: MasterData, entity: Entity, net: Money | None
) -> tuple[Commitment, list[Reason]]:
    """The amount in the document's currency, or what it lacks, and reasons that explain it.

    `net` is that of the document; `None` for one that states no amount at all.
    """
    if net is None:
        return None, []
    fault = _negative(document)
    if fault is not None:
        return fault, []
    tax, reasons = _unrecovered(document, data, entity)
    if isinstance(tax, Shortage):
        return tax, reasons
    total = net.minor + tax
    if document.options is not None:
        total += document.options.minor
    if document.maximum is not None and total < document.maximum.minor:
        total = document.maximum.minor
        reasons.append(Reason("framework_maximum", words=(("maximum", str(document.maximum)),)))
    return _as_amount(document, total), reasons


def tax_recovery(line: Line, data: MasterData, entity: Entity) -> Fraction | None:
    """The share of a line's input tax that is recovered: line, else cost center, else entity.

    `None` where nothing states it, or where nobody knows the cost center.
    """
    if line.tax_recovery is not None:
        return line.tax_recovery
    center = data.cost_centers.get(line.cost_center)
    if center is None:
        return None if line.cost_center else entity.tax_recovery
    return center.tax_recovery if center.tax_recovery is not None else entity.tax_recovery


def unrecovered_tax(line: Line, data: MasterData, entity: Entity) -> Fraction | int | Shortage:
    """The tax of one line that cannot be recovered, in minor units, not rounded."""
    if line.tax is None or not line.tax.minor:
        return 0
    if line.tax.minor * line.net.minor < 0:
        return Shortage("fact_missing", f"tax of line {line.number} with the sign of its net")
    recovered = tax_recovery(line, data, entity)
    if recovered is None:
        return Shortage("fact_missing", f"tax recovery of line {line.number}")
    return line.tax.minor * (1 - recovered)


def _negative(document: Document) -> Shortage | None:
    for name, value in (("options", document.options), ("maximum", document.maximum)):
        if value is not None and value.minor < 0:
            return Shortage("commitment_value_missing", f"negative {name}")
    return None


def _unrecovered(
    document: Document, data: MasterData, entity: Entity
) -> tuple[Fraction | int | Shortage, list[Reason]]:
    """The tax of all lines that cannot be recovered, in minor units, not rounded."""
    total: Fraction | int = 0
    reasons: list[Reason] = []
    for line in document.lines:
        tax = unrecovered_tax(line, data, entity)
        if isinstance(tax, Shortage):
            return tax, reasons
        recovered = tax_recovery(line, data, entity)
        if tax and recovered is not None:
            total += tax
            words = (("line", str(line.number)), ("recovered", fraction_text(recovered * 100)))
            reasons.append(Reason("tax_not_recovered", words=words))
    return total, reasons


def _as_amount(document: Document, total: Fraction | int) -> Money | Exact | Shortage:
    if total == 0 and document.type in _COMMITTING:
        return Shortage("commitment_value_missing", "commitment.net")
    if not -INT64_MAX <= total <= INT64_MAX:
        return Shortage("amount_overflow", "commitment.net")
    if isinstance(total, Fraction) and total.denominator != 1:
        return Exact(total, document.currency)
    return Money(int(total), document.currency)
