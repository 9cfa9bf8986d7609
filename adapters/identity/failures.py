"""Why nobody is let in, in one small tree.

    IdentityError
    ├── AuthenticationFailed      the caller is not known: `code`, and a sentence for him
    │   └── IssuerUnavailable     and cannot be now: the issuer's keys cannot be had; try later
    └── IdentityMisconfigured     settings that the service must not start with

Messages never contain the token or a part of it. What an unverified token says is never repeated
either: whoever can write a log line may not choose its words.
"""

from __future__ import annotations

from enum import StrEnum, auto


class FailureCode(StrEnum):
    """Why a token is refused; the name in lower case is stable: for answers, logs and tests."""

    NO_TOKEN = auto()
    TOKEN_TOO_LARGE = auto()
    MALFORMED_TOKEN = auto()
    DEVELOPMENT_TOKEN = auto()
    UNKNOWN_ISSUER = auto()
    ISSUER_UNAVAILABLE = auto()
    ALGORITHM_REFUSED = auto()
    WRONG_TOKEN_TYPE = auto()
    UNKNOWN_KEY = auto()
    WRONG_SIGNATURE = auto()
    MISSING_CLAIM = auto()
    MALFORMED_CLAIM = auto()
    WRONG_AUDIENCE = auto()
    WRONG_TENANT = auto()
    EXPIRED = auto()
    NOT_YET_VALID = auto()
    BOUND_TOKEN = auto()
    UNVERIFIED_EMAIL = auto()
    UNKNOWN_SERVICE = auto()
    NOT_LOCAL = auto()
    UNKNOWN_PERSON = auto()


class IdentityError(Exception):
    """Root of what this package raises on purpose."""


class AuthenticationFailed(IdentityError):
    """The caller could not be made out; nothing may be done in his name."""

    def __init__(self, code: FailureCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class IssuerUnavailable(AuthenticationFailed):
    """The token may be good, but the keys to check it cannot be had now."""

    def __init__(self, message: str) -> None:
        super().__init__(FailureCode.ISSUER_UNAVAILABLE, message)


class IdentityMisconfigured(IdentityError):
    """Settings under which callers could be mistaken; the service does not start."""
