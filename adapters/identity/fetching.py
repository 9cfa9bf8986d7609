"""One small JSON document from an issuer: bounded in size and time, no redirects."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx

from adapters.identity.failures import AuthenticationFailed, IdentityMisconfigured
from adapters.identity.issuer import expect_safe_address, is_loopback
from adapters.identity.token_parts import read_object

MOST_BYTES: Final = 262_144
SILENCE_SECONDS: Final = 3  # for connecting, and between two pieces of an answer
TOGETHER_SECONDS: Final = 8


class NotFetched(Exception):
    """The document cannot be had. The message is one line for the operator."""


def fetch_key_set(issuer: str) -> Mapping[str, object]:
    """The issuer's JWK set, by way of its discovery document. Raises `NotFetched`.

    The discovery document must be about this very issuer, and may not lead from https to http, nor
    from outside to this machine.
    """
    with httpx.Client(timeout=SILENCE_SECONDS, trust_env=not _is_here(issuer)) as client:
        discovery = _fetch(client, issuer.rstrip("/") + "/.well-known/openid-configuration")
        return _fetch(client, address_of_keys(issuer, discovery))


def address_of_keys(issuer: str, discovery: Mapping[str, object]) -> str:
    """Where the discovery document says the keys are. Raises `NotFetched` where it may not."""
    if discovery.get("issuer") != issuer:
        raise NotFetched("the discovery document is about another issuer")
    address = discovery.get("jwks_uri")
    if not isinstance(address, str):
        raise NotFetched("the discovery document names no `jwks_uri`")
    try:
        expect_safe_address(address, "its `jwks_uri`")
    except IdentityMisconfigured as problem:
        raise NotFetched(str(problem)) from None
    if _is_here(address) and not _is_here(issuer):
        raise NotFetched("its `jwks_uri` leads to this machine")
    return address


def _fetch(client: httpx.Client, url: str) -> Mapping[str, object]:
    # What an answer unpacks to could be beyond any bound: it is asked for as it is.
    asked = {"accept": "application/json", "accept-encoding": "identity"}
    try:
        with client.stream("GET", url, headers=asked) as response:
            if response.status_code != httpx.codes.OK:
                raise NotFetched(f"the answer has the status {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise NotFetched("the answer is compressed, which was not asked for")
            return read_object(_read(response))
    except AuthenticationFailed:
        raise NotFetched("the answer is no JSON object") from None
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise NotFetched(f"no answer ({type(problem).__name__})") from None


def _read(response: httpx.Response) -> bytes:
    began = time.monotonic()
    content = bytearray()
    for piece in response.iter_raw():
        content += piece
        if len(content) > MOST_BYTES:
            raise NotFetched(f"the answer has more than {MOST_BYTES:,} bytes")
        if time.monotonic() - began > TOGETHER_SECONDS:
            raise NotFetched(f"the answer takes longer than {TOGETHER_SECONDS} seconds")
    return bytes(content)


def _is_here(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")
