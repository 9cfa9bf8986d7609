"""Whose tokens are accepted, and what is read out of them: settings, checked when they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from adapters.identity.caller import Scope
from adapters.identity.failures import IdentityMisconfigured
from engine.quoting import quoted

# Asymmetric ones only: whoever can check a token must not be able to make one.
ALGORITHMS: Final = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
OWN_NAMES: Final[Mapping[str, frozenset[Scope]]] = MappingProxyType(
    {scope.value: frozenset({scope}) for scope in Scope}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """The most that a tool may do, whatever its token says. `entities` `None` is every one."""

    scopes: frozenset[Scope]
    entities: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One OIDC issuer. Raises `IdentityMisconfigured` for what must not be accepted.

    `url` is exactly the `iss` of its tokens; `audience` must be among their `aud`. `person_claim`
    names the person; choose one that people cannot change themselves. `entities` bounds what its
    callers see (`None`: every entity); where `entities_claim` is set, a person sees of these only
    what that claim lists (`*`: all of them), and none where the claim is missing. `token_types` are
    values of the header `typ`; an issuer older than RFC 9068 says `jwt`. `grants` is what a word
    in one of `scope_claims` allows; by default every scope under its own name. `tenant` are claims
    that must have these values. `services` are the tools, by client.
    """

    url: str
    audience: str
    person_claim: str
    entities: frozenset[str] | None
    entities_claim: str = ""
    algorithms: frozenset[str] = ALGORITHMS
    token_types: frozenset[str] = frozenset({"at+jwt"})
    scope_claims: tuple[str, ...] = ("scope",)
    grants: Mapping[str, frozenset[Scope]] = field(default_factory=lambda: OWN_NAMES)
    tenant: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    services: Mapping[str, ServiceAccount] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        expect_safe_address(self.url, f"issuer {quoted(self.url)}")
        if "?" in self.url or "#" in self.url:
            raise IdentityMisconfigured(f"issuer {quoted(self.url)}: it may not have `?` or `#`")
        stated = {"audience": self.audience, "person_claim": self.person_claim}
        for name, value in stated.items():
            if not value.strip():
                raise IdentityMisconfigured(f"issuer {quoted(self.url)}: `{name}` is empty")
        if not self.algorithms or self.algorithms - ALGORITHMS:
            wrong = ", ".join(quoted(each) for each in sorted(self.algorithms - ALGORITHMS))
            raise IdentityMisconfigured(
                f"issuer {quoted(self.url)}: algorithms are some of"
                f" {', '.join(f'`{each}`' for each in sorted(ALGORITHMS))};"
                f" found {wrong or 'none'}"
            )


def expect_safe_address(url: str, what: str) -> None:
    """Raise `IdentityMisconfigured` unless the URL is https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise IdentityMisconfigured(f"{what} is no URL") from None
    if not host or parts.username is not None:
        raise IdentityMisconfigured(f"{what} must be a URL with a host and without a login")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise IdentityMisconfigured(f"{what} must begin with `https://`")


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Whether the host is this machine: `localhost`, or a loopback address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
