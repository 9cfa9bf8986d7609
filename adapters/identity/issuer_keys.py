"""The public keys of one issuer, cached: asked for again when they are old or one is missing.

Anybody can send tokens with invented key ids, so what is asked of the issuer does not depend on how
many come: at most one attempt in `PAUSE`. While the issuer is away its known keys go on working for
`LONGEST_USE` after they were last confirmed, and no longer: a key withdrawn meanwhile must not work
for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from adapters.identity.failures import AuthenticationFailed, FailureCode, IssuerUnavailable
from adapters.identity.fetching import NotFetched, fetch_key_set
from engine.quoting import quoted

PAUSE: Final = timedelta(seconds=30)
FRESH: Final = timedelta(hours=1)
LONGEST_USE: Final = timedelta(hours=24)
WAIT_SECONDS: Final = 2  # for another thread that is asking already
MOST_KEYS: Final = 100
RSA_BITS: Final = range(2048, 8193)

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey
_KINDS: Final[Mapping[str, tuple[str, str | None]]] = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}


@dataclass(frozen=True, slots=True)
class _Known:
    """Keys by id and algorithm, and when the issuer last confirmed them."""

    keys: Mapping[tuple[str, str], PublicKey]
    confirmed_at: datetime


class IssuerKeys:
    """Finds the key of a token; holds a lock, and is shared by all threads."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._attempted_at: datetime | None = None
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why the last attempt to ask the issuer failed; empty when it did not."""
        return self._problem

    def has(self, key_id: object, algorithm: object, now: datetime) -> bool:
        """Whether `key` finds it without asking the issuer."""
        known = self._known
        is_fresh = known is not None and _is_within(FRESH, known, now)
        return is_fresh and known is not None and (key_id, algorithm) in known.keys

    def key(self, key_id: str, algorithm: str, now: datetime) -> PublicKey:
        """The key with this id for this algorithm. Raises `AuthenticationFailed`."""
        wanted = (key_id, algorithm)
        known = self._known
        if known is None or wanted not in known.keys or not _is_within(FRESH, known, now):
            self._ask_again(now)
            known = self._known
        if known is None or not _is_within(LONGEST_USE, known, now):
            reason = self._problem or "they are being asked for"
            raise IssuerUnavailable(
                f"the keys of the issuer {quoted(self._issuer)} cannot be had: {reason}"
            )
        if wanted not in known.keys:
            message = "the token is signed with a key that its issuer does not publish"
            raise AuthenticationFailed(FailureCode.UNKNOWN_KEY, message)
        return known.keys[wanted]

    def _ask_again(self, now: datetime) -> None:
        """Ask the issuer, unless that was done a moment ago or another thread is at it."""
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            return
        try:
            if self._attempted_at is not None and abs(now - self._attempted_at) < PAUSE:
                return
            self._attempted_at = now
            keys = dict(_usable(fetch_key_set(self._issuer)))
            if not keys:
                raise NotFetched("it publishes no key that can be used")
            self._known = _Known(keys, now)
            self._problem = ""
        except NotFetched as problem:
            self._problem = str(problem)
        finally:
            self._lock.release()


def _is_within(span: timedelta, known: _Known, now: datetime) -> bool:
    return abs(now - known.confirmed_at) < span


def _usable(key_set: Mapping[str, object]) -> Iterator[tuple[tuple[str, str], PublicKey]]:
    """The keys that sign, by id and algorithm; an id that stands twice for one is left out."""
    listed = key_set.get("keys")
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise NotFetched(f"its key set is no list of at most {MOST_KEYS} keys")
    found: dict[tuple[str, str], list[PublicKey]] = {}
    for jwk in listed:
        for algorithm in _KINDS:
            if isinstance(jwk, dict) and (key := _public_key(jwk, algorithm)) is not None:
                found.setdefault((jwk["kid"], algorithm), []).append(key)
    yield from ((wanted, keys[0]) for wanted, keys in found.items() if len(keys) == 1)


def _public_key(jwk: Mapping[str, object], algorithm: str) -> PublicKey | None:
    """The key, where it is one to check signatures of this algorithm with, and strong enough.

    A secret among public keys (`oct`, or with a private part) is no key any more.
    """
    kind, curve = _KINDS[algorithm]
    if (
        not isinstance(jwk.get("kid"), str)
        or jwk.get("kty") != kind
        or (curve is not None and jwk.get("crv") != curve)
        or jwk.get("alg", algorithm) != algorithm
        or jwk.get("use", "sig") != "sig"
    ):
        return None
    try:
        key = PyJWK(dict(jwk), algorithm).key
    except (PyJWTError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if isinstance(key, RSAPublicKey):
        return key if key.key_size in RSA_BITS else None
    return key if isinstance(key, EllipticCurvePublicKey | Ed25519PublicKey) else None
