"""What is said of bank details that were changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "bank_change_too_new": Text(
            "The bank details of the supplier were changed a short while ago.",
            "The request {change}[ ({case})] changed bank details[ of the supplier "
            "{supplier}] so lately that nothing is paid yet[; from {clears_at} on it may "
            "be].",
        ),
        "call_back_missing": Text(
            "Nobody has called the supplier back about {change}.",
            "The bank details of {change}[ ({case})] need a call to the supplier by another"
            " person; it does not state {fields}.",
        ),
        "call_back_by_nobody_known": Text(
            "Nobody is known as {person}, who is to have called back.",
            "The call about {change}[ ({case})] was made by {person}, whom the master data "
            "do not have or who is not employed.",
        ),
        "call_back_by_involved": Text(
            "{person} called back and had a part in the change.",
            "{person} requested, submitted or approved {change}[ ({case})], or is related "
            "to somebody who did. Another person has to call.",
        ),
        "call_back_out_of_time": Text(
            "The call about {change} lies out of its time.",
            "The call about {change}[ ({case})] is stated for {at}: still to come, or long "
            "before the request.",
        ),
        "call_back_number_of_request": Text(
            "The number that was called came with the request {change}.",
            "The number of the call about {change}[ ({case})] is no number, or stands in "
            "the request itself and not on file. Whoever forged it would answer.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "bank_change_too_new": Text(
            "Die Bankverbindung des Lieferanten wurde erst vor Kurzem geändert.",
            "Der Antrag {change}[ ({case})] hat die Bankverbindung[ des Lieferanten "
            "{supplier}] vor so kurzer Zeit geändert, dass noch nicht gezahlt wird[; ab "
            "{clears_at} ist es möglich].",
        ),
        "call_back_missing": Text(
            "Niemand hat den Lieferanten wegen {change} zurückgerufen.",
            "Die Bankverbindung aus {change}[ ({case})] verlangt einen Rückruf durch eine "
            "andere Person; es fehlt {fields}.",
        ),
        "call_back_by_nobody_known": Text(
            "Als {person} ist niemand bekannt, und doch soll er zurückgerufen haben.",
            "Den Rückruf zu {change}[ ({case})] machte {person}; die Stammdaten kennen ihn "
            "nicht, oder er ist nicht beschäftigt.",
        ),
        "call_back_by_involved": Text(
            "{person} hat zurückgerufen und war an der Änderung beteiligt.",
            "{person} hat {change}[ ({case})] beantragt, eingereicht oder genehmigt oder "
            "ist mit jemandem verwandt, der es tat. Anrufen muss eine andere Person.",
        ),
        "call_back_out_of_time": Text(
            "Der Rückruf zu {change} liegt außerhalb der Zeit.",
            "Der Rückruf zu {change}[ ({case})] ist für {at} angegeben: noch nicht gewesen "
            "oder lange vor dem Antrag.",
        ),
        "call_back_number_of_request": Text(
            "Die angerufene Nummer kam mit dem Antrag {change}.",
            "Die Nummer des Rückrufs zu {change}[ ({case})] ist keine oder steht im Antrag "
            "selbst und nicht im Stammsatz. Wer ihn gefälscht hat, nähme ab.",
        ),
    }
)
