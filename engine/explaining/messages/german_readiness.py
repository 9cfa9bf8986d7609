"""German texts of what keeps a document from posting."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

READINESS: Final[Mapping[str, Text]] = MappingProxyType(
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
        "supplier_missing": Text(
            "Der Beleg nennt keinen Lieferanten.",
            "Die Richtlinie fragt, ob der Lieferant aktiv ist, und der Beleg nennt keinen.",
        ),
        "supplier_unknown": Text(
            "Der Lieferant ist nicht bekannt[: {detail}].",
            "Die Stammdaten haben keinen Lieferanten dieses Namens[: {detail}]; ob er aktiv ist, "
            "lässt sich nicht sagen.",
        ),
        "supplier_status_unknown": Text(
            "Der Status des Lieferanten {supplier} ist nicht bekannt.",
            "Die Stammdaten nennen keinen Status des Lieferanten {supplier}. Ein unbekannter "
            "Status gilt nicht als aktiv.",
        ),
        "supplier_inactive": Text(
            "Der Lieferant {supplier} ist nicht aktiv.",
            "Der Lieferant {supplier} hat den Status {status}; als aktiv gelten nach der "
            "Richtlinie: {active}.",
        ),
        "supplier_inactive_in_erp": Text(
            "Laut ERP ist der Lieferant {supplier} nicht aktiv.",
            "In den Stammdaten ist der Lieferant {supplier} aktiv, laut ERP ist er es nicht. Es "
            "gilt die strengere Auskunft.",
        ),
        "duties_in_conflict": Text(
            "{person} hat getan, was nicht beides eine Person tun darf.",
            "Der Konflikt {conflict} verbietet beides einer Person: {person} tat {act}"
            "[ und {other}][. Das Risiko: {risk}].",
        ),
        "duties_undecided": Text(
            "Ob Aufgaben im Konflikt stehen, ist nicht zu sagen[: {detail}].",
            "Was am Dokument und seiner Kette getan wurde, ist nicht zu vergleichen[: {detail}].",
        ),
        "entity_unknown": Text(
            "Die Gesellschaft ist nicht bekannt[: {detail}].",
            "Die Richtlinie kennt keine Gesellschaft dieses Namens[: {detail}]; damit ist keine "
            "Prüfung zu finden.",
        ),
        "document_type_unknown": Text(
            "Belege dieser Art sind in der Richtlinie nicht vorgesehen[: {detail}].",
            "Die Richtlinie kennt keine Belegart dieses Namens[: {detail}]; damit ist keine "
            "Prüfung zu finden.",
        ),
    }
)

EVIDENCE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "evidence.document": "der Beleg mit dem, was ihm fehlt",
        "evidence.open_period": "ein anderes Buchungsdatum oder die geöffnete Periode",
        "evidence.period_record": "die Periode in den Stammdaten",
        "evidence.supplier_record": "der Lieferant mit seinem Status in den Stammdaten",
        "evidence.active_supplier": "der wieder aktive oder ein anderer Lieferant",
        "evidence.other_people": "eines von beiden, von jemand anderem getan",
    }
)
