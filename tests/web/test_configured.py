"""How the service is configured is on record whenever it is otherwise than before, without a secret
(F2, F5)."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from adapters.store.opening import Store, open_store
from adapters.store.trail import every_record
from api.bootstrap import opened
from api.configuration import stated
from api.settings import read_settings
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.configuration import record_configuration
from engine.cases.identities import Identities
from tests import databases
from tests.web.conftest import ISSUER, NOW, START, acme_files

SECRET = b64encode(bytes(range(32))).decode()
OTHER = b64encode(bytes(range(32, 64))).decode()
PASSWORD = "correct horse"
SERVICES: dict[str, dict[str, list[str]]] = {
    "portal": {"scopes": ["documents:submit", "documents:read"], "entities": ["US01"]}
}
ISSUERS = [{"url": ISSUER, "audience": "countersign", "person_claim": "sub", "entities": None}]
ERP = {
    "name": "erp", "kind": "tryton", "url": "https://user:hidden@erp.acme.example/x?token=hidden",
    "database": "acme", "owner": "ap", "user_variable": "ERP_USER",
    "secret_variable": "ERP_SECRET", "posts": [{"entity": "US01", "type": "invoice"}],
}  # fmt: skip


@pytest.fixture(params=databases.BOTH)
def url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The settings of a service in production, on a store that is empty."""
    for name in [name for name in os.environ if name.startswith("COUNTERSIGN_")]:
        if name != "COUNTERSIGN_TEST_POSTGRESQL":
            monkeypatch.delenv(name)
    with databases.migrated(request.param, tmp_path) as found:
        for name, value in {
            "ENVIRONMENT": "production",
            "ISSUERS": json.dumps([{**ISSUERS[0], "services": SERVICES}]),
            "ENCRYPTION_KEYS": f"k1:{SECRET}",
            "TOKEN_KEY": f"t1:{SECRET}",
            "SIGNING_KEYS": f"s1:{SECRET}",
            "DATABASE_URL": found,
            "ERP": json.dumps([ERP]),
            "WORKER": "false",
        }.items():
            monkeypatch.setenv(f"COUNTERSIGN_{name}", value)
        yield found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    found = open_store(url)
    yield found
    found.close()


def activated(store: Store) -> None:
    policy, data = acme_files()
    bootstrap(
        Resources(store), policy, data, Identities("gina", "command line"), "installation", START
    )


def recorded(store: Store) -> list[dict[str, Any]]:
    with store.reading() as connection:
        bodies = [json.loads(r.body) for r in every_record(connection)]
    return [each for each in bodies if each["kind"] == "configured"]


def started(store: Store) -> bool:
    return record_configuration(store, stated(read_settings()), NOW)


def test_a_service_that_starts_records_how_it_is_configured_and_the_same_again_is_no_record(
    store: Store,
) -> None:
    activated(store)
    for _ in range(2):
        with opened(read_settings()):
            pass
    [found] = recorded(store)
    assert found["settings"]["environment"] == "production"
    assert found["changed"] == sorted(found["settings"])


def test_what_a_tool_may_do_is_on_record_with_what_changed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    activated(store)
    assert started(store)
    services = {
        "portal": {
            **SERVICES["portal"],
            "scopes": [*SERVICES["portal"]["scopes"], "actions:submit"],
        }
    }
    value = json.dumps([{**ISSUERS[0], "services": services}])
    monkeypatch.setenv("COUNTERSIGN_ISSUERS", value)
    assert started(store)
    first, second = recorded(store)
    assert second["changed"] == ["issuers"]
    scopes = [
        each["settings"]["issuers"][0]["services"]["portal"]["scopes"] for each in (first, second)
    ]
    before = ["documents:read", "documents:submit"]
    assert scopes == [before, ["actions:submit", *before]]


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("ENCRYPTION_KEYS", f"k1:{OTHER}", ["encryption_keys"]),
        ("SIGNING_KEYS", f"s1:{OTHER}", ["signing_keys"]),
        ("TOKEN_KEY", f"t1:{OTHER}", ["token_key"]),
        ("CHECKPOINT_ADDRESSES", '["https://w.example/c?token=hidden"]', ["checkpoint_places"]),
        ("ERP", json.dumps([ERP | {"taxes": {"DE19": "19 %"}}]), ["erp"]),
        ("HOST", "127.0.0.2", None),
        ("WORKER", "true", None),
        ("LEASE_SECONDS", "60", None),
    ],
)
def test_another_setting_is_a_record_where_it_decides_what_can_happen(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str, value: str, changed: list[str] | None
) -> None:
    """A key that was exchanged under the same id shows, too."""
    activated(store)
    started(store)
    monkeypatch.setenv(f"COUNTERSIGN_{name}", value)
    assert started(store) is (changed is not None)
    if changed is not None:
        assert recorded(store)[-1]["changed"] == changed


def test_what_was_changed_and_changed_back_is_two_records(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    activated(store)
    for minutes in ("60", "30", "60"):
        monkeypatch.setenv("COUNTERSIGN_CHECKPOINT_MINUTES", minutes)
        assert started(store)
    digests = [each["settings_digest"] for each in recorded(store)]
    assert digests[0] == digests[2] != digests[1]


def test_no_secret_is_in_the_record(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", "postgresql+psycopg://u:hidden@db/x")
    for name, value in {
        "CHECKPOINT_MAILBOXES": '["jane.roe@firm.example"]',
        "MAIL_SERVER": "smtps://mail.example",
        "MAIL_SENDER": "trail@acme.example",
        "MAIL_USER": "trail",
        "MAIL_PASSWORD": PASSWORD,
        "CHECKPOINT_ADDRESSES": '["https://w.example/c?token=hidden"]',
    }.items():
        monkeypatch.setenv(f"COUNTERSIGN_{name}", value)
    activated(store)
    started(store)
    [found] = recorded(store)
    shown = json.dumps(found)
    for secret in (SECRET, PASSWORD, "hidden", "jane.roe"):
        assert secret not in shown
    assert found["settings"]["mail_login"] == "set"
    assert found["settings"]["erp"][0]["url"] == "https://erp.acme.example/x"


def test_before_a_set_is_in_force_nothing_is_recorded(store: Store) -> None:
    """The first record of a store says what the store is for."""
    assert not started(store)
    assert recorded(store) == []
    activated(store)
    assert started(store)


def test_of_processes_that_start_at_once_one_records(store: Store) -> None:
    activated(store)
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(started, store) for _ in range(4)]
        assert sorted(each.result() for each in made) == [False, False, False, True]
    assert len(recorded(store)) == 1
