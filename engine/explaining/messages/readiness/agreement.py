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
            "The document states another `{field}` than the record of the supplier {supplier}[, "
            "and {system} has the last word]. Nothing is overwritten: one of the two has to be "
            "put right.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "differs_from_supplier": Text(
            "{field} ist nicht das des Lieferanten {supplier}.",
            "Der Beleg nennt ein anderes `{field}` als der Stammsatz des Lieferanten {supplier}[; "
            "das letzte Wort hat {system}]. Nichts wird überschrieben: eines von beiden ist zu "
            "berichtigen.",
        ),
    }
)
