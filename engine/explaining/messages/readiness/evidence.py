"""What clears a finding, by the names of `engine.readiness.finding.Evidence`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ENGLISH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "evidence.document": "the document with what it lacks",
        "evidence.open_period": "another posting date, or the period opened",
        "evidence.period_record": "the period in the master data",
        "evidence.supplier_record": "the supplier, with its status, in the master data",
        "evidence.active_supplier": "the supplier active again, or another supplier",
        "evidence.other_people": "one of the two done by somebody else",
    }
)
GERMAN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "evidence.document": "der Beleg mit dem, was ihm fehlt",
        "evidence.open_period": "ein anderes Buchungsdatum oder die geöffnete Periode",
        "evidence.period_record": "die Periode in den Stammdaten",
        "evidence.supplier_record": "der Lieferant mit seinem Status in den Stammdaten",
        "evidence.active_supplier": "der wieder aktive oder ein anderer Lieferant",
        "evidence.other_people": "eines von beiden, von jemand anderem getan",
    }
)
