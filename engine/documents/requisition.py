"""A requisition: somebody asks that something be bought."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.documents.fields import CONFIDENTIAL, INTERNAL, Day, Text
from engine.documents.header import Valued


class Requisition(Valued):
    """A wish to buy, before there is an order."""

    needs_amount: ClassVar[bool] = True

    needed_by: Annotated[Day | None, INTERNAL] = None
    justification: Annotated[Text, CONFIDENTIAL] = ""
