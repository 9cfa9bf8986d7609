"""A journal entry: debits are positive lines, credits negative ones.

A balanced entry sums to zero. What it is worth to an approver is what it moves
(`engine/documents/derived.py`).
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import PlainValidator

from engine.documents.fields import INTERNAL, Day, Name, one_of
from engine.documents.header import Valued

JournalKind = Annotated[
    str,
    PlainValidator(
        one_of("manual", "recurring", "reversal", "accrual"), json_schema_input_type=str
    ),
]


class JournalEntry(Valued):
    """What is to be posted. `reverses` is the id of the entry that this one takes back.

    `recurring_plan` names the plan that a recurring entry follows, `reverse_on` is the day on which
    an accrual is taken back.
    """

    needs_amount: ClassVar[bool] = True

    journal_kind: Annotated[JournalKind, INTERNAL] = ""
    ledger: Annotated[Name, INTERNAL] = ""
    accounting_period: Annotated[Name, INTERNAL] = ""
    reverses: Annotated[Name, INTERNAL] = ""
    recurring_plan: Annotated[Name, INTERNAL] = ""
    reverse_on: Annotated[Day | None, INTERNAL] = None
