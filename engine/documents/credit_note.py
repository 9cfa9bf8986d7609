"""A supplier's credit note. Its amounts are negative, so that totals count it with its sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from engine.documents.billed import Billed
from engine.documents.fields import INTERNAL, Name
from engine.documents.header import Complaint
from engine.money import decimal_text


class CreditNote(Billed):
    """What a supplier gives back. `corrects` is the number of the invoice."""

    corrects: Annotated[Name, INTERNAL] = ""
    credit_reason: Annotated[Name, INTERNAL] = ""

    def complaints(self) -> Iterator[Complaint]:
        """A credit note with a positive total would count as spending."""
        yield from super().complaints()
        net_minor = sum(line.net.minor for line in self.lines if line.net is not None)
        if net_minor > 0:
            total = decimal_text(net_minor, self.currency)
            yield "lines", "wrong_sign", f"expected a negative total, found `{total}`"
