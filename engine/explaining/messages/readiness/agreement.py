"""What is said where a document and a system disagree."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "differs_from_supplier": Text(
            "The {field} is not that of the supplier {supplier}.",
            "The document states another `{field}` than the record of the supplier {supplier}"
            "[: {stated}][, and not {known}][; {system} has the last word]. Nothing is "
            "overwritten: one of the two has to be put right.",
        ),
        "differs_from_order": Text(
            "The {field}[ of line {line}] is not that of the order {order}.",
            "The document states `{field}` {stated}[ in line {line}], and the order {order} says "
            "{known}[; {system} has the last word]. Nothing is overwritten: one of the two has to "
            "be put right.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "differs_from_supplier": Text(
            "{field} ist nicht das des Lieferanten {supplier}.",
            "Der Beleg nennt ein anderes `{field}` als der Stammsatz des Lieferanten {supplier}"
            "[: {stated}][, und nicht {known}][; das letzte Wort hat {system}]. Nichts "
            "wird überschrieben: eines von beiden ist zu berichtigen.",
        ),
        "differs_from_order": Text(
            "{field}[ der Zeile {line}] ist nicht das der Bestellung {order}.",
            "Der Beleg nennt `{field}` {stated}[ in Zeile {line}], die Bestellung {order} sagt "
            "{known}[; das letzte Wort hat {system}]. Nichts wird überschrieben: eines von beiden "
            "ist zu berichtigen.",
        ),
    }
)
