"""Tokens: values that can be compared and do not show what they were made of."""

from __future__ import annotations

import hashlib
import unicodedata


def bare(text: str) -> str:
    """The text without what is written differently: case, spaces, dashes, accents."""
    plain = text.casefold()
    if plain.isascii() and plain.isalnum():
        return plain
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if char.isalnum())


def token(kind: str, text: str) -> str:
    """The token of a value: `bank_account:9f86d0...`; equal for equal values of one kind."""
    return f"{kind}:{hashlib.sha256(f'{kind}:{bare(text)}'.encode()).hexdigest()}"
