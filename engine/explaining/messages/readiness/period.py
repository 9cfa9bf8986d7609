"""What is said of periods."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "posting_date_missing": Text(
            "The date that the document posts on is missing.",
            "The policy takes the posting date from `{field}`, and the document does not state it.",
        ),
        "period_unknown": Text(
            "It is not known whether the period of {posting_date} is open.",
            "Master data have no single {kind} period of the entity for {posting_date}"
            "[, ledger {ledger}]. A period that is not known is not open.",
        ),
        "period_closed": Text(
            "The period {period} is closed.",
            "The posting date {posting_date} lies in the {kind} period {period}"
            "[ of the ledger {ledger}], which is closed[ since {closed_at}].",
        ),
        "period_not_open": Text(
            "The period {period} is not open yet.",
            "The posting date {posting_date} lies in the {kind} period {period}"
            "[ of the ledger {ledger}], which opens at {opens_at}.",
        ),
        "period_closed_in_erp": Text(
            "The ERP says that the period of {posting_date} is closed.",
            "Master data have the {kind} period of {posting_date} as open, the ERP answered that "
            "it is closed. The stricter answer counts.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "posting_date_missing": Text(
            "Das Buchungsdatum des Belegs fehlt.",
            "Die Richtlinie nimmt das Buchungsdatum aus `{field}`, und der Beleg nennt es nicht.",
        ),
        "period_unknown": Text(
            "Ob die Periode für {posting_date} offen ist, ist nicht bekannt.",
            "Die Stammdaten haben für {posting_date} keine eindeutige Periode der Art {kind} der "
            "Gesellschaft[, Ledger {ledger}]. Eine unbekannte Periode ist nicht offen.",
        ),
        "period_closed": Text(
            "Die Periode {period} ist geschlossen.",
            "Das Buchungsdatum {posting_date} liegt in der Periode {period} der Art {kind}"
            "[ im Ledger {ledger}]; sie ist geschlossen[ seit {closed_at}].",
        ),
        "period_not_open": Text(
            "Die Periode {period} ist noch nicht offen.",
            "Das Buchungsdatum {posting_date} liegt in der Periode {period} der Art {kind}"
            "[ im Ledger {ledger}]; sie öffnet am {opens_at}.",
        ),
        "period_closed_in_erp": Text(
            "Laut ERP ist die Periode für {posting_date} geschlossen.",
            "In den Stammdaten ist die Periode der Art {kind} für {posting_date} offen, das ERP "
            "meldet sie als geschlossen. Es gilt die strengere Auskunft.",
        ),
    }
)
