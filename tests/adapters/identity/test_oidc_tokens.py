"""Requirement F2: what a token says about people and tools, and what it must say to be believed."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.identity import (
    Caller,
    IdentityMisconfigured,
    Issuer,
    OidcAuthentication,
    Scope,
    ServiceAccount,
)
from tests.adapters.identity.issuing import (
    AUDIENCE,
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

TOOL = {"client_id": "servicenow", "sub": "servicenow", "preferred_username": None}


def test_a_person_is_who_the_configured_claim_names(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    says = claims(issuer.url, auth_time=SECONDS - 90, acr="2", amr=["pwd", "otp"])
    assert caller_of(identity, signed(says)) == Caller(
        person_name="anna@acme.example",
        client="portal",
        issuer=issuer.url,
        subject="u-4711",
        authenticated_at=datetime(2027, 3, 1, 11, 58, 30, tzinfo=UTC),
        strength="acr:2 amr:otp amr:pwd",
        scopes=frozenset({Scope.DOCUMENTS_READ, Scope.ACTIONS_SUBMIT}),
        entities=None,
        is_development=False,
    )


def test_a_login_of_which_the_issuer_says_nothing_has_no_time_and_no_strength(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    caller = caller_of(identity, signed(claims(issuer.url)))
    assert (caller.authenticated_at, caller.strength) == (None, "unstated")


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_every_asymmetric_algorithm_is_accepted_and_a_changed_token_is_not(
    issuer: FakeIssuer, identity: OidcAuthentication, algorithm: str
) -> None:
    key = signing_key("a", algorithm)
    issuer.publish(key.jwk)
    token = signed(claims(issuer.url), key)
    assert caller_of(identity, token).person_name == "anna@acme.example"
    header, _, signature = token.split(".")
    other = signed(claims(issuer.url, preferred_username="cfo@acme.example"), key).split(".")[1]
    assert refusal(identity, f"{header}.{other}.{signature}") == "wrong_signature"


@pytest.mark.parametrize("claim", ["iss", "exp", "iat", "aud", "sub", "client_id"])
def test_a_token_that_lacks_a_claim_is_refused(
    issuer: FakeIssuer, identity: OidcAuthentication, claim: str
) -> None:
    assert refusal(identity, signed(claims(issuer.url, **{claim: None}))) == "missing_claim"


@pytest.mark.parametrize(
    ("changes", "age", "code"),
    [
        ({"exp": SECONDS}, timedelta(seconds=60, microseconds=-1), None),
        ({"exp": SECONDS}, timedelta(seconds=60), "expired"),
        ({"iat": SECONDS + 60}, timedelta(0), None),
        ({"iat": SECONDS + 60}, timedelta(microseconds=-1), "not_yet_valid"),
        ({"nbf": SECONDS + 60}, timedelta(0), None),
        ({"nbf": SECONDS + 60}, timedelta(microseconds=-1), "not_yet_valid"),
        ({"auth_time": SECONDS + 60}, timedelta(0), None),
        ({"auth_time": SECONDS + 60}, timedelta(microseconds=-1), "not_yet_valid"),
    ],
)
def test_moments_hold_to_the_microsecond_with_a_minute_of_grace(
    issuer: FakeIssuer,
    identity: OidcAuthentication,
    changes: dict[str, int],
    age: timedelta,
    code: str | None,
) -> None:
    token = signed(claims(issuer.url, **changes))
    if code is None:
        assert caller_of(identity, token, NOW + age).subject == "u-4711"
    else:
        assert refusal(identity, token, NOW + age) == code


def test_the_moment_is_the_one_passed_in_and_not_that_of_the_machine(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    for year in (1999, 2031):
        now = datetime(year, 1, 1, tzinfo=UTC)
        seconds = int(now.timestamp())
        token = signed(claims(issuer.url, iat=seconds, exp=seconds + 60))
        assert caller_of(identity, token, now).client == "portal"
        assert refusal(identity, token, now + timedelta(days=1)) == "expired"


@pytest.mark.parametrize("name", ["exp", "iat", "nbf", "auth_time"])
@pytest.mark.parametrize("value", [True, "1803902400", 1e9, -1, 10**12, [SECONDS], {}])
def test_a_moment_that_is_no_whole_number_of_seconds_is_refused(
    issuer: FakeIssuer, identity: OidcAuthentication, name: str, value: object
) -> None:
    assert refusal(identity, signed(claims(issuer.url, **{name: value}))) == "malformed_claim"


@pytest.mark.parametrize(
    "audience", ["https://other.example", f"{AUDIENCE}/", [], ["a", "b"], AUDIENCE.upper()]
)
def test_a_token_for_another_service_is_refused(
    issuer: FakeIssuer, identity: OidcAuthentication, audience: object
) -> None:
    code = refusal(identity, signed(claims(issuer.url, aud=audience)))
    assert code == ("missing_claim" if audience == [] else "wrong_audience")


def test_a_token_for_several_services_is_accepted_when_this_is_one(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    caller_of(identity, signed(claims(issuer.url, aud=["https://other.example", AUDIENCE])))


def test_a_token_of_another_issuer_is_refused_though_its_keys_are_the_same(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    for other in ("https://login.example/other-tenant", issuer.url + "/", issuer.url.upper(), 7):
        assert refusal(identity, signed(claims(other))) == "unknown_issuer"


def test_an_issuer_cannot_sign_for_another_one(issuer: FakeIssuer) -> None:
    with fake_issuer() as partner:
        own = signing_key("partner's")
        partner.publish(own.jwk)
        identity = OidcAuthentication([settings(issuer.url), settings(partner.url)])
        assert caller_of(identity, signed(claims(partner.url), own)).issuer == partner.url
        assert refusal(identity, signed(claims(issuer.url), own)) == "unknown_key"
        disguised = signed(claims(issuer.url), own, {"kid": "one"})
        assert refusal(identity, disguised) == "wrong_signature"


def test_a_token_of_another_tenant_is_refused(issuer: FakeIssuer) -> None:
    identity = OidcAuthentication([settings(issuer.url, tenant={"tid": "acme"})])
    assert caller_of(identity, signed(claims(issuer.url, tid="acme"))).subject == "u-4711"
    for tenant in ("globex", "ACME", ["acme"], None):
        assert refusal(identity, signed(claims(issuer.url, tid=tenant))) == "wrong_tenant"


@pytest.mark.parametrize("kind", ["JWT", "id_token+jwt", "logout+jwt", "dpop+jwt", None, 7])
def test_a_token_that_does_not_say_it_is_an_access_token_is_refused(
    issuer: FakeIssuer, identity: OidcAuthentication, kind: object
) -> None:
    assert refusal(identity, signed(claims(issuer.url), None, {"typ": kind})) == "wrong_token_type"


@pytest.mark.parametrize("kind", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_type_of_an_access_token_has_two_spellings(
    issuer: FakeIssuer, identity: OidcAuthentication, kind: str
) -> None:
    caller_of(identity, signed(claims(issuer.url), None, {"typ": kind}))


@pytest.mark.parametrize(
    "sign",
    [
        {"nonce": "n"},
        {"at_hash": "h"},
        {"typ": "ID"},
        {"typ": "Refresh"},
        {"token_use": "id"},
        {"client_id": AUDIENCE},
    ],
)
def test_an_id_token_is_told_by_its_claims_where_the_issuer_does_not_type_tokens(
    issuer: FakeIssuer, sign: dict[str, str]
) -> None:
    identity = OidcAuthentication([settings(issuer.url, token_types=frozenset({"jwt"}))])
    untyped = {"typ": "JWT"}
    caller_of(identity, signed(claims(issuer.url, typ="Bearer"), None, untyped))
    assert refusal(identity, signed(claims(issuer.url, **sign), None, untyped)) == (
        "wrong_token_type"
    )


def test_a_token_bound_to_a_key_of_its_holder_is_no_bearer_token(
    issuer: FakeIssuer, identity: OidcAuthentication
) -> None:
    assert refusal(identity, signed(claims(issuer.url, cnf={"jkt": "x"}))) == "bound_token"


def test_an_email_address_names_a_person_only_when_the_issuer_verified_it(
    issuer: FakeIssuer,
) -> None:
    identity = OidcAuthentication([settings(issuer.url, person_claim="email")])
    named = {"email": "cfo@acme.example"}
    good = claims(issuer.url, **named, email_verified=True)
    assert caller_of(identity, signed(good)).person_name == "cfo@acme.example"
    for verified in (False, None, "true", 1):
        says = claims(issuer.url, **named, email_verified=verified)
        assert refusal(identity, signed(says)) == "unverified_email"


@pytest.mark.parametrize(
    "name", ["a\nb", " anna", "anna ", "x" * 257, ["anna"], 7, {"name": "anna"}, "an\u202ena"]
)
def test_a_name_that_is_no_short_printable_text_is_refused(
    issuer: FakeIssuer, identity: OidcAuthentication, name: object
) -> None:
    says = claims(issuer.url, preferred_username=name)
    assert refusal(identity, signed(says)) == "malformed_claim"


def test_clients_that_differ_are_refused(issuer: FakeIssuer, identity: OidcAuthentication) -> None:
    assert caller_of(identity, signed(claims(issuer.url, azp="portal"))).client == "portal"
    assert refusal(identity, signed(claims(issuer.url, azp="servicenow"))) == "malformed_claim"
    elsewhere = claims(issuer.url, client_id=None, azp="portal")
    assert caller_of(identity, signed(elsewhere)).client == "portal"


def with_tool(url: str, **changes: object) -> OidcAuthentication:
    account = ServiceAccount(
        scopes=frozenset({Scope.ACTIONS_SUBMIT, Scope.DOCUMENTS_READ}),
        entities=frozenset({"US01"}),
    )
    return OidcAuthentication([settings(url, services={"servicenow": account}, **changes)])


def test_a_service_account_has_no_person_and_does_what_token_and_settings_both_allow(
    issuer: FakeIssuer,
) -> None:
    says = claims(
        issuer.url, **TOOL, scope="actions:submit policies:activate", acr="2", auth_time=1
    )
    caller = caller_of(with_tool(issuer.url), signed(says))
    assert caller.is_service
    assert (caller.person_name, caller.client) == ("", "servicenow")
    assert caller.scopes == {Scope.ACTIONS_SUBMIT}
    assert caller.entities == {"US01"}
    assert (caller.authenticated_at, caller.strength) == (None, "unstated")


def test_a_client_that_is_no_service_account_is_nobody(issuer: FakeIssuer) -> None:
    identity = with_tool(issuer.url)
    says = claims(issuer.url, **TOOL | {"client_id": "shadow-it", "sub": "shadow-it"})
    assert refusal(identity, signed(says)) == "unknown_service"
    nameless = claims(issuer.url, preferred_username=None)
    assert refusal(identity, signed(nameless)) == "unknown_service"


def test_a_client_registered_under_the_name_of_a_person_does_not_become_the_person(
    issuer: FakeIssuer,
) -> None:
    identity = with_tool(issuer.url, person_claim="sub")
    assert caller_of(identity, signed(claims(issuer.url, sub="anna"))).person_name == "anna"
    posing = claims(issuer.url, sub="anna", client_id="anna", preferred_username="anna")
    assert refusal(identity, signed(posing)) == "unknown_service"
    tool = claims(issuer.url, **TOOL | {"preferred_username": "cfo@acme.example"})
    assert caller_of(with_tool(issuer.url), signed(tool)).is_service


def test_a_person_who_comes_through_a_tool_is_a_person_with_his_own_scopes(
    issuer: FakeIssuer,
) -> None:
    says = claims(issuer.url, client_id="servicenow", scope="trail:read")
    caller = caller_of(with_tool(issuer.url), signed(says))
    assert (caller.person_name, caller.client) == ("anna@acme.example", "servicenow")
    assert (caller.scopes, caller.entities) == ({Scope.TRAIL_READ}, None)


def test_scopes_are_words_of_the_configured_claims(issuer: FakeIssuer) -> None:
    identity = OidcAuthentication(
        [
            settings(
                issuer.url,
                scope_claims=("scp", "roles"),
                grants={
                    "approver": frozenset({Scope.ACTIONS_SUBMIT, Scope.DOCUMENTS_READ}),
                    "trail:read": frozenset({Scope.TRAIL_READ}),
                },
            )
        ]
    )
    says = claims(
        issuer.url, scp="trail:read offline", roles=["approver"], scope="policies:activate"
    )
    assert caller_of(identity, signed(says)).scopes == {
        Scope.ACTIONS_SUBMIT,
        Scope.DOCUMENTS_READ,
        Scope.TRAIL_READ,
    }
    assert caller_of(identity, signed(claims(issuer.url, scope=None))).scopes == frozenset()


@pytest.mark.parametrize("scope", ["documents:read*", "DOCUMENTS:READ", "documents", "*"])
def test_a_word_that_is_almost_a_scope_allows_nothing(
    issuer: FakeIssuer, identity: OidcAuthentication, scope: str
) -> None:
    assert caller_of(identity, signed(claims(issuer.url, scope=scope))).scopes == frozenset()


@pytest.mark.parametrize("scope", [7, {"documents:read": True}, [["documents:read"]], ["a"] * 1001])
def test_scopes_that_are_no_list_of_words_are_refused(
    issuer: FakeIssuer, identity: OidcAuthentication, scope: object
) -> None:
    assert refusal(identity, signed(claims(issuer.url, scope=scope))) == "malformed_claim"


@pytest.mark.parametrize(
    ("bound", "claim", "seen"),
    [
        (None, ["US01", "DE01"], {"US01", "DE01"}),
        (None, "US01 DE01", {"US01", "DE01"}),
        (None, ["*"], None),
        (None, None, set()),
        (None, [], set()),
        ({"US01"}, ["US01", "DE01"], {"US01"}),
        ({"US01"}, ["*"], {"US01"}),
        ({"US01"}, ["DE01"], set()),
    ],
)
def test_a_person_sees_the_entities_of_the_claim_within_those_of_the_issuer(
    issuer: FakeIssuer, bound: set[str] | None, claim: object, seen: set[str] | None
) -> None:
    entities = None if bound is None else frozenset(bound)
    identity = OidcAuthentication(
        [settings(issuer.url, entities=entities, entities_claim="entities")]
    )
    assert caller_of(identity, signed(claims(issuer.url, entities=claim))).entities == seen


def test_a_service_account_sees_no_more_than_its_token_says(issuer: FakeIssuer) -> None:
    identity = with_tool(issuer.url, entities_claim="entities")
    assert caller_of(identity, signed(claims(issuer.url, **TOOL))).entities == {"US01"}
    narrowed = claims(issuer.url, **TOOL, entities=["DE01"])
    assert caller_of(identity, signed(narrowed)).entities == frozenset()


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://login.example"},
        {"url": "http://127.0.0.1.login.example"},
        {"url": "http://localhost@login.example"},
        {"url": "https://user:pw@login.example"},
        {"url": "https://login.example?tenant=a"},
        {"url": "https://login.example#a"},
        {"url": "login.example"},
        {"url": "https://login.example:port"},
        {"url": ""},
        {"audience": " "},
        {"person_claim": ""},
        {"algorithms": frozenset()},
        {"algorithms": frozenset({"RS256", "HS256"})},
        {"algorithms": frozenset({"none"})},
    ],
)
def test_settings_under_which_tokens_could_be_forged_are_refused(
    changes: dict[str, object],
) -> None:
    assert isinstance(settings("https://login.example/acme"), Issuer)
    with pytest.raises(IdentityMisconfigured):
        settings(**{"url": "https://login.example"} | changes)


def test_an_issuer_is_configured_once_and_one_at_least() -> None:
    with pytest.raises(IdentityMisconfigured):
        OidcAuthentication([])
    with pytest.raises(IdentityMisconfigured):
        OidcAuthentication([settings("https://a.example"), settings("https://a.example")])
