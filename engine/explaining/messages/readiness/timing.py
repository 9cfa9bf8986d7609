"""What is said of hours of posting and of the age of data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "window_closed": Text(
            "Nothing is posted at this hour[; the next window opens at {opens_at}].",
            "The policy posts in certain hours only, and now is none of them[; the next window "
            "opens at {opens_at}].",
        ),
        "data_age_unknown": Text(
            "It is not known how old the data of {source} are.",
            "The policy says how old data of `{source}` may be; nobody knows when they were "
            "loaded. Data of unknown age are too old.",
        ),
        "data_too_old": Text(
            "The data of {source} are of {since}.",
            "Data of `{source}` were loaded at {since}; the policy takes {hours} hours at most.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "window_closed": Text(
            "Zu dieser Stunde wird nicht gebucht[; das nächste Fenster öffnet {opens_at}].",
            "Die Richtlinie bucht nur zu bestimmten Stunden, und jetzt ist keine davon[; das "
            "nächste Fenster öffnet {opens_at}].",
        ),
        "data_age_unknown": Text(
            "Das Alter der Daten von {source} ist nicht bekannt.",
            "Die Richtlinie sagt, wie alt Daten von `{source}` sein dürfen; wann sie geladen "
            "wurden, ist nicht bekannt. Daten unbekannten Alters sind zu alt.",
        ),
        "data_too_old": Text(
            "Die Daten von {source} sind von {since}.",
            "Daten von `{source}` wurden am {since} geladen; die Richtlinie "
            "erlaubt höchstens {hours} Stunden.",
        ),
    }
)
