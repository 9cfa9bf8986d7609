"""An OIDC issuer inside a test: keys made here, published over HTTP on this machine."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from adapters.identity import AuthenticationFailed, Caller, Issuer, OidcAuthentication

NOW = datetime(2027, 3, 1, 12, 0, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
AUDIENCE = "https://countersign.acme.example"
DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/keys"


@dataclass(frozen=True)
class SigningKey:
    """A private key, and what an issuer publishes of it."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    algorithm: str
    jwk: Mapping[str, object]


def signing_key(key_id: str = "one", algorithm: str = "ES256", bits: int = 2048) -> SigningKey:
    """The same key for the same words, within one run."""
    return _made(key_id, algorithm, bits)


@cache
def _made(key_id: str, algorithm: str, bits: int) -> SigningKey:
    match algorithm:
        case "RS256" | "PS256":
            private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
            published = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
        case "EdDSA":
            private = ed25519.Ed25519PrivateKey.generate()
            published = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
        case _:
            private = ec.generate_private_key(ec.SECP256R1())
            published = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    published = {"alg": algorithm, "use": "sig", "kid": key_id} | dict(published)
    return SigningKey(private, algorithm, {k: v for k, v in published.items() if k != "key_ops"})


@dataclass
class FakeIssuer:
    """What the issuer answers, and how often it was asked. A test changes the answers."""

    url: str
    answers: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    pause_seconds: float = 0
    asked: list[str] = field(default_factory=list)

    def publish(self, *jwks: object) -> None:
        self.answers[KEYS] = json.dumps({"keys": jwks}).encode()

    def discover(self, **changes: object) -> None:
        says = {"issuer": self.url, "jwks_uri": self.url + KEYS} | changes
        self.answers[DISCOVERY] = json.dumps(says).encode()


@contextmanager
def fake_issuer() -> Iterator[FakeIssuer]:
    """An issuer that publishes the key `one` until the test says otherwise."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            self.send_response(issuer.status)
            for name, value in issuer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            answer = issuer.answers.get(self.path, b"")
            if not issuer.pause_seconds:
                self.wfile.write(answer)
            for byte in answer if issuer.pause_seconds else b"":
                time.sleep(issuer.pause_seconds)
                try:
                    self.wfile.write(bytes([byte]))
                except OSError:  # the caller has hung up, as he should
                    return

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    issuer = FakeIssuer(f"http://127.0.0.1:{server.server_address[1]}")
    issuer.discover()
    issuer.publish(signing_key().jwk)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings(url: str, **changes: object) -> Issuer:
    """An issuer as configured: people by `preferred_username`, every entity."""
    given = {
        "url": url,
        "audience": AUDIENCE,
        "person_claim": "preferred_username",
        "entities": None,
    }
    return Issuer(**(given | changes))


def claims(url: str, **changes: object) -> dict[str, object]:
    """The claims of a good access token of a person; `None` takes one away."""
    good = {
        "iss": url,
        "sub": "u-4711",
        "aud": AUDIENCE,
        "exp": SECONDS + 600,
        "iat": SECONDS,
        "client_id": "portal",
        "preferred_username": "anna@acme.example",
        "scope": "openid documents:read actions:submit",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(
    says: Mapping[str, object],
    key: SigningKey | None = None,
    header: Mapping[str, object] | None = None,
) -> str:
    """A token with these claims, signed by the key `one` unless another is given."""
    key = key or signing_key()
    headers = {"typ": "at+jwt", "kid": key.jwk["kid"]} | dict(header or {})
    return PyJWS().encode(json.dumps(says).encode(), key.private, key.algorithm, headers)


def caller_of(identity: OidcAuthentication, token: str, now: datetime = NOW) -> Caller:
    return identity.caller_of([("Authorization", f"Bearer {token}")], "10.0.0.7", now)


def refusal(identity: OidcAuthentication, token: str, now: datetime = NOW) -> str:
    """The code that a token is refused with, for a message that repeats nothing of the token."""
    with pytest.raises(AuthenticationFailed) as refused:
        caller_of(identity, token, now)
    failed = refused.value
    assert failed.message == str(failed)
    assert "\n" not in failed.message
    assert failed.message[0].islower()
    parts = [part for part in token.split(".") if len(part) > 9]
    assert not any(part in failed.message for part in parts)
    return failed.code.value
