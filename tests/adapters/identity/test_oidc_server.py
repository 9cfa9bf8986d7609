"""Requirement F2, against a real OIDC issuer: node's `oidc-provider`, started on this machine."""

import json
import re
import shutil
import socket
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx
import pytest
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from adapters.identity import OidcAuthentication, Scope, ServiceAccount
from adapters.identity.issuer_keys import PAUSE
from tests.adapters.identity.issuing import (
    AUDIENCE,
    caller_of,
    refusal,
    settings,
    signed,
    signing_key,
)

pytestmark = pytest.mark.server

ROOT: Final = Path(__file__).resolve().parents[3]
INSTALLED: Final = ROOT / ".node" / "oidc_server"
SCRIPT: Final = ROOT / "tests" / "oidc_server" / "server.mjs"
SECRET: Final = "a secret of this test alone, and long enough"
BACK: Final = "http://127.0.0.1:1/back"
SCOPES: Final = tuple(scope.value for scope in Scope)
CLIENTS: Final = (
    {
        "client_id": "servicenow",
        "client_secret": SECRET,
        "grant_types": ["client_credentials"],
        "redirect_uris": [],
        "response_types": [],
    },
    {
        "client_id": "portal",
        "client_secret": SECRET,
        "grant_types": ["authorization_code"],
        "redirect_uris": [BACK],
        "response_types": ["code"],
    },
)


@pytest.fixture(scope="module")
def port() -> int:
    if shutil.which("node") is None or not (INSTALLED / ".installed").exists():
        pytest.skip("there is no OIDC issuer here: `make servers` installs it (node and npm)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def issuer(port: int, folder: Path, algorithm: str, *key_ids: str) -> Iterator[str]:
    """The issuer while it runs, with these keys; its first key signs."""
    writers = {"RS256": RSAAlgorithm, "PS256": RSAAlgorithm, "EdDSA": OKPAlgorithm}
    to_jwk = writers.get(algorithm, ECAlgorithm).to_jwk
    keys = [
        json.loads(to_jwk(signing_key(key_id, algorithm).private))
        | {"kid": key_id, "alg": algorithm, "use": "sig", "key_ops": None}
        for key_id in key_ids
    ]
    says = {
        "port": port,
        "algorithm": algorithm,
        "scopes": SCOPES,
        "clients": CLIENTS,
        "keys": [{name: value for name, value in key.items() if value} for key in keys],
    }
    (folder / "settings.json").write_text(json.dumps(says))
    log = (folder / "issuer.log").open("w+")
    with (
        log,
        subprocess.Popen(
            ["node", SCRIPT, INSTALLED, folder / "settings.json"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            first = process.stdout.readline() if process.stdout else ""
            assert first.startswith("listening"), (folder / "issuer.log").read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)


def tools_token(url: str, scope: str = "actions:submit", audience: str = AUDIENCE) -> str:
    """What a tool is given for its own credentials."""
    wanted = {"grant_type": "client_credentials", "scope": scope, "resource": audience}
    answer = httpx.post(f"{url}/token", data=wanted, auth=("servicenow", SECRET), trust_env=False)
    return str(answer.raise_for_status().json()["access_token"])


def persons_tokens(url: str, login: str) -> dict[str, str]:
    """Log in as a person does: two forms in a browser, a code, and with it the tokens."""
    verifier = "v" * 50
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    with httpx.Client(base_url=url, trust_env=False) as browser:
        answer = browser.get(
            "/auth",
            params={
                "client_id": "portal",
                "response_type": "code",
                "redirect_uri": BACK,
                "scope": "openid documents:read actions:submit",
                "resource": AUDIENCE,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            },
        )
        while not (place := answer.headers.get("location", "")).startswith(BACK):
            if answer.is_redirect:
                answer = browser.get(place)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert action is not None, answer.text
            assert prompt is not None, answer.text
            filled = {"prompt": prompt[1], "login": login, "password": "any"}
            answer = browser.post(action[1], data=filled)
        answer = browser.post(
            "/token",
            data={
                "grant_type": "authorization_code",
                "code": httpx.URL(place).params["code"],
                "redirect_uri": BACK,
                "code_verifier": verifier,
                "resource": AUDIENCE,
            },
            auth=("portal", SECRET),
        )
    return dict(answer.raise_for_status().json())


def configured(url: str, **changes: object) -> OidcAuthentication:
    tool = ServiceAccount(scopes=frozenset({Scope.ACTIONS_SUBMIT}), entities=frozenset({"US01"}))
    return OidcAuthentication(
        [settings(url, entities_claim="entities", services={"servicenow": tool}, **changes)]
    )


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA"])
def test_people_and_tools_of_a_real_issuer_are_known(
    port: int, tmp_path: Path, algorithm: str
) -> None:
    with issuer(port, tmp_path, algorithm, "one") as url:
        identity = configured(url)
        began = clock()
        person = caller_of(identity, persons_tokens(url, "anna")["access_token"], clock())
        tool = caller_of(identity, tools_token(url, "actions:submit trail:read"), clock())
    assert (person.person_name, person.client) == ("anna@acme.example", "portal")
    assert (person.issuer, person.subject) == (url, "anna")
    assert person.authenticated_at is not None
    assert timedelta(seconds=-2) < person.authenticated_at - began < timedelta(seconds=30)
    assert person.strength == "acr:2 amr:otp amr:pwd"
    assert person.scopes == {Scope.DOCUMENTS_READ, Scope.ACTIONS_SUBMIT}
    assert person.entities == {"US01", "DE01"}
    assert tool.is_service
    assert (tool.client, tool.scopes, tool.entities) == (
        "servicenow",
        {Scope.ACTIONS_SUBMIT},
        {"US01"},
    )


def test_real_tokens_are_refused_where_they_do_not_belong(port: int, tmp_path: Path) -> None:
    with issuer(port, tmp_path, "ES256", "one") as url:
        identity, now = configured(url), clock()
        tokens = persons_tokens(url, "anna")
        access, ident = tokens["access_token"], tokens["id_token"]
        elsewhere = tools_token(url, audience="https://other.example")
        assert refusal(identity, ident, now) == "wrong_token_type"
        untyped = configured(url, token_types=frozenset({"jwt", "at+jwt"}))
        assert refusal(untyped, ident, now) == "missing_claim"
        as_client = configured(url, token_types=frozenset({"jwt"}), audience="portal")
        assert refusal(as_client, ident, now) == "missing_claim"
        assert refusal(identity, elsewhere, now) == "wrong_audience"
        assert refusal(identity, access, now + timedelta(minutes=12)) == "expired"
        assert refusal(identity, access, now - timedelta(minutes=2)) == "not_yet_valid"
        assert refusal(configured(url, tenant={"tid": "acme"}), access, now) == "wrong_tenant"
        another = OidcAuthentication([settings("https://login.acme.example")])
        assert refusal(another, access, now) == "unknown_issuer"
        head, body, _ = access.split(".")
        _, _, foreign = elsewhere.split(".")
        assert refusal(identity, f"{head}.{body}.{foreign}", now) == "wrong_signature"
        nobody = OidcAuthentication([settings(url)])
        assert refusal(nobody, tools_token(url), now) == "unknown_service"
        caller_of(identity, access, now)


def test_keys_change_at_a_real_issuer_and_it_may_be_down(port: int, tmp_path: Path) -> None:
    with issuer(port, tmp_path, "ES256", "one") as url:
        identity, now = configured(url), clock()
        before = tools_token(url)
        caller_of(identity, before, now)
    assert caller_of(identity, before, now).client == "servicenow"
    posing = signed({"iss": url}, signing_key("invented"))
    assert refusal(identity, posing, now + PAUSE) == "unknown_key"
    assert identity.problems() == {url: "no answer (ConnectError)"}
    assert refusal(configured(url), before, now) == "issuer_unavailable"
    with issuer(port, tmp_path, "ES256", "two", "one") as url:
        during = tools_token(url)
        now = clock() + 2 * PAUSE
        assert caller_of(identity, during, now).client == "servicenow"
        assert caller_of(identity, before, now).client == "servicenow"
        assert identity.problems() == {}
    with issuer(port, tmp_path, "ES256", "three") as url:
        now += PAUSE
        assert caller_of(identity, tools_token(url), now).client == "servicenow"
        assert refusal(identity, before, now) == "unknown_key"
