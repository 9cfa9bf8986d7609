"""Requirement F2: keys of issuers, fetched, cached, changed and withheld."""

import json
import threading
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from adapters.identity import IssuerUnavailable, OidcAuthentication
from adapters.identity.fetching import MOST_BYTES, NotFetched, address_of_keys
from adapters.identity.issuer_keys import LONGEST_USE, MOST_KEYS, PAUSE
from tests.adapters.identity.issuing import (
    DISCOVERY,
    KEYS,
    NOW,
    SECONDS,
    FakeIssuer,
    caller_of,
    claims,
    fake_issuer,
    refusal,
    settings,
    signed,
    signing_key,
)

DAYS = SECONDS + 10 * 24 * 60 * 60
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def token_for(issuer: FakeIssuer, key_id: str = "one", algorithm: str = "ES256") -> str:
    """A token that stays good for days: what changes in these tests are the keys."""
    return signed(claims(issuer.url, exp=DAYS), signing_key(key_id, algorithm))


def test_the_issuer_is_asked_once_for_many_tokens(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    for minute in range(59):
        caller_of(identity, token_for(issuer), NOW + minute * timedelta(minutes=1))
    assert issuer.asked == [DISCOVERY, KEYS]
    caller_of(identity, token_for(issuer), NOW + HOUR)
    assert issuer.asked == [DISCOVERY, KEYS] * 2


def test_a_new_key_works_at_once_and_an_old_one_ends_with_the_next_asking(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    caller_of(identity, token_for(issuer))
    issuer.publish(signing_key("two").jwk)
    later = NOW + PAUSE
    assert caller_of(identity, token_for(issuer, "two"), later).subject == "u-4711"
    assert refusal(identity, token_for(issuer, "one"), later) == "unknown_key"


def test_invented_key_ids_make_us_ask_once_in_a_pause_and_not_once_each(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    caller_of(identity, token_for(issuer))
    for number in range(200):
        invented = signed(claims(issuer.url), None, {"kid": f"k{number}"})
        now = NOW + number * timedelta(seconds=0.5)  # 100 seconds in all
        assert refusal(identity, invented, now) == "unknown_key"
    assert issuer.asked.count(KEYS) == 1 + 3


def test_a_failed_asking_is_an_attempt_too(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    issuer.status = 503
    for _ in range(20):
        assert refusal(identity, token_for(issuer)) == "issuer_unavailable"
    assert issuer.asked == [DISCOVERY]
    issuer.status = 200
    assert refusal(identity, token_for(issuer), NOW + PAUSE - SECOND) == "issuer_unavailable"
    caller_of(identity, token_for(issuer), NOW + PAUSE)


def test_while_the_issuer_is_down_its_keys_work_for_a_day_and_no_longer() -> None:
    with fake_issuer() as issuer:
        identity = OidcAuthentication([settings(issuer.url)])
        caller_of(identity, token_for(issuer))
        assert identity.problems() == {}
    for hours in (1, 5, 23):
        caller_of(identity, token_for(issuer), NOW + hours * HOUR)
    assert identity.problems() == {issuer.url: "no answer (ConnectError)"}
    caller_of(identity, token_for(issuer), NOW + LONGEST_USE - SECOND)
    assert refusal(identity, token_for(issuer), NOW + LONGEST_USE) == "issuer_unavailable"


def test_a_key_set_that_cannot_be_used_does_not_replace_the_known_one(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    caller_of(identity, token_for(issuer))
    issuer.publish()
    caller_of(identity, token_for(issuer), NOW + HOUR)
    assert identity.problems() == {issuer.url: "it publishes no key that can be used"}


def test_a_clock_that_was_set_back_does_not_keep_us_from_asking(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    caller_of(identity, token_for(issuer))
    issuer.publish(signing_key("two").jwk)
    earlier = signed(claims(issuer.url, iat=SECONDS - 9_000), signing_key("two"))
    assert caller_of(identity, earlier, NOW - 2 * HOUR).subject == "u-4711"


def test_an_unavailable_issuer_is_told_from_a_bad_token(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    issuer.status = 500
    with pytest.raises(IssuerUnavailable, match="cannot be had: the answer has the status 500"):
        caller_of(identity, token_for(issuer))


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": 7},
        {"jwks_uri": "http://keys.example/keys"},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"jwks_uri": "https://user:pw@keys.example/keys"},
        {"jwks_uri": "/keys"},
        {"jwks_uri": "https://[::1"},
        {"jwks_uri": "http://127.0.0.1:1/\x00"},
        {"jwks_uri": "https://\udcff/"},
    ],
)
def test_a_discovery_document_that_leads_elsewhere_is_not_followed(
    issuer: FakeIssuer, identity: OidcAuthentication, change: dict[str, object]
) -> None:
    issuer.discover(**change)
    assert refusal(identity, token_for(issuer)) == "issuer_unavailable"
    assert issuer.asked == [DISCOVERY]


def test_a_trailing_slash_belongs_to_the_name_of_an_issuer_and_not_to_its_address(
    issuer: FakeIssuer,
) -> None:
    named = issuer.url + "/"
    issuer.discover(issuer=named)
    identity = OidcAuthentication([settings(named)])
    assert caller_of(identity, signed(claims(named))).issuer == named


def test_keys_may_lie_at_an_address_with_a_query(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    issuer.answers[KEYS + "?p=signin"] = issuer.answers[KEYS]
    issuer.discover(jwks_uri=issuer.url + KEYS + "?p=signin")
    caller_of(identity, token_for(issuer))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"null",
        b"<html>",
        b"\xff\xfe",
        b'{"keys": {}}',
        b'{"keys": [1, null, "x", []]}',
        b'{"keys": [], "keys": []}',
        b"[" * 100_000,
    ],
)
def test_an_answer_that_is_no_key_set_is_not_taken(
    issuer: FakeIssuer, identity: OidcAuthentication, answer: bytes
) -> None:
    issuer.answers[KEYS] = answer
    assert refusal(identity, token_for(issuer)) == "issuer_unavailable"


def test_a_key_set_beyond_the_bounds_is_not_taken_though_it_is_good(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    good = issuer.answers[KEYS]
    issuer.answers[KEYS] = good + b" " * (MOST_BYTES + 1 - len(good))
    assert refusal(identity, token_for(issuer)) == "issuer_unavailable"
    issuer.publish(*[dict(signing_key().jwk) | {"kid": f"k{n}"} for n in range(MOST_KEYS)], "one")
    assert refusal(identity, token_for(issuer), NOW + PAUSE) == "issuer_unavailable"
    issuer.answers[KEYS] = good + b" " * (MOST_BYTES - len(good))
    caller_of(identity, token_for(issuer), NOW + 2 * PAUSE)


def test_an_issuer_elsewhere_cannot_make_us_ask_this_machine() -> None:
    issuer = "https://login.acme.example"
    for address in ("https://127.0.0.1/keys", "http://localhost:9/keys", "https://[::1]/keys"):
        with pytest.raises(NotFetched, match="leads to this machine"):
            address_of_keys(issuer, {"issuer": issuer, "jwks_uri": address})
    good = {"issuer": issuer, "jwks_uri": "https://keys.acme.example/"}
    assert address_of_keys(issuer, good) == "https://keys.acme.example/"


def test_neither_redirects_nor_compressed_answers_are_followed(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    issuer.headers = {"content-encoding": "gzip"}
    assert refusal(identity, token_for(issuer)) == "issuer_unavailable"
    issuer.status, issuer.headers = 302, {"location": "/elsewhere"}
    assert refusal(identity, token_for(issuer), NOW + PAUSE) == "issuer_unavailable"
    assert issuer.asked == [DISCOVERY] * 2


def test_an_issuer_that_trickles_its_answer_is_given_up(
    issuer: FakeIssuer, identity: OidcAuthentication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.identity.fetching.TOGETHER_SECONDS", 0.2)
    issuer.pause_seconds = 0.05
    began = time.monotonic()
    assert refusal(identity, token_for(issuer)) == "issuer_unavailable"
    assert time.monotonic() - began < 2


def test_threads_do_not_queue_behind_a_slow_issuer(
    issuer: FakeIssuer, identity: OidcAuthentication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.identity.issuer_keys.WAIT_SECONDS", 0.05)
    caller_of(identity, token_for(issuer))
    issuer.pause_seconds = 0.02  # several seconds for the whole document
    slow = threading.Thread(target=caller_of, args=(identity, token_for(issuer), NOW + HOUR))
    slow.start()
    while issuer.asked.count(DISCOVERY) < 2:
        time.sleep(0.01)
    began = time.monotonic()
    caller_of(identity, token_for(issuer), NOW + HOUR)
    assert time.monotonic() - began < 0.5
    issuer.pause_seconds = 0
    slow.join()


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"alg": "ES384"},
        {"kty": "RSA"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"x": "AAAA"},
        {"x": 7},
        {"x": "!"},
        {"kid": None},
        {"kid": 1},
        {"d": "AAAA"},
    ],
)
def test_what_is_no_key_to_check_signatures_with_is_left_out(
    issuer: FakeIssuer, identity: OidcAuthentication, change: dict[str, object]
) -> None:
    issuer.publish(dict(signing_key().jwk) | change, signing_key("two").jwk)
    assert refusal(identity, token_for(issuer)) == "unknown_key"
    caller_of(identity, token_for(issuer, "two"))


def test_a_private_key_among_the_public_ones_is_no_key_any_more(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    leaked = json.loads(ECAlgorithm.to_jwk(signing_key().private))
    issuer.publish(leaked | {"kid": "one"}, signing_key("two").jwk)
    assert refusal(identity, token_for(issuer)) == "unknown_key"


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_key_of_another_curve_is_left_out(
    issuer: FakeIssuer, identity: OidcAuthentication, algorithm: str
) -> None:
    if algorithm == "ES256":
        other = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key())
    else:
        other = OKPAlgorithm.to_jwk(ed448.Ed448PrivateKey.generate().public_key())
    issuer.publish(json.loads(other) | {"kid": "other"}, signing_key().jwk)
    header = {"kid": "other", "alg": algorithm}
    posing = signed(claims(issuer.url), signing_key("x", algorithm), header)
    assert refusal(identity, posing) == "unknown_key"


def test_a_short_rsa_key_is_left_out(issuer: FakeIssuer, identity: OidcAuthentication) -> None:
    short = signing_key("short", "RS256", 1024)
    issuer.publish(short.jwk, signing_key().jwk)
    with pytest.warns(match="below"):
        token = signed(claims(issuer.url), short)
    assert refusal(identity, token) == "unknown_key"


def test_two_keys_of_one_id_are_none_since_nobody_knows_which_is_meant(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    issuer.publish(
        signing_key().jwk, dict(signing_key("x").jwk) | {"kid": "one"}, signing_key("two").jwk
    )
    assert refusal(identity, token_for(issuer)) == "unknown_key"


def test_a_key_works_for_the_algorithm_that_it_is_published_for(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    rsa = signing_key("r", "RS256")
    issuer.publish(rsa.jwk)
    as_pss = signed(claims(issuer.url), type(rsa)(rsa.private, "PS256", rsa.jwk))
    assert refusal(identity, as_pss) == "unknown_key"
    open_to_both = json.loads(RSAAlgorithm.to_jwk(rsa.private.public_key())) | {"kid": "r"}
    issuer.publish(open_to_both)
    caller_of(identity, as_pss, NOW + PAUSE)
    caller_of(identity, signed(claims(issuer.url), rsa), NOW + PAUSE)
