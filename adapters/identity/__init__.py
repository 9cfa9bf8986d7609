"""Who is calling: OIDC tokens of people and tools, and logins for development.

The two ways are one word to the rest: `caller_of(headers, peer, now)`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from adapters.identity.caller import (
    ActingPerson,
    Caller,
    Refusal,
    Scope,
    acting_person,
    require,
)
from adapters.identity.development import DevelopmentAuthentication
from adapters.identity.failures import (
    AuthenticationFailed,
    FailureCode,
    IdentityError,
    IdentityMisconfigured,
    IssuerUnavailable,
)
from adapters.identity.issuer import Issuer, ServiceAccount
from adapters.identity.oidc import OidcAuthentication


class Authentication(Protocol):
    """Makes out who sent a request."""

    def caller_of(self, headers: Iterable[tuple[str, str]], peer: str, now: datetime) -> Caller:
        """The caller. Raises `AuthenticationFailed`.

        `headers` are all of the request, each as often as it was sent; `peer` is the address at
        the other end of the connection; `now` is aware.
        """

    def is_at_hand(self, headers: Iterable[tuple[str, str]], now: datetime) -> bool:
        """Whether `caller_of` answers at once, and asks nobody outside this process."""


__all__ = [
    "ActingPerson",
    "Authentication",
    "AuthenticationFailed",
    "Caller",
    "DevelopmentAuthentication",
    "FailureCode",
    "IdentityError",
    "IdentityMisconfigured",
    "Issuer",
    "IssuerUnavailable",
    "OidcAuthentication",
    "Refusal",
    "Scope",
    "ServiceAccount",
    "acting_person",
    "require",
]
