"""A supplier's credit note. Its amounts are negative, so that totals count it with its sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from engine.documents.fields import CONFIDENTIAL, INTERNAL, Name
from engine.documents.header import Complaint, Lines, LineSheet, OrderedLine, Valued
from engine.money import decimal_text


class CreditNote(Valued):
    """What a supplier gives back. `corrects` is the number of the invoice."""

    line_sheet: ClassVar[type[LineSheet] | None] = OrderedLine
    needs_amount: ClassVar[bool] = True

    lines: Annotated[Lines[OrderedLine], CONFIDENTIAL] = ()
    corrects: Annotated[Name, INTERNAL] = ""
    credit_reason: Annotated[Name, INTERNAL] = ""
    clearance_id: Annotated[Name, INTERNAL] = ""

    def complaints(self) -> Iterator[Complaint]:
        """A credit note with a positive total would count as spending."""
        yield from super().complaints()
        net_minor = sum(line.net.minor for line in self.lines if line.net is not None)
        if net_minor > 0:
            total = decimal_text(net_minor, self.currency)
            yield "lines", "wrong_sign", f"expected a negative total, found `{total}`"
