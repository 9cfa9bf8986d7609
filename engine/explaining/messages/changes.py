"""Texts about other content of a case: why it is approved again, and why an approval fell."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "change_without_rule": Text(
            "The document has changed and is approved again.",
            "The document has changed, and the policy set has no `changes`: nothing stands.",
        ),
        "change_after_end": Text(
            "The document comes again after it had ended.",
            "The version before was rejected, refused or withdrawn: nothing of it stands.",
        ),
        "change_of_field": Text(
            "{field} has changed.",
            "`{field}` states something else than the version before, and the policy names it.",
        ),
        "change_not_comparable": Text(
            "What was approved cannot be compared with this.",
            "An earlier version cannot be read, or only one of the two states an amount.",
        ),
        "change_increase": Text(
            "The amount has grown from {old} to {new}.",
            "The total has grown by more than is tolerated, since `{since}`: from {old} to {new}.",
        ),
        "change_again": Text(
            "{person} is asked again.",
            "The approval of {person} fell, since everything is approved again.",
        ),
        "change_no_longer_asked": Text(
            "The approval of {person} is for nothing any more.",
            "The route of the new content asks {person} for nothing that his approval was for.",
        ),
        "change_of_allocation": Text(
            "{person} is charged something else.",
            "What is allocated to {person} is another amount than the one that was approved.",
        ),
        "change_over_authority": Text(
            "The amount is beyond the authority of {person} now.",
            "The new total is over the authority of {person}, which covered the old one.",
        ),
        "change_increase_since_given": Text(
            "The amount has grown since {person} approved.",
            "The total has grown by more than is tolerated since the version that {person} saw.",
        ),
        "change_stands": Text(
            "The approval of {person} stands.",
            "The approval of {person} stands: the route of the new content asks for it.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "change_without_rule": Text(
            "Der Beleg wurde geändert und wird neu genehmigt.",
            "Der Beleg wurde geändert, und die Richtlinie sagt nichts dazu (`changes`): "
            "nichts bleibt bestehen.",
        ),
        "change_after_end": Text(
            "Der Beleg kommt wieder, nachdem er beendet war.",
            "Die Fassung davor wurde abgelehnt oder zurückgezogen: nichts von ihr bleibt bestehen.",
        ),
        "change_of_field": Text(
            "{field} wurde geändert.",
            "`{field}` nennt etwas anderes als die Fassung davor, und die Richtlinie nennt es.",
        ),
        "change_not_comparable": Text(
            "Das Genehmigte lässt sich damit nicht vergleichen.",
            "Eine frühere Fassung ist nicht lesbar, oder nur eine der beiden nennt einen Betrag.",
        ),
        "change_increase": Text(
            "Der Betrag ist von {old} auf {new} gestiegen.",
            "Die Summe ist seit `{since}` stärker gestiegen als geduldet: von {old} auf {new}.",
        ),
        "change_again": Text(
            "{person} wird erneut gefragt.",
            "Die Genehmigung von {person} ist entfallen, da alles neu genehmigt wird.",
        ),
        "change_no_longer_asked": Text(
            "Die Genehmigung von {person} gilt für nichts mehr.",
            "Der Genehmigungsweg des neuen Inhalts fragt {person} nach nichts, wofür die "
            "Genehmigung war.",
        ),
        "change_of_allocation": Text(
            "{person} wird etwas anderes belastet.",
            "Was {person} zugeordnet ist, ist ein anderer Betrag als der genehmigte.",
        ),
        "change_over_authority": Text(
            "Der Betrag übersteigt jetzt die Befugnis von {person}.",
            "Die neue Summe übersteigt die Befugnis von {person}, die alte tat es nicht.",
        ),
        "change_increase_since_given": Text(
            "Der Betrag ist gestiegen, seit {person} genehmigt hat.",
            "Die Summe ist stärker gestiegen als geduldet, seit der Fassung, die {person} sah.",
        ),
        "change_stands": Text(
            "Die Genehmigung von {person} bleibt bestehen.",
            "Die Genehmigung von {person} bleibt bestehen: der neue Inhalt verlangt sie auch.",
        ),
    }
)
