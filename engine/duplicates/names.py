"""Names of suppliers, without what one company's name is spelled differently by."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_FORMS: Final = frozenset(
    "ltd limited plc llp llc lp inc incorporated corp corporation co company gmbh mbh ag kg ohg ug"
    " se sa sas sarl srl spa bv nv ab as oy pty the and und et".split()
)
_WORDS: Final = re.compile(r"[^\W_]+")


@lru_cache(10_000)
def normalised_name(name: str) -> str:
    """The words of the name without case, accents, punctuation and legal form, as one text.

    A name of nothing else keeps its words. Empty where there is no letter or digit. Doing it twice
    changes nothing.
    """
    bare = name.lower()
    if not name.isascii():
        plain = unicodedata.normalize("NFKD", name.casefold()).casefold()
        bare = "".join(char for char in plain if not unicodedata.combining(char))
    bare = re.sub(r"(?<=\w)[.'\u2019](?=\w|\s|$)", "", bare)  # S.A. and O'Neill are one word
    words = _WORDS.findall(bare)
    return " ".join([word for word in words if word not in _FORMS] or words)
