"""What is said of suppliers before a document posts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "supplier_missing": Text(
            "The document names no supplier.",
            "The policy asks whether the supplier is active, and the document names none.",
        ),
        "supplier_unknown": Text(
            "The supplier is not known[: {detail}].",
            "Master data have no supplier of this name[: {detail}], so it cannot be told whether "
            "it is active.",
        ),
        "supplier_status_unknown": Text(
            "The status of the supplier {supplier} is not known.",
            "Master data state no status of the supplier {supplier}. A status that is not known "
            "is not active.",
        ),
        "supplier_inactive": Text(
            "The supplier {supplier} is not active.",
            "The supplier {supplier} has the status {status}; the policy counts as active: "
            "{active}.",
        ),
        "supplier_inactive_in_erp": Text(
            "The ERP says that the supplier {supplier} is not active.",
            "Master data have the supplier {supplier} as active, the ERP answered that it is not. "
            "The stricter answer counts.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
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
    }
)
