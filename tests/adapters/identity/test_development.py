"""Requirement F2: development logins are never taken for real ones, and here somebody tries."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest

from adapters.identity import (
    AuthenticationFailed,
    Caller,
    DevelopmentAuthentication,
    FailureCode,
    IdentityMisconfigured,
    OidcAuthentication,
    Scope,
)
from adapters.identity.development import LIFETIME
from tests.adapters.identity.issuing import NOW, refusal, settings

PEER = "127.0.0.1"
LOCAL = [("Host", "127.0.0.1:8400")]
ODD_SPELLINGS = [" development", "development ", "development\n", "dévelopment", "devel\u043epment"]
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104


def development(**changes: object) -> DevelopmentAuthentication:
    given: dict[str, object] = {
        "environment": "development",
        "store_environment": "development",
        "listens_on": "127.0.0.1",
        "issuers": (),
        "people": {"anna", "ben"},
    }
    return DevelopmentAuthentication(**(given | changes))  # type: ignore[arg-type]


def with_token(token: str) -> list[tuple[str, str]]:
    return [*LOCAL, ("Authorization", f"Bearer {token}")]


def test_a_token_minted_here_is_of_a_person_and_marked_as_development() -> None:
    login = development()
    token = login.mint("anna", LOCAL, PEER, NOW)
    assert token.startswith("development-")
    assert login.caller_of(with_token(token), PEER, NOW) == Caller(
        person_name="anna",
        client="development",
        issuer="development",
        subject="anna",
        authenticated_at=None,
        strength="none",
        scopes=frozenset(Scope),
        entities=None,
        is_development=True,
    )


@pytest.mark.parametrize(
    "word",
    ["", "production", "test", "staging", "dev", "Development", "DEVELOPMENT", *ODD_SPELLINGS],
)
@pytest.mark.parametrize("where", ["environment", "store_environment"])
def test_neither_settings_nor_store_may_say_anything_but_development(where: str, word: str) -> None:
    with pytest.raises(IdentityMisconfigured):
        development(**{where: word})


@pytest.mark.parametrize("missing", ["environment", "store_environment", "listens_on", "issuers"])
def test_nothing_is_taken_for_granted_when_it_is_not_said(missing: str) -> None:
    given = {
        "environment": "development",
        "store_environment": "development",
        "listens_on": "127.0.0.1",
        "issuers": (),
        "people": {"anna"},
    }
    del given[missing]
    with pytest.raises(TypeError, match=missing):
        DevelopmentAuthentication(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host",
    [EVERY_ADDRESS, "::", "", "*", "10.0.0.7", "localhost.acme.example", "127.1", "2130706433"],
)
def test_the_server_must_listen_on_this_machine_only(host: str) -> None:
    with pytest.raises(IdentityMisconfigured, match="listens on"):
        development(listens_on=host)
    for good in ("127.0.0.1", "::1", "localhost"):
        development(listens_on=good)


def test_there_are_no_development_logins_beside_an_issuer() -> None:
    with pytest.raises(IdentityMisconfigured, match="beside an OIDC issuer"):
        development(issuers=[settings("https://login.acme.example")])


@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-For", "127.0.0.1"),
        ("x-forwarded-host", "127.0.0.1"),
        ("X-FORWARDED-PROTO", "https"),
        ("Forwarded", "for=127.0.0.1"),
        ("Via", "1.1 proxy"),
        ("X-Real-IP", "127.0.0.1"),
        ("X-Original-Forwarded-For", ""),
        ("CF-Connecting-IP", "127.0.0.1"),
        ("True-Client-IP", "127.0.0.1"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1.evil.example"),
        ("Origin", "http://[::1"),
        ("Host", "evil.example"),
    ],
)
def test_a_request_that_was_forwarded_or_comes_from_another_site_is_refused(
    header: tuple[str, str],
) -> None:
    login = development()
    token = login.mint("anna", LOCAL, PEER, NOW)
    assert refused(lambda: login.mint("anna", [*LOCAL, header], PEER, NOW)) == "not_local"
    headers = [*with_token(token), header]
    assert refused(lambda: login.caller_of(headers, PEER, NOW)) == "not_local"


@pytest.mark.parametrize(
    "peer", ["10.0.0.7", "", "testclient", "::", EVERY_ADDRESS, "127.0.0.1.evil"]
)
def test_a_request_from_another_machine_is_refused(peer: str) -> None:
    login = development()
    token = login.mint("anna", LOCAL, PEER, NOW)
    assert refused(lambda: login.mint("anna", LOCAL, peer, NOW)) == "not_local"
    assert refused(lambda: login.caller_of(with_token(token), peer, NOW)) == "not_local"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "[::1",
        "0.0.0.0:8400",
        "evil.example",
        "evil.example:8400",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "evil.example@localhost",
    ],
)
def test_a_name_of_elsewhere_that_resolves_to_this_machine_is_refused(host: str) -> None:
    login = development()
    assert refused(lambda: login.mint("anna", [("Host", host)], PEER, NOW)) == "not_local"
    assert refused(lambda: login.mint("anna", [], PEER, NOW)) == "not_local"


@pytest.mark.parametrize("host", ["localhost", "localhost:8400", "127.0.0.1", "[::1]:8400"])
def test_this_machine_has_several_names(host: str) -> None:
    own_page = [("Host", host), ("Origin", f"http://{host}")]
    assert development().mint("anna", own_page, PEER, NOW)


@pytest.mark.parametrize("name", ["", "cfo", "ANNA", "anna ", "anna\n"])
def test_only_people_of_the_sample_data_log_in(name: str) -> None:
    assert refused(lambda: development().mint(name, LOCAL, PEER, NOW)) == "unknown_person"


def test_a_token_is_worthless_in_another_process_and_with_a_real_issuer() -> None:
    token = development().mint("anna", LOCAL, PEER, NOW)
    elsewhere = development()
    code = refused(lambda: elsewhere.caller_of(with_token(token), PEER, NOW))
    assert code == "wrong_signature"
    real = OidcAuthentication([settings("https://login.acme.example")])
    assert refusal(real, token) == "development_token"
    assert refusal(real, token.removeprefix("development-")) == "malformed_token"


def test_a_token_is_good_until_its_last_second() -> None:
    login = development()
    token = login.mint("anna", LOCAL, PEER, NOW)
    last = NOW + LIFETIME - timedelta(microseconds=1)
    assert login.caller_of(with_token(token), PEER, last).person_name == "anna"
    assert refused(lambda: login.caller_of(with_token(token), PEER, NOW + LIFETIME)) == "expired"


def test_a_token_that_was_changed_is_refused() -> None:
    login = development()
    token = login.mint("anna", LOCAL, PEER, NOW)
    content, seal = token.removeprefix("development-").split(".")
    says = {"person": "cfo", "expires": 2**31}
    other = urlsafe_b64encode(json.dumps(says).encode()).decode()
    for changed, code in (
        (f"development-{other}.{seal}", "wrong_signature"),
        (f"development-{content}.", "wrong_signature"),
        (f"development-{content}", "wrong_signature"),
        (f"development-{content}.{seal}0", "wrong_signature"),
        (f"development-{content}.{seal}.{seal}", "wrong_signature"),
        ("development-", "wrong_signature"),
        (f"development-{content}.é", "malformed_token"),
        (f"{content}.{seal}", "malformed_token"),
        (f"Development-{content}.{seal}", "malformed_token"),
    ):
        assert refused(lambda it=changed: login.caller_of(with_token(it), PEER, NOW)) == code


def refused(attempt: object) -> FailureCode:
    assert callable(attempt)
    with pytest.raises(AuthenticationFailed) as failed:
        attempt()
    return failed.value.code
