"""Callers on a laptop, without an OIDC issuer: never to be mistaken for real ones.

Every safeguard stands alone: the environment, the store and the address that is listened on are
asked when it is made; each request must come from this machine, straight and under its own name;
the tokens begin with `development-`, are sealed with a key of this process and end with it; and
callers are marked `is_development` wherever they are recorded.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, NoReturn
from urllib.parse import urlsplit

from adapters.identity.caller import Caller, Scope
from adapters.identity.claims import moment, text
from adapters.identity.failures import AuthenticationFailed, FailureCode, IdentityMisconfigured
from adapters.identity.issuer import Issuer, is_loopback
from adapters.identity.token_parts import (
    DEVELOPMENT_PREFIX,
    Headers,
    bearer_token,
    read_object,
)
from engine.quoting import quoted

ENVIRONMENT: Final = "development"
LIFETIME: Final = timedelta(hours=12)
_FORWARDED: Final = ("x-forwarded", "x-real-ip", "x-client-ip", "x-original", "x-envoy")
_FORWARDED_WORDS: Final = frozenset({"forwarded", "via", "true-client-ip", "cf-connecting-ip"})


class DevelopmentAuthentication:
    """Mints and accepts tokens for the people of the sample data. Holds the key of the process.

    `environment` is what the settings say, `store_environment` what the store was marked with when
    it was made; both must be `development`, spelled just so. `listens_on` is the host that the
    server binds. `issuers` are those configured: there may be none. `people` are the names that may
    be used. Raises `IdentityMisconfigured`.
    """

    def __init__(
        self,
        *,
        environment: str,
        store_environment: str,
        listens_on: str,
        issuers: Sequence[Issuer],
        people: Collection[str],
    ) -> None:
        for what, found in (("settings", environment), ("store", store_environment)):
            if found != ENVIRONMENT:
                raise IdentityMisconfigured(
                    f"development logins need the environment `{ENVIRONMENT}`;"
                    f" the {what} say {quoted(found)}"
                )
        if not is_loopback(listens_on):
            raise IdentityMisconfigured(
                "development logins need a server that listens on this machine only (`127.0.0.1`);"
                f" it listens on {quoted(listens_on)}"
            )
        if issuers:
            raise IdentityMisconfigured(
                f"there are no development logins beside an OIDC issuer ({quoted(issuers[0].url)})"
            )
        self._people = frozenset(people)
        self._secret = secrets.token_bytes(32)

    def mint(self, person_name: str, headers: Headers, peer: str, now: datetime) -> str:
        """A token for the person, good for `LIFETIME`; asked for by a request from this machine.

        Raises `AuthenticationFailed`.
        """
        _expect_local(list(headers), peer)
        self._expect_known(person_name)
        says = {"person": person_name, "expires": int((now + LIFETIME).timestamp())}
        content = urlsafe_b64encode(json.dumps(says).encode()).decode()
        return f"{DEVELOPMENT_PREFIX}{content}.{self._seal(content)}"

    def caller_of(self, headers: Headers, peer: str, now: datetime) -> Caller:
        """Who sent a request with these headers. Raises `AuthenticationFailed`.

        `headers` are all of them, each as often as it was sent; `peer` is the address at the other
        end of the connection, empty where there is none.
        """
        sent = list(headers)
        _expect_local(sent, peer)
        token = bearer_token(sent)
        content, _, seal = token.removeprefix(DEVELOPMENT_PREFIX).partition(".")
        if not token.startswith(DEVELOPMENT_PREFIX) or not token.isascii():
            _refuse(FailureCode.MALFORMED_TOKEN, "this is no token of the development login")
        if not hmac.compare_digest(seal, self._seal(content)):
            message = "the token was not made by this process; a new start needs new tokens"
            _refuse(FailureCode.WRONG_SIGNATURE, message)
        claims = read_object(urlsafe_b64decode(content))
        if now >= moment(claims, "expires"):
            _refuse(FailureCode.EXPIRED, "the token has expired")
        person_name = text(claims, "person")
        return Caller(
            person_name=person_name,
            client=ENVIRONMENT,
            issuer=ENVIRONMENT,
            subject=person_name,
            authenticated_at=None,
            strength="none",
            scopes=frozenset(Scope),
            entities=None,
            is_development=True,
        )

    def is_at_hand(self, headers: Headers, now: datetime) -> bool:
        """Always: nobody else has to be asked."""
        return True

    def _expect_known(self, person_name: str) -> None:
        if person_name not in self._people:
            message = f"there is nobody named {quoted(person_name)} in the sample data"
            _refuse(FailureCode.UNKNOWN_PERSON, message)

    def _seal(self, content: str) -> str:
        return hmac.new(self._secret, content.encode(), hashlib.sha256).hexdigest()


def _expect_local(headers: Sequence[tuple[str, str]], peer: str) -> None:
    """From this machine, by no proxy, and by no web page that calls itself something else.

    A name of elsewhere that resolves to this machine shows in `Host`, a foreign page in `Origin`.
    """
    if not is_loopback(peer):
        _refuse(FailureCode.NOT_LOCAL, "development logins are for requests from this machine")
    names = [name.lower() for name, _ in headers]
    if any(name in _FORWARDED_WORDS or name.startswith(_FORWARDED) for name in names):
        _refuse(FailureCode.NOT_LOCAL, "development logins are not for forwarded requests")
    hosts = [f"//{value}" for name, value in headers if name.lower() == "host"]
    origins = [value for name, value in headers if name.lower() == "origin"]
    if len(hosts) != 1 or not all(is_loopback(_host(each)) for each in hosts + origins):
        message = "development logins are for requests to `localhost`, from no other site"
        _refuse(FailureCode.NOT_LOCAL, message)


def _host(address: str) -> str:
    try:
        return "" if "@" in address else urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _refuse(code: FailureCode, message: str) -> NoReturn:
    raise AuthenticationFailed(code, message)
