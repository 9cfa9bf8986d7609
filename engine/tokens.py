"""Tokens: values that can be compared and do not show what they were made of.

Numbers of accounts and taxes have few enough digits to be tried out, so that a plain digest hides
nothing from who means it: the service makes tokens with a key. Drafts on the command line have none
and leave their tokens nowhere.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from engine.errors import CountersignError

Tokens = Callable[[str, str], str]
"""Kind and text to the token of the value."""

_KEYED: Final = re.compile(r"[a-z_]+:[a-z0-9][a-z0-9_-]{0,30}:[0-9a-f]{64}", re.ASCII)


class TokensUnavailable(CountersignError):
    """Values cannot be compared here: their tokens were made with a key that is not at hand."""


def bare(text: str) -> str:
    """The text without what is written differently: case, spaces, dashes, accents."""
    plain = text.casefold()
    if plain.isascii() and plain.isalnum():
        return plain
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if char.isalnum())


def token(kind: str, text: str) -> str:
    """The token of a value without a key: `bank_account:9f86d0...`; equal for equal values."""
    return f"{kind}:{hashlib.sha256(f'{kind}:{bare(text)}'.encode()).hexdigest()}"


def no_tokens(kind: str, text: str) -> str:
    """Stands for the tokens of a key that is not at hand. Raises `TokensUnavailable`."""
    raise TokensUnavailable(f"values of `{kind}` are compared by tokens whose key is not here")


def is_keyed(kind: str, text: str) -> bool:
    """Whether the text is a token of this kind already, made with a key."""
    return text.startswith(f"{kind}:") and _KEYED.fullmatch(text) is not None
