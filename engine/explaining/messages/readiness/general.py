"""What is said of no check in particular: duties in conflict, and what a set does not know."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "duties_in_conflict": Text(
            "{person} did what one person may not both do.",
            "The conflict {conflict} keeps one person from both: {person} did {act}"
            "[ and {other}][. The risk: {risk}].",
        ),
        "duties_undecided": Text(
            "It cannot be told whether duties are in conflict[: {detail}].",
            "What was done on the document and its chain cannot be compared[: {detail}].",
        ),
        "entity_unknown": Text(
            "The legal entity is not known[: {detail}].",
            "The policy set declares no entity of this name[: {detail}], so no check can be found.",
        ),
        "document_type_unknown": Text(
            "Documents of this type are not covered by the policy[: {detail}].",
            "The policy set declares no document type of this name[: {detail}], so no check can "
            "be found.",
        ),
        "surroundings_incomplete": Text(
            "Not everything around the document could be had[: {detail}].",
            "A check compares the document with others, and these could not all be had"
            "[: {detail}]. What was not compared is not in order.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
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
        "surroundings_incomplete": Text(
            "Nicht alles um den Beleg herum war zu haben[: {detail}].",
            "Eine Prüfung vergleicht den Beleg mit anderen, und diese waren nicht alle zu haben"
            "[: {detail}]. Was nicht verglichen wurde, ist nicht in Ordnung.",
        ),
    }
)
