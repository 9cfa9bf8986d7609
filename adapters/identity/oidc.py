"""Callers from OIDC access tokens (RFC 9068, RFC 8725): people, and tools on their own account.

A token is taken apart, its issuer found among the configured ones, its signature checked with the
issuer's key, and only then is believed what it says. Moments are compared with the `now` that is
passed in; clocks may differ by `SKEW`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NoReturn

from jwt import PyJWS
from jwt.exceptions import InvalidSignatureError, PyJWTError

from adapters.identity.caller import Caller, Scope
from adapters.identity.claims import moment, moment_or_none, text, text_or_empty, texts, words
from adapters.identity.failures import AuthenticationFailed, FailureCode, IdentityMisconfigured
from adapters.identity.issuer import Issuer, ServiceAccount
from adapters.identity.issuer_keys import IssuerKeys
from adapters.identity.token_parts import (
    DEVELOPMENT_PREFIX,
    Claims,
    Headers,
    bearer_token,
    read_object,
    unverified,
)
from engine.quoting import quoted

SKEW: Final = timedelta(seconds=60)
EVERY_ENTITY: Final = "*"
UNTYPED: Final = "jwt"  # what a token without `typ` is

# Where issuers name the client: RFC 9068; OIDC, Keycloak and others; Entra v1; Okta.
_CLIENT_CLAIMS: Final = ("client_id", "azp", "appid", "cid")
# What only ID tokens have, where their type does not tell: they are for the client to read.
_ID_TOKEN_CLAIMS: Final = ("nonce", "at_hash", "c_hash", "s_hash")
_NO_ACCESS: Final = frozenset({"id", "refresh", "offline", "logout"})


class OidcAuthentication:
    """Knows the configured issuers and their keys. Raises `IdentityMisconfigured`."""

    def __init__(self, issuers: Sequence[Issuer]) -> None:
        self._issuers = {issuer.url: issuer for issuer in issuers}
        if not issuers or len(self._issuers) != len(issuers):
            raise IdentityMisconfigured("there must be issuers, each configured once")
        self._keys = {url: IssuerKeys(url) for url in self._issuers}

    def caller_of(self, headers: Headers, peer: str, now: datetime) -> Caller:
        """Who sent a request with these headers. Raises `AuthenticationFailed`.

        `headers` are all of them, each as often as it was sent. `peer` does not matter here.
        """
        token = bearer_token(headers)
        if token.startswith(DEVELOPMENT_PREFIX):
            _refuse(FailureCode.DEVELOPMENT_TOKEN, "this is a token for development only")
        claimed = unverified(token)
        issuer = self._issuer_of(claimed.claims)
        key_id, algorithm = _checked_header(claimed.header, issuer)
        key = self._keys[issuer.url].key(key_id, algorithm, now)
        try:
            signed = PyJWS().decode_complete(token, key, algorithms=[algorithm])
        except InvalidSignatureError:
            _refuse(FailureCode.WRONG_SIGNATURE, "the signature of the token is not its issuer's")
        except PyJWTError:
            _refuse(FailureCode.MALFORMED_TOKEN, "the token is no signed JWT")
        claims = read_object(signed["payload"])
        _expect_access_token(claimed.header, claims)
        _expect_for_us(claims, issuer)
        _expect_current(claims, now)
        return _caller(claims, issuer)

    def is_at_hand(self, headers: Headers, now: datetime) -> bool:
        """Whether the key of the token is known; what is no token is refused at once, too."""
        try:
            claimed = unverified(bearer_token(headers))
        except AuthenticationFailed:
            return True
        issuer = claimed.claims.get("iss")
        keys = self._keys.get(issuer) if isinstance(issuer, str) else None
        wanted = (claimed.header.get("kid"), claimed.header.get("alg"))
        hashable = all(isinstance(each, str) for each in wanted)
        return keys is None or (hashable and keys.has(*wanted, now))

    def problems(self) -> Mapping[str, str]:
        """Issuers that could not be asked for their keys the last time, and why."""
        found = {url: keys.problem for url, keys in self._keys.items() if keys.problem}
        return MappingProxyType(found)

    def _issuer_of(self, claims: Claims) -> Issuer:
        stated = claims.get("iss")
        if stated is None:
            _refuse(FailureCode.MISSING_CLAIM, "the token lacks the claim `iss`")
        issuer = self._issuers.get(stated) if isinstance(stated, str) else None
        if issuer is None:
            _refuse(FailureCode.UNKNOWN_ISSUER, "the token is of an issuer not configured here")
        return issuer


def _checked_header(header: Claims, issuer: Issuer) -> tuple[str, str]:
    """Key id and algorithm. The header is not signed knowledge: it may only choose among ours."""
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in issuer.algorithms:
        allowed = ", ".join(sorted(issuer.algorithms))
        _refuse(FailureCode.ALGORITHM_REFUSED, f"the token must be signed with {allowed}")
    if "crit" in header:
        _refuse(FailureCode.MALFORMED_TOKEN, "the token asks for an extension (`crit`)")
    if _type(header) not in issuer.token_types:
        expected = ", ".join(sorted(issuer.token_types))
        _refuse(FailureCode.WRONG_TOKEN_TYPE, f"the header `typ` of the token must be {expected}")
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not key_id:
        _refuse(FailureCode.MALFORMED_TOKEN, "the token does not say which key signed it (`kid`)")
    return key_id, algorithm


def _type(header: Claims) -> str:
    kind = header.get("typ", UNTYPED)
    return kind.lower().removeprefix("application/") if isinstance(kind, str) else ""


def _expect_access_token(header: Claims, claims: Claims) -> None:
    """No ID token, and none that is of use only together with something that is not seen here."""
    uses = {str(claims.get(name, "")).lower() for name in ("typ", "token_use")}
    is_for_its_client = texts(claims, "aud") == {_client(claims)}
    if (
        uses & _NO_ACCESS
        or any(name in claims for name in _ID_TOKEN_CLAIMS)
        or (_type(header) == UNTYPED and is_for_its_client)
    ):
        _refuse(FailureCode.WRONG_TOKEN_TYPE, "this is an ID token or the like, no access token")
    if "cnf" in claims:
        message = "the token is bound to a key of its holder, which cannot be checked here"
        _refuse(FailureCode.BOUND_TOKEN, message)


def _expect_for_us(claims: Claims, issuer: Issuer) -> None:
    audiences = texts(claims, "aud")
    if not audiences:
        _refuse(FailureCode.MISSING_CLAIM, "the token lacks the claim `aud`")
    if issuer.audience not in audiences:
        found = ", ".join(quoted(each) for each in sorted(audiences)[:3])
        message = f"the token is for {found}, and this is {quoted(issuer.audience)}"
        _refuse(FailureCode.WRONG_AUDIENCE, message)
    for name, value in issuer.tenant.items():
        if claims.get(name) != value:
            message = f"the claim `{name}` of the token is not that of the configured tenant"
            _refuse(FailureCode.WRONG_TENANT, message)


def _expect_current(claims: Claims, now: datetime) -> None:
    """`exp` and `iat` must be there; `nbf` need not, and many issuers leave it out."""
    expires_at, issued_at = moment(claims, "exp"), moment(claims, "iat")
    if now >= expires_at + SKEW:
        _refuse(FailureCode.EXPIRED, f"the token has expired at {expires_at.isoformat()}")
    logged_in_at = moment_or_none(claims, "auth_time")
    for begins_at in (issued_at, moment_or_none(claims, "nbf"), logged_in_at):
        if begins_at is not None and now < begins_at - SKEW:
            message = f"the token is valid from {begins_at.isoformat()} on"
            _refuse(FailureCode.NOT_YET_VALID, message)


def _caller(claims: Claims, issuer: Issuer) -> Caller:
    client, subject = _client(claims), text(claims, "sub")
    person = _person_name(claims, issuer, client, subject)
    service = None if person else _service(issuer, client)
    return Caller(
        person_name=person,
        client=client,
        issuer=issuer.url,
        subject=subject,
        authenticated_at=moment_or_none(claims, "auth_time") if person else None,
        strength=_strength(claims) if person else "unstated",
        scopes=_scopes(claims, issuer, service),
        entities=_entities(claims, issuer, service),
        is_development=False,
    )


def _client(claims: Claims) -> str:
    """The tool. Where several claims name it they must agree: records name one."""
    stated = {text(claims, name) for name in _CLIENT_CLAIMS if name in claims}
    if not stated:
        _refuse(FailureCode.MISSING_CLAIM, "the token names no client (`client_id` or `azp`)")
    if len(stated) > 1:
        _refuse(FailureCode.MALFORMED_CLAIM, "the token names different clients")
    return stated.pop()


def _person_name(claims: Claims, issuer: Issuer, client: str, subject: str) -> str:
    """The person's name, empty where a client calls on its own account.

    INVARIANT: a client that may choose its own id never becomes the person of that name: where the
    subject is the client itself, there is no person (RFC 9068, section 5).
    """
    if subject == client:
        return ""
    name = text_or_empty(claims, issuer.person_claim)
    if name and issuer.person_claim == "email" and claims.get("email_verified") is not True:
        message = "the issuer has not verified the e-mail address that names the person"
        _refuse(FailureCode.UNVERIFIED_EMAIL, message)
    return name


def _service(issuer: Issuer, client: str) -> ServiceAccount:
    service = issuer.services.get(client)
    if service is None:
        message = f"the token names no person, and {quoted(client)} is no service account"
        _refuse(FailureCode.UNKNOWN_SERVICE, message)
    return service


def _scopes(claims: Claims, issuer: Issuer, service: ServiceAccount | None) -> frozenset[Scope]:
    stated = frozenset().union(*(words(claims, name) for name in issuer.scope_claims))
    granted: frozenset[Scope] = frozenset().union(
        *(issuer.grants.get(word, frozenset()) for word in stated)
    )
    return granted if service is None else granted & service.scopes


def _entities(
    claims: Claims, issuer: Issuer, service: ServiceAccount | None
) -> frozenset[str] | None:
    """What all that bound him leave: the issuer, the service account, the claim."""
    bounds = [issuer.entities] if service is None else [issuer.entities, service.entities]
    name = issuer.entities_claim
    if name and (service is None or name in claims):
        stated = words(claims, name)
        bounds.append(None if EVERY_ENTITY in stated else stated)
    given = [bound for bound in bounds if bound is not None]
    return frozenset.intersection(*given) if given else None


def _strength(claims: Claims) -> str:
    """How the person logged in, as words in a fixed order: `acr:2 amr:mfa amr:pwd`."""
    level = text_or_empty(claims, "acr")
    stated = [f"acr:{level}"] if level else []
    stated += [f"amr:{method}" for method in sorted(words(claims, "amr"))]
    return " ".join(stated) or "unstated"


def _refuse(code: FailureCode, message: str) -> NoReturn:
    raise AuthenticationFailed(code, message)
