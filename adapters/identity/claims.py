"""Values out of claims: each one present, of its kind and short, or the token is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

from adapters.identity.failures import AuthenticationFailed, FailureCode
from adapters.identity.token_parts import Claims

LONGEST: Final = 256  # of one word
MOST_WORDS: Final = 1_000
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_SECONDS: Final = 32_503_680_000  # the year 3000: arithmetic stays within `datetime`


def text(claims: Claims, name: str) -> str:
    """A claim that must be there: one printable word or phrase."""
    value = claims.get(name)
    if value is None:
        _missing(name)
    if not isinstance(value, str) or not _is_word(value):
        _malformed(name, f"a printable text of at most {LONGEST} characters")
    return value


def text_or_empty(claims: Claims, name: str) -> str:
    """A claim that may be missing or empty: empty then."""
    return "" if claims.get(name) in (None, "") else text(claims, name)


def moment(claims: Claims, name: str) -> datetime:
    """A claim that must be there: whole seconds since 1970, as a moment in UTC."""
    value = claims.get(name)
    if value is None:
        _missing(name)
    if type(value) is not int or not 0 <= value <= _LATEST_SECONDS:
        _malformed(name, "whole seconds since 1970")
    return _BEGINNING + timedelta(seconds=value)


def moment_or_none(claims: Claims, name: str) -> datetime | None:
    """A claim that may be missing."""
    return None if claims.get(name) is None else moment(claims, name)


def words(claims: Claims, name: str) -> frozenset[str]:
    """A list of words, or words between spaces; none where the claim is missing."""
    value = claims.get(name)
    match value:
        case None:
            return frozenset()
        case str():
            found: list[object] = list(value.split())
        case list():
            found = value
        case _:
            _malformed(name, "a list of words")
    wanted = [word for word in found if isinstance(word, str) and _is_word(word)]
    if len(wanted) != len(found) or len(found) > MOST_WORDS:
        _malformed(name, f"at most {MOST_WORDS:,} words of at most {LONGEST} characters")
    return frozenset(wanted)


def texts(claims: Claims, name: str) -> frozenset[str]:
    """One text or a list of them, as `aud`: spaces do not separate."""
    value = claims.get(name)
    return frozenset({text(claims, name)}) if isinstance(value, str) else words(claims, name)


def _is_word(value: str) -> bool:
    return 0 < len(value) <= LONGEST and value.isprintable() and value == value.strip()


def _missing(name: str) -> NoReturn:
    raise AuthenticationFailed(FailureCode.MISSING_CLAIM, f"the token lacks the claim `{name}`")


def _malformed(name: str, expected: str) -> NoReturn:
    raise AuthenticationFailed(
        FailureCode.MALFORMED_CLAIM, f"the claim `{name}` must be {expected}, and is not"
    )
