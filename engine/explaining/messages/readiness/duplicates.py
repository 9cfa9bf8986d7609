"""What is said of documents that claim the same."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "duplicate_document": Text(
            "The document is likely the same as {other}[ ({case})].",
            "It has in common with {other}[ ({case})][, number {number}][, of the entity {entity}]"
            ": {same}. Of two that claim the same, one may post; whoever releases this one says "
            "why both are due.",
        ),
        "duplicate_cannot_be_told": Text(
            "It cannot be told whether the document was claimed before.",
            "The policy compares documents by what this one does not state: {fields}. What cannot "
            "be compared is not taken for new.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "duplicate_document": Text(
            "Der Beleg ist wahrscheinlich derselbe wie {other}[ ({case})].",
            "Er hat mit {other}[ ({case})][, Nummer {number}][, der Gesellschaft {entity}] "
            "gemeinsam: {same}. Von zweien, die dasselbe fordern, darf einer gebucht werden; wer "
            "diesen freigibt, sagt, warum beide zu zahlen sind.",
        ),
        "duplicate_cannot_be_told": Text(
            "Ob der Beleg schon einmal eingereicht wurde, ist nicht zu sagen.",
            "Die Richtlinie vergleicht Belege nach dem, was dieser nicht nennt: {fields}. Was "
            "nicht zu vergleichen ist, gilt nicht als neu.",
        ),
    }
)
