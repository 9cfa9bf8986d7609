"""The only wiring: settings in, a service out."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from adapters.erp.connector import Credentials
from adapters.erp.tryton.connection import TrytonConnector
from adapters.identity import Authentication, DevelopmentAuthentication, OidcAuthentication
from adapters.second_opinion.asking import SecondOpinion
from adapters.store.in_force import digests
from adapters.store.opening import Store, open_store
from adapters.store.trail import records
from adapters.transport import Transport
from api.configuration import stated
from api.sealing import with_keys
from api.settings import Environment, ErpSettings, Settings, SettingsRefused, secret
from api.usecases.casework.posting import Counter, Target
from api.usecases.casework.resources import Resources
from api.usecases.casework.second_opinion import Opinions
from api.usecases.configuration import record_configuration
from api.usecases.trail.publishing import expect_not_restored, sign_and_publish
from api.web.asking import Service, utc_now
from api.worker import Signing, Worker
from api.zones import use_own_zones
from engine.tokens import no_tokens


@contextmanager
def opened(settings: Settings) -> Iterator[Service]:
    """The service, as long as it is used.

    Raises `SettingsRefused`, `StoreError`, `BadKeys`, `IdentityMisconfigured`, `NothingInForce`,
    `ContentsUnusable`, and `TrailChanged` where the store is older than what was published of it.
    """
    use_own_zones()
    store = open_store(settings.database_url.get_secret_value())
    try:
        resources = resources_of(settings, store)
        expect_not_restored(store, settings.places(), settings.log_name)
        authentication = _authentication(settings, resources)
        record_configuration(store, stated(settings), utc_now())
        with _working(settings, resources) as wake:
            yield Service(resources, authentication, on_enqueued=wake)
    finally:
        store.close()


@contextmanager
def _working(settings: Settings, resources: Resources) -> Iterator[Callable[[], None]]:
    """The worker inside this process, where it is wanted; what wakes it."""
    if not settings.worker:
        yield lambda: None
        return
    targets = {each.name: _target(each) for each in settings.erp}
    lease = timedelta(seconds=settings.lease_seconds)
    chance = random.SystemRandom().random
    matcher = SecondOpinion()
    opinions = opinions_by(settings, matcher)
    counter = Counter(targets, utc_now, chance, lease, opinions)
    worker = Worker(resources, counter, sign=_signing(settings, resources.store))
    worker.start()
    try:
        yield worker.wake
    finally:
        worker.stop()
        matcher.close()


def _signing(settings: Settings, store: Store) -> Signing | None:
    """How often and by what the worker signs checkpoints. Raises `BadSigningKeys`."""
    keys = settings.signing()
    if keys is None:  # in development only, as the settings see to
        return None
    every, places = timedelta(minutes=settings.checkpoint_minutes), settings.places()

    def sign(now: datetime) -> tuple[int, int]:
        signed, wrong = sign_and_publish(store, keys, settings.log_name, places, now)
        return signed.size, len(wrong)

    return Signing(every, sign)


def opinions_by(settings: Settings, matcher: SecondOpinion) -> Opinions:
    """In production a second opinion is needed where the policy set does not say otherwise."""
    return Opinions(matcher, is_needed=settings.environment is Environment.PRODUCTION)


def _target(erp: ErpSettings) -> Target:
    """Raises `SettingsRefused` where a secret is missing or the address cannot be used."""
    credentials = Credentials(secret(erp.user_variable), secret(erp.secret_variable))
    try:
        transport = Transport(erp.url)
    except ValueError as problem:
        raise SettingsRefused(f"COUNTERSIGN_ERP: connection `{erp.name}`: {problem}") from None
    connector = TrytonConnector(
        erp.name,
        transport,
        erp.database,
        credentials,
        companies=erp.companies,
        taxes=erp.taxes,
    )
    return Target(connector, erp.owner)


def resources_of(settings: Settings, store: Store) -> Resources:
    """What the use cases work with. Raises `BadKeys`, and `SettingsRefused` for another's store."""
    _expect_same_environment(settings, store)
    targets = {(post.entity, post.type): each.name for each in settings.erp for post in each.posts}
    made = with_keys(Resources(store, targets=targets), settings)
    _expect_token_key(made)
    return made


def store_environment(store: Store) -> str:
    """What the store was made for, as its first record says; empty where nothing was activated."""
    with store.reading() as connection:
        found = records(connection, most=1)
    if not found:
        return ""
    is_development = json.loads(found[0].body)["who"]["is_development"]
    return str(Environment.DEVELOPMENT if is_development else Environment.PRODUCTION)


def _expect_same_environment(settings: Settings, store: Store) -> None:
    """INVARIANT: what anybody could approve in development never counts in production."""
    made_for = store_environment(store)
    if made_for and made_for != settings.environment:
        raise SettingsRefused(
            f"COUNTERSIGN_ENVIRONMENT: the store was activated for `{made_for}`, "
            f"found `{settings.environment}`"
        )


def _expect_token_key(resources: Resources) -> None:
    """INVARIANT: nothing is decided where accounts and tax numbers cannot be compared."""
    with resources.store.reading() as connection:
        if not digests(connection).is_complete:
            return
        current = resources.loaded.current(connection)
    if current.data.token is no_tokens:
        raise SettingsRefused(
            "COUNTERSIGN_TOKEN_KEY: expected the key of the master data in force, "
            "found another or none"
        )


def _authentication(settings: Settings, resources: Resources) -> Authentication:
    """Logins by OIDC where there is an issuer; those for development only where there is none."""
    issuers = [each.issuer() for each in settings.issuers]
    if issuers:
        return OidcAuthentication(issuers)
    with resources.store.reading() as connection:
        people = resources.loaded.current(connection).data.people
    return DevelopmentAuthentication(
        environment=settings.environment,
        store_environment=store_environment(resources.store),
        listens_on=settings.host,
        issuers=issuers,
        people=[str(person) for person in people],
    )
