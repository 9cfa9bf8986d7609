"""The catalogues by language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Catalogue, Family, Text, changes, english, german, readiness
from engine.explaining.messages.english_phrases import PHRASES as ENGLISH_PHRASES
from engine.explaining.messages.german_phrases import PHRASES as GERMAN_PHRASES
from engine.explaining.messages.readiness import evidence

ENGLISH: Final = Catalogue(
    language="en",
    texts=MappingProxyType[Family, Mapping[str, Text]](
        {
            Family.HELD: english.HELD,
            Family.REFUSED: english.REFUSED,
            Family.PASSED: english.PASSED,
            Family.FINDING: english.FINDINGS,
            Family.REVIEW: english.REVIEWS,
            Family.NOTE: english.NOTES,
            Family.REASON: english.REASONS,
            Family.ACT: english.ACTS,
            Family.READINESS: readiness.ENGLISH,
            Family.CHANGE: changes.ENGLISH,
        }
    ),
    phrases=MappingProxyType({**ENGLISH_PHRASES, **evidence.ENGLISH}),
    moment="%Y-%m-%d %H:%M:%S",
    grouping=",",
    decimal=".",
)
GERMAN: Final = Catalogue(
    language="de",
    texts=MappingProxyType[Family, Mapping[str, Text]](
        {
            Family.HELD: german.HELD,
            Family.REFUSED: german.REFUSED,
            Family.PASSED: german.PASSED,
            Family.FINDING: german.FINDINGS,
            Family.REVIEW: german.REVIEWS,
            Family.NOTE: german.NOTES,
            Family.REASON: german.REASONS,
            Family.ACT: german.ACTS,
            Family.READINESS: readiness.GERMAN,
            Family.CHANGE: changes.GERMAN,
        }
    ),
    phrases=MappingProxyType({**GERMAN_PHRASES, **evidence.GERMAN}),
    moment="%d.%m.%Y %H:%M:%S",
    grouping=".",
    decimal=",",
)
LANGUAGES: Final[Mapping[str, Catalogue]] = MappingProxyType({"en": ENGLISH, "de": GERMAN})


def catalogue(language: str) -> Catalogue:
    """The catalogue of a language tag (`de`, `de-AT`); English where there is none."""
    return LANGUAGES.get(language.lower().replace("_", "-").partition("-")[0], ENGLISH)
