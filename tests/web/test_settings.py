"""Settings and wiring: what is wrong is said, no secret is shown, and nothing mixes (F2, F3)."""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.encryption import BadKeys, DecryptionError
from adapters.identity import DevelopmentAuthentication, OidcAuthentication
from adapters.second_opinion.asking import SecondOpinion
from adapters.store import cases
from adapters.store.opening import Store
from api.bootstrap import opened, opinions_by, resources_of, store_environment
from api.settings import SettingsRefused, read_settings, secret
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.cases.identities import Identities
from tests import databases
from tests.web.conftest import ISSUER, NOW, START, acme_files, order

KEY = b64encode(secrets.token_bytes(32)).decode()
ISSUERS = [
    {"url": ISSUER, "audience": "countersign", "person_claim": "preferred_username",
     "entities": None}
]  # fmt: skip
ERP = {
    "name": "erp", "kind": "tryton", "url": "https://erp.acme.example", "database": "acme",
    "owner": "ap", "user_variable": "ERP_USER", "secret_variable": "ERP_SECRET",
    "posts": [{"entity": "US01", "type": "invoice"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set but what a test sets."""
    for name in list(os.environ):
        if name.startswith("COUNTERSIGN_"):
            monkeypatch.delenv(name)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "production")
    monkeypatch.setenv("COUNTERSIGN_ISSUERS", json.dumps(ISSUERS))
    monkeypatch.setenv("COUNTERSIGN_ENCRYPTION_KEYS", f"k1:{KEY}")
    monkeypatch.setenv("COUNTERSIGN_SIGNING_KEYS", f"s1:{KEY}")
    monkeypatch.setenv("COUNTERSIGN_TOKEN_KEY", f"t1:{KEY}")


def refusal() -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    return str(refused.value).splitlines()


def test_the_environment_is_never_assumed() -> None:
    assert refusal() == [
        "COUNTERSIGN_ENVIRONMENT: expected `development` or `production`, found none"
    ]


def test_production_wants_an_issuer_and_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "production")
    assert [line.partition(":")[0] for line in refusal()] == [
        "COUNTERSIGN_ISSUERS",
        "COUNTERSIGN_ENCRYPTION_KEYS",
        "COUNTERSIGN_TOKEN_KEY",
        "COUNTERSIGN_SIGNING_KEYS",
    ]


def test_development_logins_listen_on_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    monkeypatch.setenv("COUNTERSIGN_HOST", "0.0.0.0")  # noqa: S104
    assert refusal()[0].startswith("COUNTERSIGN_HOST: expected `127.0.0.1`")


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("PORT", "70000", "COUNTERSIGN_PORT"),
        ("PORT", "hidden", "COUNTERSIGN_PORT"),
        ("ENVIRONMENT", "Development", "COUNTERSIGN_ENVIRONMENT"),
        ("ENVIRONMENT", "hidden", "COUNTERSIGN_ENVIRONMENT"),
        ("WORKER", "hidden", "COUNTERSIGN_WORKER"),
        ("ISSUERS", '[{"hidden', "COUNTERSIGN_ISSUERS"),
        ("ISSUERS", '[{"url": "hidden"}]', "COUNTERSIGN_ISSUERS.0.audience"),
        ("ERP", json.dumps([{**ERP, "secret": "hidden"}]), "COUNTERSIGN_ERP.0.secret"),
        ("ERP", json.dumps([ERP, ERP]), "COUNTERSIGN_ERP"),
        ("ERP", json.dumps([{**ERP, "kind": "hidden"}]), "COUNTERSIGN_ERP.0.kind"),
        ("ISSUERS", json.dumps([{**ISSUERS[0], "url": "http://acme.example"}]),
         "COUNTERSIGN_ISSUERS"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("production")
def test_what_is_wrong_is_said_by_the_name_of_its_setting_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, place: str
) -> None:
    monkeypatch.setenv(f"COUNTERSIGN_{name}", value)
    said = refusal()
    assert place in {line.partition(": ")[0] for line in said}
    assert "hidden" not in "\n".join(said)
    assert KEY not in "\n".join(said)


@pytest.mark.usefixtures("production")
def test_no_representation_of_the_settings_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", "postgresql+psycopg://u:hidden@db/x")
    settings = read_settings()
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "hidden" not in shown
        assert KEY not in shown


@pytest.mark.usefixtures("production")
def test_in_production_a_second_opinion_is_needed_where_the_set_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert opinions_by(read_settings(), SecondOpinion()).is_needed
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    assert not opinions_by(read_settings(), SecondOpinion()).is_needed


def test_a_named_secret_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRefused, match=r"^ERP_SECRET: expected the secret"):
        secret("ERP_SECRET")
    monkeypatch.setenv("ERP_SECRET", "x")
    assert secret("ERP_SECRET") == "x"


def activated(store: Store, *, is_development: bool) -> None:
    policy, data = acme_files()
    who = Identities("gina", "command line", is_development=is_development)
    bootstrap(Resources(store), policy, data, who, "installation", START)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with databases.database("sqlite", tmp_path) as found:
        databases.migrate(found)
        monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", found)
        yield found


def settled(url: str, *, is_development: bool) -> None:
    store = databases.open_store(url)
    activated(store, is_development=is_development)
    store.close()


@pytest.mark.usefixtures("production")
def test_a_store_of_development_is_never_served_in_production(url: str) -> None:
    settled(url, is_development=True)
    with (
        pytest.raises(SettingsRefused, match="activated for `development`"),
        opened(read_settings()),
    ):
        pass


def test_a_store_of_production_has_no_development_logins(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(url, is_development=False)
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    with (
        pytest.raises(SettingsRefused, match="activated for `production`"),
        opened(read_settings()),
    ):
        pass


@pytest.mark.usefixtures("production")
def test_production_lets_in_by_oidc_only(url: str) -> None:
    settled(url, is_development=False)
    with opened(read_settings()) as service:
        assert isinstance(service.authentication, OidcAuthentication)


def test_development_logins_exist_where_there_is_no_issuer(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(url, is_development=True)
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    with opened(read_settings()) as service:
        assert isinstance(service.authentication, DevelopmentAuthentication)
    assert store_environment(service.resources.store) == "development"


@pytest.mark.usefixtures("production")
def test_what_is_restricted_is_sealed_in_the_store_and_opens_with_its_keys_only(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(url, is_development=False)
    store = databases.open_store(url)
    account = "021000021-4417830922"
    paid = order("100.00", type="payment", pay_to=[{"account": account}])
    del paid["cost_center"]
    resources = resources_of(read_settings(), store)
    done = submit(resources, paid, "portal", Identities("rita", "portal"), NOW)
    assert isinstance(done, Submitted)
    with store.reading() as connection:
        case = cases.by_id(connection, 1)
    assert case is not None
    assert account not in case.document_json
    place = json.dumps(["portal", "payment", "PO-1"])
    plain = json.loads(case.document_json)
    assert account in json.dumps(resources.unseal(plain, "payment", place))
    other = b64encode(secrets.token_bytes(32)).decode()
    monkeypatch.setenv("COUNTERSIGN_ENCRYPTION_KEYS", f"k1:{other}")
    with pytest.raises(DecryptionError):
        resources_of(read_settings(), store).unseal(plain, "payment", place)
    store.close()


@pytest.mark.usefixtures("production")
def test_keys_that_cannot_be_used_stop_the_start(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(url, is_development=False)
    monkeypatch.setenv("COUNTERSIGN_ENCRYPTION_KEYS", "k1:hidden")
    with pytest.raises(BadKeys) as refused, opened(read_settings()):
        pass
    assert "hidden" not in str(refused.value)


@pytest.mark.usefixtures("production")
def test_an_erp_without_its_secret_stops_the_start(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(url, is_development=False)
    monkeypatch.setenv("COUNTERSIGN_ERP", json.dumps([ERP]))
    with pytest.raises(SettingsRefused, match=r"^ERP_USER"), opened(read_settings()):
        pass
