"""Requirement F2: tokens made to get in without an issuer having signed them."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jwt import PyJWS

from adapters.identity import AuthenticationFailed, OidcAuthentication
from adapters.identity.token_parts import MOST_CHARACTERS
from tests.adapters.identity.issuing import (
    NOW,
    FakeIssuer,
    caller_of,
    claims,
    refusal,
    signed,
    signing_key,
)


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(header: object, says: object, secret: bytes | None = None) -> str:
    """A token put together by hand: sealed with a secret, or with nothing to speak of."""
    content = f"{part(header)}.{part(says)}"
    seal = b"\x00" if secret is None else hmac.digest(secret, content.encode(), hashlib.sha256)
    return f"{content}.{part(seal)}"


@pytest.mark.parametrize(
    "algorithm",
    ["none", "None", "NONE", "HS256", "HS512", "RS384", "ES512", "", None, 7, ["ES256"]],
)
def test_an_algorithm_that_is_not_configured_is_refused(
    issuer: FakeIssuer, identity: OidcAuthentication, algorithm: object
) -> None:
    header = {"alg": algorithm, "typ": "at+jwt", "kid": "one"}
    assert refusal(identity, forged(header, claims(issuer.url))) == "algorithm_refused"


def test_an_unsigned_token_is_refused(issuer: FakeIssuer, identity: OidcAuthentication) -> None:
    content = f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{part(claims(issuer.url))}"
    assert refusal(identity, f"{content}.") == "malformed_token"
    assert refusal(identity, content) == "malformed_token"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_token_sealed_with_the_public_key_as_secret_is_refused(
    issuer: FakeIssuer, identity: OidcAuthentication, algorithm: str
) -> None:
    key = signing_key("k", algorithm)
    issuer.publish(key.jwk)
    published = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for secret in (published, json.dumps(key.jwk).encode()):
        for claimed in ("HS256", algorithm):
            header = {"alg": claimed, "typ": "at+jwt", "kid": "k"}
            code = refusal(identity, forged(header, claims(issuer.url), secret))
            assert code == ("algorithm_refused" if claimed == "HS256" else "wrong_signature")


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_the_token_brings_along_is_not_used(
    issuer: FakeIssuer, identity: OidcAuthentication, name: str
) -> None:
    own = signing_key("attacker's")
    brought = {"jwk": dict(own.jwk), "jku": issuer.url + "/mine", "x5u": issuer.url, "x5c": ["MII"]}
    issuer.answers["/mine"] = json.dumps({"keys": [own.jwk]}).encode()
    for key_id, code in (("one", "wrong_signature"), ("attacker's", "unknown_key")):
        header = {name: brought[name], "kid": key_id}
        assert refusal(identity, signed(claims(issuer.url), own, header)) == code
    assert "/mine" not in issuer.asked


@pytest.mark.parametrize(
    "key_id", [None, "", 1, ["one"], "ONE", "one\x00", "../one", "' or 1=1", "*"]
)
def test_a_key_id_that_is_not_published_finds_no_key(
    issuer: FakeIssuer, identity: OidcAuthentication, key_id: object
) -> None:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key_id}
    expected = "unknown_key" if isinstance(key_id, str) and key_id else "malformed_token"
    assert refusal(identity, forged(header, claims(issuer.url))) == expected


@pytest.mark.parametrize(
    "extra", [{"crit": ["exp"]}, {"crit": []}, {"b64": False, "crit": ["b64"]}]
)
def test_an_extension_that_must_be_understood_is_refused(
    issuer: FakeIssuer, identity: OidcAuthentication, extra: dict[str, object]
) -> None:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": "one"} | extra
    assert refusal(identity, forged(header, claims(issuer.url))) == "malformed_token"


def test_claims_that_say_one_thing_twice_are_refused_even_when_signed(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    good = json.dumps(claims(issuer.url))
    twice = good[:-1] + ', "preferred_username": "cfo@acme.example"}'
    with pytest.raises(AuthenticationFailed, match="is no JSON") as failed:
        caller_of(identity, _signed_text(twice))
    assert failed.value.code == "malformed_token"
    assert caller_of(identity, _signed_text(good)).subject == "u-4711"


def _signed_text(text: str) -> str:
    key = signing_key()
    return PyJWS().encode(text.encode(), key.private, "ES256", {"typ": "at+jwt", "kid": "one"})


@pytest.mark.parametrize(
    "token",
    [
        "a",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "a.b.c.d.e",
        "..",
        "é.é.é",
        "a.b.c\n",
        "a b.c.d",
        "e30=.e30=.e30=",
        f"{part(b'[]')}.{part(b'[]')}.AAAA",
        f"{part(b'7')}.{part(b'{}')}.AAAA",
        f"{part(b'{')}.{part(b'{}')}.AAAA",
        f"{part({})}.{part(b'{' + b'[' * 5_000)}.AAAA",
        f"{part({})}.{part(b'[' * 9_000)}.AAAA",
        f"{part({})}.{part(b'NaN')}.AAAA",
        f'{part({})}.{part(b"""{"exp": NaN}""")}.AAAA',
        f'{part({})}.{part(b"""{"exp": """ + b"9" * 5_000 + b"}")}.AAAA',
        f"{part({})}.{part(bytes([255, 254]))}.AAAA",
    ],
)
def test_junk_is_refused_as_malformed(identity: OidcAuthentication, token: str) -> None:
    assert refusal(identity, token) == "malformed_token"


def test_the_longest_token_is_refused_by_its_length_alone(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    too_long = signed(claims(issuer.url, padding="x" * MOST_CHARACTERS))
    assert refusal(identity, too_long) == "token_too_large"
    assert issuer.asked == []
    caller_of(identity, signed(claims(issuer.url, padding="x" * (MOST_CHARACTERS // 2))))


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([], "no_token"),
        ([("authorization", "")], "no_token"),
        ([("authorization", "Bearer")], "no_token"),
        ([("authorization", "Bearer ")], "no_token"),
        ([("authorization", "Basic YTpi")], "no_token"),
        ([("authorization", "GOOD")], "no_token"),
        ([("authorization", "DPoP GOOD")], "no_token"),
        ([("x-authorization", "Bearer GOOD")], "no_token"),
        ([("cookie", "authorization=Bearer GOOD")], "no_token"),
        ([("authorization", "Bearer GOOD"), ("Authorization", "Bearer GOOD")], "malformed_token"),
        ([("authorization", "Bearer GOOD, Bearer GOOD")], "malformed_token"),
        ([("authorization", "Bearer Bearer GOOD")], "malformed_token"),
        ([("authorization", "Bearer development-GOOD")], "development_token"),
        ([("AUTHORIZATION", "bearer   GOOD ")], None),
    ],
)
def test_one_header_brings_one_bearer_token(
    issuer: FakeIssuer,
    identity: OidcAuthentication,
    headers: list[tuple[str, str]],
    code: str | None,
) -> None:
    good = signed(claims(issuer.url))
    sent = [(name, value.replace("GOOD", good)) for name, value in headers]
    if code is None:
        assert identity.caller_of(sent, "", NOW).subject == "u-4711"
    else:
        with pytest.raises(AuthenticationFailed) as failed:
            identity.caller_of(sent, "", NOW)
        assert failed.value.code == code
        assert good not in str(failed.value)


def test_a_token_for_development_is_refused_by_name(identity: OidcAuthentication) -> None:
    assert refusal(identity, "development-eyJ9.aa") == "development_token"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda each: (
        st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=8), each, max_size=4)
    ),
    max_leaves=10,
)
CLAIMS = st.sampled_from(
    "iss sub aud exp iat nbf client_id azp preferred_username scope acr amr auth_time typ".split()
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(CLAIMS, JSON, min_size=1, max_size=4))
def test_whatever_an_issuer_signs_is_a_caller_or_a_refusal(
    issuer: FakeIssuer, identity: OidcAuthentication, changes: dict[str, object]
) -> None:
    try:
        caller = caller_of(identity, signed(claims(issuer.url) | changes))
    except AuthenticationFailed:
        return
    assert caller.person_name == caller.person_name.strip() != ""
    assert caller.client


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=JSON, says=JSON, seal=st.binary(max_size=80))
def test_nothing_that_was_not_signed_comes_in(
    issuer: FakeIssuer, identity: OidcAuthentication, header: object, says: object, seal: bytes
) -> None:
    good_header = {"alg": "ES256", "typ": "at+jwt", "kid": "one"}
    for first in (header, good_header):
        for second in (says, claims(issuer.url)):
            with pytest.raises(AuthenticationFailed):
                caller_of(identity, f"{part(first)}.{part(second)}.{part(seal)}")


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_token_with_one_character_changed_comes_in_only_as_the_same(
    issuer: FakeIssuer, identity: OidcAuthentication, data: st.DataObject
) -> None:
    token = signed(claims(issuer.url))
    place = data.draw(st.integers(0, len(token) - 1))
    changed = token[:place] + data.draw(st.characters(codec="ascii")) + token[place + 1 :]
    try:
        caller = caller_of(identity, changed)
    except AuthenticationFailed:
        return
    assert caller == caller_of(identity, token)
