"""What is said of the coding of lines before a document posts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "coding_missing": Text(
            "The {field} is missing on line {lines}.",
            "The policy wants a `{field}` on every line; there is none on line {lines}.",
        ),
        "coding_unknown": Text(
            "The {field} {value} is not known.",
            "Master data have no `{field}` {value} that counts in the entity (line {lines}).",
        ),
        "coding_of_other_entity": Text(
            "The {field} {value} belongs to another entity.",
            "The `{field}` {value} on line {lines} belongs to another entity than the document.",
        ),
        "coding_inactive": Text(
            "The {field} {value} is not active on {day}.",
            "Master data have the `{field}` {value} (line {lines}), and not as active on the "
            "posting date {day}.",
        ),
        "account_not_postable": Text(
            "The account {value} takes no postings.",
            "The account {value} on line {lines} is a heading: it only adds up other accounts.",
        ),
        "combination_not_allowed": Text(
            "{value} may not stand together.",
            "No combination in the master data takes {value} (account / cost center / project) on "
            "{day}; it stands on line {lines}.",
        ),
        "combination_not_allowed_in_erp": Text(
            "The ERP says that {value} may not stand together.",
            "Master data allow {value} (account / cost center / project) on {day} for line "
            "{lines}, the ERP does not. The stricter answer counts.",
        ),
        "tax_code_refused_in_erp": Text(
            "The ERP does not take the tax code {value}.",
            "Master data have the tax code {value} (line {lines}) as valid on {day}, the ERP does "
            "not take it. The stricter answer counts.",
        ),
        "tax_missing": Text(
            "The tax is missing on lines with the code {value}.",
            "The tax code {value} has a rate, and line {lines} do not all state their tax "
            "(posting date {day}).",
        ),
        "tolerance_in_other_currency": Text(
            "The tolerance is in another currency.",
            "The policy states its tolerance in another currency than the document, so {value} on "
            "line {lines} ({day}) cannot be compared.",
        ),
        "tax_differs": Text(
            "The tax of the code {value} is {tax}, expected {expected}.",
            "By its rate on {day} the tax code {value} makes {expected} of the net of line "
            "{lines}; the document states {tax}.",
        ),
        "line_does_not_multiply": Text(
            "Line {lines} is {net}, expected {expected}.",
            "Quantity times price of line {lines} is {expected}; the line states {net}.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "coding_missing": Text(
            "{field} fehlt auf Zeile {lines}.",
            "Die Richtlinie verlangt `{field}` auf jeder Zeile; auf Zeile {lines} fehlt es.",
        ),
        "coding_unknown": Text(
            "{field} {value} ist nicht bekannt.",
            "Die Stammdaten kennen `{field}` {value} für die Gesellschaft nicht (Zeile {lines}).",
        ),
        "coding_of_other_entity": Text(
            "{field} {value} gehört zu einer anderen Gesellschaft.",
            "`{field}` {value} auf Zeile {lines} gehört zu einer anderen Gesellschaft als der "
            "Beleg.",
        ),
        "coding_inactive": Text(
            "{field} {value} ist am {day} nicht aktiv.",
            "Die Stammdaten kennen `{field}` {value} (Zeile {lines}), aber nicht als aktiv am "
            "Buchungsdatum {day}.",
        ),
        "account_not_postable": Text(
            "Das Konto {value} nimmt keine Buchungen an.",
            "Das Konto {value} auf Zeile {lines} ist eine Überschrift: es summiert nur andere "
            "Konten.",
        ),
        "combination_not_allowed": Text(
            "{value} darf nicht zusammen stehen.",
            "Keine Kombination der Stammdaten erlaubt {value} (Konto / Kostenstelle / Projekt) am "
            "{day}; so steht es auf Zeile {lines}.",
        ),
        "combination_not_allowed_in_erp": Text(
            "Laut ERP darf {value} nicht zusammen stehen.",
            "Die Stammdaten erlauben {value} (Konto / Kostenstelle / Projekt) am {day} für Zeile "
            "{lines}, das ERP nicht. Die strengere Antwort zählt.",
        ),
        "tax_code_refused_in_erp": Text(
            "Das ERP nimmt den Steuerschlüssel {value} nicht an.",
            "Die Stammdaten haben den Steuerschlüssel {value} (Zeile {lines}) am {day} als gültig, "
            "das ERP nimmt ihn nicht an. Die strengere Antwort zählt.",
        ),
        "tax_missing": Text(
            "Auf Zeilen mit dem Steuerschlüssel {value} fehlt die Steuer.",
            "Der Steuerschlüssel {value} hat einen Satz, und Zeile {lines} nennen ihre Steuer "
            "nicht alle (Buchungsdatum {day}).",
        ),
        "tolerance_in_other_currency": Text(
            "Die Toleranz ist in anderer Währung.",
            "Die Richtlinie nennt ihre Toleranz in anderer Währung als der Beleg; die Steuer des "
            "Schlüssels {value} auf Zeile {lines} ({day}) ist so nicht vergleichbar.",
        ),
        "tax_differs": Text(
            "Die Steuer des Schlüssels {value} ist {tax}, erwartet {expected}.",
            "Nach seinem Satz am {day} ergibt der Steuerschlüssel {value} aus dem Netto von Zeile "
            "{lines} {expected}; der Beleg nennt {tax}.",
        ),
        "line_does_not_multiply": Text(
            "Zeile {lines} beträgt {net}, erwartet {expected}.",
            "Menge mal Preis der Zeile {lines} ist {expected}; die Zeile nennt {net}.",
        ),
    }
)
