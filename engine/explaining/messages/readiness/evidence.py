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
        "evidence.tax_number": "the right tax number, where the data of the party are kept",
        "evidence.tax_register": "the answer of the tax register about the number",
        "evidence.clearance": "the document cleared, with its proof",
        "evidence.country_record": "the country, as a file of the policy set",
        "evidence.class_record": "the class, as a fact in the master data",
        "evidence.order": "the order, or a change of it, approved",
        "evidence.receipt": "what arrived, or passed inspection, recorded",
        "evidence.corrected_bill": "another invoice, or a credit note",
        "evidence.other_people": "one of the two done by somebody else",
        "evidence.no_other_document": "the other document withdrawn or rejected, or this one",
        "evidence.coding": "the line coded to something that takes the posting",
        "evidence.chart": "the chart of accounts in the master data",
        "evidence.budget": "more budget, or less spent",
        "evidence.rate": "the exchange rate in the master data",
        "evidence.paper": "the paper that is asked for",
        "evidence.approval": "the content approved as it is now",
        "evidence.waiting": "the time that has to pass",
        "evidence.fresh_data": "the data loaded again",
        "evidence.other_documents": "the other documents that belong to it, put right",
        "evidence.screening": "the answer of whoever screens names",
        "evidence.call_back": "a call to the supplier by another person, stated on the request",
        "evidence.item": "the item put right, or taken out of the payment",
        "evidence.agreement": "the two systems brought to say the same",
    }
)
GERMAN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "evidence.document": "der Beleg mit dem, was ihm fehlt",
        "evidence.open_period": "ein anderes Buchungsdatum oder die geöffnete Periode",
        "evidence.period_record": "die Periode in den Stammdaten",
        "evidence.supplier_record": "der Lieferant mit seinem Status in den Stammdaten",
        "evidence.active_supplier": "der wieder aktive oder ein anderer Lieferant",
        "evidence.tax_number": "die richtige Steuernummer, wo die Daten des Beteiligten liegen",
        "evidence.tax_register": "die Antwort des Steuerregisters zu der Nummer",
        "evidence.clearance": "der freigegebene Beleg mit seinem Nachweis",
        "evidence.country_record": "das Land als Datei der Richtlinie",
        "evidence.class_record": "die Klasse als Angabe in den Stammdaten",
        "evidence.order": "die genehmigte Bestellung oder ihre genehmigte Änderung",
        "evidence.receipt": "der erfasste Wareneingang oder die Abnahme",
        "evidence.corrected_bill": "eine andere Rechnung oder eine Gutschrift",
        "evidence.other_people": "eines von beiden, von jemand anderem getan",
        "evidence.no_other_document": "der andere oder dieser Beleg, zurückgezogen oder abgelehnt",
        "evidence.coding": "die Zeile auf etwas kontiert, das die Buchung annimmt",
        "evidence.chart": "der Kontenplan in den Stammdaten",
        "evidence.budget": "mehr Budget oder weniger Ausgaben",
        "evidence.rate": "der Wechselkurs in den Stammdaten",
        "evidence.paper": "das verlangte Papier",
        "evidence.approval": "die Genehmigung des heutigen Inhalts",
        "evidence.waiting": "die Zeit, die vergehen muss",
        "evidence.fresh_data": "neu geladene Daten",
        "evidence.other_documents": "die anderen Belege, die dazugehören, in Ordnung gebracht",
        "evidence.screening": "die Auskunft der Sanktionsprüfung",
        "evidence.call_back": "ein Rückruf durch eine andere Person, im Antrag genannt",
        "evidence.item": "der Posten in Ordnung gebracht oder aus der Zahlung genommen",
        "evidence.agreement": "zwei Systeme, die dasselbe sagen",
    }
)
