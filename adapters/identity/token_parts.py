"""A bearer token as it arrives: bounded, read strictly, and not yet believed."""

from __future__ import annotations

import binascii
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from adapters.identity.failures import AuthenticationFailed, FailureCode

MOST_CHARACTERS: Final = 16_384
DEVELOPMENT_PREFIX: Final = "development-"
_SCHEME: Final = "bearer "
_THREE_PARTS: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}")

Headers = Iterable[tuple[str, str]]
Claims = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token says about itself before its signature was checked."""

    header: Claims
    claims: Claims


def bearer_token(headers: Headers) -> str:
    """The token of the one `Authorization` header. Raises `AuthenticationFailed`."""
    found = [value for name, value in headers if name.lower() == "authorization"]
    if not found:
        raise AuthenticationFailed(FailureCode.NO_TOKEN, "there is no `authorization` header")
    if len(found) > 1:
        _malformed("there is more than one `authorization` header")
    scheme, token = found[0][: len(_SCHEME)], found[0][len(_SCHEME) :].strip()
    if scheme.lower() != _SCHEME or not token:
        raise AuthenticationFailed(
            FailureCode.NO_TOKEN, "the `authorization` header must say `Bearer` and a token"
        )
    if len(token) > MOST_CHARACTERS:
        raise AuthenticationFailed(
            FailureCode.TOKEN_TOO_LARGE,
            f"the token has more than {MOST_CHARACTERS:,} characters",
        )
    return token


def unverified(token: str) -> Unverified:
    """Header and claims of a signed JWT. Raises `AuthenticationFailed` for anything else."""
    if not _THREE_PARTS.fullmatch(token):
        _malformed("the token is no signed JWT: three parts in base64url, joined by dots")
    header, claims, _ = token.split(".")
    return Unverified(read_object(_decoded(header)), read_object(_decoded(claims)))


def read_object(data: bytes) -> Claims:
    """A JSON object that says nothing twice. Raises `AuthenticationFailed`."""
    try:
        value = json.loads(data, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        _malformed("a part of the token is no JSON")
    if not isinstance(value, dict):
        _malformed("a part of the token is no JSON object")
    return value


def _decoded(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        _malformed("a part of the token is no base64url")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Two readers may take different ones of two equal names, so there may not be two."""
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError
    return names


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _malformed(message: str) -> NoReturn:
    raise AuthenticationFailed(FailureCode.MALFORMED_TOKEN, message)
